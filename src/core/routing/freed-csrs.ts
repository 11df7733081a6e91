/**
 * The CSRs who became free, or able to serve others, since everybody they may serve was last seen to: each with the first who waits for
 * them, ordered by that one's turn. A CSR leaves when nobody is left whom they may serve.
 */
import type { Requirement } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import type { Staff } from "./staff.ts";
import { byTurn, type Line, type WaitingLists } from "./waiting-lists.ts";

/** `waiting` is the first whom the CSR may serve, as it was when this was made, and the head of that line. */
interface Prospect {
  readonly csr: string;
  readonly waiting: Waiting;
  readonly line: Line;
}

/** Who is the next to be served by a CSR who became free. */
export interface Next {
  readonly waiting: Waiting;
  readonly requirement: Requirement;
  /** The CSR, when no other can serve them; else null. */
  readonly only: string | null;
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
  first(): Next | null {
    if (this.#lists.isEmpty()) {
      this.#forgetAll();
      return null;
    }
    if (this.#new.size > 0) {
      for (const csr of this.#new) this.#look(csr);
      this.#new.clear();
    }
    for (let prospect = this.#byTurn.first(); prospect !== null; prospect = this.#byTurn.first()) {
      const { csr, waiting, line } = prospect;
      // Whoever may serve them and has room became free, so is in here, and whoever is has their own first: nobody before this one.
      if (isCurrent(prospect)) {
        const isOnly = this.#byTurn.second()?.waiting !== waiting;
        return { waiting, requirement: line.requirement, only: isOnly ? csr : null };
      }
      this.forget(csr);
      this.#look(csr);
    }
    return null;
  }

  #forgetAll(): void {
    if (this.#new.size > 0) this.#new.clear();
    for (const id of this.#prospects.keys()) this.forget(id);
  }

  #look(id: string): void {
    const server = this.#staff.server(id);
    const line = server === null ? null : this.#lists.firstFor(server);
    if (line === null) return;
    const prospect = { csr: id, waiting: line.head, line };
    this.#prospects.set(id, prospect);
    this.#byTurn.insert(prospect);
  }
}

function isCurrent({ waiting, line }: Prospect): boolean {
  return line.isOpen && line.head === waiting;
}
