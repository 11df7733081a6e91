/**
 * Who names ids that nobody knows, in receipts, edits, reactions and replies. Each such id is looked for in the whole store, which takes ever
 * longer the larger that is, and what the same network brings behind it waits meanwhile. Clients do it now and then (the line is forgotten by
 * now), never for long. So whoever does it very often is not looked up in the store for a while; what memory knows (RECENT_LINES at least) is found
 * all the same. Nothing is counted of ids that are found: to acknowledge thousands of lines is nobody's offence.
 */
import type { Clock, Logger } from "../adapter.ts";
import { type Address, addressKey } from "../core/model.ts";
import { UNKNOWN_IDS_PEOPLE } from "./limits.ts";

const MINUTE_MS = 60_000;

export class UnknownIds {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** `limits.unknownIdsPerMinute`. */
  readonly #most: number;
  #since = Number.NEGATIVE_INFINITY;
  /** By address, of this minute. */
  readonly #counts = new Map<string, number>();
  /** Who came over the limit in the minute before: they have to be quiet for one before they are looked up again. */
  #before: ReadonlySet<string> = new Set();
  /** Networks of which the log was told in this minute. */
  readonly #told = new Set<string>();

  constructor(clock: Clock, log: Logger, most: number) {
    this.#clock = clock;
    this.#log = log;
    this.#most = most;
  }

  /** Whether the store is asked for an id that memory does not know; a no counts as another one. */
  mayAsk(person: Address): boolean {
    this.#turn();
    if (this.#counts.size === 0 && this.#before.size === 0) return true;
    const key = addressKey(person);
    if (!this.#before.has(key) && (this.#counts.get(key) ?? 0) < this.#most) return true;
    this.count(person);
    return false;
  }

  /** The store does not know one either. */
  count(person: Address): void {
    this.#turn();
    const key = addressKey(person);
    const count = (this.#counts.get(key) ?? 0) + 1;
    // Then all begin anew: so many addresses that do it are for the network to limit.
    if (count === 1 && this.#counts.size >= UNKNOWN_IDS_PEOPLE) this.#counts.clear();
    this.#counts.set(key, count);
    if (count === this.#most && !this.#told.has(person.network)) {
      this.#told.add(person.network);
      this.#log.warn("ids.unknown", { network: person.network, named: count });
    }
  }

  #turn(): void {
    const now = this.#clock.now();
    const elapsed = now - this.#since;
    if (elapsed >= 0 && elapsed < MINUTE_MS) return;
    const isNext = elapsed >= 0 && elapsed < 2 * MINUTE_MS;
    const over = isNext ? [...this.#counts].filter(([, count]) => count >= this.#most) : [];
    this.#before = new Set(over.map(([key]) => key));
    this.#counts.clear();
    this.#told.clear();
    this.#since = now;
  }
}
