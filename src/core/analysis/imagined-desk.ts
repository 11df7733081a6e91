/** A desk that is only imagined: the CSRs of some rules, each as a test says they are, and queues as full and as open as it says. */
import { syncAll } from "../assignment.ts";
import { addressKey, type Capabilities, FEATURES } from "../model.ts";
import { createRoutingEngine } from "../routing/engine.ts";
import type { Csr, Rules } from "../rules.ts";
import { newCsrRow } from "../state.ts";
import { createTables, emptySnapshot } from "../tables.ts";
import { newMemory, type Turn } from "../turn.ts";

export interface ImaginedCsr {
  readonly state: "free" | "busy" | "away" | "offline";
  /** Conversations in hand; null: none, or as many as they can have when busy. */
  readonly load: number | null;
  /** The networks where they are; null: wherever they have an address. */
  readonly at: readonly string[] | null;
  /** Seconds without a conversation. */
  readonly idle: number;
  /** Conversations they took today. */
  readonly today: number;
}

export const FREE: ImaginedCsr = { state: "free", load: null, at: null, idle: 0, today: 0 };

export interface ImaginedDesk {
  /** Milliseconds. */
  readonly now: number;
  /** By id; those left out are as `others`. */
  readonly csrs: Readonly<Record<string, ImaginedCsr>>;
  readonly others: ImaginedCsr;
  /** By the names of hours.ts; a queue or site left out is open, a period left out is not now. */
  readonly open: Readonly<Record<string, boolean>>;
  /** By queue, those who wait there, and the seconds for which the first has. */
  readonly waiting: Readonly<Record<string, { readonly count: number; readonly longest: number }>>;
}

export interface ImaginedTurn {
  readonly turn: Turn;
  /** What the turn's world tells as now. */
  readonly clock: { now: number };
}

/** Networks of which nothing is known can do everything: what survives a crossing decides nothing then. */
const ABLE: Capabilities = {
  identity: "virtual",
  features: FEATURES,
  maxTextBytes: 60_000,
  window: 1,
  deduplicates: true,
};

/** Those CSRs as they are, told to a routing engine; one imagined desk serves many imagined customers, one `discard` after the other. */
export function imagineDesk(
  rules: Rules,
  desk: ImaginedDesk,
  capabilities: (network: string) => Capabilities | null = () => ABLE,
): ImaginedTurn {
  const clock = { now: desk.now };
  const turn = newTurn(rules, clock, capabilities);
  for (const network of rules.networks.keys()) turn.memory.links.set(network, true);
  for (const [name, open] of Object.entries(desk.open)) turn.memory.open.set(name, open);
  turn.memory.day = "imagined";
  for (const csr of rules.csrs.values())
    place(turn, csr, Object.hasOwn(desk.csrs, csr.id) ? (desk.csrs[csr.id] ?? FREE) : desk.others);
  turn.tables.keep();
  syncAll(turn);
  for (const [queue, { count, longest }] of Object.entries(desk.waiting)) fill(turn, queue, count, longest);
  turn.tables.keep();
  return { turn, clock };
}

function newTurn(rules: Rules, clock: { now: number }, capabilities: (network: string) => Capabilities | null): Turn {
  let last = 0;
  const next = (): number => {
    last += 1;
    return last;
  };
  return {
    world: {
      get now() {
        return clock.now;
      },
      token: () => next().toString(36).padStart(16, "a"),
      nextLine: next,
      epoch: "imagined",
      capabilities,
    },
    rules,
    tables: createTables(emptySnapshot()),
    memory: newMemory(),
    routing: createRoutingEngine(),
    lines: [],
    outbounds: [],
    timers: [],
    facts: [],
    queries: [],
    stirred: new Set(),
  };
}

function place(turn: Turn, csr: Csr, { state, load, at, idle, today }: ImaginedCsr): void {
  for (const address of csr.addresses) {
    const isThere = state !== "offline" && (at === null || at.includes(address.network));
    turn.memory.presence.set(addressKey(address), isThere ? "available" : "offline");
  }
  const inHand = load ?? (state === "busy" ? csr.capacity : 0);
  turn.tables.csr.put(csr.id, {
    ...newCsrRow(csr.id, turn.world.now - idle * 1000),
    away: state === "away" ? "word" : null,
    hands: Array.from({ length: inHand }, (_, index) => `other ${csr.id} ${index}`),
    took: { day: turn.memory.day, count: today },
  });
}

/** Others who wait there and are never served, being meant for nobody. */
function fill(turn: Turn, queue: string, count: number, longest: number): void {
  for (let index = 0; index < count; index += 1) {
    turn.routing.putWaiting({
      conversation: `other ${queue} ${index}`,
      queue,
      priority: 0,
      turnAt: turn.world.now - longest * 1000 + index,
      needs: [{ kind: "any", of: [] }],
      strategies: [],
      compatibility: "translated",
      customerNetwork: "",
      customerFeatures: [],
      excluded: [],
      only: null,
    });
  }
}
