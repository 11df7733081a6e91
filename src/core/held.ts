/** Lines that a customer writes while nobody is there to read them: kept, bounded, and brought to the CSR who accepts. */
import { close } from "./conversation.ts";
import { universalWord } from "./dialog.ts";
import { estimateFor } from "./estimate/telling.ts";
import { limitOf, refused } from "./limits.ts";
import { ACCEPTED, type InboundOf, type Verdict, wordsOf } from "./model.ts";
import { byteLength } from "./parts.ts";
import type { Amendment } from "./rendering.ts";
import type { ConversationRow, HeldLine, Leg } from "./state.ts";
import type { LineReference } from "./step.ts";
import { amend, fileOf, record, tell } from "./transcript.ts";
import { duration, languageOf, putConversation, say, type Turn, writtenAt } from "./turn.ts";

function tooMuch(turn: Turn, held: readonly HeldLine[]): boolean {
  const bytes = held.reduce((sum, { text }) => sum + byteLength(text), 0);
  return held.length > limitOf(turn, "heldLines") || bytes > limitOf(turn, "heldBytes");
}

function heldFull(turn: Turn, row: ConversationRow, leg: Leg): Verdict {
  return refused("resource-constraint", say(turn, "waiting.held-full", languageOf(turn, row, leg)));
}

/** What a customer says in the queue: a word that always works, or a line for the CSR to come. */
export function waits(turn: Turn, row: ConversationRow, leg: Leg, inbound: InboundOf<"message">): Verdict {
  const word = universalWord(inbound.text, turn.rules.languages);
  if (word !== null) {
    record(turn, row, leg, inbound, inbound.id, turn.world.now);
    if (word === "stop") close(turn, row, "customer");
    else tellStanding(turn, row, leg, word === "help" ? "waiting.help" : "waiting.status");
    return ACCEPTED;
  }
  const at = writtenAt(turn, inbound.sentAt);
  const line = { line: 0, at, foreign: inbound.id, ...wordsOf(inbound), ...fileOf(inbound) };
  if (tooMuch(turn, [...row.held, line])) return heldFull(turn, row, leg);
  const held = [...row.held, { ...line, line: record(turn, row, leg, inbound, inbound.id, at) }];
  const next = putConversation(turn, row, { held });
  if (row.held.length === 0) tell(turn, next, leg, "waiting.still");
  return ACCEPTED;
}

function tellStanding(turn: Turn, row: ConversationRow, leg: Leg, key: string): void {
  const language = languageOf(turn, row, leg);
  const estimate = key === "waiting.status" ? estimateFor(turn, row) : null;
  tell(turn, row, leg, estimate === null ? key : "waiting.status-estimate", {
    estimate: estimate ?? "",
    queue: turn.rules.queues.get(row.queue ?? "")?.name ?? "",
    place: turn.routing.place(row.id) ?? 1,
    minutes: duration(turn, turn.world.now - (row.waitingSince ?? turn.world.now), language),
  });
}

/**
 * Corrects or takes back a line that waits, for the CSR to come and in the transcript, which CSRs after them are shown. Null
 * when the line is none of those that wait.
 */
export function amendHeld(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  amendment: Exclude<Amendment, { kind: "reaction" }>,
  reference: LineReference,
): Verdict | null {
  if (!row.held.some(({ line }) => line === reference.line)) return null;
  const held =
    amendment.kind === "edit"
      ? row.held.map((one) =>
          one.line === reference.line
            ? { line: one.line, at: one.at, foreign: one.foreign, ...wordsOf(amendment) }
            : one,
        )
      : row.held.filter(({ line }) => line !== reference.line);
  if (tooMuch(turn, held)) return heldFull(turn, row, leg);
  amend(turn, putConversation(turn, row, { held }), leg, amendment, reference);
  return ACCEPTED;
}
