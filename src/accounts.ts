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
  /** The last one who was asked about at the company's sign-in: of two who come at the same time, one is first. */
  #asked: Promise<unknown> = Promise.resolve();
  /** How often each account was changed since the start, by canonical login; counted before a change is written and after. */
  readonly #changes = new Map<string, number>();

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
      const account = await this.#read(canonical);
      if (account === null) made.push(await this.#make(login));
      else if (account.goneAt !== undefined) await this.#takeBack(canonical, account);
    }
    return made;
  }

  /** Marks accounts of logins that nobody has any more, and forgets them after a time. */
  async #forgetOthers(): Promise<void> {
    const { state, clock } = this.#parts;
    const now = clock.now();
    for (const key of await state.keys(STATE_PREFIX)) {
      const account = asAccount(await state.get(key));
      const isGone = account?.goneAt !== undefined && now - account.goneAt >= GONE_MS;
      if (isGone) await state.set(key, undefined);
      else if (account !== null && account.goneAt === undefined && !this.#allowed.has(key.slice(STATE_PREFIX.length)))
        await state.set(key, { ...account, goneAt: now });
    }
  }

  async #takeBack(canonical: string, { goneAt: _goneAt, ...account }: StoredAccount): Promise<void> {
    await this.#write(canonical, { ...account, changedAt: this.#parts.clock.now() });
  }

  async reset(login: string): Promise<NewPassword | null> {
    const configured = this.#configured(login);
    return configured === null ? null : await this.#make(configured);
  }

  async verify(login: string, password: string, origin?: string): Promise<string | null> {
    for (let look = 1; look < LOOKS; look += 1) {
      const changes = this.#changesOf(login);
      const found = await this.#look(login, password, changes, origin);
      // What was right a moment ago may have been changed since.
      if (found === null || changes === this.#changesOf(login)) return found;
    }
    return null;
  }

  async #look(login: string, password: string, changes: number, origin?: string): Promise<string | null> {
    const account = await this.#find(login);
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
      return null;
    }
    if (isWeaker(account.cost, this.#cost)) {
      await this.#keep(account, password, changes);
    }
    return account.login;
  }

  limited(origin: string): void {
    this.#parts.note({ action: "sign-in.limited", actor: "somebody", outcome: "refused", origin });
  }

  async changedAt(login: string): Promise<number | null> {
    return (await this.#find(login))?.changedAt ?? null;
  }

  isSubject(login: string, subject: string): Promise<boolean> {
    const asked = this.#asked.then(async () => {
      const account = await this.#find(login);
      if (account === null || account.subject !== undefined) return account?.subject === subject;
      await this.#write(canonicalise(account.login) ?? login, { ...account, subject });
      return true;
    });
    this.#asked = asked.catch(() => {}); // told to whoever asked
    return asked;
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
    await this.#keep({ login, changedAt: this.#parts.clock.now() }, password);
    return { login, password };
  }

  /** `unless`: how often it was changed when it was read; nothing is kept when it was changed since. */
  async #keep(
    { login, changedAt, subject }: Pick<StoredAccount, "login" | "changedAt" | "subject">,
    password: string,
    unless?: number,
  ): Promise<void> {
    const salt = randomBytes(SALT_BYTES);
    const made = await this.#hash(password, salt, this.#cost);
    const [written, saltText] = [made.toString("base64"), salt.toString("base64")];
    if (unless !== undefined && unless !== this.#changesOf(login)) return;
    const kept = { login, cost: this.#cost, salt: saltText, hash: written, changedAt };
    const account: StoredAccount = subject === undefined ? kept : { ...kept, subject };
    if (unless === undefined) await this.#write(canonicalise(login) ?? login, account);
    else await this.#parts.state.set(STATE_PREFIX + (canonicalise(login) ?? login), account);
  }

  async #write(canonical: string, account: StoredAccount): Promise<void> {
    const count = () => this.#changes.set(canonical, (this.#changes.get(canonical) ?? 0) + 1);
    count();
    await this.#parts.state.set(STATE_PREFIX + canonical, account);
    // Whoever read it in between had the old one.
    count();
  }

  #changesOf(login: string): number {
    return this.#changes.get(canonicalise(login) ?? login) ?? 0;
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
