/** Several days that might be, as one: means of what they came to, and how far they lie apart. */
import { atShare, type HourFigures, mean, type QueueFigures, type ShiftReport } from "./shift-report.ts";

/** Of ten days one is below `low` and one above `high`. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((left, right) => left - right);
  const [low, high] = [atShare(sorted, 0.1), atShare(sorted, 0.9)];
  return low === null || high === null ? null : { low, high };
}

/** Counts and figures are those of one day on average; what no day had is null. At least one report, all of the same desk. */
export function averageOf(reports: readonly ShiftReport[]): ShiftReport {
  const [first] = reports;
  if (first === undefined) throw new Error("there is nothing to take the average of");
  const queues = [...new Set(reports.flatMap((one) => one.queues.map(({ queue }) => queue)))];
  const csrs = [...new Set(reports.flatMap((one) => one.csrs.map(({ csr }) => csr)))];
  return {
    total: averageFigures(reports.map(({ total }) => total)),
    queues: queues.map((id) =>
      averageFigures(
        reports.flatMap((one) => one.queues.filter(({ queue }) => queue === id)),
        reports.length,
      ),
    ),
    csrs: csrs.map((id) => {
      const own = reports.flatMap((one) => one.csrs.filter(({ csr }) => csr === id));
      const sum = (of: (figures: (typeof own)[number]) => number): number => own.reduce((all, one) => all + of(one), 0);
      return {
        csr: id,
        served: sum(({ served }) => served) / reports.length,
        hours: sum(({ hours }) => hours) / reports.length,
        load: known(own.map(({ load }) => load)),
      };
    }),
    hours: first.hours.map((_, hour) => averageHour(reports.flatMap(({ hours }) => hours[hour] ?? []))),
  };
}

function averageFigures(all: readonly QueueFigures[], days = all.length): QueueFigures {
  const sum = (of: (figures: QueueFigures) => number): number => all.reduce((sum_, one) => sum_ + of(one), 0) / days;
  const of = (value: (figures: QueueFigures) => number | null): number | null => known(all.map(value));
  return {
    queue: all[0]?.queue ?? "",
    came: sum(({ came }) => came),
    served: sum(({ served }) => served),
    left: sum(({ left }) => left),
    sentAway: sum(({ sentAway }) => sentAway),
    waiting: sum(({ waiting }) => waiting),
    serviceLevel: of(({ serviceLevel }) => serviceLevel),
    targetSeconds: all[0]?.targetSeconds ?? null,
    meanWait: of(({ meanWait }) => meanWait),
    medianWait: of(({ medianWait }) => medianWait),
    p90Wait: of(({ p90Wait }) => p90Wait),
  };
}

/** By customer, not by day: an hour in which one came says less than one in which fifty did. */
function averageHour(all: readonly HourFigures[]): HourFigures {
  const served = all.reduce((sum, one) => sum + one.served, 0);
  const waited = all.reduce((sum, one) => sum + one.served * (one.meanWait ?? 0), 0);
  return { served: served / Math.max(1, all.length), meanWait: served === 0 ? null : waited / served };
}

function known(values: readonly (number | null)[]): number | null {
  return mean(values.filter((value) => value !== null));
}
