/**
 * Warm transfer: a CSR first asks a colleague, who reads along and is heard by the CSR alone while the customer waits on hold; then
 * the colleague goes on with the customer (`/complete`), or the CSR does (`/return`). A plain line of the CSR's goes to the customer
 * at every time, so nothing meant for a colleague is sent by a window's state; /whisper is for the colleague.
 */
import { csrState, hasRoomFor, reachableAddresses } from "./availability.ts";
import type { Destination } from "./conversation.ts";
import { beginCrossing } from "./crossed.ts";
import { unavailable, unknownTarget, wishOf } from "./handing-on.ts";
import { legOfCsr } from "./legs.ts";
import { requestFor } from "./request.ts";
import { hold, resume } from "./resting.ts";
import type { Match } from "./routing/routing.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { leave, listen, takeOver } from "./supervision.ts";
import { customerName, noted, tell } from "./transcript.ts";
import { csrLanguage, csrRow, fact, type Turn } from "./turn.ts";

function consulted(row: ConversationRow): readonly Leg[] {
  return row.legs.filter(({ role, state, advises }) => role === "supervisor" && state === "active" && advises === true);
}

/** `/consult ben may I refund this?`: a colleague, or whoever is free of a queue or has a skill. */
export function consultColleague(turn: Turn, row: ConversationRow, leg: Leg, words: string): void {
  const { destination, reason } = wishOf(turn, row, leg, words);
  if (destination === null) {
    unknownTarget(turn, row, leg, words);
    return;
  }
  const match = colleagueAt(turn, row, leg, destination);
  if (match === null) {
    unavailable(
      turn,
      row,
      leg,
      destination,
      `csr.state.${destination.only === null ? "busy" : csrState(turn, destination.only)}`,
    );
    return;
  }
  if (legOfCsr(row, match.csr) !== null) {
    tell(turn, row, leg, "csr.already");
    return;
  }
  if (reason !== "") noted(turn, row, leg, reason);
  fact(turn, "consult.begun", { conversation: row.id, csr: leg.csr ?? "" }, { with: match.csr });
  const name = customerName(turn, row, csrLanguage(turn, match.csr));
  const asks = { csr: turn.rules.csrs.get(leg.csr ?? "")?.name ?? "", name, reason };
  const next = listen(turn, row, match, { advises: true, key: "csr.consult.asked", values: asks });
  if (row.rest !== "held") hold(turn, next, leg);
  tell(turn, next, leg, "csr.consult.begun", { csr: turn.rules.csrs.get(match.csr)?.name ?? "" });
}

function colleagueAt(turn: Turn, row: ConversationRow, leg: Leg, { queue, only, skills }: Destination): Match | null {
  if (only !== null) {
    const csr = turn.rules.csrs.get(only);
    const [first] = csr === undefined ? [] : reachableAddresses(turn, csr, csrRow(turn, only));
    const isThere = csrState(turn, only) === "free" && first !== undefined;
    return isThere ? { conversation: row.id, csr: only, address: first.address } : null;
  }
  const wanted = turn.rules.queues.get(queue);
  if (wanted === undefined) return null;
  const asked = skills ?? (queue === row.queue ? row.skills : Object.fromEntries(wanted.skills));
  return turn.routing.decide(
    requestFor(turn, { ...row, queue, skills: asked, only: null, excluded: [leg.csr ?? ""] }, wanted),
  );
}

/** `/complete`: the colleague goes on with the customer. */
export function complete(turn: Turn, row: ConversationRow, leg: Leg): void {
  const [colleague] = consulted(row);
  if (colleague === undefined) tell(turn, row, leg, "csr.consult.none");
  else if (!hasRoomFor(turn, colleague.csr ?? "", row))
    unavailable(turn, row, leg, { queue: row.queue ?? "", only: colleague.csr }, "csr.state.busy");
  // What they wrote to the CSR at this very moment is not for the customer.
  else takeOver(turn, beginCrossing(turn, row, colleague, leg.csr ?? ""), colleague);
}

/** `/return`: the CSR goes on with the customer alone. */
export function returnToCustomer(turn: Turn, row: ConversationRow, leg: Leg): void {
  const colleagues = consulted(row);
  if (colleagues.length === 0) {
    tell(turn, row, leg, "csr.consult.none");
    return;
  }
  let next = row;
  for (const colleague of colleagues) next = leave(turn, next, colleague);
  resume(turn, next, leg);
}
