/**
 * Those who wait, in lines: one line for each distinct requirement, ordered by priority, then by turn, then by conversation id. Who may
 * serve the head of a line may serve the whole line, so only heads need looking at. Nobody comes in here before it is known that no
 * CSR can serve them now; so a line is looked at again only through a CSR who became free.
 */
import { Drawers, type Place } from "./drawers.ts";
import { hasRoom, isEligible, type Requirement, requirementKey, roomOf } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import type { Server } from "./staff.ts";

/** All who wait for exactly the same. */
export interface Line {
  readonly key: string;
  readonly requirement: Requirement;
  /** The one first in line; the last one that was, once nobody is. Kept apart from `members` because lists of lines are ordered by it. */
  head: Waiting;
  readonly members: OrderedList<Waiting>;
  /** The drawers in which a CSR finds this line. */
  readonly drawers: readonly number[];
  /** False once nobody is in it, and nothing knows it any more. */
  isOpen: boolean;
}

/** Higher priority first, then whose turn was earlier, then conversation id. */
export function byTurn(left: Waiting, right: Waiting): number {
  if (left.priority !== right.priority) {
    return right.priority - left.priority;
  }
  if (left.turnAt !== right.turnAt) {
    return left.turnAt - right.turnAt;
  }
  return left.conversation < right.conversation ? -1 : left.conversation > right.conversation ? 1 : 0;
}

/** Lines by whom is first in each. */
export const byHead = (left: Line, right: Line): number => byTurn(left.head, right.head);

export class WaitingLists {
  readonly #placesFor: (requirement: Requirement) => readonly Place[];
  readonly #lines = new Map<string, Line>();
  readonly #members = new Map<string, { readonly waiting: Waiting; readonly line: Line }>();
  readonly #drawers = new Drawers();
  readonly #queues = new Map<string, OrderedList<Waiting>>();

  constructor(placesFor: (requirement: Requirement) => readonly Place[]) {
    this.#placesFor = placesFor;
  }

  isEmpty(): boolean {
    return this.#members.size === 0;
  }

  put(waiting: Waiting, requirement: Requirement): void {
    this.remove(waiting.conversation);
    const key = requirementKey(requirement);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = this.#open(key, requirement, waiting);
    } else {
      line.members.insert(waiting);
      if (byTurn(waiting, line.head) < 0) this.#reorder(line, waiting);
    }
    this.#members.set(waiting.conversation, { waiting, line });
    listUnder(this.#queues, waiting.queue, byTurn).insert(waiting);
  }

  remove(conversation: string): void {
    if (this.#members.size === 0) return;
    const member = this.#members.get(conversation);
    if (member === undefined) return;
    const { waiting, line } = member;
    this.#members.delete(conversation);
    unlist(this.#queues, waiting.queue, waiting);
    line.members.remove(waiting);
    if (line.head !== waiting) return;
    const next = line.members.first();
    if (next !== null) {
      this.#reorder(line, next);
      return;
    }
    this.#close(line);
  }

  /** The line whose head is the first of all who wait that this CSR may serve. */
  firstFor(server: Server): Line | null {
    if (this.#members.size === 0) return null;
    const { csr, levels, low, high } = server;
    const room = roomOf(csr);
    return this.#drawers.first(server, ({ requirement }) => {
      const { asked, weight } = requirement;
      if ((asked.low & low) !== asked.low || (asked.high & high) !== asked.high) return false;
      return hasRoom(room, weight) && isEligible(csr, requirement, levels);
    });
  }

  /** 1 for the next one of that conversation's queue; null when it does not wait. */
  place(conversation: string): number | null {
    const member = this.#members.get(conversation);
    const queue = member === undefined ? undefined : this.#queues.get(member.waiting.queue);
    return member === undefined || queue === undefined ? null : queue.rank(member.waiting) + 1;
  }

  /** The conversation that is next in that queue. */
  firstIn(queue: string): string | null {
    return this.#queues.get(queue)?.first()?.conversation ?? null;
  }

  waitingIn(queue: string): number {
    return this.#queues.get(queue)?.size ?? 0;
  }

  /** The members of each line, as one of them stands for all. */
  *lines(): Iterable<OrderedList<Waiting>> {
    for (const line of this.#lines.values()) yield line.members;
  }

  #open(key: string, requirement: Requirement, head: Waiting): Line {
    const members = new OrderedList<Waiting>(byTurn);
    members.insert(head);
    const drawers = this.#drawers.at(this.#placesFor(requirement), this.#lines.size);
    const line: Line = { key, requirement, head, members, drawers, isOpen: true };
    this.#lines.set(key, line);
    this.#drawers.file(line, drawers);
    return line;
  }

  #close(line: Line): void {
    line.isOpen = false;
    this.#lines.delete(line.key);
    this.#drawers.take(line, line.drawers);
  }

  /** Gives the line another head; drawers are ordered by heads. */
  #reorder(line: Line, head: Waiting): void {
    this.#drawers.take(line, line.drawers);
    line.head = head;
    this.#drawers.file(line, line.drawers);
  }
}

function listUnder<T>(
  lists: Map<string, OrderedList<T>>,
  key: string,
  order: (left: T, right: T) => number,
): OrderedList<T> {
  let list = lists.get(key);
  if (list === undefined) {
    list = new OrderedList<T>(order);
    lists.set(key, list);
  }
  return list;
}

/** Empty lists are dropped: a line or queue that is gone must not be remembered for ever. */
function unlist<T>(lists: Map<string, OrderedList<T>>, key: string, item: T): void {
  const list = lists.get(key);
  list?.remove(item);
  if (list?.size === 0) {
    lists.delete(key);
  }
}
