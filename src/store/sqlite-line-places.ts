/**
 * Where the lines of a conversation are, and the one with a foreign id: two tables that are brought up to date behind the commits. A line goes
 * to the end of its own table, but its place in an index is another page for each conversation, and those pages were half of what a commit
 * under load cost. So they are written for many lines at once, in order, and before anybody asks. Runs in the worker.
 */
import type { Connection } from "./sqlite-open.ts";
import { type Cell, LINE_WIDTH } from "./sqlite-wire.ts";

/** So many lines make it worth while: some milliseconds, which a commit may have to wait. */
const WORTH_LINES = 512;

export interface LinePlaces {
  /** Enough lines wait. */
  readonly isDue: boolean;
  /** To be called inside of the transaction that writes these lines (cells of LINE_COLUMNS). */
  written(cells: readonly Cell[]): void;
  /** Writes down the places of all lines, to be called outside of transactions; returns how many there were. */
  catchUp(): number;
}

export function createLinePlaces(connection: Connection): LinePlaces {
  const some = "line > @after AND line <= @upTo";
  const conversations = connection.prepare<Range>(placeConversations(some));
  const foreign = connection.prepare<Range>(placeForeign(some));
  const lateConversation = connection.prepare<[number]>(placeConversations("line = ?"));
  const lateForeign = connection.prepare<[number]>(placeForeign("line = ?"));
  const record = connection.prepare<[number]>("UPDATE counters SET placed = ?");
  const place = connection.transaction((range: Range): number => {
    const { changes } = conversations.run(range);
    foreign.run(range);
    record.run(range.upTo);
    return changes;
  });
  const [placed = 0, last = 0] = connection
    .prepare<[], number[]>("SELECT placed, (SELECT max(line) FROM lines) FROM counters")
    .raw(true)
    .get() ?? [0, 0];
  /** The highest line whose place is written down, and the highest there is. */
  const known = { placed, last: last ?? 0 };

  return {
    get isDue() {
      return known.last - known.placed >= WORTH_LINES;
    },
    written(cells) {
      for (let start = 0; start < cells.length; start += LINE_WIDTH) {
        const line = Number(cells[start]);
        if (line > known.last) known.last = line;
        if (line > known.placed) continue;
        // Written again, which changes no place, or come late.
        lateConversation.run(line);
        lateForeign.run(line);
      }
    },
    catchUp() {
      const { placed: after, last: upTo } = known;
      if (upTo <= after) return 0;
      // Nothing new is told here: what a power cut takes is written down again.
      connection.pragma("synchronous = NORMAL");
      try {
        const lines = place.immediate({ after, upTo });
        known.placed = upTo;
        return lines;
      } finally {
        connection.pragma("synchronous = FULL");
      }
    },
  };
}

interface Range {
  readonly after: number;
  readonly upTo: number;
}

function placeConversations(which: string): string {
  return `INSERT OR IGNORE INTO conversation_lines (conversation, line)
    SELECT conversation, line FROM lines WHERE ${which} ORDER BY conversation, line`;
}

function placeForeign(which: string): string {
  return `INSERT OR IGNORE INTO foreign_lines (network, person, foreign_id, line)
    SELECT network, person, foreign_id, line FROM lines WHERE ${which}
      AND network IS NOT NULL AND person IS NOT NULL AND foreign_id IS NOT NULL
    ORDER BY network, person, foreign_id, line`;
}
