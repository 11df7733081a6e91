/** The real clock. Tests and the simulation use a virtual one (test/support/virtual-clock.ts) of the same shape. */
import type { Clock } from "./adapter.ts";

/** The longest delay setTimeout takes (2^31 - 1 ms, 24.8 days); a longer one would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** Time of the machine. `now` may jump when the machine's clock is set; delays are measured on the monotonic clock. */
export function createClock(): Clock {
  return { now: () => Date.now(), after };
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
