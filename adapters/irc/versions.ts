/**
 * Finds out what software a person writes from, by CTCP VERSION at their first message. Some clients take ten seconds to
 * answer; nothing waits for it. Rate-limited: who is not asked now is asked at their next message.
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "../../src/adapter.ts";
import type { Software } from "../../src/core/model.ts";
import { softwareOf } from "./message-text.ts";

export interface VersionsOptions {
  readonly clock: Clock;
  readonly perMinute: number;
  readonly requestMs: number;
  readonly people: number;
  /** Asks; false when it could not be written. */
  ask(nick: string, desk: string): boolean;
  found(id: string, desk: string, software: Software): void;
  skipped(nick: string): void;
  /** An answer nobody asked for, or one that came too late. */
  unasked(nick: string): void;
}

interface Asked {
  readonly at: number;
  readonly desk: string;
  isAnswered: boolean;
}

/** After that long somebody is asked again. */
const AGAIN_MS = 6 * 3_600_000;
const MINUTE_MS = 60_000;

export class Versions {
  readonly #options: VersionsOptions;
  readonly #asked: LRUCache<string, Asked>;
  #credit: number;
  #countedAt: number;

  constructor(options: VersionsOptions) {
    this.#options = options;
    this.#asked = new LRUCache({ max: options.people });
    this.#credit = options.perMinute;
    this.#countedAt = options.clock.now();
  }

  /** Somebody wrote to that name of the desk. */
  notice(nick: string, id: string, desk: string): void {
    const { clock, ask, skipped } = this.#options;
    const asked = this.#asked.get(id);
    const now = clock.now();
    if (asked !== undefined && now - asked.at < AGAIN_MS) {
      return;
    }
    if (!this.#mayAsk(now) || !ask(nick, desk)) {
      skipped(nick);
      return;
    }
    this.#credit -= 1;
    this.#asked.set(id, { at: now, desk, isAnswered: false });
  }

  answered(nick: string, id: string, text: string): void {
    const { clock, requestMs, found, unasked } = this.#options;
    const asked = this.#asked.get(id);
    if (asked === undefined || asked.isAnswered || clock.now() - asked.at > requestMs) {
      unasked(nick);
      return;
    }
    asked.isAnswered = true;
    const software = softwareOf(text);
    if (software !== null) {
      found(id, asked.desk, { protocol: "irc", ...software, features: null, gateway: null });
    }
  }

  /** The nick is free: the next one who bears it is asked. */
  forget(id: string): void {
    this.#asked.delete(id);
  }

  #mayAsk(now: number): boolean {
    const { perMinute } = this.#options;
    const earned = (Math.max(0, now - this.#countedAt) / MINUTE_MS) * perMinute;
    this.#credit = Math.min(perMinute, this.#credit + earned);
    this.#countedAt = now;
    return this.#credit >= 1;
  }
}
