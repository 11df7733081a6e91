/**
 * How long something lasts, learned from what lasted: talks, and the patience of those who wait. For each stretch of an age the time
 * that was spent in it and how many ended in it are summed up, so that what was cut off (a customer was served before their patience
 * ended) counts for what it is, and what remains of something that has lasted a while can be drawn. A fixed number of sums.
 */
import { type Chance, exponential } from "./chance.ts";

/** Where the stretches end: from 15 s, each half as long again, to about 7 hours. The last stretch has no end. */
const ENDS_MS: readonly number[] = Array.from({ length: 19 }, (_, index) => 15_000 * 1.5 ** index);
export const STRETCHES = ENDS_MS.length + 1;

/** Plain JSON. Sums fade as time goes by, see `fade`. */
export interface Durations {
  /** Milliseconds spent in each stretch. */
  readonly spent: number[];
  /** How many ended in each. */
  readonly ended: number[];
}

export function noDurations(): Durations {
  return { spent: new Array(STRETCHES).fill(0), ended: new Array(STRETCHES).fill(0) };
}

/** How many endings it knows of; those that have faded count in part. */
export function known({ ended }: Durations): number {
  return ended.reduce((sum, count) => sum + count, 0);
}

/** Adds one of that length; `isEnd` false: it went on, and was only seen so far. Less than no time counts as none. */
export function learn(durations: Durations, lengthMs: number, isEnd: boolean): void {
  let from = 0;
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    const to = ENDS_MS[stretch] ?? Number.POSITIVE_INFINITY;
    const within = Math.max(0, Math.min(lengthMs, to) - from);
    durations.spent[stretch] = (durations.spent[stretch] ?? 0) + within;
    if (lengthMs < to) {
      if (isEnd) durations.ended[stretch] = (durations.ended[stretch] ?? 0) + 1;
      return;
    }
    from = to;
  }
}

/** Makes all that was learned so far count less, by a factor from 0 to 1. */
export function fade(durations: Durations, factor: number): void {
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    durations.spent[stretch] = (durations.spent[stretch] ?? 0) * factor;
    durations.ended[stretch] = (durations.ended[stretch] ?? 0) * factor;
  }
}

/** Endings that a guess is worth, for the whole and for each stretch beside the whole. */
const GUESS = 2;
const WHOLE = 1;

/** Endings per millisecond in each stretch. Where little was seen it leans on the whole, and the whole on the guessed mean. */
export function ratesOf(durations: Durations, guessMs: number): readonly number[] {
  const spent = durations.spent.reduce((sum, ms) => sum + ms, 0);
  const whole = (known(durations) + GUESS) / (spent + GUESS * guessMs);
  return durations.spent.map((ms, stretch) => ((durations.ended[stretch] ?? 0) + WHOLE) / (ms + WHOLE / whole));
}

/**
 * Draws how much longer something lasts that has lasted `ageMs` already; at least 0. `haste` multiplies the rates: 2, and it all ends twice
 * as fast.
 */
export function drawRest(rates: readonly number[], ageMs: number, haste: number, chance: Chance): number {
  let risk = exponential(chance) / haste;
  let at = Math.max(0, ageMs);
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    const to = ENDS_MS[stretch] ?? Number.POSITIVE_INFINITY;
    if (to <= at) continue;
    const rate = rates[stretch] ?? 0;
    const needed = rate > 0 ? risk / rate : Number.POSITIVE_INFINITY;
    if (needed <= to - at) return at + needed - Math.max(0, ageMs);
    risk -= (to - at) * rate;
    at = to;
  }
  return Number.POSITIVE_INFINITY;
}

/** The mean that these rates lead to. */
export function meanOf(rates: readonly number[]): number {
  let mean = 0;
  let left = 1;
  let from = 0;
  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    const rate = rates[stretch] ?? 0;
    const length = (ENDS_MS[stretch] ?? Number.POSITIVE_INFINITY) - from;
    if (rate <= 0) {
      if (length === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      mean += left * length;
    } else {
      const gone = 1 - Math.exp(-rate * length);
      mean += (left * gone) / rate;
      left *= 1 - gone;
    }
    from += length;
  }
  return mean;
}
