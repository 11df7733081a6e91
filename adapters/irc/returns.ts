/**
 * Who is expected back. A nick that nobody bears may belong to somebody on the far side of a netsplit, or to a client that is just
 * connecting again: what is for them waits a while. Whoever was never there, or is known to have left, is not waited for.
 */
import { LRUCache } from "lru-cache";
import type { Clock, Outcome } from "../../src/adapter.ts";

export interface ReturnsOptions {
  readonly clock: Clock;
  /** How long somebody is waited for. */
  readonly forMs: number;
  /** People of whom it is remembered that they were there. */
  readonly people: number;
}

/** How soon, and how late, it is looked again whether somebody is back; in between, after half of the time waited so far. */
const SOONEST_MS = 2_000;
const LATEST_MS = 30_000;

export class Returns {
  readonly #options: ReturnsOptions;
  /** By id: since when they are missing; null: they were there when last heard of. */
  readonly #known: LRUCache<string, { missingSince: number | null }>;
  #begunAt = Number.NEGATIVE_INFINITY;
  /** From when to when everybody may be on their way back. */
  #outage = { from: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY };

  constructor(options: ReturnsOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: options.people });
  }

  /** The link was made again, or a part of the network is cut off. */
  everybody(): void {
    const now = this.#options.clock.now();
    this.#outage = { from: now, until: now + this.#options.forMs };
  }

  /** The first link since the desk was started: whom it had something to say to before may be starting too. */
  begun(): void {
    this.#begunAt = this.#options.clock.now();
  }

  /** Something for them is to be sent that was said at that time. */
  addressed(id: string, sentAt: number): void {
    const { clock, forMs } = this.#options;
    const isLeftOver = sentAt < this.#begunAt && clock.now() - this.#begunAt < forMs;
    if (isLeftOver && !this.#known.has(id)) {
      this.#known.set(id, { missingSince: null });
    }
  }

  /** They wrote, or a message to them was taken. True when they were missed. */
  present(id: string): boolean {
    const known = this.#known.get(id);
    if (known?.missingSince === null) return false;
    this.#known.set(id, { missingSince: null });
    return known !== undefined;
  }

  /** They left by themselves. */
  left(id: string): void {
    this.#known.delete(id);
  }

  /** What becomes of a message to that person, whose nick nobody bears now. */
  absent(id: string, nick: string): Outcome {
    const { clock, forMs } = this.#options;
    const now = clock.now();
    const known = this.#known.get(id);
    const isOutage = now < this.#outage.until;
    const since = known?.missingSince ?? (isOutage ? this.#outage.from : now);
    const isExpected = isOutage || (known !== undefined && now - since < forMs);
    if (!isExpected) {
      this.#known.delete(id);
      return { kind: "rejected", reason: "recipient-unavailable", text: `Nobody has the nick ${nick} now.` };
    }
    this.#known.set(id, { missingSince: since });
    const retryAfterMs = Math.min(LATEST_MS, Math.max(SOONEST_MS, (now - since) / 2));
    return { kind: "deferred", reason: "recipient-unavailable", retryAfterMs };
  }
}
