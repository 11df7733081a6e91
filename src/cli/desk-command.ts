/** What commands share that ask a running desk. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { findDataFolder } from "../config/find-data-folder.ts";
import { askDesk } from "../control/client.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

export interface PlaceOptions {
  readonly config: string;
  readonly data?: string;
}
export interface DeskOptions extends PlaceOptions {
  readonly json?: boolean;
}

/** -c and --data, the same for every command. */
export function withPlace(command: Command): Command {
  return command
    .addOption(
      new Option("-c, --config <dir>", "folder of the configuration").default("config").env("FRONTDESK_CONFIG"),
    )
    .addOption(new Option("--data <dir>", "folder of the data, instead of store.folder").env("FRONTDESK_DATA"));
}

/** The same, and --json. */
export function withDesk(command: Command): Command {
  return withPlace(command).option("--json", "print JSON, for scripts");
}

/**
 * Asks the running desk. With --json the answer is printed as it came; else `show` prints it when all went well, and the desk's
 * own sentence is printed when it did not. Sets the exit code.
 */
export async function ask<Body>(
  terminal: Terminal,
  options: DeskOptions,
  method: "GET" | "POST",
  path: string,
  show: (body: Body) => void,
  body?: unknown,
): Promise<void> {
  const answer = await askDesk(findDataFolder(options.config, options.data), method, path, body);
  if (answer.kind === "unreachable") {
    const text = isPlaceKnown(options) ? answer.text : noConfiguration(options);
    terminal.exitCode = EXIT_CODES.noDesk;
    terminal.err(options.json === true ? JSON.stringify({ kind: "unreachable", text }) : text);
    return;
  }
  const fine = answer.status === 200;
  terminal.exitCode = fine ? EXIT_CODES.ok : EXIT_CODES.failed;
  if (options.json === true) {
    terminal.out(JSON.stringify(answer.body, null, 2));
    return;
  }
  if (fine) {
    return show(answer.body as Body);
  }
  terminal.err(sentenceOf(answer.body));
}

/** Where the data folder was only guessed, to say that no desk runs there would send people the wrong way. */
function isPlaceKnown({ config, data }: PlaceOptions): boolean {
  return data !== undefined || existsSync(join(config, "frontdesk.yaml"));
}

function noConfiguration({ config }: PlaceOptions): string {
  return (
    `There is no configuration in the folder ${resolve(config)}, so the desk cannot be found. ` +
    "Name its folder with -c or FRONTDESK_CONFIG, or the data folder with --data or FRONTDESK_DATA."
  );
}

function sentenceOf(body: unknown): string {
  if (typeof body === "object" && body !== null) {
    if ("text" in body) {
      return String(body.text);
    }
    if ("problems" in body && Array.isArray(body.problems)) {
      return [...body.problems.map(String), "Nothing was changed; the rules that were running go on."].join("\n");
    }
  }
  return "The desk could not do this.";
}

/** A part of a path that came from the command line. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
