/**
 * The store as one life of the desk sees it: the real one in memory, behind a disk that is slow at times and fails at times, and silent
 * once that life is over. Every question and every answer is a crossing.
 */
import type { LineContent } from "../../src/core/step.ts";
import type { Batch, Store } from "../../src/store/store.ts";
import type { Crossings } from "./crossings.ts";
import type { Disk } from "./disk.ts";
import type { Ledger } from "./ledger.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./subject.ts";
import type { Timeline } from "./timeline.ts";

/** Mean of what a commit takes. */
const COMMIT_MS = 4;
/** Mean of what it takes until a batch is refused: long enough for others to be handed on behind it. */
const REFUSAL_MS = 1_500;
/** Share of look-ups that take a while, so that answers come back out of turn. */
const SLOW_LOOKUPS = 0.1;

export interface StoreParts {
  readonly subject: Subject;
  readonly store: Store;
  readonly disk: Disk;
  readonly observer: Observer;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly crossings: Crossings;
  /** Numbers of messages that no batch with them in it can be recorded. */
  readonly poisoned: ReadonlySet<number>;
}

/** What a dead process answers. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** One for each life. */
export class SimulatedStore {
  readonly #parts: StoreParts;
  readonly #isAlive: () => boolean;
  /** Commits that were handed over and not answered. */
  #underWay = 0;
  /** The one that was handed over last. */
  #latest: Promise<void> = Promise.resolve();

  constructor(parts: StoreParts, isAlive: () => boolean) {
    this.#parts = parts;
    this.#isAlive = isAlive;
  }

  get isCommitting(): boolean {
    return this.#underWay > 0;
  }

  /** As the engine takes it. */
  get interface(): Store {
    const { store, observer } = this.#parts;
    const lookUp = <T>(ask: () => Promise<T>): Promise<T> => this.#lookUp(ask);
    return {
      load: async () => {
        const loaded = await store.load();
        observer.loaded(loaded.timers);
        this.#parts.crossings.pass("the store was loaded");
        return this.#whileAlive(Promise.resolve(loaded));
      },
      commit: (batch) => this.#inTurn(batch),
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
      close: async () => {},
    };
  }

  async #whileAlive<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    return this.#isAlive() ? value : never<T>();
  }

  async #lookUp<T>(ask: () => Promise<T>): Promise<T> {
    const { random, crossings, disk } = this.#parts;
    crossings.pass("a look-up begins");
    if (disk.slowness > 1 || random.chance(SLOW_LOOKUPS)) await this.#pause(random.delay(10));
    const value = await this.#whileAlive(ask());
    crossings.pass("a look-up is answered");
    return this.#whileAlive(Promise.resolve(value));
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise<void>(
      (resolve) => void this.#parts.timeline.after(delayMs * this.#parts.disk.slowness, resolve),
    );
  }

  /** One after the other, in the order in which they were handed over. */
  async #inTurn(batch: Batch): Promise<void> {
    const { observer, ledger } = this.#parts;
    const done = observer.committing();
    const before = this.#latest;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#latest = promise;
    this.#underWay += 1;
    if (this.#underWay > 1) ledger.coverage.met("handed on behind another commit");
    await before;
    try {
      await this.#commit(batch, done);
    } finally {
      this.#underWay -= 1;
      resolve();
    }
  }

  async #commit(batch: Batch, done: () => void): Promise<void> {
    const { random, store, crossings, disk, ledger } = this.#parts;
    const late = random.chance(0.5);
    crossings.pass("a commit begins");
    await this.#pause(late ? 0 : random.delay(COMMIT_MS));
    const poison = this.#poisonIn(batch);
    if (poison.length > 0) await this.#pause(random.delay(REFUSAL_MS));
    if (!this.#isAlive()) return never();
    if (poison.length > 0) this.#refuse(poison);
    const fault = disk.takeFault();
    if (fault === null || fault === "write-torn") {
      await store.commit(batch);
      done();
    }
    crossings.pass(fault === null ? "a commit is on the disk" : "a commit fails");
    if (late && this.#isAlive()) await this.#pause(random.delay(COMMIT_MS));
    if (!this.#isAlive()) return never();
    if (fault !== null) {
      ledger.note(() => `the disk fails: ${fault}`);
      throw new this.#parts.subject.StoreFault("disk", `a simulated fault of the disk: ${fault}`);
    }
    crossings.pass("a commit is answered");
    if (!this.#isAlive()) return never();
  }

  /** Numbers of messages in it that can never be recorded. */
  #poisonIn(batch: Batch): readonly number[] {
    const { poisoned } = this.#parts;
    if (poisoned.size === 0) return [];
    return batch.lines.flatMap(({ content }) => this.#numbersOf(content)).filter((one) => poisoned.has(one));
  }

  #refuse(numbers: readonly number[]): never {
    const { ledger, subject } = this.#parts;
    ledger.quarantine(numbers);
    ledger.coverage.met("poisoned message");
    if (this.#underWay > 1) ledger.coverage.met("refused with another commit behind it");
    throw new subject.StoreFault("data", "a simulated fault of the data");
  }

  #numbersOf(content: LineContent): readonly number[] {
    return "text" in content ? this.#parts.ledger.numbersIn(content.text) : [];
  }
}
