/**
 * Conversations that weigh less for a while: nobody has said anything for so long (`quiet`), or the CSR has it on hold (`held`). What their
 * queue says they weigh then is all of a CSR's capacity that they take. When somebody goes on, they weigh again what they did: that
 * the CSR may then have more in hand than their capacity is what the admin chose.
 */
import { customerOf, talkingLeg } from "./legs.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { tell } from "./transcript.ts";
import { fact, putConversation, setTimer, type Turn } from "./turn.ts";

/** A talk begins, or goes on: when to look whether it is quiet. */
export function armQuiet(turn: Turn, row: ConversationRow): void {
  const quiet = turn.rules.queues.get(row.queue ?? "")?.quiet ?? null;
  if (quiet === null) return;
  const last = turn.memory.activity.get(row.id) ?? turn.world.now;
  const at = Math.max(turn.world.now + 1_000, last + quiet.afterSeconds * 1000);
  setTimer(turn, { id: `quiet ${row.id}`, at, generation: row.generation, conversation: row.id, name: "quiet" });
}

/** The time to look has come. */
export function quietLook(turn: Turn, row: ConversationRow): void {
  const quiet = turn.rules.queues.get(row.queue ?? "")?.quiet ?? null;
  if (row.state !== "talking" || quiet === null || (row.rest ?? null) !== null) return;
  const last = turn.memory.activity.get(row.id) ?? turn.world.now;
  if (turn.world.now - last < quiet.afterSeconds * 1000) armQuiet(turn, row);
  else rest(turn, row, "quiet");
}

/** Somebody says something in a talk. What the CSR has on hold stays so until they themselves go on. */
export function wake(turn: Turn, row: ConversationRow, speaker: Leg): ConversationRow {
  const resting = row.rest ?? null;
  if (resting === null || (resting === "held" && speaker.role === "customer")) return row;
  const awake = rest(turn, row, null);
  armQuiet(turn, awake);
  return awake;
}

/** The CSR's /hold. */
export function hold(turn: Turn, row: ConversationRow, leg: Leg): void {
  if (row.rest === "held") {
    tell(turn, row, leg, "csr.held");
    return;
  }
  const held = rest(turn, row, "held");
  tell(turn, held, leg, "csr.held");
  const csr = turn.rules.csrs.get(leg.csr ?? "")?.name ?? turn.rules.company;
  tell(turn, held, customerOf(held), "talking.held", { csr });
}

/** The CSR's /resume. */
export function resume(turn: Turn, row: ConversationRow, leg: Leg): void {
  wake(turn, row, leg);
  tell(turn, row, leg, "csr.resumed");
}

function rest(turn: Turn, row: ConversationRow, how: ConversationRow["rest"] & (string | null)): ConversationRow {
  const changed = putConversation(turn, row, { rest: how });
  const csr = talkingLeg(changed)?.csr ?? null;
  if (csr !== null) turn.stirred.add(csr);
  fact(turn, "conversation.rest", { conversation: row.id, csr: csr ?? "" }, { how: how ?? "over" });
  return changed;
}
