/** The Matrix adapter as an application service: puts the parts together and keeps the link. */
import type { Adapter, AdapterContext, Outcome } from "../../src/adapter.ts";
import type { Address, Capabilities, Outbound } from "../../src/core/model.ts";
import { Aside, type Piece } from "./aside.ts";
import type { RoomEvent } from "./codec-inbound.ts";
import { refusal } from "./codec-outbound.ts";
import type { ServiceConfig } from "./config.ts";
import { featuresOf } from "./features.ts";
import { forgetPerson } from "./forgetting.ts";
import { GhostPictures } from "./ghost-pictures.ts";
import { type Ghosts, RegisteredGhosts } from "./ghosts.ts";
import { NotTaken } from "./hand.ts";
import { HomeserverClient } from "./homeserver.ts";
import { HostedRooms } from "./hosted-rooms.ts";
import { canonicalUserId, ReservedNames } from "./identifiers.ts";
import { Invitations } from "./invitations.ts";
import { Ledger } from "./ledger.ts";
import { type Attempt, Link } from "./link.ts";
import { Media } from "./media.ts";
import { Membership } from "./membership.ts";
import { quietOnceStopped } from "./quiet.ts";
import { Reactions } from "./reactions.ts";
import { Reception } from "./reception.ts";
import { type Room, Rooms } from "./rooms.ts";
import { matrixRoutes } from "./routes.ts";
import { Sender } from "./sender.ts";
import { Sequence } from "./sequence.ts";
import { Signs } from "./signs.ts";
import { SoftwareSearch } from "./software-search.ts";

const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
/** How long the desk may recover before the homeserver is asked to deliver again what it could not take. */
const AGAIN_MS = 5_000;

export class MatrixAdapter implements Adapter {
  readonly capabilities: Capabilities;
  readonly #config: ServiceConfig;
  readonly #context: AdapterContext;
  readonly #homeserver: HomeserverClient;
  readonly #namespace: ReservedNames;
  readonly #ghosts: Ghosts;
  readonly #signs: Signs;
  readonly #sender: Sender;
  readonly #link: Link;
  readonly #software: SoftwareSearch;
  readonly #media: Media;
  readonly #invitations: Invitations;
  readonly #hosted: HostedRooms;
  readonly #aside: Aside;
  #isStopped = false;
  #accepting: Promise<void> = Promise.resolve();
  #cancelPing: () => void = () => {};
  #cancelAccept: () => void = () => {};

  constructor(config: ServiceConfig, context: AdapterContext) {
    const { limits } = config;
    this.#config = config;
    const quiet = quietOnceStopped(context, () => this.#isStopped);
    this.#context = quiet;
    this.capabilities = {
      identity: "virtual",
      features: featuresOf(context, config.presence),
      maxTextBytes: limits.bodyBytes,
      // Requests may overtake one another on their way, so one goes after the other.
      window: 1,
      deduplicates: true,
    };
    const requestMs = limits.requestSeconds * 1_000;
    const homeserver = new HomeserverClient({ homeserver: config.homeserver, token: config.asToken, requestMs });
    this.#homeserver = homeserver;
    const namespace = new ReservedNames(config);
    this.#namespace = namespace;
    const token = () => config.asToken;
    const media = new Media({ context: quiet, homeserver: config.homeserver, token, seconds: limits.mediaSeconds });
    this.#media = media;
    const { avatar, aliasPictures } = config;
    const pictures = new GhostPictures({ context: quiet, homeserver, media, avatar, aliasPictures });
    const ghosts = new RegisteredGhosts(homeserver, namespace, pictures, limits.rooms);
    this.#ghosts = ghosts;
    // Of a room that was just made it is kept that it is there, whatever else ends.
    const rooms = new Rooms(context.state, homeserver, ghosts, limits.rooms);
    const ledger = new Ledger(limits.rooms);
    const reactions = new Reactions(homeserver, ghosts, ledger, context.state);
    const { receive } = quiet;
    const shared = { context: quiet, limits, homeserver, namespace, ghosts, rooms, ledger, reactions, media, receive };
    const signs = new Signs(shared);
    this.#signs = signs;
    const hosted = new HostedRooms({ ...shared, prefix: config.prefix, serverName: config.serverName });
    this.#hosted = hosted;
    const membership = new Membership({ ...shared, met: (person) => signs.look(person) });
    const software = new SoftwareSearch(shared);
    this.#software = software;
    const putOff = (invitation: RoomEvent) => this.#putOff(invitation);
    const spoke = (room: Room) => software.look(room);
    const giveUp = (pieces: readonly Piece[]) => reception.giveUp(pieces);
    this.#aside = new Aside({ ...shared, giveUp, take: ({ event }) => said(event === null ? [] : [event]) });
    const putAside = (event: RoomEvent, error: unknown) => this.#putAside(event, error);
    const reception: Reception = new Reception({ ...shared, membership, signs, hosted, putOff, putAside, spoke });
    const said = (events: readonly RoomEvent[]) => reception.transaction({ events, ephemeral: [], malformed: 0 });
    this.#invitations = new Invitations({ ...shared, membership, said });
    const traces = { rooms, membership, invitations: this.#invitations, aside: this.#aside };
    this.forget = ({ id }) => forgetPerson(traces, id);
    this.#sender = new Sender({ ...shared, hosted, watch: (person, local) => this.#signs.watch(person, local) });
    this.#link = new Link({
      context,
      healthMs: limits.healthSeconds * 1_000,
      attempt: () => this.#attempt(),
      isAlive: async () =>
        (await homeserver.request({ method: "GET", path: ["v3", "account", "whoami"] })).kind === "ok",
    });
    context.http.mount(this.#routes(reception));
  }

  #routes(reception: Reception): ReturnType<typeof matrixRoutes> {
    const sequence = new Sequence(this.#context.state);
    return matrixRoutes({
      config: this.#config,
      count: (event, reason) => this.#context.count(event, reason),
      transaction: (id, transaction) => sequence.take(id, () => this.#taking(() => reception.transaction(transaction))),
      exists: (userId) => !this.#isStopped && this.#exists(userId),
      notTaken: (error) => this.#notTaken(error),
    });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#link.start(signal);
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const refused = refusal(outbound, this.capabilities.features, this.capabilities.maxTextBytes, true);
    if (refused !== null) {
      return refused;
    }
    const person = canonicalUserId(outbound.to.id);
    if (person === null) {
      return { kind: "rejected", reason: "jid-malformed", text: "This is no Matrix address." };
    }
    if (this.#namespace.local(person) !== null) {
      return { kind: "rejected", reason: "not-allowed", text: "The desk does not write to its own addresses." };
    }
    if (!this.#link.isOnline || signal.aborted) {
      return OFFLINE;
    }
    const outcome = await this.#sender.send(outbound, signal).catch((error: unknown) => this.#notSent(error));
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
    this.#cancelPing();
    this.#cancelAccept();
    this.#link.stop();
    this.#software.stop();
    this.#media.close();
    this.#homeserver.close();
  }

  /** Who are we to it, are the desk's names there, and may it deliver what it holds back? */
  async #attempt(): Promise<Attempt> {
    const answer = await this.#homeserver.request({ method: "GET", path: ["v3", "account", "whoami"] });
    if (answer.kind !== "ok") {
      const isRefused = answer.kind === "error" && (answer.status === 401 || answer.status === 403);
      const reason = isRefused
        ? `${this.#config.homeserver} refuses the asToken of ${this.#context.network}: ${answer.text}`
        : `${this.#config.homeserver}: ${answer.text}`;
      return { kind: isRefused ? "refused" : "away", reason };
    }
    if (!String(answer.body.user_id ?? "").endsWith(`:${this.#config.serverName}`)) {
      const reason = `The homeserver's name is not ${this.#config.serverName}: to it the desk is ${String(answer.body.user_id)}.`;
      return { kind: "refused", reason };
    }
    return await this.#introduce();
  }

  async #introduce(): Promise<Attempt> {
    const { handles, desk, network } = this.#context;
    for (const local of [...handles, desk]) {
      const nobody = { network, id: "" };
      const failed = await this.#ghosts.prepare(local, this.#context.identity(local, nobody)?.name ?? null);
      if (failed?.kind === "rejected" && failed.reason === "not-allowed") {
        const reason = `The registration does not reserve ${this.#ghosts.id(local)} for the desk: ${failed.text ?? ""}`;
        return { kind: "refused", reason };
      }
      if (failed !== null) {
        const why = failed.kind === "accepted" ? "" : failed.reason;
        return { kind: "away", reason: `${local} could not be registered: ${why}` };
      }
    }
    void this.#ping();
    void this.#hosted.begin();
    this.#acceptLate(0);
    return { kind: "online" };
  }

  async #putOff(invitation: RoomEvent): Promise<void> {
    await this.#invitations.putOff(invitation);
    this.#acceptLate(0);
  }

  async #putAside(event: RoomEvent, error: unknown): Promise<boolean> {
    const isAside = await this.#aside.putAside(event, error);
    if (isAside) {
      this.#acceptLate(0);
    }
    return isAside;
  }

  /** Looks after so long which of the invitations that were put off, and of the events put aside, can be tried now. */
  #acceptLate(delayMs: number): void {
    this.#cancelAccept();
    if (!this.#isStopped) {
      this.#cancelAccept = this.#context.clock.after(delayMs, () => {
        this.#accepting = this.#accepting.then(() => this.#accept());
      });
    }
  }

  async #accept(): Promise<void> {
    if (!this.#link.isOnline) {
      return; // its coming back is another occasion
    }
    let nextMs: number | null = AGAIN_MS;
    try {
      const waits = [await this.#invitations.accept(), await this.#aside.retry()].filter((waitMs) => waitMs !== null);
      nextMs = waits.length === 0 ? null : Math.min(...waits);
    } catch (error) {
      this.#context.log.warn("matrix.late.not-taken", { network: this.#context.network, error });
    }
    if (nextMs !== null) {
      this.#acceptLate(nextMs);
    }
  }

  /** Proves the way back, and makes the homeserver deliver at once what it holds (it would wait for up to an hour). */
  async #ping(): Promise<void> {
    const path = ["v1", "appservice", this.#config.id, "ping"];
    const answer = await this.#homeserver.request({ method: "POST", path });
    if (this.#isStopped || answer.kind === "ok") {
      return;
    }
    const reason = answer.kind === "error" ? `${answer.errcode} ${answer.text}` : answer.text;
    this.#context.log.warn("matrix.ping.failed", { network: this.#context.network, reason });
  }

  async #taking(take: () => Promise<void>): Promise<void> {
    if (this.#isStopped) {
      throw new NotTaken("the adapter was stopped");
    }
    await take();
  }

  /** The homeserver waits longer after every failure, up to nine minutes; a ping makes it try at once. */
  #notTaken(error: unknown): void {
    if (!this.#isStopped) {
      this.#context.log.warn("matrix.transaction.not-taken", { network: this.#context.network, error });
      this.#cancelPing();
      this.#cancelPing = this.#context.clock.after(AGAIN_MS, () => void this.#ping());
    }
  }

  #exists(userId: string): boolean {
    const local = this.#namespace.local(userId);
    return local !== null && this.#ghosts.isPrepared(local);
  }
}
