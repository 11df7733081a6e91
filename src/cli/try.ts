/** `frontdesk try`: an imagined customer, routed by the rule files or at the running desk, with the reasons. */
import { type Command, InvalidArgumentError } from "commander";
import { type DeskOptions, withDesk } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export interface TryOptions extends DeskOptions {
  readonly given?: string;
  readonly network?: string;
  readonly handle?: string;
  readonly language?: string;
  readonly customer?: string;
  readonly answer: Readonly<Record<string, string>>;
  readonly software?: string;
  readonly lastCsr?: string;
  readonly declined: readonly string[];
  readonly waited?: string;
  readonly at?: string;
  readonly waiting?: string;
  readonly csr: Readonly<Record<string, string>>;
  readonly live?: boolean;
}

function pair(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be a name, = and a value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function another(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

export function addTry(program: Command, terminal: Terminal): void {
  withDesk(program.command("try"))
    .argument("[queue]", "the queue the bot sends the customer to")
    .option("--given <file>", "YAML or JSON with the keys of given: in tests; options go before it")
    .option("--network <id>", "the customer's network")
    .option("--handle <name>", "the handle they wrote to")
    .option("--language <tag>", "their language")
    .option("--customer <id>", "their id in directory.yaml")
    .option("--answer <name=value>", "what the bot learned; may be given several times", pair, {})
    .option("--software <name>", "the name of their software")
    .option("--last-csr <id>", "who talked with them last")
    .option("--declined <id>", "a CSR who did not take it; may be given several times", another, [])
    .option("--waited <seconds>", "how long they have waited")
    .option("--at <time>", 'when it is: "2026-11-23 22:30"')
    .option("--waiting <count>", "how many others wait in the queue")
    .option(
      "--csr <id=state>",
      "free, busy, away or offline; all others are offline; may be given several times",
      pair,
      {},
    )
    .option("--live", "at the running desk as it is now, by the rules it runs by")
    .summary("route an imagined customer, and say why")
    .description(
      "Routes an imagined customer by the rule files and says who is asked, in which order, and why nobody else is. Without\n" +
        "--csr every CSR is free. With --live the running desk answers, with everybody as they are now; nothing is changed.",
    )
    .addHelpText(
      "after",
      '\nExamples:\n  frontdesk try billing\n  frontdesk try support --language de --waited 90 --csr ada=busy --csr grace=free\n  frontdesk try billing --at "2026-12-24 10:00" --json\n  frontdesk try support --live\n',
    )
    .action(async (queue: string | undefined, options: TryOptions) => {
      // Only here: schemas and adapters take a while to load.
      const { tryOut } = await import("./trying.ts");
      await tryOut(queue, options, terminal);
    });
}
