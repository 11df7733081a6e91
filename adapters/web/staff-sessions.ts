/**
 * Sessions of signed-in CSRs. The browser holds a random token in a cookie, the state holds its hash, so that a copy of the
 * data folder signs nobody in. Sessions survive a restart of the daemon.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Accounts, AdapterState, Clock } from "../../src/adapter.ts";
import { isToken } from "./pages/protocol.ts";

const TOKEN_BYTES = 32;
const STATE_PREFIX = "session/";
const HOUR_MS = 3_600_000;

export interface StaffSession {
  /** The hash under which it is stored; good for telling sessions apart, useless for signing in. */
  readonly id: string;
  readonly login: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export class StaffSessions {
  readonly #state: AdapterState;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #hours: number;

  constructor(state: AdapterState, accounts: Accounts, clock: Clock, hours: number) {
    this.#state = state;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#hours = hours;
  }

  /** Begins a session; the token goes into the cookie and is kept nowhere else. */
  async begin(login: string): Promise<{ readonly token: string; readonly session: StaffSession }> {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const createdAt = this.#clock.now();
    const session = { id: hash(token), login, createdAt, expiresAt: createdAt + this.#hours * HOUR_MS };
    await this.#state.set(STATE_PREFIX + session.id, session);
    return { token, session };
  }

  /** The session of that token, if it is one that has neither expired nor been ended by sign-out or a new password. */
  async find(token: string | null): Promise<StaffSession | null> {
    if (token === null || !isToken(token)) {
      return null;
    }
    const session = asSession(await this.#state.get(STATE_PREFIX + hash(token)));
    return session !== null && (await this.isAlive(session)) ? session : null;
  }

  async isAlive(session: StaffSession): Promise<boolean> {
    if (session.expiresAt <= this.#clock.now()) {
      return false;
    }
    if (this.#accounts.changedAt === undefined) {
      return true;
    }
    const changedAt = await this.#accounts.changedAt(session.login);
    return changedAt !== null && changedAt <= session.createdAt;
  }

  async end(session: StaffSession): Promise<void> {
    await this.#state.set(STATE_PREFIX + session.id, undefined);
  }

  /** Deletes what has expired. */
  async sweep(): Promise<number> {
    let ended = 0;
    for (const key of await this.#state.keys(STATE_PREFIX)) {
      const session = asSession(await this.#state.get(key));
      if (session === null || session.expiresAt <= this.#clock.now()) {
        await this.#state.set(key, undefined);
        ended += 1;
      }
    }
    return ended;
  }
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function asSession(value: unknown): StaffSession | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const { id, login, createdAt, expiresAt } = value as Partial<StaffSession>;
  const whole =
    typeof id === "string" &&
    typeof login === "string" &&
    typeof createdAt === "number" &&
    typeof expiresAt === "number";
  return whole ? { id, login, createdAt, expiresAt } : null;
}
