/**
 * The one HTTP server of the daemon: health, readiness and metrics of its own, and a scope for each adapter that mounts
 * routes (pages and WebSockets of the web network, later the Matrix application service).
 *
 * Order of life: create → `mount` by adapters during their create() → `start` → … → adapters stop → `stop`.
 */
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { Logger } from "../adapter.ts";

/** The `http:` section of frontdesk.yaml. */
export interface HttpConfig {
  /** Address to listen on; 127.0.0.1 unless somebody outside is meant to reach it. */
  readonly host: string;
  /** 0 lets the system choose (tests). */
  readonly port: number;
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers are believed; none by default. */
  readonly trustedProxies: readonly string[];
  /** Largest request body in bytes. */
  readonly bodyBytes: number;
  /** Largest WebSocket frame in bytes; a longer one ends the connection with code 1009. */
  readonly frameBytes: number;
  /** Seconds a client may take to send a whole request. */
  readonly requestSeconds: number;
  /** Seconds that open requests get to finish when the daemon stops. */
  readonly stopSeconds: number;
  /** Connections of all clients together; more are not accepted. */
  readonly connections: number;
}

export const HTTP_DEFAULTS: HttpConfig = {
  host: "127.0.0.1",
  port: 8080,
  trustedProxies: [],
  bodyBytes: 65_536,
  frameBytes: 262_144,
  requestSeconds: 15,
  stopSeconds: 5,
  connections: 10_000,
};

/** What /readyz answers: 200 when `ready`, else 503; `checks` is shown as JSON ({"store":"open","web":"online"}). */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

export interface HttpSurroundings {
  readonly config: HttpConfig;
  readonly log: Logger;
  readonly readiness: () => Readiness;
  readonly metrics: Registry;
}

export interface HttpServer {
  /** Routes of one adapter, in a Fastify scope of its own. Before start() only. `owner` names it in errors and logs. */
  mount(owner: string, routes: (server: FastifyInstance) => Promise<void> | void): void;
  /** Listens. Rejects when the port is taken or a mounted scope is faulty. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops listening, lets open requests finish for `stopSeconds`, then cuts them. Any number of times. */
  stop(): Promise<void>;
}

export function createHttpServer(_surroundings: HttpSurroundings): HttpServer {
  throw new Error("not built yet");
}
