/**
 * The routing engine's own words: what it is told of CSRs and of those who wait, and what it answers. It knows nothing of
 * legs, aliases, texts or admins' rules, and everything it is told and answers is plain JSON: so it can run as a server of its
 * own behind the same words, and a decision that was made can be explained or made again.
 *
 * Events, no polling: every `put` or `remove` marks what it touched, and `match` looks only at that.
 */
import type { Address, Feature } from "../model.ts";
import type { Compatibility, SkillLevel, Strategy } from "../rules.ts";
import type { Need } from "./needs.ts";

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
  readonly skills: Readonly<Record<string, SkillLevel>>;
  readonly languages: readonly string[];
  /** Whatever else rules may ask for: site, team. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** In the CSR's order of preference; empty when they cannot be reached. */
  readonly reachable: readonly Reachable[];
  /** The networks on which they have an address at all, reached or not; left out: any. For `qualified` alone. */
  readonly networks?: readonly string[];
  /** False when away by own word, in wrap-up, or set away after missed offers. */
  readonly willing: boolean;
  /** At work, whether or not they have room: what `staffed` counts. Left out: as `willing`. */
  readonly present?: boolean;
  /** In the same unit as `load` and `Waiting.weight`: an ordinary conversation is 1. */
  readonly capacity: number;
  /** The weights of the offers and conversations in hand, added up. */
  readonly load: number;
  /** Since when they have had nothing in hand; for those with load, when they last got something. Milliseconds. */
  readonly idleSince: number;
  /** When they were last offered anything; left out: never. Milliseconds. */
  readonly offeredAt?: number;
  /** Conversations they took today; left out: 0. */
  readonly today?: number;
  /** How customers rate them, higher is better; left out: as `MIDDLE_RATING`. */
  readonly rating?: number;
  /** Their share where chance decides; left out: 1. More than 0. */
  readonly share?: number;
}

/** A rating nobody was surprised by, on the scale from 1 to 5; counts for whoever has none. */
export const MIDDLE_RATING = 3;

/** Somebody who would be a better choice for the one who waits; the highest score of all needs that a CSR meets is theirs. */
export interface Preferred {
  readonly need: Need;
  /** More than 0. */
  readonly score: number;
}

/** A conversation that waits: the request routing decides on. */
export interface Waiting {
  readonly conversation: string;
  readonly queue: string;
  /** Goes before everything of a lower one, however long that waits. */
  readonly priority: number;
  /** When it counts as having come; the earlier goes first among equal priorities. Milliseconds. */
  readonly turnAt: number;
  /** All of these must be met. */
  readonly needs: readonly Need[];
  readonly strategies: readonly Strategy[];
  /** For the strategy `preferred`; left out: nobody is. */
  readonly preferred?: readonly Preferred[];
  /** What of a CSR's capacity it takes; left out: 1. More than 0. */
  readonly weight?: number;
  /** What chance is drawn from, for the strategy `random`; left out: the conversation's id. */
  readonly seed?: string;
  readonly compatibility: Compatibility;
  readonly customerNetwork: string;
  /** What the customer writes from, as `softwareKey` names it; null or left out where it is not known. */
  readonly customerSoftware?: string | null;
  /** Those features of the customer's side that can be lost; of a CSR's addresses the one that keeps most of them is taken. */
  readonly customerFeatures: readonly Feature[];
  /** CSRs not to be asked again in this round (declined or missed). */
  readonly excluded: readonly string[];
  /** A CSR it is meant for alone (transfer to a person), or null. */
  readonly only: string | null;
}

export interface Match {
  readonly conversation: string;
  readonly csr: string;
  readonly address: Address;
}

/**
 * Why a CSR was not chosen. `unmet`: does not meet that need. `behind`: would do, and comes after the chosen one by that strategy
 * (`id` where no strategy tells them apart).
 */
export type Loss =
  | { readonly kind: "unmet"; readonly need: Need }
  | { readonly kind: "not-meant" }
  | { readonly kind: "excluded" }
  | { readonly kind: "incompatible" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "unwilling" }
  | { readonly kind: "full"; readonly load: number; readonly capacity: number }
  | { readonly kind: "behind"; readonly by: Strategy | "id" };

/** A decision with its reasons. */
export interface Explanation {
  readonly match: Match | null;
  /** Everybody else, by id. */
  readonly losses: readonly { readonly csr: string; readonly loss: Loss }[];
}

export interface RoutingEngine {
  putCsr(csr: RoutingCsr): void;
  removeCsr(id: string): void;
  /** As it was last put; null when it is not known. */
  csr(id: string): RoutingCsr | null;
  putWaiting(waiting: Waiting): void;
  removeWaiting(conversation: string): void;
  /**
   * The best match that can be made now, or null when none can. The caller acts on it (removeWaiting, putCsr with the
   * new load) and asks again. Highest priority first, then the earliest `turnAt`, then conversation id; for that one the first
   * CSR by its strategies. Never null while an idle CSR could serve somebody who waits.
   */
  match(): Match | null;
  /** Whom that request would get now if nobody else waited; changes nothing and need not wait here. */
  decide(waiting: Waiting): Match | null;
  /** The same with the reasons why everybody else was not chosen. Looks at every CSR: for people who ask, not for deciding. */
  explain(waiting: Waiting): Explanation;
  /** 1 for the next one of that queue, null when not waiting. */
  place(conversation: string): number | null;
  waitingIn(queue: string): number;
  /** The conversation that is next in that queue, or null. */
  first(queue: string): string | null;
  /** CSRs who could serve it now, those busy or offline included: 0 means that nobody ever can by the present rules. */
  qualified(waiting: Waiting, atMost?: number): number;
  /** Of those, who is at work now, busy or not. */
  staffed(waiting: Waiting, atMost?: number): number;
  /** Conversations for whom nobody at work would do, though they may wait for ever: looked up anew at every call. */
  unstaffed(): readonly string[];
}
