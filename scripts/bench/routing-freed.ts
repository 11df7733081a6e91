/**
 * A CSR becomes free while many wait, in the group `routing`: who is next? Both sides are told of the same CSRs, who take one at a time and are
 * all busy but for one, and somebody new comes for everybody who is served, so that as many wait all the time.
 */
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { RoutingCsr, Waiting } from "../../src/core/routing/routing.ts";
import { Random } from "../../test/simulation/random.ts";
import { type NaiveCsr, type NaiveRequest, nextFor } from "./naive-routing.ts";
import { constantOf, drawRequest, MS_PER_POINT, stateOf, waitingOf } from "./routing-people.ts";

/** CSRs whose states, and newcomers, are made at a time, so that they are found as what has just been made. */
const BATCH = 64;
/** Choices that are kept to be compared. */
const KEPT = 2_000;

/** One side, in its own words. */
export interface FreedSide<State, Request> {
  /** Not measured, as in `Side`: what is made was just made, whoever makes it. */
  stateOf(csr: NaiveCsr, number: number, load: number): State;
  requestOf(request: NaiveRequest): Request;
  /** Somebody comes, and nobody is free. */
  put(request: Request): void;
  /** The CSR has room now: who is next for them, null for nobody? */
  choose(free: State): string | null;
  /** Whoever was chosen last leaves the queue, and the CSR is busy again. */
  take(chosen: string | null, busy: State): void;
}

/** What so many decisions took: finding who is next; that, and who is served leaves and the CSR is busy; and with whoever comes in their place. */
export interface FreedTimes {
  readonly decisions: number;
  readonly chosenMs: number;
  readonly takenMs: number;
  readonly wholeMs: number;
}

/** A centre in which everybody is busy, and many wait. */
export class FullCentre<State, Request> {
  /** Who was next for the first CSRs who became free. */
  readonly choices: (string | null)[] = [];
  readonly #csrs: readonly NaiveCsr[];
  readonly #side: FreedSide<State, Request>;
  #freed = 0;
  #came = 0;

  constructor(csrs: readonly NaiveCsr[], waiting: readonly NaiveRequest[], side: FreedSide<State, Request>) {
    this.#csrs = csrs;
    this.#side = side;
    for (const request of waiting) side.put(side.requestOf(request));
    this.#came = waiting.length;
  }

  /** CSRs become free one after the other: so many, or for so long, whichever is over first. */
  run(atMost: number, mostMs = Number.POSITIVE_INFINITY): FreedTimes {
    let [decisions, chosenMs, takenMs, wholeMs] = [0, 0, 0, 0];
    while (decisions < atMost && wholeMs < mostMs) {
      const batch = this.#batch(Math.min(BATCH, atMost - decisions));
      decisions += batch.decisions;
      chosenMs += batch.chosenMs;
      takenMs += batch.takenMs;
      wholeMs += batch.wholeMs;
    }
    return { decisions, chosenMs, takenMs, wholeMs };
  }

  #batch(decisions: number): FreedTimes {
    const side = this.#side;
    const made = Array.from({ length: decisions }, (_, ahead) => this.#make(ahead));
    let [chosenMs, takenMs, wholeMs] = [0, 0, 0];
    for (const { free, busy, newcomer } of made) {
      const began = performance.now();
      const chosen = side.choose(free);
      const found = performance.now();
      side.take(chosen, busy);
      const taken = performance.now();
      if (chosen !== null) side.put(newcomer);
      wholeMs += performance.now() - began;
      takenMs += taken - began;
      chosenMs += found - began;
      if (this.choices.length < KEPT) this.choices.push(chosen);
    }
    this.#freed += decisions;
    this.#came += decisions;
    return { decisions, chosenMs, takenMs, wholeMs };
  }

  #make(ahead: number): { readonly free: State; readonly busy: State; readonly newcomer: Request } {
    const number = ((this.#freed + ahead) * 7_919) % this.#csrs.length;
    const csr = this.#csrs[number];
    if (csr === undefined) throw new Error("there are no CSRs");
    const came = this.#came + ahead;
    return {
      free: this.#side.stateOf(csr, number, 0),
      busy: this.#side.stateOf(csr, number, csr.load),
      newcomer: this.#side.requestOf(drawRequest(new Random(came), came, this.#csrs)),
    };
  }
}

export function freedIndexed(csrs: readonly NaiveCsr[]): FreedSide<RoutingCsr, Waiting> {
  const engine = createRoutingEngine();
  const constants = csrs.map(constantOf);
  const state = (csr: NaiveCsr, number: number, load: number): RoutingCsr =>
    stateOf(constants[number] ?? constantOf(csr), { ...csr, load });
  for (const [number, csr] of csrs.entries()) engine.putCsr(state(csr, number, csr.load));
  return {
    stateOf: state,
    requestOf: waitingOf,
    put(waiting) {
      engine.putWaiting(waiting);
      engine.match();
    },
    choose(free) {
      engine.putCsr(free);
      return engine.match()?.conversation ?? null;
    },
    take(chosen, busy) {
      if (chosen !== null) engine.removeWaiting(chosen);
      engine.putCsr(busy);
    },
  };
}

export function freedNaive(): FreedSide<NaiveCsr, NaiveRequest> {
  const waiting: NaiveRequest[] = [];
  let found: NaiveRequest | null = null;
  return {
    stateOf: (csr, _, load) => ({ ...csr, load }),
    requestOf: (request) => request,
    put: (request) => void waiting.push(request),
    choose(free) {
      found = nextFor(free, waiting, waiting.length, MS_PER_POINT);
      return found?.id ?? null;
    },
    take() {
      if (found !== null) waiting.splice(waiting.indexOf(found), 1);
    },
  };
}
