/**
 * Those who wait, in lines: one line for each distinct requirement, ordered by priority, then by turn, then by conversation id. Who may
 * serve the head of a line may serve the whole line, so only heads need looking at. Nobody comes in here before it is known that no
 * CSR can serve them now; so a line is looked at again only through a CSR who became free.
 */
import { hasRoom, isEligible, type Requirement, requirementKey, roomOf } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";

/** All who wait for exactly the same. Never empty while it is known to `WaitingLists`. */
interface Line {
  readonly key: string;
  readonly requirement: Requirement;
  /** The one first in line. Kept apart from `members` because lists of lines are ordered by it. */
  head: Waiting;
  readonly members: OrderedList<Waiting>;
  /** The terms under which a CSR finds this line. */
  readonly cover: readonly string[];
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

const byHead = (left: Line, right: Line): number => byTurn(left.head, right.head);

export class WaitingLists {
  readonly #coverFor: (requirement: Requirement) => readonly string[];
  readonly #lines = new Map<string, Line>();
  readonly #members = new Map<string, { readonly waiting: Waiting; readonly line: Line }>();
  readonly #filed = new Map<string, OrderedList<Line>>();
  readonly #queues = new Map<string, OrderedList<Waiting>>();

  constructor(coverFor: (requirement: Requirement) => readonly string[]) {
    this.#coverFor = coverFor;
  }

  isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get(conversation: string): Waiting | null {
    return this.#members.get(conversation)?.waiting ?? null;
  }

  /** What the one in that conversation waits for; null when nobody waits there. */
  requirementFor(conversation: string): Requirement | null {
    return this.#members.get(conversation)?.line.requirement ?? null;
  }

  put(waiting: Waiting, requirement: Requirement): void {
    this.remove(waiting.conversation);
    const key = requirementKey(waiting, requirement);
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
    for (const term of line.cover) unlist(this.#filed, term, line);
    this.#lines.delete(line.key);
  }

  /** The first of all who wait that this CSR may serve; `terms` are all that such a CSR has, `low` and `high` their bits. */
  firstFor(csr: RoutingCsr, terms: readonly string[], low: number, high: number): Waiting | null {
    if (this.#members.size === 0) return null;
    const room = roomOf(csr);
    let first: Waiting | null = null;
    for (const term of terms) {
      this.#filed.get(term)?.walk((line) => {
        if (first !== null && byTurn(line.head, first) >= 0) return true;
        const { requirement } = line;
        if ((requirement.low & low) !== requirement.low || (requirement.high & high) !== requirement.high) return false;
        if (!hasRoom(room, requirement.weight) || !isEligible(csr, requirement)) return false;
        first = line.head;
        return true;
      });
    }
    return first;
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
    const line: Line = { key, requirement, head, members, cover: this.#coverFor(requirement) };
    this.#lines.set(key, line);
    for (const term of line.cover) listUnder(this.#filed, term, byHead).insert(line);
    return line;
  }

  /** Gives the line another head; every list of lines is ordered by heads. */
  #reorder(line: Line, head: Waiting): void {
    for (const term of line.cover) unlist(this.#filed, term, line);
    line.head = head;
    for (const term of line.cover) listUnder(this.#filed, term, byHead).insert(line);
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
