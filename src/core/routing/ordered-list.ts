/**
 * A list that is always in order: chunks of sorted arrays, so that insertion and removal cost a binary search and the move of a few
 * kilobytes, and a walk from the front costs nothing more than the walk. Newcomers, freed CSRs and who waits behind another are kept in it.
 */

/** A total order: 0 only for one and the same item. */
export type Order<T> = (left: T, right: T) => number;

/** Items in a chunk before it is split in two. */
const CHUNK_ITEMS = 256;

export class OrderedList<T> {
  readonly #order: Order<T>;
  /** The first chunk, and the others: most lists are short. */
  #first: T[] = [];
  #rest: T[][] | null = null;
  #size = 0;

  /** What `order` looks at must not change while the item is in the list: remove it first, insert it again after. */
  constructor(order: Order<T>) {
    this.#order = order;
  }

  get size(): number {
    return this.#size;
  }

  first(): T | null {
    return this.#first[0] ?? null;
  }

  second(): T | null {
    return this.#first[1] ?? this.#rest?.[0]?.[0] ?? null;
  }

  insert(item: T): void {
    this.#size += 1;
    const at = this.#chunkOf(item);
    const chunk = this.#chunk(at);
    const position = this.#positionIn(chunk, item);
    if (position === chunk.length) {
      chunk.push(item);
    } else {
      chunk.splice(position, 0, item);
    }
    if (chunk.length > CHUNK_ITEMS) {
      this.#rest ??= [];
      this.#rest.splice(at, 0, chunk.splice(CHUNK_ITEMS >> 1));
    }
  }

  /** Removes the first, and returns it. */
  takeFirst(): T | null {
    const first = this.#first[0];
    if (first === undefined) return null;
    this.#take(0, this.#first, 0);
    return first;
  }

  /** False when it was not in the list. */
  remove(item: T): boolean {
    const at = this.#chunkOf(item);
    const chunk = this.#chunk(at);
    const position = this.#positionIn(chunk, item);
    const found = chunk[position];
    if (found === undefined || this.#order(found, item) !== 0) {
      return false;
    }
    this.#take(at, chunk, position);
    return true;
  }

  /** Visits in order until `visit` returns true. The list must not change meanwhile. */
  walk(visit: (item: T) => boolean): void {
    for (const chunk of [this.#first, ...(this.#rest ?? [])]) {
      for (const item of chunk) {
        if (visit(item)) {
          return;
        }
      }
    }
  }

  #take(at: number, chunk: T[], position: number): void {
    this.#size -= 1;
    if (chunk.length > 1 || this.#rest === null) {
      if (position === 0) chunk.shift();
      else chunk.splice(position, 1);
      return;
    }
    const [gone] = this.#rest.splice(Math.max(0, at - 1), 1);
    if (at === 0 && gone !== undefined) this.#first = gone;
    if (this.#rest.length === 0) this.#rest = null;
  }

  #chunk(at: number): T[] {
    return at === 0 || this.#rest === null ? this.#first : (this.#rest[at - 1] as T[]);
  }

  /** Index of the first chunk whose last item is not before `item`; of the last chunk when all are. */
  #chunkOf(item: T): number {
    if (this.#rest === null) return 0;
    let low = 0;
    let high = this.#rest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunk(middle);
      if (this.#order(chunk[chunk.length - 1] as T, item) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #positionIn(chunk: readonly T[], item: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#order(chunk[middle] as T, item) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
