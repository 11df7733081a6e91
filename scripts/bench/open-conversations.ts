/** A store in which many conversations are open, as a desk leaves it: made by the core itself, without networks. */
import { createDesk } from "../../src/core/desk.ts";
import type { Capabilities, Inbound, Outbound } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { Change, DeskEvent, Line, TimerChange, World } from "../../src/core/step.ts";
import { emptySnapshot } from "../../src/core/tables.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import type { Store } from "../../src/store/store.ts";

export interface Crowd {
  readonly rules: Rules;
  readonly conversations: number;
  readonly csrs: number;
  readonly customerNetwork: string;
  readonly csrNetwork: string;
  readonly handle: string;
  readonly capabilities: Capabilities;
}

/** Rows that one commit takes. */
const PER_COMMIT = 5_000;

export function customerName(number: number): string {
  return `customer-${number}`;
}
export function csrName(number: number): string {
  return `csr-${number}`;
}

/** Every customer says hello, is offered to a CSR, and is taken: all of them are then talking. */
export async function fillStore(store: Store, crowd: Crowd): Promise<void> {
  const { epoch } = await store.load();
  const desk = createDesk(crowd.rules, emptySnapshot());
  let line = 0;
  const world: World = {
    now: Date.now(),
    token: createTokens(),
    nextLine: () => {
      line += 1;
      return line;
    },
    epoch,
    capabilities: () => crowd.capabilities,
  };
  const changes = new Map<string, Change>();
  const timers = new Map<string, TimerChange>();
  const lines: Line[] = [];

  const flush = async (): Promise<void> => {
    const written = { changes: [...changes.values()], timers: [...timers.values()], lines: lines.splice(0) };
    await store.commit({ ...NOTHING, ...written, lastLine: line });
    changes.clear();
    timers.clear();
  };
  const happen = (event: DeskEvent): void => {
    const step = desk.step(event, world);
    for (const change of step.changes) changes.set(`${change.table} ${change.id}`, change);
    for (const change of step.timers) timers.set(change.kind === "set" ? change.timer.id : change.id, change);
    lines.push(...step.lines);
    for (const outbound of step.outbounds) {
      if (isOffer(outbound)) happen(said(outbound.to.network, outbound.to.id, outbound.from, "/accept"));
    }
  };

  for (const network of [crowd.customerNetwork, crowd.csrNetwork]) happen({ kind: "link", network, online: true });
  for (let csr = 0; csr < crowd.csrs; csr += 1) happen(present(crowd.csrNetwork, csrName(csr)));
  for (let customer = 0; customer < crowd.conversations; customer += 1) {
    happen(said(crowd.customerNetwork, customerName(customer), crowd.handle, "hello, my bill is wrong"));
    if (changes.size >= PER_COMMIT) await flush();
  }
  await flush();
  const talking = desk.conversations().filter(({ state }) => state === "talking").length;
  if (talking !== crowd.conversations) throw new Error(`${talking} of ${crowd.conversations} customers are talking.`);
}

const NOTHING = {
  inbox: [],
  changes: [],
  lines: [],
  outbox: [],
  timers: [],
  facts: [],
  marks: [],
  quarantine: [],
  adapterState: [],
} as const;

function isOffer(outbound: Outbound): boolean {
  return outbound.kind === "message" && outbound.choices.some(({ value }) => value === "/accept");
}

function inbound(event: Inbound): DeskEvent {
  return { kind: "inbound", inbound: event, reference: null, replyTo: null };
}

function said(network: string, id: string, to: string, text: string): DeskEvent {
  const words = { id: null, text, choice: null, replyTo: null, sentAt: null, language: null, nick: null };
  return inbound({ kind: "message", redelivery: null, from: { network, id }, device: null, to, ...words });
}

function present(network: string, id: string): DeskEvent {
  const state = { state: "available", text: null, all: true } as const;
  return inbound({ kind: "presence", redelivery: null, from: { network, id }, device: null, to: "desk", ...state });
}
