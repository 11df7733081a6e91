/** What the rows of the group `relay` are made of: who is measured against whom, and which figure of the runs counts. */
import { median, percentile, type Row } from "./measure.ts";
import type { Speed } from "./xmpp-field.ts";

export const PARSER = "a bare relay on the same parser and socket, nothing kept";
export const JOURNAL = "a bare relay that writes one synced row of each message, in groups, and keeps nothing else";
export const STOCK = "a bare relay on @xmpp/component as published, nothing kept";

/** Messages a second at which delays are measured. */
export const PACE_PER_SECOND = 1_000;

/** Of a run's figures of processor time, those of the process with that place among its `pids`. */
export function cpuOf(speeds: readonly Speed[], index: number): readonly number[] {
  return speeds.map(({ cpu }) => cpu[index] ?? Number.NaN);
}

/** `least`: what ours / theirs is to be; null where nothing is asked. */
export function speedRow(
  id: string,
  ours: readonly Speed[],
  theirs: readonly Speed[],
  against: string,
  least: number | null,
): Row {
  const speed = (speeds: readonly Speed[]) => median(speeds.map(({ perSecond }) => perSecond));
  const goal = least === null ? null : { atLeast: least };
  return { id, unit: "msg/s", ours: speed(ours), theirs: speed(theirs), against, goal };
}

/** Of microseconds a message (`cpuOf`); `most`: what ours / theirs may be. */
export function cpuRow(
  id: string,
  ours: readonly number[],
  theirs: readonly number[],
  against: string,
  most: number | null,
): Row {
  const goal = most === null ? null : { atMost: most };
  return { id, unit: "µs CPU a message", ours: median(ours), theirs: median(theirs), against, goal };
}

/** Delays of each run, in milliseconds. */
export type Runs = readonly (readonly number[])[];

/** The delay that `share` of the messages do not exceed, of each run; `most`: what ours / theirs may be. */
export function delayRow(
  id: string,
  share: number,
  ours: Runs,
  theirs: Runs,
  against: string,
  most: number | null,
): Row {
  const delay = (runs: Runs) => median(runs.map((run) => percentile(run, share)));
  return {
    id: `${id}-at-${PACE_PER_SECOND}`,
    unit: "ms",
    ours: delay(ours),
    theirs: delay(theirs),
    against,
    goal: most === null ? null : { atMost: most },
  };
}
