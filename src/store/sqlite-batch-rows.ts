/** What a batch is in rows. Runs on the main thread, so it is made for little work: most of a batch are lines, each with one send that says the same. */
import type { Address } from "../core/model.ts";
import type { Line, LineContent, Timer } from "../core/step.ts";
import { type CopyKey, isCopy, lineOfKey, parseKey } from "./keys.ts";
import { isSaidBy } from "./sqlite-sends.ts";
import { type Cell, type CommitRows, LINE_WIDTH, WORDS, WRITTEN_LINE_WIDTH } from "./sqlite-wire.ts";
import type { Batch, OutboxRow } from "./store.ts";

/**
 * `lastLine`: no line in the store has a higher number, also not of batches that were handed over and are not recorded yet. Throws TypeError when
 * something in the batch is not JSON.
 */
export function toRows(batch: Batch, epoch: string, lastLine: number): CommitRows {
  const rows: CommitRows = {
    inbox: [],
    state: [],
    stateGone: [],
    lines: [],
    again: [],
    copies: [],
    outbox: [],
    sends: [],
    outboxGone: [],
    foreign: [],
    timers: [],
    timersGone: [],
    facts: [],
    quarantine: [],
    adapterState: [],
    adapterStateGone: [],
    lastLine: highestLine(batch, epoch),
    lastOutbox: batch.outbox.at(-1)?.id ?? 0,
    place: batch.place,
  };
  for (const { network, redelivery, at } of batch.inbox) rows.inbox.push(network, redelivery, at);
  for (const { table, id, value } of batch.changes) {
    if (value === null) rows.stateGone.push(table, id);
    else rows.state.push(table, id, json(value));
  }
  pushLines(rows, batch.lines, lastLine);
  const carriers = new Carriers(rows, batch.lines);
  for (const row of batch.outbox) pushSend(rows, row, epoch, carriers);
  for (const mark of batch.marks) {
    pushGone(rows.outboxGone, mark.id);
    const key = mark.kind === "sent" && mark.foreign !== null ? parseKey(epoch, mark.key) : null;
    if (key !== null) rows.foreign.push(mark.foreign, key.line, key.leg, key.part);
  }
  for (const change of batch.timers) {
    if (change.kind === "cancel") rows.timersGone.push(change.id);
    else pushTimer(rows.timers, change.timer);
  }
  for (const fact of batch.facts) rows.facts.push(fact.at, fact.conversation, fact.csr, fact.event, json(fact.detail));
  for (const { at, event, error } of batch.quarantine) rows.quarantine.push(at, event, error);
  for (const { network, key, value } of batch.adapterState) {
    if (value === undefined) rows.adapterStateGone.push(network, key);
    else rows.adapterState.push(network, key, json(value));
  }
  return rows;
}

function highestLine(batch: Batch, epoch: string): number {
  if (batch.lastLine !== undefined) return batch.lastLine;
  let last = 0;
  for (const { line } of batch.lines) last = Math.max(last, line);
  for (const { outbound } of batch.outbox) last = Math.max(last, lineOfKey(epoch, outbound.key));
  return last;
}

/** Batches bring new lines in the order of their numbers; any other was, or may have been, handed out before. */
function pushLines(rows: CommitRows, lines: readonly Line[], lastLine: number): void {
  let last = lastLine;
  for (const line of lines) {
    pushLine(rows.lines, line);
    if (line.line > last) last = line.line;
    else rows.again.push(line.line);
  }
}

function pushLine(cells: Cell[], line: Line): void {
  const { content, from } = line;
  const words = wordsAlone(content);
  cells.push(line.line, line.conversation, line.at, line.author, from?.network ?? null, from?.id ?? null, line.desk);
  cells.push(
    line.foreign,
    numbers(line.viewers),
    line.nick,
    words === null ? content.kind : WORDS,
    "of" in content ? content.of : null,
    words ?? json(content),
    null,
    null,
    null,
  );
}

/** The text of a message that is nothing else. Half a character (a lone surrogate) would be lost outside of JSON. */
function wordsAlone(content: LineContent): string | null {
  const isAlone =
    content.kind === "message" &&
    content.formatting === undefined &&
    content.file === undefined &&
    content.prompt === undefined &&
    content.replyTo === null &&
    content.choices.length === 0 &&
    content.text.isWellFormed();
  return isAlone ? content.text : null;
}

/**
 * The lines of a batch that can carry a copy themselves: those that are new to the store. What is there already may have one, of which a send
 * that still waits says what it says; so such a line gets rows beside it.
 */
class Carriers {
  readonly #rows: CommitRows;
  readonly #lines: readonly Line[];
  /** Copies come in the order of their lines; one that does not is none that is carried. */
  #next = 0;

  constructor(rows: CommitRows, lines: readonly Line[]) {
    this.#rows = rows;
    this.#lines = lines;
  }

  /** Lets the line carry that copy, and gives it; null: it cannot. */
  take({ line: number, leg, part }: CopyKey, { network, id }: Address): Line | null {
    if (part !== 0) return null;
    let line = this.#lines[this.#next];
    while (line !== undefined && line.line < number) {
      this.#next += 1;
      line = this.#lines[this.#next];
    }
    if (line === undefined || line.line !== number || this.#rows.again.includes(number)) return null;
    const cell = this.#next * WRITTEN_LINE_WIDTH + LINE_WIDTH;
    const { lines } = this.#rows;
    if (lines[cell] !== null) return null;
    lines[cell] = leg;
    lines[cell + 1] = network;
    lines[cell + 2] = id;
    return line;
  }
}

function pushSend(rows: CommitRows, { id, at, outbound }: OutboxRow, epoch: string, carriers: Carriers): void {
  const key = isCopy(outbound) ? parseKey(epoch, outbound.key) : null;
  const carrier = key === null ? null : carriers.take(key, outbound.to);
  if (carrier !== null && isSaidBy(carrier, outbound)) {
    rows.sends.push(id, at, carrier.line, outbound.from);
    return;
  }
  rows.outbox.push(id, at, json(outbound));
  if (key === null || carrier !== null) return;
  rows.copies.push(key.line, key.leg, key.part, outbound.to.network, outbound.to.id);
}

/** Ranges of numbers: every number in them is meant. */
function pushGone(ranges: Cell[], id: number): void {
  if (ranges.length > 0 && ranges.at(-1) === id - 1) ranges[ranges.length - 1] = id;
  else ranges.push(id, id);
}

function pushTimer(cells: Cell[], timer: Timer): void {
  cells.push(timer.id, timer.at, timer.generation, timer.conversation, timer.name);
}

/** Mostly one, which is JSON as it is. */
function numbers(all: readonly number[]): string {
  return all.length === 1 ? `[${all[0]}]` : json(all);
}

/** JSON.stringify answers undefined for what JSON cannot say; such a value must not become the text "undefined". */
function json(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) {
    throw new TypeError(`A value of type ${typeof value} cannot be written as JSON.`);
  }
  return text;
}
