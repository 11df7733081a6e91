/**
 * Sessions of signed-in staff. The browser holds a random token in a cookie, the state holds its hash, so that a copy of the
 * data folder signs nobody in. Sessions survive a restart of the daemon. One cookie is good for every page of the desk.
 */
import { createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AdapterState, Clock, SignedIn, StaffGrant, StaffSession, StaffSessions } from "../adapter.ts";

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const STATE_PREFIX = "session/";
const HOUR_MS = 3_600_000;
/** That somebody is still there is written down so often. */
const SEEN_MS = 60_000;
const SWEEP_MS = HOUR_MS;
/** Sessions that were ended last are remembered while a request that found them alive may still write. */
const ENDED = 10_000;

export interface SessionOptions {
  readonly state: AdapterState;
  readonly clock: Clock;
  /** See `StaffAccounts.changedAt`. */
  readonly changedAt: (login: string) => Promise<number | null>;
  /** Hours without a sign of life after which a session is over. */
  readonly idleHours: number;
  /** For the audit log. Resolves once it is on the disk; what cannot be recorded is not begun. */
  readonly record: (what: "sign-in" | "sign-out", session: StaffSession, origin: string | null) => Promise<void>;
}

/** The sessions as the desk itself sees them. */
export interface SessionStore extends StaffSessions {
  /** Deletes what is over, now and every hour until stop(). */
  start(): void;
  stop(): void;
}

export function createSessions(options: SessionOptions): SessionStore {
  return new Sessions(options);
}

class Sessions implements SessionStore {
  readonly #options: SessionOptions;
  readonly #ended = new LRUCache<string, true>({ max: ENDED });
  #cancel = (): void => {};
  #isStopped = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async begin({ login, hours, by, origin, grant = null }: SignedIn): Promise<{
    readonly token: string;
    readonly session: StaffSession;
  }> {
    const { state, clock, record } = this.#options;
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const createdAt = clock.now();
    const expiresAt = createdAt + hours * HOUR_MS;
    const session = { id: hash(token), login, by, grant, createdAt, seenAt: createdAt, expiresAt };
    await record("sign-in", session, origin);
    await state.set(STATE_PREFIX + session.id, session);
    return { token, session };
  }

  async find(token: string | null): Promise<StaffSession | null> {
    if (token === null || !TOKEN.test(token)) {
      return null;
    }
    const session = await this.#read(hash(token));
    if (session === null || !(await this.isAlive(session)) || this.#ended.has(session.id)) {
      return null;
    }
    const seenAt = this.#options.clock.now();
    if (seenAt - session.seenAt < SEEN_MS) {
      return session;
    }
    const seen = { ...session, seenAt };
    await this.#options.state.set(STATE_PREFIX + session.id, seen);
    return seen;
  }

  async isAlive(session: StaffSession): Promise<boolean> {
    const stored = await this.#read(session.id);
    const now = this.#options.clock.now();
    if (stored === null || stored.expiresAt <= now || this.#isIdle(stored, now)) {
      return false;
    }
    // Somebody whom the company's sign-in vouches for has no password here.
    if (stored.grant !== null) {
      return true;
    }
    const changedAt = await this.#options.changedAt(session.login);
    return changedAt !== null && changedAt <= session.createdAt;
  }

  async touch(session: StaffSession): Promise<void> {
    const stored = await this.#read(session.id);
    const seenAt = this.#options.clock.now();
    if (stored !== null && !this.#ended.has(session.id) && seenAt - stored.seenAt >= SEEN_MS) {
      await this.#options.state.set(STATE_PREFIX + session.id, { ...stored, seenAt });
    }
  }

  async end(session: StaffSession, origin: string | null): Promise<void> {
    // Whoever has read it by now would write it anew with their sign of life.
    this.#ended.set(session.id, true);
    await this.#options.state.set(STATE_PREFIX + session.id, undefined);
    await this.#options.record("sign-out", session, origin);
  }

  start(): void {
    void this.#sweep();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #isIdle({ seenAt }: StaffSession, now: number): boolean {
    return now - seenAt >= this.#options.idleHours * HOUR_MS;
  }

  async #read(id: string): Promise<StaffSession | null> {
    return asSession(await this.#options.state.get(STATE_PREFIX + id));
  }

  async #sweep(): Promise<void> {
    const { state, clock } = this.#options;
    try {
      for (const key of await state.keys(STATE_PREFIX)) {
        const session = asSession(await state.get(key));
        const isOver = session === null || session.expiresAt <= clock.now() || this.#isIdle(session, clock.now());
        if (isOver && !this.#isStopped) {
          await state.set(key, undefined);
        }
      }
    } catch {
      // What is over signs nobody in; it is deleted an hour later.
    }
    if (!this.#isStopped) {
      this.#cancel = clock.after(SWEEP_MS, () => void this.#sweep());
    }
  }
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function asSession(value: unknown): StaffSession | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const { id, login, by, grant = null, createdAt, seenAt, expiresAt } = value as Partial<StaffSession>;
  const whole =
    typeof id === "string" &&
    typeof login === "string" &&
    (by === "password" || by === "openid") &&
    typeof createdAt === "number" &&
    typeof seenAt === "number" &&
    typeof expiresAt === "number";
  return whole ? { id, login, by, grant: asGrant(grant), createdAt, seenAt, expiresAt } : null;
}

function asGrant(value: StaffGrant | null): StaffGrant | null {
  return value !== null && typeof value === "object" && typeof value.name === "string" ? value : null;
}
