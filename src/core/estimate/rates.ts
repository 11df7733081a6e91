/**
 * What the desk has learned of how it works: how long talks of a queue take and how that grows with what a CSR has in hand, how long people
 * wait before they leave, how many come, how quickly offers are answered. Plain JSON of bounded size, kept by whoever learns.
 */
import { type Durations, fade, noDurations } from "./durations.ts";

/** Half of what was learned has faded after so long. */
export const HALF_LIFE_MS = 14 * 86_400_000;
/** How far back it is looked to see how many come, and how many are served. */
const RECENT_MS = 20 * 60_000;
/** Queues of which something is kept; what was learned of others is not. */
export const QUEUES_KEPT = 500;

/** What is taken for true of a queue nobody has yet been served in. */
export const GUESSED_TALK_MS = 8 * 60_000;
export const GUESSED_PATIENCE_MS = 20 * 60_000;
const GUESSED_ANSWER_MS = 8_000;

/** Something that happens again and again: how often, as of `at`. */
export interface Frequency {
  /** Since when it is counted. */
  readonly since: number;
  readonly at: number;
  readonly count: number;
}

export interface QueueRates {
  /** Talks, as long as they would have lasted had the CSR had nothing else in hand. */
  readonly talks: Durations;
  readonly patience: Durations;
  readonly arrivals: Frequency;
  /** How often somebody of this queue came to a CSR. */
  readonly starts: Frequency;
}

/** The sums of a line through (log of how many talks at a time, log of how long): its slope is what each more slows all down. */
export interface LoadSums {
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
}

/** All of it. */
export interface Rates {
  /** When it last faded. */
  readonly at: number;
  readonly queues: Readonly<Record<string, QueueRates>>;
  readonly load: LoadSums;
  /** From the first offer to acceptance: how many, and how long together. */
  readonly answers: { readonly count: number; readonly ms: number };
}

export function noRates(now: number): Rates {
  return { at: now, queues: {}, load: { count: 0, x: 0, y: 0, xx: 0, xy: 0 }, answers: { count: 0, ms: 0 } };
}

export function queueRates(rates: Rates, queue: string, now: number): QueueRates {
  const never: Frequency = { since: now, at: now, count: 0 };
  return rates.queues[queue] ?? { talks: noDurations(), patience: noDurations(), arrivals: never, starts: never };
}

/** Once more, now. */
export function again({ since, at, count }: Frequency, now: number): Frequency {
  return { since, at: now, count: count * Math.exp(-Math.max(0, now - at) / RECENT_MS) + 1 };
}

/** Times a millisecond lately, as of now; 0 when it never happened. */
export function frequency({ since, at, count }: Frequency, now: number): number {
  if (count === 0) return 0;
  // Counted for less than that, there is less to have seen; the first one alone says next to nothing.
  const seen = Math.max(RECENT_MS / 10, RECENT_MS * (1 - Math.exp(-Math.max(0, now - since) / RECENT_MS)));
  return (count * Math.exp(-Math.max(0, now - at) / RECENT_MS)) / seen;
}

/** Talks that the guess about load is worth. */
const LOAD_GUESS = 20;
/** Two at a time take each about half as long again. */
const GUESSED_SLOWNESS = 0.5;

/**
 * How much one more talk slows down the others: n talks at a time last n to the power of this as long as one alone. From 0 (they do not
 * hinder each other) to 1 (a CSR does one thing at a time).
 */
export function slowness({ count, x, y, xx, xy }: LoadSums): number {
  // What the guess adds, as if somebody had seen that many talks whose loads spread by 0.3 around their middle.
  const spread = LOAD_GUESS * 0.1;
  const variance = count === 0 ? 0 : xx - (x * x) / count;
  const covariance = count === 0 ? 0 : xy - (x * y) / count;
  return Math.min(1, Math.max(0, (covariance + GUESSED_SLOWNESS * spread) / (variance + spread)));
}

/** From the first offer to acceptance, on average. */
export function answerMs({ count, ms }: Rates["answers"]): number {
  return (ms + GUESSED_ANSWER_MS * 2) / (count + 2);
}

/** The same, aged to now: called before something is learned. */
export function aged(rates: Rates, now: number): Rates {
  const passed = now - rates.at;
  // Often would cost much and say little.
  if (passed < HALF_LIFE_MS / 500) return rates;
  const factor = 2 ** (-passed / HALF_LIFE_MS);
  for (const { talks, patience } of Object.values(rates.queues)) {
    fade(talks, factor);
    fade(patience, factor);
  }
  const { count, x, y, xx, xy } = rates.load;
  return {
    at: now,
    queues: rates.queues,
    load: { count: count * factor, x: x * factor, y: y * factor, xx: xx * factor, xy: xy * factor },
    answers: { count: rates.answers.count * factor, ms: rates.answers.ms * factor },
  };
}
