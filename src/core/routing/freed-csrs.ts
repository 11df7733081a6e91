/**
 * The CSRs who became free, or able to serve others, since everybody they may serve was last seen to: each with the first who waits for
 * them, ordered by that one's turn. A CSR leaves when nobody is left whom they may serve.
 */
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import type { Staff } from "./staff.ts";
import { byTurn, type WaitingLists } from "./waiting-lists.ts";

/** `waiting` is the first whom the CSR may serve, as it was when this was made. */
interface Prospect {
  readonly csr: string;
  readonly waiting: Waiting;
}

export class FreedCsrs {
  readonly #staff: Staff;
  readonly #lists: WaitingLists;
  readonly #new = new Set<string>();
  readonly #prospects = new Map<string, Prospect>();
  readonly #byTurn = new OrderedList<Prospect>(
    (left, right) => byTurn(left.waiting, right.waiting) || (left.csr < right.csr ? -1 : left.csr > right.csr ? 1 : 0),
  );

  constructor(staff: Staff, lists: WaitingLists) {
    this.#staff = staff;
    this.#lists = lists;
  }

  add(csr: string): void {
    this.forget(csr);
    this.#new.add(csr);
  }

  /** Whether somebody waits whom that CSR may serve, or may turn out to. */
  has(csr: string): boolean {
    return this.#new.has(csr) || this.#prospects.has(csr);
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
   * The first in line of all that freed CSRs may serve. A newcomer, who is in no line yet, may come before.
   */
  first(): Waiting | null {
    if (this.#lists.isEmpty()) {
      this.#forgetAll();
      return null;
    }
    if (this.#new.size > 0) {
      for (const csr of this.#new) this.#look(csr);
      this.#new.clear();
    }
    for (let prospect = this.#byTurn.first(); prospect !== null; prospect = this.#byTurn.first()) {
      if (this.#lists.get(prospect.waiting.conversation) === prospect.waiting) {
        return prospect.waiting;
      }
      this.forget(prospect.csr);
      this.#look(prospect.csr);
    }
    return null;
  }

  #forgetAll(): void {
    if (this.#new.size > 0) this.#new.clear();
    for (const id of this.#prospects.keys()) this.forget(id);
  }

  #look(id: string): void {
    const csr = this.#staff.get(id);
    if (csr === null) return;
    const { low, high } = this.#staff.bitsOf(id);
    const waiting = this.#lists.firstFor(csr, this.#staff.termsOf(id), low, high);
    if (waiting !== null) {
      const prospect = { csr: id, waiting };
      this.#prospects.set(id, prospect);
      this.#byTurn.insert(prospect);
    }
  }
}
