/** Who was told a speaker's name lately, so that it does not go with every message (XEP-0172 §4.2): it costs the server as much as its words. */
import { LRUCache } from "lru-cache";
import type { Clock } from "../../src/adapter.ts";

/** Whoever has put another client in place of theirs reads the name after this time at the latest. */
const AGAIN_MS = 600_000;

interface Told {
  readonly nick: string;
  readonly at: number;
}

export class ToldNames {
  readonly #clock: Pick<Clock, "now">;
  readonly #told: LRUCache<string, Told>;

  /** `pairs`: of speaker and hearer that are remembered; those that were longest silent are told again. */
  constructor(clock: Pick<Clock, "now">, pairs: number) {
    this.#clock = clock;
    this.#told = new LRUCache({ max: pairs });
  }

  /** Whether that name goes without saying, from that address to that one; if it does not, it counts as said from now on. */
  knows(from: string, to: string, nick: string): boolean {
    const pair = `${from} ${to}`;
    const told = this.#told.get(pair);
    const now = this.#clock.now();
    if (told !== undefined && told.nick === nick && now - told.at < AGAIN_MS) {
      return true;
    }
    this.#told.set(pair, { nick, at: now });
    return false;
  }

  /** The link was cut: what was on its way may never have arrived. */
  forget(): void {
    this.#told.clear();
  }
}
