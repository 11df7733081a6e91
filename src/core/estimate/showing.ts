/**
 * The waiting time in the presence of the handle that a customer who waits has written to, on networks where each viewer can be shown a
 * text of their own: it is always what is known now, and nobody is disturbed by it.
 */
import { customerOf } from "../legs.ts";
import type { Address } from "../model.ts";
import type { ConversationRow } from "../state.ts";
import { languageOf, looseKey, say, type Turn } from "../turn.ts";
import { estimateFor } from "./telling.ts";

/** What stands there for somebody who waits; null: nothing is known. */
export function estimateShown(turn: Turn, row: ConversationRow): string | null {
  if (row.state !== "waiting" && row.state !== "offered") return null;
  const estimate = estimateFor(turn, row);
  const queue = turn.rules.queues.get(row.queue ?? "")?.name ?? "";
  return estimate === null
    ? null
    : say(turn, "waiting.presence", languageOf(turn, row, customerOf(row)), { queue, estimate });
}

/** Shows what is known now, where it is something else than before. */
export function showEstimate(turn: Turn, id: string): void {
  const row = turn.tables.conversation.get(id);
  const before = turn.memory.shown.get(id);
  const text = row === null ? null : estimateShown(turn, row);
  if (before === undefined && text === null) return;
  const customer = row === null ? null : customerOf(row);
  const to = customer?.address ?? before?.to;
  const from = customer?.desk ?? before?.from;
  if (to === undefined || from === undefined || text === before?.text) return;
  if (turn.world.capabilities(to.network)?.presenceTexts !== true) return;
  // Back to what the handle shows to everybody.
  if (text === null) turn.memory.shown.delete(id);
  else turn.memory.shown.set(id, { to, from, text });
  show(turn, from, to, text ?? turn.rules.company);
}

function show(turn: Turn, from: string, to: Address, text: string): void {
  const place = { from, to, device: null, conversation: null };
  turn.outbounds.push({
    key: looseKey(turn, "presence"),
    ...place,
    kind: "presence",
    state: "available",
    text,
    nick: null,
  });
}
