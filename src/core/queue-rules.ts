/** What admins wrote of a queue beyond its name: whom it asks for, how that widens with time, whom it prefers, what a conversation weighs. */
import type { ContentKnowledge, ContentRule } from "./content-rule.ts";
import type { Condition, Text } from "./dialog.ts";
import type { Joined, Leaf } from "./routing/needs.ts";
import type { Compatibility, Strategy } from "./rules.ts";

/** What can only be said of a CSR when the customer is known; filled in when a conversation asks. */
export type CustomerLeaf =
  /** Speaks the customer's language. */
  | { readonly kind: "customer-language" }
  /** Has the skill that the customer's answer names, at least at that level; an answer that names none asks for nothing. */
  | { readonly kind: "answer"; readonly answer: string; readonly least: number }
  /** Talked with this customer last; nobody, where that is not known. */
  | { readonly kind: "last" };
export type NeedRule = Joined<Leaf | CustomerLeaf>;

export interface Range {
  readonly min: number;
  /** Infinity: no end. */
  readonly max: number;
}

/** All that is not null must hold. */
export interface Situation {
  /** Of the customer, as a dialog's `when`. */
  readonly customer: Condition | null;
  /** The handle that was written to is one of these. */
  readonly handles: readonly string[] | null;
  /** One of these periods is now. */
  readonly during: readonly string[] | null;
  /** How many wait in the queue, the one in question among them. */
  readonly waiting: Range | null;
  /** Seconds that the next one in the queue has waited. */
  readonly longestWait: Range | null;
  /** CSRs at work, busy or not, who meet what is asked for at present. */
  readonly staffed: Range | null;
}

/** Something asked for, in some situations. */
export interface ConditionalNeed {
  readonly when: Situation | null;
  readonly need: NeedRule;
}

/** Where a conversation goes that a queue does not take, or keeps no longer. */
export type OverflowTarget =
  | { readonly kind: "queue"; readonly queue: string }
  /** Back to the bot, in that dialog: to leave a message, to choose something else. */
  | { readonly kind: "dialog"; readonly dialog: string }
  /** To what that handle opens: the customer's network's handle of that name, else another network's. They go on where they write. */
  | { readonly kind: "handle"; readonly handle: string };

/** What becomes of those who come while the queue is closed, or has as many as it may. The first whose situation holds counts. */
export interface Overflow {
  readonly why: "closed" | "full";
  readonly when: Situation | null;
  /** Said in place of the desk's own sentence; null: that one, unless they go somewhere else. */
  readonly text: Text | null;
  /** Null: they are told, and the conversation ends. */
  readonly to: OverflowTarget | null;
}

/** A step of widening, taken when its time has come: every change it names is made to what was asked for before. */
export interface Ring {
  /** After the ring before, or after the conversation entered the queue. */
  readonly afterSeconds: number;
  readonly when: Situation | null;
  /** In place of everything that was asked for, the queue's skills too; null: what was asked for stays. */
  readonly needs: readonly ConditionalNeed[] | null;
  /** Skills, attributes and "language" that are asked for no more. */
  readonly drop: readonly string[];
  /** Skills that are asked for at another level. */
  readonly levels: Readonly<Record<string, number>>;
  /** Points of priority more, or less. */
  readonly points: number;
  readonly strategies: readonly Strategy[] | null;
  readonly compatibility: Compatibility | null;
  /** They wait here no longer; null: they do. */
  readonly to: OverflowTarget | null;
}

/** Somebody who would be a better choice than others. */
export interface Preference {
  readonly when: Situation | null;
  readonly need: NeedRule;
  /** More than 0; of those that fit a CSR the highest is theirs. */
  readonly score: number;
  /** For how long only CSRs of at least this score are asked, as long as one of them is at work. */
  readonly holdSeconds: number;
}

/** What becomes of those who wait when the hours end: served while anybody at work could, sent away at once, or kept until it opens. */
export const AFTER_HOURS = ["serve", "send-away", "keep"] as const;
export type AfterHours = (typeof AFTER_HOURS)[number];

export const MONITOR_NOTICES = ["none", "csr", "both"] as const;
export type MonitorNotice = (typeof MONITOR_NOTICES)[number];

/** How many CSRs are asked at the same time, and whether being asked takes of their capacity. */
export interface OfferRule {
  readonly atOnce: number;
  /** Everybody is told and nobody held: a CSR may be told of many, and the first who takes one has it. */
  readonly announced: boolean;
}
/** Offers of one conversation that stand at once, at most, whatever the rules say. */
export const MAX_OFFERS_AT_ONCE = 100;
export const ONE_AT_A_TIME: OfferRule = { atOnce: 1, announced: false };

/** How a talk ended for the CSR: what wrap-up time goes by. */
export const WRAP_UP_REASONS = ["closed", "customer", "idle", "transfer", "absent", "desk", "room"] as const;
export type WrapUpReason = (typeof WRAP_UP_REASONS)[number];

/** What the rule file may say of a queue and need not. */
export interface QueueRouting {
  /** Who is told that a supervisor listens: nobody, the CSR, or the customer too; left out: the CSR. */
  readonly monitorNotice?: MonitorNotice;
  /** What becomes of addresses and numbers that people type; left out: as `DeskRouting.content` says. */
  readonly content?: ContentRule;
  /** Left out: `ONE_AT_A_TIME`. */
  readonly offers?: OfferRule;
  /** Beside the queue's skills. */
  readonly needs?: readonly ConditionalNeed[];
  readonly rings?: readonly Ring[];
  readonly prefer?: readonly Preference[];
  /** Counts as having waited so much longer; less than 0: shorter. */
  readonly headStartSeconds?: number;
  /** The promise: this share of customers, in percent, is to be with a CSR within so many seconds. The earlier promise goes first. */
  readonly serviceLevel?: { readonly percent: number; readonly seconds: number } | null;
  readonly overflow?: readonly Overflow[];
  /** Left out: "serve". Messages are always kept. */
  readonly afterHours?: AfterHours;
  /** Customers leave messages here: they are told no place, and may go until a CSR writes to them. */
  readonly messages?: boolean;
  /** What a conversation takes of a CSR's capacity; left out: 1. */
  readonly weight?: number;
  /** What it takes while the customer has said nothing for so long; null or left out: the same. */
  readonly quiet?: { readonly afterSeconds: number; readonly weight: number } | null;
  /** What it takes while the CSR has it on hold; left out: the same. */
  readonly heldWeight?: number | null;
  /** Seconds left alone, by how the talk ended; left out: the queue's `wrapUpSeconds`. */
  readonly wrapUp?: Readonly<Partial<Record<WrapUpReason, number>>>;
}

/** What counts for all queues. */
export interface DeskRouting {
  /** In whose zone a day ends for "today". */
  readonly timeZone: string;
  /** What a point of priority is worth in waiting time; null: a higher priority goes first however long others wait. */
  readonly secondsPerPoint: number | null;
  /** The promise of queues that have none, in seconds. */
  readonly targetSeconds: number;
  /** What conversations weigh by the customer's network, times the queue's weight; a network that is not named: 1. */
  readonly networkWeights: Readonly<Record<string, number>>;
  /** What becomes of addresses and numbers that people type before they are in a queue, and what counts as such; left out: they pass. */
  readonly content?: { readonly rule: ContentRule; readonly known: ContentKnowledge };
  /** Opening hours of parts of the day that rules speak of, and of the places where CSRs sit. Evaluated outside the core. */
  readonly periods: ReadonlyMap<string, Hours>;
  readonly sites: ReadonlyMap<string, Site>;
}

/** OpenStreetMap opening_hours text and IANA zone. */
export interface Hours {
  readonly text: string;
  readonly timeZone: string;
}
export interface Site {
  /** What people read. */
  readonly name: string;
  /** Null: always at work. */
  readonly hours: Hours | null;
}

export const PLAIN_ROUTING: DeskRouting = {
  timeZone: "UTC",
  secondsPerPoint: null,
  targetSeconds: 300,
  networkWeights: {},
  periods: new Map(),
  sites: new Map(),
};

/** Under which names the hours of periods and sites are told beside those of queues, whose ids have no space. */
export const periodHours = (period: string): string => `period ${period}`;
export const siteHours = (site: string): string => `site ${site}`;
