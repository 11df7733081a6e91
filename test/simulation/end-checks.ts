/** What must hold when the day is over and nothing more happens. */
import type { ConversationRow } from "../../src/core/state.ts";
import type { Ledger, Message } from "./ledger.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { Observer } from "./observer.ts";
import type { Office } from "./office.ts";

export interface Ended {
  readonly ledger: Ledger;
  readonly observer: Observer;
  readonly office: Office;
  readonly networks: readonly SimulatedNetwork[];
}

export function checkEnd(ended: Ended): void {
  checkConversations(ended);
  checkNothingLeft(ended);
  const corrections = new Map<number, Message[]>();
  for (const message of ended.ledger.messages) {
    if (message.corrects !== null) {
      corrections.set(message.corrects, [...(corrections.get(message.corrects) ?? []), message]);
    }
  }
  for (const message of ended.ledger.messages) {
    // A correction stands for what it corrects, and the last for those before it.
    const original = message.corrects ?? message.number;
    const handled = [message, ...(corrections.get(original) ?? [])].some((one) => isHandled(one, ended));
    if (message.state === "taken" && !handled) {
      const { number, author, contact } = message;
      const heard = JSON.stringify(ended.observer.hearing(number));
      ended.ledger.violate(
        "delivered-or-returned",
        `m${number} of ${author} (contact ${contact}) was taken, shown to nobody and not returned: ${heard}`,
      );
    }
  }
}

/** Shown to somebody else; or answered by the desk; or returned; or kept for a CSR who never came, and the customer knows. */
function isHandled(message: Message, { ledger, observer }: Ended): boolean {
  const { number } = message;
  if (ledger.wasShownTo(number).length > 0 || ledger.wasReturned(number)) {
    return true;
  }
  const hearing = observer.hearing(number);
  if (hearing === null) {
    return false;
  }
  if (hearing.relayed.length > 0) {
    return false;
  }
  const neverTaken = hearing.conversation !== null && !observer.wasAcceptedAfter(hearing.conversation, hearing.step);
  return hearing.answered || neverTaken;
}

function checkConversations({ ledger, observer }: Ended): void {
  for (const row of observer.state.conversation.values()) {
    const stated = row.state === "waiting" && row.toldPlace !== null && !isServable(row, observer);
    if (!stated) {
      ledger.violate("all-end", `${row.id} is still ${row.state}: ${JSON.stringify(row)}`);
    }
  }
}

/** Whether a CSR is there by now who has the skills and can be reached: then there is no reason to wait. */
function isServable(row: ConversationRow, { rules }: Observer): boolean {
  const isAnywhere = rules.queues.get(row.queue ?? "")?.compatibility === "translated";
  return [...rules.csrs.values()].some(
    (csr) =>
      Object.entries(row.skills).every(([skill, level]) => (csr.skills.get(skill) ?? 0) >= level) &&
      (isAnywhere || csr.addresses.some(({ network }) => network === row.network)),
  );
}

function checkNothingLeft({ ledger, observer, office, networks }: Ended): void {
  const status = office.engine?.status();
  if (status === undefined || status.outboxRows > 0 || status.inFlight > 0 || status.waiting > 0) {
    ledger.violate("nothing-left", `the engine still has ${JSON.stringify(status)}`);
  }
  for (const network of networks) {
    if (!network.idle) {
      ledger.violate("nothing-left", `${network.traits.name} still has events for the desk`);
    }
  }
  for (const timer of observer.timers.values()) {
    const isOver = timer.conversation !== null && !observer.state.conversation.has(timer.conversation);
    if (isOver && timer.name !== "rest") {
      ledger.violate("nothing-left", `the timer ${timer.id} is left for a conversation that is over`);
    }
  }
}
