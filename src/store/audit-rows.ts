/** Rows of the audit log as the store keeps them: append-only, numbered without a gap. What they say is src/audit.ts's business. */

/** One entry. `hash` is over everything else in it, and `previous` is the hash of the entry before. */
export interface AuditRow {
  /** From 1. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly action: string;
  /** Who did it: "staff:ada", "token:nightly", "command line:root". */
  readonly actor: string;
  /** From where: an IP address; null: from this machine, or unknown. */
  readonly origin: string | null;
  /** To whom or what: a conversation, a CSR, a login; null: to nothing in particular. */
  readonly subject: string | null;
  readonly outcome: "done" | "refused";
  /** JSON, as it was hashed. */
  readonly detail: string;
  readonly previous: string;
  readonly hash: string;
}

/** Which entries are wanted. What is left out does not matter. */
export interface AuditQuery {
  /** Numbers above it alone. */
  readonly above?: number;
  /** Numbers below it alone. */
  readonly below?: number;
  /** Times from then on, and before then. */
  readonly since?: number;
  readonly until?: number;
  readonly action?: string;
  readonly actor?: string;
  readonly subject?: string;
  readonly outcome?: "done" | "refused";
  /** `newest`: the last ones first; `oldest`: in the order in which they happened. */
  readonly order: "newest" | "oldest";
  readonly limit: number;
}

export const AUDIT_COLUMNS = "seq, at, action, actor, origin, subject, outcome, detail, previous, hash";

/** The conditions of a query: a column, how it is compared, and with what; those left out are no conditions. */
export function conditionsOf(
  query: AuditQuery,
): readonly (readonly [keyof AuditRow, keyof typeof COMPARE, string | number])[] {
  const all = [
    ["seq", ">", query.above],
    ["seq", "<", query.below],
    ["at", ">=", query.since],
    ["at", "<", query.until],
    ["action", "=", query.action],
    ["actor", "=", query.actor],
    ["subject", "=", query.subject],
    ["outcome", "=", query.outcome],
  ] as const;
  return all.flatMap(([column, comparison, value]) =>
    value === undefined ? [] : [[column, comparison, value] as const],
  );
}

/** The same of rows in memory. */
export function fits(row: AuditRow, query: AuditQuery): boolean {
  return conditionsOf(query).every(([column, comparison, value]) => COMPARE[comparison](row[column], value));
}

const COMPARE = {
  ">": (cell: unknown, value: unknown) => Number(cell) > Number(value),
  "<": (cell: unknown, value: unknown) => Number(cell) < Number(value),
  ">=": (cell: unknown, value: unknown) => Number(cell) >= Number(value),
  "=": (cell: unknown, value: unknown) => cell === value,
} as const;

type Cell = string | number | null;

export function toAuditCells(rows: readonly AuditRow[]): Cell[] {
  return rows.flatMap((row) => [
    row.seq,
    row.at,
    row.action,
    row.actor,
    row.origin,
    row.subject,
    row.outcome,
    row.detail,
    row.previous,
    row.hash,
  ]);
}

const WIDTH = AUDIT_COLUMNS.split(",").length;

export function toAuditRows(cells: readonly Cell[]): readonly AuditRow[] {
  return Array.from({ length: cells.length / WIDTH }, (_, index) => {
    const [seq, at, action, actor, origin, subject, outcome, detail, previous, hash] = cells.slice(index * WIDTH);
    return {
      seq: Number(seq),
      at: Number(at),
      action: String(action),
      actor: String(actor),
      origin: origin === null || origin === undefined ? null : String(origin),
      subject: subject === null || subject === undefined ? null : String(subject),
      outcome: outcome === "refused" ? "refused" : "done",
      detail: String(detail),
      previous: String(previous),
      hash: String(hash),
    };
  });
}
