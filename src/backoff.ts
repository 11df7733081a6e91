/** How long to wait before trying again: the same rule for sends that were deferred and for adapters that could not start. */

export interface BackoffLimits {
  /** Pause before the second attempt; it doubles from there. */
  readonly retryLeastSeconds: number;
  /** The longest pause. */
  readonly retryMostSeconds: number;
}

/** Doublings beyond this would only overflow: every longest pause is reached long before. */
const MOST_DOUBLINGS = 30;

/**
 * Returns the delay in milliseconds before try number `attempt` (from 0): exponential, capped, and drawn between half
 * and the whole of it, so that many who lost the same server do not all come back in the same instant.
 * `random` gives numbers in [0, 1).
 */
export function createBackoff(limits: BackoffLimits, random: () => number): (attempt: number) => number {
  return (attempt) => {
    const doubled = limits.retryLeastSeconds * 1000 * 2 ** Math.min(Math.max(attempt, 0), MOST_DOUBLINGS);
    const longest = Math.min(doubled, limits.retryMostSeconds * 1000);
    return Math.round(longest / 2 + (random() * longest) / 2);
  };
}
