/** The real clock. Tests and the simulation use a virtual one (test/support/virtual-clock.ts) of the same shape. */
import type { Clock } from "./adapter.ts";

/** The longest delay setTimeout takes (2^31 - 1 ms, 24.8 days); a longer one would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
/** How fast time goes on while the machine's clock is behind what was told already. */
const CATCHING_UP = 0.5;

/** What the machine says. A test gives its own. */
export interface TimeSources {
  /** Milliseconds since the epoch; somebody may set it. */
  readonly wall: () => number;
  /** Milliseconds since some moment; goes on evenly, whatever somebody sets. */
  readonly monotonic: () => number;
}

const MACHINE: TimeSources = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Time of the machine that never goes back: every deadline of the desk would lie as far in the future as the clock was set back,
 * and offers, pauses and sends without an answer would stand still until then. Set back by an hour, it goes at half speed until the
 * machine's clock has caught up. Set forward, it follows at once. Delays are measured on the monotonic clock.
 */
export function createClock(sources: TimeSources = MACHINE): Clock {
  let told = sources.wall();
  let toldAt = sources.monotonic();
  return {
    now() {
      const at = sources.monotonic();
      told = Math.max(sources.wall(), told + (at - toldAt) * CATCHING_UP);
      toldAt = at;
      return Math.floor(told);
    },
    after,
  };
}

function after(delayMs: number, callback: () => void): () => void {
  const end = performance.now() + delayMs;
  let timeout: NodeJS.Timeout;
  const arm = (): void => {
    const left = end - performance.now();
    timeout =
      left > LONGEST_TIMEOUT_MS
        ? setTimeout(arm, LONGEST_TIMEOUT_MS)
        : setTimeout(callback, Math.max(0, Math.ceil(left)));
  };
  arm();
  return () => clearTimeout(timeout);
}
