/**
 * Where the lines of a conversation are, and the one with a foreign id: two tables that are brought up to date behind the commits. A line goes
 * to the end of its own table, but its place in an index is another page for each conversation, and those pages were half of what a commit
 * under load cost. So they are written for many lines at once, in order, and before anybody asks. Runs in the worker.
 */
import type { Statement } from "better-sqlite3";
import type { Connection } from "./sqlite-open.ts";
import { type Cell, LINE_WIDTH } from "./sqlite-wire.ts";

/** So many lines make it worth while: a millisecond or two for each of the tables, which a commit may have to wait. */
const WORTH_LINES = 512;

export interface LinePlaces {
  /** To be called inside of the transaction that writes these lines (cells of LINE_COLUMNS). */
  written(cells: readonly Cell[]): void;
  /**
   * Writes down the places of all lines; with "some" in one of the tables alone, and only when enough of them wait, since a commit that comes
   * meanwhile waits as well. To be called outside of transactions; returns of how many lines more everything is written down now.
   */
  catchUp(most: "all" | "some"): number;
}

/** A table, and the highest line whose place in it is written down. */
interface Table {
  readonly place: Statement<Range>;
  readonly placeOne: Statement<[number]>;
  placed: number;
}

export function createLinePlaces(connection: Connection): LinePlaces {
  const record = connection.prepare<[number]>("UPDATE counters SET placed = ?");
  const [known = 0, lines = 0] = connection
    .prepare<[], number[]>("SELECT placed, (SELECT max(line) FROM lines) FROM counters")
    .raw(true)
    .get() ?? [0, 0];
  const tables = [placeConversations, placeForeign].map((places): Table => {
    const some = connection.prepare<Range>(places("line > @after AND line <= @upTo"));
    return { place: some, placeOne: connection.prepare<[number]>(places("line = ?")), placed: known };
  });
  let last = lines ?? 0;
  const placed = (): number => Math.min(...tables.map((table) => table.placed));

  const write = connection.transaction((behind: readonly Table[]): void => {
    const others = tables.filter((table) => !behind.includes(table)).map((table) => table.placed);
    for (const { place, placed: after } of behind) place.run({ after, upTo: last });
    record.run(Math.min(last, ...others));
  });

  return {
    written(cells) {
      for (let start = 0; start < cells.length; start += LINE_WIDTH) {
        const line = Number(cells[start]);
        if (line > last) last = line;
        for (const table of tables) {
          // Written again, which changes no place, or come late.
          if (line <= table.placed) table.placeOne.run(line);
        }
      }
    },
    catchUp(most) {
      const least = most === "all" ? 1 : WORTH_LINES;
      const behind = tables.filter((table) => last - table.placed >= least);
      if (behind.length === 0) return 0;
      const before = placed();
      const now = most === "all" ? behind : behind.slice(0, 1);
      // Nothing new is told here: what a power cut takes is written down again.
      connection.pragma("synchronous = NORMAL");
      try {
        write.immediate(now);
        for (const table of now) table.placed = last;
        return placed() - before;
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
