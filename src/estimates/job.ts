/** What the thread that rolls the engine forward is asked, and what it answers; also what it does, so that a test can do it without a thread. */
import { type Estimate, rangeOf } from "../core/estimate/range.ts";
import type { Rates } from "../core/estimate/rates.ts";
import { type Present, rollForward } from "../core/estimate/roll.ts";

export interface RollJob {
  readonly present: Present;
  readonly rates: Rates;
  /** How many futures at most, and in how many milliseconds; one is rolled in any case. */
  readonly runs: number;
  readonly budgetMs: number;
  readonly seed: number;
}

export interface RollAnswer {
  readonly estimates: readonly (Estimate & { readonly conversation: string })[];
  readonly ms: number;
}

/** Fewer futures than that say nothing of how far off an estimate may be. */
const LEAST_RUNS = 10;

/** Whoever could not be looked at often enough is left out. */
export function rollJob({ present, rates, runs, budgetMs, seed }: RollJob): RollAnswer {
  const began = performance.now();
  const spent = (): number => performance.now() - began;
  const waits = rollForward(present, rates, { runs, mayGoOn: () => spent() < budgetMs, seed });
  const estimates: RollAnswer["estimates"][number][] = [];
  for (const [conversation, each] of waits) {
    const range = each.length < LEAST_RUNS ? null : rangeOf(each);
    if (range !== null) estimates.push({ conversation, ...range });
  }
  return { estimates, ms: spent() };
}
