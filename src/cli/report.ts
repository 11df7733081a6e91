/** `frontdesk report`: what the running desk has learned of its queues, and how good its waiting times were. */
import type { Command } from "commander";
import type { QueueReport } from "../core/estimate/audit.ts";
import { ask, type DeskOptions, withDesk } from "./desk-command.ts";
import { duration, table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export function addReport(program: Command, terminal: Terminal): void {
  withDesk(program.command("report"))
    .summary("show what was learned of the queues, and how good the waiting times were")
    .description(
      "Shows for each queue of the running desk what waiting times are estimated from, and the estimates against what the waits then were. About 80 % are meant to be within the range. Older waits count less and less: half after two weeks.",
    )
    .addHelpText("after", "\nExamples:\n  frontdesk report\n  frontdesk report --json | jq '.[] | {queue, coverage}'\n")
    .action((options: DeskOptions) =>
      ask<readonly QueueReport[]>(terminal, options, "GET", "/report", (rows) => terminal.out(reportText(rows))),
    );
}

function reportText(rows: readonly QueueReport[]): string {
  return table(
    [
      { title: "QUEUE", cell: ({ queue }) => queue },
      { title: "COME/HOUR", cell: ({ arrivalsPerHour }) => String(arrivalsPerHour), right: true },
      { title: "TALK", cell: ({ talkMs }) => duration(talkMs), right: true },
      { title: "PATIENCE", cell: ({ patienceMs }) => duration(patienceMs), right: true },
      { title: "ESTIMATES", cell: ({ estimates }) => String(estimates), right: true },
      {
        title: "WITHIN",
        cell: ({ coverage }) => (coverage === null ? "-" : `${Math.round(coverage * 100)} %`),
        right: true,
      },
      { title: "OFF BY", cell: ({ meanErrorMs }) => known(meanErrorMs), right: true },
      { title: "LONGER BY", cell: ({ biasMs }) => known(biasMs), right: true },
      { title: "WAIT", cell: ({ meanWaitMs }) => known(meanWaitMs), right: true },
    ],
    rows,
  );
}

function known(ms: number | null): string {
  return ms === null ? "-" : `${ms < 0 ? "-" : ""}${duration(Math.abs(ms))}`;
}
