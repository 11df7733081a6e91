/**
 * The CSRs who became free, or able to serve others, since everybody they may serve was last seen to: each with the first who waits for
 * them, ordered by that one's turn. A CSR leaves when nobody is left whom they may serve.
 */
import type { Requirement } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import type { Server } from "./staff.ts";
import { byTurn, type Line, type WaitingLists } from "./waiting-lists.ts";

/** `waiting` is the first whom the CSR may serve, as it was when this was made, and the head of that line. */
export interface Prospect {
  readonly server: Server;
  readonly waiting: Waiting;
  readonly line: Line;
}

/** Who is the next to be served by a CSR who became free. */
export interface Next {
  readonly waiting: Waiting;
  readonly requirement: Requirement;
  /** The number of the CSR, when no other can serve them; else -1. */
  readonly only: number;
}

export class FreedCsrs {
  readonly #lists: WaitingLists;
  /** Those who are to be looked at, and some who are not any more. */
  #new: Server[] = [];
  /** How many of these are not in the staff any more. */
  #gone = 0;
  readonly #byTurn = new OrderedList<Prospect>(
    (left, right) => byTurn(left.waiting, right.waiting) || byId(left.server.csr.id, right.server.csr.id),
  );

  constructor(lists: WaitingLists) {
    this.#lists = lists;
  }

  add(server: Server): void {
    this.#drop(server);
    server.isNew = true;
    if (server.isNoted) return;
    server.isNoted = true;
    this.#new.push(server);
  }

  /** Whether somebody waits whom that CSR may serve, or may turn out to. */
  has(server: Server): boolean {
    return server.isNew || server.prospect !== null;
  }

  forget(server: Server): void {
    server.isNew = false;
    this.#drop(server);
  }

  /** That CSR is in the staff no more. Taken out when most are gone, for where others decide nobody ever looks at those who are new. */
  remove(server: Server): void {
    this.forget(server);
    if (!server.isNoted) return;
    this.#gone += 1;
    if (this.#gone * 2 <= this.#new.length) return;
    for (const noted of this.#new) noted.isNoted = noted.isNew;
    this.#new = this.#new.filter(({ isNew }) => isNew);
    this.#gone = 0;
  }

  /**
   * The first in line of all that freed CSRs may serve. A newcomer, who is in no line yet, may come before.
   */
  first(): Next | null {
    if (this.#lists.isEmpty()) {
      this.#forgetAll();
      return null;
    }
    this.#lookAtNew();
    for (let prospect = this.#byTurn.first(); prospect !== null; prospect = this.#byTurn.first()) {
      const { server, waiting, line } = prospect;
      // Whoever may serve them and has room became free, so is in here, and whoever is has their own first: nobody before this one.
      if (isCurrent(prospect)) {
        const isOnly = this.#byTurn.second()?.waiting !== waiting;
        return { waiting, requirement: line.requirement, only: isOnly ? server.number : -1 };
      }
      this.#drop(server);
      this.#look(server);
    }
    return null;
  }

  #lookAtNew(): void {
    if (this.#new.length === 0) return;
    for (const server of this.#new) {
      server.isNoted = false;
      if (!server.isNew) continue;
      server.isNew = false;
      this.#look(server);
    }
    this.#clearNew();
  }

  #forgetAll(): void {
    for (const server of this.#new) [server.isNew, server.isNoted] = [false, false];
    this.#clearNew();
    for (let prospect = this.#byTurn.takeFirst(); prospect !== null; prospect = this.#byTurn.takeFirst()) {
      prospect.server.prospect = null;
    }
  }

  #clearNew(): void {
    this.#new.length = 0;
    this.#gone = 0;
  }

  #drop(server: Server): void {
    if (server.prospect === null) return;
    this.#byTurn.remove(server.prospect);
    server.prospect = null;
  }

  #look(server: Server): void {
    const line = this.#lists.firstFor(server);
    if (line === null) return;
    const prospect = { server, waiting: line.head, line };
    server.prospect = prospect;
    this.#byTurn.insert(prospect);
  }
}

function byId(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function isCurrent({ waiting, line }: Prospect): boolean {
  return line.isOpen && line.head === waiting;
}
