/** Forgets what is old, now and then, a bounded piece at a time. */
import type { Clock, Logger } from "../adapter.ts";
import type { Store } from "../store/store.ts";
import { type EngineLimits, PRUNE_FIRST_MS, PRUNE_INTERVAL_MS, PRUNE_PAUSE_MS } from "./limits.ts";

const DAY_MS = 86_400_000;

export interface Housekeeping {
  stop(): void;
}

export interface HousekeepingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<EngineLimits, "inboxDays" | "retentionDays">;
}

export function startHousekeeping({ store, clock, log, limits }: HousekeepingOptions): Housekeeping {
  let isStopped = false;
  let cancel = clock.after(PRUNE_FIRST_MS, () => void round());

  async function round(): Promise<void> {
    let isMoreLeft = false;
    try {
      const now = clock.now();
      isMoreLeft = await store.prune(now - limits.retentionDays * DAY_MS, now - limits.inboxDays * DAY_MS);
    } catch (error) {
      // A store that fails is noticed by the next commit; old rows may stay an hour longer.
      log.error("store.prune.failed", { error });
    }
    if (!isStopped) {
      cancel = clock.after(isMoreLeft ? PRUNE_PAUSE_MS : PRUNE_INTERVAL_MS, () => void round());
    }
  }
  return {
    stop() {
      isStopped = true;
      cancel();
    },
  };
}
