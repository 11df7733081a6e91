/** From waits to a range that can be quoted; and the range from next to nothing, for when there is no time to roll the engine forward. */
import { known, meanOf, ratesOf } from "./durations.ts";
import { frequency, GUESSED_PATIENCE_MS, GUESSED_TALK_MS, queueRates, type Rates } from "./rates.ts";
import { HORIZON_MS } from "./roll.ts";

/** Milliseconds from the moment it was made. Of ten waits one is shorter than `low` and one longer than `high`. */
export interface Estimate {
  readonly low: number;
  readonly mean: number;
  /** Null: nobody can say, perhaps never. */
  readonly high: number | null;
}

/** The 10th and 90th percentile of what came out of the runs. Null of fewer than two runs. */
export function rangeOf(waits: readonly number[]): Estimate | null {
  if (waits.length < 2) return null;
  const sorted = [...waits].sort((a, b) => a - b);
  const high = quantile(sorted, 0.9);
  const low = quantile(sorted, 0.1);
  // Nobody at work may ever serve them, as it looks: nothing to quote.
  if (low >= HORIZON_MS) return null;
  const mean = sorted.reduce((sum, wait) => sum + wait, 0) / sorted.length;
  return { low, mean, high: high >= HORIZON_MS ? null : high };
}

/** Between the two nearest of the sorted numbers; the runs are few, so the ends lie as far out as so few can tell. */
function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.max(0, share * (sorted.length + 1) - 1));
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * By the length of the queue: those ahead are served as quickly as that queue was served lately, and some of them give up. `place`: 1 for the
 * next one; `slots`: how many talks can be had at a time for it, counted on when it was hardly served lately. Costs next to nothing.
 */
export function estimateByLength(
  rates: Rates,
  queue: string,
  place: number,
  slots: number,
  now: number,
): Estimate | null {
  const learned = queueRates(rates, queue, now);
  const served = frequency(learned.starts, now);
  const talk = meanOf(ratesOf(learned.talks, GUESSED_TALK_MS));
  const rate = Math.max(served, served > 0 ? 0 : slots / talk);
  if (rate <= 0) return null;
  const giveUp = 1 / meanOf(ratesOf(learned.patience, GUESSED_PATIENCE_MS));
  let mean = 0;
  let variance = 0;
  for (let ahead = 0; ahead < place; ahead += 1) {
    const step = 1 / (rate + ahead * giveUp);
    mean += step;
    variance += step * step;
  }
  // What is not known of the rate adds to what is left to chance.
  variance += (mean * mean) / (known(learned.talks) + 2);
  if (mean >= HORIZON_MS) return { low: HORIZON_MS / 2, mean: HORIZON_MS, high: null };
  const spread = Math.sqrt(variance) / mean;
  return { low: gammaQuantile(mean, spread, -1.2816), mean, high: gammaQuantile(mean, spread, 1.2816) };
}

/** A quantile of the gamma distribution of that mean and relative deviation (Wilson and Hilferty 1931); never less than 0. */
function gammaQuantile(mean: number, spread: number, z: number): number {
  const ninth = (spread * spread) / 9;
  return mean * Math.max(0, 1 - ninth + z * Math.sqrt(ninth)) ** 3;
}

/** A range in whole minutes, as people are told it. `to` null: more than `from`. Both 0 and 1: less than a minute. */
export interface Minutes {
  readonly from: number;
  readonly to: number | null;
}

const STEPS: readonly { readonly upTo: number; readonly step: number }[] = [
  { upTo: 10, step: 1 },
  { upTo: 30, step: 5 },
  { upTo: 120, step: 10 },
  { upTo: Number.POSITIVE_INFINITY, step: 30 },
];

/** Rounded outwards, so that what is said is never narrower than what is known, to numbers that people would say. */
export function inMinutes({ low, high }: Estimate): Minutes {
  const from = rounded(low / 60_000, Math.floor);
  if (high === null) return { from: Math.max(1, from), to: null };
  const to = Math.max(1, rounded(high / 60_000, Math.ceil));
  return { from: Math.min(from, to - 1), to };
}

function rounded(minutes: number, round: (number: number) => number): number {
  const step = STEPS.find(({ upTo }) => minutes <= upTo)?.step ?? 1;
  return Math.max(0, round(minutes / step) * step);
}
