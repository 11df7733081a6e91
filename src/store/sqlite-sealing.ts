/**
 * Which columns of the SQLite store are sealed when there is a key, and how rows get in and out of that. A sealed record is a BLOB and
 * a plain one TEXT, so each says of itself what it is, and rows of both kinds, and of several keys, can stand beside each other.
 *
 * Sealed is what people said, are called and have: the rest is what SQL looks for. A record is bound to its table, its column and what
 * names its row. Runs in the worker.
 */
import { createSealing, type Sealing, SealingFault, type SealingKeys } from "../sealing.ts";
import type { Connection } from "./sqlite-open.ts";
import { type Cell, type CommitRows, type RowField, WRITTEN_LINE_WIDTH } from "./sqlite-wire.ts";
import { StoreFault } from "./store.ts";

interface SealedTable {
  readonly table: string;
  /** The field of a commit with its rows, and how many cells one of them has. */
  readonly field: RowField;
  readonly width: number;
  /** The columns that the records are bound to, and the cells with them. */
  readonly by: readonly (readonly [column: string, cell: number])[];
  readonly columns: readonly (readonly [column: string, cell: number])[];
  /** A column that names each row once, by which all can be gone through. */
  readonly cursor: readonly string[];
  /** Cells of a kind that are left as they are. */
  readonly plain?: { readonly cell: number; readonly is: string; readonly sql: string };
}

export const SEALED_TABLES: readonly SealedTable[] = [
  {
    table: "state",
    field: "state",
    width: 3,
    by: [
      ["tbl", 0],
      ["id", 1],
    ],
    columns: [["value", 2]],
    cursor: ["rowid"],
  },
  {
    table: "lines",
    field: "lines",
    width: WRITTEN_LINE_WIDTH,
    by: [
      ["line", 0],
      ["conversation", 1],
    ],
    columns: [
      ["nick", 9],
      ["content", 12],
    ],
    cursor: ["line"],
    // A receipt says nothing but how far a line came, and SQL looks for the furthest.
    plain: { cell: 10, is: "receipt", sql: "kind <> 'receipt'" },
  },
  { table: "outbox", field: "outbox", width: 3, by: [["id", 0]], columns: [["outbound", 2]], cursor: ["id"] },
  {
    table: "facts",
    field: "facts",
    width: 5,
    by: [
      ["at", 0],
      ["conversation", 1],
      ["csr", 2],
      ["event", 3],
    ],
    columns: [["detail", 4]],
    cursor: ["seq"],
  },
  {
    table: "quarantine",
    field: "quarantine",
    width: 3,
    by: [["at", 0]],
    columns: [
      ["event", 1],
      ["error", 2],
    ],
    cursor: ["seq"],
  },
  {
    table: "adapter_state",
    field: "adapterState",
    width: 3,
    by: [
      ["network", 0],
      ["key", 1],
    ],
    columns: [["value", 2]],
    cursor: ["network", "key"],
  },
];

/** SQL for a column as it was before it was sealed; `alias`: the name of its table in the statement. */
export function opened(table: string, column: string, alias: string = table): string {
  const found = SEALED_TABLES.find((one) => one.table === table);
  const by = (found?.by ?? []).map(([name]) => `, ${alias}.${name}`).join("");
  return `iif(typeof(${alias}.${column}) = 'blob', opened('${table}.${column}', ${alias}.${column}${by}), ${alias}.${column})`;
}

/** What a record is bound to, as it stands in messages as well. */
export function placeOf(column: string, by: readonly (Cell | undefined)[]): string {
  return `${column} of ${by.map((cell) => String(cell ?? "-")).join(" ")}`;
}

/**
 * Gives the connection the SQL function `opened`, and says which keys seal and open. Throws StoreFault "disk", before anything was
 * written, when the store has records of a key that was not given.
 */
export function prepareSealing(connection: Connection, keys: SealingKeys, path: string): Sealing {
  const sealing = createSealing(keys);
  connection.function("opened", { varargs: true, directOnly: true }, (column: Cell, record: unknown, ...by: Cell[]) =>
    openRecord(sealing, String(column), record as Uint8Array, by),
  );
  const missing = sealedBy(connection).filter((id) => id !== PLAIN && !sealing.ids.has(id));
  if (missing.length > 0) {
    throw new StoreFault(
      "disk",
      `What ${path} holds is sealed with the key ${missing.join(" and ")}, and ${given(sealing)}. ` +
        "Name the file of that key in frontdesk.yaml: as store.key, or among store.formerKeys. Nothing was changed.",
    );
  }
  return sealing;
}

function given({ ids }: Sealing): string {
  if (ids.size === 0) return "no key is given";
  return `${ids.size === 1 ? "the key that is given is" : "the keys that are given are"} ${[...ids].join(" and ")}`;
}

function openRecord(sealing: Sealing, column: string, record: Uint8Array, by: readonly Cell[]): string {
  try {
    return sealing.open(record, placeOf(column, by)).toString("utf8");
  } catch (error) {
    throw error instanceof SealingFault ? new StoreFault("data", error.message) : error;
  }
}

/** In the table of keys: records that are not sealed. */
const PLAIN = "";

/** Ids of the keys with which records may be sealed; none in a store of an older version. */
function sealedBy(connection: Connection): readonly string[] {
  const isKept = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sealing'").get() !== undefined;
  return isKept ? connection.prepare<[], string>("SELECT key FROM sealing").pluck().all() : [];
}

/** Remembers that from now on records may be written with the current key; before the first is. */
export function recordKey(connection: Connection, { current }: Sealing): void {
  const key = current ?? PLAIN;
  connection.prepare<[string]>("INSERT OR IGNORE INTO sealing (key) VALUES (?)").run(key);
  // What another key had begun is not true any more: this one writes everywhere.
  connection.prepare<[string]>("UPDATE sealing SET tables = 0, after = '[]' WHERE key <> ?").run(key);
}

/** A text as it is written into that column of a row with those names. */
export function sealedCell(sealing: Sealing, text: string, column: string, by: readonly Cell[]): string | Buffer {
  return sealing.current === null ? text : sealing.seal(text, placeOf(column, by));
}

/** Seals the cells of a commit that are to be, in place. Without a current key they stay as they are. */
export function sealRows(sealing: Sealing, rows: CommitRows): void {
  if (sealing.current === null) return;
  for (const { table, field, width, by, columns, plain } of SEALED_TABLES) {
    const cells: (Cell | Buffer)[] = rows[field];
    for (let start = 0; start < cells.length; start += width) {
      if (plain !== undefined && cells[start + plain.cell] === plain.is) continue;
      const names = by.map(([, cell]) => cells[start + cell] as Cell);
      for (const [column, cell] of columns) {
        const text = cells[start + cell];
        if (typeof text === "string") cells[start + cell] = sealedCell(sealing, text, `${table}.${column}`, names);
      }
    }
  }
}

/** Rows looked at in one step: a few milliseconds, which a commit may have to wait. */
const STEP_ROWS = 100;

/** How far the store is sealed by the current key. */
interface SealedShare {
  readonly key: string | null;
  /** Tables whose records all are, and how many there are; equal: nothing is left to do. */
  readonly tables: number;
  readonly of: number;
  /** Records that were sealed anew by this step. */
  readonly rows: number;
}

/**
 * One bounded step of sealing anew what another key, or none, wrote: a transaction of its own, which also remembers where the next one
 * goes on, after a restart too. When all is done, the former keys are not needed any more. The step says how many rows it has `written`, and
 * gives the cells of the wire's "reseal".
 */
export function createResealing(
  connection: Connection,
  sealing: Sealing,
): (written: (rows: number) => void) => readonly Cell[] {
  const current = sealing.current ?? PLAIN;
  const of = SEALED_TABLES.length;
  const isDone = () => sealedBy(connection).every((id) => id === current);
  const steps = SEALED_TABLES.map((table) => prepareStep(connection, sealing, table));
  const place = connection
    .prepare<[string], [number, string]>("SELECT tables, after FROM sealing WHERE key = ?")
    .raw(true);
  const remember = connection.prepare<[number, string, string]>(
    "UPDATE sealing SET tables = ?, after = ? WHERE key = ?",
  );
  const settle = connection.prepare<[string]>("DELETE FROM sealing WHERE key <> ?");
  const round = connection.transaction((): SealedShare => {
    const [tables, after] = place.get(current) ?? [0, "[]"];
    const step = steps[tables];
    if (step === undefined) {
      settle.run(current);
      remember.run(0, "[]", current);
      return { key: sealing.current, tables: of, of, rows: 0 };
    }
    const { next, rows } = step(JSON.parse(after) as Cell[]);
    remember.run(next === null ? tables + 1 : tables, JSON.stringify(next ?? []), current);
    return { key: sealing.current, tables, of, rows };
  });
  return (written) => {
    const share = isDone() ? { key: sealing.current, tables: of, of, rows: 0 } : round.immediate();
    written(share.rows);
    // The log still has pages as they were.
    if (share.tables === of) connection.pragma("wal_checkpoint(TRUNCATE)");
    return [share.key, share.tables, share.of, share.rows];
  };
}

type Step = (after: readonly Cell[]) => { readonly next: readonly Cell[] | null; readonly rows: number };

/** `next`: where the step after it goes on; null: that table is done. */
function prepareStep(connection: Connection, sealing: Sealing, table: SealedTable): Step {
  const { cursor, by, columns } = table;
  const names = cursor.join(", ");
  const marks = cursor.map(() => "?").join(", ");
  const kind = table.plain === undefined ? "" : `AND ${table.plain.sql}`;
  const texts = columns.map(([column]) => opened(table.table, column)).join(", ");
  const select = (where: string) =>
    connection
      .prepare<unknown[], Cell[]>(
        `SELECT ${names}, ${by.map(([column]) => column).join(", ")}, ${texts} FROM ${table.table}
         WHERE ${where} ${kind} ORDER BY ${names} LIMIT ${STEP_ROWS}`,
      )
      .raw(true);
  const [first, further] = [select("true"), select(`(${names}) > (${marks})`)];
  const sets = columns.map(([column]) => `${column} = ?`).join(", ");
  const update = connection.prepare<unknown[]>(`UPDATE ${table.table} SET ${sets} WHERE (${names}) = (${marks})`);
  return (after) => {
    const rows = after.length === 0 ? first.all() : further.all(...after);
    for (const row of rows) {
      const bound = row.slice(cursor.length, cursor.length + by.length);
      const written = columns.map(([column], index) => {
        const text = row[cursor.length + by.length + index] ?? null;
        return text === null ? null : sealedCell(sealing, String(text), `${table.table}.${column}`, bound);
      });
      update.run(...written, ...row.slice(0, cursor.length));
    }
    const last = rows.length < STEP_ROWS ? undefined : rows.at(-1);
    return { next: last === undefined ? null : last.slice(0, cursor.length), rows: rows.length };
  };
}
