/**
 * Runs the program: one life of it after another, over one store that outlives them. A crash drops everything that the store has
 * not got; what a dead run still wants to do never happens. Somebody (systemd, say) starts it again each time.
 */
import type { Clock, Logger } from "../../src/adapter.ts";
import { type Address, addressKey, type Outbound } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { EngineLimits } from "../../src/engine/limits.ts";
import type { DaemonEvent, Engine } from "../../src/engine.ts";
import type { Store } from "../../src/store/store.ts";
import { Crossings } from "./crossings.ts";
import type { Decider } from "./decider.ts";
import type { Disk } from "./disk.ts";
import type { Keeping } from "./disk-store.ts";
import type { Ledger } from "./ledger.ts";
import type { Port, SimulatedNetwork } from "./network.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import { never, SimulatedStore } from "./simulated-store.ts";
import type { Subject } from "./subject.ts";
import type { Timeline } from "./timeline.ts";

/** Mean of how long it takes until the program is started again. */
const AGAIN_MS = 5_000;

interface Life {
  readonly engine: Engine;
  readonly store: SimulatedStore;
  isAlive: boolean;
}

export interface OfficeParts {
  readonly subject: Subject;
  readonly networks: readonly SimulatedNetwork[];
  readonly observer: Observer;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly rules: Rules;
  readonly disk: Disk;
  /** Crossings at which the process dies. */
  readonly crashAt: readonly number[];
  readonly keeping: Keeping;
  /** Whoever decides in the desk's place; null: it decides by itself. */
  readonly decider: Decider | null;
  /** In place of the engine's own. */
  readonly limits: Partial<EngineLimits>;
  /** Likewise. */
  readonly crowdEvents: number;
}

export class Office {
  readonly crossings: Crossings;
  readonly #parts: OfficeParts;
  #store: Store;
  readonly #poisoned = new Set<number>();
  #life: Life | null = null;
  #isOver = false;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
    this.#store = parts.keeping.open();
    this.crossings = new Crossings(parts.crashAt, (where) => {
      parts.ledger.coverage.met("crash at a crossing");
      this.crash(where);
    });
  }

  get engine(): Engine | null {
    return this.#life?.engine ?? null;
  }
  get observer(): Observer {
    return this.#parts.observer;
  }

  /** Begins a new life on what the store holds, unless one is lived. */
  open(): void {
    if (this.#life !== null || this.#isOver) return;
    const { ledger, rules } = this.#parts;
    const life = { isAlive: true } as { isAlive: boolean; engine: Engine; store: SimulatedStore };
    this.#life = life;
    const isAlive = (): boolean => life.isAlive;
    this.#store = this.#parts.keeping.open();
    life.store = new SimulatedStore(
      { ...this.#parts, store: this.#store, crossings: this.crossings, poisoned: this.#poisoned },
      isAlive,
    );
    life.engine = this.#createEngine(life, isAlive);
    ledger.note(() => "the desk starts");
    const { clock, log } = this.#surroundings(isAlive);
    this.#parts.decider?.begin({ engine: life.engine, clock, log, isAlive });
    const open = Object.fromEntries([...rules.queues.keys()].map((queue) => [queue, true]));
    void life.engine.submit({ kind: "hours", open, opens: {} }).catch(() => {});
    life.engine.start(this.#networksOf(isAlive)).then(
      () => this.#connect(life),
      (error: unknown) => ledger.violate("no-defect", `the engine did not start: ${error}`),
    );
  }

  /** Something the daemon or an admin tells the desk, if it runs. */
  tell(event: DaemonEvent): void {
    this.#life?.engine.submit(event).catch(() => {});
  }

  /** An admin has a customer erased, whatever the desk says to that. */
  async erase(person: Address): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    const { subject, networks, ledger } = this.#parts;
    const parts = {
      engine: life.engine,
      store: life.store.interface,
      files: { forget: async () => 0 },
      host: {
        capabilities: (name: string) =>
          networks.find(({ traits }) => traits.name === name)?.traits.capabilities ?? null,
        forget: async () => {},
      },
      audit: { record: async () => {} },
    };
    try {
      const report = await subject.eraseCustomer(parts, person, true, { actor: "command line:admin", origin: null });
      ledger.note(() => `erase ${addressKey(person)}: ${JSON.stringify(report)}`);
      if (report.kind === "erased") ledger.erase(addressKey(person));
    } catch (error) {
      // The admin reads that the disk failed.
      ledger.note(() => `erase ${addressKey(person)} failed: ${error}`);
    }
  }

  /** The next message that anybody says cannot be recorded. */
  poison(): void {
    this.#poisoned.add(this.#parts.ledger.messages.length);
  }

  /** The process dies. */
  crash(where = "by chance"): void {
    const { ledger, networks, timeline, random } = this.#parts;
    ledger.note(() => `the desk CRASHES (${where})`);
    ledger.faults += 1;
    ledger.coverage.met("crash");
    this.#die();
    for (const network of networks) {
      network.detach();
    }
    timeline.after(random.delay(AGAIN_MS), () => this.open());
  }

  /** Ends this life in order; resolves when it has. */
  async close(): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    this.#parts.ledger.note(() => "the desk stops in order");
    this.#parts.ledger.coverage.met("orderly restart");
    this.#parts.ledger.faults += 1;
    await life.engine.stop();
    if (this.#life === life) {
      this.crash("stopped");
    }
  }

  /** The simulation is over. */
  end(): void {
    this.#isOver = true;
    this.#die();
    this.#parts.keeping.remove();
  }

  /** Compares the running desk with one made anew from the store, when nothing is under way between them. */
  async compareAnew(): Promise<void> {
    if (this.#life === null || this.#life.store.isCommitting) return;
    const { snapshot } = await this.#store.load();
    this.#parts.observer.compareAnew(snapshot);
  }

  #die(): void {
    if (this.#life !== null) this.#life.isAlive = false;
    this.#life = null;
    this.#parts.decider?.end();
  }

  #surroundings(isAlive: () => boolean): { readonly clock: Clock; readonly log: Logger } {
    return { clock: this.#parts.timeline.clock(isAlive), log: silentLog(this.#parts.ledger, isAlive) };
  }

  #createEngine(life: Life, isAlive: () => boolean): Engine {
    const { subject, observer, random, rules, ledger, limits, crowdEvents, decider } = this.#parts;
    return subject.createEngine({
      createDesk: (snapshot) => observer.createDesk(snapshot),
      store: life.store.interface,
      ...this.#surroundings(isAlive),
      observer: {
        stepped: (_event, step) => {
          if (isAlive()) decider?.stepped(step);
        },
      },
      limits: { ...subject.engineLimits, ...limits },
      crowdEvents,
      undeliveredSeconds: rules.limits.undeliveredSeconds,
      lateSeconds: rules.limits.lateSeconds,
      token: () => random.token(),
      random: () => random.next(),
      onFatal: (fault) => {
        if (!isAlive()) return;
        if (fault.message.includes("simulated")) this.crash(fault.message);
        else ledger.violate("no-defect", `the engine gave up: ${fault.message}`);
      },
    });
  }

  #networksOf(isAlive: () => boolean): Parameters<Engine["start"]>[0] {
    const { networks } = this.#parts;
    const send = async (outbound: Outbound, signal: AbortSignal): ReturnType<SimulatedNetwork["send"]> => {
      const network = networks.find(({ traits }) => traits.name === outbound.to.network);
      if (isAlive()) this.crossings.pass("a send begins");
      if (!isAlive() || network === undefined) return never();
      const sent = network.send(outbound, signal);
      this.crossings.pass("a send is under way");
      const outcome = await sent;
      if (isAlive()) this.crossings.pass("a send is answered");
      return isAlive() ? outcome : never();
    };
    return {
      capabilities: (name) => networks.find(({ traits }) => traits.name === name)?.traits.capabilities ?? null,
      send,
    };
  }

  #connect(life: Life): void {
    const { networks, observer, timeline, random } = this.#parts;
    for (const network of networks) {
      timeline.after(random.delay(200), () => {
        if (life.isAlive) {
          network.attach(portOf(life, network.traits.name, this.crossings), observer);
        }
      });
    }
  }
}

function portOf(life: Life, network: string, crossings: Crossings): Port {
  return {
    receive: async (inbound) => {
      if (life.isAlive) crossings.pass("an event comes");
      if (!life.isAlive) return never();
      const verdict = await life.engine.receive(inbound);
      if (life.isAlive) crossings.pass("an event is answered");
      return life.isAlive ? verdict : never();
    },
    link: (online) => {
      if (life.isAlive) {
        life.engine.link(network, online);
      }
    },
    reachable: (address) => {
      if (life.isAlive) {
        life.engine.reachable(address);
      }
    },
  };
}

/** Errors that the desk reports are violations, unless the simulation made them. */
function silentLog(ledger: Ledger, isAlive: () => boolean): Logger {
  const write = (event: string, fields: unknown): void => {
    if (isAlive()) {
      ledger.note(
        () => `log ${event} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.stack : value))}`,
      );
    }
  };
  return {
    error: (event, fields) => {
      write(event, fields);
      if (
        !JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value)).includes("simulated")
      ) {
        ledger.violate("no-defect", `${event}: ${String(fields?.error ?? "")}`);
      }
    },
    warn: write,
    info: write,
    debug: () => {},
    writesDebug: false,
  };
}
