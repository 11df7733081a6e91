/**
 * What a pending send says. Nearly every one is a copy of a line that is written with it, and says nothing that the line does not: so the row of the
 * outbox names that line and whom it is said from, and the send is built from it when it is read. Any other is written out, as JSON. Before such a
 * line changes or goes, its sends are written out (`createWritingOut`): what was to be said stays what it was.
 */
import type { Outbound, OutboundOf } from "../core/model.ts";
import type { Line } from "../core/step.ts";
import type { Sealing } from "../sealing.ts";
import type { Connection } from "./sqlite-open.ts";
import { opened, sealedCell } from "./sqlite-sealing.ts";
import { type Cell, number, text, toContent } from "./sqlite-wire.ts";
import { type OutboxRow, StoreFault } from "./store.ts";

/**
 * Whether `toOutboxRow` makes that send of the line, which carries it as a copy, and of whom it is said from. What stands in cells of its own must
 * outlive them: half a character (a lone surrogate) would not.
 */
export function isSaidBy(line: Line, outbound: Outbound): boolean {
  const { content } = line;
  return (
    outbound.kind === "message" &&
    content.kind === "message" &&
    outbound.text === content.text &&
    outbound.notice === (line.author === null) &&
    outbound.nick === line.nick &&
    outbound.sentAt === line.at &&
    outbound.conversation === line.conversation &&
    outbound.language === null &&
    outbound.replyTo === null &&
    outbound.device === null &&
    outbound.formatting === content.formatting &&
    outbound.file === content.file &&
    (outbound.choices === content.choices || (outbound.choices.length === 0 && content.choices.length === 0)) &&
    outbound.from.isWellFormed() &&
    outbound.to.id.isWellFormed() &&
    outbound.to.network.isWellFormed() &&
    line.conversation.isWellFormed() &&
    (line.nick === null || line.nick.isWellFormed())
  );
}

/** Cells of a send: id, at, JSON or null; then who says it, and of its line number, conversation, at, author, nick, kind, content and the copy. */
const SEND_WIDTH = 14;
/** SQL for sends as cells; to be continued by a condition on `o`, the outbox. */
export const SELECT_SENDS = `SELECT o.id, o.at, ${opened("outbox", "outbound", "o")}, o.sender,
    l.line, l.conversation, l.at, l.author, ${opened("lines", "nick", "l")}, l.kind, ${opened("lines", "content", "l")},
    l.copy_leg, l.copy_network, l.copy_person
  FROM outbox o LEFT JOIN lines l ON l.line = o.line`;

/** Reads the cells of sends. `epoch`: the store's. */
export function toOutboxRows(cells: readonly Cell[], epoch: string): OutboxRow[] {
  const rows: OutboxRow[] = [];
  for (let start = 0; start < cells.length; start += SEND_WIDTH) {
    const written = cells[start + 2] ?? null;
    const outbound = written === null ? toOutbound(cells, start, epoch) : (JSON.parse(String(written)) as Outbound);
    rows.push({ id: Number(cells[start]), at: Number(cells[start + 1]), outbound });
  }
  return rows;
}

function toOutbound(cells: readonly Cell[], start: number, epoch: string): OutboundOf<"message"> {
  const [kind = null, said = null] = [cells[start + 9], cells[start + 10]];
  const content = said === null ? null : toContent(kind, said);
  if (content?.kind !== "message") {
    throw new StoreFault(
      "disk",
      `The line of the send ${cells[start]} is gone. Put a backup of the store in its place.`,
    );
  }
  const { formatting, file, choices } = content;
  const message: OutboundOf<"message"> = {
    key: `${epoch}-${cells[start + 4]}-${cells[start + 11]}`,
    from: String(cells[start + 3]),
    to: { network: String(cells[start + 12]), id: String(cells[start + 13]) },
    device: null,
    conversation: String(cells[start + 5]),
    kind: "message",
    text: content.text,
    choices,
    replyTo: null,
    sentAt: Number(cells[start + 6]),
    nick: text(cells[start + 8]),
    language: null,
    notice: number(cells[start + 7]) === null,
  };
  if (formatting === undefined && file === undefined) return message;
  const looks = formatting === undefined ? {} : { formatting };
  return { ...message, ...looks, ...(file === undefined ? {} : { file }) };
}

/** To be called within a transaction. Runs in the worker. */
export interface WritingOut {
  /** Writes out what sends say whose lines are these, before they change or go. */
  writeOut(lines: readonly number[]): void;
  /** No send says what is in a line of a lower number. Looks at all sends: milliseconds for some ten thousand. */
  firstLine(): number;
}

export function createWritingOut(connection: Connection, sealing: Sealing, epoch: string): WritingOut {
  const carriers = connection
    .prepare<[string], number>(
      "SELECT line FROM lines WHERE line IN (SELECT value FROM json_each(?)) AND copy_leg IS NOT NULL",
    )
    .pluck();
  const saidBy = connection
    .prepare<[string], Cell[]>(`${SELECT_SENDS} WHERE o.line IN (SELECT value FROM json_each(?))`)
    .raw(true);
  const write = connection.prepare<[Cell | Buffer, number]>(
    "UPDATE outbox SET outbound = ?, line = NULL, sender = NULL WHERE id = ?",
  );
  const first = connection.prepare<[], number | null>("SELECT min(line) FROM outbox").pluck();
  return {
    writeOut(lines) {
      // Most have no copy, or stand in no send any more; only then all sends are looked at.
      const carrying = carriers.all(JSON.stringify(lines));
      if (carrying.length === 0) return;
      for (const { id, outbound } of toOutboxRows(saidBy.all(JSON.stringify(carrying)).flat(), epoch)) {
        write.run(sealedCell(sealing, JSON.stringify(outbound), "outbox.outbound", [id]), id);
      }
    },
    firstLine: () => first.get() ?? Number.POSITIVE_INFINITY,
  };
}
