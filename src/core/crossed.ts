/**
 * Lines that crossed with a hand-over. What a consulted colleague writes reaches the CSR alone, and from the CSR's `/complete` on the
 * customer: a line that was on its way at that moment would be shown to somebody it was not meant for. So for a short while plain lines
 * of theirs are kept back, each with a word to its author, and `/send` shows them to the customer.
 */
import { limitOf } from "./limits.ts";
import { wordsOf } from "./model.ts";
import { byteLength } from "./parts.ts";
import { type Amendment, excerpt } from "./rendering.ts";
import { wake } from "./resting.ts";
import type { ConversationRow, HeldLine, Leg } from "./state.ts";
import type { LineReference } from "./step.ts";
import { amend, customerName, fileOf, record, relayKept, type Spoken, tell } from "./transcript.ts";
import { csrLanguage, putConversation, type Turn } from "./turn.ts";

const SECOND_MS = 1_000;
/** Lines that are kept; further ones are not, and their author is told so. */
const MOST_KEPT = 20;

/** From now on that leg talks with the customer by somebody else's word, whom it whispered to until now. */
export function beginCrossing(turn: Turn, row: ConversationRow, leg: Leg, by: string): ConversationRow {
  const seconds = limitOf(turn, "crossingSeconds");
  if (seconds === 0) return row;
  const until = turn.world.now + seconds * SECOND_MS;
  return putConversation(turn, row, { crossing: { leg: leg.index, by, until, kept: [] } });
}

/** Whether a plain line of that leg's may have been meant for whom it whispered to. */
export function mayHaveCrossed(turn: Turn, { crossing }: ConversationRow, leg: Leg): boolean {
  return crossing?.leg === leg.index && turn.world.now < crossing.until;
}

/** Recorded and shown to nobody; its author is told, and how it is shown. */
export function keepBack(turn: Turn, row: ConversationRow, leg: Leg, spoken: Spoken): void {
  const { crossing } = row;
  if (crossing == null) throw new Error(`nothing is kept back in conversation ${row.id}`);
  const text = excerpt(spoken.text);
  const bytes = [spoken, ...crossing.kept].reduce((sum, one) => sum + byteLength(one.text), 0);
  if (crossing.kept.length >= MOST_KEPT || bytes > limitOf(turn, "heldBytes")) {
    tell(turn, row, leg, "undelivered", { text });
    return;
  }
  const said = { at: spoken.at, foreign: spoken.foreign, ...wordsOf(spoken), ...fileOf(spoken) };
  const line = record(turn, row, leg, said, said.foreign, said.at);
  const next = putConversation(turn, row, { crossing: { ...crossing, kept: [...crossing.kept, { ...said, line }] } });
  const csr = turn.rules.csrs.get(crossing.by)?.name ?? "";
  tell(turn, next, leg, "csr.consult.crossed", {
    name: customerName(turn, row, csrLanguage(turn, leg.csr)),
    csr,
    text,
  });
}

/** `/send`: what was kept back is shown to the customer, in its order. */
export function sendKept(turn: Turn, row: ConversationRow, leg: Leg): void {
  const { crossing } = row;
  if (crossing?.leg !== leg.index || crossing.kept.length === 0) {
    tell(turn, row, leg, "csr.consult.crossed-none");
    return;
  }
  const next = wake(turn, putConversation(turn, row, { crossing: null }), leg);
  for (const kept of crossing.kept)
    if (!relayKept(turn, next, leg, kept)) tell(turn, next, leg, "undelivered", { text: excerpt(kept.text) });
}

/** Corrects or takes back a line that is kept; the conversation as it is then. Null when it is none of those. */
export function amendKept(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  amendment: Exclude<Amendment, { kind: "reaction" }>,
  reference: LineReference,
): ConversationRow | null {
  const { crossing } = row;
  if (crossing?.leg !== leg.index || !crossing.kept.some(({ line }) => line === reference.line)) return null;
  const kept = crossing.kept.flatMap((one): readonly HeldLine[] => {
    if (one.line !== reference.line) return [one];
    return amendment.kind === "edit"
      ? [{ line: one.line, at: one.at, foreign: one.foreign, ...wordsOf(amendment) }]
      : [];
  });
  const next = putConversation(turn, row, { crossing: { ...crossing, kept } });
  amend(turn, next, leg, amendment, reference);
  return next;
}
