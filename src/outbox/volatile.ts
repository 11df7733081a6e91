/**
 * The lane for what is stale a minute later: typing, presence, requests to watch. Newest wins, bounded, never tried
 * twice, dropped when the link is down.
 */
import type { Clock, Outcome } from "../adapter.ts";
import type { Outbound } from "../core/model.ts";

/** Sends of one network that may wait, and that may be unanswered at once. */
const WAITING = 1_024;
const UNANSWERED = 64;

export interface VolatileOptions {
  readonly clock: Clock;
  readonly send: (outbound: Outbound, signal: AbortSignal) => Promise<Outcome>;
  /** How long a send may go unanswered before its place is given to another. */
  readonly limitMs: number;
}

export class VolatileLane {
  readonly #options: VolatileOptions;
  readonly #onFailure: (outbound: Outbound, error: unknown) => void;
  readonly #waiting = new Map<string, Outbound>();
  #unanswered = 0;
  #isOnline = false;
  /** Sends that were never made, because of the limit or the link. Replaced ones do not count. */
  dropped = 0;

  constructor(options: VolatileOptions, onFailure: (outbound: Outbound, error: unknown) => void) {
    this.#options = options;
    this.#onFailure = onFailure;
  }

  add(outbound: Outbound): void {
    if (!this.#isOnline) {
      this.dropped += 1;
      return;
    }
    const key = `${outbound.kind} ${outbound.from} ${outbound.to.id}`;
    this.#waiting.delete(key);
    this.#waiting.set(key, outbound);
    if (this.#waiting.size > WAITING) {
      const [oldest] = this.#waiting.keys();
      this.#waiting.delete(oldest ?? "");
      this.dropped += 1;
    }
    this.#pump();
  }

  link(isOnline: boolean): void {
    this.#isOnline = isOnline;
    if (!isOnline) {
      this.dropped += this.#waiting.size;
      this.#waiting.clear();
    }
  }

  #pump(): void {
    for (const [key, outbound] of this.#waiting) {
      if (this.#unanswered >= UNANSWERED) {
        return;
      }
      this.#waiting.delete(key);
      this.#unanswered += 1;
      void this.#send(outbound);
    }
  }

  async #send(outbound: Outbound): Promise<void> {
    const { clock, send, limitMs } = this.#options;
    const controller = new AbortController();
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(limitMs, () => {
      controller.abort();
      resolve();
    });
    try {
      await Promise.race([send(outbound, controller.signal), timeout]);
    } catch (error) {
      this.#onFailure(outbound, error);
    }
    cancel();
    this.#unanswered -= 1;
    this.#pump();
  }
}
