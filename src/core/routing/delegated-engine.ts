/**
 * The routing engine of a desk whose decisions are made elsewhere: by a routing server that several desks share, or by an enterprise's own
 * routing suite. It knows all that the engine knows (places, who could ever serve), tells what changed, so that somebody else can
 * decide, and takes their answers. An answer is about one revision of one request: when that has changed meanwhile, or the CSR
 * cannot be asked any more, it is stale and counts for nothing. While nobody else is there it may decide by itself.
 */
import { createRoutingEngine } from "./engine.ts";
import type { Match, RoutingCsr, RoutingEngine, Waiting } from "./routing.ts";

/** A request as it is now. `revision` is another one after every change, unique for the desk for ever. */
export interface DelegatedRequest {
  readonly revision: number;
  readonly waiting: Waiting;
}

/** Somebody else's decision. */
export interface DelegatedAnswer {
  /** By which the one who decided knows the decision; told back in `Settled`. */
  readonly assignment: number;
  readonly conversation: string;
  readonly revision: number;
  /** The first of them who can be asked is; null: whoever this desk itself would ask. */
  readonly csrs: readonly string[] | null;
  /** True: whoever decided knows better than the queue's rules; the CSR need only be reachable, willing, not excluded, and have room. */
  readonly overrules: boolean;
  /** Counts up to then, in milliseconds: whoever decided holds the CSR's room no longer. Null: for good. */
  readonly until: number | null;
}

/** What became of an answer: the CSR who was asked, or null when it counted for nothing. */
export interface Settled {
  readonly assignment: number;
  readonly csr: string | null;
}

/** What changed since the last news; null: is not there any more. */
export interface RoutingNews {
  /** True: this is all there is, and whatever was told before is void. */
  readonly whole: boolean;
  readonly csrs: ReadonlyMap<string, RoutingCsr | null>;
  readonly waiting: ReadonlyMap<string, DelegatedRequest | null>;
  readonly settled: readonly Settled[];
}

export interface DelegatedEngine extends RoutingEngine {
  /** Who decides from now on. */
  delegate(isElsewhere: boolean): void;
  /** `match` looks at it when it is next asked. */
  answer(answer: DelegatedAnswer): void;
  /** What changed; null when nothing did. Every change is told once. */
  takeNews(): RoutingNews | null;
}

/** Room for so many revisions in a millisecond: they begin with the time, so that those of an earlier life of the desk are lower. */
const REVISIONS_PER_MS = 1_000;

/** `now`: milliseconds; never goes back, not over restarts either. */
export function createDelegatedEngine(now: () => number): DelegatedEngine {
  const own = createRoutingEngine();
  const ledger = new Ledger(now);
  const answers: DelegatedAnswer[] = [];
  let isElsewhere = true;
  return {
    // Whatever only looks is answered by what is known here.
    ...own,
    delegate(wanted) {
      isElsewhere = wanted;
    },
    answer: (answer) => void answers.push(answer),
    takeNews: () => ledger.take(),
    putCsr(csr) {
      own.putCsr(csr);
      ledger.putCsr(csr);
    },
    removeCsr(id) {
      own.removeCsr(id);
      ledger.removeCsr(id);
    },
    putWaiting(waiting) {
      own.putWaiting(waiting);
      ledger.putWaiting(waiting);
    },
    removeWaiting(conversation) {
      own.removeWaiting(conversation);
      ledger.removeWaiting(conversation);
    },
    match() {
      for (let answer = answers.shift(); answer !== undefined; answer = answers.shift()) {
        const isInTime = answer.until === null || now() <= answer.until;
        const match = isElsewhere && isInTime ? matchOf(own, ledger.request(answer.conversation), answer) : null;
        ledger.settle({ assignment: answer.assignment, csr: match?.csr ?? null });
        if (match !== null) return match;
      }
      return isElsewhere ? null : own.match();
    },
  };
}

function matchOf(own: RoutingEngine, request: DelegatedRequest | null, answer: DelegatedAnswer): Match | null {
  if (request?.revision !== answer.revision) return null;
  const { waiting } = request;
  const asked: Waiting = answer.overrules ? { ...waiting, needs: [], compatibility: "translated" } : waiting;
  if (answer.csrs === null) return own.decide(waiting);
  for (const only of answer.csrs) {
    if (waiting.only !== null && waiting.only !== only) continue;
    const match = own.decide({ ...asked, only });
    if (match !== null) return match;
  }
  return null;
}

/** What was told of whom, and what of it is news. */
class Ledger {
  readonly #now: () => number;
  readonly #known = new Map<string, RoutingCsr>();
  readonly #requests = new Map<string, DelegatedRequest>();
  #lastRevision = 0;
  #whole = true;
  #csrs = new Map<string, RoutingCsr | null>();
  #waiting = new Map<string, DelegatedRequest | null>();
  #settled: Settled[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  request(conversation: string): DelegatedRequest | null {
    return this.#requests.get(conversation) ?? null;
  }

  settle(settled: Settled): void {
    this.#settled.push(settled);
  }

  take(): RoutingNews | null {
    const isNothing = this.#csrs.size + this.#waiting.size + this.#settled.length === 0;
    if (isNothing && !this.#whole) return null;
    const news = { whole: this.#whole, csrs: this.#csrs, waiting: this.#waiting, settled: this.#settled };
    this.#whole = false;
    this.#csrs = new Map();
    this.#waiting = new Map();
    this.#settled = [];
    return news;
  }

  putCsr(csr: RoutingCsr): void {
    const before = this.#known.get(csr.id);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(csr)) return;
    this.#known.set(csr.id, csr);
    this.#csrs.set(csr.id, csr);
  }

  removeCsr(id: string): void {
    if (this.#known.delete(id)) this.#csrs.set(id, null);
  }

  /** The same request again keeps its revision, or every answer would be late for a conversation that is written often. */
  putWaiting(waiting: Waiting): void {
    const before = this.#requests.get(waiting.conversation);
    if (before !== undefined && JSON.stringify(before.waiting) === JSON.stringify(waiting)) return;
    this.#lastRevision = Math.max(this.#lastRevision + 1, this.#now() * REVISIONS_PER_MS);
    const request = { revision: this.#lastRevision, waiting };
    this.#requests.set(waiting.conversation, request);
    this.#waiting.set(waiting.conversation, request);
  }

  removeWaiting(conversation: string): void {
    if (this.#requests.delete(conversation)) this.#waiting.set(conversation, null);
  }
}
