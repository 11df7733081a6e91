/**
 * The store's asynchronous interface: everything the desk must find again after a crash. Two implementations, one suite
 * (test/conformance/store.ts). Later PostgreSQL stands behind the same lines, so nothing reaches around them.
 */
import { type Address, type FormattedText, type Formatting, type Outbound, wordsOf } from "../core/model.ts";
import type { Change, Fact, Line, LineReference, Snapshot, TimerChange } from "../core/step.ts";
import type { TimerRows } from "../core/timer-rows.ts";
import type { AuditQuery, AuditRow } from "./audit-rows.ts";

/** An outbox row: a send that was committed and not yet confirmed. `id` gives the order. */
export interface OutboxRow {
  readonly id: number;
  readonly outbound: Outbound;
  readonly at: number;
}

/** What became of a send, to be recorded with the next batch. */
export interface Mark {
  readonly id: number;
  readonly key: string;
  /** `sent` removes the row and records the network's own id; `failed` removes it. */
  readonly kind: "sent" | "failed";
  readonly foreign: string | null;
  /** For logs alone. */
  readonly conversation?: string | null;
}

/** One batch: all of it in ONE transaction, or none. */
export interface Batch {
  /** Redelivery ids taken in, for de-duplication; kept at least `inboxDays`. */
  readonly inbox: readonly { readonly network: string; readonly redelivery: string; readonly at: number }[];
  readonly changes: readonly Change[];
  readonly lines: readonly Line[];
  /** Durable outbounds in order, with the row ids the engine gave them (rising). */
  readonly outbox: readonly OutboxRow[];
  readonly timers: readonly TimerChange[];
  readonly facts: readonly Fact[];
  readonly marks: readonly Mark[];
  /** Events that could not be processed, kept for a person to look at. */
  readonly quarantine: readonly { readonly at: number; readonly event: string; readonly error: string }[];
  /** `value` undefined deletes. */
  readonly adapterState: readonly { readonly network: string; readonly key: string; readonly value: unknown }[];
  /** Highest line number given out so far, whether or not a line bears it: some only became part of a key. */
  readonly lastLine?: number;
  /**
   * Where it stands among batches that stand on each other: 0 stands on none that was handed over before, any other one on the one with the
   * number before. It is refused as "data" when that was not recorded. Left out: on none.
   */
  readonly place?: number;
}

/** All that must be in memory before the first step. */
export interface Loaded {
  readonly snapshot: Snapshot;
  readonly timers: TimerRows;
  readonly outbox: readonly OutboxRow[];
  readonly lastLine: number;
  readonly lastOutbox: number;
  /** See World.epoch. */
  readonly epoch: string;
}

/** What an erasure took away, in rows. */
export interface Erased {
  readonly lines: number;
  readonly facts: number;
  readonly sends: number;
}

/** A line as transcripts and histories show it: with what later lines made of it. */
export interface TranscriptLine extends Line {
  /** The text of its newest edit, and the looks of that; null: never edited. */
  readonly edited: string | null;
  readonly editedFormatting?: Formatting;
  readonly retracted: boolean;
  /** The furthest of its receipts, or null. */
  readonly state: "delivered" | "read" | null;
}

/** What the newest edit makes of a line. */
export function asEdited(edit: FormattedText | null): Pick<TranscriptLine, "edited" | "editedFormatting"> {
  const { text, formatting } = edit ?? { text: null };
  return formatting === undefined ? { edited: text } : { edited: text, editedFormatting: formatting };
}

/** How a line reads now. */
export function asItReads(line: TranscriptLine): FormattedText | null {
  const { content, edited, editedFormatting = [] } = line;
  if (content.kind !== "message" && content.kind !== "note") return null;
  return wordsOf(edited === null ? content : { text: edited, formatting: editedFormatting });
}

/** A fault of the disk: the process cannot go on (never retry an fsync and believe it). */
export class StoreFault extends Error {
  /** `disk`: fatal, exit. `data`: this batch cannot be recorded; reload and replay one event a transaction. */
  readonly kind: "disk" | "data";
  constructor(kind: "disk" | "data", message: string) {
    super(message);
    this.name = "StoreFault";
    this.kind = kind;
  }
}

export interface Store {
  load(): Promise<Loaded>;
  /** Resolves once synced to disk; rejects with StoreFault, and then nothing of the batch is kept. In the order in which they are handed over. */
  commit(batch: Batch): Promise<void>;
  /** Whether that redelivery id was taken in before. */
  seen(network: string, redelivery: string): Promise<boolean>;
  /**
   * The line that `id` names when `person` (an address id on `network`) says it: a key of the desk (with or without part
   * suffix), the network's own id of a sent copy, or an id that person gave a line of their own. Null when unknown, or when
   * it is a key of a copy that was not sent to that person.
   */
  reference(network: string, person: string, id: string): Promise<LineReference | null>;
  /**
   * Messages, notes and reactions of that conversation, oldest first, at most the `limit` newest. Edits, retractions and
   * receipts are no entries of their own: they show in the line they name.
   */
  transcript(conversation: string, limit: number): Promise<readonly TranscriptLine[]>;
  /** Oldest first. */
  facts(conversation: string): Promise<readonly Fact[]>;
  adapterState(network: string, key: string): Promise<unknown>;
  adapterKeys(network: string, prefix: string): Promise<readonly string[]>;
  /** Pending sends by row id, in that order; ids that are not pending any more are left out. */
  outbox(ids: readonly number[]): Promise<readonly OutboxRow[]>;
  /**
   * Forgets transcripts and facts older than `before`, of conversations that have no row in the state any more and whose
   * last line is older than that too; quarantined events older than `before`; redelivery ids older than `inboxBefore`
   * (`before` when left out). Bounded work per call; true when more is left.
   */
  prune(before: number, inboxBefore?: number): Promise<boolean>;
  /** Resolves once synced; all or none. Rejects with StoreFault "data" when a number was given before. Beside commits, at any time. */
  appendAudit(rows: readonly AuditRow[]): Promise<void>;
  audit(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** Forgets entries of the audit log older than `before`, from the oldest on. Bounded work per call; true when more is left. */
  pruneAudit(before: number): Promise<boolean>;
  /** Conversations in which that person was the customer, finished or not. Looks through all that is kept. */
  conversationsOf(person: Address): Promise<readonly string[]>;
  /**
   * Removes those conversations, sends to that person and what was set aside of theirs, so that no byte of it is left in the store's
   * files. They must be finished. Rows of the state are the core's to remove.
   */
  erase(person: Address, conversations: readonly string[]): Promise<Erased>;
  close(): Promise<void>;
}
