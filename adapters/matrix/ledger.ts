/**
 * What is known of single events: which desk message an event is, what a reaction belongs to, and the order of a room's
 * last events, since a read receipt (client-server API, "Receipts") covers everything before it too. In memory; what is not
 * known any more is looked up in the room.
 */
import { LRUCache } from "lru-cache";

interface Entry {
  readonly event: string;
  /** True for messages of the desk. */
  readonly own: boolean;
}
/** Events of one room whose order is kept. */
const ORDER_EVENTS = 200;

export class Ledger {
  readonly #keyOf: LRUCache<string, string>;
  readonly #eventOf: LRUCache<string, string>;
  readonly #reactions: LRUCache<string, string>;
  readonly #orders: LRUCache<string, Entry[]>;

  constructor(limit: number) {
    this.#keyOf = new LRUCache({ max: limit });
    this.#eventOf = new LRUCache({ max: limit });
    this.#reactions = new LRUCache({ max: limit });
    this.#orders = new LRUCache({ max: Math.ceil(limit / 10) });
  }

  /** That event is the desk's message of that key. */
  bind(key: string, event: string): void {
    this.#keyOf.set(event, key);
    this.#eventOf.set(key, event);
  }
  event(key: string): string | null {
    return this.#eventOf.get(key) ?? null;
  }
  /** How the desk is told of that event: by its own key where it was the desk's. */
  name(event: string): string {
    return this.#keyOf.get(event) ?? event;
  }

  /** That reaction belongs to the message `of`. */
  reaction(event: string, of: string): void {
    this.#reactions.set(event, of);
  }
  /** The message that reaction belongs to; null when it is no reaction that is known. */
  reactedTo(event: string): string | null {
    return this.#reactions.get(event) ?? null;
  }

  /** The room's next event, in its order. Seen twice (answer of a send, and its echo), it keeps its first place. */
  follow(room: string, event: string, own: boolean): void {
    const order = this.#orders.get(room) ?? [];
    if (order.some((entry) => entry.event === event)) {
      return;
    }
    order.push({ event, own });
    if (order.length > ORDER_EVENTS) {
      order.shift();
    }
    this.#orders.set(room, order);
  }

  /** The desk's messages up to that event which were not read before. The event itself when its place is not known. */
  readUpTo(room: string, event: string): readonly string[] {
    const order = this.#orders.get(room) ?? [];
    const place = order.findIndex((entry) => entry.event === event);
    if (place === -1) {
      return [event];
    }
    return order.splice(0, place + 1).flatMap((entry) => (entry.own ? [entry.event] : []));
  }
}
