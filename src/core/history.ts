/** What was said before, for a CSR who came later or a customer who continues elsewhere: what customer and CSRs said, not what the desk said. */

import { ruledForStaff, ruledLater } from "./content-rule.ts";
import { joined } from "./formatting.ts";
import type { FormattedText } from "./model.ts";
import { byteLength } from "./parts.ts";
import { excerpt, formattedExcerpt } from "./rendering.ts";
import type { ConversationRow, Leg } from "./state.ts";
import type { Line } from "./step.ts";
import { typed } from "./styling-writer.ts";
import { customerName, tellText } from "./transcript.ts";
import { languageOf, say, type Turn } from "./turn.ts";

/** Characters of one line, and UTF-8 bytes of them all. */
const LINE_LENGTH = 1_000;
const HISTORY_BYTES = 16_384;

/** The answer to a history query; nothing when that leg has left meanwhile. The newest lines, as many as can be shown. */
export function showHistory(turn: Turn, conversation: string, index: number, lines: readonly Line[]): void {
  const row = turn.tables.conversation.get(conversation);
  const leg = row?.legs[index];
  if (row === null || leg?.state !== "active") return;
  const said = lines.flatMap((line) => inWords(turn, row, leg, line) ?? []);
  const shown = newestWithin(said, roomFor(turn, leg));
  if (shown.length === 0) return;
  const head = leg.role === "customer" ? "continue.history" : "csr.history.head";
  const left = shown.length < said.length ? ["…"] : [];
  const { text, ...looks } = joined(
    [say(turn, head, languageOf(turn, row, leg)), ...left, ...shown].flatMap((one, index) =>
      index === 0 ? [one] : ["\n", one],
    ),
  );
  tellText(turn, row, leg, text, { choices: [], ...looks });
}

/** The same for a room in which both sides read it: what the customer wrote and was shown, as people type its looks. */
export function saidSoFar(turn: Turn, row: ConversationRow, customer: Leg, lines: readonly Line[]): readonly string[] {
  const said = lines.flatMap((line) => inWords(turn, row, customer, line) ?? []);
  return newestWithin(said, roomFor(turn, customer)).map(typed);
}

/** On one line and with its speaker in front, so that nobody can have written a line of somebody else's. */
function inWords(turn: Turn, row: ConversationRow, leg: Leg, line: Line): FormattedText | null {
  if (line.author === null) return null;
  // A customer is shown again what they said and were shown, and nothing that was said among staff.
  if (leg.role === "customer" && line.author !== leg.index && !line.viewers.includes(leg.index)) return null;
  const name = line.author === 0 ? customerName(turn, row, languageOf(turn, row, leg)) : (line.nick ?? "");
  const author = row.legs[line.author];
  const { content } = line;
  if (content.kind === "message")
    return joined([`${name}: `, formattedExcerpt(ruledLater(turn, row, author, content), LINE_LENGTH)]);
  if (content.kind !== "note") return null;
  const text = author === undefined ? content.text : ruledForStaff(turn, row, author, content.text);
  return { text: `[${name}] ${excerpt(text, LINE_LENGTH)}` };
}

/** Half of what the leg's network could carry in the parts allowed: parts are seldom full. */
function roomFor(turn: Turn, leg: Leg): number {
  const bytes = turn.world.capabilities(leg.address.network)?.maxTextBytes ?? 0;
  return Math.min(HISTORY_BYTES, (bytes * turn.rules.limits.maxParts) / 2);
}

function newestWithin(said: readonly FormattedText[], room: number): readonly FormattedText[] {
  let bytes = 0;
  let first = said.length;
  while (first > 0 && bytes + byteLength(said[first - 1]?.text ?? "") <= room) {
    first -= 1;
    bytes += byteLength(said[first]?.text ?? "") + 1;
  }
  return said.slice(first);
}
