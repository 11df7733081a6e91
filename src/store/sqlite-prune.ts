/** Forgetting what is old, a bounded piece at a time, so that a commit never waits long behind it. */
import { createForgetting, type Forget } from "./sqlite-forget.ts";
import type { LinePlaces } from "./sqlite-line-places.ts";
import type { Connection } from "./sqlite-open.ts";
import type { WritingOut } from "./sqlite-sends.ts";

/** Lines looked at, and rows of each kind deleted, in one call. */
const ROUND_ROWS = 500;

/** No conversation is begun later in one call: of a store with very many lines, to find those of one takes milliseconds. */
export const ROUND_MS = 10;

export interface Pruned {
  readonly more: boolean;
  readonly rows: number;
}

/** See `Store.prune`. Remembers where the search for old transcripts goes on. */
export type Prune = (before: number, inboxBefore: number) => Pruned;

interface OldLine {
  readonly line: number;
  readonly conversation: string;
  readonly at: number;
}

type Statements = ReturnType<typeof prepareStatements>;

/** `now`: milliseconds of any clock that only goes forward. */
export function createPrune(
  connection: Connection,
  places: LinePlaces,
  sends: WritingOut,
  now = () => performance.now(),
): Prune {
  const statements = prepareStatements(connection);
  const transaction = createForgetting(connection, places, sends, { atOnce: false });
  /** Lines below it belong to conversations that are still open. */
  const cursor = { line: 0 };
  const round = (forget: Forget, before: number, inboxBefore: number): Pruned => {
    const end = now() + ROUND_MS;
    const transcripts = pruneTranscripts(statements, forget, cursor, before, () => now() >= end);
    const counts = [
      statements.inbox.run(inboxBefore).changes,
      statements.quarantine.run(before).changes,
      statements.facts.run(before).changes,
    ];
    return {
      more: transcripts.more || counts.some((count) => count >= ROUND_ROWS),
      rows: counts.reduce((sum, count) => sum + count, transcripts.rows),
    };
  };
  return (before, inboxBefore) => transaction((forget) => round(forget, before, inboxBefore));
}

/** Prepared once: to prepare takes longer than to run them. */
function prepareStatements(connection: Connection) {
  return {
    inbox: connection.prepare<[number]>(removeOldest("inbox", "")),
    quarantine: connection.prepare<[number]>(removeOldest("quarantine", "")),
    facts: connection.prepare<[number]>(removeOldest("facts", "WHERE conversation IS NULL")),
    lines: connection.prepare<[number], OldLine>(
      `SELECT line, conversation, at FROM lines WHERE line > ? ORDER BY line LIMIT ${ROUND_ROWS}`,
    ),
    isOpen: connection.prepare<[string], number>("SELECT 1 FROM state WHERE tbl = 'conversation' AND id = ?").pluck(),
  };
}

/**
 * Oldest rows first: rows are written in order of time, so only the first ROUND_ROWS have to be looked at. After a clock
 * that jumped back some old rows stay until those before them are old too.
 */
function removeOldest(table: string, among: string): string {
  const oldest = `SELECT seq FROM ${table} ${among} ORDER BY seq LIMIT ${ROUND_ROWS}`;
  return `DELETE FROM ${table} WHERE seq IN (${oldest}) AND at < ?`;
}

function pruneTranscripts(
  statements: Statements,
  forget: Forget,
  cursor: { line: number },
  before: number,
  isLate: () => boolean,
): Pruned {
  const lines = statements.lines.all(cursor.line);
  const old = lines.filter(({ at }) => at < before);
  const seen = new Set<string>();
  let rows = 0;
  for (const { line, conversation } of old) {
    if (seen.has(conversation)) continue;
    if (rows >= ROUND_ROWS) return { more: true, rows };
    if (seen.size > 0 && isLate()) {
      // The next call goes on here; else what is passed over at the beginning could take the time of all calls.
      cursor.line = line - 1;
      return { more: true, rows };
    }
    seen.add(conversation);
    const isOpen = statements.isOpen.get(conversation) !== undefined;
    rows += isOpen ? 0 : forget(conversation, ROUND_ROWS, before).lines;
  }
  if (rows >= ROUND_ROWS) return { more: true, rows };
  const reachedEnd = lines.length < ROUND_ROWS || old.length === 0;
  // What was passed over is looked at again the next time round: it may have been closed meanwhile.
  cursor.line = reachedEnd ? 0 : (lines.at(-1)?.line ?? 0);
  return { more: !reachedEnd, rows };
}
