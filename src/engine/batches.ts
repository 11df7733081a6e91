/** One batch after another: what has to be known is looked up, then it is stepped, committed once, and acted on. */
import type { Clock, LogFields, Logger } from "../adapter.ts";
import { ACCEPTED, type Verdict } from "../core/model.ts";
import { type DeskEvent, type Fact, type HistoryQuery, type Line, PERSONAL_DETAILS } from "../core/step.ts";
import type { EngineObserver } from "../engine.ts";
import type { Outbox } from "../outbox.ts";
import { asItReads, type Mark, type Store, StoreFault } from "../store/store.ts";
import type { Timers } from "../timers.ts";
import { type Arrival, lookUp, type Task } from "./arrival.ts";
import { Draft } from "./draft.ts";
import { HISTORY_LINES } from "./limits.ts";
import type { Stepper } from "./stepper.ts";

export interface BatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stepper: Stepper;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly observer: EngineObserver | undefined;
  /** An event that one of the steps led to. */
  readonly tell: (event: Extract<DeskEvent, { kind: "history" }>) => void;
}

export class Batches {
  readonly #parts: BatchParts;
  /** What the core keeps in memory alone, to be told again when it is rebuilt: rules, hours, links, who decides. */
  readonly #told = new Map<string, DeskEvent>();
  events = 0;
  commits = 0;
  lastCommitMs = 0;

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /**
   * Steps, commits, acts. `takeMarks` is asked when it is known whether the batch is written anyway, so that marks can go
   * with it. Rejects only when nothing can go on.
   */
  async process(arrivals: readonly Arrival[], takeMarks: (isWritten: boolean) => readonly Mark[]): Promise<void> {
    await this.#prepare(arrivals);
    const draft = this.#draft([]);
    const verdicts = arrivals.map((arrival) => this.#step(arrival, draft));
    const marks = takeMarks(!draft.isEmpty);
    draft.marks.push(...marks);
    try {
      await this.#commit(draft, arrivals.length);
    } catch (error) {
      if (!isDataFault(error)) {
        throw error;
      }
      await this.#replay(arrivals, marks, error);
      return;
    }
    this.#settle(draft, arrivals, verdicts);
  }

  /** Waits for what has to be known before these can be stepped; nothing overtakes meanwhile. */
  async #prepare(arrivals: readonly Arrival[]): Promise<void> {
    let pending: Promise<void>[] | null = null;
    for (const arrival of arrivals) {
      if (arrival.needs !== null) {
        arrival.lookup ??= lookUp(this.#parts.store, this.#parts.stepper.recent, arrival.needs);
        if (arrival.lookup !== null && !arrival.lookup.isDone) {
          pending ??= [];
          pending.push(arrival.lookup.done);
        }
      }
    }
    if (pending !== null) {
      await Promise.all(pending);
    }
    for (const { lookup } of arrivals) {
      if (lookup?.error instanceof StoreFault && lookup.error.kind === "disk") {
        throw lookup.error;
      }
    }
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

  async #commit(draft: Draft, events: number): Promise<void> {
    if (!draft.isEmpty) {
      const began = performance.now();
      await this.#parts.store.commit(draft.build(this.#parts.stepper.lastLine));
      this.lastCommitMs = performance.now() - began;
      this.commits += 1;
      this.#parts.observer?.committed?.(this.lastCommitMs, events);
      if (this.#parts.log.writesDebug !== false) {
        for (const { conversation, key, kind } of draft.marks) {
          this.#parts.log.debug("send.marked", { conversation: conversation ?? null, key, as: kind });
        }
      }
    }
  }

  /** Acts on what was committed: answers the adapters, hands over the sends, arms the timers. */
  #settle(draft: Draft, arrivals: readonly Arrival[], verdicts: readonly Verdict[]): void {
    const { log, observer, timers, outbox } = this.#parts;
    this.events += arrivals.length;
    timers.apply(draft.timers());
    for (const [index, arrival] of arrivals.entries()) {
      arrival.resolve(verdicts[index] ?? ACCEPTED);
      if (arrival.task.kind === "event") this.#remember(arrival.task.event);
    }
    if (log.writesDebug !== false) {
      for (const { outbound } of draft.outbox) {
        const { conversation, to, key, kind } = outbound;
        log.debug("send.committed", { conversation, network: to.network, key, kind });
      }
    }
    outbox.add(draft.outbox);
    for (const outbound of draft.volatile) outbox.addVolatile(outbound);
    for (const query of draft.queries) void this.#answer(query);
    for (const fact of draft.facts) log.info(fact.event, logged(fact));
    for (const { event, step } of draft.observed ?? []) observer?.stepped?.(event, step);
  }

  #remember(event: DeskEvent): void {
    if (event.kind === "rules" || event.kind === "hours" || event.kind === "deciding")
      this.#told.set(event.kind, event);
    if (event.kind === "link") this.#told.set(`link ${event.network}`, event);
    if (event.kind === "rules") this.#parts.outbox.setPatience(event.rules.limits);
  }

  async #answer({ conversation, leg, limit, before }: HistoryQuery): Promise<void> {
    try {
      const transcript = await this.#parts.store.transcript(conversation, Math.min(limit, HISTORY_LINES));
      const lines = transcript
        .filter(({ retracted, line }) => !retracted && (before === null || line < before))
        .map((line): Line => {
          const { content } = line;
          if (line.edited === null || content.kind !== "message") return line;
          const { formatting: _before, ...rest } = content;
          return { ...line, content: { ...rest, ...asItReads(line) } };
        });
      this.#parts.tell({ kind: "history", conversation, leg, lines });
    } catch (error) {
      this.#parts.log.error("history.unreadable", { conversation, error });
    }
  }

  /**
   * A batch that the store cannot record: back to what it holds, then one event a transaction, so that the guilty one is
   * found and set aside and the others happen.
   */
  async #replay(arrivals: readonly Arrival[], marks: readonly Mark[], fault: unknown): Promise<void> {
    this.#parts.log.error("batch.refused", { events: arrivals.length, error: fault });
    await this.#reload();
    await this.#commit(this.#draft(marks), 0);
    for (const arrival of arrivals) {
      await this.#processAlone(arrival);
    }
  }

  async #processAlone(arrival: Arrival): Promise<void> {
    await this.#prepare([arrival]);
    let draft = this.#draft([]);
    let verdict = this.#step(arrival, draft);
    try {
      await this.#commit(draft, 1);
    } catch (error) {
      if (!isDataFault(error)) {
        throw error;
      }
      await this.#reload();
      draft = this.#draft([]);
      verdict = this.#parts.stepper.quarantineArrival(arrival, error, draft);
      await this.#commit(draft, 1);
    }
    this.#settle(draft, [arrival], [verdict]);
  }

  /** The desk as the store knows it, told again what it keeps in memory alone. */
  async #reload(): Promise<void> {
    this.#parts.stepper.reload(await this.#parts.store.load());
    for (const event of this.#told.values()) {
      const ignore = (): void => {};
      const task = { kind: "event", event, mark: null } as Task;
      const draft = this.#draft([]);
      this.#parts.stepper.step({ task, needs: null, lookup: null, resolve: ignore, reject: ignore }, draft);
      await this.#commit(draft, 0);
      this.#settle(draft, [], []);
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
