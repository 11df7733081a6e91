/** An engine with a small desk, a store that can be held back and broken, and networks that the test answers for. */
import type { DeskEvent } from "../../src/core/step.ts";
import { ENGINE_LIMITS, type EngineLimits } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine, type EngineObserver } from "../../src/engine.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { type Batch, type Store, StoreFault } from "../../src/store/store.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";
import { createEchoDesk, type Diary, JULIET, ROMEO } from "./echo-desk.ts";
import { FakeNetworks } from "./fake-networks.ts";

/** A store whose commits and look-ups the test can hold back or let fail, and which counts them. */
export function watched(store: Store) {
  const batches: Batch[] = [];
  const asked: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  let latest: Promise<unknown> = Promise.resolve();
  let fault: StoreFault | null = null;
  const looking = async <T>(what: string, answer: () => Promise<T>): Promise<T> => {
    asked.push(what);
    return await answer();
  };
  return {
    ...store,
    batches,
    asked,
    lookUpGate: Promise.resolve(),
    /** What every look-up of a reference fails with. */
    unreadable: null as Error | null,
    /** Handed over, recorded or not. */
    handedOver: 0,
    /** One after the other. */
    commit(batch: Batch): Promise<void> {
      this.handedOver += 1;
      const write = async (): Promise<void> => {
        await gate;
        if (fault !== null) throw fault;
        await store.commit(batch);
        batches.push(batch);
      };
      const written = latest.then(write);
      latest = written.catch(() => {});
      return written;
    },
    seen(network: string, id: string): Promise<boolean> {
      return looking(`seen ${id}`, () => store.seen(network, id));
    },
    async reference(network: string, person: string, id: string) {
      return await looking(`reference ${id}`, async () => {
        await this.lookUpGate;
        if (this.unreadable !== null) throw this.unreadable;
        return await store.reference(network, person, id);
      });
    },
    /** Commits wait until the returned function is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    break(kind: "disk" | "data"): void {
      fault = new StoreFault(kind, "the disk is full");
    },
    close: async () => {},
  };
}

export interface SetUp {
  readonly limits?: Partial<EngineLimits>;
  readonly store?: ReturnType<typeof watched>;
  readonly observer?: EngineObserver;
}

export async function setUp({ limits = {}, store = watched(createMemoryStore("e")), observer }: SetUp = {}) {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const networks = new FakeNetworks();
  const diary: Diary = [];
  const fatal: StoreFault[] = [];
  const engine = createEngine({
    createDesk: (snapshot) => createEchoDesk(snapshot, diary),
    store,
    clock,
    log,
    limits: { ...ENGINE_LIMITS, ...limits },
    undeliveredSeconds: 3_600,
    lateSeconds: 30,
    token: createTokens(),
    random: () => 0.5,
    onFatal: (fault) => fatal.push(fault),
    ...(observer === undefined ? {} : { observer }),
  });
  await engine.start(networks);
  engine.link(ROMEO.network, true);
  engine.link(JULIET.network, true);
  await settle();
  diary.length = 0;
  const stepped = (): string[] => diary.map(({ event }) => nameOf(event));
  return { engine, store, clock, log, networks, diary, fatal, stepped };
}

/** An event in a word: what was said, or its kind. */
export function nameOf(event: DeskEvent): string {
  if (event.kind !== "inbound") return event.kind;
  const { inbound } = event;
  return inbound.kind === "message" ? inbound.text : inbound.kind;
}

/** What became of a receive, to be looked at while it may still be open. */
export function outcomeOf(promise: Promise<unknown>): { state: "open" | "taken" | "rejected"; error: unknown } {
  const outcome = { state: "open" as "open" | "taken" | "rejected", error: null as unknown };
  promise.then(
    () => {
      outcome.state = "taken";
    },
    (error: unknown) => {
      outcome.state = "rejected";
      outcome.error = error;
    },
  );
  return outcome;
}
