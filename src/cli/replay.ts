/** `frontdesk replay`: recorded traffic once more, by the present rules and by changed ones. */
import type { Command } from "commander";
import { type DeskOptions, withDesk } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export interface ReplayOptions extends DeskOptions {
  readonly rules?: string;
  readonly seed: string;
}

export function addReplay(program: Command, terminal: Terminal): void {
  withDesk(program.command("replay"))
    .argument("<from>", '"2026-11-02" or "2026-11-02 09:00", by the timeZone of routing.yaml')
    .argument("[to]", "the same; of a date alone its end counts. Left out: the day of <from>")
    .option("--rules <dir>", "folder of changed rule files; those it does not have stay as they are")
    .option("--seed <number>", "of what is left to chance", "1")
    .summary("run recorded traffic through changed rules, and compare")
    .description(
      "Lets the customers who came in that time come once more, with their needs, their patience and their talks as recorded, while the\n" +
        "same CSRs are at work: by the present rules, and by those of --rules. Shows waits, service level and work side by side with what\n" +
        "was recorded. Reads the store beside a desk that runs, or does not; changes nothing.",
    )
    .addHelpText(
      "after",
      '\nExamples:\n  frontdesk replay 2026-11-02 2026-11-08 --rules next-rules\n  frontdesk replay "2026-11-02 09:00" "2026-11-02 12:00" --json\n',
    )
    .action(async (from: string, to: string | undefined, options: ReplayOptions) => {
      // Only here: schemas and adapters take a while to load.
      const { replay } = await import("./replaying.ts");
      replay(from, to, options, terminal);
    });
}
