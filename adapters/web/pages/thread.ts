/**
 * One conversation as a page shows it: lines in order, each once, with what became of them. Pure functions from a thread and
 * a frame to the next thread, so that reload, reconnect and a second window are cases of a table in a test.
 */
import { type FormattedText, type Formatting, wordsOf } from "../../../src/core/model.ts";
import { readTyped } from "../../../src/core/styling-reader.ts";
import type { ServerFrameOf, WireChoice, WireFile, WireHistoryLine } from "./protocol.ts";

/** What is known of an own line. `sending`: not yet on the desk's disk. `refused`: never will be, see `refusal`. */
export type LineState = "sending" | "received" | "delivered" | "read" | "refused";

export interface Line {
  /** The page's own id for own lines, the desk's key for the others. */
  readonly id: string;
  readonly own: boolean;
  /** Without marks: they are `formatting`. */
  readonly text: string;
  readonly formatting?: Formatting;
  readonly nick: string | null;
  /** The desk's own words (bot, notices). */
  readonly notice: boolean;
  readonly choices: readonly WireChoice[];
  /** The file it brings, of which the text tells; null: none. */
  readonly file: WireFile | null;
  /** Under which id an own file was uploaded, for another try; null for all else. */
  readonly upload: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null for lines of others. */
  readonly state: LineState | null;
  readonly refusal: string | null;
  readonly edited: boolean;
  readonly retracted: boolean;
}

export interface Thread {
  readonly desk: string;
  readonly lines: readonly Line[];
  /** Id of the last line of others that was in front of the person's eyes. */
  readonly readUpTo: string | null;
  /** The other side is typing. */
  readonly typing: boolean;
  /** The person has ended it and not begun anew. */
  readonly ended: boolean;
}

/** Lines kept in a page; older ones are in the transcript. */
export const THREAD_LINES = 500;
/** Conversations that are over and still shown. */
export const CLOSED_THREADS = 50;

export function emptyThread(desk: string): Thread {
  return { desk, lines: [], readUpTo: null, typing: false, ended: false };
}

const RANK: Readonly<Record<LineState, number>> = { refused: 0, sending: 0, received: 1, delivered: 2, read: 3 };

/** States only grow: a late `delivered` does not take back a `read`. */
function further(before: LineState | null, next: LineState): LineState {
  return before !== null && RANK[before] > RANK[next] ? before : next;
}

function change(thread: Thread, id: string, edit: (line: Line) => Line): Thread {
  return { ...thread, lines: thread.lines.map((line) => (line.id === id ? edit(line) : line)) };
}

/** In the order of arrival: an answer may well come before the confirmation of what it answers. */
function append(thread: Thread, line: Line): Thread {
  if (thread.lines.some(({ id }) => id === line.id)) {
    return thread;
  }
  return { ...thread, lines: [...thread.lines, line].slice(-THREAD_LINES) };
}

/** A file of one's own: how it looks, and the id under which it was uploaded. */
export interface OwnFile {
  readonly file: WireFile | null;
  readonly upload: string | null;
}
const NO_FILE: OwnFile = { file: null, upload: null };

export function withOwnLine(thread: Thread, id: string, text: string, at: number, own: OwnFile = NO_FILE): Thread {
  return append({ ...thread, ended: false }, ownLine(id, text, at, "sending", own));
}

/** What one wrote oneself is read as the desk will read it. */
function ownLine(id: string, typed: string, at: number, state: LineState, own: OwnFile): Line {
  const plain = { nick: null, notice: false, choices: [], refusal: null, edited: false, retracted: false };
  return { id, own: true, ...readTyped(typed), at, state, ...plain, ...own };
}

export function withLine(thread: Thread, frame: ServerFrameOf<"line">): Thread {
  const { key: id, nick, notice, choices, file, at } = frame;
  const kept = { state: null, refusal: null, edited: false, retracted: false, upload: null };
  const line = { id, own: false, ...wordsOf(frame), nick, notice, choices, file, at, ...kept };
  return { ...append(thread, line), typing: false };
}

/** A line the same person wrote in another window. */
export function withMirrored(thread: Thread, frame: ServerFrameOf<"own">): Thread {
  return append(
    { ...thread, ended: false },
    ownLine(frame.id, frame.text, frame.at, "received", { ...NO_FILE, file: frame.file }),
  );
}

export function withState(thread: Thread, id: string, state: LineState, refusal: string | null = null): Thread {
  return change(thread, id, (line) =>
    line.own ? { ...line, state: state === "refused" ? state : further(line.state, state), refusal } : line,
  );
}

/** `typed`: with the marks as they were written. */
export function withOwnEdit(thread: Thread, of: string, typed: string): Thread {
  return withEdit(thread, of, readTyped(typed));
}

/** Without a key it is the person's own, from another window. */
export function withEditTold(thread: Thread, frame: ServerFrameOf<"edit">): Thread {
  return frame.key === null ? withOwnEdit(thread, frame.of, frame.text) : withEdit(thread, frame.of, frame);
}

function withEdit(thread: Thread, of: string, edit: FormattedText): Thread {
  const told = ({ file }: Line) => (file === null ? null : { ...file, said: edit.text.length });
  return change(thread, of, (line) => ({
    ...unformatted(line),
    ...wordsOf(edit),
    // Whatever was asked is said anew, and so is not to be answered as it was.
    choices: [],
    file: told(line),
    edited: true,
  }));
}

function unformatted({ formatting: _looks, ...line }: Line): Line {
  return line;
}

export function withRetraction(thread: Thread, of: string): Thread {
  const gone = { text: "", choices: [], file: null, retracted: true };
  return change(thread, of, (line) => ({ ...unformatted(line), ...gone }));
}

/** Puts a line back as it was before a change that the desk refused; receipts that came since then stay. */
export function withLineAsBefore(thread: Thread, before: Line): Thread {
  return change(thread, before.id, (line) => ({ ...before, state: line.state }));
}

/** Takes a refused line out, for another try under a new id. */
export function without(thread: Thread, id: string): Thread {
  return { ...thread, lines: thread.lines.filter((line) => line.id !== id) };
}

/**
 * Brings in the running conversation as the desk tells it after a (re)connect. What is here already is brought up to date in
 * its place; what is missing goes behind the line it follows in the history, or to the front of the conversation.
 */
export function withHistory(thread: Thread, history: readonly WireHistoryLine[]): Thread {
  const lines = [...thread.lines];
  const place = (id: string): number => lines.findIndex((line) => line.id === id);
  const firstShared = history.findIndex(({ id }) => place(id) !== -1);
  const front = firstShared === -1 ? lines.length : place(history[firstShared]?.id ?? "");
  // Nothing shared: all of it is newer than what is shown, but older than what is still to be sent.
  const firstSending = lines.findIndex(({ state }) => state === "sending");
  let at = firstShared === -1 && firstSending !== -1 ? firstSending : front;
  for (const told of history) {
    const here = place(told.id);
    const before = lines[here];
    if (before === undefined) {
      lines.splice(at, 0, fromHistory(told));
      at += 1;
    } else {
      lines[here] = brought(before, told);
      at = here + 1;
    }
  }
  return { ...thread, lines: lines.slice(-THREAD_LINES) };
}

function fromHistory(told: WireHistoryLine): Line {
  return { ...told, state: told.own ? told.state : null, refusal: null, upload: null };
}

/** A desk whose transcript does not say what the file was leaves it as it is here. */
function brought(line: Line, told: WireHistoryLine): Line {
  const state = line.own ? further(line.state, told.state) : null;
  const file = told.file ?? (told.retracted || told.edited ? null : line.file);
  return { ...fromHistory(told), at: line.at, state, file };
}

/** Which of these threads, all of them over, are too many to be kept in a page: the longest quiet ones. */
export function surplus(over: readonly Thread[]): readonly Thread[] {
  const newest = ({ lines }: Thread): number => lines.at(-1)?.at ?? 0;
  return over.toSorted((one, other) => newest(other) - newest(one)).slice(CLOSED_THREADS);
}

/** The lines of others since the last one that was seen. */
export function unread(thread: Thread): readonly Line[] {
  const seen = thread.lines.findIndex(({ id }) => id === thread.readUpTo);
  return thread.lines.slice(seen + 1).filter(({ own }) => !own);
}

export function withAllRead(thread: Thread): Thread {
  const last = thread.lines.findLast(({ own }) => !own);
  return last === undefined || last.id === thread.readUpTo ? thread : { ...thread, readUpTo: last.id };
}

/** The line whose buttons can still be pressed: the last one with choices, while nothing was answered after it. */
export function openChoices(thread: Thread): Line | null {
  const last = thread.lines.findLastIndex(({ own, choices }) => !own && choices.length > 0);
  const answered = thread.lines.slice(last + 1).some(({ own, state }) => own && state !== "refused");
  return last === -1 || answered ? null : (thread.lines[last] ?? null);
}

/** Whether that own line can be changed: the desk has it, and it still says something. */
export function canChange(line: Line): boolean {
  return !line.retracted && line.state !== "sending" && line.state !== "refused";
}
