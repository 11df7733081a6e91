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
  readonly #chunks: T[][] = [];
  #size = 0;

  /** What `order` looks at must not change while the item is in the list: remove it first, insert it again after. */
  constructor(order: Order<T>) {
    this.#order = order;
  }

  get size(): number {
    return this.#size;
  }

  first(): T | null {
    return this.#chunks[0]?.[0] ?? null;
  }

  second(): T | null {
    return this.#chunks[0]?.[1] ?? this.#chunks[1]?.[0] ?? null;
  }

  insert(item: T): void {
    this.#size += 1;
    const at = Math.min(this.#chunkOf(item), this.#chunks.length - 1);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      return;
    }
    const position = this.#positionIn(chunk, item);
    if (position === chunk.length) {
      chunk.push(item);
    } else {
      chunk.splice(position, 0, item);
    }
    if (chunk.length > CHUNK_ITEMS) {
      this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_ITEMS >> 1));
    }
  }

  /** Removes the first, and returns it. */
  takeFirst(): T | null {
    const [chunk] = this.#chunks;
    const first = chunk?.shift();
    if (chunk === undefined || first === undefined) return null;
    if (chunk.length === 0) this.#chunks.shift();
    this.#size -= 1;
    return first;
  }

  /** False when it was not in the list. */
  remove(item: T): boolean {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      return false;
    }
    const position = this.#positionIn(chunk, item);
    const found = chunk[position];
    if (found === undefined || this.#order(found, item) !== 0) {
      return false;
    }
    if (chunk.length === 1) {
      this.#chunks.splice(at, 1);
    } else if (position === 0) {
      chunk.shift();
    } else {
      chunk.splice(position, 1);
    }
    this.#size -= 1;
    return true;
  }

  /** Visits in order until `visit` returns true. The list must not change meanwhile. */
  walk(visit: (item: T) => boolean): void {
    for (const chunk of this.#chunks) {
      for (const item of chunk) {
        if (visit(item)) {
          return;
        }
      }
    }
  }

  /** Index of the first chunk whose last item is not before `item`; the number of chunks when all are. */
  #chunkOf(item: T): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as T[];
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
