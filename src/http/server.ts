/**
 * The one HTTP server of the daemon: health, readiness and metrics of its own, and a scope for each adapter that mounts
 * routes (pages and WebSockets of the web network, later the Matrix application service).
 *
 * Order of life: create → `mount` by adapters during their create() → `start` → … → adapters stop → `stop`.
 */
import { Server as TlsServer } from "node:tls";
import websocket from "@fastify/websocket";
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from "fastify";
import type { Registry } from "prom-client";
import type { Logger } from "../adapter.ts";
import type { Ranges } from "../address-ranges.ts";
import { AddressCrowd } from "./address-crowd.ts";
import { type Admission, type AdmissionConfig, createAdmission } from "./admission.ts";
import { type CertificateFiles, type CertificateReading, readCertificate, watchCertificate } from "./certificates.ts";
import { securityHeaders } from "./headers.ts";
import { HTTP_LIMITS, type HttpLimits } from "./limits.ts";
import { METRICS_ROUTE, OWN_ROUTES } from "./routes.ts";

/** The `http:` section of frontdesk.yaml. */
export interface HttpConfig extends AdmissionConfig {
  /** Address to listen on; 127.0.0.1 unless somebody outside is meant to reach it. */
  readonly host: string;
  /** 0 lets the system choose (tests). */
  readonly port: number;
  /**
   * Reverse proxies in front, which set X-Forwarded-Proto and -Host and append to X-Forwarded-For: how many (true: one), so the
   * client's is the address the outermost of them wrote; or the addresses they have, and the client's is the last that is none
   * of those. False: these headers are ignored.
   */
  readonly trustProxy: boolean | number | readonly string[];
  /** Speaks HTTPS with these files, which are read again when they change; null: plain HTTP. The listener of metrics stays plain. */
  readonly tls: CertificateFiles | null;
  /** Where /metrics is: nowhere, on this server for everybody who reaches it, or on a listener of its own. */
  readonly metrics: "off" | "here" | { readonly host: string; readonly port: number; readonly allowFrom?: Ranges };
}

/** What /readyz answers: 200 when `ready`, else 503; `checks` is shown as JSON ({"store":"open","web":"online"}). */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

export interface HttpSurroundings {
  readonly config: HttpConfig;
  readonly limits?: HttpLimits;
  readonly log: Logger;
  /** Asked at every request of /readyz; must not throw. */
  readonly readiness: () => Readiness;
  readonly metrics: Registry;
}

export interface HttpServer {
  /** Routes of one adapter, in a Fastify scope of its own. Before start() only. `owner` names it in errors and logs. */
  mount(owner: string, routes: (server: FastifyInstance) => Promise<void> | void): void;
  /** `http://127.0.0.1:8080`; null before it listens. */
  url(): string | null;
  /** The same of the listener for /metrics; null also where there is none of its own. */
  metricsUrl(): string | null;
  /** Listens. Rejects when the port is taken or a mounted scope is faulty. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Every route that was registered, own and mounted, in the order of registration; empty before start(). */
  routes(): readonly HttpRoute[];
  /** Who may reach what from now on. Throws ConfigProblem, and changes nothing, when a list would guard nothing. */
  letIn(config: AdmissionConfig): void;
  /** Stops listening, lets open requests finish for `stopMs`, then cuts them. Any number of times. */
  stop(): Promise<void>;
}

export interface HttpRoute {
  readonly method: string;
  /** As it was registered: "/files/:token". */
  readonly path: string;
}

/** Readers of metrics at the same time. */
const METRICS_CONNECTIONS = 100;

interface Mount {
  readonly owner: string;
  readonly routes: (server: FastifyInstance) => Promise<void> | void;
}

function ownersOf(mounts: readonly Mount[]): readonly string[] {
  return mounts.map(({ owner }) => owner);
}

export function createHttpServer(surroundings: HttpSurroundings): HttpServer {
  const { config, log } = surroundings;
  const limits = surroundings.limits ?? HTTP_LIMITS;
  const admission = createAdmission(log, surroundings.metrics);
  const mounts: Mount[] = [];
  let server: FastifyInstance | null = null;
  let metricsServer: FastifyInstance | null = null;
  let listensAt: string | null = null;
  let metricsAt: string | null = null;
  let stopped: Promise<void> | null = null;
  let unwatch = (): void => undefined;
  const routes: HttpRoute[] = [];

  return {
    url: () => listensAt,
    routes: () => routes,
    metricsUrl: () => metricsAt,
    mount(owner, routes) {
      if (server !== null) {
        throw new Error(`${owner} mounts routes after the HTTP server has started; do it in create().`);
      }
      mounts.push({ owner, routes });
    },
    async start() {
      if (server !== null) {
        throw new Error("The HTTP server is started once.");
      }
      admission.follow(config, ownersOf(mounts));
      server = build(surroundings, limits, { mounts, routes, admission });
      const { url, port } = await listen(server, config, "http");
      unwatch = followCertificate(server, config.tls, limits.certificateMs, log);
      listensAt = url;
      log.info("http.listening", { url });
      if (typeof config.metrics === "object") {
        metricsServer = buildMetrics(surroundings, limits);
        admission.listener(metricsServer, "http.metrics");
        metricsAt = (await listen(metricsServer, config.metrics, "http.metrics")).url;
        log.info("http.metrics.listening", { url: metricsAt });
      }
      return { url, port };
    },
    letIn: (lists) => admission.follow(lists, ownersOf(mounts)),
    stop() {
      unwatch();
      const open = [server, metricsServer].flatMap((one) => (one === null ? [] : [close(one, limits.stopMs, log)]));
      stopped ??= Promise.all(open).then(() => undefined);
      return stopped;
    },
  };
}

/** A renewed certificate is shown to whoever connects from now on; who is connected stays so. A faulty one changes nothing. */
function followCertificate(
  server: FastifyInstance,
  files: CertificateFiles | null,
  everyMs: number,
  log: Logger,
): () => void {
  const changed = (reading: CertificateReading): void => {
    if (reading.kind === "fault") {
      log.error("http.certificate.refused", { reason: reading.message, note: "the one that was read before stays" });
    } else if (server.server instanceof TlsServer) {
      server.server.setSecureContext({ cert: reading.cert, key: reading.key });
      const { fingerprint, validTo } = reading;
      log.info("http.certificate.renewed", { fingerprint, validTo: new Date(validTo).toISOString() });
    }
  };
  return files === null ? () => undefined : watchCertificate(files, everyMs, changed);
}

async function listen(
  server: FastifyInstance,
  { host, port, tls = null }: { readonly host: string; readonly port: number; readonly tls?: CertificateFiles | null },
  key: string,
): Promise<{ readonly url: string; readonly port: number }> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw explain(error, host, port, key);
  }
  const address = server.server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return { url: `http${tls === null ? "" : "s"}://${host.includes(":") ? `[${host}]` : host}:${taken}`, port: taken };
}

/** The listener that answers /metrics alone: for monitoring, and out of the reach of those who chat. */
function buildMetrics(surroundings: HttpSurroundings, limits: HttpLimits): FastifyInstance {
  const server = fastify({ logger: false, requestTimeout: limits.requestMs, forceCloseConnections: "idle" });
  server.server.maxConnections = METRICS_CONNECTIONS;
  addHooks(server, surroundings.log);
  mountMetrics(server, surroundings);
  return server;
}

/** The server itself, over TLS when there is a certificate. Throws when that cannot be read. */
function create(
  options: FastifyServerOptions,
  tls: CertificateFiles | null,
  handshakeTimeout: number,
): FastifyInstance {
  if (tls === null) return fastify(options);
  const reading = readCertificate(tls);
  if (reading.kind === "fault") {
    const text = `http.tls: ${reading.message}.`;
    throw new Error(text, { cause: reading.file });
  }
  const https = { cert: reading.cert, key: reading.key, handshakeTimeout };
  return fastify({ ...options, https } as FastifyServerOptions) as FastifyInstance;
}

interface BuildParts {
  readonly mounts: readonly Mount[];
  readonly routes: HttpRoute[];
  readonly admission: Admission;
}

function build(surroundings: HttpSurroundings, limits: HttpLimits, parts: BuildParts): FastifyInstance {
  const { mounts, routes, admission } = parts;
  const server = create(serverOptions(surroundings, limits), surroundings.config.tls, limits.requestMs);
  server.server.maxConnections = limits.connections;
  server.server.headersTimeout = limits.requestMs;
  server.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, path: url });
  });
  addHooks(server, surroundings.log);
  const { trustProxy } = surroundings.config;
  admission.listener(server, "http", new AddressCrowd(limits.connectionsPerAddress, trustProxy));
  admission.staff(server);
  limitBodies(server, limits.requestMs);
  server.register(websocket, { options: { maxPayload: limits.frameBytes, perMessageDeflate: false } });
  for (const route of OWN_ROUTES) {
    server.get(route.path, (_request, reply) => route.answer(surroundings, reply));
  }
  if (surroundings.config.metrics === "here") mountMetrics(server, surroundings);
  for (const { owner, routes: mounted } of mounts) {
    server.register(async (scope) => {
      admission.scope(scope, owner);
      try {
        await mounted(scope);
      } catch (error) {
        throw new Error(`The routes of ${owner} cannot be mounted: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    });
  }
  return server;
}

function serverOptions(surroundings: HttpSurroundings, limits: HttpLimits): FastifyServerOptions {
  return {
    logger: false,
    trustProxy: trusted(surroundings.config.trustProxy),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.uploadMs,
    connectionTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    // A URL that cannot be decoded never reaches a hook.
    frameworkErrors: (error, request, reply) => {
      reply.headers(securityHeaders(request.protocol === "https"));
      answerError(error, request as FastifyRequest, reply as FastifyReply, surroundings.log);
    },
    // A request that cannot even be parsed is answered by Node and counted here.
    clientErrorHandler: (error, socket) => {
      surroundings.log.debug("http.malformed", { code: error.code });
      if (socket.writable) {
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }
    },
  };
}

/** The last address was written by our own proxy, those before it by whoever asked: so many are believed, and no more. */
function trusted(proxies: HttpConfig["trustProxy"]): NonNullable<FastifyServerOptions["trustProxy"]> {
  if (typeof proxies === "object") return [...proxies];
  const count = Number(proxies);
  return count === 0 ? false : (_address, hop) => hop < count;
}

function mountMetrics(server: FastifyInstance, surroundings: HttpSurroundings): void {
  server.get(METRICS_ROUTE.path, (_request, reply) => METRICS_ROUTE.answer(surroundings, reply));
}

function addHooks(server: FastifyInstance, log: Logger): void {
  // RFC 9112 §3.2: of two hosts a proxy before us may have believed the other one. Node lets them pass.
  server.addHook("onRequest", async ({ raw }, reply) => {
    const hosts = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
    if (hosts.length > 1) {
      await reply.code(400).send({ error: "A request names one host." });
    }
  });
  server.addHook("onSend", async (request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders(request.protocol === "https"))) {
      if (!reply.hasHeader(name)) {
        reply.header(name, value);
      }
    }
  });
  // The route's pattern, never the URL: what people put into a query may be a secret.
  server.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const ms = Math.round(reply.elapsedTime);
    log.debug("http.request", { method: request.method, route, status: reply.statusCode, ms });
  });
  server.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: "There is nothing here." }));
  server.setErrorHandler(async (error, request, reply) => answerError(error, request, reply, log));
}

/** Node has one limit for all requests, the longest that is needed; those that bring no file are cut off sooner. */
function limitBodies(server: FastifyInstance, requestMs: number): void {
  server.addHook("onRequest", async (request) => {
    if (request.raw.complete || Object.hasOwn(request.routeOptions.config, "uploads")) return;
    const { raw } = request;
    const timer = setTimeout(() => void (raw.complete || raw.destroy()), requestMs);
    raw.once("close", () => clearTimeout(timer));
  });
}

/** A client's fault is told to the client, a fault of ours to the log; neither shows the inside to the other. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  const claimed = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : 500;
  const status = typeof claimed === "number" && claimed >= 400 && claimed < 500 ? claimed : 500;
  if (status === 500) {
    log.error("http.failed", { route: request.routeOptions.url ?? "unknown", error });
    return reply.code(500).send({ error: "The server could not answer this; the fault is in its log." });
  }
  return reply.code(status).send({ error: error instanceof Error ? error.message : "The request is malformed." });
}

function explain(error: unknown, host: string, port: number, key: string): Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const where = `${host}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return new Error(`Another program listens on ${where} already; set ${key}.port to a free one.`, { cause: error });
    case "EACCES":
      return new Error(`Listening on ${where} is not allowed; ports below 1024 need a privilege.`, { cause: error });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Error(`This machine has no address ${host}; see ${key}.host.`, { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}

async function close(server: FastifyInstance, stopMs: number, log: Logger): Promise<void> {
  const cut = setTimeout(() => {
    log.warn("http.cut", { reason: "requests were still open when the time to stop was over" });
    server.server.closeAllConnections();
  }, stopMs);
  try {
    await server.close();
    log.info("http.stopped");
  } finally {
    clearTimeout(cut);
  }
}
