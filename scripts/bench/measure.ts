/** What every group of the bench shares: rows, medians, runs that take turns. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** One line of the table, and with --json one line of JSON. */
export interface Row {
  readonly id: string;
  /** What the numbers count: "msg/s", "ms". */
  readonly unit: string;
  /** Ours, and what it is compared with: each the median of the runs. */
  readonly ours: number;
  readonly theirs: number;
  /** What `theirs` is, for readers. */
  readonly against: string;
  /** What ours / theirs is to be; null where there is nothing to reach yet. */
  readonly goal: Goal | null;
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** A group: `npm run bench -- NAME`. */
export interface Group {
  readonly name: string;
  /** Gives each row as soon as it is measured. */
  run(say: (text: string) => void): AsyncIterable<Row>;
}

/** Runs all sides in turn, so that whatever else the machine does meets them alike. */
export async function inTurn<Side extends string, Result>(
  runs: number,
  sides: Readonly<Record<Side, () => Promise<Result>>>,
): Promise<Readonly<Record<Side, readonly Result[]>>> {
  const names = Object.keys(sides) as Side[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, Result[]>;
  for (let run = 0; run < runs; run += 1) {
    for (const name of names) results[name].push(await sides[name]());
  }
  return results;
}

export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The smallest of the numbers that at least `share` of them do not exceed; NaN of none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function ratioOf({ ours, theirs }: Row): number {
  return ours / theirs;
}

/** Null where there is no goal. */
export function holds(row: Row): boolean | null {
  if (row.goal === null) return null;
  return "atLeast" in row.goal ? ratioOf(row) >= row.goal.atLeast : ratioOf(row) <= row.goal.atMost;
}

/** Bytes of heap, after everything that nobody holds was thrown away. */
export function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
