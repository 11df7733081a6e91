/** A centre at work, in the group `routing`: the two sides, and what happens to each of them alike. */
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import { Random } from "../../test/simulation/random.ts";
import { decide, type NaiveCsr, type NaiveRequest } from "./naive-routing.ts";
import { constantOf, drawCsrs, drawRequest, stateOf, waitingOf } from "./routing-people.ts";

/** One side: how it decides, and how it hears that a CSR has more or less in hand. */
interface Side {
  /** That request has come; it is in the words of this side from now on. Not measured: what is made was just made, whoever makes it. */
  prepare(request: NaiveRequest, at: number): void;
  /** Whom that request would get, and nothing changes. `at`: where it was prepared. */
  choose(request: NaiveRequest, at: number): number | null;
  decide(request: NaiveRequest, at: number): number | null;
  changed(number: number): void;
}

/** A centre that half of the decisions fill and the other half empty, so that it stays as it is. */
export class Centre {
  readonly csrs: readonly NaiveCsr[];
  readonly #requests: readonly NaiveRequest[];
  readonly #side: Side;
  readonly #busy: number[] = [];
  #next = 0;
  #prepared = 0;
  #now: number;
  /** Of the choices so far, to be compared. */
  readonly choices: (number | null)[] = [];

  constructor(count: number, make: (csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>) => Side) {
    const random = new Random(count);
    this.csrs = drawCsrs(random, count);
    this.#requests = Array.from({ length: 20_000 }, (_, number) => drawRequest(random, number, this.csrs));
    this.#now = count;
    this.#side = make(this.csrs, new Map(this.csrs.map(({ id }, number) => [id, number])));
  }

  /** The next so many requests come. */
  prepare(count: number): void {
    for (let ahead = 0; ahead < count; ahead += 1) this.#side.prepare(this.#request(this.#next + ahead), ahead);
    this.#prepared = this.#next;
  }

  chooseOnce(): void {
    this.#side.choose(this.#request(this.#next), this.#next - this.#prepared);
    this.#next += 1;
  }

  #request(number: number): NaiveRequest {
    const request = this.#requests[number % this.#requests.length];
    if (request === undefined) throw new Error("there are no requests");
    return request;
  }

  /** One decision and what follows from it. */
  decideOnce(): void {
    const chosen = this.#side.decide(this.#request(this.#next), this.#next - this.#prepared);
    this.#next += 1;
    this.#now += 1;
    if (this.choices.length < 2_000) this.choices.push(chosen);
    if (chosen !== null) {
      this.#change(chosen, 1);
      this.#busy.push(chosen);
    }
    // Conversations end in another order than they began, but the same on both sides.
    if (this.#busy.length <= this.csrs.length / 4) return;
    const ended = (this.#next * 7_919) % this.#busy.length;
    const done = this.#busy[ended] ?? 0;
    const last = this.#busy.pop();
    if (last !== undefined && ended < this.#busy.length) this.#busy[ended] = last;
    this.#change(done, -1);
  }

  #change(number: number, by: number): void {
    const csr = this.csrs[number];
    if (csr === undefined) throw new Error(`there is no CSR ${number}`);
    csr.load += by;
    csr.idleSince = this.#now;
    this.#side.changed(number);
  }
}

export function naiveSide(csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>): Side {
  const choose = (request: NaiveRequest): number | null => byId.get(decide(csrs, request)?.id ?? "") ?? null;
  return { prepare: () => {}, choose, decide: choose, changed: () => {} };
}

export function indexedSide(csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>): Side {
  const engine: RoutingEngine = createRoutingEngine();
  const constants = csrs.map(constantOf);
  const tell = (number: number): void => {
    const [constant, csr] = [constants[number], csrs[number]];
    if (constant !== undefined && csr !== undefined) engine.putCsr(stateOf(constant, csr));
  };
  for (const number of csrs.keys()) tell(number);
  const requests: Waiting[] = [];
  const asked = (at: number): Waiting => {
    const waiting = requests[at];
    if (waiting === undefined) throw new Error(`request ${at} was not prepared`);
    return waiting;
  };
  return {
    prepare(request, at) {
      requests[at] = waitingOf(request);
    },
    choose(_, at) {
      const match = engine.decide(asked(at));
      return match === null ? null : (byId.get(match.csr) ?? null);
    },
    decide(_, at) {
      const waiting = asked(at);
      engine.putWaiting(waiting);
      const match = engine.match();
      engine.removeWaiting(waiting.conversation);
      return match === null ? null : (byId.get(match.csr) ?? null);
    },
    changed: tell,
  };
}
