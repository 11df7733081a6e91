/** `frontdesk conversations`: those that are open, and closing one. */
import type { Command } from "commander";
import type { ConversationView } from "../core/step.ts";
import { ask, type DeskOptions, segment, withDesk } from "./desk-command.ts";
import { duration, table } from "./table.ts";
import { plain, type Terminal } from "./terminal.ts";

export function addConversations(program: Command, terminal: Terminal): void {
  const conversations = withDesk(program.command("conversations"))
    .summary("list open conversations")
    .description("Lists the open conversations. `frontdesk transcript ID` shows what was said in one.")
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk conversations\n  frontdesk conversations --json | jq '.[] | select(.queue == \"billing\")'\n  frontdesk conversations close 5q2mzx\n",
    )
    .action((options: DeskOptions) =>
      ask<readonly ConversationView[]>(terminal, options, "GET", "/conversations", (rows) =>
        terminal.out(conversationsText(rows)),
      ),
    );
  conversations
    .command("close")
    .argument("<id>", "the conversation")
    .summary("close a conversation; both sides are told")
    .action((id: string, _options: unknown, command: Command) =>
      ask(terminal, command.optsWithGlobals<DeskOptions>(), "POST", `/close/${segment(id)}`, () =>
        terminal.out(`Conversation ${id} is closed.`),
      ),
    );
}

/** "xmpp", or "Telegram (matrix)" for a customer behind a gateway. */
function networkCell({ network, origin, gateway, software }: ConversationView): string {
  return gateway === null && software?.gateway == null ? network : plain(`${origin} (${network})`);
}

function conversationsText(rows: readonly ConversationView[]): string {
  if (rows.length === 0) {
    return "No conversation is open.";
  }
  const now = Date.now();
  return table(
    [
      { title: "ID", cell: (row) => row.id },
      { title: "STATE", cell: (row) => row.state },
      { title: "NETWORK", cell: networkCell },
      { title: "HANDLE", cell: (row) => row.handle },
      { title: "CUSTOMER", cell: (row) => plain(row.customer ?? "-") },
      {
        title: "SOFTWARE",
        cell: (row) =>
          plain([row.software?.name, row.software?.version].filter((part) => part != null).join(" ") || "-"),
      },
      { title: "QUEUE", cell: (row) => row.queue ?? "-" },
      { title: "CSR", cell: (row) => row.csr ?? "-" },
      {
        title: "WAITS",
        cell: (row) => (row.waitingSince === null ? "-" : duration(now - row.waitingSince)),
        right: true,
      },
      { title: "OPEN", cell: (row) => duration(now - row.openedAt), right: true },
    ],
    rows,
  );
}
