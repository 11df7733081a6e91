/**
 * What the admins wrote, compiled: the shapes the core works with, frozen, free of files and positions.
 * src/config reads YAML, checks it, and produces one `Rules`; a reload produces another and swaps it whole.
 */

import type { DialogScript } from "./dialog.ts";
import type { Directory } from "./directory.ts";
import type { Intents } from "./intents.ts";
import type { Address, Continuation, Feature, ServerRooms } from "./model.ts";
import type { DeskRouting, QueueRouting } from "./queue-rules.ts";

/** 1 (knows of it) to 5 (best). */
export type SkillLevel = 1 | 2 | 3 | 4 | 5;

export interface Csr {
  readonly id: string;
  /** The name customers see. */
  readonly name: string;
  /** In order of preference. */
  readonly addresses: readonly Address[];
  readonly skills: ReadonlyMap<string, SkillLevel>;
  /** BCP 47 primary tags, best first; the first is the language the desk speaks with this CSR. */
  readonly languages: readonly string[];
  /** Conversations at a time, of the weight 1. */
  readonly capacity: number;
  /** The place they work at, by its id in `sites`; left out: none. */
  readonly site?: string;
  /** Whatever else rules may ask for. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** From 1 to 5, higher is better; left out: not known. */
  readonly rating?: number;
  /** Their share where chance decides; left out: 1. */
  readonly share?: number;
  /** The queues (by id) whose talks they may listen to, join and take over; left out: none. */
  readonly supervises?: "all" | readonly string[];
  /** They are not asked: what they are offered is theirs at once. For automated systems. */
  readonly autoAccept?: boolean;
}

/** Orders candidates; the first strategy that tells two apart decides, the last tie-break is always the CSR's id. */
export const STRATEGIES = [
  "longest-idle",
  "least-loaded",
  "most-skilled",
  "fewest-losses",
  "round-robin",
  "fewest-today",
  "best-rated",
  "preferred",
  "random",
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/**
 * What a queue goes by that names none: even shares first, since nobody is better served by a CSR who has their hands full; among
 * the equally loaded those on whose side most of what the customer's software can do survives; then whoever was idle longest.
 */
export const DEFAULT_STRATEGIES: readonly Strategy[] = ["least-loaded", "fewest-losses", "longest-idle"];

/**
 * How alike both sides must be: the CSR has software of the customer's name (where the customer's is not known: is on the
 * customer's network), is on the customer's own network, or may be anywhere and is reached through translation.
 */
export const COMPATIBILITIES = ["same-software", "same-network", "translated"] as const;
export type Compatibility = (typeof COMPATIBILITIES)[number];

export interface Queue extends QueueRouting {
  readonly id: string;
  /** What people read: "Billing". */
  readonly name: string;
  readonly skills: ReadonlyMap<string, SkillLevel>;
  /** True when the CSR must speak the customer's language. */
  readonly matchLanguage: boolean;
  /** Higher goes first; FIFO by waiting-since among equals. */
  readonly priority: number;
  readonly strategies: readonly Strategy[];
  readonly compatibility: Compatibility;
  /** The network on which the desk asks customers to continue, and for how long; null or left out: served where they are. */
  readonly hosting?: { readonly network: string; readonly seconds: number } | null;
  /** CSR and customer of one network are introduced in a room of their server, and have so long to come; null or left out: the desk relays. */
  readonly room?: {
    readonly seconds: number;
    /** Whether it may be one in which both see each other's address; left out: no. */
    readonly allowsAddresses?: boolean;
  } | null;
  /** OpenStreetMap opening_hours text and IANA zone, or null for always. Evaluated outside the core. */
  readonly hours: { readonly text: string; readonly timeZone: string } | null;
  /** Conversations that may wait at once; more are told that the desk is full. */
  readonly maxWaiting: number;
  /** Seconds an offer stands before it goes to the next CSR. */
  readonly offerSeconds: number;
  /** Unanswered offers in a row after which a CSR counts as away; 0: never. */
  readonly missesUntilAway: number;
  /** Seconds a CSR is left alone after closing. */
  readonly wrapUpSeconds: number;
}

export interface Handle {
  readonly network: string;
  /** Local name on that network. */
  readonly id: string;
  readonly name: string;
  /** The dialog it opens. */
  readonly dialog: string;
}

export interface NetworkRules {
  readonly name: string;
  /** What people read: "XMPP", "Web". */
  readonly title: string;
  readonly desk: string;
  readonly handles: readonly Handle[];
  /** How people are led there from elsewhere; null or left out: they cannot be. */
  readonly continuation?: Continuation | null;
  /** Rooms of its server in which two people can be introduced; null or left out: none. */
  readonly rooms?: ServerRooms | null;
}

/** One way to tell that somebody comes through a gateway. Null: does not matter; never all of `type`, `name` and `users`. */
export interface GatewayMatch {
  /** The network the desk is attached to. */
  readonly network: string | null;
  /** What the gateway reports of itself; `*` stands for anything, capitals do not count. */
  readonly type: string | null;
  readonly name: string | null;
  /** The person's id on the network, likewise: "@telegram_*:example.org", "*@telegram.example.org". */
  readonly users: string | null;
}

/** A network that customers reach the desk from through a gateway; see gateways.ts. */
export interface Gateway {
  readonly id: string;
  /** What people read: "Telegram". */
  readonly name: string;
  /** Any of these. */
  readonly match: readonly GatewayMatch[];
  /** What comes through and can be shown there; null: whatever the network it is attached to can. */
  readonly features: readonly Feature[] | null;
}

/** Limits of which most desks never think, and what they are where rules leave them out; named as in frontdesk.yaml. */
export const LIMIT_DEFAULTS = {
  /** After so long CSRs who declined an offer, or missed it, are asked again: nobody waits for ever because everybody once said no. */
  askAgainSeconds: 60,
  /** After a link came up, or the desk: until then nobody is taken to be away because nothing was heard of them. */
  presenceSeconds: 30,
  /** Conversations that the customers of one network may open in a minute, all together: many addresses must not fill every queue at once. */
  newConversationsPerMinute: 3_000,
  /** Times one conversation may be sent elsewhere: queues and dialogs that send it round in a circle must come to an end. */
  overflows: 5,
  /** Lines of a customer that are kept for the CSR to come, and their UTF-8 bytes together. */
  heldLines: 50,
  heldBytes: 65_536,
  /** Lines of the talk so far that a CSR who comes is shown. */
  historyLines: 30,
  /** Staff may write this many times `floodMessages`: several customers each, pasted lines; but two autoresponders must come to an end. */
  staffFloodFactor: 50,
  /** After `/complete`: so long the colleague's plain lines are kept back, as they may have been meant for the CSR; 0: not at all. */
  crossingSeconds: 10,
  /** Between two sentences about the waiting time that nobody asked for; 0: none. */
  estimateTellSeconds: 300,
  /** Such sentences to one who waits, the first among them. */
  estimateTellTimes: 6,
  /** Addresses of which it is remembered what is written from them, and in the present window how much. */
  rememberedAddresses: 20_000,
  /** Copies of lines of which it is remembered that they were read, or that their author was told of their loss. */
  rememberedCopies: 20_000,
  /** Customers of whom it is remembered who served them last; beyond that those who came first are forgotten. */
  rememberedCustomers: 100_000,
} as const;
export type DefaultedLimit = keyof typeof LIMIT_DEFAULTS;

/** Every limit of the core, named as in frontdesk.yaml; seconds unless the name says otherwise. */
export interface Limits extends Readonly<Partial<Record<DefaultedLimit, number>>> {
  /** Open conversations of one customer address at a time. */
  readonly conversationsPerCustomer: number;
  readonly openConversations: number;
  /** UTF-8 bytes of one inbound text; longer is refused with a sentence. */
  readonly inboundTextBytes: number;
  /** Inbound messages of one address in `floodSeconds`; more are refused until it calms down. */
  readonly floodMessages: number;
  readonly floodSeconds: number;
  /** Silence of both sides after which a conversation is closed. */
  readonly idleSeconds: number;
  /** Silence in the bot's part after which the conversation is closed. */
  readonly dialogIdleSeconds: number;
  /** How long a released alias or label rests before it may stand for anybody else. */
  readonly aliasRestSeconds: number;
  /** How long a CSR may be offline in mid-conversation before the customer goes back to the queue. */
  readonly csrAbsenceSeconds: number;
  /** How long the outbox tries before the message comes back to its sender in words. */
  readonly undeliveredSeconds: number;
  /** How long a message may take to arrive before its author is told. */
  readonly lateSeconds: number;
  /** Parts one long text may be split into. */
  readonly maxParts: number;
  /** CSRs up to which each decision of routing is recorded with why every one of them was not chosen; 0: none is recorded. */
  readonly explainedCsrs: number;
}

export interface Rules {
  /** Hash of the whole; conversations remember the hash of their dialog separately. */
  readonly version: string;
  readonly networks: ReadonlyMap<string, NetworkRules>;
  /** In the order of the file: the first that fits counts. Absent: none. */
  readonly gateways?: readonly Gateway[];
  readonly csrs: ReadonlyMap<string, Csr>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly skills: readonly string[];
  /** Left out: `PLAIN_ROUTING`. */
  readonly routing?: DeskRouting;
  readonly dialogs: ReadonlyMap<string, DialogScript>;
  readonly intents: Intents;
  readonly directory: Directory;
  readonly limits: Limits;
  /** Admins' own wording, by language, over the built-in phrases of core/phrases.ts. */
  readonly phrases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The languages the desk offers, the first being the fallback. */
  readonly languages: readonly string[];
  /** Does for CSRs' words what the slash does; null or left out: nothing. */
  readonly wordSign?: string | null;
  /** The company's name, for texts. */
  readonly company: string;
}
