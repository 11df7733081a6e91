/** `frontdesk init`: a commented starter configuration, the same files that Frontdesk itself is shipped with. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

export function addInit(program: Command, terminal: Terminal): void {
  program
    .command("init")
    .argument("[dir]", "folder to write to; made when missing", "config")
    .summary("write a commented starter configuration")
    .description(
      "Writes a commented starter configuration, ready to start. Files that are there already are never overwritten.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk init                  into ./config\n  frontdesk init /etc/frontdesk\n",
    )
    .action((dir: string) => init(dir, terminal));
}

function init(folder: string, terminal: Terminal): void {
  const source = shippedFolder();
  const files = starterFiles(source);
  const present = files.filter((file) => existsSync(join(folder, file)));
  if (present.length > 0) {
    terminal.exitCode = EXIT_CODES.failed;
    const list = present.map((file) => `  ${join(folder, file)}`).join("\n");
    terminal.err(
      `Nothing was written, because these are there already:\n${list}\nName another folder, or move them away.`,
    );
    return;
  }
  try {
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), readFileSync(join(source, file)), { flag: "wx" });
    }
  } catch (error) {
    terminal.exitCode = EXIT_CODES.failed;
    terminal.err(`The configuration could not be written: ${error instanceof Error ? error.message : error}`);
    return;
  }
  const place = folder === "config" ? "" : ` -c ${folder}`;
  terminal.out(files.map((file) => `wrote ${join(folder, file)}`).join("\n"));
  terminal.out(`\nNext: look through them, then\n  frontdesk check${place}\n  frontdesk start${place}`);
}

/** The files of the shipped configuration and the schemas for editors beside them. */
function starterFiles(source: string): readonly string[] {
  const inFolder = (folder: string, pattern: RegExp) =>
    readdirSync(join(source, folder))
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  return [...inFolder(".", /\.yaml$/), ...inFolder("schema", /\.schema\.json$/)];
}

/** The configuration this Frontdesk brings, in the checkout or in the package. */
function shippedFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const config = join(folder, "config");
    if (existsSync(join(config, "frontdesk.yaml"))) {
      return config;
    }
  }
  throw new Error(
    "This Frontdesk was installed without its starter configuration (the folder config/); install it again.",
  );
}
