/**
 * Supervisors: somebody who may listens to a talk, speaks to its CSR alone (whisper), to both sides (barge), or takes it over. A
 * supervisor has a leg and a window of their own; as long as they are silent nothing of them reaches anybody, not even that they
 * type or have read. Whether CSR and customer are told that somebody listens, the queue says.
 */
import { hasRoomFor } from "./availability.ts";
import { ruledForStaff } from "./content-rule.ts";
import { letGo, takeOn, wrapUp } from "./hands.ts";
import { meetInRoom, takeBack } from "./introduction.ts";
import { rememberCsr } from "./last-csr.ts";
import { customerOf, inviteLeg, putLeg, talkingLeg } from "./legs.ts";
import { limitOf } from "./limits.ts";
import type { Address } from "./model.ts";
import type { Match } from "./routing/routing.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { customerName, tell, whispered } from "./transcript.ts";
import { release } from "./translation.ts";
import {
  cancelTimer,
  csrLanguage,
  csrRow,
  fact,
  type PhraseValues,
  putConversation,
  putCsr,
  type Turn,
} from "./turn.ts";

/** Whether that CSR may listen to talks of that queue. */
function maySupervise(turn: Turn, csr: string, row: ConversationRow): boolean {
  const supervises = turn.rules.csrs.get(csr)?.supervises ?? [];
  return supervises === "all" || supervises.includes(row.queue ?? "");
}

export function isSupervisor(turn: Turn, csr: string): boolean {
  const supervises = turn.rules.csrs.get(csr)?.supervises ?? [];
  return supervises === "all" || supervises.length > 0;
}

/**
 * `/monitor ada`: the talks that Ada has, or the one of that id or of a customer of that name. Gives how many the supervisor listens to
 * from now on.
 */
export function monitor(turn: Turn, csr: string, address: Address, wanted: string): number {
  const named = wanted.trim().toLowerCase();
  let count = 0;
  for (const [, row] of [...turn.tables.conversation.entries()]) {
    const talking = talkingLeg(row);
    if (row.state !== "talking" || talking === null || !maySupervise(turn, csr, row)) continue;
    const names = [row.id, talking.csr ?? "", turn.rules.csrs.get(talking.csr ?? "")?.name ?? "", row.facts.name ?? ""];
    const isIn = row.legs.some((leg) => leg.csr === csr && leg.state !== "left");
    if (named === "" || isIn || !names.some((name) => name.toLowerCase() === named)) continue;
    superviseFrom(turn, row, csr, address);
    count += 1;
  }
  return count;
}

/** How somebody comes to listen: the words with which their window begins. */
interface Beginning {
  readonly advises: boolean;
  readonly key: string;
  readonly values: PhraseValues;
}

/**
 * A leg that hears all and is heard by nobody, with what was said so far. A room in which the two were to meet is given up: the
 * third would not be in it.
 */
export function listen(
  turn: Turn,
  before: ConversationRow,
  match: Match,
  { advises, key, values }: Beginning,
): ConversationRow {
  const { csr } = match;
  const row = takeBack(turn, before, "third");
  const { legs, leg } = inviteLeg(turn, row, match);
  const change = { role: "supervisor", state: "active", advises } as const;
  const next = putConversation(turn, row, { legs: putLeg({ ...row, legs }, leg.index, change) });
  const own = csrRow(turn, csr);
  putCsr(turn, own, { hands: [...own.hands, row.id] });
  fact(turn, "supervisor.listens", { conversation: row.id, csr }, { advises });
  tell(turn, next, { ...leg, ...change }, key, values);
  turn.queries.push({ conversation: row.id, leg: leg.index, limit: limitOf(turn, "historyLines"), before: null });
  return next;
}

function superviseFrom(turn: Turn, row: ConversationRow, csr: string, address: Address): void {
  const talking = talkingLeg(row);
  const begins = {
    name: customerName(turn, row, csrLanguage(turn, csr)),
    csr: turn.rules.csrs.get(talking?.csr ?? "")?.name ?? "",
  };
  const match = { conversation: row.id, csr, address };
  const next = listen(turn, row, match, { advises: false, key: "csr.supervise.listening", values: begins });
  const notice = turn.rules.queues.get(row.queue ?? "")?.monitorNotice ?? "csr";
  const name = turn.rules.csrs.get(csr)?.name ?? "";
  if (notice !== "none" && talking !== null) tell(turn, next, talking, "csr.supervise.notice", { csr: name });
  if (notice === "both") tell(turn, next, customerOf(next), "talking.monitored");
}

/** `/whisper TEXT`: of a supervisor to the CSR, of the CSR to all supervisors. */
export function whisper(turn: Turn, row: ConversationRow, leg: Leg, text: string): void {
  const talking = talkingLeg(row);
  const hearers =
    leg.role === "supervisor"
      ? [talking].filter((one) => one !== null)
      : row.legs.filter(({ role, state }) => role === "supervisor" && state === "active");
  if (text === "" || hearers.length === 0) tell(turn, row, leg, "csr.supervise.whisper-how");
  else whispered(turn, row, leg, hearers, ruledForStaff(turn, row, leg, text));
}

/** `/barge`: from now on what the supervisor writes reaches both sides. */
export function barge(turn: Turn, row: ConversationRow, leg: Leg): void {
  if (leg.speaks === true) {
    tell(turn, row, leg, "csr.already");
    return;
  }
  const next = putConversation(turn, row, { legs: putLeg(row, leg.index, { speaks: true }) });
  const csr = turn.rules.csrs.get(leg.csr ?? "")?.name ?? "";
  fact(turn, "supervisor.barges", { conversation: row.id, csr: leg.csr ?? "" });
  tell(turn, next, leg, "csr.supervise.barged");
  const talking = talkingLeg(next);
  if (talking !== null) tell(turn, next, talking, "csr.supervise.joined", { csr });
  tell(turn, next, customerOf(next), "talking.joined", { csr });
}

/** `/takeover`: the supervisor goes on with the customer, and the CSR is out. */
export function takeOver(turn: Turn, row: ConversationRow, leg: Leg): void {
  const csr = leg.csr ?? "";
  if (!hasRoomFor(turn, csr, row)) {
    tell(turn, row, leg, "csr.offer.full");
    return;
  }
  const former = talkingLeg(row);
  const legs = putLeg(row, leg.index, { role: "csr", speaks: false, advises: false });
  const left = former === null ? legs : putLeg({ ...row, legs }, former.index, { state: "left" });
  const next = putConversation(turn, row, { legs: left, rest: null });
  cancelTimer(turn, `absent ${row.id}`);
  const name = turn.rules.csrs.get(csr)?.name ?? turn.rules.company;
  fact(turn, "supervisor.takes-over", { conversation: row.id, csr }, { from: former?.csr ?? null });
  if (former !== null) {
    tell(turn, next, former, "csr.supervise.taken", { csr: name });
    wrapUp(turn, row, former, "transfer");
    release(turn, former);
  }
  takeOn(turn, csr);
  rememberCsr(turn, row, csr);
  tell(turn, next, next.legs[leg.index] ?? leg, "csr.accepted", {
    name: customerName(turn, next, csrLanguage(turn, csr)),
  });
  tell(turn, next, customerOf(next), "talking.handover", { csr: name });
  meetInRoom(turn, next);
}

/** `/leave`: the supervisor listens no longer. */
export function leave(turn: Turn, row: ConversationRow, leg: Leg): ConversationRow {
  const csr = leg.csr ?? "";
  const next = putConversation(turn, row, {
    legs: putLeg(row, leg.index, { state: "left", speaks: false, advises: false }),
  });
  letGo(turn, csrRow(turn, csr), row.id, {});
  fact(turn, "supervisor.leaves", { conversation: row.id, csr });
  tell(turn, next, leg, "csr.supervise.over");
  release(turn, leg);
  return next;
}

/** The talk is over, or goes to somebody else: with it ends the listening. */
export function endSupervision(turn: Turn, row: ConversationRow): ConversationRow {
  let next = row;
  for (const leg of row.legs) if (leg.role === "supervisor" && leg.state === "active") next = leave(turn, next, leg);
  return next;
}
