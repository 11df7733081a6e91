/** The engine at work. What it promises stands at `Engine` in src/engine.ts. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { createBackoff } from "../backoff.ts";
import { ACCEPTED, type Address, type Inbound, type Verdict, VOLATILE_INBOUND } from "../core/model.ts";
import type { Desk, DeskEvent } from "../core/step.ts";
import type { DaemonEvent, Engine, EngineOptions, EngineStatus, Networks } from "../engine.ts";
import { Outbox } from "../outbox.ts";
import { type Mark, StoreFault } from "../store/store.ts";
import { createTimers, type Timers } from "../timers.ts";
import { type Arrival, lookUp, needsOf, type Sources, type StateEntry, type Task } from "./arrival.ts";
import { Batches } from "./batches.ts";
import { EngineClosed } from "./closed.ts";
import { FloodBrake } from "./flood-brake.ts";
import { type Housekeeping, startHousekeeping } from "./housekeeping.ts";
import { Inbox, OWN } from "./inbox.ts";
import { CROWD_EVENTS, DRAIN_INBOX_MS, INBOX_OVERFLOW, STRETCH_EVENTS, STRETCH_MS } from "./limits.ts";
import { Marks } from "./marks.ts";
import { Stepper } from "./stepper.ts";
import { UnknownIds } from "./unknown-ids.ts";

/** What exists from start() on. */
interface Running {
  readonly stepper: Stepper;
  readonly sources: Sources;
  readonly batches: Batches;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly housekeeping: Housekeeping;
}

const TAKEN: Promise<Verdict> = Promise.resolve(ACCEPTED);
const OVERFLOWED: Verdict = {
  kind: "refused",
  reason: "resource-constraint",
  text: "The desk has too much to do at the moment. Please try again in a minute.",
};

export class Shell implements Engine {
  readonly #options: EngineOptions;
  readonly #inbox = new Inbox();
  readonly #brake: FloodBrake;
  readonly #marks: Marks;
  #state: EngineStatus["state"] = "created";
  #running: Running | null = null;
  #isLooping = false;
  #onIdle: (() => void)[] = [];
  #draining: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  /** After a fault: until those are answered who may be on disk. */
  #ending: Promise<void> | null = null;
  #overflowed = 0;
  #undelivered = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#brake = new FloodBrake(options.clock, options.limits.floodRefusalsPerSecond);
    this.#marks = new Marks(options.clock, () => this.#kick());
  }

  async start(networks: Networks): Promise<void> {
    assert(this.#state === "created", "An engine is started once.");
    const { store, clock, log, limits, createDesk, token } = this.#options;
    const loaded = await store.load();
    assert(this.#state === "created", "An engine is started once.");
    const timers = createTimers(clock, loaded.timers, (timer) => this.#tell({ kind: "timer", timer }, null));
    const stands: Timers["stands"] = (timer) =>
      this.#running?.batches.isSuperseded(timer.id) !== true && timers.stands(timer);
    const capabilities: Networks["capabilities"] = (network) => networks.capabilities(network);
    const stepper = new Stepper({ createDesk, log, token, capabilities, stands }, loaded);
    const sources = { store, recent: stepper.recent, unknown: new UnknownIds(clock, log, limits.unknownIdsPerMinute) };
    const outbox = this.#createOutbox(networks, stepper, loaded.outbox);
    const housekeeping = startHousekeeping({ store, clock, log, limits });
    const tell = (event: Extract<DeskEvent, { kind: "history" }>): void => this.#tell(event, null);
    const { observer } = this.#options;
    const onRoom = (): void => this.#kick();
    const refuse = (arrival: Arrival, verdict: Verdict): void => this.#refuse(arrival, verdict);
    const batches = new Batches({
      store,
      clock,
      log,
      stepper,
      sources,
      outbox,
      timers,
      observer,
      tell,
      refuse,
      onRoom,
    });
    this.#running = { stepper, sources, batches, outbox, timers, housekeeping };
    this.#state = "running";
    log.info("engine.started", { outbox: loaded.outbox.length, timers: timers.size, epoch: loaded.epoch });
    this.#kick();
  }

  receive(inbound: Inbound): Promise<Verdict> {
    const { network } = inbound.from;
    if (!this.#isTaking || this.#running === null) {
      return Promise.reject(new EngineClosed(`it is ${this.#state}`));
    }
    if (VOLATILE_INBOUND.has(inbound.kind)) {
      const about = `${inbound.kind} ${inbound.from.id} ${inbound.device ?? ""} ${inbound.to}`;
      const ignore = (): void => {};
      const task = { kind: "inbound", inbound } as const;
      this.#inbox.pushVolatile(network, about, { task, needs: null, lookup: null, resolve: ignore, reject: ignore });
      this.#kick();
      return TAKEN;
    }
    if (this.#inbox.waiting(network) >= this.#options.limits.inboxEvents * INBOX_OVERFLOW) {
      this.#overflowed += 1;
      return inbound.redelivery === null
        ? Promise.resolve(OVERFLOWED)
        : Promise.reject(new EngineClosed(`${network} has sent too much that still waits`));
    }
    return this.#enqueue(network, { kind: "inbound", inbound });
  }

  submit(event: DaemonEvent): Promise<Verdict> {
    return this.#isTaking || this.#state === "created"
      ? this.#enqueue(OWN, { kind: "event", event, mark: null })
      : Promise.reject(new EngineClosed(`it is ${this.#state}`));
  }

  link(network: string, online: boolean): void {
    if (this.#isTaking) {
      this.#tell({ kind: "link", network, online }, null);
      this.#running?.outbox.link(network, online);
    }
  }

  reachable(address: Address): void {
    this.#running?.outbox.reachable(address);
  }

  async setAdapterState(network: string, key: string, value: unknown): Promise<void> {
    await this.setAdapterStates(network, new Map([[key, value]]));
  }

  async setAdapterStates(network: string, values: ReadonlyMap<string, unknown>): Promise<void> {
    if (!this.#isTaking) {
      throw new EngineClosed(`it is ${this.#state}`);
    }
    const entries = [...values].map(([key, value]): StateEntry => {
      const text: string | undefined = JSON.stringify(value);
      if (text === undefined && value !== undefined) {
        throw new TypeError(`The state "${key}" of ${network} is a ${typeof value}, which JSON cannot say.`);
      }
      return { key, value: text === undefined ? undefined : JSON.parse(text) };
    });
    const verdict = await this.#enqueue(OWN, { kind: "adapter-state", network, entries });
    if (verdict.kind === "refused") {
      const [first] = entries;
      throw new Error(`The state "${first?.key}" of ${network} (${entries.length} entries) could not be recorded.`);
    }
  }

  desk(): Desk {
    assert(this.#running !== null, "The desk exists once the engine was started.");
    return this.#running.stepper.desk;
  }

  epoch(): string {
    assert(this.#running !== null, "The epoch is known once the engine was started.");
    return this.#running.stepper.epoch;
  }

  status(): EngineStatus {
    const outbox = this.#running?.outbox.status() ?? { rows: 0, inFlight: 0, volatileDropped: 0 };
    return {
      state: this.#state,
      waiting: this.#inbox.size,
      outboxRows: outbox.rows,
      inFlight: outbox.inFlight,
      timers: this.#running?.timers.size ?? 0,
      events: this.#running?.batches.events ?? 0,
      commits: this.#running?.batches.commits ?? 0,
      duplicates: this.#running?.stepper.duplicates ?? 0,
      quarantined: this.#running?.stepper.quarantined ?? 0,
      refused: this.#running?.stepper.refused ?? 0,
      overflowed: this.#overflowed,
      volatileDropped: this.#inbox.dropped + outbox.volatileDropped,
      undelivered: this.#undelivered,
      lastCommitMs: this.#running?.batches.lastCommitMs ?? 0,
    };
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Events are taken in. */
  get #isTaking(): boolean {
    return this.#state === "running" || this.#state === "draining";
  }

  async #drain(): Promise<void> {
    const { clock, limits } = this.#options;
    if (this.#state !== "running" || this.#running === null) {
      return;
    }
    this.#state = "draining";
    this.#brake.release();
    this.#kick();
    // What was taken before is to be sent, too; under load there may never be a moment in which nothing waits.
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(DRAIN_INBOX_MS, resolve);
    await Promise.race([this.#idle(), patience]);
    cancel();
    await this.#running.outbox.stop(limits.stopSeconds * 1000);
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    const wasRunning = this.#isTaking;
    if (wasRunning) {
      this.#state = "stopping";
    }
    this.#brake.release();
    running?.housekeeping.stop();
    running?.timers.stop();
    if (running !== null && wasRunning) {
      this.#kick();
      await this.#idle();
      await running.outbox.stop(this.#options.limits.stopSeconds * 1000);
      this.#marks.flush();
      await this.#idle();
    }
    this.#marks.stop();
    if (this.#state !== "failed") {
      this.#state = "stopped";
    }
    this.#rejectAll(new EngineClosed("it is stopped"));
    if (this.#ending !== null) await this.#ending;
  }

  /** Resolves when everything that was taken has been stepped and committed. */
  #idle(): Promise<void> {
    const isBusy = this.#isLooping || this.#running?.batches.isCommitting === true || this.#inbox.size > 0;
    return isBusy && this.#state !== "failed"
      ? new Promise((resolve) => this.#onIdle.push(resolve))
      : Promise.resolve();
  }

  #createOutbox(networks: Networks, stepper: Stepper, loaded: ConstructorParameters<typeof Outbox>[1]): Outbox {
    const { clock, log, limits, random, store, undeliveredSeconds, lateSeconds, observer } = this.#options;
    const onAnswered = observer?.sent?.bind(observer);
    const options = {
      clock,
      log,
      outboxRows: limits.outboxRows,
      sendSeconds: limits.sendSeconds,
      undeliveredSeconds,
      lateSeconds,
      backoffMs: createBackoff(limits, random),
      capabilities: (network: string) => networks.capabilities(network),
      send: networks.send.bind(networks),
      fetch: (ids: readonly number[]) => store.outbox(ids),
      onSent: (mark: Mark) => {
        if (mark.foreign !== null) stepper.recent.addForeign(mark.key, mark.foreign);
        this.#marks.add(mark);
      },
      onUndelivered: ({ id, outbound }, reason, text) => {
        this.#undelivered += 1;
        const event = { kind: "undelivered", outbound, reason, text, reference: null } as const;
        const { key, conversation } = outbound;
        this.#tell(event, { id, key, kind: "failed", foreign: null, conversation });
      },
      onDelivery: (conversation, to, state) => this.#tell({ kind: "delivery", conversation, to, state }, null),
      onRoom: () => this.#kick(),
      ...(onAnswered === undefined ? {} : { onAnswered }),
    } satisfies ConstructorParameters<typeof Outbox>[0];
    return new Outbox(options, loaded);
  }

  /** An event of the desk's own that nobody waits for. */
  #tell(event: Exclude<DeskEvent, { kind: "inbound" }>, mark: Mark | null): void {
    // What is not stepped before the end happens again after the next start: its row or timer is still in the store.
    this.#enqueue(OWN, { kind: "event", event, mark }).catch((error: unknown) => {
      this.#options.log.debug("event.left", { kind: event.kind, error });
    });
  }

  #enqueue(source: string, task: Task): Promise<Verdict> {
    const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
    const needs = needsOf(task);
    const lookup = needs === null || this.#running === null ? null : lookUp(this.#running.sources, needs);
    this.#inbox.push(source, { task, needs, lookup, resolve, reject });
    this.#kick();
    void lookup?.done.then(() => this.#kick());
    return promise;
  }

  /** What is refused is answered at a pace that leaves time for other networks. */
  #refuse({ task, resolve }: Arrival, verdict: Verdict): void {
    const held = this.#brake.hold(task.kind === "inbound" ? task.inbound.from.network : OWN);
    resolve(held === null ? verdict : held.then(() => verdict));
  }

  /** Begins to work through the inbox at the end of this turn of the event loop, when all that one read brought is in it. */
  #kick(): void {
    if (!this.#isLooping && this.#running !== null && (this.#isTaking || this.#state === "stopping")) {
      this.#isLooping = true;
      queueMicrotask(() => void this.#loop(this.#running as Running));
    }
  }

  /**
   * Steps what has come, and sees to it that it is written; much that comes while that is done is stepped meanwhile. After STRETCH_MS of
   * stepping everything else has its turn: while a crowd is stepped, nobody else is read, answered or written to.
   */
  async #loop({ batches, outbox }: Running): Promise<void> {
    const { clock, limits, crowdEvents = CROWD_EVENTS } = this.#options;
    try {
      for (let began = clock.now(), isStepping = false; this.#state !== "failed"; ) {
        const isHeld = outbox.isFull && this.#state === "running";
        isStepping ||= !batches.isCommitting || this.#inbox.size >= crowdEvents;
        const most = isStepping ? Math.min(limits.batchEvents - batches.waiting, STRETCH_EVENTS) : 0;
        const taken = this.#inbox.take(most, isHeld);
        const hasStepped = taken.length > 0;
        if (hasStepped) await batches.step(taken);
        if (hasStepped && clock.now() - began < STRETCH_MS) continue;
        // The stretch is over, or nothing is left that could be stepped now.
        isStepping = false;
        const isDue = !batches.isCommitting && (batches.waiting > 0 || this.#marks.isDue);
        if (isDue) void this.#commit(batches);
        else if (batches.waiting >= crowdEvents) batches.handOn(this.#marks.take);
        if (hasStepped) {
          await turn();
          began = clock.now();
        } else if (!isDue) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#isLooping = false;
    this.#tellIdle();
  }

  async #commit(batches: Batches): Promise<void> {
    try {
      await batches.commit(this.#marks.take);
    } catch (error) {
      this.#fail(error);
    }
    // What found no room in a batch, or came at the very end, is still there.
    this.#kick();
    this.#tellIdle();
  }

  /** What is left in the inbox waits for the store's answer, which begins the loop anew. */
  #tellIdle(): void {
    if (this.#inbox.size === 0 && !this.#isLooping && this.#running?.batches.isCommitting !== true) {
      for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** The disk failed, or the engine has a defect: in both cases going on would make promises that cannot be kept. */
  #fail(error: unknown): void {
    if (this.#state === "failed") {
      return;
    }
    const fault =
      error instanceof StoreFault && error.kind === "disk"
        ? error
        : new StoreFault("disk", `The engine cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    this.#state = "failed";
    this.#options.log.error("engine.failed", { error });
    this.#ending = this.#running?.batches.end(fault) ?? null;
    this.#running?.housekeeping.stop();
    this.#running?.timers.stop();
    void this.#running?.outbox.stop(0);
    this.#marks.stop();
    this.#rejectAll(fault);
    this.#options.onFatal(fault);
  }

  #rejectAll(error: Error): void {
    for (const arrival of this.#inbox.takeAll()) arrival.reject(error);
  }
}
