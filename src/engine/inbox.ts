/**
 * What has arrived and was not stepped yet: a queue for each network, and one for the desk's own events. Queues are
 * taken from in turn, so that a flood on one network, or of the desk's own events, does not hold up another; order within
 * a queue is kept.
 */
import type { Arrival } from "./arrival.ts";
import { VOLATILE_EVENTS } from "./limits.ts";

/** The queue of timers, links, outcomes, commands. */
export const OWN = "";

interface Queue {
  /** By number, volatile ones by what they are about: a newer one takes the older one's entry away. */
  readonly arrivals: Map<number | string, Arrival>;
  volatile: number;
}

export class Inbox {
  readonly #queues = new Map<string, Queue>();
  #lastNumber = 0;
  #size = 0;
  /** Volatile arrivals that went because of the limit; replaced ones do not count. */
  dropped = 0;

  get size(): number {
    return this.#size;
  }

  /** Durable arrivals that wait in that queue. */
  waiting(source: string): number {
    const queue = this.#queues.get(source);
    return queue === undefined ? 0 : queue.arrivals.size - queue.volatile;
  }

  push(source: string, arrival: Arrival): void {
    this.#lastNumber += 1;
    this.#queue(source).arrivals.set(this.#lastNumber, arrival);
    this.#size += 1;
  }

  /** Typing, presence: of those with the same `about` only the newest waits, in the place of its own arrival. */
  pushVolatile(source: string, about: string, arrival: Arrival): void {
    const queue = this.#queue(source);
    if (queue.arrivals.delete(about)) {
      queue.volatile -= 1;
      this.#size -= 1;
    }
    queue.arrivals.set(about, arrival);
    queue.volatile += 1;
    this.#size += 1;
    if (queue.volatile > VOLATILE_EVENTS) {
      this.#dropOldestVolatile(queue);
    }
  }

  /**
   * Up to `most` arrivals; of the desk's own only while `ownOnly`. The desk's own go first, but while a network waits they take
   * no more than half: thousands of timers after a restart, or of sends given up at once, must not hold everybody up. A queue
   * ends before an arrival for which the store is still being asked, so that it waits, and what came after it, and nobody else.
   */
  take(most: number, ownOnly: boolean): Arrival[] {
    const taken: Arrival[] = [];
    const own = this.#queue(OWN);
    const isShared = !ownOnly && this.#size > own.arrivals.size;
    this.#takeFrom(own, isShared ? Math.ceil(most / 2) : most, taken);
    while (!ownOnly && taken.length < most) {
      const full = [...this.#queues.values()].filter(isReady);
      if (full.length === 0) {
        break;
      }
      const share = Math.max(1, Math.floor((most - taken.length) / full.length));
      for (const queue of full) {
        this.#takeFrom(queue, Math.min(most, taken.length + share), taken);
      }
    }
    return taken;
  }

  /** Everything, for an end that does not step it. */
  takeAll(): Arrival[] {
    const all = [...this.#queues.values()].flatMap(({ arrivals }) => [...arrivals.values()]);
    this.#queues.clear();
    this.#size = 0;
    return all;
  }

  #queue(source: string): Queue {
    let queue = this.#queues.get(source);
    if (queue === undefined) {
      queue = { arrivals: new Map(), volatile: 0 };
      this.#queues.set(source, queue);
    }
    return queue;
  }

  #takeFrom(queue: Queue, upTo: number, taken: Arrival[]): void {
    for (const [key, arrival] of queue.arrivals) {
      if (taken.length >= upTo || isAsked(arrival)) {
        return;
      }
      queue.arrivals.delete(key);
      queue.volatile -= typeof key === "string" ? 1 : 0;
      this.#size -= 1;
      taken.push(arrival);
    }
  }

  #dropOldestVolatile(queue: Queue): void {
    for (const key of queue.arrivals.keys()) {
      if (typeof key === "string") {
        queue.arrivals.delete(key);
        queue.volatile -= 1;
        this.#size -= 1;
        this.dropped += 1;
        return;
      }
    }
  }
}

function isReady({ arrivals }: Queue): boolean {
  const [first] = arrivals.values();
  return first !== undefined && !isAsked(first);
}

/** The store has not answered yet. */
function isAsked({ lookup }: Arrival): boolean {
  return lookup !== null && !lookup.isDone;
}
