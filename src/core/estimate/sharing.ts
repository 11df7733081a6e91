/**
 * A CSR with several talks at a time: each goes on more slowly than alone, the more of them the slower (see `slowness` in rates.ts). Pure
 * arithmetic, for whatever imagines CSRs at work.
 */

/** A talk in hand. */
export interface SharedTalk {
  /** Milliseconds, had the CSR nothing else in hand. */
  left: number;
}

/** What got done in so many milliseconds. */
export function workOn(talks: readonly SharedTalk[], passedMs: number, slow: number): void {
  const speed = Math.max(1, talks.length) ** -slow;
  for (const talk of talks) talk.left = Math.max(0, talk.left - passedMs * speed);
}

/** The one that will be over next; null when there is none. */
export function nextDone<Talk extends SharedTalk>(talks: readonly Talk[]): Talk | null {
  return talks.reduce<Talk | null>((least, talk) => (least === null || talk.left < least.left ? talk : least), null);
}

/** Milliseconds until that one is over, as things stand. */
export function untilDone({ left }: SharedTalk, talks: readonly SharedTalk[], slow: number): number {
  return left * talks.length ** slow;
}
