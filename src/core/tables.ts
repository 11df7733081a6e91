/**
 * The core's tables with an overlay: a step writes into the overlay; `keep` merges it, `discard` throws it away. So an
 * event that throws leaves no trace, and the changes a step made are simply the overlay.
 */
import type { Rows } from "./state.ts";
import { type Change, type Snapshot, TABLES, type Table } from "./step.ts";

export interface TableOf<Row extends object> {
  get(id: string): Row | null;
  put(id: string, row: Row): void;
  delete(id: string): void;
  /** Rows as they are now, overlay included. */
  entries(): IterableIterator<readonly [string, Row]>;
  readonly size: number;
}

export interface Tables {
  readonly conversation: TableOf<Rows["conversation"]>;
  readonly alias: TableOf<Rows["alias"]>;
  readonly contact: TableOf<Rows["contact"]>;
  readonly csr: TableOf<Rows["csr"]>;
  readonly desk: TableOf<Rows["desk"]>;
  /** Ids written since the last keep or discard. */
  written(table: Table): ReadonlySet<string>;
  changes(): readonly Change[];
  keep(): void;
  discard(): void;
}

interface Overlaid<Row extends object> {
  readonly table: TableOf<Row>;
  readonly overlay: Map<string, Row | null>;
  readonly written: Set<string>;
  keep(): void;
  discard(): void;
}

const NOTHING_WRITTEN: readonly Change[] = Object.freeze([]);

function overlaid<Row extends object>(loaded: ReadonlyMap<string, object>): Overlaid<Row> {
  const base = new Map<string, Row>();
  // The store hands back what a step once wrote; the row types are this program's own.
  for (const [id, row] of loaded) base.set(id, row as Row);
  const overlay = new Map<string, Row | null>();
  const written = new Set<string>();
  function* entries(): IterableIterator<readonly [string, Row]> {
    for (const [id, row] of base) if (!overlay.has(id)) yield [id, row];
    for (const [id, row] of overlay) if (row !== null) yield [id, row];
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

export function createTables(snapshot: Snapshot): Tables {
  const all = {
    conversation: overlaid<Rows["conversation"]>(snapshot.conversation),
    alias: overlaid<Rows["alias"]>(snapshot.alias),
    contact: overlaid<Rows["contact"]>(snapshot.contact),
    csr: overlaid<Rows["csr"]>(snapshot.csr),
    desk: overlaid<Rows["desk"]>(snapshot.desk),
  };
  return {
    conversation: all.conversation.table,
    alias: all.alias.table,
    contact: all.contact.table,
    csr: all.csr.table,
    desk: all.desk.table,
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
      for (const table of TABLES) if (all[table].overlay.size > 0) all[table].keep();
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
