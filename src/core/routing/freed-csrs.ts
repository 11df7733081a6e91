/**
 * The CSRs who became free, or able to serve others, since everybody they may serve was last seen to: each with the first who waits for
 * them, ordered by that one's turn. A CSR leaves when nobody is left whom they may serve.
 */
import type { Candidates } from "./candidates.ts";
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import { byTurn, type WaitingLists } from "./waiting-lists.ts";

/** `waiting` is the first whom the CSR may serve, as it was when this was made. */
interface Prospect {
  readonly csr: string;
  readonly waiting: Waiting;
}

export class FreedCsrs {
  readonly #candidates: Candidates;
  readonly #lists: WaitingLists;
  readonly #new = new Set<string>();
  readonly #prospects = new Map<string, Prospect>();
  readonly #byTurn = new OrderedList<Prospect>(
    (left, right) => byTurn(left.waiting, right.waiting) || (left.csr < right.csr ? -1 : left.csr > right.csr ? 1 : 0),
  );

  constructor(candidates: Candidates, lists: WaitingLists) {
    this.#candidates = candidates;
    this.#lists = lists;
  }

  add(csr: string): void {
    this.forget(csr);
    this.#new.add(csr);
  }

  forget(csr: string): void {
    this.#new.delete(csr);
    const prospect = this.#prospects.get(csr);
    if (prospect !== undefined) {
      this.#prospects.delete(csr);
      this.#byTurn.remove(prospect);
    }
  }

  /**
   * The first who waits of all that freed CSRs may serve. Somebody who joined at the head of a line since may come before: those
   * are in the unexamined lines.
   */
  first(): Waiting | null {
    for (const csr of this.#new) {
      this.#look(csr);
    }
    this.#new.clear();
    for (let prospect = this.#byTurn.first(); prospect !== null; prospect = this.#byTurn.first()) {
      if (this.#lists.get(prospect.waiting.conversation) === prospect.waiting) {
        return prospect.waiting;
      }
      this.forget(prospect.csr);
      this.#look(prospect.csr);
    }
    return null;
  }

  #look(id: string): void {
    const csr = this.#candidates.get(id);
    const waiting = csr === null ? null : this.#lists.firstFor(csr);
    if (waiting !== null) {
      const prospect = { csr: id, waiting };
      this.#prospects.set(id, prospect);
      this.#byTurn.insert(prospect);
    }
  }
}
