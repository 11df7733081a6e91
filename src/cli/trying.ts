/** What `frontdesk try` does. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { adapters } from "../../adapters/index.ts";
import { loadConfiguration } from "../config/load.ts";
import { formatProblem, unknownWord } from "../config/problem.ts";
import { decide, faultsOf } from "../config/rule-tests.ts";
import { type GivenInput, givenSchema } from "../config/schema-tests.ts";
import type { TryReport } from "../control/protocol.ts";
import type { Decision } from "../core/analysis/imagined.ts";
import { decisionText } from "./decision-text.ts";
import { ask } from "./desk-command.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";
import type { TryOptions } from "./try.ts";

/** What was asked for, or what is wrong with it. */
type Read = { readonly kind: "given"; readonly given: GivenInput } | { readonly kind: "wrong"; readonly text: string };

/** Prints the decision and sets the exit code: 0 also where nobody can take it, which is an answer. */
export async function tryOut(queue: string | undefined, options: TryOptions, terminal: Terminal): Promise<void> {
  const read = readGiven(queue, options);
  if (read.kind === "wrong") return refuse(terminal, options, read.text, EXIT_CODES.usage);
  if (options.live === true) {
    const { at, csrs, waiting } = read.given;
    if (at !== undefined || csrs !== undefined || waiting !== undefined) {
      const text = "--live goes by the desk as it is now: leave out at, csr and waiting.";
      return refuse(terminal, options, text, EXIT_CODES.usage);
    }
    return ask<TryReport>(terminal, options, "POST", "/try", (report) => show(report, terminal), read.given);
  }
  const { rules, problems } = loadConfiguration(options.config, adapters, { dataFolder: options.data });
  if (rules === null) return refuse(terminal, options, problems.map(formatProblem).join("\n"), EXIT_CODES.failed);
  const faults = faultsOf(rules, { name: "", given: read.given, expect: {} });
  const [fault] = faults;
  if (fault !== undefined) {
    return refuse(terminal, options, unknownWord(fault.what, fault.word, fault.known), EXIT_CODES.usage);
  }
  print(decide(rules, read.given), options, terminal);
}

function print(decision: Decision, options: TryOptions, terminal: Terminal): void {
  terminal.exitCode = EXIT_CODES.ok;
  terminal.out(options.json === true ? JSON.stringify(decision, null, 2) : decisionText(decision, terminal));
}

function show(report: TryReport, terminal: Terminal): void {
  if (report.kind === "decided") terminal.out(decisionText(report.decision, terminal));
}

function refuse(terminal: Terminal, options: TryOptions, text: string, exitCode: number): void {
  terminal.exitCode = exitCode;
  terminal.err(options.json === true ? JSON.stringify({ kind: "refused", text }) : text);
}

function readGiven(queue: string | undefined, options: TryOptions): Read {
  let file: unknown = {};
  try {
    if (options.given !== undefined) file = parse(readFileSync(options.given, "utf8")) ?? {};
  } catch (error) {
    return { kind: "wrong", text: `${options.given}: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    return { kind: "wrong", text: `${options.given} must be a section of keys, as given: in tests of routing.yaml` };
  }
  const checked = givenSchema.safeParse({ ...file, ...given(queue, options) });
  if (checked.success) return { kind: "given", given: checked.data };
  const [issue] = checked.error.issues;
  if (issue?.path[0] === "queue" && queue === undefined) {
    return { kind: "wrong", text: "Say which queue the customer comes to: frontdesk try billing" };
  }
  return { kind: "wrong", text: `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "cannot be read"}` };
}

/** The options that were given, as the keys of `given`. */
function given(queue: string | undefined, options: TryOptions): Readonly<Record<string, unknown>> {
  const { network, handle, language, customer, answer, software, lastCsr, declined, waited, at, waiting, csr } =
    options;
  const all: Readonly<Record<string, unknown>> = {
    queue,
    network,
    handle,
    language,
    customer,
    answers: Object.keys(answer).length === 0 ? undefined : answer,
    software,
    lastCsr,
    declined: declined.length === 0 ? undefined : declined,
    waited: waited === undefined ? undefined : Number(waited),
    at,
    waiting: waiting === undefined ? undefined : Number(waiting),
    csrs: Object.keys(csr).length === 0 ? undefined : csr,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
