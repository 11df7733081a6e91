/**
 * Visitors: who they are is a random token in their browser; the address that the desk sees is derived from it by a
 * one-way hash, so neither the store nor a log can be used to pose as somebody. A visitor becomes known, durably, when they
 * first do something; looking at a page leaves nothing behind.
 */
import { createHash, randomBytes } from "node:crypto";
import type { AdapterState, Clock } from "../../src/adapter.ts";
import { isToken } from "./pages/protocol.ts";

const TOKEN_BYTES = 32;
const ID_PREFIX = "visitor-";
/** 100 bits in RFC 4648 base 32. */
const ID_CHARACTERS = 20;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const STATE_PREFIX = "visitor/";
/** Ids known to be stored, kept in memory; the rest is asked of the state. */
const REMEMBERED = 10_000;
/** Deletions that share one commit. */
const FORGOTTEN_AT_ONCE = 50;
const DAY_MS = 86_400_000;

export class Visitors {
  readonly #network: string;
  readonly #state: AdapterState;
  readonly #clock: Clock;
  readonly #days: number;
  /** Id → when it was stored last. */
  readonly #known = new Map<string, number>();
  /** When the last round began that went through all of them. */
  #sweptAt: number | null = null;

  constructor(network: string, state: AdapterState, clock: Clock, days: number) {
    this.#network = network;
    this.#state = state;
    this.#clock = clock;
    this.#days = days;
  }

  mint(): string {
    return randomBytes(TOKEN_BYTES).toString("base64url");
  }

  /** The address id that a token stands for, or null when it is no token. Two networks know one browser by two ids. */
  idOf(token: string | null): string | null {
    if (token === null || !isToken(token)) {
      return null;
    }
    const digest = createHash("sha256").update(`${this.#network}\n${token}`).digest();
    return ID_PREFIX + [...digest.subarray(0, ID_CHARACTERS)].map((byte) => BASE32[byte & 31]).join("");
  }

  /** Records that this visitor exists, before the desk hears of them; once a day anew, so that it lasts. */
  async remember(id: string): Promise<void> {
    const now = this.#clock.now();
    const storedAt = this.#known.get(id);
    if (storedAt !== undefined && now - storedAt < DAY_MS) {
      return;
    }
    await this.#state.set(STATE_PREFIX + id, { seenAt: now });
    if (this.#known.size >= REMEMBERED) {
      const [oldest] = this.#known.keys();
      this.#known.delete(oldest ?? id);
    }
    this.#known.set(id, now);
  }

  async isKnown(id: string): Promise<boolean> {
    return this.#known.has(id) || (await this.#seenAt(id)) !== null;
  }

  /** Their browser is a stranger's from now on. */
  async forget(id: string): Promise<void> {
    await this.#state.set(STATE_PREFIX + id, undefined);
    this.#known.delete(id);
  }

  /**
   * Forgets all who have not been seen for the configured days, however many; once a day, since days are what it counts. `isOver`
   * is asked now and then: true ends it, and the next call begins anew.
   */
  async sweep(isOver: () => boolean = () => false): Promise<number> {
    const begun = this.#clock.now();
    if (this.#sweptAt !== null && begun >= this.#sweptAt && begun - this.#sweptAt < DAY_MS) {
      return 0;
    }
    const before = begun - this.#days * DAY_MS;
    let forgotten = 0;
    const old = new Map<string, undefined>();
    const forget = async () => {
      if (old.size === 0) {
        return;
      }
      await this.#state.setAll(old);
      forgotten += old.size;
      old.clear();
    };
    for (const key of await this.#state.keys(STATE_PREFIX)) {
      if (isOver()) {
        return forgotten;
      }
      const id = key.slice(STATE_PREFIX.length);
      const seenAt = await this.#seenAt(id);
      if (seenAt !== null && seenAt < before) {
        this.#known.delete(id);
        old.set(key, undefined);
      }
      if (old.size >= FORGOTTEN_AT_ONCE) {
        await forget();
      }
    }
    await forget();
    this.#sweptAt = begun;
    return forgotten;
  }

  async #seenAt(id: string): Promise<number | null> {
    const stored = await this.#state.get(STATE_PREFIX + id);
    const seenAt = typeof stored === "object" && stored !== null && "seenAt" in stored ? stored.seenAt : null;
    return typeof seenAt === "number" ? seenAt : null;
  }
}

/** Whether an address id is a visitor's by its form; no login may look like one. */
export function isVisitorId(id: string): boolean {
  return id.startsWith(ID_PREFIX);
}
