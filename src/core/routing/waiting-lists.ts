/**
 * Those who wait, in lines: one line for each distinct requirement, ordered by priority, then longest waiting, then conversation
 * id. Who may serve the head of a line may serve the whole line, so an engine need only look at heads.
 *
 * A line is *unexamined* when its head may be served by somebody the engine has not thought of yet: the line is new, or somebody new
 * heads it. Lines that were examined in vain are looked at again only through a CSR that became free.
 */
import { ANYONE, languageTerm, networkTerm, skillTerm, softwareTerm } from "./candidates.ts";
import { isEligible, type Requirement, requirementOf } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";

/** All who wait for exactly the same. Never empty while it is known to `WaitingLists`. */
export interface Line {
  readonly requirement: Requirement;
  /** The one first in line. Kept apart from `members` because lists of lines are ordered by it. */
  head: Waiting;
  readonly members: OrderedList<Waiting>;
  /** The term under which a CSR finds this line. */
  readonly anchor: string;
  unexamined: boolean;
}

/** Higher priority first, then longest waiting, then conversation id. */
export function byTurn(left: Waiting, right: Waiting): number {
  if (left.priority !== right.priority) {
    return right.priority - left.priority;
  }
  if (left.waitingSince !== right.waitingSince) {
    return left.waitingSince - right.waitingSince;
  }
  return left.conversation < right.conversation ? -1 : left.conversation > right.conversation ? 1 : 0;
}

const byHead = (left: Line, right: Line): number => byTurn(left.head, right.head);
const onlyTerm = (csr: string): string => `only ${csr}`;

export class WaitingLists {
  readonly #population: (term: string) => number;
  readonly #lines = new Map<string, Line>();
  readonly #members = new Map<string, { readonly waiting: Waiting; readonly line: Line }>();
  readonly #anchors = new Map<string, OrderedList<Line>>();
  readonly #queues = new Map<string, OrderedList<Waiting>>();
  readonly #unexamined = new OrderedList<Line>(byHead);

  /** `population` tells how many CSRs have a term: a line is anchored at its rarest. */
  constructor(population: (term: string) => number) {
    this.#population = population;
  }

  get(conversation: string): Waiting | null {
    return this.#members.get(conversation)?.waiting ?? null;
  }

  /** What the one in that conversation waits for; null when nobody waits there. */
  requirementFor(conversation: string): Requirement | null {
    return this.#members.get(conversation)?.line.requirement ?? null;
  }

  put(waiting: Waiting): void {
    this.remove(waiting.conversation);
    const requirement = requirementOf(waiting);
    let line = this.#lines.get(requirement.key);
    if (line === undefined) {
      line = this.#open(requirement, waiting);
    } else {
      line.members.insert(waiting);
      if (byTurn(waiting, line.head) < 0) {
        this.#reorder(line, waiting, true);
      }
    }
    this.#members.set(waiting.conversation, { waiting, line });
    listUnder(this.#queues, waiting.queue, byTurn).insert(waiting);
  }

  remove(conversation: string): void {
    const member = this.#members.get(conversation);
    if (member === undefined) {
      return;
    }
    const { waiting, line } = member;
    this.#members.delete(conversation);
    unlist(this.#queues, waiting.queue, waiting);
    line.members.remove(waiting);
    if (line.head !== waiting) {
      return;
    }
    const next = line.members.first();
    if (next === null) {
      this.#withdraw(line);
      this.#lines.delete(line.requirement.key);
    } else {
      this.#reorder(line, next, line.unexamined);
    }
  }

  /** The unexamined line whose head comes first. */
  firstUnexamined(): Line | null {
    return this.#unexamined.first();
  }

  /** Nobody available may serve that line: forget it until its head changes for an earlier one. */
  examined(line: Line): void {
    this.#unexamined.remove(line);
    line.unexamined = false;
  }

  /** The first of all who wait that this CSR may serve. */
  firstFor(csr: RoutingCsr): Waiting | null {
    let first: Waiting | null = null;
    for (const anchor of anchorsOf(csr)) {
      this.#anchors.get(anchor)?.walk((line) => {
        if (first !== null && byTurn(line.head, first) > 0) {
          return true;
        }
        if (!isEligible(csr, line.requirement)) {
          return false;
        }
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

  #open(requirement: Requirement, head: Waiting): Line {
    const members = new OrderedList<Waiting>(byTurn);
    members.insert(head);
    const line: Line = { requirement, head, members, anchor: this.#anchorOf(requirement), unexamined: true };
    this.#lines.set(requirement.key, line);
    listUnder(this.#anchors, line.anchor, byHead).insert(line);
    this.#unexamined.insert(line);
    return line;
  }

  /** Gives the line another head; every list of lines is ordered by heads. */
  #reorder(line: Line, head: Waiting, unexamined: boolean): void {
    this.#withdraw(line);
    line.head = head;
    line.unexamined = unexamined;
    listUnder(this.#anchors, line.anchor, byHead).insert(line);
    if (unexamined) {
      this.#unexamined.insert(line);
    }
  }

  #withdraw(line: Line): void {
    unlist(this.#anchors, line.anchor, line);
    if (line.unexamined) {
      this.#unexamined.remove(line);
    }
  }

  #anchorOf(requirement: Requirement): string {
    if (requirement.only !== null) {
      return onlyTerm(requirement.only);
    }
    let rarest = ANYONE;
    const terms = requirement.skills.map(([skill]) => skillTerm(skill));
    if (requirement.language !== null) {
      terms.push(languageTerm(requirement.language));
    }
    for (const term of terms) {
      if (rarest === ANYONE || this.#population(term) < this.#population(rarest)) {
        rarest = term;
      }
    }
    if (rarest !== ANYONE) {
      return rarest;
    }
    const { network, software } = requirement;
    return software !== null ? softwareTerm(software) : network !== null ? networkTerm(network) : ANYONE;
  }
}

/** Every term under which a line this CSR may serve can be anchored. */
function anchorsOf(csr: RoutingCsr): Set<string> {
  const anchors = new Set([ANYONE, onlyTerm(csr.id)]);
  for (const skill of csr.skills.keys()) {
    anchors.add(skillTerm(skill));
  }
  for (const language of csr.languages) {
    anchors.add(languageTerm(language));
  }
  for (const reachable of csr.reachable) {
    anchors.add(networkTerm(reachable.address.network));
    if (reachable.software != null) {
      anchors.add(softwareTerm(reachable.software));
    }
  }
  return anchors;
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
