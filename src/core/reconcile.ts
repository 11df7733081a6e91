/**
 * What other rules mean for conversations under way, after a reload or a start: nobody is left waiting in a queue that is not
 * there any more, or talking to somebody who is no CSR any more. What is as it was is not touched.
 */
import { close, requeue } from "./conversation.ts";
import { csrLegs } from "./legs.ts";
import { addressKey } from "./model.ts";
import { refuse, revokeOffers } from "./offering.ts";
import { atStart, queueFor } from "./queue-for.ts";
import { advanceRings } from "./rings.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { fact, putConversation, type Turn } from "./turn.ts";

export function reconcile(turn: Turn): void {
  for (const [id] of [...turn.tables.conversation.entries()]) {
    for (const leg of csrLegs(turn.tables.conversation.get(id) ?? NOBODY)) {
      const row = turn.tables.conversation.get(id);
      if (row !== null) leaveCsr(turn, row, leg);
    }
    for (const part of [leaveQueue, lookAtRings]) {
      const row = turn.tables.conversation.get(id);
      if (row !== null) part(turn, row);
    }
  }
}

const NOBODY = { legs: [] };

/** A CSR who is none any more, or not at that address, has nothing in hand there. */
function leaveCsr(turn: Turn, row: ConversationRow, leg: Leg): void {
  if (turn.memory.csrOf.get(addressKey(leg.address)) === leg.csr) return;
  if (leg.state === "invited") refuse(turn, row, leg, "revoked");
  if (row.state !== "talking") return;
  const only = leg.csr !== null && turn.rules.csrs.has(leg.csr) ? leg.csr : null;
  requeue(turn, row, leg, { queue: row.queue ?? "", only }, "reload");
}

/** Rings may be there that were not before, and their time may have come. */
function lookAtRings(turn: Turn, row: ConversationRow): void {
  if (row.state === "waiting") advanceRings(turn, row);
}

function leaveQueue(turn: Turn, row: ConversationRow): void {
  if (row.queue === null || turn.rules.queues.has(row.queue)) return;
  const queue = queueFor(turn, row, row.queue);
  if (queue === null) {
    close(turn, row, "desk");
    return;
  }
  const present = revokeOffers(turn, row);
  fact(turn, "queue.gone", { conversation: row.id }, { queue: row.queue, now: queue.id });
  putConversation(turn, present, {
    queue: queue.id,
    priority: queue.priority,
    skills: Object.fromEntries(queue.skills),
    excluded: [],
    toldPlace: null,
    ...atStart(turn),
  });
}
