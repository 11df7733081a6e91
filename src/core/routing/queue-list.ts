/**
 * Those who wait in one queue, in the order of turns, for whoever asks where they stand. Most leave without having been asked about: so who
 * leaves is only marked as gone, in the chunk that they know they are in, and taken out when more than half of it is gone or somebody asks
 * for a place in it.
 */
import type { Waiting } from "./routing.ts";
import { CHUNK_ITEMS, type Chunk, comesBefore, FIRST_ITEMS, placeIn, putInto, splitOff, TURN } from "./turns.ts";

/** One who waits. Whoever comes again is another one. */
export interface Queued {
  readonly head: Waiting;
  /** Where they stand; null: in no queue. */
  chunk: QueueChunk | null;
}

export interface QueueChunk extends Chunk<Queued> {
  readonly queue: QueueList;
  /** How many of its items are not gone. */
  left: number;
}

export class QueueList {
  readonly #chunks: QueueChunk[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): Queued | null {
    return this.#chunks[0]?.items.find(({ chunk }) => chunk !== null) ?? null;
  }

  insert(item: Queued): void {
    this.#size += 1;
    if (this.#chunks.length === 0) {
      this.#chunks.push({ queue: this, items: [], numbers: new Float64Array(FIRST_ITEMS * TURN), left: 0 });
    }
    const { head } = item;
    const at = this.#chunkOf(head);
    const chunk = this.#chunks[at] as QueueChunk;
    putInto(chunk, TURN, placeIn(chunk, TURN, head), item, head);
    item.chunk = chunk;
    chunk.left += 1;
    if (chunk.items.length > CHUNK_ITEMS) this.#split(at, chunk);
  }

  /** Nothing, when they are in no queue. */
  remove(item: Queued): void {
    const { chunk } = item;
    if (chunk === null) return;
    item.chunk = null;
    this.#size -= 1;
    chunk.left -= 1;
    if (chunk.left === 0) this.#chunks.splice(this.#chunks.indexOf(chunk), 1);
    else if (chunk.left * 2 < chunk.items.length) takeOutGone(chunk);
  }

  /** How many come before that one, who is in this queue. */
  rank({ head, chunk }: Queued): number {
    if (chunk === null) return 0;
    takeOutGone(chunk);
    let before = placeIn(chunk, TURN, head);
    for (const earlier of this.#chunks) {
      if (earlier === chunk) break;
      before += earlier.left;
    }
    return before;
  }

  #split(at: number, chunk: QueueChunk): void {
    takeOutGone(chunk);
    if (chunk.items.length <= CHUNK_ITEMS) return;
    const { items, numbers } = splitOff(chunk, TURN);
    const other = { queue: this, items, numbers, left: items.length };
    for (const item of items) item.chunk = other;
    chunk.left = chunk.items.length;
    this.#chunks.splice(at + 1, 0, other);
  }

  /** Index of the first chunk whose last entry is not before that turn; of the last chunk when all are. */
  #chunkOf(head: Waiting): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as QueueChunk;
      if (comesBefore(chunk, TURN, chunk.items.length - 1, head)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function takeOutGone(chunk: QueueChunk): void {
  const { items, numbers } = chunk;
  if (chunk.left === items.length) return;
  let to = 0;
  for (const [from, item] of items.entries()) {
    if (item.chunk === null) continue;
    items[to] = item;
    numbers.copyWithin(to * TURN, from * TURN, (from + 1) * TURN);
    to += 1;
  }
  items.length = to;
}
