/**
 * Erasure of one person: their conversations, what was said in them, and what else names them; the bytes are gone from the disk's files,
 * not only from the tables.
 */
import { createForgetting } from "./sqlite-forget.ts";
import type { LinePlaces } from "./sqlite-line-places.ts";
import type { Connection } from "./sqlite-open.ts";
import { opened } from "./sqlite-sealing.ts";
import type { WritingOut } from "./sqlite-sends.ts";
import type { Cell } from "./sqlite-wire.ts";

export type EraseAsk =
  /** Conversations in which that person was the customer. */
  | { readonly kind: "conversations"; readonly network: string; readonly person: string }
  /** seq, event of all that is set aside. */
  | { readonly kind: "quarantine" }
  /** Numbers of lines, facts, sends. */
  | {
      readonly kind: "remove";
      readonly network: string;
      readonly person: string;
      readonly conversations: readonly string[];
      readonly outbox: readonly number[];
      readonly quarantine: readonly number[];
    };

type Removal = Extract<EraseAsk, { kind: "remove" }>;
type Count = (...cells: readonly Cell[]) => number;

/** SQL: no row of its own stands for the copy that the line `l` carries. */
export const IS_CARRIED =
  "NOT EXISTS (SELECT 1 FROM copies o WHERE o.line = l.line AND o.leg = l.copy_leg AND o.part = 0)";

export function createErase(
  connection: Connection,
  places: LinePlaces,
  sends: WritingOut,
): (ask: EraseAsk) => readonly Cell[] {
  // Looks through all lines: it is asked for a few times a year, and an index would cost every message.
  const conversations = connection
    .prepare<Cell[], string>(
      `SELECT conversation FROM lines WHERE network = ? AND person = ? AND author = 0
       UNION SELECT l.conversation FROM copies c JOIN lines l ON l.line = c.line
        WHERE c.network = ? AND c.person = ? AND c.leg = 0
       UNION SELECT l.conversation FROM lines l
        WHERE l.copy_network = ? AND l.copy_person = ? AND l.copy_leg = 0 AND ${IS_CARRIED}`,
    )
    .pluck();
  const quarantine = connection
    .prepare<Cell[], Cell[]>(`SELECT seq, ${opened("quarantine", "event")} FROM quarantine ORDER BY seq`)
    .raw(true);
  const remove = prepareRemoval(connection, places, sends);
  return (ask) => {
    switch (ask.kind) {
      case "conversations":
        return conversations.all(ask.network, ask.person, ask.network, ask.person, ask.network, ask.person);
      case "quarantine":
        return quarantine.all().flat();
      case "remove":
        return withoutTraces(connection, () => remove(ask));
    }
  };
}

/** Gives the numbers of lines, facts and sends. */
function prepareRemoval(
  connection: Connection,
  places: LinePlaces,
  sends: WritingOut,
): (ask: Removal) => readonly number[] {
  const transaction = createForgetting(connection, places, sends, { atOnce: true });
  const count = (sql: string): Count => {
    const statement = connection.prepare<Cell[]>(sql);
    return (...cells) => statement.run(...cells).changes;
  };
  const outbox = count("DELETE FROM outbox WHERE id = ?");
  const setAside = count("DELETE FROM quarantine WHERE seq = ?");
  // Redelivery ids of XMPP and the web begin with their sender.
  const inbox = count(
    "DELETE FROM inbox WHERE network = ? AND substr(redelivery, 1, length(?) + 1) IN (? || ' ', ? || '/')",
  );
  return (ask) =>
    transaction((forget) => {
      const gone = { lines: 0, facts: 0, outbox: 0 };
      // Before their lines: else what they say would be written out.
      for (const id of ask.outbox) gone.outbox += outbox(id);
      for (const conversation of ask.conversations) {
        const { lines, facts } = forget(conversation, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        gone.lines += lines;
        gone.facts += facts;
      }
      for (const seq of ask.quarantine) setAside(seq);
      inbox(ask.network, ask.person, ask.person, ask.person);
      return [gone.lines, gone.facts, gone.outbox];
    });
}

/** What is deleted is written over (sqlite-open.ts); what was written before is still in the log until that is copied back and cut off. */
function withoutTraces<Result>(connection: Connection, act: () => Result): Result {
  const result = act();
  connection.pragma("wal_checkpoint(TRUNCATE)");
  return result;
}
