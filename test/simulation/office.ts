/**
 * Runs the program: one life of it after another, over one store that outlives them. A crash drops everything that the store has
 * not got; what a dead run still wants to do never happens.
 */
import type { Logger } from "../../src/adapter.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { LineContent } from "../../src/core/step.ts";
import type { DaemonEvent, Engine } from "../../src/engine.ts";
import type { Batch, Store } from "../../src/store/store.ts";
import type { Ledger } from "./ledger.ts";
import type { Port, SimulatedNetwork } from "./network.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./subject.ts";
import type { Timeline } from "./timeline.ts";

/** Mean of what a commit takes. */
const COMMIT_MS = 4;
/** Share of look-ups in the store that take a while, so that answers come back out of turn. */
const SLOW_LOOKUPS = 0.1;
/** One message of so many is poison: the store refuses whatever batch it is in. */
const POISON_EVERY = 400;

interface Life {
  readonly engine: Engine;
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
}

export class Office {
  readonly #parts: OfficeParts;
  readonly #store: Store;
  #life: Life | null = null;
  readonly #poison: number;
  #isCommitting = false;

  constructor(parts: OfficeParts) {
    this.#parts = parts;
    this.#poison = parts.random.between(0, POISON_EVERY - 1);
    this.#store = parts.subject.createMemoryStore("sim");
  }

  get engine(): Engine | null {
    return this.#life?.engine ?? null;
  }

  /** Begins a new life on what the store holds. */
  open(): void {
    const { subject, observer, timeline, random, rules, networks, ledger } = this.#parts;
    const life = { isAlive: true } as { isAlive: boolean; engine: Engine };
    const isAlive = (): boolean => life.isAlive;
    life.engine = subject.createEngine({
      createDesk: (snapshot) => observer.createDesk(snapshot),
      store: this.#storeFor(isAlive),
      clock: timeline.clock(isAlive),
      log: silentLog(ledger, isAlive),
      limits: subject.engineLimits,
      undeliveredSeconds: rules.limits.undeliveredSeconds,
      lateSeconds: rules.limits.lateSeconds,
      token: () => random.token(),
      random: () => random.next(),
      onFatal: (fault) => ledger.violate("no-defect", `the engine gave up: ${fault.message}`),
    });
    this.#life = life;
    ledger.note("the desk starts");
    const open = Object.fromEntries([...rules.queues.keys()].map((queue) => [queue, true]));
    void life.engine.submit({ kind: "hours", open, opens: {} }).catch(() => {});
    life.engine
      .start({
        capabilities: (name) => networks.find(({ traits }) => traits.name === name)?.traits.capabilities ?? null,
        send: (outbound, signal) => {
          const network = networks.find(({ traits }) => traits.name === outbound.to.network);
          return isAlive() && network !== undefined ? network.send(outbound, signal) : never();
        },
      })
      .then(
        () => this.#connect(life),
        (error: unknown) => ledger.violate("no-defect", `the engine did not start: ${error}`),
      );
  }

  /** Something the daemon or an admin tells the desk, if it runs. */
  tell(event: DaemonEvent): void {
    this.#life?.engine.submit(event).catch(() => {});
  }

  /** The process dies. */
  crash(): void {
    const { ledger, networks } = this.#parts;
    ledger.note("the desk CRASHES");
    ledger.faults += 1;
    if (this.#life !== null) {
      this.#life.isAlive = false;
    }
    this.#life = null;
    for (const network of networks) {
      network.detach();
    }
  }

  /** Ends this life in order; resolves when it has. */
  async close(): Promise<void> {
    const life = this.#life;
    if (life === null) {
      return;
    }
    this.#parts.ledger.note("the desk stops in order");
    this.#parts.ledger.faults += 1;
    await life.engine.stop();
    if (this.#life === life) {
      this.crash();
    }
  }

  /** Compares the running desk with one made anew from the store, when nothing is under way between them. */
  async compareAnew(): Promise<void> {
    if (this.#isCommitting || this.#life === null) {
      return;
    }
    const { snapshot } = await this.#store.load();
    this.#parts.observer.compareAnew(snapshot);
  }

  #isPoisoned(batch: Batch): boolean {
    return batch.lines.some(({ content }) => this.#numbersOf(content).some((number) => this.#isPoison(number)));
  }

  #isPoison(number: number): boolean {
    return number % POISON_EVERY === this.#poison;
  }
  #numbersOf(content: LineContent): readonly number[] {
    return "text" in content ? this.#parts.ledger.numbersIn(content.text) : [];
  }

  #connect(life: Life): void {
    const { networks, observer, timeline, random } = this.#parts;
    for (const network of networks) {
      timeline.after(random.delay(200), () => {
        if (life.isAlive) {
          network.attach(portOf(life, network.traits.name), observer);
        }
      });
    }
  }

  /** The store as one life sees it: slow at times, refusing at times, and silent once that life is over. */
  #storeFor(isAlive: () => boolean): Store {
    const { observer, timeline, random } = this.#parts;
    const store = this.#store;
    this.#isCommitting = false;
    const whileAlive = async <T>(answer: Promise<T>): Promise<T> => {
      const value = await answer;
      return isAlive() ? value : never<T>();
    };
    const lookUp = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (random.chance(SLOW_LOOKUPS)) {
        await new Promise<void>((resolve) => void timeline.after(random.delay(10), resolve));
      }
      return whileAlive(ask());
    };
    const commit = async (batch: Batch): Promise<void> => {
      if (this.#isCommitting) {
        this.#parts.ledger.violate("commit-first", "two commits are under way at once");
      }
      this.#isCommitting = true;
      const done = observer.committing();
      const late = random.chance(0.5);
      await new Promise<void>((resolve) => void timeline.after(late ? 0 : random.delay(COMMIT_MS), resolve));
      if (!isAlive()) {
        return never();
      }
      if (this.#isPoisoned(batch)) {
        this.#isCommitting = false;
        const numbers = batch.lines.flatMap(({ content }) => this.#numbersOf(content));
        this.#parts.ledger.quarantine(numbers.filter((number) => this.#isPoison(number)));
        throw new this.#parts.subject.StoreFault("data", "a simulated fault of the data");
      }
      await store.commit(batch);
      done();
      if (late) {
        await new Promise<void>((resolve) => void timeline.after(random.delay(COMMIT_MS), resolve));
      }
      if (!isAlive()) {
        return never();
      }
      this.#isCommitting = false;
    };
    return {
      load: async () => {
        const loaded = await store.load();
        observer.loaded(loaded.timers);
        return whileAlive(Promise.resolve(loaded));
      },
      commit,
      ...lookedUp(store, lookUp),
      close: async () => {},
    };
  }
}

/** Everything of a store but its beginning, its commits and its end. */
function lookedUp(
  store: Store,
  lookUp: <T>(ask: () => Promise<T>) => Promise<T>,
): Omit<Store, "load" | "commit" | "close"> {
  return {
    seen: (network, redelivery) => lookUp(() => store.seen(network, redelivery)),
    reference: (network, person, id) => lookUp(() => store.reference(network, person, id)),
    transcript: (conversation, limit) => lookUp(() => store.transcript(conversation, limit)),
    facts: (conversation) => lookUp(() => store.facts(conversation)),
    adapterState: (network, key) => lookUp(() => store.adapterState(network, key)),
    adapterKeys: (network, prefix) => lookUp(() => store.adapterKeys(network, prefix)),
    outbox: (ids) => lookUp(() => store.outbox(ids)),
    prune: (before, inboxBefore) => lookUp(() => store.prune(before, inboxBefore)),
    appendAudit: (rows) => lookUp(() => store.appendAudit(rows)),
    audit: (query) => lookUp(() => store.audit(query)),
    pruneAudit: (before) => lookUp(() => store.pruneAudit(before)),
    conversationsOf: (person) => lookUp(() => store.conversationsOf(person)),
    erase: (person, conversations) => lookUp(() => store.erase(person, conversations)),
  };
}

function portOf(life: Life, network: string): Port {
  return {
    receive: async (inbound) => {
      const verdict = life.isAlive ? await life.engine.receive(inbound) : await never<never>();
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

/** What a dead process answers. */
function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** Errors that the desk reports are violations, unless the simulation made them. */
function silentLog(ledger: Ledger, isAlive: () => boolean): Logger {
  const write = (event: string, fields: unknown): void => {
    if (isAlive()) {
      ledger.note(
        `log ${event} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.stack : value))}`,
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
  };
}
