/**
 * Rolls the real routing engine forward from the present state, many times, with learned rates: how long everybody who waits would still
 * wait. What is drawn by chance is how long talks last, who gives up, who comes; who is served by whom the engine decides, with its
 * priorities, needs, capacities and orders.
 *
 * Whoever gives up stays in their place as a ghost that takes nobody's time: they leave as the others see it, and how long they would have
 * waited is learned all the same, for that is what they asked.
 */
import { createRoutingEngine } from "../routing/engine.ts";
import type { RoutingCsr, RoutingEngine, Waiting } from "../routing/routing.ts";
import { Agenda } from "./agenda.ts";
import { type Chance, chanceFrom, exponential, normal } from "./chance.ts";
import { drawRest, known, ratesOf } from "./durations.ts";
import {
  answerMs,
  frequency,
  GUESSED_PATIENCE_MS,
  GUESSED_TALK_MS,
  type QueueRates,
  queueRates,
  type Rates,
  slowness,
} from "./rates.ts";
import { nextDone, type SharedTalk, untilDone, workOn } from "./sharing.ts";

/** A talk, or an offer that is not answered yet. `ageMs` 0 where it is not known. */
export interface PresentTalk {
  readonly queue: string;
  readonly weight: number;
  readonly ageMs: number;
}
export interface PresentCsr {
  readonly csr: RoutingCsr;
  readonly talks: readonly PresentTalk[];
  /** When wrap-up ends; null where that is not why they are unwilling. */
  readonly willingAt: number | null;
}
export interface PresentWaiting {
  readonly waiting: Waiting;
  readonly since: number;
  /** How the request changes as time goes by, if nothing else happens. */
  readonly later: readonly { readonly at: number; readonly waiting: Waiting }[];
}
export interface PresentQueue {
  readonly id: string;
  readonly wrapUpMs: number;
  /** False: closed, so that nobody comes. */
  readonly open: boolean;
  /** What those who come look like, and how much later than they come their turn is; none: nobody comes. */
  readonly newcomers: readonly { readonly waiting: Waiting; readonly turn: number }[];
}
/** The desk at one moment, as plain JSON. */
export interface Present {
  readonly now: number;
  readonly csrs: readonly PresentCsr[];
  readonly waiting: readonly PresentWaiting[];
  readonly queues: readonly PresentQueue[];
}

/** Further than that nobody looks: a wait that is not over by then counts as one of so long. */
export const HORIZON_MS = 4 * 3_600_000;
/** Things that happen in one run, at most. */
const RUN_EVENTS = 50_000;

export interface RollOptions {
  /** How often the future is drawn, at most. */
  readonly runs: number;
  /** False: enough time was spent. Asked before each run but the first. */
  readonly mayGoOn: () => boolean;
  readonly seed: number;
}

/** By conversation: the waits in milliseconds from now on, as each run had it. */
export type Waits = ReadonlyMap<string, readonly number[]>;

export function rollForward(present: Present, rates: Rates, { runs, mayGoOn, seed }: RollOptions): Waits {
  const waits = new Map<string, number[]>(present.waiting.map(({ waiting }) => [waiting.conversation, []]));
  if (waits.size === 0) return waits;
  const chance = chanceFrom(seed);
  const roll = new Roll(present, rates, chance);
  for (let run = 0; run < runs && (run === 0 || mayGoOn()); run += 1) {
    for (const [conversation, wait] of roll.run()) waits.get(conversation)?.push(wait);
  }
  return waits;
}

interface Talk extends SharedTalk {
  readonly weight: number;
  readonly queue: string;
}
interface BusyCsr {
  readonly start: PresentCsr;
  csr: RoutingCsr;
  talks: Talk[];
  at: number;
  /** Rises with every change, so that what was foreseen before does not happen. */
  version: number;
  /** Until when they are left alone; never over for somebody who is away. */
  aloneUntil: number;
}
interface QueueModel {
  readonly queue: PresentQueue;
  readonly talks: readonly number[];
  readonly patience: readonly number[];
  readonly learned: QueueRates;
  /** How many talks are known of: the fewer, the less sure. */
  readonly seen: number;
  readonly arrivals: number;
}
/** What one run supposes of a queue, within what can be known. */
interface Supposed {
  readonly haste: number;
  readonly arrivals: number;
}

type Happening =
  | { readonly kind: "done"; readonly csr: BusyCsr; readonly version: number }
  | { readonly kind: "willing"; readonly csr: BusyCsr }
  | { readonly kind: "gives-up"; readonly conversation: string }
  | { readonly kind: "asks-anew"; readonly waiting: Waiting }
  | { readonly kind: "comes"; readonly queue: string };

class Roll {
  readonly #present: Present;
  readonly #chance: Chance;
  readonly #engine: RoutingEngine = createRoutingEngine();
  readonly #csrs = new Map<string, BusyCsr>();
  readonly #queues = new Map<string, QueueModel>();
  /** Whose waits are wanted: those who wait in the present. */
  readonly #asking: ReadonlySet<string>;
  readonly #slowness: number;
  readonly #answerMs: number;
  // Of one run:
  #agenda = new Agenda<Happening>();
  #now = 0;
  /** All who wait, ghosts too. */
  #waiting = new Map<string, Waiting>();
  #ghosts = new Set<string>();
  #supposed = new Map<string, Supposed>();
  #touched = new Set<BusyCsr>();
  #came = 0;
  #waits = new Map<string, number>();

  constructor(present: Present, rates: Rates, chance: Chance) {
    this.#present = present;
    this.#chance = chance;
    this.#asking = new Set(present.waiting.map(({ waiting }) => waiting.conversation));
    this.#slowness = slowness(rates.load);
    this.#answerMs = answerMs(rates.answers);
    for (const queue of present.queues) this.#queues.set(queue.id, modelOf(present, rates, queue));
    for (const start of present.csrs) {
      const csr: BusyCsr = { start, csr: start.csr, talks: [], at: 0, version: 0, aloneUntil: 0 };
      this.#csrs.set(start.csr.id, csr);
      this.#engine.putCsr(start.csr);
    }
  }

  /** One future: for everybody who waits now, how long. */
  run(): ReadonlyMap<string, number> {
    this.#begin();
    this.#matchAll();
    let events = 0;
    for (let next = this.#agenda.take(); next !== null && events < RUN_EVENTS; next = this.#agenda.take()) {
      if (this.#waits.size === this.#asking.size || next.at - this.#present.now > HORIZON_MS) break;
      this.#now = next.at;
      events += 1;
      if (this.#happen(next.what)) this.#matchAll();
    }
    for (const { waiting } of this.#present.waiting) {
      if (!this.#waits.has(waiting.conversation)) this.#waits.set(waiting.conversation, HORIZON_MS);
    }
    return this.#waits;
  }

  #begin(): void {
    for (const conversation of this.#waiting.keys()) this.#engine.removeWaiting(conversation);
    this.#agenda = new Agenda();
    this.#now = this.#present.now;
    this.#waiting = new Map();
    this.#ghosts = new Set();
    this.#waits = new Map();
    this.#came = 0;
    for (const [id, { seen, arrivals }] of this.#queues) this.#supposed.set(id, suppose(seen, arrivals, this.#chance));
    for (const csr of this.#csrs.values()) this.#beginCsr(csr);
    this.#touched.clear();
    for (const { waiting, since, later } of this.#present.waiting) {
      this.#wait(waiting, this.#now - since);
      for (const { at, waiting: anew } of later) this.#agenda.add(at, { kind: "asks-anew", waiting: anew });
    }
    for (const id of this.#queues.keys()) this.#expectNext(id);
  }

  #beginCsr(csr: BusyCsr): void {
    const { start } = csr;
    if (this.#touched.has(csr)) {
      csr.csr = start.csr;
      this.#engine.putCsr(start.csr);
    }
    csr.at = this.#now;
    csr.version += 1;
    csr.talks = start.talks.map(({ queue, weight, ageMs }) => {
      const crowd = Math.max(1, start.talks.length) ** this.#slowness;
      return { queue, weight, left: this.#drawTalk(queue, ageMs / crowd) };
    });
    this.#foresee(csr);
    csr.aloneUntil = start.csr.willing ? this.#now : (start.willingAt ?? Number.POSITIVE_INFINITY);
    if (start.willingAt !== null) {
      this.#agenda.add(start.willingAt, { kind: "willing", csr });
    }
  }

  /** True when somebody may now be matched. */
  #happen(what: Happening): boolean {
    switch (what.kind) {
      case "done":
        return what.version === what.csr.version && this.#talkDone(what.csr);
      case "willing":
        if (this.#now < what.csr.aloneUntil) return false;
        this.#putCsr(what.csr, { willing: true });
        return true;
      case "gives-up":
        if (!this.#waiting.has(what.conversation)) return false;
        this.#ghosts.add(what.conversation);
        return false;
      case "asks-anew":
        if (!this.#waiting.has(what.waiting.conversation)) return false;
        this.#waiting.set(what.waiting.conversation, what.waiting);
        this.#engine.putWaiting(what.waiting);
        return true;
      case "comes":
        this.#expectNext(what.queue);
        return this.#comes(what.queue);
    }
  }

  #comes(queue: string): boolean {
    const newcomers = this.#queues.get(queue)?.queue.newcomers ?? [];
    const like = newcomers[Math.floor(this.#chance() * newcomers.length)];
    if (like === undefined) return false;
    this.#came += 1;
    const conversation = `${like.waiting.conversation} ${this.#came}`;
    this.#wait({ ...like.waiting, conversation, turnAt: this.#now + like.turn }, 0);
    return true;
  }

  #wait(waiting: Waiting, waitedMs: number): void {
    this.#waiting.set(waiting.conversation, waiting);
    this.#engine.putWaiting(waiting);
    const patience = this.#queues.get(waiting.queue)?.patience;
    const at = patience === undefined ? Number.POSITIVE_INFINITY : drawRest(patience, waitedMs, 1, this.#chance);
    this.#agenda.add(this.#now + at, { kind: "gives-up", conversation: waiting.conversation });
  }

  #expectNext(queue: string): void {
    const rate = this.#supposed.get(queue)?.arrivals ?? 0;
    if (rate > 0) this.#agenda.add(this.#now + exponential(this.#chance) / rate, { kind: "comes", queue });
  }

  #matchAll(): void {
    for (let match = this.#engine.match(); match !== null; match = this.#engine.match()) {
      const { conversation } = match;
      const waiting = this.#waiting.get(conversation);
      this.#waiting.delete(conversation);
      this.#engine.removeWaiting(conversation);
      const wait = this.#now - this.#present.now + exponential(this.#chance) * this.#answerMs;
      if (this.#asking.has(conversation)) this.#waits.set(conversation, wait);
      const csr = this.#csrs.get(match.csr);
      if (waiting === undefined || csr === undefined || this.#ghosts.delete(conversation)) continue;
      this.#work(csr);
      const weight = waiting.weight ?? 1;
      csr.talks.push({ queue: waiting.queue, weight, left: this.#drawTalk(waiting.queue, 0) });
      const { load, today } = csr.csr;
      const took = { load: load + weight, idleSince: this.#now, offeredAt: this.#now, today: (today ?? 0) + 1 };
      this.#putCsr(csr, took);
      this.#foresee(csr);
    }
  }

  #talkDone(csr: BusyCsr): boolean {
    this.#work(csr);
    const done = nextDone(csr.talks);
    if (done === null) return false;
    csr.talks = csr.talks.filter((talk) => talk !== done);
    const wrapUpMs = this.#queues.get(done.queue)?.queue.wrapUpMs ?? 0;
    const load = Math.max(0, csr.csr.load - done.weight);
    this.#putCsr(csr, { load, idleSince: this.#now, ...(wrapUpMs > 0 ? { willing: false } : {}) });
    this.#foresee(csr);
    if (wrapUpMs > 0) {
      csr.aloneUntil = Math.max(csr.aloneUntil, this.#now + wrapUpMs);
      this.#agenda.add(csr.aloneUntil, { kind: "willing", csr });
    }
    return true;
  }

  /** What they got done since their hands last changed. */
  #work(csr: BusyCsr): void {
    workOn(csr.talks, this.#now - csr.at, this.#slowness);
    csr.at = this.#now;
  }

  /** When the next of their talks will be over, as things stand. */
  #foresee(csr: BusyCsr): void {
    csr.version += 1;
    const next = nextDone(csr.talks);
    if (next === null) return;
    const left = untilDone(next, csr.talks, this.#slowness);
    this.#agenda.add(this.#now + left, { kind: "done", csr, version: csr.version });
  }

  #putCsr(csr: BusyCsr, change: Partial<RoutingCsr>): void {
    csr.csr = { ...csr.csr, ...change };
    this.#touched.add(csr);
    this.#engine.putCsr(csr.csr);
  }

  #drawTalk(queue: string, ageMs: number): number {
    const model = this.#queues.get(queue);
    const haste = this.#supposed.get(queue)?.haste ?? 1;
    if (model === undefined) return exponential(this.#chance) * GUESSED_TALK_MS;
    return Math.min(HORIZON_MS, drawRest(model.talks, ageMs, haste, this.#chance));
  }
}

function modelOf(present: Present, rates: Rates, queue: PresentQueue): QueueModel {
  const learned = queueRates(rates, queue.id, present.now);
  return {
    queue,
    learned,
    talks: ratesOf(learned.talks, GUESSED_TALK_MS),
    patience: ratesOf(learned.patience, GUESSED_PATIENCE_MS),
    seen: known(learned.talks),
    arrivals: queue.open ? frequency(learned.arrivals, present.now) : 0,
  };
}

/** Rates are known only so well: each run supposes others, the further off the fewer talks were seen. */
function suppose(seen: number, arrivals: number, chance: Chance): Supposed {
  return {
    haste: Math.exp(normal(chance) / Math.sqrt(seen + 2)),
    arrivals: arrivals * Math.exp(normal(chance) / Math.sqrt(10)),
  };
}
