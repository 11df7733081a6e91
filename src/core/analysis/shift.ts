/**
 * A stretch of time at an imagined desk, be it an hour or a month: recorded or invented customers come, wait, talk and go, by the real rules
 * and the real routing engine, with nothing between one event and the next. What it comes to is counted in a ShiftReport.
 */
import { csrMoved, hoursChanged, settle } from "../assignment.ts";
import { close, enqueue, requeue } from "../conversation.ts";
import { ring } from "../desk.ts";
import { Agenda } from "../estimate/agenda.ts";
import { chanceFrom } from "../estimate/chance.ts";
import { nextDone, type SharedTalk, untilDone, workOn } from "../estimate/sharing.ts";
import { legOfCsr, talkingLeg } from "../legs.ts";
import { addressKey } from "../model.ts";
import { accept, refuse } from "../offering.ts";
import { queueFor } from "../queue-for.ts";
import type { Rules } from "../rules.ts";
import type { ConversationRow } from "../state.ts";
import type { Fact, Timer } from "../step.ts";
import { csrRow, putCsr, type Turn } from "../turn.ts";
import type { RecordedVisit } from "../visit.ts";
import { ANYBODY, rowOf } from "./imagined.ts";
import { FREE, imagineDesk } from "./imagined-desk.ts";
import { type ShiftReport, Tally, type targetsOf } from "./shift-report.ts";

/** One customer, from the moment the bot has done its part. */
export interface Visit {
  /** Milliseconds. */
  readonly at: number;
  /** Where the bot sends them. */
  readonly queue: string;
  readonly who: RecordedVisit;
  /** After so long without a CSR they leave; Infinity: they stay. */
  readonly patienceMs: number;
  /** One after the other, at least one: all but the last are handed on to another queue, or to one CSR there. */
  readonly talks: readonly VisitTalk[];
}
export interface VisitTalk {
  /** Milliseconds, had the CSR nothing else in hand. */
  readonly aloneMs: number;
  readonly then: { readonly queue: string; readonly only: string | null } | null;
}

/** A change of what a CSR can be asked: `ready` at those networks, `away` at work but not to be disturbed, or not at work. */
export interface Attendance {
  readonly at: number;
  readonly csr: string;
  readonly state: "ready" | "away" | "off";
  readonly networks: readonly string[];
}

/** What is open from then on, by the names of queues, periods and sites; and the day it is. */
export interface HoursChange {
  readonly at: number;
  readonly open: Readonly<Record<string, boolean>>;
  readonly day: string;
}

/** How CSRs take offers. */
export interface Answers {
  /** From an offer to its acceptance, and to its end where it is not taken. Milliseconds. */
  readonly acceptMs: number;
  readonly refuseMs: number;
  /** Of the offers, the share that is not taken; from 0 to less than 1. */
  readonly refused: number;
}

export interface ShiftInput {
  readonly rules: Rules;
  /** Events begin with the first visit, attendance or hours; who comes from `from` on and before `to` is counted; it ends at `until`. */
  readonly from: number;
  readonly to: number;
  readonly until: number;
  readonly visits: readonly Visit[];
  readonly attendance: readonly Attendance[];
  readonly hours: readonly HoursChange[];
  readonly answers: Answers;
  /** See `slowness` in estimate/rates.ts. */
  readonly slowness: number;
  readonly seed: number;
  readonly targets?: ReturnType<typeof targetsOf>;
}

type Happening =
  | { readonly kind: "visit"; readonly visit: Visit; readonly index: number }
  | { readonly kind: "attendance"; readonly attendance: Attendance }
  | { readonly kind: "hours"; readonly hours: HoursChange }
  | { readonly kind: "timer"; readonly timer: Timer }
  | { readonly kind: "answer"; readonly conversation: string; readonly csr: string; readonly isTaken: boolean }
  | { readonly kind: "leave"; readonly conversation: string }
  /** The next of that CSR's talks is over, unless something has changed since. */
  | { readonly kind: "done"; readonly hands: Hands; readonly version: number };

/** A customer who is at the desk. */
interface Stay {
  readonly visit: Visit;
  readonly index: number;
  /** Offers so far, and talks. */
  asked: number;
  talked: number;
}
interface Talk extends SharedTalk {
  readonly conversation: string;
}
interface Hands {
  readonly csr: string;
  talks: Talk[];
  at: number;
  version: number;
}

interface Shift {
  readonly input: ShiftInput;
  readonly turn: Turn;
  readonly agenda: Agenda<Happening>;
  readonly stays: Map<string, Stay>;
  readonly hands: Map<string, Hands>;
  /** By id, the timers that stand. */
  readonly timers: Map<string, Timer>;
  readonly tally: Tally;
}

/** Happenings between two reports of how far it has come. */
const BETWEEN_REPORTS = 500;
/** Timers that go by what people say to each other, which nobody does here. */
const NO_TALK: ReadonlySet<string> = new Set(["idle", "quiet", "silence", "dialog-idle"]);

/** Yields how much of the time is over, from 0 to 1; returns what it came to. The same input gives the same report. */
export function* runShift(input: ShiftInput): Generator<number, ShiftReport> {
  const { from, to, until, visits, attendance, hours, targets } = input;
  const rules = withoutTalk(input.rules);
  const begin = Math.min(from, ...[visits, attendance, hours].map(([first]) => first?.at ?? from));
  const desk = { now: begin, csrs: {}, others: { ...FREE, state: "away" }, open: {}, waiting: {} } as const;
  const { turn, clock } = imagineDesk(rules, desk);
  const tally = new Tally(rules, { from, to }, targets);
  const shift: Shift = {
    input,
    turn,
    agenda: new Agenda(),
    stays: new Map(),
    hands: new Map(),
    timers: new Map(),
    tally,
  };
  for (const change of hours) shift.agenda.add(change.at, { kind: "hours", hours: change });
  for (const one of attendance) shift.agenda.add(one.at, { kind: "attendance", attendance: one });
  for (const [index, visit] of visits.entries()) shift.agenda.add(visit.at, { kind: "visit", visit, index });
  let count = 0;
  for (let next = shift.agenda.take(); next !== null && next.at <= until; next = shift.agenda.take()) {
    clock.now = Math.max(clock.now, next.at);
    happen(shift, next.what);
    settle(turn);
    follow(shift);
    count += 1;
    if (count % BETWEEN_REPORTS === 0) yield (clock.now - begin) / Math.max(1, until - begin);
  }
  return tally.report(until);
}

/** The rules without what only people and servers can do: rooms, coming from other networks, coming back from away; and without records of decisions. */
function withoutTalk(rules: Rules): Rules {
  const queues = [...rules.queues].map(
    ([id, queue]) => [id, { ...queue, hosting: null, room: null, missesUntilAway: 0 }] as const,
  );
  return { ...rules, queues: new Map(queues), limits: { ...rules.limits, explainedCsrs: 0 } };
}

function happen(shift: Shift, what: Happening): void {
  const { turn, timers } = shift;
  switch (what.kind) {
    case "visit":
      come(shift, what.visit, what.index);
      return;
    case "attendance":
      attend(shift, what.attendance);
      return;
    case "hours":
      for (const [name, open] of Object.entries(what.hours.open)) turn.memory.open.set(name, open);
      hoursChanged(turn, what.hours.day);
      return;
    case "timer":
      if (timers.get(what.timer.id) !== what.timer) return;
      timers.delete(what.timer.id);
      ring(turn, what.timer);
      return;
    case "answer": {
      const row = turn.tables.conversation.get(what.conversation);
      const leg = row === null ? null : legOfCsr(row, what.csr);
      if (row === null || leg === null || row.state !== "offered" || leg.state !== "invited") return;
      if (what.isTaken) accept(turn, row, leg);
      else refuse(turn, row, leg, "declined");
      return;
    }
    case "leave": {
      const row = turn.tables.conversation.get(what.conversation);
      const isWaiting = row !== null && (row.state === "waiting" || row.state === "offered");
      if (isWaiting && shift.stays.get(row.id)?.talked === 0) close(turn, row, "customer");
      return;
    }
    case "done":
      if (what.version === what.hands.version) talkDone(shift, what.hands);
  }
}

function come({ input, turn, stays, tally, agenda }: Shift, visit: Visit, index: number): void {
  const id = `v${index.toString(36).padStart(6, "0")}`;
  const row = rowOfVisit(turn, id, visit);
  turn.tables.conversation.put(id, row);
  const queue = queueFor(turn, row, visit.queue);
  stays.set(id, { visit, index, asked: 0, talked: 0 });
  tally.came(id, queue?.id ?? visit.queue, turn.world.now);
  if (queue === null) close(turn, row, "desk");
  else if (queue.id !== visit.queue) enqueue(turn, row, queue, queue.priority, {});
  else enqueue(turn, row, queue, visit.who.priority, visit.who.skills);
  const leavesAt = turn.world.now + visit.patienceMs;
  if (leavesAt <= input.until) agenda.add(leavesAt, { kind: "leave", conversation: id });
}

/** In place of a name, or of an account, of which only that there was one is recorded. */
const SOMETHING = "known";

function rowOfVisit(turn: Turn, id: string, { queue, who }: Visit): ConversationRow {
  const { address, handle, language, named, account, customer, answers, software } = who;
  const known = customer !== null && turn.rules.directory.byId(customer) !== null ? customer : null;
  const asked = { ...ANYBODY, queue, network: address.network, handle, language, customer: known, answers, software };
  const row = rowOf(turn, id, asked);
  const [leg, ...others] = row.legs;
  const legs = leg === undefined || address.id === "" ? row.legs : [{ ...leg, address }, ...others];
  const facts = {
    name: row.facts.name ?? (named ? SOMETHING : null),
    account: row.facts.account ?? (account ? SOMETHING : null),
  };
  return { ...row, legs, facts: { ...row.facts, ...facts } };
}

function attend({ turn, tally }: Shift, { csr, state, networks }: Attendance): void {
  const known = turn.rules.csrs.get(csr);
  if (known === undefined) return;
  // Who works elsewhere by these rules than they were recorded at is taken to be wherever the rules say.
  const isElsewhere = !known.addresses.some(({ network }) => networks.includes(network));
  for (const address of known.addresses) {
    const isThere = state === "ready" && (isElsewhere || networks.includes(address.network));
    // Never offline: whoever goes home ends their talks first.
    turn.memory.presence.set(addressKey(address), isThere ? "available" : "away");
  }
  putCsr(turn, csrRow(turn, csr), { away: state === "off" ? "word" : null, missed: 0 });
  csrMoved(turn, csr);
  tally.attends(csr, turn.world.now, state === "ready");
}

// --- talks --------------------------------------------------------------------------------------------------------------

function handsOf({ hands }: Shift, csr: string, now: number): Hands {
  let own = hands.get(csr);
  if (own === undefined) {
    own = { csr, talks: [], at: now, version: 0 };
    hands.set(csr, own);
  }
  return own;
}

/** Brings what a CSR is at up to now, changes it, and foresees what is done next. */
function change({ input, turn, agenda }: Shift, hands: Hands, to: (talks: readonly Talk[]) => Talk[]): void {
  const { now } = turn.world;
  workOn(hands.talks, now - hands.at, input.slowness);
  hands.at = now;
  hands.talks = to(hands.talks);
  hands.version += 1;
  const next = nextDone(hands.talks);
  if (next === null) return;
  const at = now + untilDone(next, hands.talks, input.slowness);
  agenda.add(at, { kind: "done", hands, version: hands.version });
}

function talkBegins(shift: Shift, conversation: string, csr: string, stay: Stay): void {
  const { turn, tally } = shift;
  const aloneMs = stay.visit.talks[stay.talked]?.aloneMs ?? 0;
  stay.talked += 1;
  tally.accepted(conversation, csr, turn.world.now);
  change(shift, handsOf(shift, csr, turn.world.now), (talks) => [...talks, { conversation, left: aloneMs }]);
}

function talkDone(shift: Shift, hands: Hands): void {
  const { turn, stays, tally } = shift;
  const done = nextDone(hands.talks);
  if (done === null) return;
  change(shift, hands, (talks) => talks.filter((talk) => talk !== done));
  tally.talkEnded(done.conversation, hands.csr, turn.world.now);
  const stay = stays.get(done.conversation);
  const row = turn.tables.conversation.get(done.conversation);
  const leg = row === null ? null : talkingLeg(row);
  if (stay === undefined || row === null || leg === null) return;
  const then = stay.visit.talks[stay.talked - 1]?.then ?? null;
  if (then === null || stay.talked >= stay.visit.talks.length) {
    close(turn, row, "csr");
    return;
  }
  // A colleague whom these rules do not have any more cannot be meant.
  const only = then.only !== null && turn.rules.csrs.has(then.only) ? then.only : null;
  requeue(turn, row, leg, { queue: then.queue, only }, "transfer");
}

// --- what a step led to -------------------------------------------------------------------------------------------------

/** Takes up what the step led to, and forgets the rest of it. */
function follow(shift: Shift): void {
  const { turn, agenda, timers, input } = shift;
  for (const fact of turn.facts) note(shift, fact);
  for (const one of turn.timers) {
    if (one.kind === "cancel") timers.delete(one.id);
    // Nobody writes to an address that stood for somebody once: it need not rest.
    else if (one.timer.name === "rest") ring(turn, one.timer);
    else if (!NO_TALK.has(one.timer.name) && one.timer.at <= input.until) {
      timers.set(one.timer.id, one.timer);
      agenda.add(one.timer.at, { kind: "timer", timer: one.timer });
    }
  }
  for (const list of [turn.facts, turn.timers, turn.lines, turn.outbounds, turn.queries]) list.length = 0;
  turn.tables.keep();
}

function note(shift: Shift, { event, conversation, csr, detail }: Fact): void {
  const { turn, stays, tally } = shift;
  const stay = conversation === null ? undefined : stays.get(conversation);
  if (conversation === null || stay === undefined) return;
  if (event === "offer.made" && csr !== null) {
    answer(shift, conversation, csr, stay);
  } else if (event === "offer.accepted" && csr !== null) {
    talkBegins(shift, conversation, csr, stay);
  } else if (event === "conversation.closed") {
    tally.gone(conversation, detail.why === "customer");
    stays.delete(conversation);
  } else if (event === "queue.overflow" && turn.tables.conversation.get(conversation)?.state === "dialog") {
    // The bot has them; what they would answer nobody knows.
    tally.gone(conversation, false);
    turn.tables.conversation.delete(conversation);
    stays.delete(conversation);
  }
}

/** By chance, and the same chance for the same customer, whatever the rules. */
function answer({ input, turn, agenda }: Shift, conversation: string, csr: string, stay: Stay): void {
  const { acceptMs, refuseMs, refused } = input.answers;
  const isTaken = chanceFrom(input.seed + stay.index * 7_919 + stay.asked * 104_729)() >= refused;
  stay.asked += 1;
  agenda.add(turn.world.now + (isTaken ? acceptMs : refuseMs), { kind: "answer", conversation, csr, isTaken });
}
