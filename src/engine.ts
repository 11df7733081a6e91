/**
 * The shell around the pure core: the only caller of `desk.step`. It takes events in, gathers a batch while the last
 * commit runs, steps it, commits it once, and only then answers the adapters and hands the sends to the outbox.
 */
import type { Clock, Logger, Outcome } from "./adapter.ts";
import type { Address, Capabilities, Inbound, Outbound, Verdict } from "./core/model.ts";
import type { Rules } from "./core/rules.ts";
import type { Desk, DeskCommand, DeskEvent, Snapshot, Step } from "./core/step.ts";
import type { EngineLimits } from "./engine/limits.ts";
import { Shell } from "./engine/shell.ts";
import type { Store, StoreFault } from "./store/store.ts";

export { EngineClosed } from "./engine/closed.ts";

/** The networks as the engine needs them: what they can do, and a way to send. The adapter host is one. */
export interface Networks {
  /** Null when that network is not configured (any more). */
  capabilities(network: string): Capabilities | null;
  /** As `Adapter.send`; `deferred` when the network is not configured. */
  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome>;
}

/** Events that come from the daemon itself rather than from a network. */
export type DaemonEvent =
  | {
      readonly kind: "hours";
      readonly open: Readonly<Record<string, boolean>>;
      readonly opens: Readonly<Record<string, string>>;
    }
  | Extract<DeskEvent, { readonly kind: "estimates" | "matched" | "deciding" | "elsewhere" }>
  | { readonly kind: "rules"; readonly rules: Rules }
  | { readonly kind: "command"; readonly command: DeskCommand };

/** What metrics are fed from. Called after the commit, never before; must not throw and must not wait. */
export interface EngineObserver {
  /** One event was stepped and its step committed. */
  stepped?(event: DeskEvent, step: Step): void;
  /** A batch of `events` was committed in `ms` milliseconds. */
  committed?(ms: number, events: number): void;
  /** A send was answered. */
  sent?(outbound: Outbound, outcome: Outcome): void;
}

export interface EngineOptions {
  readonly observer?: EngineObserver;
  /** Builds the core from what the store holds: at start, and again when a batch could not be recorded. */
  readonly createDesk: (snapshot: Snapshot) => Desk;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: EngineLimits;
  /** How long the outbox tries, until a `rules` event says otherwise (`Rules.limits.undeliveredSeconds`). */
  readonly undeliveredSeconds: number;
  /** How long a message may take before its author is told, until a `rules` event says otherwise (`Rules.limits.lateSeconds`). */
  readonly lateSeconds: number;
  /** Unguessable tokens, see `World.token`; `createTokens()` of engine/tokens.ts unless a test needs known ones. */
  readonly token: () => string;
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
  /** Events that are a crowd; left out: CROWD_EVENTS of engine/limits.ts. Tests want few. */
  readonly crowdEvents?: number;
  /**
   * The disk failed, or the engine has a defect: nothing more is taken, and every pending receive has been rejected, but for what was handed to the
   * store: that is answered as soon as it is known whether it is on disk. The process must end, by `stop`. Called once.
   */
  readonly onFatal: (fault: StoreFault) => void;
}

/** Figures for metrics, /readyz and the command line. Counters rise from start on. */
export interface EngineStatus {
  /** `draining`: still takes and commits, but leaves new sends to the next start. */
  readonly state: "created" | "running" | "draining" | "stopping" | "stopped" | "failed";
  readonly waiting: number;
  readonly outboxRows: number;
  readonly inFlight: number;
  readonly timers: number;
  readonly events: number;
  readonly commits: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Events that the core refused. */
  readonly refused: number;
  readonly overflowed: number;
  readonly volatileDropped: number;
  readonly undelivered: number;
  /** Duration of the last commit in milliseconds. */
  readonly lastCommitMs: number;
}

export interface Engine {
  /** Loads the store, builds the desk, begins to step. Rejects with StoreFault when the store cannot be read. Once. */
  start(networks: Networks): Promise<void>;
  /**
   * See `AdapterContext.receive`. Rejects with EngineClosed when the desk is not taking anything. An adapter that does not
   * wait is stopped at INBOX_OVERFLOW times `inboxEvents`: what its network redelivers is rejected likewise, anything
   * else refused as "resource-constraint".
   */
  receive(inbound: Inbound): Promise<Verdict>;
  /** Events of the daemon itself; may be called before start(), then they are the first to be stepped. Resolves once committed. */
  submit(event: DaemonEvent): Promise<Verdict>;
  /** A network's link went up or down. */
  link(network: string, online: boolean): void;
  /** That person can be reached again: what was deferred for them goes now. */
  reachable(address: Address): void;
  /** Resolves once synced; `value` undefined deletes. Throws TypeError for what is not JSON. */
  setAdapterState(network: string, key: string, value: unknown): Promise<void>;
  /** The same for several in one transaction. */
  setAdapterStates(network: string, values: ReadonlyMap<string, unknown>): Promise<void>;
  /** The core as it is now; ask again each time, it may have been rebuilt. Throws before start(). */
  desk(): Desk;
  /** See `World.epoch`. Throws before start(). */
  epoch(): string;
  status(): EngineStatus;
  /**
   * The first half of stopping, while the networks are still up: lets sends that are under way be answered, at most `stopSeconds`.
   * What arrives meanwhile and afterwards is taken and committed as ever, for a network may have written it long before it hears of
   * the end; only its sends wait for the next start. Any number of times.
   */
  drain(): Promise<void>;
  /** Refuses new events, finishes what was taken, lets sends that are under way be answered, records that. Any number of times. */
  stop(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  return new Shell(options);
}
