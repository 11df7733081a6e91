/** The audit log's statements. Triggers of the schema see to it that no row is ever changed, and none deleted but the oldest. */
import { AUDIT_COLUMNS, type AuditQuery, conditionsOf } from "./audit-rows.ts";
import type { Connection } from "./sqlite-open.ts";
import type { AuditAsk, Cell } from "./sqlite-wire.ts";

/** Rows forgotten in one call. */
const ROUND_ROWS = 500;

/** Its few rows are not counted among the writes by which checkpoints are timed. */
export type AuditTable = (ask: AuditAsk) => readonly Cell[];

export function createAuditTable(connection: Connection): AuditTable {
  const width = AUDIT_COLUMNS.split(",").length;
  const marks = Array<string>(width).fill("?").join(",");
  const insert = connection.prepare<Cell[]>(`INSERT INTO audit (${AUDIT_COLUMNS}) VALUES (${marks})`);
  const oldest = connection.prepare<Cell[], { seq: number; at: number }>(
    `SELECT seq, at FROM audit ORDER BY seq LIMIT ${ROUND_ROWS}`,
  );
  const remove = connection.prepare<Cell[]>("DELETE FROM audit WHERE seq = ?");
  const append = connection.transaction((cells: readonly Cell[]): void => {
    for (let start = 0; start < cells.length; start += width) insert.run(...cells.slice(start, start + width));
  });
  const prune = connection.transaction((before: number): number => {
    const rows = oldest.all();
    // In order, and no further than the first that is to stay: the chain has an end that was cut off, and no gap.
    const kept = rows.findIndex(({ at }) => at >= before);
    const gone = kept < 0 ? rows : rows.slice(0, kept);
    for (const { seq } of gone) remove.run(seq);
    return gone.length;
  });
  return (ask) => {
    switch (ask.kind) {
      case "append":
        append.immediate(ask.rows);
        return [];
      case "read":
        return read(connection, ask.query);
      case "prune":
        return [prune.immediate(ask.before) > 0 ? 1 : 0];
    }
  };
}

function read(connection: Connection, query: AuditQuery): Cell[] {
  const conditions = conditionsOf(query);
  const where = conditions.map(([column, comparison]) => `${column} ${comparison} ?`).join(" AND ");
  const sql = `SELECT ${AUDIT_COLUMNS} FROM audit ${where === "" ? "" : `WHERE ${where}`}
    ORDER BY seq ${query.order === "newest" ? "DESC" : "ASC"} LIMIT ?`;
  const statement = connection.prepare<Cell[], Cell[]>(sql).raw(true);
  return statement.all(...conditions.map(([, , value]) => value), query.limit).flat();
}
