/**
 * What crosses between the store's face (main thread) and its worker. Rows travel as flat arrays of text and numbers, which
 * structured clone copies several times faster than objects; JSON is made and read on the main thread alone.
 */
import type { FormattedText } from "../core/model.ts";
import type { Line, LineContent } from "../core/step.ts";
import type { AuditQuery } from "./audit-rows.ts";
import type { EraseAsk } from "./sqlite-erase.ts";
import { asEdited, type TranscriptLine } from "./store.ts";

export type Cell = string | number | null;
/** Goes to the other thread without being copied. */
export type Bytes = Uint8Array<ArrayBuffer> | null;

/** One batch; the widths of the rows are those of the statements in sqlite-database.ts. */
export interface CommitRows {
  /** network, redelivery, at */
  readonly inbox: Cell[];
  /** table, id, JSON */
  readonly state: Cell[];
  /** table, id */
  readonly stateGone: Cell[];
  /** The columns of WRITTEN_LINE_COLUMNS. */
  readonly lines: Cell[];
  /** Numbers of lines that may have been handed out before. */
  readonly again: number[];
  /** line, leg, part, network, person: those that their line does not carry itself. */
  readonly copies: Cell[];
  /** id, at, JSON */
  readonly outbox: Cell[];
  /** id, at, line, sender: what they say is in their line, see sqlite-sends.ts. */
  readonly sends: Cell[];
  /** first id, last id: what is confirmed together was mostly numbered in a row, so a few ranges say all. */
  readonly outboxGone: Cell[];
  /** foreign id, line, leg, part */
  readonly foreign: Cell[];
  /** id, at, generation, conversation, name */
  readonly timers: Cell[];
  /** id */
  readonly timersGone: Cell[];
  /** at, conversation, csr, event, JSON */
  readonly facts: Cell[];
  /** at, event, error */
  readonly quarantine: Cell[];
  /** network, key, JSON */
  readonly adapterState: Cell[];
  /** network, key */
  readonly adapterStateGone: Cell[];
  /** Highest numbers given out. */
  readonly lastLine: number;
  readonly lastOutbox: number;
  /** See `Batch.place`. */
  readonly place: number | undefined;
}

/** Those fields of a commit that are written as they are, row by row. */
export type RowField = Exclude<keyof CommitRows, "again" | "lastLine" | "lastOutbox" | "place">;

export type Ask =
  | { readonly kind: "commit"; readonly rows: CommitRows }
  /** A page of the state after that rowid; see sqlite-loading.ts. */
  | { readonly kind: "load-state"; readonly after: number }
  /** Pending sends after that id: cells of a send, see sqlite-sends.ts. */
  | { readonly kind: "load-outbox"; readonly after: number }
  /** A page of timers after that id; likewise. */
  | { readonly kind: "load-timers"; readonly after: string }
  /** line, outbox */
  | { readonly kind: "load-counters" }
  | { readonly kind: "seen"; readonly network: string; readonly redelivery: string }
  /** Of ids recorded after that one: the number of the last, the time of the youngest, and their names by `seenName`; empty when there are no more. */
  | { readonly kind: "load-seen"; readonly after: number }
  /** Leg of the copy or null, then the columns of LINE_COLUMNS; empty when nothing is named so. */
  | { readonly kind: "reference"; readonly network: string; readonly person: string; readonly id: string }
  /** Rows of TRANSCRIPT_COLUMNS. */
  | { readonly kind: "transcript"; readonly conversation: string; readonly limit: number }
  /** at, conversation, csr, event, JSON */
  | { readonly kind: "facts"; readonly conversation: string }
  /** Cells of a send. */
  | { readonly kind: "outbox"; readonly ids: readonly number[] }
  | { readonly kind: "adapter-state"; readonly network: string; readonly key: string }
  | { readonly kind: "adapter-keys"; readonly network: string; readonly prefix: string }
  /** 1 when more is left. */
  | { readonly kind: "prune"; readonly before: number; readonly inboxBefore: number }
  | { readonly kind: "audit"; readonly ask: AuditAsk }
  | { readonly kind: "erase"; readonly ask: EraseAsk }
  /** One step of sealing anew: id of the key or null, tables done, tables, rows. */
  | { readonly kind: "reseal" }
  | { readonly kind: "close" };

export type AuditAsk =
  /** Cells of AUDIT_COLUMNS. */
  | { readonly kind: "append"; readonly rows: readonly Cell[] }
  /** Cells of AUDIT_COLUMNS. */
  | { readonly kind: "read"; readonly query: AuditQuery }
  /** 1 when more is left. */
  | { readonly kind: "prune"; readonly before: number };

/** What is answered with pages of bytes. */
export type PageAsk = Extract<Ask, { kind: "load-state" | "load-timers" }>;

export interface Request {
  readonly id: number;
  readonly ask: Ask;
}
export type Reply =
  | { readonly id: number; readonly cells: readonly Cell[]; readonly bytes?: readonly Bytes[] }
  | { readonly id: number; readonly fault: "disk" | "data"; readonly message: string };

/** What a store of an older version takes to be brought up to date: a step of the schema begins, or so much of the places (from 0 to 1) is made. */
export type Upgrade =
  | { readonly kind: "schema"; readonly version: number }
  | { readonly kind: "places"; readonly share: number };

/** First messages of the worker: upgrades if there are any, then opened, or why not. `lastLine`: no line of the store has a higher number. */
export type Hello =
  | { readonly upgrade: Upgrade }
  | { readonly epoch: string; readonly lastLine: number }
  | { readonly fault: "disk" | "data"; readonly message: string };

export const LINE_COLUMNS =
  "line, conversation, at, author, network, person, desk, foreign_id, viewers, nick, kind, refers, content";
export const LINE_WIDTH = 13;
/** The same with the one copy that a line carries itself, if any: whose key has no suffix, and which went into the batch with it. */
export const WRITTEN_LINE_COLUMNS = `${LINE_COLUMNS}, copy_leg, copy_network, copy_person`;
export const WRITTEN_LINE_WIDTH = LINE_WIDTH + 3;
/** A line, then its newest edit's content, 1 when retracted, and the furthest receipt. */
export const TRANSCRIPT_WIDTH = LINE_WIDTH + 3;
export const TIMER_WIDTH = 5;
export const FACT_WIDTH = 5;

/** In place of the kind of a message that is words alone, as nearly every one is: what stands for its content is the text itself, and not JSON. */
export const WORDS = "words";

/** What a line holds, by its cells of that name. */
export function toContent(kind: Cell | undefined, content: Cell | undefined): LineContent {
  const text = String(content);
  return kind === WORDS ? { kind: "message", text, choices: [], replyTo: null } : (JSON.parse(text) as LineContent);
}

/** Reads a line from LINE_WIDTH cells at `start`. */
export function toLine(cells: readonly Cell[], start: number): Line {
  const network = text(cells[start + 4]);
  const person = text(cells[start + 5]);
  return {
    line: Number(cells[start]),
    conversation: String(cells[start + 1]),
    at: Number(cells[start + 2]),
    author: number(cells[start + 3]),
    from: network === null || person === null ? null : { network, id: person },
    desk: text(cells[start + 6]),
    foreign: text(cells[start + 7]),
    viewers: JSON.parse(String(cells[start + 8])) as number[],
    nick: text(cells[start + 9]),
    content: toContent(cells[start + 10], cells[start + 12]),
  };
}

/** The newest edit of a line, from its content. */
export function toEdit(cell: Cell | undefined): Pick<TranscriptLine, "edited" | "editedFormatting"> {
  return asEdited(cell === null || cell === undefined ? null : (JSON.parse(String(cell)) as FormattedText));
}

export function text(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

export function number(cell: Cell | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}
