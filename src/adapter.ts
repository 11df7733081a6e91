/**
 * The adapter contract: the only door between adapters/ and src/. An adapter speaks one protocol and knows nothing of
 * routing, dialogs or people; the desk knows no protocol. docs/adapters.md is the tutorial, test/conformance the law.
 */
import type { FastifyInstance } from "fastify";
import type {
  Address,
  Capabilities,
  Condition,
  Continuation,
  DeskIdentity,
  Formatting,
  HostedFile,
  Inbound,
  Outbound,
  ServerRooms,
  Verdict,
} from "./core/model.ts";

/** `config` of a route that takes files: its requests may take long, and it limits their bodies itself. */
export const UPLOADS: object = { uploads: true };
/** `config` of a route that is for the company's own people: answered only where `http.staffFrom` lets them in. */
export const STAFF: object = { staff: true };

export type LinkStatus = "offline" | "connecting" | "online";

/**
 * What became of a send.
 * `accepted`: the far server (or client) answered something sent after the message, so the message is out of our hands;
 *   `id` is the network's own id of it, when it differs from the key.
 * `deferred`: not now (RFC 6120 error type "wait"): no link, rate limit, recipient away. The outbox tries again, in order.
 * `rejected`: never. The sender is told in words.
 */
export type Outcome =
  | { readonly kind: "accepted"; readonly id: string | null }
  | { readonly kind: "deferred"; readonly reason: Condition; readonly retryAfterMs?: number }
  | { readonly kind: "rejected"; readonly reason: Condition; readonly text?: string };

export interface Adapter {
  /** Known after create(), never changes. */
  readonly capabilities: Capabilities;
  /**
   * Connects and keeps connected, with back-off and jitter (`context.backoffMs`), until stop(). Resolves when send()
   * can be accepted for the first time. Rejects only for what trying again cannot cure (wrong secret, bad certificate) or
   * when `signal` aborts. A server that is away is not an error: report `connecting` and go on trying.
   */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Sends one message and says what became of it. Never throws for a network condition: that is an outcome. Called in
   * order for one recipient, with at most `capabilities.window` unanswered. A text over `maxTextBytes` or a kind the
   * network cannot carry is `rejected` with nothing on the wire. `signal` aborts: give up waiting, answer `deferred`.
   */
  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome>;
  /** At any moment, any number of times; afterwards the adapter is silent. Unanswered sends resolve as `deferred`. */
  stop(): Promise<void>;
  /**
   * Removes what the adapter's state holds of a person who is to be erased, and leaves what was made for them alone. They have no
   * conversation. Left out: it holds nothing. Rejects when it could not be done now.
   */
  forget?(person: Address): Promise<void>;
}

/** One line of a running conversation as one of its parties saw it, for networks whose clients keep no history. */
export interface HistoryLine {
  /** The `key` of the Outbound that brought it, or for own lines the id the person's client gave it. */
  readonly id: string;
  readonly own: boolean;
  readonly text: string;
  readonly formatting?: Formatting;
  readonly edited: boolean;
  readonly retracted: boolean;
  readonly nick: string | null;
  readonly notice: boolean;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** The file it brought, of which the text tells; null or absent: none. */
  readonly file?: HostedFile | null;
  readonly at: number;
  /** What is known of an own line: `received` by the desk at least. */
  readonly state: "received" | "delivered" | "read";
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, `delayMs` from now at the earliest; any delay (no 24-day limit). Returns its cancellation. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Fields every record may carry; `event` is a constant string so that one grep finds all of a kind. */
export interface LogFields {
  readonly conversation?: string | null;
  readonly network?: string;
  readonly key?: string;
  readonly [field: string]: unknown;
}
/** Never pass message bodies above `debug`, nor secrets at any level. */
export interface Logger {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** False: `debug` records are not written, so whoever makes many of them may leave it. Left out: they may be. */
  readonly writesDebug?: boolean;
}

/** A small durable map of the adapter's own (session tokens, cursors). Values are JSON, at most 64 kB each. */
export interface AdapterState {
  get(key: string): Promise<unknown>;
  /** Resolves once synced to disk. `undefined` deletes. */
  set(key: string, value: unknown): Promise<void>;
  /** Several at once, at most 10 000: all of them or, when it rejects or the desk ends before, none. */
  setAll(entries: ReadonlyMap<string, unknown>): Promise<void>;
  keys(prefix: string): Promise<readonly string[]>;
}

/** Too many passwords are being checked at once: whoever asks is to come again after so many seconds. */
export class AccountsBusy extends Error {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super("Too many people are signing in at once; try again in a moment.");
    this.name = "AccountsBusy";
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What somebody is here by the word of the company's own sign-in (OpenID Connect), who is not in people.yaml. */
export interface StaffGrant {
  readonly name: string;
  readonly role: "supervisor" | "admin";
}

/** Who is signed in, and since when (milliseconds since the epoch). */
export interface StaffSession {
  /** The hash of its token; good for telling sessions apart, useless for signing in. */
  readonly id: string;
  readonly login: string;
  readonly by: "password" | "openid";
  readonly grant: StaffGrant | null;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
}

/** Somebody who has proved who they are. */
export interface SignedIn {
  readonly login: string;
  /** For how long at most. */
  readonly hours: number;
  readonly by: StaffSession["by"];
  /** Their IP address, for the audit log. */
  readonly origin: string | null;
  readonly grant?: StaffGrant | null;
}

export interface StaffSessions {
  /** Begins a session; the token goes into the cookie and is kept nowhere else. */
  begin(who: SignedIn): Promise<{ readonly token: string; readonly session: StaffSession }>;
  /** The session of that token, if neither time, idleness, sign-out nor a new password has ended it. Counts as a sign of life. */
  find(token: string | null): Promise<StaffSession | null>;
  isAlive(session: StaffSession): Promise<boolean>;
  /** A sign of life of somebody whose page stays open. */
  touch(session: StaffSession): Promise<void>;
  end(session: StaffSession, origin: string | null): Promise<void>;
}

/** Sign-in of staff, kept by the desk for every network that has no login of its own. */
export interface Accounts {
  /**
   * The CSR's login when the password is right, else null. Takes the same time either way; ask `admit` before. Rejects with
   * AccountsBusy when too many are waiting for their turn. `origin`: the IP address, for the audit log.
   */
  verify(login: string, password: string, origin?: string): Promise<string | null>;
  /**
   * Counts an attempt with that login from that IP address, at whichever page of the desk: 0 when it may be looked at, else the milliseconds
   * until the next one may.
   */
  admit(login: string, ip: string): number;
  /** Says that an attempt was refused unlooked at, because there were too many; for the audit log. */
  limited(origin: string): void;
  /** When that login's password was last set (milliseconds since the epoch): sessions begun before are over. Null: no such login. */
  changedAt?(login: string): Promise<number | null>;
  readonly sessions: StaffSessions;
  /** Where staff sign in with the company's own accounts: what those are called, and the path at which it begins. Left out: nowhere. */
  readonly elsewhere?: { readonly title: string; readonly path: string };
}

/** What is said of a file that somebody sends: a claim, but for `from`. */
export interface FileOffer {
  readonly name: string;
  /** Who sends it, so that what one person may send is limited. Left out: not counted. */
  readonly from?: Address;
  /** Recorded to be heard as a message. Believed of sounds alone. */
  readonly voice?: boolean;
}

export type TakenFile =
  /** `words` tell of it in a text. */
  | { readonly kind: "taken"; readonly file: HostedFile; readonly words: string }
  /** `text` is for its sender. */
  | { readonly kind: "refused"; readonly reason: Condition; readonly text: string };

/** Where adapters bring files that people send, so that the desk hands them out itself. */
export interface FileShelf {
  /** Larger ones are refused; 0: none are taken, and their senders are to be told so. */
  readonly maxBytes: number;
  /** Media types that are taken, for whoever chooses what to offer. */
  readonly types: readonly string[];
  /**
   * Reads the bytes to their end or to `maxBytes`, takes out of the file what was written about it (place, time, owner), and keeps
   * it. Resolves once it is on disk. Rejects as `chunks` does, and when the disk fails. What a file is, is found out from its bytes.
   */
  take(offer: FileOffer, chunks: AsyncIterable<Uint8Array>): Promise<TakenFile>;
  /** The bytes of a file of the desk's, for networks to which they have to be brought; null when it is not kept any more. */
  open(file: HostedFile): Promise<AsyncIterable<Uint8Array> | null>;
  /** Ends those addresses at once, and removes what no other address leads to; how many there were. Left out: they end by themselves. */
  forget?(urls: readonly string[]): Promise<number>;
}

export interface AdapterContext {
  /** The configured name of this network: the `network` of every address it reports. */
  readonly network: string;
  /** The handles this network opens, and `desk`, the address at which CSRs talk to the desk itself. All local names. */
  readonly handles: readonly string[];
  readonly desk: string;
  /**
   * Hands one event to the desk. Resolves once it is durable (volatile kinds: once taken); only then acknowledge to the
   * network. A refusal is to be answered in the protocol's own terms. Rejects when the desk cannot take it (disk,
   * stopping): then do not acknowledge, so that the network delivers it again. Back-pressure: await before reading on.
   */
  receive(inbound: Inbound): Promise<Verdict>;
  status(status: LinkStatus, detail?: string): void;
  /** Tells the outbox that this person can be reached again, so that what was deferred goes now. */
  reachable(address: Address): void;
  /** What this viewer may know of that handle or alias. Synchronous: disco, vCard and probes are answered from it. */
  identity(desk: string, viewer: Address): DeskIdentity | null;
  /** The running conversation between that person and that handle or alias, oldest first, at most `limit` newest lines. */
  history(viewer: Address, desk: string, limit: number): Promise<readonly HistoryLine[]>;
  /** Whether that address belongs to a CSR (and which aliases are open to them now), for networks that show a contact list. */
  contacts(
    viewer: Address,
  ): readonly { readonly desk: string; readonly name: string; readonly kind: "handle" | "alias" | "desk" }[];
  /** Delay before try number `attempt` (from 0): exponential, capped, with jitter. */
  backoffMs(attempt: number): number;
  readonly state: AdapterState;
  /** Absent: this desk keeps no files. */
  readonly files?: FileShelf;
  readonly accounts: Accounts;
  /** Routes of this adapter in the one HTTP server; may be called during create() and never later. */
  readonly http: {
    mount(routes: (server: FastifyInstance) => Promise<void> | void): void;
    /**
     * The origin people reach the server at ("https://chat.example") when that is not where it listens; else null or absent. To be
     * read at each use: where a NAT gateway says it, it may change.
     */
    readonly publicOrigin?: string | null;
  };
  /** The company's name as configured, for pages; absent where nobody reads pages. */
  readonly company?: string;
  readonly log: Logger;
  /**
   * Counts what is neither taken in nor worth a line of its own each time (an ignored kind, a stanza beyond the limits): seen in
   * metrics and, thinned out, in the log. `event` and `reason` are constants; `from` is for the debug log alone.
   */
  count(event: string, reason: string, from?: string): void;
  readonly clock: Clock;
}

/** What is known of a protocol before any of its code is needed: to check a configuration, and to make schemas and documents. */
export interface AdapterDescription<Config> {
  /** The protocol's name: the value of `adapter:` in a network's configuration. */
  readonly protocol: string;
  /** Checks the adapter's own keys of a network's section. Throws ConfigProblem naming the faulty path. */
  parseConfig(section: unknown): Config;
  /**
   * An address that admins wrote (people.yaml, directory.yaml) in the form `Inbound.from` will bear; null when no person of
   * this network can have it. Left out: addresses are taken as written.
   */
  canonicalAddress?(id: string): string | null;
  /** JSON Schema (draft 2020-12) of the adapter's own keys, for editors and `frontdesk check`. */
  readonly configSchema: unknown;
  /**
   * Refuses handles that this network cannot open together (one account cannot be two). Throws ConfigProblem whose path begins
   * at the network's section (["handles", "billing"]). So `frontdesk check` finds it, and not only the next start.
   */
  checkHandles?(config: Config, handles: readonly string[]): void;
  /** True when CSRs sign in to this network with the desk's own accounts: each of their addresses on it is then given a password. */
  readonly signsInStaff?: boolean;
  /** What it mounts for people to open, for the words printed at start: paths on the HTTP server, by what stands there. */
  pages?(config: Config): readonly { readonly path: string; readonly title: string }[];
  /**
   * How people are led to this network from others, where the desk itself has addresses on it: URI templates, see `Continuation`.
   * Left out, or null: they cannot be. Whoever comes is reported by an arrival with the `token`, or by writing to the desk's
   * local name that is the token. `origin`: where people reach the HTTP server ("https://chat.example").
   */
  continuation?(config: Config, origin: string): Continuation | null;
  /**
   * Where the desk can introduce two people of this network to each other in a room of the IM server that nobody but the desk rules: what
   * such rooms are like; or a sentence for admins why there are none ("an ordinary account makes no rooms"). Left out: the network
   * has no such thing. Where there are none `send` rejects the kind "room".
   */
  rooms?(config: Config): ServerRooms | string;
}

export interface AdapterModule<Config> extends AdapterDescription<Config> {
  /** Performs no I/O. */
  create(config: Config, context: AdapterContext): Adapter;
}

/** An adapter whose code is loaded when a network that it speaks is started, and stays out of the memory of all other desks. */
export interface ListedAdapter extends AdapterDescription<unknown> {
  load(): Promise<AdapterModule<unknown>>;
}

/** An adapter as the configuration finds it: listed, or loaded already. */
export type KnownAdapter = ListedAdapter | AdapterModule<unknown>;

/** A fault in a configuration section; `path` leads to it (["port"]), the message says what is wrong and what is allowed. */
export class ConfigProblem extends Error {
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.name = "ConfigProblem";
    this.path = path;
  }
}
