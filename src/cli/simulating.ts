/** What `frontdesk simulate` does. */
import { hoursBetween } from "../config/hours.ts";
import { averageOf, type Spread, spreadOf } from "../core/analysis/average.ts";
import { type DaySource, daySource, type ImaginedDay, imagineDay } from "../core/analysis/imagined-day.ts";
import { type Attendance, runShift } from "../core/analysis/shift.ts";
import { type ShiftReport, targetsOf } from "../core/analysis/shift-report.ts";
import { withNewcomers } from "../core/analysis/staffing.ts";
import type { Span, Traffic } from "../core/analysis/traffic.ts";
import { chanceFrom } from "../core/estimate/chance.ts";
import type { Rules } from "../core/rules.ts";
import { comparisonText } from "./comparison-text.ts";
import { barPlot } from "./plot.ts";
import { runShown } from "./progress.ts";
import { dayOf, daysLike, Refusal, readRules, readTraffic, readWhole, refusing, shownTime } from "./recorded.ts";
import type { SimulateOptions } from "./simulate.ts";
import { addedCsrs, readHours, requireCsr, withAdded, withCsrs } from "./simulated-staff.ts";
import { duration } from "./table.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

/** One way things may be: the mean of all imagined days, and how far the days lie apart. */
export interface SimulatedSide {
  readonly report: ShiftReport;
  /** Seconds; null when nobody was served. */
  readonly meanWait: Spread | null;
  /** From 0 to 1. */
  readonly serviceLevel: Spread | null;
}

/** What --json prints. */
export interface SimulationReport {
  /** Midnight of the day, in milliseconds. */
  readonly day: number;
  /** Recorded days of its kind, from which it is made, and how many customers came on them. */
  readonly recordedDays: number;
  readonly recordedCustomers: number;
  readonly runs: number;
  readonly seed: number;
  readonly asItIs: SimulatedSide;
  /** Null where no option changes anything. */
  readonly then: SimulatedSide | null;
}

/** One side, as it is run. */
interface Scene {
  readonly rules: Rules;
  readonly attendance: (attendance: readonly Attendance[]) => readonly Attendance[];
}

/** Prints the comparison and sets the exit code. */
export function simulate(dayText: string, options: SimulateOptions, terminal: Terminal): void {
  refusing(terminal, options, () => {
    const rules = readRules(options);
    const { day, like, records } = dayOf(rules, dayText, readWhole("weeks", options.weeks, 1, 520), options.until);
    const seed = readWhole("seed", options.seed, 0, Number.MAX_SAFE_INTEGER);
    const runs = readWhole("runs", options.runs, 1, 10_000);
    const arrivals = readWhole("arrivals", options.arrivals, 0, 100_000) / 100;
    const changed = changedScene(rules, options, day.from);
    const traffic = readTraffic(options, rules, records, seed);
    const source = daySource(traffic, daysLike(rules, like, records));
    if (source.staff.length === 0) {
      const span = `${shownTime(rules, records.from)} to ${shownTime(rules, records.to)}`;
      throw new Refusal(
        EXIT_CODES.failed,
        `No customer came on any such day from ${span}; look back further with --weeks.`,
      );
    }
    const asItIs: Scene = { rules, attendance: (attendance) => attendance };
    const isChanged = changed !== null || arrivals !== 1;
    const scenes = isChanged ? [asItIs, changed ?? asItIs] : [asItIs];
    const sides = runShown("Imagining days", runDays({ scenes, source, traffic, day, arrivals, runs, seed }));
    const [first, second] = sides;
    if (first === undefined) return;
    const report: SimulationReport = {
      day: day.from,
      recordedDays: source.staff.length,
      recordedCustomers: source.customers.length,
      runs,
      seed,
      asItIs: first,
      then: second ?? null,
    };
    terminal.out(options.json === true ? JSON.stringify(report, null, 2) : simulationText(report, rules, terminal));
  });
}

/** Null when no option changes people or rules. */
function changedScene(present: Rules, options: SimulateOptions, start: number): Scene | null {
  const rules = options.rules === undefined ? present : readRules(options, options.rules);
  const added = addedCsrs(rules, options);
  const hours = readHours(options.hours);
  const without = new Set(options.without.map((id) => requireCsr(present, id).id));
  if (options.rules === undefined && added.length === 0 && without.size === 0) return null;
  const ids = added.map(({ id }) => id);
  const newcomers = [...rules.csrs.keys()].filter((id) => !present.csrs.has(id));
  return {
    rules: withCsrs(rules, added),
    attendance: (attendance) => {
      const staff = withNewcomers(attendance, newcomers);
      const all = withAdded(staff, ids, hours, start);
      return all.filter(({ csr }) => !without.has(csr));
    },
  };
}

interface Days {
  readonly scenes: readonly Scene[];
  readonly source: DaySource;
  readonly traffic: Traffic;
  readonly day: Span;
  readonly arrivals: number;
  readonly runs: number;
  readonly seed: number;
}

/** Who waits at the end of the day is followed for so long. */
const AFTERWARDS_MS = 4 * 3_600_000;

/** Yields how many of the days are done, from 0 to 1. The same chance for both sides: what differs is the change alone. */
function* runDays({ scenes, source, traffic, day, arrivals, runs, seed }: Days): Generator<number, SimulatedSide[]> {
  const { answers, slowness } = traffic;
  const until = day.to + AFTERWARDS_MS;
  const reports = scenes.map((): ShiftReport[] => []);
  const [asItIs] = scenes;
  if (asItIs === undefined) return [];
  const targets = targetsOf(asItIs.rules);
  const hours = scenes.map(({ rules }) => hoursBetween(rules, day.from, until));
  for (let run = 0; run < runs; run += 1) {
    for (const [index, { rules, attendance }] of scenes.entries()) {
      const own = seed + run * 1_299_709;
      const usual = imagineDay(source, day.from, index === 0 ? 1 : arrivals, chanceFrom(own));
      const imagined: ImaginedDay = { visits: known(usual, scenes), attendance: attendance(usual.attendance) };
      const input = {
        ...imagined,
        rules,
        ...day,
        until,
        hours: hours[index] ?? [],
        answers,
        slowness,
        seed: own,
        targets,
      };
      const shift = runShift(input);
      let step = shift.next();
      for (; step.done !== true; step = shift.next()) yield (run + (index + step.value) / scenes.length) / runs;
      reports[index]?.push(step.value);
    }
  }
  return reports.map((all) => ({
    report: averageOf(all),
    meanWait: spreadOf(all.map(({ total }) => total.meanWait)),
    serviceLevel: spreadOf(all.map(({ total }) => total.serviceLevel)),
  }));
}

/** Without those who came over networks that are not configured any more, on any side. */
function known({ visits }: ImaginedDay, scenes: readonly Scene[]): ImaginedDay["visits"] {
  return visits.filter(({ who }) => scenes.every(({ rules }) => rules.networks.has(who.address.network)));
}

function simulationText(report: SimulationReport, rules: Rules, terminal: Terminal): string {
  const { day, runs, recordedDays, recordedCustomers, asItIs, then } = report;
  const sides = [{ title: "AS IT IS", ...asItIs }, ...(then === null ? [] : [{ title: "THEN", ...then }])];
  const from = `${recordedCustomers} customers on ${recordedDays} recorded ${recordedDays === 1 ? "day" : "days"}`;
  const date = shownTime(rules, day).slice(0, 10);
  const spreads = sides.flatMap(({ title, meanWait, serviceLevel }) => {
    if (meanWait === null || serviceLevel === null) return [];
    const wait = `${duration(meanWait.low * 1000)} to ${duration(meanWait.high * 1000)}`;
    return [`${title}: mean wait ${wait}, in time ${percent(serviceLevel.low)} to ${percent(serviceLevel.high)}`];
  });
  return [
    terminal.paint("bold", `${date}, imagined ${runs} times from ${from}`),
    "",
    comparisonText(sides, terminal),
    "",
    ...waitsByHour(sides, terminal),
    "On eight days of ten:",
    ...spreads.map((line) => `- ${line}`),
  ].join("\n");
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const MARKS = [
  { mark: "#", style: "yellow" },
  { mark: "+", style: "green" },
] as const;

/** Hours without anybody at the beginning and at the end of the day are left out. */
function waitsByHour(
  sides: readonly { readonly title: string; readonly report: ShiftReport }[],
  terminal: Terminal,
): readonly string[] {
  const isUsed = (hour: number): boolean => sides.some(({ report }) => (report.hours[hour]?.served ?? 0) > 0);
  const all = [...(sides[0]?.report.hours.keys() ?? [])];
  const [first, last] = [all.find(isUsed), all.findLast(isUsed)];
  if (first === undefined || last === undefined) return [];
  const hours = all.slice(first, last + 1);
  const series = sides.flatMap(({ report }, index) => {
    const look = MARKS[index];
    return look === undefined ? [] : [{ ...look, values: hours.map((hour) => report.hours[hour]?.meanWait ?? null) }];
  });
  const legend = sides.map(({ title }, index) => `${MARKS[index]?.mark} ${title}`).join("   ");
  const plot = barPlot(hours.map(String), series, (seconds) => duration(seconds * 1000), terminal);
  return plot === "" ? [] : [`Mean wait of those who came in that hour   ${legend}`, "", plot, ""];
}
