/** `frontdesk csrs`: who is there, who is away, and new passwords. */
import type { Command } from "commander";
import type { PasswordReport } from "../control/protocol.ts";
import type { CsrView } from "../core/step.ts";
import { ask, type DeskOptions, segment, withDesk } from "./desk-command.ts";
import { table } from "./table.ts";
import { plain, type Style, type Terminal } from "./terminal.ts";

export function addCsrs(program: Command, terminal: Terminal): void {
  const csrs = withDesk(program.command("csrs"))
    .summary("list CSRs; set them away; make passwords")
    .description("Lists the CSRs with their state: free, busy, away, wrap-up or offline.")
    .addHelpText("after", "\nExamples:\n  frontdesk csrs\n  frontdesk csrs away ada\n  frontdesk csrs password grace\n")
    .action((options: DeskOptions) =>
      ask<readonly CsrView[]>(terminal, options, "GET", "/csrs", (rows) => terminal.out(csrsText(rows, terminal))),
    );
  for (const [verb, summary, done] of VERBS) {
    csrs
      .command(verb)
      .argument("<id>", "the CSR")
      .summary(summary)
      .action((id: string, _options: unknown, command: Command) =>
        ask(terminal, command.optsWithGlobals<DeskOptions>(), "POST", `/csrs/${segment(id)}/${verb}`, () =>
          terminal.out(done(id)),
        ),
      );
  }
  csrs
    .command("password")
    .argument("<id>", "the CSR, or somebody of staff: in people.yaml")
    .summary("make a new password and show it once; that person is signed out everywhere")
    .action((id: string, _options: unknown, command: Command) =>
      ask<PasswordReport>(
        terminal,
        command.optsWithGlobals<DeskOptions>(),
        "POST",
        `/csrs/${segment(id)}/password`,
        (report) => {
          if (report.kind === "made") {
            terminal.out(`${report.login}  ${report.password}`);
          }
        },
      ),
    );
}

const VERBS = [
  ["away", "give a CSR nothing new until they, or you, say back", (id: string) => `${id} is away.`],
  ["back", "give a CSR conversations again", (id: string) => `${id} is back.`],
] as const;

const STYLES: Readonly<Record<string, Style>> = { free: "green", busy: "yellow", "wrap-up": "yellow" };

function csrsText(rows: readonly CsrView[], terminal: Terminal): string {
  if (rows.length === 0) {
    return "There are no CSRs; people.yaml names them.";
  }
  return table(
    [
      { title: "ID", cell: (row) => row.id },
      { title: "NAME", cell: (row) => plain(row.name) },
      { title: "STATE", cell: (row) => terminal.paint(STYLES[row.state] ?? "dim", row.state) },
      { title: "LOAD", cell: (row) => `${row.load}/${row.capacity}`, right: true },
      {
        title: "REACHABLE AT",
        cell: (row) => plain(row.reachable.map(({ network, id }) => `${network}: ${id}`).join(", ") || "-"),
      },
    ],
    rows,
  );
}
