/** What `frontdesk replay` does. */
import { hoursBetween } from "../config/hours.ts";
import { runShift, type ShiftInput, type Visit } from "../core/analysis/shift.ts";
import { type ShiftReport, targetsOf } from "../core/analysis/shift-report.ts";
import { withNewcomers } from "../core/analysis/staffing.ts";
import type { Span, Traffic } from "../core/analysis/traffic.ts";
import type { Rules } from "../core/rules.ts";
import { comparisonText, type Side } from "./comparison-text.ts";
import { runShown } from "./progress.ts";
import { readRules, readSpan, readTraffic, readWhole, refusing, shownTime } from "./recorded.ts";
import type { ReplayOptions } from "./replay.ts";
import type { Terminal } from "./terminal.ts";

/** What --json prints. */
export interface ReplayReport {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Versions of the rules; null without --rules. */
  readonly rules: { readonly present: string; readonly changed: string | null };
  readonly recorded: ShiftReport;
  /** Once more by the present rules: how far it is off what was recorded says how far the rest can be trusted. */
  readonly present: ShiftReport;
  readonly changed: ShiftReport | null;
  /** Customers who were left out, by reason. */
  readonly leftOut: { readonly olderRecords: number; readonly unknownNetwork: number };
  readonly unknown: Traffic["unknown"];
  /** CSRs of the changed rules alone: taken to be at work whenever anybody is. */
  readonly newCsrs: readonly string[];
  readonly answers: Traffic["answers"];
}

/** Prints the comparison and sets the exit code. */
export function replay(from: string, to: string | undefined, options: ReplayOptions, terminal: Terminal): void {
  refusing(terminal, options, () => {
    const present = readRules(options);
    const changed = options.rules === undefined ? null : readRules(options, options.rules);
    const seed = readWhole("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
    const span = readSpan(present, from, to);
    const report = compare(readTraffic(options, present, span, seed), { present, changed, span, seed });
    terminal.out(options.json === true ? JSON.stringify(report, null, 2) : replayText(report, present, terminal));
  });
}

interface Compared {
  readonly present: Rules;
  readonly changed: Rules | null;
  readonly span: Span;
  readonly seed: number;
}

function compare(traffic: Traffic, { present, changed, span, seed }: Compared): ReplayReport {
  const isKnown = ({ who }: Visit): boolean =>
    [present, changed ?? present].every(({ networks }) => networks.has(who.address.network));
  const visits = traffic.visits.filter(isKnown);
  const lost = traffic.visits.filter((visit) => visit.at >= span.from && visit.at < span.to && !isKnown(visit));
  const newCsrs = changed === null ? [] : [...changed.csrs.keys()].filter((id) => !present.csrs.has(id));
  const targets = targetsOf(present);
  const run = (rules: Rules, csrs: readonly string[], label: string): ShiftReport => {
    const { until, answers, slowness } = traffic;
    const attendance = withNewcomers(traffic.attendance, csrs);
    const begin = Math.min(span.from, visits[0]?.at ?? span.from, attendance[0]?.at ?? span.from);
    const hours = hoursBetween(rules, begin, until);
    const input: ShiftInput = { rules, ...span, until, visits, attendance, hours, answers, slowness, seed, targets };
    return runShown(label, runShift(input));
  };
  return {
    ...span,
    rules: { present: present.version, changed: changed?.version ?? null },
    recorded: traffic.recorded,
    present: run(present, [], "Present rules"),
    changed: changed === null ? null : run(changed, newCsrs, "Changed rules"),
    leftOut: { olderRecords: traffic.unknown.leftOut, unknownNetwork: lost.length },
    unknown: traffic.unknown,
    newCsrs,
    answers: traffic.answers,
  };
}

function replayText(report: ReplayReport, rules: Rules, terminal: Terminal): string {
  const { from, to, recorded, present, changed } = report;
  const sides: Side[] = [
    { title: "RECORDED", report: recorded },
    { title: "PRESENT", report: present },
    ...(changed === null ? [] : [{ title: "CHANGED", report: changed }]),
  ];
  const title = `${shownTime(rules, from)} to ${shownTime(rules, to)}: ${recorded.total.came} customers`;
  const notes = notesOf(report);
  return [
    terminal.paint("bold", title),
    "",
    comparisonText(sides, terminal),
    "",
    "PRESENT is the same traffic once more by the present rules: how far it is from RECORDED says how far",
    "CHANGED can be trusted. What nobody can know:",
    ...notes.map((note) => `- ${note}`),
  ].join("\n");
}

/** What the comparison does not know, and what it supposes instead. */
function notesOf({ leftOut, unknown, newCsrs, answers, recorded }: ReplayReport): readonly string[] {
  const { olderRecords, unknownNetwork } = leftOut;
  const notes: (readonly [count: number, note: string])[] = [
    [olderRecords, `${olderRecords} customers are left out: an older Frontdesk recorded too little of them.`],
    [unknownNetwork, `${unknownNetwork} customers are left out: they came over a network that is not configured.`],
    [
      unknown.patience,
      `How much longer ${unknown.patience} customers would have waited, who had no need to: drawn by chance from how long others did.`,
    ],
    [
      unknown.talks,
      `How long the talks of ${unknown.talks} customers would have been, who had none to the end: drawn likewise.`,
    ],
    [
      unknown.returned,
      `${unknown.returned} came back to a queue after the bot had them once more: only their first time is counted.`,
    ],
    [
      recorded.total.sentAway,
      "What those who go back to the bot, or find it closed, would do next: they are followed no further.",
    ],
    [
      answers.refused,
      `Who would have declined or missed which offer: ${(answers.refused * 100).toFixed(0)} % of all do, by chance, as recorded.`,
    ],
    [
      unknown.reloads,
      `The rules were changed ${unknown.reloads} times in that time: not all of RECORDED went by the present ones.`,
    ],
    [newCsrs.length, `${newCsrs.join(", ")}: new, so taken to be at work whenever anybody was.`],
  ];
  return notes.flatMap(([count, note]) => (count > 0 ? [note] : []));
}
