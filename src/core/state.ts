/**
 * The rows of the core's own tables: all that must be found again after a restart, as plain immutable data. A row is
 * replaced, never changed in place, so that a step can be thrown away and a row handed to the store stays what it was.
 */
import type { DialogFacts, DialogPosition } from "./dialog.ts";
import type { Address, Formatting, HostedFile, Software } from "./model.ts";
import type { SkillLevel } from "./rules.ts";

export type ConversationState = "dialog" | "waiting" | "offered" | "talking" | "closed";

/** One party's side of a conversation. Index 0 is always the customer. */
export interface Leg {
  readonly index: number;
  readonly role: "customer" | "csr" | "supervisor";
  /** The CSR's (or supervisor's) id; null for the customer. */
  readonly csr: string | null;
  readonly address: Address;
  /** The desk's local name this party writes to: the handle, an alias, or the one address of a fixed identity. */
  readonly desk: string;
  /** On a network of fixed identity, what a CSR's lines of this conversation begin with; else null. */
  readonly label: string | null;
  /** The name under which the other side is shown to this party. */
  readonly shown: string;
  /** `invited`: has an offer. `active`: takes part. `left`: no longer; kept because lines name legs by index. */
  readonly state: "invited" | "active" | "left";
  /** Of a supervisor: has joined the talk, so that others hear them. */
  readonly speaks?: boolean;
  /** Of one who listens: asked for advice by the CSR, who alone hears them. */
  readonly advises?: boolean;
}

/** One CSR's being asked. */
export interface Offer {
  /** The CSR's leg, by its index. */
  readonly leg: number;
  /** The conversation's when it was made: the timer of an earlier offer to the same leg does nothing. */
  readonly generation: number;
  /** The line that asked; null when it could not be brought there. */
  readonly line: number | null;
  /** Told of, not held out: it takes nothing of the CSR's capacity, and to let it pass is no miss. */
  readonly announced: boolean;
}

/** A line that a customer wrote before anybody was there to read it. */
export interface HeldLine {
  readonly line: number;
  readonly at: number;
  readonly foreign: string | null;
  readonly text: string;
  readonly formatting?: Formatting;
  readonly file?: HostedFile;
}

export interface ConversationRow {
  readonly id: string;
  readonly state: ConversationState;
  /** What `isSettled` says, written right behind the state, where a start can see it without reading the row. Left out by older versions. */
  readonly settled?: boolean;
  /** Rises with every change of state; a timer set for an earlier one does nothing. */
  readonly generation: number;
  readonly network: string;
  readonly handle: string;
  readonly openedAt: number;
  readonly legs: readonly Leg[];
  readonly software: Software | null;
  /** The language the protocol or browser told. */
  readonly languageHint: string | null;
  readonly dialog: string;
  readonly dialogVersion: string;
  readonly position: DialogPosition | null;
  readonly facts: DialogFacts;
  /** What the customer opened with, if they opened with words. */
  readonly opening: string | null;
  readonly queue: string | null;
  readonly priority: number;
  readonly skills: Readonly<Record<string, SkillLevel>>;
  /** Kept over declined and missed offers and over transfers; null before the first queue. */
  readonly waitingSince: number | null;
  readonly excluded: readonly string[];
  readonly only: string | null;
  /** Those that stand: at least one while `offered`, else none. */
  readonly offers: readonly Offer[];
  /** The place last told to the customer. */
  readonly toldPlace: number | null;
  /** The waiting time last told to them, in minutes from `at` on, and how often they were told; left out: never. */
  readonly toldEstimate?: {
    readonly from: number;
    readonly to: number | null;
    readonly at: number;
    readonly times: number;
  };
  readonly held: readonly HeldLine[];
  /** When they entered the queue they are in, and the rings of it that they came to since (by index), the last at `ringAt`. */
  readonly queuedAt?: number;
  readonly rings?: readonly number[];
  readonly ringAt?: number;
  /** How often a queue has sent them elsewhere. */
  readonly overflows?: number;
  /** While `talking`: weighs less, because the customer is silent or the CSR has it on hold. */
  readonly rest?: "quiet" | "held" | null;
  /** A CSR has talked with them before: who comes next is shown what was said. */
  readonly passedOn: boolean;
  /** Who handed them on last, and why, for whoever comes next. */
  readonly handedOn?: { readonly by: string; readonly reason: string } | null;
  /** Where the customer has been asked to continue, until when (milliseconds), and the token they come with. */
  readonly continuation?: { readonly network: string; readonly token: string; readonly until: number } | null;
  /** Legs of whom the others were told that messages to them take long. */
  readonly late?: readonly number[];
  /** The room in which both sides are to meet, until when, and who is in it, by leg. `told`: they know where it is. */
  readonly room?: {
    readonly token: string;
    readonly until: number;
    readonly told: boolean;
    readonly entered: readonly number[];
    /** Where it shows addresses: the legs that were told so and invited. Left out: it hides them, and both were. */
    readonly asked?: readonly number[];
  } | null;
  /**
   * Since somebody else's `/complete` that leg talks with the customer; until then (milliseconds) its plain lines are kept back, as they may
   * have been meant for the CSR (by id) it whispered to. See crossed.ts.
   */
  readonly crossing?: {
    readonly leg: number;
    readonly by: string;
    readonly until: number;
    readonly kept: readonly HeldLine[];
  } | null;
  /** What its authors were told of what they typed: leg, action and kind (`0 mask cards`). Left out: nothing. */
  readonly cautioned?: readonly string[];
  /** Keys of the contacts that the customer has left by coming elsewhere. */
  readonly former?: readonly string[];
  /** The last line of before they came where they are now: they have none up to it under the ids of there. */
  readonly cameAfter?: number;
}

/** Two people talk, and that is all: it neither waits nor rests, and no third listens. */
export function isSettled({ state, rest, legs }: Pick<ConversationRow, "state" | "rest" | "legs">): boolean {
  const isHeard = legs.some((leg) => leg.role === "supervisor" && leg.state !== "left");
  return state === "talking" && (rest ?? null) === null && !isHeard;
}

/** An alias (virtual identity) or a label (fixed identity), bound to its conversation, its leg and its one viewer. */
export interface AliasRow {
  readonly network: string;
  readonly desk: string;
  readonly label: string | null;
  readonly conversation: string;
  readonly leg: number;
  readonly viewer: Address;
  readonly name: string;
  /** The viewer asked to see its presence. */
  readonly subscribed: boolean;
  /** When the conversation left it; it then rests, answered but standing for nobody. */
  readonly releasedAt: number | null;
}

/** Which open conversation a customer's words to a handle belong to. */
export interface ContactRow {
  readonly conversation: string;
  /** The customer has left it: the conversation goes on at another address. */
  readonly moved?: boolean;
}

export interface CsrRow {
  readonly id: string;
  /** Why they take nothing: by their own word, or after missed offers. */
  readonly away: "word" | "missed" | null;
  readonly missed: number;
  /** Milliseconds; in the past means over. */
  readonly wrapUpUntil: number;
  readonly idleSince: number;
  /** Conversations offered to them or held by them. */
  readonly hands: readonly string[];
  /** When they were last offered anything; left out: never. */
  readonly offeredAt?: number;
  /** How many conversations they took on which day, by the desk's own zone; left out: none. */
  readonly took?: { readonly day: string; readonly count: number };
  /** Addresses (as keys) at which they said /back where the network tells no presence. */
  readonly saidHere: readonly string[];
}

/** A dialog script that a reload replaced while conversations were still in it. */
export interface ScriptRow {
  readonly script: import("./dialog.ts").DialogScript;
}

/** Who talked with a customer last; see last-csr.ts. */
export interface LastCsrRow {
  readonly csr: string;
  readonly at: number;
}

/** The rules that conversations were last fitted to; see reconcile.ts. */
export interface FittedRow {
  readonly fitted: string;
}

export interface Rows {
  readonly conversation: ConversationRow;
  readonly alias: AliasRow;
  readonly contact: ContactRow;
  readonly csr: CsrRow;
  readonly desk: ScriptRow | LastCsrRow | FittedRow;
}

export function newCsrRow(id: string, now: number): CsrRow {
  return { id, away: null, missed: 0, wrapUpUntil: 0, idleSince: now, hands: [], saidHere: [] };
}
