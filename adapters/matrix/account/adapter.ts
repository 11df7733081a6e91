/**
 * The Matrix adapter as an ordinary account: one address for everybody, so conversations of a CSR bear labels. It hears of the
 * account's news by /sync; rooms, messages and signs are the same as an application service's.
 */
import type { Adapter, AdapterContext, Outcome } from "../../../src/adapter.ts";
import type { Address, Capabilities, Outbound } from "../../../src/core/model.ts";
import { Aside, type Piece } from "../aside.ts";
import type { RoomEvent } from "../codec-inbound.ts";
import { encodePresence, refusal } from "../codec-outbound.ts";
import type { AccountConfig } from "../config.ts";
import { featuresOf } from "../features.ts";
import { forgetPerson } from "../forgetting.ts";
import { canonicalUserId } from "../identifiers.ts";
import { Invitations } from "../invitations.ts";
import { Ledger } from "../ledger.ts";
import { type Attempt, Link } from "../link.ts";
import { Media } from "../media.ts";
import { Membership } from "../membership.ts";
import { quietOnceStopped } from "../quiet.ts";
import { Reactions } from "../reactions.ts";
import { Reception } from "../reception.ts";
import { type Room, Rooms } from "../rooms.ts";
import { Sender } from "../sender.ts";
import { Signs } from "../signs.ts";
import { SoftwareSearch } from "../software-search.ts";
import { Connection } from "./connection.ts";
import { EncryptedHomeserver } from "./encrypted-homeserver.ts";
import { Encryption } from "./encryption.ts";
import { Intake } from "./intake.ts";
import { Login } from "./login.ts";
import { OwnUser } from "./own-user.ts";
import { Sync } from "./sync.ts";
import { Unread } from "./unread.ts";

const DONE: Outcome = { kind: "accepted", id: null };
const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };

export class MatrixAccount implements Adapter {
  readonly capabilities: Capabilities;
  readonly #config: AccountConfig;
  readonly #context: AdapterContext;
  readonly #handle: string;
  readonly #connection: Connection;
  #encryption: Encryption | null = null;
  /** The device that the encryption belongs to. */
  #device = "";
  readonly #user: OwnUser;
  readonly #login: Login;
  readonly #sender: Sender;
  readonly #software: SoftwareSearch;
  readonly #media: Media;
  readonly #sync: Sync;
  readonly #link: Link;
  #presence: "online" | "unavailable" | "offline" = "online";
  #isStopped = false;

  /** `handle`: the name of the desk that the account stands for. */
  constructor(config: AccountConfig, context: AdapterContext, handle: string) {
    const { limits, homeserver: url, userId: own } = config;
    this.#config = config;
    this.#context = quietOnceStopped(context, () => this.#isStopped);
    this.#handle = handle;
    this.capabilities = {
      identity: "fixed",
      features: featuresOf(context, config.presence),
      maxTextBytes: limits.bodyBytes,
      // Requests may overtake one another on their way, so one goes after the other.
      window: 1,
      deduplicates: true,
    };
    const pollMs = limits.pollSeconds * 1_000;
    const requestMs = limits.requestSeconds * 1_000;
    this.#login = new Login(config, this.#context);
    const tokenLost = (isGone: boolean) => this.#tokenLost(isGone);
    const connection = new Connection({ homeserver: url, requestMs, pollMs, tokenLost });
    this.#connection = connection;
    this.#user = new OwnUser(own, handle, connection);
    const ledger = new Ledger(limits.rooms);
    const encryption = () => this.#encryption;
    const personIn = async (room: string) => (await rooms.byId(room))?.person ?? null;
    const isConfigured = config.encryption !== undefined;
    const homeserver = new EncryptedHomeserver({ homeserver: connection, encryption, isConfigured, personIn });
    const rooms: Rooms = new Rooms(this.#context.state, homeserver, this.#user, limits.rooms);
    const reactions = new Reactions(connection, this.#user, ledger, this.#context.state);
    const users = { ghosts: this.#user, namespace: this.#user, homeserver };
    const receive = this.#context.receive;
    const token = () => connection.token;
    const media = new Media({ context: this.#context, homeserver: url, token, seconds: limits.mediaSeconds });
    this.#media = media;
    const shared = { context: this.#context, limits, ...users, rooms, ledger, reactions, media, receive };
    const signs = new Signs(shared);
    this.#software = new SoftwareSearch(shared);
    const membership = new Membership({ ...shared, met: (person) => signs.look(person) });
    const giveUp = (pieces: readonly Piece[]) => reception.giveUp(pieces);
    const aside: Aside = new Aside({ ...shared, giveUp, take: (piece) => intake.takeAside(piece) });
    const spoke = (room: Room) => this.#software.look(room);
    const putAside = (event: RoomEvent, error: unknown) => aside.putAside(event, error);
    const reception: Reception = new Reception({ ...shared, membership, signs, putAside, spoke });
    // Between two logins nobody knows, and nothing is sent: better a file too many is brought encrypted.
    const isEncrypted = async ({ room }: Room) => (await this.#encryption?.isEncrypted(room)) ?? isConfigured;
    this.#sender = new Sender({ ...shared, isEncrypted, watch: (person, local) => signs.watch(person, local) });
    const invitations = new Invitations({ ...shared, membership, own });
    const unread = new Unread(this.#context, limits);
    const traces = { rooms, membership, invitations, aside, unread };
    this.forget = ({ id }) => forgetPerson(traces, id);
    const raw = { homeserver: connection, encryption };
    const intake = new Intake({ ...shared, ...raw, reception, invitations, unread, aside, own, handle });
    const presence = () => (config.presence ? this.#presence : "offline");
    const lost = (reason: string) => this.#link.lost(reason);
    const commit = (entries: ReadonlyMap<string, unknown>) => this.#commit(entries);
    const taken = () => this.#exchangeKeys();
    const news = { context: this.#context, connection, intake, invitations, unread, aside, pollMs, own };
    this.#sync = new Sync({ ...news, presence, commit, taken, lost });
    const healthMs = limits.healthSeconds * 1_000;
    const parts = { context, healthMs, attempt: () => this.#attempt(), isAlive: () => this.#isAlive() };
    this.#link = new Link(parts);
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#link.start(signal);
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const refused = refusal(outbound, this.capabilities.features, this.capabilities.maxTextBytes);
    if (refused !== null) {
      return refused;
    }
    const person = canonicalUserId(outbound.to.id);
    if (person === null) {
      return { kind: "rejected", reason: "jid-malformed", text: "This is no Matrix address." };
    }
    if (person === this.#config.userId) {
      return { kind: "rejected", reason: "not-allowed", text: "The desk does not write to its own address." };
    }
    if (!this.#link.isOnline || signal.aborted) {
      return OFFLINE;
    }
    if (outbound.kind === "presence" && outbound.from !== this.#handle) {
      // The account has one presence, its handle's.
      return DONE;
    }
    if (outbound.kind === "presence") {
      // Before it is sent: every question for news says a presence too, and the next one may be asked at once.
      this.#presence = encodePresence(outbound.state);
    }
    const sent = this.#sender.send(this.#inOneName(outbound), signal);
    const outcome = await sent.catch((error: unknown) => this.#notSent(error));
    if (outcome.kind === "deferred" && outcome.reason === "remote-server-timeout" && !signal.aborted) {
      this.#link.lost("The homeserver did not answer.");
    }
    return this.#isStopped && outcome.kind === "rejected" ? OFFLINE : outcome;
  }

  /** What had not ended when the adapter was stopped goes again another time; anything else is a defect. */
  #notSent(error: unknown): Outcome {
    if (!this.#isStopped) {
      throw error;
    }
    return OFFLINE;
  }

  readonly forget: (person: Address) => Promise<void>;

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#link.stop();
    this.#sync.stop();
    this.#software.stop();
    this.#login.stop();
    this.#media.close();
    this.#connection.close();
    await this.#closeEncryption();
  }

  /** Whatever name of the desk speaks, it is the account; the name above a line is changed for those alone who know one handle. */
  #inOneName(outbound: Outbound): Outbound {
    if (outbound.from === this.#handle) {
      return outbound;
    }
    return "nick" in outbound ? { ...outbound, from: this.#handle, nick: null } : { ...outbound, from: this.#handle };
  }

  async #attempt(): Promise<Attempt> {
    const loggedIn = await this.#login.attempt();
    if (loggedIn.kind !== "device") {
      return loggedIn;
    }
    this.#connection.login(loggedIn.device.token);
    const unreadable = await this.#openEncryption(loggedIn.device.id);
    if (unreadable !== null) {
      return { kind: "refused", reason: unreadable };
    }
    const { network } = this.#context;
    const identity = this.#context.identity(this.#handle, { network, id: "" });
    const failed = await this.#user.prepare(this.#handle, identity?.name ?? null);
    if (failed?.kind === "deferred") {
      return { kind: "away", reason: `The account's name could not be set: ${failed.reason}` };
    }
    this.#sync.begin();
    return { kind: "online" };
  }

  /** Null when it is open, or not configured; else why the keys that are kept cannot be used. */
  async #openEncryption(device: string): Promise<string | null> {
    const { encryption, userId: own, limits } = this.#config;
    if (encryption === undefined || (this.#encryption !== null && this.#device === device)) {
      return null;
    }
    await this.#closeEncryption();
    const { secret } = encryption;
    const options = { context: this.#context, homeserver: this.#connection, own, device, secret, rooms: limits.rooms };
    const opened = await Encryption.open(options);
    if (opened.kind === "unreadable") {
      return opened.reason;
    }
    this.#device = device;
    this.#encryption = opened.encryption;
    if (this.#isStopped) {
      await this.#closeEncryption();
    }
    if ((await this.#encryption?.exchange()) === true) {
      await this.#crossSign();
    }
    return null;
  }

  /** Without it messages are encrypted as well, but careful software gives its keys to devices alone that are vouched for. */
  async #crossSign(): Promise<void> {
    const { log, network } = this.#context;
    const signed = await this.#encryption?.crossSign(this.#config.password ?? null);
    if (signed !== undefined && signed.kind !== "signed") {
      const reason = signed.kind === "failed" ? signed.reason : "the account's identity was made by other software";
      log.warn("matrix.device.unverified", { network, device: this.#device, reason });
    }
  }

  async #closeEncryption(): Promise<void> {
    const encryption = this.#encryption;
    this.#encryption = null;
    await encryption?.close();
  }

  async #commit(entries: ReadonlyMap<string, unknown>): Promise<void> {
    await (this.#encryption?.commit(entries) ?? this.#context.state.setAll(entries));
  }

  /** Nobody waits for it: what was not answered is said again after the next news. */
  #exchangeKeys(): void {
    this.#encryption?.exchange().catch((error: unknown) => {
      this.#context.log.warn("matrix.keys.not-exchanged", { network: this.#context.network, error });
    });
  }

  async #isAlive(): Promise<boolean> {
    const path = ["v3", "account", "whoami"];
    return this.#sync.isRunning && (await this.#connection.request({ method: "GET", path })).kind === "ok";
  }

  #tokenLost(isGone: boolean): void {
    const { log, network } = this.#context;
    log.warn("matrix.token.lost", { network, isGone });
    this.#login.lost(isGone).catch((error: unknown) => log.error("matrix.token.kept", { network, error }));
  }
}
