/**
 * The core's one entrance and its one exit, as data: `DeskEvent` in, `Step` out. Everything that happens to the desk
 * (messages, timers, links, admins' commands, reloads, what became of sends) is an event and takes this road, so there
 * is one order, one place to log, to replay and to simulate.
 */
import type { Decision, ImaginedCustomer } from "./analysis/imagined.ts";
import type { CustomerProfile } from "./customer-profile.ts";
import type { Standing } from "./estimate/present.ts";
import type { Estimate } from "./estimate/range.ts";
import type { Present } from "./estimate/roll.ts";
import type {
  Address,
  Capabilities,
  Choice,
  Condition,
  DeskIdentity,
  Formatting,
  HostedFile,
  Inbound,
  Outbound,
  Software,
  Verdict,
} from "./model.ts";
import type { DelegatedAnswer, RoutingNews } from "./routing/delegated-engine.ts";
import type { Rules } from "./rules.ts";
import type { LoadedRows } from "./stored-rows.ts";

/** What the store knows of a message that an inbound edit, receipt, reaction, retraction, reply or bounce names. */
export interface LineReference {
  readonly line: number;
  readonly conversation: string;
  /** Index of the leg that wrote it; null for the desk's own words. */
  readonly author: number | null;
  readonly content: LineContent;
  /** The id the author's network gave it, for passing receipts back; null if none. */
  readonly foreign: string | null;
  /** Where the author wrote from and to: how they are answered even when the conversation is over. */
  readonly from: Address | null;
  readonly desk: string | null;
  /** The index of the leg whose copy was named; null when the author names their own line. */
  readonly viewer: number | null;
  /** Legs that were sent the line; nobody else may be shown a quote of it. */
  readonly viewers: readonly number[];
}

/** Asked of the daemon by an admin (control socket, later the API). */
export type DeskCommand =
  | { readonly kind: "close"; readonly conversation: string }
  | { readonly kind: "csr-away"; readonly csr: string; readonly away: boolean }
  /**
   * Whatever the core still knows of a customer and of those conversations of theirs. Refused while one of theirs is open. `customers`: entries
   * of the directory that they were recognised as, by whatever address.
   */
  | {
      readonly kind: "forget";
      readonly person: Address;
      readonly conversations: readonly string[];
      readonly customers?: readonly string[];
    };

export type DeskEvent =
  | {
      readonly kind: "inbound";
      readonly inbound: Inbound;
      readonly reference: LineReference | null;
      readonly replyTo: LineReference | null;
    }
  /** A send that will never succeed, or has been tried for too long. */
  | {
      readonly kind: "undelivered";
      readonly outbound: Outbound;
      readonly reason: Condition;
      readonly text: string | null;
      readonly reference: LineReference | null;
    }
  /** What is said in that conversation takes long to reach that person; reaches them again; or is waited for no more. */
  | {
      readonly kind: "delivery";
      readonly conversation: string;
      readonly to: Address;
      readonly state: "late" | "through" | "over";
    }
  | { readonly kind: "timer"; readonly timer: Timer }
  | { readonly kind: "link"; readonly network: string; readonly online: boolean }
  /** Which queues are open now; sent at start and at every change. */
  | {
      readonly kind: "hours";
      readonly open: Readonly<Record<string, boolean>>;
      /** For closed queues: when they open next, in words for people ("Monday 09:00"), or absent. */
      readonly opens: Readonly<Record<string, string>>;
      /** "2026-11-21" in the zone of routing.yaml, where some queue goes by what was done today. */
      readonly day?: string;
    }
  /** How long those who wait will probably wait, as of `at`. Whoever is not named keeps what was told before. */
  | {
      readonly kind: "estimates";
      readonly at: number;
      readonly of: readonly (Estimate & { readonly conversation: string })[];
    }
  /** Answers of whoever decides in the routing's place, to what `Step.routing` asked. */
  | { readonly kind: "matched"; readonly answers: readonly DelegatedAnswer[] }
  /** Who decides from now on: this desk itself, or somebody elsewhere. Only to a desk that was made for it. */
  | { readonly kind: "deciding"; readonly elsewhere: boolean }
  /** What CSRs have in hand at other desks, in the unit of `capacity`. `whole`: of all who are not named it is 0 from now on. */
  | { readonly kind: "elsewhere"; readonly whole: boolean; readonly loads: Readonly<Record<string, number>> }
  | { readonly kind: "rules"; readonly rules: Rules }
  | { readonly kind: "command"; readonly command: DeskCommand }
  /** The answer to a `Step.query`. */
  | { readonly kind: "history"; readonly conversation: string; readonly leg: number; readonly lines: readonly Line[] };

/** What the outside lends the core for one step: time, unguessable ids, what networks can do. */
export interface World {
  /** Milliseconds since the epoch; never goes back between steps, even when the clock does. */
  readonly now: number;
  /** A fresh unguessable token of lower-case base 32 (RFC 4648 alphabet, no padding), 16 characters = 80 bits. */
  token(): string;
  /** The next line number: one more than the last that was ever given out. */
  nextLine(): number;
  /** Short random prefix made when the store was, so that keys stay unique for ever: key = `${epoch}-${line}-${leg}`. */
  readonly epoch: string;
  /** Null when the network is not configured any more. */
  capabilities(network: string): Capabilities | null;
}

/**
 * A durable timer. `id` is unique; setting the same id again replaces it. `generation` is compared with the state it was
 * set for, so a late one does nothing.
 */
export interface Timer {
  readonly id: string;
  readonly at: number;
  readonly generation: number;
  readonly conversation: string | null;
  readonly name: string;
}
export type TimerChange =
  | { readonly kind: "set"; readonly timer: Timer }
  | { readonly kind: "cancel"; readonly id: string };

/** One row of the core's state: a document by table and id; null deletes. */
export const TABLES = ["conversation", "alias", "contact", "csr", "desk"] as const;
export type Table = (typeof TABLES)[number];
export interface Change {
  readonly table: Table;
  readonly id: string;
  /** JSON. Never mutated after it was handed out. */
  readonly value: object | null;
}
/** The state as loaded: every row of every table. Where they are `StoredRows`, the desk that is made of them takes them over. */
export type Snapshot = Readonly<Record<Table, LoadedRows>>;

/** What one line of a transcript holds. */
export type LineContent =
  | {
      readonly kind: "message";
      readonly text: string;
      /** Its looks; absent: none. */
      readonly formatting?: Formatting;
      /** The file it brought, of which the text tells; absent: none. */
      readonly file?: HostedFile;
      /** The same without the choices in words, for those who are shown buttons; absent when it is no different. */
      readonly prompt?: string;
      readonly choices: readonly Choice[];
      readonly replyTo: number | null;
    }
  | { readonly kind: "edit"; readonly of: number; readonly text: string; readonly formatting?: Formatting }
  | { readonly kind: "retraction"; readonly of: number }
  | { readonly kind: "reaction"; readonly of: number; readonly reactions: readonly string[] }
  | { readonly kind: "receipt"; readonly of: number; readonly state: "delivered" | "read" }
  /** Seen by the desk's staff alone. */
  | { readonly kind: "note"; readonly text: string };

/**
 * One line of a transcript. Edits and receipts are lines of their own; a line handed out again with the same number only
 * adds viewers (what a customer wrote while waiting reaches the CSR who accepts), so the store takes the newer one whole.
 */
export interface Line {
  readonly line: number;
  readonly conversation: string;
  readonly at: number;
  /** Leg that wrote it, or null for the desk itself. */
  readonly author: number | null;
  /** Where the author wrote from (null for the desk) and the id their network gave it: how later edits name it. */
  readonly from: Address | null;
  /** The desk's local name the author wrote to (handle or alias); null for the desk itself. */
  readonly desk: string | null;
  readonly foreign: string | null;
  /** Legs that were sent it; the key of leg n's copy is `${epoch}-${line}-${n}`; of a text sent in parts the last bears it, the earlier ones add `.1`, `.2` … */
  readonly viewers: readonly number[];
  /** The name under which viewers saw the author. */
  readonly nick: string | null;
  readonly content: LineContent;
}

/** Something that happened, for reports and for `explain`: append-only, never read by the core. */
export interface Fact {
  readonly at: number;
  readonly conversation: string | null;
  readonly csr: string | null;
  /** A constant: "conversation.opened", "offer.made", "offer.accepted", "offer.missed", "flood.refused" … */
  readonly event: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Details of facts that name or quote a person, or are long: kept in the store, left out of the log. */
export const PERSONAL_DETAILS: ReadonlySet<string> = new Set(["customer", "about", "request", "losses", "visit"]);

/** Everything one event led to. The engine commits it whole, then acts on it. */
export interface Step {
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
  readonly lines: readonly Line[];
  readonly outbounds: readonly Outbound[];
  readonly timers: readonly TimerChange[];
  readonly facts: readonly Fact[];
  /** Transcripts the core wants to show to a leg that came later (transfer, /history): answered by a `history` event. */
  readonly queries: readonly HistoryQuery[];
  /** What somebody who decides elsewhere is to be told; left out: nothing. */
  readonly routing?: RoutingNews;
}
export interface HistoryQuery {
  readonly conversation: string;
  readonly leg: number;
  readonly limit: number;
  /** Lines from this one on are left out: the leg was sent them already. Null for none. */
  readonly before: number | null;
}

/** A conversation as admins see it in `frontdesk conversations`. */
export interface ConversationView {
  readonly id: string;
  readonly state: string;
  readonly handle: string;
  readonly network: string;
  /** The network the customer lives on, as people name it: the network's title, or "Telegram" for one behind a gateway. */
  readonly origin: string;
  /** The id of the gateway they come through, by `gateways:` of routing.yaml; null when by none that is listed there. */
  readonly gateway: string | null;
  readonly customer: string | null;
  readonly software: Software | null;
  readonly language: string | null;
  readonly queue: string | null;
  readonly csr: string | null;
  readonly openedAt: number;
  readonly waitingSince: number | null;
  readonly place: number | null;
}
export interface CsrView {
  readonly id: string;
  readonly name: string;
  /** "free", "busy", "away", "wrap-up", "offline". */
  readonly state: string;
  readonly load: number;
  readonly capacity: number;
  readonly reachable: readonly Address[];
}
export interface QueueView {
  readonly id: string;
  readonly open: boolean;
  readonly waiting: number;
  readonly longestWaitMs: number;
}

/** How many conversations are open. */
export interface DeskCensus {
  readonly states: ReadonlyMap<string, number>;
  /** Of customers behind a gateway, by its id; `other` for gateways that no rule names. */
  readonly gateways: ReadonlyMap<string, number>;
}

/** The pure core. One step at a time; between steps it may be read. */
export interface Desk {
  /**
   * Applies one event. Throws only for a defect of the core (the event is then quarantined by the engine); state is as
   * before the event whenever it throws.
   */
  step(event: DeskEvent, world: World): Step;
  /** Present state, for CLI, metrics and adapters' look-ups. No mutation, no I/O. */
  conversations(): readonly ConversationView[];
  /** Of all that are open; from the second question on without looking at each of them. */
  census(): DeskCensus;
  csrs(): readonly CsrView[];
  queues(now: number): readonly QueueView[];
  /** See core/estimate/present.ts. A desk without them has no estimates. */
  present?(now: number, limit: number, since: (conversation: string) => number | null): Present | null;
  standing?(conversation: string): Standing | null;
  /** What is known of the customer of a conversation, for somebody who decides elsewhere; null when it is over. */
  profile?(conversation: string): CustomerProfile | null;
  identity(network: string, desk: string, viewer: Address): DeskIdentity | null;
  contacts(
    viewer: Address,
  ): readonly { readonly desk: string; readonly name: string; readonly kind: "handle" | "alias" | "desk" }[];
  /**
   * The conversation between that person and that handle or alias, and which leg the person is. Of a released alias the one it
   * stood for, as long as it rests.
   */
  leg(viewer: Address, desk: string): { readonly conversation: string; readonly leg: number } | null;
  /** What would become of that customer at the desk as it is. Nothing changes. Throws when there is no such queue. */
  imagine(now: number, customer: ImaginedCustomer): Decision;
}
