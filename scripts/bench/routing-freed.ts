/**
 * A CSR becomes free while many wait, in the group `routing`. Both sides: a CSR has room, who waits for them is found and leaves the queue,
 * the CSR is busy again.
 */
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import { type NaiveCsr, type NaiveRequest, nextFor } from "./naive-routing.ts";
import { type Constant, constantOf, MS_PER_POINT, stateOf, waitingOf } from "./routing-people.ts";

/** How one side hears that a CSR has room, says who waits for them, and that they are busy again. */
export interface Freed {
  readonly choices: (string | null)[];
  free(number: number, csr: NaiveCsr): void;
}

/** Decisions a second. */
export function freedPace(csrs: readonly NaiveCsr[], side: Freed, decisions: number): number {
  const began = performance.now();
  for (let done = 0; done < decisions; done += 1) {
    const number = (side.choices.length * 7_919) % csrs.length;
    const csr = csrs[number];
    if (csr !== undefined) side.free(number, csr);
  }
  return (decisions * 1_000) / (performance.now() - began);
}

export class FreedIndexed implements Freed {
  readonly choices: (string | null)[] = [];
  readonly #engine = createRoutingEngine();
  readonly #constants: readonly Constant[];

  constructor(csrs: readonly NaiveCsr[], requests: readonly NaiveRequest[]) {
    this.#constants = csrs.map(constantOf);
    for (const [number, csr] of csrs.entries())
      this.#engine.putCsr(stateOf(this.#constants[number] ?? constantOf(csr), csr));
    for (const request of requests) this.#engine.putWaiting(waitingOf(request));
    this.#engine.match();
  }

  free(number: number, csr: NaiveCsr): void {
    const constant = this.#constants[number] ?? constantOf(csr);
    this.#engine.putCsr({ ...stateOf(constant, csr), load: 0 });
    const match = this.#engine.match();
    if (match !== null) this.#engine.removeWaiting(match.conversation);
    this.#engine.putCsr(stateOf(constant, csr));
    this.choices.push(match?.conversation ?? null);
  }
}

export class FreedNaive implements Freed {
  readonly choices: (string | null)[] = [];
  readonly #waiting: NaiveRequest[];

  constructor(requests: readonly NaiveRequest[]) {
    this.#waiting = [...requests];
  }

  free(_: number, csr: NaiveCsr): void {
    const found = nextFor({ ...csr, load: 0 }, this.#waiting, this.#waiting.length, MS_PER_POINT);
    if (found !== null) this.#waiting.splice(this.#waiting.indexOf(found), 1);
    this.choices.push(found?.id ?? null);
  }
}
