/**
 * What a start reads of the SQLite store. SQL puts the rows of a table together as records (core/byte-records.ts), so that a hundred thousand rows come
 * as some hundred pieces of bytes: no text is made of any of them before somebody asks for it, and bytes go to the other thread
 * without being copied. Runs in the worker, but for `toSnapshot` and `toTimers`.
 */
import { HEAD_BASE, HEAD_BYTES, KEY_DIGITS } from "../core/byte-records.ts";
import { KeyedTexts } from "../core/keyed-texts.ts";
import { type Snapshot, TABLES, type Table } from "../core/step.ts";
import { StoredRows } from "../core/stored-rows.ts";
import { TimerRows } from "../core/timer-rows.ts";
import type { Connection } from "./sqlite-open.ts";
import { opened } from "./sqlite-sealing.ts";
import type { Bytes, Cell } from "./sqlite-wire.ts";
import { StoreFault } from "./store.ts";

/** Rows of the state in one answer: of a busy desk a megabyte. */
export const STATE_ROWS = 2_400;

/** SQL for a record, of the SQL for its key and its text. */
function record(key: string, text: string): string {
  const digits = (sql: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, digit) => `octet_length(${sql}) / ${HEAD_BASE ** digit} % ${HEAD_BASE} + 1`);
  const head = [...digits(key, KEY_DIGITS), ...digits(text, HEAD_BYTES - KEY_DIGITS)];
  return `char(${head.join(", ")}) || ${key} || ${text}`;
}

/** The last rowid of the page, a table that is unknown or null, then the records of each of TABLES. */
const PAGE = `SELECT max(rowid), min(tbl) FILTER (WHERE tbl NOT IN (${TABLES.map((name) => `'${name}'`).join(", ")})),
  ${TABLES.map((name) => `CAST(group_concat(${record("id", "value")}, '') FILTER (WHERE tbl = '${name}') AS BLOB)`).join(", ")}
  FROM (SELECT rowid, tbl, id, ${opened("state", "value")} AS value FROM state WHERE rowid > ? ORDER BY rowid LIMIT ${STATE_ROWS})`;

/** Timers in one answer. */
const TIMER_ROWS = 10_000;

/** The last id of the page, then records of the texts of `TimerRows`. */
const TIMERS = `SELECT max(id), CAST(group_concat(${record("id", "text")}, '') AS BLOB)
  FROM (SELECT id, at || ' ' || generation || ' ' || iif(id = name || ' ' || conversation AND instr(name, ' ') = 0, '', json_array(name, conversation)) AS text
    FROM timers WHERE id > ? ORDER BY id LIMIT ${TIMER_ROWS})`;

export interface LoadedPage {
  /** The last rowid of it, or null behind the last page; and a table that this version does not know, or null. */
  readonly cells: readonly Cell[];
  /** Records of each of TABLES, in that order; null: none. */
  readonly bytes: readonly Bytes[];
}

/** Gives timers after that id ("": from the first on): the last id of the page or null, and their records. */
export function createTimerLoading(connection: Connection): (after: string) => LoadedPage {
  const statement = connection.prepare<[string], [Cell, Bytes]>(TIMERS).raw(true);
  return (after) => {
    const [last = null, records = null] = statement.get(after) ?? [];
    return { cells: [last], bytes: [records] };
  };
}

/** Gives the rows of the state after that rowid. */
export function createStateLoading(connection: Connection): (after: number) => LoadedPage {
  const statement = connection.prepare<[number], [Cell, Cell, ...Bytes[]]>(PAGE).raw(true);
  return (after) => {
    const [last = null, unknown = null, ...bytes] = statement.get(after) ?? [];
    return { cells: [last, unknown], bytes };
  };
}

/** Reads page after page; the next one is asked for before the last is looked at. Runs where the desk does. */
export async function toSnapshot(ask: (after: number) => Promise<LoadedPage>): Promise<Snapshot> {
  const texts = Object.fromEntries(TABLES.map((name) => [name, new KeyedTexts()])) as Record<Table, KeyedTexts>;
  for (let page = await ask(0); ; ) {
    const { cells, bytes } = page;
    const [last, unknown] = cells;
    if (unknown !== null)
      throw new StoreFault("disk", `The store has a table "${unknown}" that this version does not know.`);
    if (last === null || last === undefined) break;
    const next = ask(Number(last));
    // What is thrown below is thrown rather than what becomes of the question.
    next.catch(() => {});
    // Questions leave at the end of the turn: else the other thread would wait for this one.
    await null;
    for (const [index, name] of TABLES.entries()) {
      const records = bytes[index] ?? null;
      if (records !== null) texts[name].adopt(records);
    }
    page = await next;
  }
  const rows = TABLES.map((name) => [name, new StoredRows(texts[name])] as const);
  return Object.fromEntries(rows) as Record<Table, StoredRows>;
}

/** Reads page after page. Runs where the desk does. */
export async function toTimers(ask: (after: string) => Promise<LoadedPage>): Promise<TimerRows> {
  const timers = new TimerRows();
  for (let page = await ask(""); ; page = await ask(String(page.cells[0]))) {
    const [records = null] = page.bytes;
    if (records === null) return timers;
    timers.adopt(records);
  }
}
