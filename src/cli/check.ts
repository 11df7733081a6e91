/** `frontdesk check`: everything that is wrong with a configuration, without a running desk. */
import type { Command } from "commander";
import { type DeskOptions, withDesk } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export interface CheckOptions extends DeskOptions {
  readonly strict?: boolean;
  readonly schema?: string;
}

export function addCheck(program: Command, terminal: Terminal): void {
  withDesk(program.command("check"))
    .option("--strict", "warnings count as errors")
    .option("--schema <dir>", "write JSON Schemas of the files for editors to this folder, and do nothing else")
    .summary("check the configuration")
    .description(
      "Checks the configuration and prints every problem at once. Ends with 0 when it can be used, with 1 when it cannot.\n" +
        "Needs no running desk. Secrets ({env: …}, {file: …}) must be there, or they are reported too.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk check\n  frontdesk check -c /etc/frontdesk --strict\n  frontdesk check --json | jq '.problems[].message'\n  frontdesk check --schema config/schema\n",
    )
    .action(async (options: CheckOptions) => {
      // Only here: schemas and adapters take a while to load, and the other commands need none of them.
      const { check, writeSchemas } = await import("./checking.ts");
      if (options.schema === undefined) {
        check(options, terminal);
      } else {
        writeSchemas(options.schema, terminal);
      }
    });
}
