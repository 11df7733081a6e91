/**
 * The desk's connection to a routing server: kept up, proved, and told what the desk tells. Nothing personal goes over it: CSRs by their
 * ids, conversations by theirs, and what is asked for.
 */
import { readFileSync } from "node:fs";
import { type ClientOptions, WebSocket } from "ws";
import { createBackoff } from "../backoff.ts";
import type { RoutingNews } from "../core/routing/delegated-engine.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";
import type { Step } from "../core/step.ts";
import {
  type FromServer,
  newsFrames,
  PROTOCOL_PATH,
  PROTOCOL_VERSION,
  readFromServer,
} from "../routing-server/protocol.ts";
import { isProof, type Meeting, newNonce, proofOf, Seal } from "../routing-server/seal.ts";
import {
  ATTEMPTS,
  type DelegateParts,
  type DelegateStatus,
  type DelegatingEngine,
  type RoutingDelegate,
} from "./delegate.ts";
import { Mirror } from "./mirror.ts";
import type { ServerSettings } from "./settings.ts";
import { StandingIn } from "./standing-in.ts";

const MEETING_MS = 5_000;
const MOST_FRAME_BYTES = 4_194_304;
/** Looks in one lease whether the server is still heard. */
const LOOKS_A_LEASE = 6;

export function createServerLink(config: ServerSettings, parts: DelegateParts): RoutingDelegate {
  return new ServerLink(config, parts);
}

/** A connection that proved itself; `live`: the server was told everything, and is told what changes. */
interface Known {
  readonly meeting: Meeting;
  readonly incoming: Seal;
  readonly outgoing: Seal;
  readonly leaseMs: number;
  live: boolean;
}

interface Connection {
  readonly socket: WebSocket;
  meeting: Meeting | null;
  known: Known | null;
  heardAt: number;
}

class ServerLink implements RoutingDelegate {
  readonly #config: ServerSettings;
  readonly #parts: DelegateParts;
  readonly #mirror = new Mirror();
  readonly #pauseMs: (attempt: number) => number;
  #engine: DelegatingEngine | null = null;
  #standingIn: StandingIn | null = null;
  #connection: Connection | null = null;
  #cancelPause: (() => void) | null = null;
  #cancelLook: (() => void) | null = null;
  #cancelForget: (() => void) | null = null;
  #attempt = 0;
  /** Of the server that was met last, and until when none that was started before it is taken. */
  #epoch = 0;
  #epochHoldsUntil = 0;
  #answers = 0;
  #stale = 0;
  #detail: string | null = "not connected yet";
  #isStopped = false;

  constructor(config: ServerSettings, parts: DelegateParts) {
    this.#config = config;
    this.#parts = parts;
    this.#pauseMs = createBackoff(ATTEMPTS, parts.random);
  }

  stepped({ routing }: Step): void {
    if (routing === undefined) return;
    this.#mirror.learn(routing);
    this.#stale += routing.settled.filter(({ csr }) => csr === null).length;
    const connection = this.#connection;
    if (connection?.known?.live !== true) return;
    // The desk was built anew: whatever the server knows of it is of before.
    if (routing.whole) this.#drop(connection, "the desk was built anew");
    else this.#tell(connection, connection.known, routing);
  }

  start(engine: DelegatingEngine): void {
    const { clock, log } = this.#parts;
    this.#engine = engine;
    this.#standingIn = new StandingIn(clock, log, engine, this.#config);
    this.#connect();
  }

  status(): DelegateStatus {
    return {
      kind: "server",
      url: this.#config.url,
      reachable: this.#connection?.known?.live === true,
      decides: this.#standingIn?.decides ?? "nobody",
      answers: this.#answers,
      stale: this.#stale,
      detail: this.#detail,
    };
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#standingIn?.stop();
    for (const cancel of [this.#cancelPause, this.#cancelLook, this.#cancelForget]) cancel?.();
    const socket = this.#connection?.socket;
    this.#connection = null;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    socket.close();
    const cancel = this.#parts.clock.after(1_000, () => socket.terminate());
    await promise;
    cancel();
  }

  // --- the connection ------------------------------------------------------------------------------------------------------

  #connect(): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(`${this.#config.url}${PROTOCOL_PATH}`, this.#options());
    } catch (error) {
      this.#again(error instanceof Error ? error.message : String(error));
      return;
    }
    const connection: Connection = { socket, meeting: null, known: null, heardAt: this.#parts.clock.now() };
    this.#connection = connection;
    let reason = "the connection was closed";
    socket.on("message", (data, isBinary) => this.#hear(connection, isBinary ? null : String(data)));
    socket.on("ping", () => this.#heard(connection));
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      if (this.#connection === connection) this.#lost(connection, reason);
    });
    const meet = this.#parts.clock.after(MEETING_MS, () => {
      if (connection.known === null)
        this.#drop(connection, `nothing was agreed on within ${MEETING_MS / 1000} seconds`);
    });
    socket.once("close", meet);
  }

  /** Read at every attempt: certificates are renewed while the desk runs. */
  #options(): ClientOptions {
    const { ca, certificate, key } = this.#config;
    return {
      handshakeTimeout: MEETING_MS,
      maxPayload: MOST_FRAME_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
      ...(ca === null ? {} : { ca: readFileSync(ca) }),
      ...(certificate === null ? {} : { cert: readFileSync(certificate) }),
      ...(key === null ? {} : { key: readFileSync(key) }),
    };
  }

  /** Ends it at once and tries again. */
  #drop(connection: Connection, reason: string): void {
    if (this.#connection !== connection) return;
    connection.socket.terminate();
    this.#lost(connection, reason);
  }

  #lost({ known }: Connection, reason: string): void {
    this.#connection = null;
    this.#cancelLook?.();
    this.#standingIn?.gone();
    if (known !== null) {
      this.#epochHoldsUntil = this.#parts.clock.now() + known.leaseMs;
      this.#forgetElsewhereLater(known.leaseMs);
    }
    this.#again(reason);
  }

  #again(reason: string): void {
    if (this.#isStopped) return;
    if (this.#detail !== reason) this.#parts.log.warn("routing.server.away", { url: this.#config.url, reason });
    this.#detail = reason;
    this.#cancelPause = this.#parts.clock.after(this.#pauseMs(this.#attempt), () => this.#connect());
    this.#attempt += 1;
  }

  /** What CSRs have in hand elsewhere is known for as long as the server itself would believe it. */
  #forgetElsewhereLater(leaseMs: number): void {
    this.#cancelForget?.();
    this.#cancelForget = this.#parts.clock.after(leaseMs, () =>
      this.#submit({ kind: "elsewhere", whole: true, loads: {} }),
    );
  }

  // --- what is heard ---------------------------------------------------------------------------------------------------------

  /** False when nothing was heard for so long that the server must have given up: what comes now was said long ago. */
  #heard(connection: Connection): boolean {
    const now = this.#parts.clock.now();
    const silentMs = now - connection.heardAt;
    connection.heardAt = now;
    if (connection.known === null || silentMs <= connection.known.leaseMs / 2) return true;
    this.#drop(connection, "nothing was heard for too long");
    return false;
  }

  #hear(connection: Connection, raw: string | null): void {
    if (this.#connection !== connection || !this.#heard(connection)) return;
    // A refusal is said in the open: whoever is refused may not be able to read anything else.
    const isOpen = connection.known === null || raw?.startsWith("{") === true;
    const text = raw === null || isOpen ? raw : (connection.known?.incoming.open(raw) ?? null);
    const frame = text === null ? null : readFromServer(text);
    if (frame === null) this.#drop(connection, "the server said something that is not understood");
    else if (frame.kind === "refused")
      this.#drop(connection, `the server refused this desk (${frame.reason}): ${frame.text}`);
    else this.#take(connection, frame, isOpen);
  }

  #take(connection: Connection, frame: Exclude<FromServer, { kind: "refused" }>, isOpen: boolean): void {
    const isMeeting = frame.kind === "challenge" || frame.kind === "welcome";
    if (isMeeting !== isOpen) {
      this.#drop(connection, "the server said something that has no place here");
      return;
    }
    switch (frame.kind) {
      case "challenge":
        this.#introduce(connection, frame);
        return;
      case "welcome":
        void this.#trust(connection, frame);
        return;
      case "assign":
        this.#assign(frame);
        return;
      case "elsewhere":
        this.#submit({ kind: "elsewhere", whole: false, loads: frame.loads });
        return;
    }
  }

  #introduce(connection: Connection, frame: Extract<FromServer, { kind: "challenge" }>): void {
    const { versions, epoch, nonce: serverNonce } = frame;
    const store = this.#engine?.epoch() ?? "";
    if (!versions.includes(PROTOCOL_VERSION)) {
      this.#drop(connection, `the server speaks the versions ${versions.join()} and this desk ${PROTOCOL_VERSION}`);
    } else if (epoch < this.#epoch && this.#parts.clock.now() < this.#epochHoldsUntil) {
      // It may not know what the one that was started after it has decided. Later it is one whose clock was set back.
      this.#drop(connection, "this server was started before another one that decided for this desk");
    } else {
      const { desk, secret } = this.#config;
      const meeting: Meeting = { desk, store, deskNonce: newNonce(), serverNonce, epoch };
      connection.meeting = meeting;
      const proof = proofOf(secret, "desk", meeting);
      const hello = { kind: "hello", version: PROTOCOL_VERSION, desk, store, nonce: meeting.deskNonce, proof };
      connection.socket.send(JSON.stringify(hello));
    }
  }

  async #trust(connection: Connection, frame: Extract<FromServer, { kind: "welcome" }>): Promise<void> {
    const { meeting } = connection;
    const { secret } = this.#config;
    if (meeting === null || connection.known !== null || !isProof(secret, "server", meeting, frame.proof)) {
      this.#drop(connection, "the server does not know this desk's secret");
      return;
    }
    const [incoming, outgoing] = [new Seal(secret, "server", meeting), new Seal(secret, "desk", meeting)];
    const known: Known = { meeting, incoming, outgoing, leaseMs: frame.leaseMs, live: false };
    connection.known = known;
    this.#epoch = meeting.epoch;
    if ((await this.#standingIn?.back()) !== true || this.#connection !== connection) return;
    this.#cancelForget?.();
    this.#submit({ kind: "elsewhere", whole: true, loads: {} });
    this.#write(connection, known, { kind: "begin" });
    this.#tell(connection, known, this.#mirror.whole());
    this.#write(connection, known, { kind: "end" });
    known.live = true;
    this.#attempt = 0;
    this.#detail = null;
    this.#parts.log.info("routing.server.connected", { url: this.#config.url, epoch: meeting.epoch });
    this.#lookLater(connection, known.leaseMs);
  }

  #assign({ assignments }: Extract<FromServer, { kind: "assign" }>): void {
    this.#answers += assignments.length;
    const until = this.#parts.clock.now() + this.#config.answerMs;
    const answers = assignments.map(({ csr, ...one }) => ({ ...one, csrs: [csr], overrules: false, until }));
    this.#submit({ kind: "matched", answers });
  }

  #lookLater(connection: Connection, leaseMs: number): void {
    this.#cancelLook?.();
    this.#cancelLook = this.#parts.clock.after(leaseMs / LOOKS_A_LEASE, () => {
      if (this.#connection !== connection) return;
      const silentMs = this.#parts.clock.now() - connection.heardAt;
      if (silentMs > leaseMs / 2) this.#drop(connection, "nothing was heard for too long");
      else this.#lookLater(connection, leaseMs);
    });
  }

  // --- what is said ----------------------------------------------------------------------------------------------------------

  #tell(connection: Connection, known: Known, news: RoutingNews): void {
    for (const frame of newsFrames({ ...news, csrs: withoutAddresses(news.csrs) }))
      this.#write(connection, known, frame);
  }

  #write({ socket }: Connection, { outgoing }: Known, frame: object): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(outgoing.seal(JSON.stringify(frame)));
  }

  #submit(event: Parameters<DelegatingEngine["submit"]>[0]): void {
    this.#engine?.submit(event).catch((error: unknown) => this.#parts.log.debug("routing.unsubmitted", { error }));
  }
}

/** Where a CSR is reached is nobody's business but this desk's, which chooses the address itself. */
function withoutAddresses(csrs: RoutingNews["csrs"]): RoutingNews["csrs"] {
  return new Map([...csrs].map(([id, csr]) => [id, csr === null ? null : withoutAddress(csr)]));
}

function withoutAddress(csr: RoutingCsr): RoutingCsr {
  const reachable = csr.reachable.map((one) => ({ ...one, address: { network: one.address.network, id: "" } }));
  return { ...csr, reachable };
}
