/** `frontdesk erase`: what is kept of one customer, and removing it. */
import type { Command } from "commander";
import type { EraseReport } from "../control/protocol.ts";
import { ask, type DeskOptions, withDesk } from "./desk-command.ts";
import { plain, type Terminal } from "./terminal.ts";

interface EraseOptions extends DeskOptions {
  readonly yes?: boolean;
}

export function addErase(program: Command, terminal: Terminal): void {
  withDesk(program.command("erase <network> <address>"))
    .option("--yes", "really erase; it cannot be undone")
    .summary("show what is kept of one customer, or erase it")
    .description(
      "Finds the conversations of the customer at that address. With --yes they are erased: what both sides said in them, files, names and\n" +
        "addresses, what was decided about them, and what the desk remembers of the person; their bytes are written over. The audit log\n" +
        "keeps that it was done, and not to whom. Refused while a conversation of theirs is open. Copies made by `frontdesk backup`, the\n" +
        "log's files, directory.yaml, and what other servers keep are yours to look after.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk erase chat anna@im.example\n  frontdesk erase chat anna@im.example --yes\n  frontdesk conversations --json | jq '.[] | [.id, .network, .customer]'\n",
    )
    .action((network: string, address: string, options: EraseOptions) =>
      ask<EraseReport>(terminal, options, "POST", "/erase", (report) => terminal.out(told(report, network, address)), {
        network,
        address,
        erase: options.yes === true,
      }),
    );
}

function told(report: EraseReport, network: string, address: string): string {
  switch (report.kind) {
    case "found":
      return report.conversations.length === 0
        ? `Nothing is kept of ${plain(address)} on ${network} but what the desk may remember of the address itself.`
        : `${report.conversations.length} conversations (${report.conversations.join(", ")}) with ${report.files} files. Nothing was erased; --yes does it.`;
    case "erased":
      return `Erased: ${report.conversations} conversations with ${report.lines} lines, ${report.files} files, ${report.facts} facts, ${report.sends} sends.`;
    case "missing":
    case "refused":
      return report.text;
  }
}
