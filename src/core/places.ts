/** What those who wait are told of their place. */
import { customerOf } from "./legs.ts";
import type { ConversationRow } from "./state.ts";
import { tell } from "./transcript.ts";
import { putConversation, type Turn } from "./turn.ts";

/** Tells those who wait where they stand: once at first, then only when they come to be next. */
export function tellPlace(turn: Turn, row: ConversationRow, place: number): void {
  if (row.state !== "waiting" && row.state !== "offered") return;
  if (row.toldPlace !== null && !(place === 1 && row.toldPlace > 1)) return;
  const rules = turn.rules.queues.get(row.queue ?? "");
  const queue = rules?.name ?? "";
  if (rules?.messages !== true) {
    tell(turn, row, customerOf(row), place === 1 ? "waiting.next" : "waiting.place", { queue, place });
  }
  putConversation(turn, row, { toldPlace: place });
}
