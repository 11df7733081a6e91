/** `frontdesk status`: how the running desk is. */
import type { Command } from "commander";
import type { StatusReport } from "../control/protocol.ts";
import type { QueueView } from "../core/step.ts";
import type { NatStatus } from "../nat/port-mapping.ts";
import type { DelegateStatus } from "../routing-client/delegate.ts";
import { ask, type DeskOptions, withDesk } from "./desk-command.ts";
import { duration, moment, table } from "./table.ts";
import { plain, type Terminal } from "./terminal.ts";

export function addStatus(program: Command, terminal: Terminal): void {
  withDesk(program.command("status"))
    .summary("show how the running desk is")
    .description("Shows networks, queues, CSRs and the work of the running desk. Ends with 3 when none is running.")
    .addHelpText("after", "\nExamples:\n  frontdesk status\n  frontdesk status --json | jq .queues\n")
    .action((options: DeskOptions) =>
      ask<StatusReport>(terminal, options, "GET", "/status", (report) => terminal.out(statusText(report, terminal))),
    );
}

function statusText(report: StatusReport, terminal: Terminal): string {
  const state = report.ready ? terminal.paint("green", "ready") : terminal.paint("red", "not ready");
  const networks = table(
    [
      { title: "NETWORK", cell: (row) => row.network },
      { title: "ADAPTER", cell: (row) => row.protocol },
      { title: "LINK", cell: (row) => terminal.paint(row.status === "online" ? "green" : "yellow", row.status) },
      { title: "", cell: (row) => plain(row.detail ?? "") },
    ],
    report.networks,
  );
  const queues = table(
    [
      { title: "QUEUE", cell: (row) => row.id },
      { title: "HOURS", cell: (row) => (row.open ? "open" : "closed") },
      { title: "WAITING", cell: (row) => String(row.waiting), right: true },
      { title: "LONGEST", cell: (row) => (row.waiting === 0 ? "-" : duration(row.longestWaitMs)), right: true },
      ...(report.estimates === undefined
        ? []
        : [{ title: "ESTIMATES OFF BY", cell: (row: QueueView) => offBy(report, row.id), right: true }]),
    ],
    report.queues,
  );
  return [
    `Frontdesk ${report.version} (pid ${report.pid}) is ${state}, up for ${duration(Date.now() - report.startedAt)} since ${moment(report.startedAt)}`,
    `rules ${report.rules}, ${report.url}${report.publicOrigin == null ? "" : `, reached at ${report.publicOrigin}`}`,
    ...(report.nat == null ? [] : natLines(report.nat, terminal)),
    ...(report.routing == null ? [] : [routingLine(report.routing, terminal)]),
    ...sealingLines(report),
    ...(report.needsRestart.length === 0
      ? []
      : [terminal.paint("yellow", `waiting for a restart: ${report.needsRestart.join(", ")}`)]),
    "",
    networks,
    "",
    queues,
    "",
    `conversations  ${counts(report.conversations)}`,
    `CSRs           ${counts(report.csrs)}`,
    `outbox         ${report.engine.outboxRows ?? 0} unconfirmed, ${report.engine.inFlight ?? 0} under way`,
    `since start    ${report.engine.events ?? 0} events in ${report.engine.commits ?? 0} commits, ${report.engine.quarantined ?? 0} quarantined, ${report.engine.undelivered ?? 0} undelivered`,
  ].join("\n");
}

/** "sealed with the key 0123456789abcdef"; nothing where no key is in use. */
function sealingLines({ sealing }: StatusReport): readonly string[] {
  if (sealing == null || (sealing.key === null && sealing.share === 1)) return [];
  const state = sealing.key === null ? "is written without a key" : `is sealed with the key ${sealing.key}`;
  const left = sealing.share === 1 ? "" : `; of what was there before, ${Math.floor(sealing.share * 100)} % is by now`;
  return [`the store ${state}${left}`];
}

const DECIDES: Readonly<Record<DelegateStatus["decides"], string>> = {
  elsewhere: "decides",
  desk: "is away; this desk decides by its own rules",
  nobody: "is away; customers wait until it is back",
};

/** "routing server wss://routing.example.com:8090 decides (12 answers, 1 too late)". */
function routingLine({ kind, url, decides, answers, stale, detail }: DelegateStatus, terminal: Terminal): string {
  const counted = answers === 0 ? "" : ` (${answers} answers, ${stale} of no use any more)`;
  const state = terminal.paint(decides === "elsewhere" ? "green" : "yellow", DECIDES[decides]);
  return `routing ${kind} ${url} ${state}${counted}${detail === null ? "" : `: ${plain(detail)}`}`;
}

/** "NAT gateway 192.168.1.1: the world sees 203.0.113.9; http 8080 at 8080 for 42 min". */
function natLines({ gateway, address, isPrivate, reason, ports }: NatStatus, terminal: Terminal): readonly string[] {
  const seen = address === null ? "" : `the world sees ${address}${isPrivate ? ", which is another NAT's" : ""}`;
  const trouble = reason === null ? "" : terminal.paint("yellow", plain(reason));
  const heads = [`NAT gateway ${gateway ?? "unknown"}: ${[seen, trouble].filter((part) => part !== "").join("; ")}`];
  const rows = ports.map(({ name, port, mapped, until, reason: why }) => {
    const left = until === null ? "" : ` for ${duration(Math.max(0, until - Date.now()))}`;
    const state = mapped === null ? terminal.paint("yellow", "not mapped") : `at ${mapped}${left}`;
    return `  ${name} ${port} ${state}${why === null ? "" : ` (${plain(why)})`}`;
  });
  return [...heads, ...rows];
}

/** How good the waiting times of that queue were: "2 min (81 % within)". */
function offBy({ estimates }: StatusReport, queue: string): string {
  const known = estimates?.find((row) => row.queue === queue);
  if (known === undefined || known.coverage === null || known.meanErrorMs === null) return "-";
  return `${duration(known.meanErrorMs)} (${Math.round(known.coverage * 100)} % within)`;
}

function counts(tally: Readonly<Record<string, number>>): string {
  const entries = Object.entries(tally);
  return entries.length === 0 ? "none" : entries.map(([state, number]) => `${number} ${state}`).join(", ");
}
