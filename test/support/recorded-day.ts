/**
 * A stretch of time at the bare core, with customers and CSRs who act by a plan: what a desk records of it, for tests of whatever reads
 * records. CSRs accept after ten seconds, and close when the planned time is over.
 */
import { Agenda } from "../../src/core/estimate/agenda.ts";
import type { Address } from "../../src/core/model.ts";
import type { Fact, Step } from "../../src/core/step.ts";
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
  const desk = new CoreDesk(setting);
  // What happens by timers is recorded as well.
  const step = desk.step.bind(desk);
  desk.step = (event): Step => {
    const done = step(event);
    for (const fact of done.facts) {
      facts.push(fact);
      plan(fact);
    }
    return done;
  };
  const plan = ({ event, conversation, csr }: Fact): void => {
    if (conversation === null) return;
    const { talkMs } = planned.get(conversation) ?? { talkMs: 0 };
    if (event === "offer.made" && csr !== null)
      agenda.add(desk.now + ANSWER_MS, { kind: "says", conversation, csr, word: "/accept" });
    if (event === "offer.accepted" && csr !== null)
      agenda.add(desk.now + talkMs, { kind: "says", conversation, csr, word: "/close" });
  };
  if (customers.some(({ at }) => at < desk.now)) throw new Error("The plan begins before the day of the core desk.");
  for (const customer of customers) agenda.add(customer.at, { kind: "comes", customer });
  for (const csr of csrs) agenda.add(csr.at, { kind: "shows", csr });
  for (let next = agenda.take(); next !== null && next.at <= until; next = agenda.take()) {
    ringUntil(desk, next.at);
    desk.now = Math.max(desk.now, next.at);
    act(desk, next.what, (conversation, customer) => {
      planned.set(conversation, customer);
      agenda.add(desk.now + customer.patienceMs, { kind: "leaves", conversation });
    });
  }
  return facts;
}

function ringUntil(desk: CoreDesk, at: number): void {
  while ([...desk.timers.values()].some((timer) => timer.at <= at)) desk.ring();
}

function act(desk: CoreDesk, what: Due, came: (conversation: string, customer: PlannedCustomer) => void): void {
  switch (what.kind) {
    case "comes": {
      const from = { network: "web", id: what.customer.id };
      // The conversation's id is needed before the first offer of it is made: within the step.
      const step = desk.step;
      desk.step = (event) => {
        desk.step = step;
        const before = new Set(desk.conversations.keys());
        const done = step(event);
        const [id] = [...desk.conversations.keys()].filter((one) => !before.has(one));
        if (id !== undefined) came(id, what.customer);
        return done;
      };
      desk.hear({ kind: "message", from, to: "support", text: "hello" });
      return;
    }
    case "shows":
      desk.hear({
        kind: "presence",
        from: what.csr.address,
        to: "desk",
        all: true,
        state: what.csr.state,
      });
      return;
    case "leaves": {
      const row = desk.table("conversation").get(what.conversation);
      const [leg] = row?.legs ?? [];
      if (leg !== undefined && (row?.state === "waiting" || row?.state === "offered"))
        desk.hear({ kind: "message", from: leg.address, to: leg.desk, text: "stop" });
      return;
    }
    case "says": {
      const row = desk.table("conversation").get(what.conversation);
      const leg = row?.legs.find(({ csr, state }) => csr === what.csr && state !== "left");
      if (leg !== undefined) desk.hear({ kind: "message", from: leg.address, to: leg.desk, text: what.word });
    }
  }
}
