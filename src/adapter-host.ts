/** Starts, supervises and stops the adapters, and holds the link status of every network. */
import type { FastifyInstance } from "fastify";
import type { Accounts, AdapterModule, AdapterState, Clock, LinkStatus, Logger } from "./adapter.ts";
import type { BackoffLimits } from "./backoff.ts";
import type { Engine, Networks } from "./engine.ts";
import type { Store } from "./store/store.ts";

/** One network to attach to. */
export interface HostedNetwork {
  readonly name: string;
  readonly module: AdapterModule<unknown>;
  /** What `module.parseConfig` made of its section. */
  readonly config: unknown;
  /** Local names, see `AdapterContext.handles` and `desk`. */
  readonly handles: readonly string[];
  readonly desk: string;
}

export interface AdapterHostOptions {
  readonly networks: readonly HostedNetwork[];
  readonly engine: Engine;
  readonly store: Store;
  readonly accounts: Accounts;
  /** The HTTP server's `mount`. */
  readonly mount: (owner: string, routes: (server: FastifyInstance) => Promise<void> | void) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: BackoffLimits & { readonly stopSeconds: number };
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
}

/** A network as /readyz, metrics and the command line show it. */
export interface NetworkStatus {
  readonly network: string;
  readonly protocol: string;
  readonly status: LinkStatus;
  /** What the adapter, or its failed start, said last. */
  readonly detail: string | null;
  readonly since: number;
}

export interface AdapterHost extends Networks {
  /** Starts every adapter; resolves when each has started or has failed once, or after FIRST_START_MS. Never rejects: a failed start is logged and retried. */
  start(): Promise<void>;
  /** Stops every adapter within `stopSeconds`. Any number of times. */
  stop(): Promise<void>;
  status(): readonly NetworkStatus[];
}

/** Creates every adapter (no I/O happens yet). Throws when two networks have one name or a module's create() throws. */
export function createAdapterHost(_options: AdapterHostOptions): AdapterHost {
  throw new Error("not built yet");
}

/** The durable map of one network (or of a part of the desk such as "accounts"), written through the engine. */
export function createAdapterState(_engine: Engine, _store: Store, _network: string): AdapterState {
  throw new Error("not built yet");
}
