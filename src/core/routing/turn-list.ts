/**
 * Lines of those who wait, in the order of turns: chunks of sorted arrays, in which priorities and times of turns stand side by side as
 * numbers, with more numbers of each where those are given. So looking somebody up, and walking from the front, fetch nobody else. Most lists
 * are short: the first chunk is the list itself, which saves fetching what holds the chunks.
 */
import type { Waiting } from "./routing.ts";
import {
  CHUNK_ITEMS,
  type Chunk,
  comesBefore,
  FIRST_ITEMS,
  placeIn,
  putInto,
  splitOff,
  TURN,
  type Turned,
} from "./turns.ts";

const NOTHING: readonly never[] = [];
/** The numbers of an entry that is on its way to another place. */
const HELD = new Float64Array(16);

/** While an item is in the list, the list is told of another head first (`move`). */
export class TurnList<T extends Turned> implements Chunk<T> {
  items: T[] = [];
  numbers: Float64Array;
  #rest: Chunk<T>[] | null = null;
  /** Numbers of an entry. */
  readonly stride: number;
  #size = 0;

  /** `more`: how many numbers are kept of each beside its turn. */
  constructor(more = 0) {
    this.stride = TURN + more;
    this.numbers = new Float64Array(FIRST_ITEMS * this.stride);
  }

  /** The chunks after the first. */
  get rest(): readonly Chunk<T>[] {
    return this.#rest ?? NOTHING;
  }

  get size(): number {
    return this.#size;
  }

  first(): T | null {
    return this.items[0] ?? null;
  }

  insert(item: T, more: readonly number[]): void {
    this.#put(item, item.head, more);
  }

  /** False when it was not in the list. */
  remove(item: T): boolean {
    const { head } = item;
    const at = this.#chunkOf(head);
    const chunk = this.#chunk(at);
    const place = placeIn(chunk, this.stride, head);
    if (chunk.items[place] !== item) return false;
    this.#take(at, chunk, place);
    return true;
  }

  /** The item is about to have that head; what else is known of it stays. */
  move(item: T, head: Waiting): void {
    const at = this.#chunkOf(item.head);
    const chunk = this.#chunk(at);
    const place = placeIn(chunk, this.stride, item.head);
    if (chunk.items[place] !== item) return;
    if (this.#rest === null) {
      this.#shift(chunk, place, placeIn(chunk, this.stride, head), head);
      return;
    }
    const more: number[] = [];
    const end = (place + 1) * this.stride;
    for (let index = place * this.stride + TURN; index < end; index += 1) more.push(chunk.numbers[index] as number);
    this.#take(at, chunk, place);
    this.#put(item, head, more);
  }

  /** To before the one at that other place, with another head; those between make room. */
  #shift({ items, numbers }: Chunk<T>, from: number, before: number, head: Waiting): void {
    const { stride } = this;
    const item = items[from] as T;
    const by = before > from ? 1 : -1;
    const to = before > from ? before - 1 : before;
    for (let index = 0; index < stride; index += 1) HELD[index] = numbers[from * stride + index] as number;
    for (let place = from; place !== to; place += by) {
      items[place] = items[place + by] as T;
      for (let index = place * stride; index < (place + 1) * stride; index += 1) {
        numbers[index] = numbers[index + by * stride] as number;
      }
    }
    items[to] = item;
    HELD[0] = -head.priority;
    HELD[1] = head.turnAt;
    for (let index = 0; index < stride; index += 1) numbers[to * stride + index] = HELD[index] as number;
  }

  #put(item: T, head: Waiting, more: readonly number[]): void {
    this.#size += 1;
    const at = this.#chunkOf(head);
    const chunk = this.#chunk(at);
    const { stride } = this;
    const place = placeIn(chunk, stride, head);
    putInto(chunk, stride, place, item, head);
    const { numbers } = chunk;
    const begin = place * stride;
    for (let index = TURN; index < stride; index += 1) numbers[begin + index] = more[index - TURN] ?? 0;
    if (chunk.items.length > CHUNK_ITEMS) {
      this.#rest ??= [];
      this.#rest.splice(at, 0, splitOff(chunk, stride));
    }
  }

  #take(at: number, chunk: Chunk<T>, place: number): void {
    this.#size -= 1;
    const { items, numbers } = chunk;
    if (items.length === 1 && this.#rest !== null) {
      this.#drop(at);
      return;
    }
    if (place < items.length - 1) {
      numbers.copyWithin(place * this.stride, (place + 1) * this.stride, items.length * this.stride);
    }
    if (place === 0) items.shift();
    else items.splice(place, 1);
  }

  /** Nobody is in that chunk any more. */
  #drop(at: number): void {
    const [gone] = this.#rest?.splice(Math.max(0, at - 1), 1) ?? [];
    if (at === 0 && gone !== undefined) [this.items, this.numbers] = [gone.items, gone.numbers];
    if (this.#rest?.length === 0) this.#rest = null;
  }

  #chunk(at: number): Chunk<T> {
    return at === 0 || this.#rest === null ? this : (this.#rest[at - 1] as Chunk<T>);
  }

  /** Index of the first chunk whose last entry is not before that turn; of the last chunk when all are. */
  #chunkOf(head: Waiting): number {
    if (this.#rest === null) return 0;
    let low = 0;
    let high = this.#rest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunk(middle);
      if (comesBefore(chunk, this.stride, chunk.items.length - 1, head)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
