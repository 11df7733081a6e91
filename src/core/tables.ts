/**
 * The core's tables with an overlay: a step writes into the overlay; `keep` merges it, `discard` throws it away. So an
 * event that throws leaves no trace, and the changes a step made are simply the overlay.
 */
import { CoolingRows } from "./cooling-rows.ts";
import { createPacking } from "./packing.ts";
import { isSettled, type Rows } from "./state.ts";
import { type Change, type Snapshot, TABLES, type Table } from "./step.ts";

export interface TableOf<Row extends object> {
  get(id: string): Row | null;
  put(id: string, row: Row): void;
  delete(id: string): void;
  /** Rows as they are now, overlay included. */
  entries(): IterableIterator<readonly [string, Row]>;
  /** Their ids: of many rows much less work than the rows. */
  keys(): IterableIterator<string>;
  readonly size: number;
}

export interface Tables {
  readonly conversation: TableOf<Rows["conversation"]>;
  readonly alias: TableOf<Rows["alias"]>;
  readonly contact: TableOf<Rows["contact"]>;
  readonly csr: TableOf<Rows["csr"]>;
  readonly desk: TableOf<Rows["desk"]>;
  /**
   * Ids of conversations in which not simply two people talk: all that wait, are with the bot, rest, or are listened to. Of a hundred thousand
   * that are open they are few, and whoever looks for some of them looks here. One or the other may be over.
   */
  unsettled(): readonly string[];
  isUnsettled(conversation: string): boolean;
  /** From now on tells of each conversation whose row was kept, and with null of each that is over. One watches. */
  watchConversations(seen: (id: string, row: Rows["conversation"] | null) => void): void;
  /** Ids written since the last keep or discard. */
  written(table: Table): ReadonlySet<string>;
  changes(): readonly Change[];
  keep(): void;
  discard(): void;
}

/** What was kept: a `Map`, or rows that are packed when nobody asks for them. */
interface BaseOf<Row extends object> {
  readonly size: number;
  has(id: string): boolean;
  get(id: string): Row | null | undefined;
  set(id: string, row: Row): void;
  delete(id: string): void;
  entries(): Iterable<readonly [string, Row]>;
  keys(): Iterable<string>;
}

interface Overlaid<Row extends object> {
  readonly table: TableOf<Row>;
  readonly overlay: Map<string, Row | null>;
  readonly written: Set<string>;
  keep(): void;
  discard(): void;
}

const NOTHING_WRITTEN: readonly Change[] = Object.freeze([]);

/** Rows of each table that are packed with a step, at most: a tenth of what a step takes. */
const COOLED_AT_ONCE = 8;

function overlaid<Row extends object>(base: BaseOf<Row>): Overlaid<Row> {
  const overlay = new Map<string, Row | null>();
  const written = new Set<string>();
  function* entries(): IterableIterator<readonly [string, Row]> {
    for (const entry of base.entries()) if (!overlay.has(entry[0])) yield entry;
    for (const [id, row] of overlay) if (row !== null) yield [id, row];
  }
  function* keys(): IterableIterator<string> {
    for (const id of base.keys()) if (!overlay.has(id)) yield id;
    for (const [id, row] of overlay) if (row !== null) yield id;
  }
  const table: TableOf<Row> = {
    get(id) {
      const over = overlay.get(id);
      return over !== undefined ? over : (base.get(id) ?? null);
    },
    put(id, row) {
      overlay.set(id, row);
      written.add(id);
    },
    delete(id) {
      overlay.set(id, null);
      written.add(id);
    },
    entries,
    keys,
    get size() {
      let size = base.size;
      for (const [id, row] of overlay) size += (row === null ? 0 : 1) - (base.has(id) ? 1 : 0);
      return size;
    },
  };
  return {
    table,
    overlay,
    written,
    keep() {
      for (const [id, row] of overlay) row === null ? base.delete(id) : base.set(id, row);
      overlay.clear();
      written.clear();
    },
    discard() {
      overlay.clear();
      written.clear();
    },
  };
}

/** How the JSON of a settled one goes on behind its id. A row that was written by an older version does not say it, and is read. */
const SETTLED = '"state":"talking","settled":true';

/** `warmRows`: see CoolingRows. */
export function createTables(snapshot: Snapshot, warmRows?: number): Tables {
  const cooling = {
    conversation: new CoolingRows<Rows["conversation"]>(snapshot.conversation, createPacking(), warmRows),
    alias: new CoolingRows<Rows["alias"]>(snapshot.alias, createPacking(), warmRows),
    contact: new CoolingRows<Rows["contact"]>(snapshot.contact, createPacking(), warmRows),
    desk: new CoolingRows<Rows["desk"]>(snapshot.desk, createPacking(), warmRows),
  };
  const unsettled = new Set(cooling.conversation.idsWhere((row) => !isSettled(row), SETTLED));
  const all = {
    conversation: overlaid<Rows["conversation"]>(cooling.conversation),
    alias: overlaid<Rows["alias"]>(cooling.alias),
    contact: overlaid<Rows["contact"]>(cooling.contact),
    // The store hands back what a step once wrote; the row types are this program's own.
    csr: overlaid<Rows["csr"]>(new Map(snapshot.csr) as Map<string, Rows["csr"]>),
    desk: overlaid<Rows["desk"]>(cooling.desk),
  };
  const packed = Object.values(cooling);
  let watcher: Parameters<Tables["watchConversations"]>[0] | null = null;
  function keepUnsettled(): void {
    for (const [id, row] of all.conversation.overlay) {
      if (row !== null && !isSettled(row)) unsettled.add(id);
      else unsettled.delete(id);
      watcher?.(id, row);
    }
  }
  return {
    conversation: all.conversation.table,
    alias: all.alias.table,
    contact: all.contact.table,
    csr: all.csr.table,
    desk: all.desk.table,
    unsettled: () => [...new Set([...unsettled, ...all.conversation.written])],
    isUnsettled(id) {
      const over = all.conversation.overlay.get(id);
      return over === undefined || over === null ? unsettled.has(id) : !isSettled(over);
    },
    watchConversations(seen) {
      watcher = seen;
    },
    written: (table) => all[table].written,
    changes() {
      let changes: Change[] | null = null;
      for (const table of TABLES) {
        const { overlay } = all[table];
        if (overlay.size === 0) continue;
        changes ??= [];
        for (const [id, value] of overlay) changes.push({ table, id, value });
      }
      return changes ?? NOTHING_WRITTEN;
    },
    keep() {
      if (all.conversation.overlay.size > 0) keepUnsettled();
      for (const table of TABLES) if (all[table].overlay.size > 0) all[table].keep();
      for (const rows of packed) rows.cool(COOLED_AT_ONCE);
    },
    discard() {
      for (const table of TABLES) all[table].discard();
    },
  };
}

/** The state of a desk that has never seen anybody. */
export function emptySnapshot(): Snapshot {
  return { conversation: new Map(), alias: new Map(), contact: new Map(), csr: new Map(), desk: new Map() };
}
