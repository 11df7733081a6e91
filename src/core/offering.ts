/**
 * Offers: CSRs are asked, one after the other or several at a time, and the first who accepts has the conversation. Events come one by
 * one, so of answers given at the same moment one is the first; the others are told at once, their offers end with it, and what is
 * left of their buttons is withdrawn. An offer that ended without an answer of the CSR costs them nothing: neither their place as
 * the longest idle, nor a miss.
 */
import { hasRoomFor } from "./availability.ts";
import { ruledLater } from "./content-rule.ts";
import { letGo, takeOn } from "./hands.ts";
import { meetInRoom } from "./introduction.ts";
import { rememberCsr } from "./last-csr.ts";
import { customerOf, inviteLeg, offerTo, putLeg } from "./legs.ts";
import { limitOf } from "./limits.ts";
import { askToAccept, introduce, withdrawOffer } from "./offer.ts";
import { type OfferRule, ONE_AT_A_TIME } from "./queue-rules.ts";
import { armQuiet } from "./resting.ts";
import type { Match } from "./routing/routing.ts";
import type { Queue } from "./rules.ts";
import type { ConversationRow, Leg, Offer } from "./state.ts";
import { move } from "./states.ts";
import { customerName, handOverHeld, tell } from "./transcript.ts";
import { release } from "./translation.ts";
import { cancelTimer, csrLanguage, csrRow, fact, putConversation, putCsr, setTimer, type Turn } from "./turn.ts";

/**
 * What is meant for one colleague is offered to them alone. Where others decide as well who is asked, whoever is told of a
 * conversation is held for it: only so nobody else gives them more than they have room for.
 */
export function offerRule(turn: Turn, row: ConversationRow, queue: Queue): OfferRule {
  if (row.only !== null) return ONE_AT_A_TIME;
  const rule = queue.offers ?? ONE_AT_A_TIME;
  return rule.announced && turn.memory.decidesElsewhere ? { ...rule, announced: false } : rule;
}

/** Routing found somebody: an alias is minted (or taken up again) and the CSR is asked, or has it if they need no asking. */
export function offer(turn: Turn, row: ConversationRow, match: Match): void {
  const queue = turn.rules.queues.get(row.queue ?? "");
  if (queue === undefined) throw new Error(`conversation ${row.id} waits in the unknown queue ${row.queue}`);
  const { legs, leg } = inviteLeg(turn, row, match);
  const { announced } = offerRule(turn, row, queue);
  const made: Offer = { leg: leg.index, generation: row.generation + 1, line: null, announced };
  const next = move(turn, row, "offer", { legs, offers: [...row.offers, made] });
  const csr = csrRow(turn, match.csr);
  putCsr(turn, csr, {
    hands: [...csr.hands, row.id],
    offeredAt: announced ? (csr.offeredAt ?? 0) : turn.world.now,
  });
  const about = { conversation: row.id, csr: match.csr };
  fact(turn, "offer.made", about, { queue: queue.id, network: match.address.network, atOnce: next.offers.length });
  if (turn.rules.csrs.get(match.csr)?.autoAccept === true) {
    introduce(turn, next, leg);
    accept(turn, next, leg);
    return;
  }
  armOffer(turn, next, made, queue.offerSeconds);
  const line = askToAccept(turn, next, leg, queue);
  putConversation(turn, next, { offers: next.offers.map((one) => (one === made ? { ...made, line } : one)) });
}

export function armOffer(turn: Turn, row: ConversationRow, { leg, generation }: Offer, seconds: number): void {
  const at = turn.world.now + seconds * 1000;
  setTimer(turn, { id: offerTimer(row, leg), at, generation, conversation: row.id, name: "offer" });
}

const offerTimer = (row: ConversationRow, leg: number): string => `offer ${row.id} ${leg}`;

/** An announced offer is taken by a CSR who may have their hands full meanwhile: then it stands, and they are told. */
export function accept(turn: Turn, row: ConversationRow, leg: Leg): void {
  const csr = leg.csr ?? "";
  if (offerTo(row, leg)?.announced === true && !hasRoomFor(turn, csr, row)) {
    tell(turn, row, leg, "csr.offer.full");
    return;
  }
  const customer = customerOf(row);
  const spokeBefore = row.passedOn && row.legs.some((one) => one.role === "csr" && one.index !== leg.index);
  const only = endOffers(turn, row, leg);
  const next = move(turn, only, "accept", {
    offers: [],
    legs: putLeg(only, leg.index, { state: "active" }),
    held: [],
    excluded: [],
    only: null,
    toldPlace: null,
  });
  cancelTimer(turn, offerTimer(row, leg.index));
  for (const timer of ["round", "ring"]) cancelTimer(turn, `${timer} ${row.id}`);
  takeOn(turn, csr);
  rememberCsr(turn, row, csr);
  const waited = turn.world.now - (row.waitingSince ?? turn.world.now);
  fact(turn, "offer.accepted", { conversation: row.id, csr }, { waitedMs: waited });
  const active = next.legs[leg.index] ?? leg;
  tell(turn, next, active, "csr.accepted", { name: customerName(turn, next, csrLanguage(turn, csr)) });
  if (spokeBefore) {
    const before = row.held[0]?.line ?? null;
    turn.queries.push({ conversation: row.id, leg: leg.index, limit: limitOf(turn, "historyLines"), before });
  }
  // Another queue may have had them wait before, by a laxer rule.
  const held = row.held.map((line) => ruledLater(turn, next, next.legs[0], line));
  handOverHeld(turn, { ...next, held }, active);
  tell(turn, next, customer, "talking.handover", { csr: turn.rules.csrs.get(csr)?.name ?? turn.rules.company });
  turn.memory.activity.set(row.id, turn.world.now);
  armIdle(turn, next);
  armQuiet(turn, next);
  meetInRoom(turn, next);
}

/** When to look whether both sides have been silent for too long. */
export function armIdle(turn: Turn, row: ConversationRow): void {
  const last = turn.memory.activity.get(row.id) ?? turn.world.now;
  const at = last + turn.rules.limits.idleSeconds * 1000;
  setTimer(turn, { id: `idle ${row.id}`, at, generation: row.generation, conversation: row.id, name: "idle" });
}

export type Refusal = "declined" | "missed" | "revoked";

const TOLD: Readonly<Record<Refusal, string>> = {
  declined: "csr.declined",
  missed: "csr.offer.missed",
  revoked: "csr.offer.revoked",
};

/** One CSR does not take it: when no other offer stands it waits again, with the waiting time kept, and the next one is asked. */
export function refuse(turn: Turn, row: ConversationRow, leg: Leg, how: Refusal): void {
  const csr = leg.csr ?? "";
  const ended = offerTo(row, leg);
  const others = row.offers.filter((one) => one !== ended);
  const next = move(turn, row, others.length === 0 ? "refuse" : "narrow", {
    offers: others,
    legs: putLeg(row, leg.index, { state: "left" }),
    // Somebody whose client went away is not reachable anyhow, and welcome the moment they return.
    excluded: how === "revoked" || row.excluded.includes(csr) ? row.excluded : [...row.excluded, csr],
    only: null,
  });
  cancelTimer(turn, offerTimer(row, leg.index));
  const before = csrRow(turn, csr);
  const isMiss = how === "missed" && ended?.announced !== true;
  const missed = isMiss ? before.missed + 1 : how === "declined" ? 0 : before.missed;
  const most = turn.rules.queues.get(row.queue ?? "")?.missesUntilAway ?? 3;
  const away = isMiss && most > 0 && missed >= most;
  const idleSince = isMiss || how === "declined" ? turn.world.now : before.idleSince;
  letGo(turn, before, row.id, {
    missed: away ? 0 : missed,
    away: away ? "missed" : before.away,
    ...(ended?.announced === true ? {} : { idleSince }),
  });
  fact(turn, `offer.${how}`, { conversation: row.id, csr }, { missed });
  const told = away ? "csr.offer.missed-away" : TOLD[how];
  tell(turn, next, leg, told, { count: missed });
  if (ended !== null) withdrawOffer(turn, next, leg, ended, told, { count: missed });
  release(turn, leg);
  armRound(turn, row);
}

/** Ends all offers that stand but that leg's: those CSRs are told that it is taken, by whom. */
function endOffers(turn: Turn, row: ConversationRow, taker: Leg): ConversationRow {
  let left = row;
  const name = turn.rules.csrs.get(taker.csr ?? "")?.name ?? "";
  for (const ended of row.offers) {
    const leg = row.legs[ended.leg];
    if (leg === undefined || leg.index === taker.index) continue;
    left = endOffer(turn, left, leg, ended, { event: "offer.lost", told: "csr.offer.lost", csr: name });
  }
  return left;
}

/** Takes all offers back: the customer has left, or the queue is gone. What is left waits. */
export function revokeOffers(turn: Turn, row: ConversationRow): ConversationRow {
  if (row.offers.length === 0) return row;
  const left = withdrawOffers(turn, row);
  return move(turn, left, "refuse", { offers: [] });
}

/** The same without a change of state: for a conversation that is being closed. */
export function withdrawOffers(turn: Turn, row: ConversationRow): ConversationRow {
  let left = row;
  for (const ended of row.offers) {
    const leg = row.legs[ended.leg];
    if (leg === undefined) continue;
    left = endOffer(turn, left, leg, ended, { event: "offer.revoked", told: "csr.offer.revoked", csr: "" });
  }
  return left;
}

interface Ending {
  readonly event: string;
  readonly told: string;
  /** Who has it now. */
  readonly csr: string;
}

/** It ended without the CSR: they are told, and have lost nothing by it. */
function endOffer(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  ended: Offer,
  { event, told, csr }: Ending,
): ConversationRow {
  const next = putConversation(turn, row, {
    offers: row.offers.filter((one) => one.leg !== leg.index),
    legs: putLeg(row, leg.index, { state: "left" }),
  });
  cancelTimer(turn, offerTimer(row, leg.index));
  letGo(turn, csrRow(turn, leg.csr ?? ""), row.id, {});
  fact(turn, event, { conversation: row.id, csr: leg.csr ?? "" }, { by: csr });
  tell(turn, next, leg, told, { csr });
  withdrawOffer(turn, next, leg, ended, told, { csr });
  release(turn, leg);
  return next;
}

/** Sets the time at which those who declined or missed it are asked again. */
export function armRound(turn: Turn, row: ConversationRow): void {
  const at = turn.world.now + limitOf(turn, "askAgainSeconds") * 1000;
  setTimer(turn, { id: `round ${row.id}`, at, generation: 0, conversation: row.id, name: "round" });
}
