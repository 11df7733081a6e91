/** What took part in a schedule: faults that struck and features that were used, so that a run of many can say what it never tried. */
import type { ConversationRow } from "../../src/core/state.ts";
import type { Fact, Step } from "../../src/core/step.ts";

/** Each is noted by whoever does it, or seen in what steps record. The order is that of the account. */
export const PARTS = [
  // What goes wrong.
  "link cut",
  "crash",
  "crash at a crossing",
  "orderly restart",
  "failed write",
  "torn write",
  "disk full",
  "slow disk",
  "poisoned message",
  "slow consumer",
  "clock set",
  "event delivered twice",
  "answers out of order",
  "events out of order",
  "answer lost",
  "send deferred",
  "send refused",
  "send bounced",
  "little room in the outbox",
  "handed on behind another commit",
  "refused with another commit behind it",
  // What people and admins do.
  "talk",
  "labels",
  "offer declined",
  "offer missed",
  "offers at once",
  "announced to everybody",
  "transfer",
  "colleague consulted",
  "supervisor listens",
  "supervisor joins",
  "supervisor takes over",
  "ring entered",
  "overflow",
  "hours ended",
  "continued elsewhere",
  "room handed over",
  "decided elsewhere",
  "stood in for whoever decides",
  "customer erased",
  "flood refused",
  "rules reloaded",
] as const;
export type Part = (typeof PARTS)[number];

const BY_FACT: Readonly<Record<string, Part>> = {
  "offer.accepted": "talk",
  "offer.declined": "offer declined",
  "offer.missed": "offer missed",
  "conversation.transfer": "transfer",
  "consult.begun": "colleague consulted",
  "supervisor.listens": "supervisor listens",
  "supervisor.barges": "supervisor joins",
  "supervisor.takes-over": "supervisor takes over",
  "queue.ring": "ring entered",
  "queue.overflow": "overflow",
  "redirect.followed": "continued elsewhere",
  "customer.forgotten": "customer erased",
  "queue.hours-ended": "hours ended",
  "room.handed-over": "room handed over",
  "flood.refused": "flood refused",
  "rules.adopted": "rules reloaded",
};

export class Coverage {
  readonly #met = new Set<Part>();

  met(part: Part): void {
    this.#met.add(part);
  }

  /** A step was committed. */
  see({ facts, changes }: Step): void {
    for (const fact of facts) this.#fact(fact);
    for (const { table, value } of changes) {
      if (table === "conversation" && value !== null) this.#conversation(value as ConversationRow);
    }
  }

  get parts(): readonly Part[] {
    return [...this.#met];
  }

  #fact({ event }: Fact): void {
    const part = BY_FACT[event];
    if (part !== undefined) this.#met.add(part);
  }

  #conversation({ offers, legs }: ConversationRow): void {
    if (offers.length > 1)
      this.#met.add(offers.some(({ announced }) => announced) ? "announced to everybody" : "offers at once");
    if (legs.some(({ role, label, state }) => role === "csr" && state === "active" && label !== null))
      this.#met.add("labels");
  }
}
