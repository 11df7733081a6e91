/**
 * Those who wait, in lines: one line for each distinct requirement, ordered by priority, then by turn, then by conversation id. Who may
 * serve the head of a line may serve the whole line, so only heads need looking at. Nobody comes in here before it is known that no
 * CSR can serve them now; so a line is looked at again only through a CSR who became free.
 */
import { Drawers, type Place } from "./drawers.ts";
import { type Requirement, requirementKey } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import { type Queued, QueueList } from "./queue-list.ts";
import type { Waiting } from "./routing.ts";
import type { Server } from "./staff.ts";

/** All who wait for exactly the same. */
export interface Line {
  readonly key: string;
  readonly requirement: Requirement;
  /** The one first in line; the last one that was, once nobody is. Drawers are ordered by it. */
  head: Waiting;
  /** Who is behind the head; null: nobody ever was. */
  more: OrderedList<Waiting> | null;
  /** The drawers in which a CSR finds this line. */
  readonly drawers: readonly number[];
  /** False once nobody is in it, and nothing knows it any more. */
  isOpen: boolean;
}

/** One who waits, in their line and in the list of their queue. */
interface Member extends Queued {
  readonly line: Line;
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

export class WaitingLists {
  readonly #placesFor: (requirement: Requirement) => readonly Place[];
  readonly #lines = new Map<string, Line>();
  readonly #members = new Map<string, Member>();
  readonly #drawers = new Drawers();
  readonly #queues = new Map<string, QueueList>();

  constructor(placesFor: (requirement: Requirement) => readonly Place[]) {
    this.#placesFor = placesFor;
  }

  isEmpty(): boolean {
    return this.#members.size === 0;
  }

  put(waiting: Waiting, requirement: Requirement): void {
    this.remove(waiting.conversation);
    const key = requirementKey(requirement);
    const known = this.#lines.get(key);
    const line = known ?? this.#open(key, requirement, waiting);
    if (known !== undefined) this.#join(known, waiting);
    let queue = this.#queues.get(waiting.queue);
    if (queue === undefined) {
      queue = new QueueList();
      this.#queues.set(waiting.queue, queue);
    }
    const member = { head: waiting, line, chunk: null };
    this.#members.set(waiting.conversation, member);
    queue.insert(member);
  }

  remove(conversation: string): void {
    if (this.#members.size === 0) return;
    const member = this.#members.get(conversation);
    if (member === undefined) return;
    const { head, line, chunk } = member;
    this.#members.delete(conversation);
    chunk?.queue.remove(member);
    // Whatever nobody is in is dropped: a line or queue that is gone must not be remembered for ever.
    if (chunk?.queue.size === 0) this.#queues.delete(head.queue);
    if (line.head !== head) {
      line.more?.remove(head);
      return;
    }
    const next = line.more?.takeFirst() ?? null;
    if (next === null) this.#close(line);
    else this.#lead(line, next);
  }

  /** The line whose head is the first of all who wait that this CSR may serve. */
  firstFor(server: Server): Line | null {
    if (this.#members.size === 0) return null;
    return this.#drawers.first(server, server.room);
  }

  /** 1 for the next one of that conversation's queue; null when it does not wait. */
  place(conversation: string): number | null {
    const member = this.#members.get(conversation);
    return member?.chunk == null ? null : member.chunk.queue.rank(member) + 1;
  }

  /** The conversation that is next in that queue. */
  firstIn(queue: string): string | null {
    return this.#queues.get(queue)?.first()?.head.conversation ?? null;
  }

  waitingIn(queue: string): number {
    return this.#queues.get(queue)?.size ?? 0;
  }

  /** Each line: its head stands for all who are in it. */
  lines(): Iterable<Line> {
    return this.#lines.values();
  }

  #open(key: string, requirement: Requirement, head: Waiting): Line {
    const drawers = this.#drawers.at(this.#placesFor(requirement), this.#lines.size);
    const line: Line = { key, requirement, head, more: null, drawers, isOpen: true };
    this.#lines.set(key, line);
    this.#drawers.file(line, drawers);
    return line;
  }

  #join(line: Line, waiting: Waiting): void {
    line.more ??= new OrderedList<Waiting>(byTurn);
    const { head } = line;
    if (byTurn(waiting, head) > 0) {
      line.more.insert(waiting);
      return;
    }
    line.more.insert(head);
    this.#lead(line, waiting);
  }

  #close(line: Line): void {
    line.isOpen = false;
    this.#lines.delete(line.key);
    this.#drawers.take(line, line.drawers);
  }

  /** Gives the line another head; drawers are ordered by heads. */
  #lead(line: Line, head: Waiting): void {
    this.#drawers.move(line, line.drawers, head);
    line.head = head;
  }
}

/** All who are in that line, in order. */
export function conversationsIn({ head, more }: Line): readonly string[] {
  const conversations = [head.conversation];
  more?.walk(({ conversation }) => {
    conversations.push(conversation);
    return false;
  });
  return conversations;
}
