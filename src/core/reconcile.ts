/**
 * What other rules mean for conversations under way, after a reload or a start: nobody is left waiting in a queue that is not
 * there any more, or talking to somebody who is no CSR any more. What is as it was is not touched.
 */
import { close, refuse, requeue } from "./conversation.ts";
import { csrLeg } from "./legs.ts";
import { addressKey } from "./model.ts";
import { atStart, queueFor } from "./queue-for.ts";
import { advanceRings } from "./rings.ts";
import type { ConversationRow } from "./state.ts";
import { fact, putConversation, type Turn } from "./turn.ts";

export function reconcile(turn: Turn): void {
  for (const [id] of [...turn.tables.conversation.entries()]) {
    for (const part of [leaveCsr, leaveQueue, lookAtRings]) {
      const row = turn.tables.conversation.get(id);
      if (row !== null) part(turn, row);
    }
  }
}

/** A CSR who is none any more, or not at that address, has nothing in hand there. */
function leaveCsr(turn: Turn, row: ConversationRow): void {
  const leg = csrLeg(row);
  if (leg === null || turn.memory.csrOf.get(addressKey(leg.address)) === leg.csr) return;
  if (row.state === "offered") refuse(turn, row, leg, "revoked");
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
  const leg = csrLeg(row);
  if (row.state === "offered" && leg !== null) refuse(turn, row, leg, "revoked");
  const present = turn.tables.conversation.get(row.id) ?? row;
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
