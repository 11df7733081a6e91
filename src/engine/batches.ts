/**
 * One batch after another: what has to be known is looked up, then it is stepped, committed once, and acted on. What is stepped while a
 * commit runs goes into the batch that is committed next; nobody hears of it before that.
 */
import type { Clock, LogFields, Logger } from "../adapter.ts";
import { ACCEPTED, type Verdict } from "../core/model.ts";
import { type DeskEvent, type Fact, PERSONAL_DETAILS } from "../core/step.ts";
import type { EngineObserver } from "../engine.ts";
import type { Outbox } from "../outbox.ts";
import { type Mark, type Store, StoreFault } from "../store/store.ts";
import type { Timers } from "../timers.ts";
import { type Arrival, lookUp, type Sources, type Task } from "./arrival.ts";
import { Draft } from "./draft.ts";
import { type Answer, answerQuery } from "./history.ts";
import type { Stepper } from "./stepper.ts";

export interface BatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stepper: Stepper;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly observer: EngineObserver | undefined;
  readonly sources: Sources;
  /** An event that one of the steps led to. */
  readonly tell: (event: Answer) => void;
  /** Answers what was refused. */
  readonly refuse: (arrival: Arrival, verdict: Verdict) => void;
  /** There is room in the batch that is written next. */
  readonly onRoom: () => void;
}

/** What was stepped, and is to be written together. */
interface Stepped {
  readonly draft: Draft;
  readonly arrivals: Arrival[];
  readonly verdicts: Verdict[];
}

/** A batch that is being written. */
interface Written extends Stepped {
  /** Those that it took along. */
  readonly marks: readonly Mark[];
  /** By `performance.now()`. */
  readonly handedOnAt: number;
  /** Null once it is on disk; else why it is not. */
  readonly fault: Promise<unknown>;
}

/** Asked when it is known whether a batch is written anyway, so that marks can go with it. */
export type TakeMarks = (isWritten: boolean) => readonly Mark[];

export class Batches {
  readonly #parts: BatchParts;
  /** What the core keeps in memory alone, to be told again when it is rebuilt: rules, hours, links, who decides. */
  readonly #told = new Map<string, DeskEvent>();
  /** Those that are stepped when all that has to be known is. */
  #preparing: readonly Arrival[] = [];
  #open: Stepped | null = null;
  /** Those that are being written, the oldest first: one, and in a crowd another one behind it. */
  #writing: Written[] = [];
  /** The one on disk that is being answered. */
  #acting: Written | null = null;
  /** What was refused together and is stepped anew, one by one. */
  #again: Arrival[] = [];
  #isOver = false;
  /** How many were handed to the store since one was refused, or since the start; see `Batch.place`. */
  #handedOn = 0;
  /** When the store was done with the last one. */
  #answeredAt = 0;
  /** Ends when the store has taken what it could not take at once; until then nothing else is stepped. */
  #replaying: PromiseWithResolvers<void> | null = null;
  events = 0;
  commits = 0;
  lastCommitMs = 0;

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /** Events that wait for the next commit. */
  get waiting(): number {
    return this.#open?.arrivals.length ?? 0;
  }

  get isCommitting(): boolean {
    return this.#writing.length > 0 || this.#replaying !== null;
  }

  /**
   * Nothing more is written or acted on. Resolves when everybody was answered: who is on disk as if all were well, since it happens after the
   * next start, and would happen twice if its sender believed it lost; whom the store still writes, when it has; all others are rejected.
   */
  async end(error: Error): Promise<void> {
    this.#isOver = true;
    const handed = [...(this.#acting === null ? [] : [this.#acting]), ...this.#writing];
    for (const arrival of [...this.#again, ...(this.#open?.arrivals ?? []), ...this.#preparing]) arrival.reject(error);
    this.#open = null;
    this.#writing = [];
    this.#replayed();
    let isRecorded = true;
    for (const { arrivals, verdicts, fault } of handed) {
      // What stands on one that was not recorded was not either, though nothing of it had to be written.
      isRecorded = (await fault) === null && isRecorded;
      for (const [index, arrival] of arrivals.entries()) {
        if (isRecorded) arrival.resolve(verdicts[index] ?? ACCEPTED);
        else arrival.reject(error);
      }
    }
  }

  /** A timer of that id was set or cancelled by what is not committed yet. */
  isSuperseded(timer: string): boolean {
    return this.#writing.some(({ draft }) => draft.hasTimer(timer));
  }

  /** Steps these into the batch that is written next. Rejects only when nothing can go on. */
  async step(arrivals: readonly Arrival[]): Promise<void> {
    this.#preparing = arrivals;
    await this.#prepare(arrivals);
    while (this.#replaying !== null) {
      await this.#replaying.promise;
      await this.#prepare(arrivals);
    }
    if (this.#isOver) return;
    this.#parts.stepper.tick(this.#parts.clock.now());
    this.#open ??= { draft: this.#draft([]), arrivals: [], verdicts: [] };
    for (const arrival of arrivals) {
      this.#open.verdicts.push(this.#step(arrival, this.#open.draft));
      this.#open.arrivals.push(arrival);
    }
    this.#preparing = [];
  }

  /**
   * Writes what was stepped, and what is stepped meanwhile, until nothing is left; each batch is acted on once it is on disk. Never twice
   * at a time. Rejects only when nothing can go on.
   */
  async commit(takeMarks: TakeMarks): Promise<void> {
    this.#begin(takeMarks);
    for (let [batch] = this.#writing; batch !== undefined; [batch] = this.#writing) {
      const fault = await batch.fault;
      if (this.#isOver) return;
      if (fault !== null) {
        await this.#replay(fault);
        this.#begin(takeMarks);
        continue;
      }
      // The next one is on its way before this one is acted on, so that disk and processor work at the same time.
      this.#acting = batch;
      this.#writing.shift();
      this.#count(batch);
      if (this.#writing.length === 0) this.#begin(takeMarks);
      this.#settle(batch);
      this.#acting = null;
      this.#parts.onRoom();
    }
  }

  /**
   * Hands what was stepped to the store while it writes, if it has nothing else waiting: so it begins with it as soon as it is done, and not
   * when this thread has heard of that and made rows of the next.
   */
  handOn(takeMarks: TakeMarks): void {
    if (this.#writing.length === 1 && this.#replaying === null) this.#begin(takeMarks);
  }

  /** Closes the open batch and begins to write it, if there is anything to write. */
  #begin(takeMarks: TakeMarks): void {
    if (this.#isOver) return;
    const isWritten = this.#open?.draft.isEmpty === false;
    const marks = takeMarks(isWritten);
    if (this.#open === null && marks.length === 0) {
      return;
    }
    const stepped = this.#open ?? { draft: this.#draft([]), arrivals: [], verdicts: [] };
    this.#open = null;
    stepped.draft.marks.push(...marks);
    this.#write(stepped, marks);
  }

  #write(stepped: Stepped, marks: readonly Mark[]): Written {
    const written = { ...stepped, marks, handedOnAt: performance.now(), fault: this.#record(stepped.draft) };
    this.#writing.push(written);
    return written;
  }

  /** Resolves with what the store says of it; null: it is on disk. */
  async #record(draft: Draft): Promise<unknown> {
    if (draft.isEmpty) return null;
    const place = this.#handedOn;
    this.#handedOn += 1;
    try {
      await this.#parts.store.commit(draft.build(this.#parts.stepper.lastLine, place));
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Waits for what has to be known before these can be stepped; nothing overtakes meanwhile. */
  async #prepare(arrivals: readonly Arrival[]): Promise<void> {
    for (let pending = this.#lookUp(arrivals); pending !== null; pending = this.#lookUp(arrivals)) {
      await Promise.all(pending);
    }
    for (const { lookup } of arrivals) {
      if (lookup?.error instanceof StoreFault && lookup.error.kind === "disk") {
        throw lookup.error;
      }
    }
  }

  /** The look-ups that are not answered yet, of these; null when all is known. */
  #lookUp(arrivals: readonly Arrival[]): Promise<void>[] | null {
    let pending: Promise<void>[] | null = null;
    for (const arrival of arrivals) {
      if (arrival.needs === null) continue;
      if (arrival.lookup === null || arrival.lookup.isStale) {
        arrival.lookup = lookUp(this.#parts.sources, arrival.needs);
      }
      if (arrival.lookup !== null && !arrival.lookup.isDone) {
        pending ??= [];
        pending.push(arrival.lookup.done);
      }
    }
    return pending;
  }

  /** What the store could not tell, though the disk is well (a row that somebody damaged), concerns this event alone. */
  #step(arrival: Arrival, draft: Draft): Verdict {
    const error = arrival.lookup?.error ?? null;
    return error === null
      ? this.#parts.stepper.step(arrival, draft)
      : this.#parts.stepper.quarantineArrival(arrival, error, draft);
  }

  #draft(marks: readonly Mark[]): Draft {
    return new Draft(
      this.#parts.stepper.tick(this.#parts.clock.now()),
      marks,
      this.#parts.observer?.stepped !== undefined,
    );
  }

  /** Acts on what was committed: answers the adapters, hands over the sends, arms the timers. */
  #settle({ draft, arrivals, verdicts }: Written): void {
    const { log, observer, timers, outbox } = this.#parts;
    this.events += arrivals.length;
    timers.apply(draft.timers());
    let index = 0;
    for (const arrival of arrivals) {
      const verdict = verdicts[index] ?? ACCEPTED;
      if (verdict.kind === "refused") this.#parts.refuse(arrival, verdict);
      else arrival.resolve(verdict);
      if (arrival.task.kind === "event") this.#remember(arrival.task.event);
      index += 1;
    }
    if (log.writesDebug !== false) {
      for (const { outbound } of draft.outbox) {
        const { conversation, to, key, kind } = outbound;
        log.debug("send.committed", { conversation, network: to.network, key, kind });
      }
    }
    outbox.add(draft.outbox);
    for (const outbound of draft.volatile) outbox.addVolatile(outbound);
    for (const query of draft.queries) void answerQuery(this.#parts, query);
    for (const fact of draft.facts) log.info(fact.event, logged(fact));
    for (const { event, step } of draft.observed ?? []) observer?.stepped?.(event, step);
  }

  #count({ draft, arrivals, handedOnAt }: Written): void {
    if (draft.isEmpty) return;
    const { log, observer } = this.#parts;
    // Behind another one it was not begun before that was done.
    this.lastCommitMs = performance.now() - Math.max(handedOnAt, this.#answeredAt);
    this.#answeredAt = performance.now();
    this.commits += 1;
    observer?.committed?.(this.lastCommitMs, arrivals.length);
    if (log.writesDebug !== false) {
      for (const { conversation, key, kind } of draft.marks) {
        log.debug("send.marked", { conversation: conversation ?? null, key, as: kind });
      }
    }
  }

  #remember(event: DeskEvent): void {
    if (event.kind === "rules" || event.kind === "hours" || event.kind === "deciding")
      this.#told.set(event.kind, event);
    if (event.kind === "link") this.#told.set(`link ${event.network}`, event);
    if (event.kind === "rules") this.#parts.outbox.setPatience(event.rules.limits);
  }

  /**
   * A batch that the store cannot record: back to what it holds, then one event a transaction, so that the guilty one is
   * found and set aside and the others happen. What was stepped meanwhile stood on that batch: it goes the same way.
   */
  async #replay(fault: unknown): Promise<void> {
    if (!isDataFault(fault)) {
      throw fault;
    }
    const marks = this.#writing.flatMap((written) => written.marks);
    this.#again = this.#writing.flatMap(({ arrivals }) => arrivals).concat(this.#open?.arrivals ?? []);
    // What was handed on behind it is refused as well: it has no place any more.
    this.#writing = [];
    this.#handedOn = 0;
    this.#open = null;
    this.#replaying = Promise.withResolvers();
    this.#parts.log.error("batch.refused", { events: this.#again.length, error: fault });
    await this.#reload();
    await this.#writeAlone({ draft: this.#draft(marks), arrivals: [], verdicts: [] });
    while (!this.#isOver) {
      const arrival = this.#again[0];
      if (arrival === undefined) break;
      await this.#prepare([arrival]);
      if (!this.#isOver) await this.#processAlone(arrival);
    }
    this.#replayed();
  }

  #replayed(): void {
    this.#again = [];
    this.#replaying?.resolve();
    this.#replaying = null;
  }

  async #processAlone(arrival: Arrival): Promise<void> {
    const draft = this.#draft([]);
    const verdict = this.#step(arrival, draft);
    this.#again.shift();
    try {
      await this.#writeAlone({ draft, arrivals: [arrival], verdicts: [verdict] });
    } catch (error) {
      if (this.#isOver || !isDataFault(error)) {
        throw error;
      }
      this.#writing = [];
      this.#again.unshift(arrival);
      this.#handedOn = 0;
      await this.#reload();
      const aside = this.#draft([]);
      const refusal = this.#parts.stepper.quarantineArrival(arrival, error, aside);
      this.#again.shift();
      await this.#writeAlone({ draft: aside, arrivals: [arrival], verdicts: [refusal] });
    }
  }

  /** Rejects when it cannot be recorded; it is among those that are being written then. */
  async #writeAlone(stepped: Stepped): Promise<void> {
    if (this.#isOver) return;
    const written = this.#write(stepped, []);
    const fault = await written.fault;
    if (this.#isOver) return;
    if (fault !== null) {
      throw fault;
    }
    this.#acting = written;
    this.#writing = [];
    this.#count(written);
    this.#settle(written);
    this.#acting = null;
  }

  /** The desk as the store knows it, told again what it keeps in memory alone. */
  async #reload(): Promise<void> {
    this.#parts.stepper.reload(await this.#parts.store.load());
    for (const event of this.#told.values()) {
      const ignore = (): void => {};
      const task = { kind: "event", event, mark: null } as Task;
      const draft = this.#draft([]);
      this.#parts.stepper.step({ task, needs: null, lookup: null, resolve: ignore, reject: ignore }, draft);
      await this.#writeAlone({ draft, arrivals: [], verdicts: [] });
    }
  }
}

function isDataFault(error: unknown): boolean {
  return error instanceof StoreFault && error.kind === "data";
}

/** A fact as the log may have it: nothing that names or quotes a person. */
function logged({ conversation, csr, detail }: Fact): LogFields {
  const fields = Object.entries(detail).filter(([name]) => !PERSONAL_DETAILS.has(name));
  return { conversation, csr, ...Object.fromEntries(fields) };
}
