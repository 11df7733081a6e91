/**
 * The one HTTP server of the daemon: health, readiness and metrics of its own, and a scope for each adapter that mounts
 * routes (pages and WebSockets of the web network, later the Matrix application service).
 *
 * Order of life: create → `mount` by adapters during their create() → `start` → … → adapters stop → `stop`.
 */
import websocket from "@fastify/websocket";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import type { Logger } from "../adapter.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { OWN_ROUTES } from "./routes.ts";

/** The `http:` section of frontdesk.yaml. */
export interface HttpConfig {
  /** Address to listen on; 127.0.0.1 unless somebody outside is meant to reach it. */
  readonly host: string;
  /** 0 lets the system choose (tests). */
  readonly port: number;
  /**
   * True when one reverse proxy in front sets X-Forwarded-Proto and -Host and appends to X-Forwarded-For, whose last address
   * is then the client's; else these headers are ignored.
   */
  readonly trustProxy: boolean;
}

export interface HttpLimits {
  /** Largest request body. */
  readonly bodyBytes: number;
  /** Largest WebSocket message; a longer one ends the connection with code 1009 (RFC 6455 §7.4.1). */
  readonly frameBytes: number;
  /** Time a client may take to send a whole request. */
  readonly requestMs: number;
  /** Time an idle connection is kept for its next request. */
  readonly keepAliveMs: number;
  /** Time that open requests get to finish when the daemon stops. */
  readonly stopMs: number;
  /** Connections of all clients together; more are closed at once. */
  readonly connections: number;
  /** Requests on one connection, after which it must connect anew. */
  readonly requestsPerConnection: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 65_536,
  frameBytes: 262_144,
  requestMs: 15_000,
  keepAliveMs: 10_000,
  stopMs: 5_000,
  connections: 10_000,
  requestsPerConnection: 10_000,
};

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
  /** Listens. Rejects when the port is taken or a mounted scope is faulty. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops listening, lets open requests finish for `stopMs`, then cuts them. Any number of times. */
  stop(): Promise<void>;
}

interface Mount {
  readonly owner: string;
  readonly routes: (server: FastifyInstance) => Promise<void> | void;
}

export function createHttpServer(surroundings: HttpSurroundings): HttpServer {
  const { config, log } = surroundings;
  const limits = surroundings.limits ?? HTTP_LIMITS;
  const mounts: Mount[] = [];
  let server: FastifyInstance | null = null;
  let listensAt: string | null = null;
  let stopped: Promise<void> | null = null;

  return {
    url: () => listensAt,
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
      server = build(surroundings, limits, mounts);
      try {
        await server.listen({ host: config.host, port: config.port });
      } catch (error) {
        throw explain(error, config);
      }
      const address = server.server.address();
      const port = typeof address === "object" && address !== null ? address.port : config.port;
      const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`;
      listensAt = url;
      log.info("http.listening", { url });
      return { url, port };
    },
    stop() {
      stopped ??= server === null ? Promise.resolve() : close(server, limits.stopMs, log);
      return stopped;
    },
  };
}

function build(surroundings: HttpSurroundings, limits: HttpLimits, mounts: readonly Mount[]): FastifyInstance {
  const server = fastify({
    logger: false,
    // One hop: the last address was written by our proxy, those before it by whoever asked.
    trustProxy: surroundings.config.trustProxy ? (_address, hop) => hop === 0 : false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    connectionTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerConnection,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    // A URL that cannot be decoded never reaches a hook.
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS);
      answerError(error, request as FastifyRequest, reply as FastifyReply, surroundings.log);
    },
    // A request that cannot even be parsed is answered by Node and counted here.
    clientErrorHandler: (error, socket) => {
      surroundings.log.debug("http.malformed", { code: error.code });
      if (socket.writable) {
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }
    },
  });
  server.server.maxConnections = limits.connections;
  addHooks(server, surroundings.log);
  server.register(websocket, { options: { maxPayload: limits.frameBytes, perMessageDeflate: false } });
  for (const route of OWN_ROUTES) {
    server.get(route.path, (_request, reply) => route.answer(surroundings, reply));
  }
  for (const { owner, routes } of mounts) {
    server.register(async (scope) => {
      try {
        await routes(scope);
      } catch (error) {
        throw new Error(`The routes of ${owner} cannot be mounted: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    });
  }
  return server;
}

function addHooks(server: FastifyInstance, log: Logger): void {
  server.addHook("onSend", async (_request, reply) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
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

function explain(error: unknown, config: HttpConfig): Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const where = `${config.host}:${config.port}`;
  switch (code) {
    case "EADDRINUSE":
      return new Error(`Another program listens on ${where} already; set http.port to a free one.`, { cause: error });
    case "EACCES":
      return new Error(`Listening on ${where} is not allowed; ports below 1024 need a privilege.`, { cause: error });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Error(`This machine has no address ${config.host}; see http.host.`, { cause: error });
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
