/** Forgetting what is old, a bounded piece at a time, so that a commit never waits long behind it. */
import type { Connection } from "./sqlite-open.ts";

/** Where the search for old transcripts goes on: lines below it belong to conversations that are still open. */
export interface PruneCursor {
  line: number;
}

/** Lines looked at, and rows of each kind deleted, in one call. */
const ROUND_ROWS = 1_000;

export interface Pruned {
  readonly more: boolean;
  readonly rows: number;
}

export function prune(connection: Connection, cursor: PruneCursor, before: number, inboxBefore: number): Pruned {
  const round = connection.transaction((): Pruned => {
    const transcripts = pruneTranscripts(connection, cursor, before);
    const counts = [
      remove(connection, "inbox", "", inboxBefore),
      remove(connection, "quarantine", "", before),
      remove(connection, "facts", "WHERE conversation IS NULL", before),
    ];
    return {
      more: transcripts.more || counts.some((count) => count >= ROUND_ROWS),
      rows: counts.reduce((sum, count) => sum + count, transcripts.rows),
    };
  });
  return round.immediate();
}

/**
 * Oldest rows first: rows are written in order of time, so only the first ROUND_ROWS have to be looked at. After a clock
 * that jumped back some old rows stay until those before them are old too.
 */
function remove(connection: Connection, table: string, among: string, before: number): number {
  const oldest = `SELECT seq FROM ${table} ${among} ORDER BY seq LIMIT ${ROUND_ROWS}`;
  return connection.prepare(`DELETE FROM ${table} WHERE seq IN (${oldest}) AND at < ?`).run(before).changes;
}

function pruneTranscripts(connection: Connection, cursor: PruneCursor, before: number): Pruned {
  const lines = connection
    .prepare<[number], { line: number; conversation: string; at: number }>(
      `SELECT line, conversation, at FROM lines WHERE line > ? ORDER BY line LIMIT ${ROUND_ROWS}`,
    )
    .all(cursor.line);
  const old = lines.filter(({ at }) => at < before);
  const conversations = [...new Set(old.map(({ conversation }) => conversation))];
  let rows = 0;
  for (const conversation of conversations) {
    rows += isFinished(connection, conversation, before) ? forget(connection, conversation) : 0;
    if (rows >= ROUND_ROWS) {
      return { more: true, rows };
    }
  }
  const reachedEnd = lines.length < ROUND_ROWS || old.length === 0;
  // What was passed over is looked at again the next time round: it may have been closed meanwhile.
  cursor.line = reachedEnd ? 0 : (lines.at(-1)?.line ?? 0);
  return { more: !reachedEnd, rows };
}

function isFinished(connection: Connection, conversation: string, before: number): boolean {
  const open = connection
    .prepare("SELECT 1 FROM state WHERE tbl = 'conversation' AND id = ?")
    .pluck()
    .get(conversation);
  if (open !== undefined) {
    return false;
  }
  const last = connection
    .prepare("SELECT at FROM lines WHERE conversation = ? ORDER BY line DESC LIMIT 1")
    .pluck()
    .get(conversation);
  return Number(last) < before;
}

/** Of a long conversation ROUND_ROWS lines at a time; its facts go with its last line. */
function forget(connection: Connection, conversation: string): number {
  const lines = connection
    .prepare<[string], number>(`SELECT line FROM lines WHERE conversation = ? ORDER BY line LIMIT ${ROUND_ROWS}`)
    .pluck()
    .all(conversation);
  const removeCopies = connection.prepare<[number]>("DELETE FROM copies WHERE line = ?");
  const removeLine = connection.prepare<[number]>("DELETE FROM lines WHERE line = ?");
  for (const line of lines) {
    removeCopies.run(line);
    removeLine.run(line);
  }
  if (lines.length < ROUND_ROWS) {
    connection.prepare("DELETE FROM facts WHERE conversation = ?").run(conversation);
  }
  return lines.length;
}
