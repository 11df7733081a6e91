/**
 * The routing engine's own words: what it is told of CSRs and of those who wait, and what it answers. It knows nothing of
 * legs, aliases or texts, so that one day it can run as a server of its own behind the same interface.
 *
 * Events, no polling: every `put` or `remove` marks what it touched, and `match` looks only at that.
 */
import type { Address, Feature } from "../model.ts";
import type { Compatibility, SkillLevel, Strategy } from "../rules.ts";

/** One address of a CSR at which they can be reached this moment. */
export interface Reachable {
  readonly address: Address;
  /** What survives on the way to it: the network's features, narrowed by the CSR's software where known. */
  readonly features: readonly Feature[];
  /** What they write from there, as `softwareKey` names it; null or left out where it is not known. */
  readonly software?: string | null;
}

/** A CSR as routing sees them. `put` replaces the former state whole. */
export interface RoutingCsr {
  readonly id: string;
  readonly skills: ReadonlyMap<string, SkillLevel>;
  readonly languages: readonly string[];
  /** In the CSR's order of preference; empty when they cannot be reached. */
  readonly reachable: readonly Reachable[];
  /** The networks on which they have an address at all, reached or not; left out: any. For `qualified` alone. */
  readonly networks?: readonly string[];
  /** False when away by own word, in wrap-up, or set away after missed offers. */
  readonly willing: boolean;
  readonly capacity: number;
  /** Offers and conversations in hand. */
  readonly load: number;
  /** Since when they have had nothing in hand; for those with load, when they last got something. Milliseconds. */
  readonly idleSince: number;
}

/** A conversation that waits. */
export interface Waiting {
  readonly conversation: string;
  readonly queue: string;
  readonly priority: number;
  /** Kept over declined and missed offers and over transfers. Milliseconds. */
  readonly waitingSince: number;
  readonly skills: ReadonlyMap<string, SkillLevel>;
  /** Primary tag the CSR must speak, or null. */
  readonly language: string | null;
  readonly strategies: readonly Strategy[];
  readonly compatibility: Compatibility;
  readonly customerNetwork: string;
  /** What the customer writes from, as `softwareKey` names it; null or left out where it is not known. */
  readonly customerSoftware?: string | null;
  /** Those features of the customer's side that can be lost; of a CSR's addresses the one that keeps most of them is taken. */
  readonly customerFeatures: readonly Feature[];
  /** CSRs not to be asked again in this round (declined or missed). */
  readonly excluded: ReadonlySet<string>;
  /** A CSR it is meant for alone (transfer to a person), or null. */
  readonly only: string | null;
}

export interface Match {
  readonly conversation: string;
  readonly csr: string;
  readonly address: Address;
}

export interface RoutingEngine {
  putCsr(csr: RoutingCsr): void;
  removeCsr(id: string): void;
  putWaiting(waiting: Waiting): void;
  removeWaiting(conversation: string): void;
  /**
   * The best match that can be made now, or null when none can. The caller acts on it (removeWaiting, putCsr with the
   * new load) and asks again. Highest priority first, then longest waiting, then conversation id; for that one the first
   * CSR by its strategies. Never null while an idle CSR could serve somebody who waits.
   */
  match(): Match | null;
  /** 1 for the next one of that queue, null when not waiting. */
  place(conversation: string): number | null;
  waitingIn(queue: string): number;
  /** The conversation that is next in that queue, or null. */
  first(queue: string): string | null;
  /** CSRs who could serve it now, those busy or offline included: 0 means that nobody ever can by the present rules. */
  qualified(waiting: Waiting): number;
}
