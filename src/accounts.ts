/**
 * Passwords of staff for every network that has no login of its own (the web console). Passwords are stored as scrypt
 * hashes (RFC 7914), never in configuration, and are shown once, when they are made.
 */
import { randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { createSessions, type SessionStore } from "./accounts/sessions.ts";
import { createAdmission, type SignInLimits } from "./accounts/sign-in.ts";
import { type Accounts, AccountsBusy, type AdapterState, type Clock } from "./adapter.ts";
import type { AuditEvent } from "./audit.ts";

/** A password that was just made; it exists nowhere else in readable form. */
export interface NewPassword {
  readonly login: string;
  readonly password: string;
}

export interface StaffAccounts extends Accounts {
  /**
   * Makes an account for every login that has none yet and returns those with their passwords, to be shown once.
   * From then on only these logins can sign in; accounts of others stay stored but are refused. Logins are compared
   * without regard to case. Rejects when two of them differ in nothing else. Whoever is named again ends their sessions of before, and gets a
   * new password when they were gone for more than an hour: somebody else may bear that login by then.
   */
  ensure(logins: readonly string[]): Promise<readonly NewPassword[]>;
  /** Gives that login a new password, which ends its sessions; null when `ensure` did not name the login. */
  reset(login: string): Promise<NewPassword | null>;
  changedAt(login: string): Promise<number | null>;
  /**
   * Whether that login is that person's of the company's sign-in: the first one who comes with it stays so until the login gets a new password.
   * What people are called there may change, and be given to somebody else.
   */
  isSubject(login: string, subject: string): Promise<boolean>;
  readonly sessions: SessionStore;
}

/** What hashing costs: N·r·128 bytes of memory, N·r·p units of work (RFC 7914 §2). Stored with each hash. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}
/**
 * 32 MB and roughly 0.2 s: the OWASP password storage recommendation with this little memory. When it is raised here, each hash is
 * made anew the next time its password is given.
 */
export const SCRYPT_COST: ScryptCost = { N: 32_768, r: 8, p: 3 };

const STATE_PREFIX = "account/";
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Longer ones are refused unhashed: nobody types them. */
const PASSWORD_CHARACTERS = 256;
const LOGIN_CHARACTERS = 128;
/** Hashes in work at once (each takes the cost's memory), and how many may wait for their turn. */
const CONCURRENT_HASHES = 2;
const WAITING_HASHES = 64;
/** By then most of those who wait have had their turn. */
const BUSY_SECONDS = 10;
/** Four groups of five of 31 symbols that are not mistaken for each other: 99 bits. */
const PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_GROUPS = 4;
const PASSWORD_GROUP_CHARACTERS = 5;

interface StoredAccount {
  /** As the configuration writes it: the id that `verify` returns. */
  readonly login: string;
  readonly cost: ScryptCost;
  readonly salt: string;
  readonly hash: string;
  /** Milliseconds since the epoch: sessions begun before it are over. */
  readonly changedAt: number;
  /** Who it is at the company's sign-in: its issuer and what never changes there. */
  readonly subject?: string;
  /** Since when nobody has that login; left out: somebody has. */
  readonly goneAt?: number;
}

/** So long a login may be missing by a slip of its admin's; then its account is forgotten. */
const GONE_MS = 3_600_000;
/** So often a password is looked at anew when it was changed meanwhile. */
const LOOKS = 3;

export interface AccountsSurroundings {
  readonly state: AdapterState;
  readonly clock: Clock;
  /** Hours without a sign of life after which a session is over. */
  readonly idleHours: number;
  /** See `Accounts.elsewhere`. */
  readonly elsewhere?: Accounts["elsewhere"];
  /** Attempts to sign in, at all pages together. */
  readonly signIns: SignInLimits;
  /** Told of every attempt to sign in that fails; and of what is begun and ended, which waits for it. */
  readonly note: (event: AuditEvent) => void;
  readonly record: (event: AuditEvent) => Promise<void>;
  /** Tests lower it. */
  readonly cost?: ScryptCost;
}

export function createAccounts(surroundings: AccountsSurroundings): StaffAccounts {
  return new PasswordAccounts(surroundings);
}

class PasswordAccounts implements StaffAccounts {
  readonly sessions: SessionStore;
  readonly elsewhere?: NonNullable<Accounts["elsewhere"]>;
  readonly admit: Accounts["admit"];
  readonly #parts: AccountsSurroundings;
  readonly #cost: ScryptCost;
  readonly #hash = hashing();
  /** Canonical login → login as configured; empty until `ensure` was called. */
  #allowed = new Map<string, string>();
  /** Changes of accounts, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(surroundings: AccountsSurroundings) {
    const { state, clock, idleHours, signIns, record, elsewhere, cost = SCRYPT_COST } = surroundings;
    if (elsewhere !== undefined) this.elsewhere = elsewhere;
    this.#parts = surroundings;
    this.#cost = cost;
    this.admit = createAdmission(signIns);
    this.sessions = createSessions({
      state,
      clock,
      changedAt: (login) => this.changedAt(login),
      idleHours,
      record: (action, { login, by }, origin) => record({ action, actor: `staff:${login}`, origin, detail: { by } }),
    });
  }

  async ensure(logins: readonly string[]): Promise<readonly NewPassword[]> {
    this.#allowed = index(logins);
    const made: NewPassword[] = [];
    await this.#forgetOthers();
    for (const [canonical, login] of this.#allowed) {
      const account = await this.#change(canonical, (found) => (found === null ? null : this.#takenBack(found)));
      if (account === null) made.push(await this.#make(login));
    }
    return made;
  }

  /** Marks accounts of logins that nobody has any more, and forgets them after a time. */
  async #forgetOthers(): Promise<void> {
    const { state, clock } = this.#parts;
    const now = clock.now();
    for (const key of await state.keys(STATE_PREFIX)) {
      const canonical = key.slice(STATE_PREFIX.length);
      await this.#change(canonical, (account) => {
        if (account?.goneAt !== undefined) return now - account.goneAt >= GONE_MS ? null : account;
        return account === null || this.#allowed.has(canonical) ? account : { ...account, goneAt: now };
      });
    }
  }

  #takenBack(account: StoredAccount): StoredAccount {
    const { goneAt, ...kept } = account;
    return goneAt === undefined ? account : { ...kept, changedAt: this.#parts.clock.now() };
  }

  async reset(login: string): Promise<NewPassword | null> {
    const configured = this.#configured(login);
    return configured === null ? null : await this.#make(configured);
  }

  async verify(login: string, password: string, origin?: string): Promise<string | null> {
    for (let look = 1; look <= LOOKS; look += 1) {
      const account = await this.#find(login);
      if (!(await this.#isRight(account, password, origin)) || account === null) return null;
      // What was right a moment ago may have been changed since.
      if (await this.#keepBetter(account, password)) return account.login;
    }
    return null;
  }

  async #isRight(account: StoredAccount | null, password: string, origin?: string): Promise<boolean> {
    // An unknown login costs one hash as well, so that time does not tell which logins exist.
    const salt = account === null ? randomBytes(SALT_BYTES) : Buffer.from(account.salt, "base64");
    const expected = account === null ? randomBytes(HASH_BYTES) : Buffer.from(account.hash, "base64");
    const given = await this.#hash(password.slice(0, PASSWORD_CHARACTERS), salt, account?.cost ?? this.#cost);
    const right = timingSafeEqual(given, expected) && password.length <= PASSWORD_CHARACTERS;
    if (!right || account === null) {
      // People type passwords where the login belongs, so only a login that exists is written down.
      const subject = account?.login ?? null;
      const refused = { actor: "somebody", outcome: "refused", origin: origin ?? null } as const;
      this.#parts.note({ action: "sign-in.failed", subject, ...refused });
      return false;
    }
    return true;
  }

  /** Keeps a right password in a dearer hash where the cost was raised. False when the account is another one by now, which stays. */
  async #keepBetter(account: StoredAccount, password: string): Promise<boolean> {
    const better = isWeaker(account.cost, this.#cost) ? await this.#hashed(password) : null;
    let isSame = false;
    await this.#change(canonicalise(account.login) ?? "", (found) => {
      isSame = found !== null && found.goneAt === undefined && found.hash === account.hash;
      return found !== null && isSame && better !== null ? { ...found, ...better } : found;
    });
    return isSame;
  }

  limited(origin: string): void {
    this.#parts.note({ action: "sign-in.limited", actor: "somebody", outcome: "refused", origin });
  }

  async changedAt(login: string): Promise<number | null> {
    return (await this.#find(login))?.changedAt ?? null;
  }

  async isSubject(login: string, subject: string): Promise<boolean> {
    const canonical = canonicalise(this.#configured(login) ?? "");
    if (canonical === null) return false;
    const account = await this.#change(canonical, (found) =>
      found === null || found.goneAt !== undefined || found.subject !== undefined ? found : { ...found, subject },
    );
    return account?.subject === subject;
  }

  #configured(login: string): string | null {
    const canonical = canonicalise(login);
    return canonical === null ? null : (this.#allowed.get(canonical) ?? null);
  }

  async #find(login: string): Promise<StoredAccount | null> {
    const configured = this.#configured(login);
    const key = configured === null ? null : canonicalise(configured);
    if (configured === null || key === null) {
      return null;
    }
    const stored = await this.#read(key);
    return stored === null || stored.goneAt !== undefined ? null : { ...stored, login: configured };
  }

  async #read(canonical: string): Promise<StoredAccount | null> {
    return asAccount(await this.#parts.state.get(STATE_PREFIX + canonical));
  }

  async #make(login: string): Promise<NewPassword> {
    const password = newPassword();
    const hashed = await this.#hashed(password);
    await this.#change(canonicalise(login) ?? login, () => ({ login, ...hashed, changedAt: this.#parts.clock.now() }));
    return { login, password };
  }

  async #hashed(password: string): Promise<Pick<StoredAccount, "cost" | "salt" | "hash">> {
    const salt = randomBytes(SALT_BYTES);
    const made = await this.#hash(password, salt, this.#cost);
    return { cost: this.#cost, salt: salt.toString("base64"), hash: made.toString("base64") };
  }

  /** What is found there is still so when it is written anew. Null: nothing, or nothing any more. Gives what is there then. */
  #change(
    canonical: string,
    make: (account: StoredAccount | null) => StoredAccount | null,
  ): Promise<StoredAccount | null> {
    const turn = this.#turn.then(async () => {
      const before = await this.#read(canonical);
      const after = make(before);
      if (after !== before) await this.#parts.state.set(STATE_PREFIX + canonical, after ?? undefined);
      return after;
    });
    this.#turn = turn.catch(() => {}); // told to whoever asked for it
    return turn;
  }
}

function isWeaker(stored: ScryptCost, wanted: ScryptCost): boolean {
  return stored.N < wanted.N || stored.r < wanted.r || stored.p < wanted.p;
}

function index(logins: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const login of logins) {
    const canonical = canonicalise(login);
    if (canonical === null) {
      throw new Error(`"${login}" cannot be a login: 1 to ${LOGIN_CHARACTERS} characters, none of them a space.`);
    }
    const other = found.get(canonical);
    if (other !== undefined && other !== login) {
      throw new Error(`The logins "${other}" and "${login}" differ in upper and lower case alone; rename one.`);
    }
    found.set(canonical, login);
  }
  return found;
}

function canonicalise(login: string): string | null {
  const canonical = login.normalize("NFC").toLowerCase();
  return canonical.length <= LOGIN_CHARACTERS && /^[^\s\p{C}]+$/u.test(canonical) ? canonical : null;
}

function asAccount(value: unknown): StoredAccount | null {
  // Written by `make` alone, so a record that is there is whole.
  return typeof value === "object" && value !== null && "hash" in value ? (value as StoredAccount) : null;
}

function newPassword(): string {
  const group = () =>
    Array.from({ length: PASSWORD_GROUP_CHARACTERS }, () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]);
  return Array.from({ length: PASSWORD_GROUPS }, () => group().join("")).join("-");
}

type Hash = (password: string, salt: Buffer, cost: ScryptCost) => Promise<Buffer>;

/** scrypt with a queue before it, so that a rush of sign-ins costs neither all memory nor all threads. */
function hashing(): Hash {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (password, salt, cost) => {
    if (running >= CONCURRENT_HASHES) {
      if (waiting.length >= WAITING_HASHES) {
        throw new AccountsBusy(BUSY_SECONDS);
      }
      // Whoever finishes hands its turn on, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await derive(password, salt, { ...cost, maxmem: 256 * cost.N * cost.r });
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        running -= 1;
      } else {
        next();
      }
    }
  };
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) {
        resolve(key);
      } else {
        reject(error);
      }
    });
  });
}
