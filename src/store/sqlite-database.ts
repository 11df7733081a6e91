/** The statements of the SQLite store. Synchronous; runs in the worker. */
import type { Sealing } from "../sealing.ts";
import { parseKey } from "./keys.ts";
import { seenName } from "./seen-filter.ts";
import { createAuditTable } from "./sqlite-audit.ts";
import { createErase, IS_CARRIED } from "./sqlite-erase.ts";
import { createLinePlaces, type LinePlaces } from "./sqlite-line-places.ts";
import { createStateLoading, createTimerLoading, type LoadedPage } from "./sqlite-loading.ts";
import type { Connection, Opened } from "./sqlite-open.ts";
import { createPrune } from "./sqlite-prune.ts";
import { createResealing, opened, sealRows } from "./sqlite-sealing.ts";
import { createWritingOut, SELECT_SENDS, type WritingOut } from "./sqlite-sends.ts";
import {
  type Ask,
  type Cell,
  type CommitRows,
  LINE_COLUMNS,
  type PageAsk,
  type RowField,
  TRANSCRIPT_WIDTH,
  type Upgrade,
  WORDS,
  WRITTEN_LINE_COLUMNS,
  WRITTEN_LINE_WIDTH,
} from "./sqlite-wire.ts";
import { Succession } from "./succession.ts";

/** Rows of the outbox that one answer carries while loading. */
export const LOAD_ROWS = 2_000;
/** Redelivery ids that one answer carries: a millisecond, which a commit may have to wait. */
const SEEN_ROWS = 1_000;
/** Facts of one conversation that one answer carries: the oldest go missing beyond it. */
const FACT_ROWS = 10_000;
/** Keys that one answer carries. */
const KEY_ROWS = 10_000;

/** Rows that one statement writes where a batch has so many: to call it costs as much as to write a row. */
const ROWS_AT_ONCE = 8;

type Run = (...cells: readonly Cell[]) => unknown;

/** How the cells of one `CommitRows` field are written, in the order in which they are. */
interface Write {
  readonly field: RowField;
  readonly width: number;
  readonly sql: string;
}

// The copy that a line carries stays when it is handed out again: it went out.
const upsertLine = `INSERT INTO lines (${WRITTEN_LINE_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
  ON CONFLICT (line) DO UPDATE SET viewers = excluded.viewers, nick = excluded.nick, kind = excluded.kind, content = excluded.content`;

const WRITES: readonly Write[] = [
  { field: "inbox", width: 3, sql: "INSERT OR IGNORE INTO inbox (network, redelivery, at) VALUES (?,?,?)" },
  {
    field: "state",
    width: 3,
    sql: "INSERT INTO state (tbl, id, value) VALUES (?,?,?) ON CONFLICT (tbl, id) DO UPDATE SET value = excluded.value",
  },
  { field: "stateGone", width: 2, sql: "DELETE FROM state WHERE tbl = ? AND id = ?" },
  { field: "lines", width: WRITTEN_LINE_WIDTH, sql: upsertLine },
  {
    field: "copies",
    width: 5,
    sql: "INSERT OR REPLACE INTO copies (line, leg, part, network, person) VALUES (?,?,?,?,?)",
  },
  { field: "outbox", width: 3, sql: "INSERT INTO outbox (id, at, outbound) VALUES (?,?,?)" },
  { field: "sends", width: 4, sql: "INSERT INTO outbox (id, at, line, sender) VALUES (?,?,?,?)" },
  { field: "outboxGone", width: 2, sql: "DELETE FROM outbox WHERE id BETWEEN ? AND ?" },
  // A copy that a line carries gets a row of its own with the id that its network gave it.
  {
    field: "foreign",
    width: 4,
    sql: `INSERT OR IGNORE INTO copies (line, leg, part, network, person, foreign_id)
      SELECT line, copy_leg, 0, copy_network, copy_person, ? FROM lines WHERE line = ? AND copy_leg = ? AND 0 = ?`,
  },
  { field: "foreign", width: 4, sql: "UPDATE copies SET foreign_id = ? WHERE line = ? AND leg = ? AND part = ?" },
  {
    field: "timers",
    width: 5,
    sql: "INSERT OR REPLACE INTO timers (id, at, generation, conversation, name) VALUES (?,?,?,?,?)",
  },
  { field: "timersGone", width: 1, sql: "DELETE FROM timers WHERE id = ?" },
  { field: "facts", width: 5, sql: "INSERT INTO facts (at, conversation, csr, event, detail) VALUES (?,?,?,?,?)" },
  { field: "quarantine", width: 3, sql: "INSERT INTO quarantine (at, event, error) VALUES (?,?,?)" },
  { field: "adapterState", width: 3, sql: "INSERT OR REPLACE INTO adapter_state (network, key, value) VALUES (?,?,?)" },
  { field: "adapterStateGone", width: 2, sql: "DELETE FROM adapter_state WHERE network = ? AND key = ?" },
];

/** The columns of LINE_COLUMNS, of a table named so in the statement. */
function lineColumns(alias: string): string {
  return LINE_COLUMNS.split(", ")
    .map((column) =>
      column === "nick" || column === "content" ? opened("lines", column, alias) : `${alias}.${column}`,
    )
    .join(", ");
}

const SELECTS = {
  pending: `${SELECT_SENDS} WHERE o.id > ? ORDER BY o.id LIMIT ${LOAD_ROWS}`,
  counters: "SELECT line, outbox FROM counters",
  seen: "SELECT 1 FROM inbox WHERE network = ? AND redelivery = ?",
  inbox: `SELECT seq, at, network, redelivery FROM inbox WHERE seq > ? ORDER BY seq LIMIT ${SEEN_ROWS}`,
  copyByKey: `SELECT c.leg, ${lineColumns("l")} FROM copies c JOIN lines l ON l.line = c.line
    WHERE c.line = ? AND c.leg = ? AND c.part = ? AND c.network = ? AND c.person = ?`,
  copyOfLine: `SELECT l.copy_leg, ${lineColumns("l")} FROM lines l
    WHERE l.line = ? AND l.copy_leg = ? AND 0 = ? AND l.copy_network = ? AND l.copy_person = ? AND ${IS_CARRIED}`,
  ownLine: `SELECT NULL, ${lineColumns("l")} FROM lines l
    WHERE l.line = ? AND l.network = ? AND l.person = ? AND l.foreign_id = ?`,
  copyByForeign: `SELECT c.leg, ${lineColumns("l")} FROM copies c JOIN lines l ON l.line = c.line
    WHERE c.network = ? AND c.person = ? AND c.foreign_id = ? ORDER BY c.line DESC LIMIT 1`,
  // A line, and what later lines made of it.
  transcriptLine: `SELECT ${lineColumns("l")},
      (SELECT ${opened("lines", "content", "e")} FROM lines e
        WHERE e.refers = l.line AND e.kind = 'edit' ORDER BY e.line DESC LIMIT 1),
      EXISTS (SELECT 1 FROM lines r WHERE r.refers = l.line AND r.kind = 'retraction'),
      (SELECT max(json_extract(s.content, '$.state')) FROM lines s WHERE s.refers = l.line AND s.kind = 'receipt')
    FROM lines l WHERE l.line = ? AND l.conversation = ? AND l.kind IN ('message', '${WORDS}', 'note', 'reaction')`,
  facts: `SELECT at, conversation, csr, event, ${opened("facts", "detail")} FROM facts WHERE conversation = ? ORDER BY seq LIMIT ${FACT_ROWS}`,
  outboxRow: `${SELECT_SENDS} WHERE o.id = ?`,
  adapterState: `SELECT ${opened("adapter_state", "value")} FROM adapter_state WHERE network = ? AND key = ?`,
  adapterKeys: `SELECT key FROM adapter_state
    WHERE network = ? AND key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key LIMIT ${KEY_ROWS}`,
} as const;

type Select = (...parameters: readonly Cell[]) => Cell[];
type Selects = Readonly<Record<keyof typeof SELECTS, Select>>;
type ReferenceAsk = Extract<Ask, { kind: "reference" }>;

/** What a commit adds to the log beside its rows, in rows: the pages that every commit touches. */
const COMMIT_WRITES = 5;

/** Answers everything; pages by `page`, "close" by nothing. `writes` says about how much the log has grown; checkpoints are timed by it. */
export interface SqliteDatabase {
  answer(ask: Exclude<Ask, PageAsk>): readonly Cell[];
  page(ask: PageAsk): LoadedPage;
  /** Writes what commits have put off, when there is enough of it. */
  catchUp(): void;
  readonly writes: number;
}

/** `onUpgrade`: told while the places of an older version's lines are made. */
export function createSqliteDatabase(
  { database: connection, epoch, sealing }: Opened,
  onUpgrade: (upgrade: Upgrade) => void = () => {},
): SqliteDatabase {
  const select = prepareSelects(connection);
  const places = createLinePlaces(connection, (share) => onUpgrade({ kind: "places", share }));
  const sends = createWritingOut(connection, sealing, epoch);
  const commit = prepareCommit(connection, sealing, places, sends);
  const [prune, erase] = [createPrune(connection, places, sends), createErase(connection, places, sends)];
  const audit = createAuditTable(connection);
  const reseal = createResealing(connection, sealing);
  const loadState = createStateLoading(connection);
  const loadTimers = createTimerLoading(connection);
  const succession = new Succession();
  let writes = 0;

  function answer(ask: Exclude<Ask, PageAsk>): readonly Cell[] {
    switch (ask.kind) {
      case "commit":
        writes += COMMIT_WRITES + succession.follow(ask.rows.place, () => commit(ask.rows));
        return [];
      case "load-outbox":
      case "load-counters":
      case "seen":
      case "load-seen":
      case "reference":
      case "transcript":
      case "facts":
      case "outbox":
      case "adapter-state":
      case "adapter-keys":
        return look({ select, places, epoch }, ask);
      case "prune": {
        const { more, rows } = prune(ask.before, ask.inboxBefore);
        writes += rows;
        return [more ? 1 : 0];
      }
      case "audit":
        return audit(ask.ask);
      case "erase":
        return erase(ask.ask);
      case "reseal":
        return reseal((rows) => {
          writes += rows;
        });
      case "close":
        return [];
    }
  }
  return {
    answer,
    catchUp() {
      writes += places.catchUp();
    },
    page: (ask) => (ask.kind === "load-state" ? loadState(ask.after) : loadTimers(ask.after)),
    get writes() {
      return writes;
    },
  };
}

/** What is only looked at. */
type LookAsk = Exclude<Ask, PageAsk | { readonly kind: "commit" | "prune" | "audit" | "erase" | "reseal" | "close" }>;

interface Looking {
  readonly select: Selects;
  readonly places: LinePlaces;
  readonly epoch: string;
}

function look(looking: Looking, ask: LookAsk): readonly Cell[] {
  const { select } = looking;
  switch (ask.kind) {
    case "load-outbox":
      return select.pending(ask.after);
    case "load-counters":
      return select.counters();
    case "seen":
      return select.seen(ask.network, ask.redelivery);
    case "load-seen":
      return seenNames(select.inbox(ask.after));
    case "reference":
      return reference(looking, ask);
    case "transcript":
      return transcript(looking, ask.conversation, ask.limit);
    case "facts":
      return select.facts(ask.conversation);
    case "outbox":
      return ask.ids.flatMap((id) => select.outboxRow(id));
    case "adapter-state":
      return select.adapterState(ask.network, ask.key);
    case "adapter-keys":
      return select.adapterKeys(ask.network, ask.prefix, ask.prefix, ask.prefix);
  }
}

/** Of cells seq, at, network and redelivery of each row. */
function seenNames(cells: readonly Cell[]): Cell[] {
  const names: Cell[] = [];
  let [last, newest] = [0, 0];
  for (let start = 0; start < cells.length; start += 4) {
    last = Number(cells[start]);
    newest = Math.max(newest, Number(cells[start + 1]));
    names.push(seenName(String(cells[start + 2]), String(cells[start + 3])));
  }
  return names.length === 0 ? [] : [last, newest, ...names];
}

/** A key of the desk's, an id of that person's own, or one that their network gave to a copy. */
function reference({ select, places, epoch }: Looking, { network, person, id }: ReferenceAsk): Cell[] {
  const key = parseKey(epoch, id);
  const copy = key === null ? [] : select.copyByKey(key.line, key.leg, key.part, network, person);
  if (copy.length > 0) return copy;
  const carried = key === null ? [] : select.copyOfLine(key.line, key.leg, key.part, network, person);
  if (carried.length > 0) return carried;
  for (const line of places.named(network, person, id)) {
    const own = select.ownLine(line, network, person, id);
    if (own.length > 0) return own;
  }
  return select.copyByForeign(network, person, id);
}

/** Newest first. */
function transcript({ select, places }: Looking, conversation: string, limit: number): Cell[] {
  const cells: Cell[] = [];
  for (const line of places.ofConversation(conversation)) {
    if (cells.length >= limit * TRANSCRIPT_WIDTH) break;
    cells.push(...select.transcriptLine(line, conversation));
  }
  return cells;
}

function prepareSelects(connection: Connection): Selects {
  const prepared = Object.entries(SELECTS).map(([name, sql]) => {
    const statement = connection.prepare<Cell[], Cell[]>(sql).raw(true);
    const run: Select = (...parameters) => statement.all(...parameters).flat();
    return [name, run] as const;
  });
  return Object.fromEntries(prepared) as Selects;
}

/** One transaction for a whole batch; returns the number of rows written. */
function prepareCommit(
  connection: Connection,
  sealing: Sealing,
  places: LinePlaces,
  sends: WritingOut,
): (rows: CommitRows) => number {
  const writes = WRITES.map((write) => ({ ...write, ...prepareWrite(connection, write) }));
  const counters = connection.prepare<Cell[]>(
    "UPDATE counters SET line = max(line, ?), outbox = max(outbox, ?) WHERE line < ? OR outbox < ?",
  );
  const write = connection.transaction((rows: CommitRows): number => {
    let written = 0;
    if (rows.again.length > 0) sends.writeOut(rows.again);
    for (const { field, width, run, runMany } of writes) {
      const cells = rows[field];
      const single = runMany === null ? 0 : cells.length - (cells.length % (ROWS_AT_ONCE * width));
      for (let start = 0; start < single; start += ROWS_AT_ONCE * width) {
        runMany?.(cells.slice(start, start + ROWS_AT_ONCE * width));
      }
      for (let start = single; start < cells.length; start += width) {
        runRow(run, cells, start, width);
      }
      written += cells.length / width;
    }
    places.late(rows.lines);
    counters.run(rows.lastLine, rows.lastOutbox, rows.lastLine, rows.lastOutbox);
    return written;
  });
  return (rows) => {
    sealRows(sealing, rows);
    const written = write.immediate(rows);
    places.written(rows.lines);
    return written;
  };
}

/** `runMany` takes the cells of ROWS_AT_ONCE rows; null: the statement is none that adds rows. */
function prepareWrite(
  connection: Connection,
  { width, sql }: Write,
): { readonly run: Run; readonly runMany: ((cells: readonly Cell[]) => unknown) | null } {
  const statement = connection.prepare<Cell[]>(sql);
  const run: Run = (...cells) => statement.run(...cells);
  const row = `(${new Array(width).fill("?").join(",")})`;
  if (!sql.includes(`VALUES ${row}`)) return { run, runMany: null };
  const many = connection.prepare<[readonly Cell[]]>(sql.replace(row, new Array(ROWS_AT_ONCE).fill(row).join(",")));
  return { run, runMany: (cells) => many.run(cells) };
}

/** Spelled out for the widths of the rows that every message writes: `slice` would make an array for each. */
function runRow(run: Run, cells: readonly Cell[], start: number, width: number): void {
  switch (width) {
    case 1:
      run(cells[start] ?? null);
      return;
    case 2:
      run(cells[start] ?? null, cells[start + 1] ?? null);
      return;
    case 3:
      run(cells[start] ?? null, cells[start + 1] ?? null, cells[start + 2] ?? null);
      return;
    case 4:
      run(cells[start] ?? null, cells[start + 1] ?? null, cells[start + 2] ?? null, cells[start + 3] ?? null);
      return;
    default:
      run(...cells.slice(start, start + width));
  }
}
