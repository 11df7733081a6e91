/**
 * Brings those who wait and those who are free together: after every event, whatever it touched is told to the routing
 * engine, and every match it then finds becomes an offer. Events, no polling.
 */
import { afterHours, isWaitedAfterHours, lookAfterHours } from "./after-hours.ts";
import { attends, csrState, goneFrom, isKnownOffline, routingCsr } from "./availability.ts";
import { close, requeue } from "./conversation.ts";
import { recordDecision } from "./decisions.ts";
import { showEstimate } from "./estimate/showing.ts";
import { customerOf, legOfCsr, talkingLeg } from "./legs.ts";
import type { Address } from "./model.ts";
import { armOffer, armRound, offer, refuse } from "./offering.ts";
import { tellPlace } from "./places.ts";
import { PLAIN_ROUTING } from "./queue-rules.ts";
import { waitingOf } from "./request.ts";
import { advanceRings, dependsOnStaff, isServedEver } from "./rings.ts";
import type { RoutingCsr } from "./routing/routing.ts";
import type { Rules } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Timer } from "./step.ts";
import { leave } from "./supervision.ts";
import { tell } from "./transcript.ts";
import { cancelTimer, csrRow, fact, putConversation, setTimer, type Turn } from "./turn.ts";

/** False when the CSR was at work and is no more. */
function syncCsr(turn: Turn, id: string): boolean {
  const { atWork } = turn.memory;
  const csr = turn.rules.csrs.get(id);
  const now = csr === undefined ? null : routingCsr(turn, csr);
  if (now === null) turn.routing.removeCsr(id);
  else turn.routing.putCsr(now);
  const before = atWork.get(id);
  if (now?.present === true) {
    const recorded = recordedState(now);
    if (recorded !== before) csrStateChanged(turn, id, recorded);
    atWork.set(id, recorded);
    return true;
  }
  if (before !== undefined) csrStateChanged(turn, id, "off");
  return !atWork.delete(id);
}

/**
 * "ready web xmpp": may be asked at those networks when they have room (wrap-up counts as ready); "away": at work, and not to be disturbed.
 * What they have in hand is told by other facts.
 */
function recordedState({ reachable }: RoutingCsr): string {
  const networks = new Set(reachable.map(({ address }) => address.network));
  return networks.size === 0 ? "away" : ["ready", ...[...networks].sort()].join(" ");
}

function csrStateChanged(turn: Turn, csr: string, recorded: string): void {
  const [state = "off", ...at] = recorded.split(" ");
  fact(turn, "csr.state", { csr }, { state, at: at.join(" ") });
}

function syncConversation(turn: Turn, id: string): void {
  const row = turn.tables.conversation.get(id);
  const waiting = row === null ? null : waitingOf(turn, row);
  if (waiting === null) turn.routing.removeWaiting(id);
  else turn.routing.putWaiting(waiting);
}

/** Tells an engine that knows nothing the whole present state: at the start, and after an event that failed midway. */
export function syncAll(turn: Turn): void {
  for (const id of turn.rules.csrs.keys()) syncCsr(turn, id);
  for (const id of turn.tables.unsettled()) syncConversation(turn, id);
}

/**
 * After a reload: whoever's entry is another, or is gone, or who has something in hand, since what it weighs may be another. With thousands
 * of CSRs, telling all would hold up everybody.
 */
export function syncReloaded(turn: Turn, before: Rules): void {
  const { csrs, gateways } = turn.rules;
  // What software can show goes by them.
  const isForAll = JSON.stringify(gateways) !== JSON.stringify(before.gateways);
  for (const [id, csr] of csrs) {
    if (isForAll || before.csrs.get(id) !== csr || csrRow(turn, id).hands.length > 0) syncCsr(turn, id);
  }
  for (const id of before.csrs.keys()) if (!csrs.has(id)) syncCsr(turn, id);
  for (const id of turn.tables.unsettled()) syncConversation(turn, id);
}

/** Tells the engine of all CSRs who were touched; whether any of them left. */
function syncTouchedCsrs(turn: Turn): boolean {
  let isAnyoneGone = false;
  for (const id of new Set([...turn.tables.written("csr"), ...turn.stirred])) {
    isAnyoneGone = !syncCsr(turn, id) || isAnyoneGone;
  }
  turn.stirred.clear();
  return isAnyoneGone;
}

/**
 * Makes every offer that can be made now, then tells the customers concerned where they stand. `always`: also when no CSR and no conversation
 * was touched, since the rules are others.
 */
export function settle(turn: Turn, always = false): void {
  const quiet =
    !always &&
    turn.stirred.size === 0 &&
    turn.tables.written("csr").size === 0 &&
    turn.tables.written("conversation").size === 0;
  if (quiet) return;
  const isAnyoneGone = syncTouchedCsrs(turn);
  for (const id of turn.tables.written("conversation")) {
    const row = turn.tables.conversation.get(id);
    if (row !== null && row.state === "waiting" && row.toldPlace === null) greetWaiting(turn, row);
    const here = turn.tables.conversation.get(id);
    if (here !== null) afterHours(turn, here);
    syncConversation(turn, id);
  }
  if (isAnyoneGone && dependsOnStaff(turn)) lookAgain(turn, turn.routing.unstaffed(), advanceRings);
  if (isAnyoneGone && isWaitedAfterHours(turn)) lookAgain(turn, turn.routing.unstaffed(), afterHours);
  for (let match = turn.routing.match(); match !== null; match = turn.routing.match()) {
    const row = turn.tables.conversation.get(match.conversation);
    if (row === null) throw new Error(`routing matched ${match.conversation}, which is not there`);
    // Of several who are asked at once, the decision is the first's.
    if (row.offers.length === 0) recordDecision(turn, row, match);
    offer(turn, row, match);
    syncTouchedCsrs(turn);
    syncConversation(turn, row.id);
  }
  for (const id of turn.tables.written("conversation")) {
    const row = turn.tables.conversation.get(id);
    if (row === null) continue;
    const { now } = turn.world;
    const isNew = row.queuedAt === now || row.ringAt === now;
    // What is decided elsewhere has only been asked yet.
    if (row.state === "waiting" && isNew && !turn.memory.decidesElsewhere) recordDecision(turn, row, null);
    // Those with an offer out count as next: they have left the list, or stand in it for more offers alone, but not the queue.
    tellPlace(turn, row, row.state === "offered" ? 1 : (turn.routing.place(id) ?? 1));
  }
  for (const id of turn.tables.written("conversation")) if (turn.memory.shown.has(id)) showEstimate(turn, id);
  // All of them: who left a queue is in no row any more, and who stood behind them is next now.
  for (const queue of turn.rules.queues.keys()) tellFirst(turn, queue);
}

function tellFirst(turn: Turn, queue: string): void {
  const first = turn.routing.first(queue);
  const row = first === null ? null : turn.tables.conversation.get(first);
  if (row !== null) tellPlace(turn, row, 1);
}

/** Those for whom nobody at work would do as things stand: perhaps somebody would in a later ring, or their queue has closed. */
function lookAgain(
  turn: Turn,
  conversations: readonly string[],
  look: (turn: Turn, row: ConversationRow) => unknown,
): void {
  for (const id of conversations) {
    const row = turn.tables.conversation.get(id);
    if (row === null) continue;
    look(turn, row);
    syncConversation(turn, id);
  }
}

/** Another day, other periods, a site that opens or closes: whatever goes by the hours is looked at anew. */
export function hoursChanged(turn: Turn, day: string): void {
  const { sites, periods } = turn.rules.routing ?? PLAIN_ROUTING;
  const isAnotherDay = turn.memory.day !== day;
  turn.memory.day = day;
  if (isAnotherDay || sites.size > 0 || periods.size > 0) for (const id of turn.rules.csrs.keys()) turn.stirred.add(id);
  if (periods.size > 0) for (const id of turn.tables.unsettled()) syncConversation(turn, id);
  lookAfterHours(turn);
}

/** By the present rules nobody at all may serve it: better said at once than waited for. */
function greetWaiting(turn: Turn, row: ConversationRow): void {
  if (row.queue === null || row.only !== null) return;
  if (isServed(turn, row, row.queue)) {
    advanceRings(turn, row);
    return;
  }
  const queue = turn.rules.queues.get(row.queue ?? "")?.name ?? "";
  tell(turn, row, customerOf(row), "no-csr-ever", { queue });
  close(turn, row, "unqualified");
}

/** Whether there is any CSR at all, busy or offline included, who could take that conversation in that queue. */
export function isServed(turn: Turn, row: ConversationRow, queueId: string): boolean {
  const queue = turn.rules.queues.get(queueId);
  const skills = queueId === row.queue ? row.skills : Object.fromEntries(queue?.skills ?? []);
  if (queue === undefined) return false;
  return isServedEver(turn, { ...row, queue: queueId, skills, only: null, excluded: [] }, queue);
}

// --- what CSRs' coming and going does to offers and talks ---------------------------------------------------------------

/** After a change of presence, or when a link is down: offers to those who went are taken back, talks are given a while. */
export function csrMoved(turn: Turn, id: string): void {
  turn.stirred.add(id);
  const row = csrRow(turn, id);
  const addresses = turn.rules.csrs.get(id)?.addresses ?? [];
  const isThere = (address: Address): boolean => attends(turn, row, address) && !goneFrom(turn, address);
  // Who is there has nothing to lose, however much they have in hand; the timer of an absence that has ended finds them there.
  if (addresses.length > 0 && addresses.every(isThere)) return;
  for (const conversation of row.hands) {
    const held = turn.tables.conversation.get(conversation);
    const leg = held === null ? null : legOfCsr(held, id);
    if (held === null || leg === null) continue;
    if (leg.role === "supervisor") {
      if (isKnownOffline(turn, leg.address)) leave(turn, held, leg);
      continue;
    }
    if (leg.state === "invited" && goneFrom(turn, leg.address)) refuse(turn, held, leg, "revoked");
    if (held.state !== "talking") continue;
    if (attends(turn, row, leg.address)) {
      cancelTimer(turn, `absent ${held.id}`);
      continue;
    }
    const at = turn.world.now + turn.rules.limits.csrAbsenceSeconds * 1000;
    setTimer(turn, { id: `absent ${held.id}`, at, generation: held.generation, conversation: held.id, name: "absent" });
  }
}

/**
 * A link is up, and who is there is not known yet. Nobody is taken to be gone before there was time to say so: a timer for all of them,
 * since after a start they may have a hundred thousand conversations in hand.
 */
export function linkCame(turn: Turn, network: string): void {
  turn.memory.linkedAt.set(network, turn.world.now);
  for (const { id, addresses } of turn.rules.csrs.values())
    if (addresses.some((address) => address.network === network)) turn.stirred.add(id);
  const at = turn.world.now + turn.rules.limits.csrAbsenceSeconds * 1000;
  setTimer(turn, { id: `${ABSENT_AT}${network}`, at, generation: 0, conversation: null, name: "absent-at" });
}

const ABSENT_AT = "absent at ";

/** There was time to say so, and they did not: each of their talks is looked at by itself. */
export function lookForAbsent(turn: Turn, timer: Timer): void {
  const network = timer.id.slice(ABSENT_AT.length);
  for (const { id, addresses } of turn.rules.csrs.values()) {
    const row = csrRow(turn, id);
    if (!addresses.some((address) => address.network === network && !attends(turn, row, address))) continue;
    for (const conversation of row.hands) {
      const held = turn.tables.conversation.get(conversation);
      if (held?.state !== "talking" || talkingLeg(held)?.csr !== id) continue;
      const at = turn.world.now;
      setTimer(turn, {
        id: `absent ${held.id}`,
        at,
        generation: held.generation,
        conversation: held.id,
        name: "absent",
      });
    }
  }
}

/** The CSR has been gone for too long: the customer goes back to the queue with their place by waiting time. */
export function absent(turn: Turn, row: ConversationRow): void {
  const leg = talkingLeg(row);
  if (row.state !== "talking" || leg === null || row.queue === null) return;
  if (attends(turn, csrRow(turn, leg.csr ?? ""), leg.address)) return;
  const linkedAt = turn.memory.linkedAt.get(leg.address.network) ?? 0;
  // They are looked for again, as all of that network are.
  if (turn.world.now - linkedAt < turn.rules.limits.csrAbsenceSeconds * 1000) return;
  requeue(turn, row, leg, { queue: row.queue, only: null }, "absent");
}

/** Milliseconds a timer may be late before it is taken for one that ran out while nobody was there. */
const DOWNTIME_MS = 5_000;

/** The offer ran out; but one that ran out while the desk was down begins anew. */
export function offerRanOut(turn: Turn, row: ConversationRow, { at, generation }: Timer): void {
  const ended = row.offers.find((one) => one.generation === generation);
  const leg = row.legs[ended?.leg ?? -1];
  if (ended === undefined || leg === undefined) return;
  const seconds = turn.rules.queues.get(row.queue ?? "")?.offerSeconds ?? 30;
  if (turn.world.now - at > DOWNTIME_MS) armOffer(turn, row, ended, seconds);
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
  // A machine that has handed it back would only do so again.
  const machines = row.excluded.filter((id) => turn.rules.csrs.get(id)?.autoAccept === true);
  putConversation(turn, row, { excluded: machines, only: null });
}
