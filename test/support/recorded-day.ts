/**
 * A stretch of time at the bare core, with customers and CSRs who act by a plan: what a desk records of it, for tests of whatever reads
 * records. CSRs accept after ten seconds, and close when the planned time is over.
 */
import { Agenda } from "../../src/core/estimate/agenda.ts";
import type { Address } from "../../src/core/model.ts";
import type { ConversationRow } from "../../src/core/state.ts";
import type { Fact } from "../../src/core/step.ts";
import { CoreDesk } from "../unit/core-desk.ts";
import type { PlaySetting } from "./play-rules.ts";

export interface PlannedCustomer {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly id: string;
  readonly talkMs: number;
  /** They leave after so long without a CSR. */
  readonly patienceMs: number;
}
export interface PlannedCsr {
  readonly at: number;
  readonly address: Address;
  readonly state: "available" | "dnd" | "offline";
}
export interface Plan {
  readonly customers: readonly PlannedCustomer[];
  readonly csrs: readonly PlannedCsr[];
  readonly until: number;
}

type Due =
  | { readonly kind: "comes"; readonly customer: PlannedCustomer }
  | { readonly kind: "shows"; readonly csr: PlannedCsr }
  | { readonly kind: "leaves"; readonly conversation: string }
  | { readonly kind: "says"; readonly conversation: string; readonly csr: string; readonly word: "/accept" | "/close" };

const ANSWER_MS = 10_000;

/** All facts, in order. */
export function recordedDay(setting: PlaySetting, { customers, csrs, until }: Plan): readonly Fact[] {
  const facts: Fact[] = [];
  const agenda = new Agenda<Due>();
  const planned = new Map<string, PlannedCustomer>();
  let coming: PlannedCustomer | null = null;
  const plan = ({ event, conversation, csr, at }: Fact): void => {
    if (conversation === null) return;
    if (event === "conversation.opened" && coming !== null) {
      planned.set(conversation, coming);
      agenda.add(at + coming.patienceMs, { kind: "leaves", conversation });
    }
    if (event === "offer.made" && csr !== null)
      agenda.add(at + ANSWER_MS, { kind: "says", conversation, csr, word: "/accept" });
    if (event === "offer.accepted" && csr !== null)
      agenda.add(at + (planned.get(conversation)?.talkMs ?? 0), { kind: "says", conversation, csr, word: "/close" });
  };
  // What happens by timers is recorded as well.
  const desk = new CoreDesk(setting, {}, (step) => {
    facts.push(...step.facts);
    for (const fact of step.facts) plan(fact);
  });
  if (customers.some(({ at }) => at < desk.now)) throw new Error("The plan begins before the day of the core desk.");
  for (const customer of customers) agenda.add(customer.at, { kind: "comes", customer });
  for (const csr of csrs) agenda.add(csr.at, { kind: "shows", csr });
  for (let next = agenda.take(); next !== null && next.at <= until; next = agenda.take()) {
    ringUntil(desk, next.at);
    desk.now = Math.max(desk.now, next.at);
    coming = next.what.kind === "comes" ? next.what.customer : null;
    act(desk, next.what);
  }
  return facts;
}

function ringUntil(desk: CoreDesk, at: number): void {
  while (desk.timers.values().some((timer) => timer.at <= at)) desk.ring();
}

function act(desk: CoreDesk, what: Due): void {
  switch (what.kind) {
    case "comes":
      desk.hear({ kind: "message", from: { network: "web", id: what.customer.id }, to: "support", text: "hello" });
      return;
    case "shows":
      desk.hear({ kind: "presence", from: what.csr.address, to: "desk", all: true, state: what.csr.state });
      return;
    case "leaves": {
      const row = openRow(desk, what.conversation);
      const [leg] = row?.legs ?? [];
      if (leg !== undefined && (row?.state === "waiting" || row?.state === "offered"))
        desk.hear({ kind: "message", from: leg.address, to: leg.desk, text: "stop" });
      return;
    }
    case "says": {
      const leg = openRow(desk, what.conversation)?.legs.find(({ csr, state }) => csr === what.csr && state !== "left");
      if (leg !== undefined) desk.hear({ kind: "message", from: leg.address, to: leg.desk, text: what.word });
    }
  }
}

/** Null when it is over. */
function openRow(desk: CoreDesk, conversation: string): ConversationRow | null {
  const row = desk.conversations.get(conversation) ?? null;
  return desk.rows.has(`conversation ${conversation}`) ? row : null;
}
