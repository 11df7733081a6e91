/**
 * Brings those who wait and those who are free together: after every event, whatever it touched is told to the routing
 * engine, and every match it then finds becomes an offer. Events, no polling.
 */
import { attends, csrState, goneFrom, routingCsr } from "./availability.ts";
import { armOffer, armRound, close, offer, refuse, requeue, tellPlace } from "./conversation.ts";
import { primaryTag } from "./dialog.ts";
import { csrLeg, customerOf } from "./legs.ts";
import { losable } from "./losses.ts";
import { featuresOf } from "./rendering.ts";
import { softwareKey } from "./routing/eligibility.ts";
import type { Need } from "./routing/needs.ts";
import type { Waiting } from "./routing/routing.ts";
import type { Queue } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import { tell } from "./transcript.ts";
import { cancelTimer, csrRow, fact, languageOf, putConversation, setTimer, type Turn } from "./turn.ts";

function waitingOf(turn: Turn, row: ConversationRow): Waiting | null {
  const queue = turn.rules.queues.get(row.queue ?? "");
  if (row.state !== "waiting" || queue === undefined) return null;
  const customer = customerOf(row);
  return {
    conversation: row.id,
    queue: queue.id,
    priority: row.priority,
    turnAt: row.waitingSince ?? row.openedAt,
    // Meant for one person, chosen by a colleague: what the queue asks of just anybody is not asked of them.
    needs: row.only === null ? needsOf(turn, row, queue) : [],
    strategies: queue.strategies,
    compatibility: row.only === null ? queue.compatibility : "translated",
    customerNetwork: row.network,
    customerSoftware: softwareKey(row.software?.name ?? null),
    customerFeatures: losable(featuresOf(turn, row, customer)),
    excluded: row.excluded,
    only: row.only,
  };
}

function needsOf(turn: Turn, row: ConversationRow, queue: Queue): readonly Need[] {
  const needs: Need[] = Object.entries(row.skills).map(([skill, least]) => ({ kind: "skill", skill, least }));
  const language = queue.matchLanguage ? primaryTag(languageOf(turn, row, customerOf(row)) ?? "") : "";
  return language === "" ? needs : [...needs, { kind: "language", language }];
}

function syncCsr(turn: Turn, id: string): void {
  const csr = turn.rules.csrs.get(id);
  if (csr === undefined) turn.routing.removeCsr(id);
  else turn.routing.putCsr(routingCsr(turn, csr));
}

function syncConversation(turn: Turn, id: string): void {
  const row = turn.tables.conversation.get(id);
  const waiting = row === null ? null : waitingOf(turn, row);
  if (waiting === null) turn.routing.removeWaiting(id);
  else turn.routing.putWaiting(waiting);
}

/** Tells the engine the whole present state: at the start, after a reload, and after an event that failed midway. */
export function syncAll(turn: Turn): void {
  for (const id of turn.rules.csrs.keys()) syncCsr(turn, id);
  for (const [id] of turn.tables.conversation.entries()) syncConversation(turn, id);
}

function syncTouched(turn: Turn): void {
  for (const id of turn.tables.written("csr")) syncCsr(turn, id);
  for (const id of turn.stirred) syncCsr(turn, id);
  turn.stirred.clear();
  for (const id of turn.tables.written("conversation")) syncConversation(turn, id);
}

/** Makes every offer that can be made now, then tells the customers concerned where they stand. */
export function settle(turn: Turn): void {
  const quiet =
    turn.stirred.size === 0 && turn.tables.written("csr").size === 0 && turn.tables.written("conversation").size === 0;
  if (quiet) return;
  for (const id of turn.tables.written("conversation")) {
    const row = turn.tables.conversation.get(id);
    if (row !== null && row.state === "waiting" && row.toldPlace === null) greetWaiting(turn, row);
  }
  syncTouched(turn);
  for (let match = turn.routing.match(); match !== null; match = turn.routing.match()) {
    const row = turn.tables.conversation.get(match.conversation);
    if (row === null) throw new Error(`routing matched ${match.conversation}, which is not there`);
    offer(turn, row, match);
    syncTouched(turn);
  }
  for (const id of turn.tables.written("conversation")) {
    const row = turn.tables.conversation.get(id);
    if (row === null) continue;
    // Those with an offer out count as next: they have left the list, but not the queue.
    tellPlace(turn, row, turn.routing.place(id) ?? 1);
  }
  // All of them: who left a queue is in no row any more, and who stood behind them is next now.
  for (const queue of turn.rules.queues.keys()) tellFirst(turn, queue);
}

function tellFirst(turn: Turn, queue: string): void {
  const first = turn.routing.first(queue);
  const row = first === null ? null : turn.tables.conversation.get(first);
  if (row !== null) tellPlace(turn, row, 1);
}

/** By the present rules nobody at all may serve it: better said at once than waited for. */
function greetWaiting(turn: Turn, row: ConversationRow): void {
  if (row.queue === null || row.only !== null || isServed(turn, row, row.queue)) return;
  const queue = turn.rules.queues.get(row.queue ?? "")?.name ?? "";
  tell(turn, row, customerOf(row), "no-csr-ever", { queue });
  close(turn, row, "unqualified");
}

/** Whether there is any CSR at all, busy or offline included, who could take that conversation in that queue. */
export function isServed(turn: Turn, row: ConversationRow, queueId: string): boolean {
  const queue = turn.rules.queues.get(queueId);
  const skills = queueId === row.queue ? row.skills : Object.fromEntries(queue?.skills ?? []);
  const waiting = waitingOf(turn, { ...row, state: "waiting", queue: queueId, skills, only: null, excluded: [] });
  return waiting !== null && turn.routing.qualified(waiting, 1) > 0;
}

// --- what CSRs' coming and going does to offers and talks ---------------------------------------------------------------

/** After a change of presence or link: offers to those who went are taken back, talks are given a while. */
export function csrMoved(turn: Turn, id: string): void {
  turn.stirred.add(id);
  const row = csrRow(turn, id);
  for (const conversation of row.hands) {
    const held = turn.tables.conversation.get(conversation);
    const leg = held === null ? null : csrLeg(held);
    if (held === null || leg === null || leg.csr !== id) continue;
    if (held.state === "offered" && goneFrom(turn, leg.address)) refuse(turn, held, leg, "revoked");
    if (held.state !== "talking") continue;
    if (attends(turn, row, leg.address)) {
      cancelTimer(turn, `absent ${held.id}`);
      continue;
    }
    const at = turn.world.now + turn.rules.limits.csrAbsenceSeconds * 1000;
    setTimer(turn, { id: `absent ${held.id}`, at, generation: held.generation, conversation: held.id, name: "absent" });
  }
}

/** The CSR has been gone for too long: the customer goes back to the queue with their place by waiting time. */
export function absent(turn: Turn, row: ConversationRow): void {
  const leg = csrLeg(row);
  if (row.state !== "talking" || leg === null || row.queue === null) return;
  if (attends(turn, csrRow(turn, leg.csr ?? ""), leg.address)) return;
  requeue(turn, row, leg, { queue: row.queue, only: null }, "absent");
}

/** Milliseconds a timer may be late before it is taken for one that ran out while nobody was there. */
const DOWNTIME_MS = 5_000;

/** The offer ran out; but one that ran out while the desk was down begins anew. */
export function offerRanOut(turn: Turn, row: ConversationRow, due: number): void {
  const leg = csrLeg(row);
  if (row.state !== "offered" || leg === null) return;
  const seconds = turn.rules.queues.get(row.queue ?? "")?.offerSeconds ?? 30;
  if (turn.world.now - due > DOWNTIME_MS) armOffer(turn, row, seconds);
  else refuse(turn, row, leg, "missed");
}

/**
 * Those who once did not take it may be asked again. And who waits for one colleague goes on waiting only as long as that
 * one is there.
 */
export function nextRound(turn: Turn, row: ConversationRow): void {
  if (row.state !== "waiting" && row.state !== "offered") return;
  const state = row.only === null ? null : csrState(turn, row.only);
  if (state === "free" || state === "busy" || state === "wrap-up") {
    armRound(turn, row);
    return;
  }
  if (row.excluded.length === 0 && row.only === null) return;
  fact(turn, "queue.next-round", { conversation: row.id }, { asked: row.excluded.length, only: row.only });
  putConversation(turn, row, { excluded: [], only: null });
}
