/**
 * What counts as growth. Pure.
 *
 * The slope is Theil and Sen's, the median of the slopes between all pairs of samples, which a few odd samples do not move; and growth is
 * only what stands above the limit with 99 % confidence (Kendall's variance). So a short soak finds large leaks and a long one small
 * ones, and neither finds noise. (The heap swings by some MB anyway: the last 4,096 lines at least are kept, and up to twice as many.) The first third of the samples is left out: caches fill, V8 compiles, pools find their size.
 */

/** One look at the desk. Sizes in bytes. */
export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  /** That have arrived so far, and conversations that have ended. */
  readonly messages: number;
  readonly ended: number;
  readonly heap: number;
  readonly resident: number;
  readonly files: number;
  readonly timers: number;
  readonly listeners: number;
  readonly store: number;
  readonly log: number;
  /** Milliseconds on the way since the sample before. */
  readonly p50: number;
  readonly p99: number;
}

/** Something that is watched. */
export interface Watch {
  readonly name: string;
  readonly unit: string;
  readonly of: (sample: Sample) => number;
  /** Growth is what stands above it. */
  readonly most: number;
  /** Of what `most` is the most: what it grows by in a month, or by a message. */
  readonly per: "month" | "message";
  /** Why that much. */
  readonly why: string;
  /** Differences as small as that are the measuring: less between the ends of a soak is no growth. */
  readonly noise: number;
}

export interface Finding {
  readonly watch: Watch;
  readonly first: number;
  readonly last: number;
  /** The slope, and what it is at least, in the watch's unit and `per`. */
  readonly slope: number;
  readonly least: number;
  /** `unclear`: the slope is surely above the limit, but what it came to in this time is no more than the measuring varies by. */
  readonly verdict: "grows" | "unclear" | "holds";
}

const MB = 1_000_000;
const MONTH_SECONDS = 30 * 86_400;
const BUDGET_MB = 250;

/** Beside those, the log of SQLite has a size that it must never exceed (`LOG_MB`). */
export const WATCHES: readonly Watch[] = [
  {
    name: "heap after collecting garbage",
    unit: "MB",
    of: ({ heap }) => heap / MB,
    most: BUDGET_MB,
    per: "month",
    why: "a desk is to run for a month without taking as much again as its whole budget",
    noise: 6,
  },
  {
    name: "resident memory",
    unit: "MB",
    of: ({ resident }) => resident / MB,
    most: 4 * BUDGET_MB,
    per: "month",
    why: "the same, with room for what the allocator keeps and gives back as it likes",
    noise: 32,
  },
  {
    name: "open files",
    unit: "files",
    of: ({ files }) => files,
    most: 1_024,
    per: "month",
    why: "the usual limit of a process",
    noise: 4,
  },
  {
    name: "timers",
    unit: "timers",
    of: ({ timers }) => timers,
    most: 10_000,
    per: "month",
    why: "less than one for a hundred conversations that ended",
    noise: 50,
  },
  {
    name: "listeners",
    unit: "listeners",
    of: ({ listeners }) => listeners,
    most: 10_000,
    per: "month",
    why: "less than one for a hundred conversations that ended",
    noise: 50,
  },
  {
    name: "store",
    unit: "bytes",
    of: ({ store }) => store,
    most: 4_000,
    per: "message",
    why: "a line, its receipts and its share of the conversation, kept for retentionDays; more would be something that is kept twice",
    noise: MB,
  },
];

/** Of the write-ahead log, which is emptied as soon as nobody reads: never above it. */
export const LOG_MB = 64;

/** What the samples say of each watch. */
export function findings(samples: readonly Sample[]): readonly Finding[] {
  const settled = samples.slice(Math.floor(samples.length / 3));
  return WATCHES.map((watch) => {
    const unit = ({ seconds, messages }: Sample) => (watch.per === "month" ? seconds / MONTH_SECONDS : messages);
    const { slope, least } = trend(settled.map((sample) => ({ x: unit(sample), y: watch.of(sample) })));
    const [first, last] = [settled.at(0), settled.at(-1)].map((sample) =>
      sample === undefined ? 0 : watch.of(sample),
    );
    const isAbove = least > watch.most;
    const isMore = (last ?? 0) - (first ?? 0) > watch.noise;
    return {
      watch,
      first: first ?? 0,
      last: last ?? 0,
      slope,
      least,
      verdict: isAbove ? (isMore ? "grows" : "unclear") : "holds",
    };
  });
}

/** The log at its largest, in MB. */
export function mostLog(samples: readonly Sample[]): number {
  return Math.max(0, ...samples.map(({ log }) => log)) / MB;
}

/** z of the normal distribution: one side, 99 %. */
const Z = 2.326;

/** Sen's slope and its lower bound; both 0 of fewer than three points. */
export function trend(points: readonly { readonly x: number; readonly y: number }[]): {
  readonly slope: number;
  readonly least: number;
} {
  const slopes: number[] = [];
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1)) {
      if (other.x > one.x) slopes.push((other.y - one.y) / (other.x - one.x));
    }
  }
  if (slopes.length < 3) return { slope: 0, least: 0 };
  slopes.sort((one, other) => one - other);
  const { length } = points;
  const spread = Z * Math.sqrt((length * (length - 1) * (2 * length + 5)) / 18);
  const lower = Math.max(0, Math.floor((slopes.length - spread) / 2));
  return { slope: slopes[Math.floor(slopes.length / 2)] ?? 0, least: slopes[lower] ?? 0 };
}
