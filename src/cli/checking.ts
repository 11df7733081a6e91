/** What `frontdesk check` does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adapters } from "../../adapters/index.ts";
import { editorSchemas, schemaFileName } from "../config/editor-schemas.ts";
import { loadConfiguration } from "../config/load.ts";
import { formatProblem, hasErrors, type Problem } from "../config/problem.ts";
import type { CheckOptions } from "./check.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

/** Prints every problem and sets the exit code. */
export function check(options: CheckOptions, terminal: Terminal): void {
  const { problems, rules } = loadConfiguration(options.config, adapters, { dataFolder: options.data, analyse: true });
  const usable = rules !== null && !hasErrors(problems) && !(options.strict === true && problems.length > 0);
  terminal.exitCode = usable ? EXIT_CODES.ok : EXIT_CODES.failed;
  if (options.json === true) {
    terminal.out(JSON.stringify({ usable, rules: rules?.version ?? null, problems }, null, 2));
    return;
  }
  for (const problem of problems) {
    terminal.out(painted(problem, terminal));
  }
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const counts = `${count(errors, "error")}, ${count(problems.length - errors, "warning")}`;
  terminal.out(
    usable
      ? terminal.paint("green", `${options.config} can be used: ${counts}`)
      : terminal.paint("red", `${options.config} cannot be used: ${counts}`),
  );
}

function painted(problem: Problem, terminal: Terminal): string {
  const text = formatProblem(problem);
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return (
    terminal.paint("bold", place) +
    (problem.severity === "warning" ? terminal.paint("yellow", text.slice(place.length)) : text.slice(place.length))
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Writes the JSON Schemas of all files into `folder`. */
export function writeSchemas(folder: string, terminal: Terminal): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, schema] of editorSchemas(adapters)) {
    const path = join(folder, schemaFileName(file));
    writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
    terminal.out(`wrote ${path}`);
  }
}
