/** `frontdesk audit`: who did what, when, from where; and whether the log of it is whole. */
import type { Command } from "commander";
import type { AuditVerdict } from "../audit.ts";
import type { AuditEntry } from "../control/audit-wish.ts";
import type { AuditReport } from "../control/protocol.ts";
import { ask, type DeskOptions, withDesk } from "./desk-command.ts";
import { moment, table } from "./table.ts";
import { EXIT_CODES, plain, type Terminal } from "./terminal.ts";

interface AuditOptions extends DeskOptions {
  readonly since?: string;
  readonly until?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly subject?: string;
  readonly refused?: boolean;
  readonly below?: string;
  readonly limit?: string;
  readonly verify?: boolean;
}

export function addAudit(program: Command, terminal: Terminal): void {
  withDesk(program.command("audit"))
    .option("--since <time>", "from this time on: 2026-11-21, or 2026-11-21T10:00:00Z")
    .option("--until <time>", "before this time")
    .option("--action <action>", "one kind of entry, such as sign-in.failed")
    .option("--actor <who>", "what one of them did, such as staff:ada")
    .option("--subject <what>", "what was done to one conversation, CSR or login")
    .option("--refused", "what was refused alone")
    .option("--limit <number>", "entries at most, the newest ones; 100 when left out")
    .option("--below <number>", "entries with smaller numbers: the next page")
    .option("--verify", "look whether the log is whole; ends with 1 when it is not")
    .summary("show who did what, when, from where")
    .description(
      "Shows the audit log, the newest entries first: sign-ins, what staff, programs and the command line did to the desk, and whose\n" +
        "conversations they read. Each entry bears a hash over itself and the one before; --verify looks through all of them.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk audit --since 2026-11-01 --refused\n  frontdesk audit --subject 4k2x7q --json | jq '.entries[].actor'\n  frontdesk audit --verify\n",
    )
    .action((options: AuditOptions) =>
      options.verify === true
        ? ask<AuditVerdict>(terminal, options, "POST", "/audit/verify", (verdict) => tell(terminal, verdict), {})
        : ask<AuditReport>(terminal, options, "POST", "/audit", (report) => show(terminal, report), wishOf(options)),
    );
}

function wishOf({ since, until, action, actor, subject, refused, below, limit }: AuditOptions): object {
  const outcome = refused === true ? "refused" : undefined;
  return { since, until, action, actor, subject, outcome, below, limit };
}

function show(terminal: Terminal, report: AuditReport): void {
  if (report.kind === "entries") terminal.out(auditText(report.entries, terminal));
}

function auditText(entries: readonly AuditEntry[], terminal: Terminal): string {
  if (entries.length === 0) return "There is no such entry.";
  return table(
    [
      { title: "NUMBER", cell: ({ seq }) => String(seq), right: true },
      { title: "TIME", cell: ({ at }) => moment(Date.parse(at)) },
      { title: "WHO", cell: ({ actor }) => plain(actor) },
      { title: "FROM", cell: ({ origin }) => origin ?? "-" },
      {
        title: "DID",
        cell: ({ action, outcome }) =>
          outcome === "refused" ? terminal.paint("yellow", `${action} (refused)`) : action,
      },
      { title: "TO", cell: ({ subject }) => plain(subject ?? "-") },
      {
        title: "",
        cell: ({ detail }) =>
          plain(
            Object.entries(detail)
              .map(([name, value]) => `${name}=${value}`)
              .join(" "),
          ),
      },
    ],
    entries,
  );
}

function tell(terminal: Terminal, verdict: AuditVerdict): void {
  if (verdict.kind === "whole") {
    const { entries, first, last, hash } = verdict;
    terminal.out(terminal.paint("green", `The audit log is whole: ${entries} entries, ${first} to ${last}.`));
    terminal.out(`The hash of the last one is ${hash}.`);
    return;
  }
  terminal.exitCode = EXIT_CODES.failed;
  terminal.err(`The audit log is not whole. At entry ${verdict.seq}: ${verdict.text}.`);
}
