/**
 * Those who wait while the hours of their queue end. By the queue's rule they are served by whoever is still at work, and sent where
 * those are sent who come to a closed queue as soon as nobody is; or sent there at once; or kept until it opens.
 */
import { close, overflow } from "./conversation.ts";
import { customerOf } from "./legs.ts";
import { sendAway } from "./overflow.ts";
import { requestFor } from "./request.ts";
import { heardAgainAt } from "./rings.ts";
import type { ConversationRow } from "./state.ts";
import { move } from "./states.ts";
import { tell } from "./transcript.ts";
import { fact, setTimer, type Turn } from "./turn.ts";

/** Looks at all who wait in closed queues. */
export function lookAfterHours(turn: Turn): void {
  if (!isWaitedAfterHours(turn)) return;
  for (const id of turn.tables.unsettled()) {
    const row = turn.tables.conversation.get(id);
    if (row !== null) afterHours(turn, row);
  }
}

/** Whether anybody waits in a closed queue. */
export function isWaitedAfterHours(turn: Turn): boolean {
  const { rules, memory, routing } = turn;
  return [...rules.queues.keys()].some((queue) => memory.open.get(queue) === false && routing.waitingIn(queue) > 0);
}

/** Sends that customer away when their queue keeps them no longer. */
export function afterHours(turn: Turn, row: ConversationRow): void {
  const queue = turn.rules.queues.get(row.queue ?? "");
  // Whoever has an offer out, or waits for one colleague, is looked at when that has come to nothing.
  if (queue === undefined || row.state !== "waiting" || row.only !== null || queue.messages === true) return;
  if (turn.memory.open.get(queue.id) !== false || queue.afterHours === "keep") return;
  if (queue.afterHours !== "send-away") {
    const heardAt = heardAgainAt(turn);
    if (heardAt !== null) {
      // Who is at work is not known yet.
      setTimer(turn, { id: "after hours", at: heardAt, generation: 0, conversation: null, name: "after-hours" });
      return;
    }
    if (turn.routing.staffed(requestFor(turn, { ...row, excluded: [] }, queue), 1) > 0) return;
  }
  fact(turn, "queue.hours-ended", { conversation: row.id }, { queue: queue.id });
  tell(turn, row, customerOf(row), "hours.ended", { queue: queue.name });
  const left = move(turn, row, "leave", { position: null, toldPlace: null });
  const target = sendAway(turn, left, queue, "closed");
  if (target === null || !overflow(turn, left, target)) close(turn, left, "hours");
}
