/** `frontdesk simulate`: a day that has not been, with other people or other rules. */
import type { Command } from "commander";
import { type DeskOptions, withDesk } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export interface SimulateOptions extends DeskOptions {
  readonly add: string;
  readonly like?: string;
  readonly skills?: string;
  readonly capacity?: string;
  readonly hours?: string;
  readonly without: readonly string[];
  readonly arrivals: string;
  readonly rules?: string;
  readonly weeks: string;
  readonly until?: string;
  readonly runs: string;
  readonly seed: string;
}

export function addSimulate(program: Command, terminal: Terminal): void {
  withDesk(program.command("simulate"))
    .argument("<day>", 'a day of the week, or a date such as "2026-12-24"')
    .option("--add <count>", "so many more CSRs", "0")
    .option("--like <csr>", "they are as this one: skills, languages, networks, capacity")
    .option("--skills <list>", "what they can, with levels: billing:3,support")
    .option("--capacity <count>", "conversations they have at a time")
    .option("--hours <span>", 'when they are there, "09:00-17:00"; left out: whenever anybody is')
    .option(
      "--without <csr>",
      "somebody who is not there; may be given several times",
      (id, all) => [...all, id],
      [] as readonly string[],
    )
    .option("--arrivals <percent>", "how many customers come, 100 being as many as usual", "100")
    .option("--rules <dir>", "folder of changed rule files; those it does not have stay as they are")
    .option("--weeks <count>", "how far back records are looked at", "8")
    .option("--until <date>", "up to when; left out: now")
    .option("--runs <count>", "days that are imagined", "20")
    .option("--seed <number>", "of what is left to chance", "1")
    .summary("what if: a day with other people, other rules, more customers")
    .description(
      "Imagines days of that kind many times: customers come as they did on recorded ones, talks and patience last as was learned from\n" +
        "them, CSRs are there as they were. Shows waits, service level and work as things are, and as they would be with the change.\n" +
        "Reads the store beside a desk that runs, or does not; changes nothing.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk simulate monday --add 2 --like ada\n  frontdesk simulate friday --add 1 --skills billing:3 --hours 12:00-16:00\n  frontdesk simulate monday --without ada --arrivals 120\n  frontdesk simulate 2026-12-24 --rules next-rules --json\n",
    )
    .action(async (day: string, options: SimulateOptions) => {
      // Only here: schemas and adapters take a while to load.
      const { simulate } = await import("./simulating.ts");
      simulate(day, options, terminal);
    });
}
