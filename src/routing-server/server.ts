/**
 * The routing server: listens, lets desks in that prove themselves, tells the exchange what they say, and them what it decided. Its state
 * is what the desks told, in memory: after a restart they tell it again, and nothing is decided before all of them have or had their time.
 */
import { createServer as createHttpServer, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock, Logger } from "../adapter.ts";
import { type Ranges, within } from "../address-ranges.ts";
import type { RoutingNews } from "../core/routing/delegated-engine.ts";
import { createTally } from "../tally.ts";
import { Exchange } from "./exchange.ts";
import { FRAME_ITEMS, PROTOCOL_PATH } from "./protocol.ts";
import { Session, type SessionHost } from "./session.ts";

export interface RoutingServerConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** From where connections are taken; null or absent: from everywhere. */
  readonly allowFrom?: Ranges;
  /** Texts of PEM; `clientCa`: only clients with a certificate of that authority are let in. Null: without TLS. */
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa: string | null } | null;
  /** The secret of each desk. */
  readonly desks: ReadonlyMap<string, string>;
  /** For how long what a lost desk's CSRs have in hand counts; also the longest wait after a start for desks unheard of. */
  readonly leaseMs: number;
  /** How long a desk may take to answer an assignment. */
  readonly answerMs: number;
  /** How long a connection may take for TLS, for its request, and to prove whose it is; 5 s when left out. */
  readonly meetingMs?: number;
  readonly limits: {
    /** CSRs of one desk, and customers of it who wait. */
    readonly items: number;
    /** Bytes of one frame. */
    readonly frameBytes: number;
    readonly connections: number;
  };
}

export interface RoutingServer {
  /** Resolves with the address once it listens; rejects when it cannot. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Any number of times. */
  stop(): Promise<void>;
}

const MEETING_MS = 5_000;
const TICK_MS = 500;
const LOOK_MS = 1_000;
/** Pings in one lease; a desk that leaves two unanswered is gone. */
const PINGS_A_LEASE = 6;

export function createRoutingServer(config: RoutingServerConfig, clock: Clock, log: Logger): RoutingServer {
  return new Running(config, clock, log);
}

class Running implements RoutingServer, SessionHost {
  readonly log: Logger;
  /** When it was started: desks take no assignments of a server that was started before another they have met. */
  readonly epoch: number;
  readonly #config: RoutingServerConfig;
  readonly #clock: Clock;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #exchange: Exchange;
  /** By desk: the connection that speaks for it. */
  readonly #sessions = new Map<string, Session>();
  #cancelTick: (() => void) | null = null;
  #pingedAt = 0;
  #stopped: Promise<void> | null = null;

  constructor(config: RoutingServerConfig, clock: Clock, log: Logger) {
    this.#config = config;
    this.#clock = clock;
    this.log = log;
    this.epoch = clock.now();
    const { leaseMs, desks, limits } = config;
    this.#exchange = new Exchange({ leaseMs, expected: [...desks.keys()], now: this.epoch });
    this.#http = this.#createHttp();
    this.#http.maxConnections = limits.connections;
    this.#guard(config.allowFrom);
    this.#http.headersTimeout = this.#meetingMs;
    this.#http.requestTimeout = this.#meetingMs;
    this.#sockets = new WebSocketServer({
      server: this.#http,
      path: PROTOCOL_PATH,
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
    });
    this.#sockets.on("connection", (socket) => this.#meet(socket));
    // What the listener itself says is for whoever called start().
    this.#sockets.on("error", () => {});
  }

  get #meetingMs(): number {
    return this.#config.meetingMs ?? MEETING_MS;
  }
  get leaseMs(): number {
    return this.#config.leaseMs;
  }
  get mostItems(): number {
    return this.#config.limits.items;
  }

  async start(): Promise<{ readonly url: string; readonly port: number }> {
    const { host, port, tls } = this.#config;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#http.once("error", reject);
    this.#http.listen(port, host, resolve);
    await promise;
    const taken = (this.#http.address() as AddressInfo).port;
    const url = `${tls === null ? "ws" : "wss"}://${host.includes(":") ? `[${host}]` : host}:${taken}`;
    this.log.info("routing.listening", { url, desks: [...this.#config.desks.keys()], epoch: this.epoch });
    this.#tickLater();
    return { url, port: taken };
  }

  /** To whoever is elsewhere nothing listens here. */
  #guard(ranges: Ranges): void {
    const isWithin = within(ranges);
    const count = createTally(this.log, () => {});
    this.#http.on("connection", (socket) => {
      if (isWithin(socket.remoteAddress)) return;
      count("routing.refused", "not in allowFrom", socket.remoteAddress);
      socket.destroy();
    });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#cancelTick?.();
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#http.close(() => resolve());
    this.#http.closeAllConnections();
    await promise;
    this.log.info("routing.stopped", {});
  }

  // --- what sessions ask -------------------------------------------------------------------------------------------------

  secretOf(desk: string): string | null {
    return this.#config.desks.get(desk) ?? null;
  }

  /** The desk itself may come again before its last connection is known to be lost; another desk may not take its name. */
  claim(session: Session): boolean {
    const desk = session.desk ?? "";
    const before = this.#sessions.get(desk);
    if (before !== undefined && before.store !== session.store) return false;
    this.#sessions.set(desk, session);
    before?.cut("routing.desk.replaced", {});
    this.#exchange.connect(desk);
    this.log.info("routing.desk.connected", { desk });
    return true;
  }

  announced(session: Session, whole: RoutingNews): void {
    const desk = session.desk ?? "";
    if (this.#sessions.get(desk) !== session) return;
    this.#exchange.announced(desk, whole);
    this.log.info("routing.desk.present", { desk, csrs: whole.csrs.size, waiting: whole.waiting.size });
    this.#flush();
  }

  changed(session: Session, news: RoutingNews): void {
    const desk = session.desk ?? "";
    if (this.#sessions.get(desk) !== session) return;
    this.#exchange.changed(desk, news, this.#clock.now());
    if (this.#exchange.isLarger(desk, this.mostItems)) session.end("too-much");
    this.#flush();
  }

  // --- doing ---------------------------------------------------------------------------------------------------------------

  #createHttp(): Server {
    const { tls } = this.#config;
    // Node looks so often for whom their time is over.
    const connectionsCheckingInterval = Math.min(LOOK_MS, this.#meetingMs);
    const answer = (request: { readonly url?: string | undefined }, response: ServerResponse) =>
      this.#answer(request.url ?? "", response);
    if (tls === null) return createHttpServer({ connectionsCheckingInterval }, answer);
    const { cert, key, clientCa } = tls;
    const clients = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
    const times = { connectionsCheckingInterval, handshakeTimeout: this.#meetingMs };
    return createHttpsServer({ cert, key, minVersion: "TLSv1.2", ...clients, ...times }, answer);
  }

  /** Whether it is alive, and whether it decides, for whoever watches over processes. */
  #answer(url: string, response: ServerResponse): void {
    const isReady = this.#exchange.isReady(this.#clock.now());
    const desks = Object.fromEntries(this.#exchange.figures().map(({ desk, state }) => [`desk.${desk}`, state]));
    const answers: Readonly<Record<string, { readonly status: number; readonly body: object }>> = {
      "/healthz": { status: 200, body: { status: "ok" } },
      "/readyz": { status: isReady ? 200 : 503, body: { ready: isReady, checks: desks } },
    };
    const { status, body } = answers[url] ?? { status: 404, body: { error: "There is nothing here." } };
    response
      .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
      .end(JSON.stringify(body));
  }

  #meet(socket: WebSocket): void {
    const session = new Session(socket, this);
    const cancel = this.#clock.after(MEETING_MS, () => {
      if (session.desk === null) session.cut("routing.desk.unproved", { ms: MEETING_MS });
    });
    socket.on("error", (error) => this.log.debug("routing.desk.failed", { desk: session.desk, error }));
    socket.on("close", (code) => {
      cancel();
      const { desk } = session;
      if (desk === null || this.#sessions.get(desk) !== session) return;
      this.#sessions.delete(desk);
      this.#exchange.disconnect(desk, this.#clock.now());
      this.log.warn("routing.desk.lost", { desk, code, leaseMs: this.leaseMs });
      this.#flush();
    });
  }

  /** Tells desks what was decided, and what changed of their CSRs' hands elsewhere. */
  #flush(): void {
    for (const [desk, assignments] of this.#exchange.decide(this.#clock.now())) {
      this.log.debug("routing.assigned", { desk, assignments: assignments.length });
      for (let first = 0; first < assignments.length; first += FRAME_ITEMS) {
        const some = assignments.slice(first, first + FRAME_ITEMS);
        this.#sessions.get(desk)?.tell({ kind: "assign", assignments: some });
      }
    }
    for (const csr of this.#exchange.takeOverbooked()) this.log.warn("routing.csr.overbooked", { csr });
    for (const [desk, loads] of this.#exchange.takeElsewhere()) {
      const entries = Object.entries(loads);
      for (let first = 0; first < entries.length; first += FRAME_ITEMS) {
        const some = Object.fromEntries(entries.slice(first, first + FRAME_ITEMS));
        this.#sessions.get(desk)?.tell({ kind: "elsewhere", loads: some });
      }
    }
  }

  #tickLater(): void {
    this.#cancelTick = this.#clock.after(TICK_MS, () => {
      this.#tick(this.#clock.now());
      this.#tickLater();
    });
  }

  #tick(now: number): void {
    for (const desk of this.#exchange.tick(now)) this.log.warn("routing.desk.forgotten", { desk });
    const isTimeToPing = now - this.#pingedAt >= this.leaseMs / PINGS_A_LEASE;
    if (isTimeToPing) this.#pingedAt = now;
    for (const [desk, session] of this.#sessions) {
      const oldest = this.#exchange.oldestPending(desk);
      if (session.unanswered >= 2) session.cut("routing.desk.silent", { pings: session.unanswered });
      // It comes back and tells anew what it has; until then what was promised to it is kept.
      else if (oldest !== null && now - oldest > this.#config.answerMs)
        session.cut("routing.desk.unanswering", { ms: now - oldest });
      else if (isTimeToPing) session.ping();
    }
    this.#flush();
  }
}
