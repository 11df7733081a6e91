/** Whoever decides in the desk's place, as the daemon has to do with them: a routing server, or an enterprise's own suite. */
import type { Clock, Logger } from "../adapter.ts";
import type { BackoffLimits } from "../backoff.ts";
import type { Step } from "../core/step.ts";
import type { Engine } from "../engine.ts";

/** What of the engine a delegate uses. */
export type DelegatingEngine = Pick<Engine, "submit" | "desk" | "epoch">;

/** Who decides just now: they, the desk itself, or nobody, because they are away and the rule is to wait for them. */
export type WhoDecides = "elsewhere" | "desk" | "nobody";

export interface DelegateStatus {
  readonly kind: "server" | "suite";
  readonly url: string;
  readonly reachable: boolean;
  readonly decides: WhoDecides;
  /** Answers taken since the start, and those of them that counted for nothing. */
  readonly answers: number;
  readonly stale: number;
  /** Why they are away, in words; null while they are not. */
  readonly detail: string | null;
}

export interface RoutingDelegate {
  /** For `EngineObserver`: one step, after its commit. */
  stepped(step: Step): void;
  /** Once, when the engine runs. */
  start(engine: DelegatingEngine): void;
  status(): DelegateStatus;
  /** Any number of times; afterwards nothing is asked and nothing is submitted. */
  stop(): Promise<void>;
}

/** What both kinds of delegates are given. */
export interface DelegateParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
}

/** Between attempts to reach whoever decides. */
export const ATTEMPTS: BackoffLimits = { retryLeastSeconds: 0.5, retryMostSeconds: 10 };
