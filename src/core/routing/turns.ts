/** The order of turns over entries whose priorities and times of turns stand side by side as numbers. */
import type { Waiting } from "./routing.ts";

/** The priority below zero, and the time of the turn: the numbers with which every entry begins. */
export const TURN = 2;
/** Entries in a chunk before it is split in two. */
export const CHUNK_ITEMS = 256;
/** Entries there is room for at first. */
export const FIRST_ITEMS = 4;

/** Stands at the turn of its head. */
export interface Turned {
  readonly head: Waiting;
}

/** Entries in order. Of the entry at `at`, its numbers begin at `at * stride`. */
export interface Chunk<T> {
  items: T[];
  numbers: Float64Array;
}

/** Whether the entry at that place comes before that turn. */
export function comesBefore<T extends Turned>(
  { items, numbers }: Chunk<T>,
  stride: number,
  place: number,
  head: Waiting,
): boolean {
  const at = place * stride;
  const priority = numbers[at] as number;
  if (priority !== -head.priority) return priority < -head.priority;
  const turnAt = numbers[at + 1] as number;
  if (turnAt !== head.turnAt) return turnAt < head.turnAt;
  return (items[place] as T).head.conversation < head.conversation;
}

/** Where in that chunk that turn stands, or would. */
export function placeIn<T extends Turned>(chunk: Chunk<T>, stride: number, head: Waiting): number {
  let low = 0;
  let high = chunk.items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comesBefore(chunk, stride, middle, head)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes room in that chunk, and puts the item there with its turn; its other numbers are yet to be written. */
export function putInto<T extends Turned>(
  chunk: Chunk<T>,
  stride: number,
  place: number,
  item: T,
  head: Waiting,
): void {
  const { items } = chunk;
  if ((items.length + 1) * stride > chunk.numbers.length) grow(chunk, stride);
  const { numbers } = chunk;
  const begin = place * stride;
  if (place === items.length) items.push(item);
  else {
    numbers.copyWithin(begin + stride, begin, items.length * stride);
    items.splice(place, 0, item);
  }
  numbers[begin] = -head.priority;
  numbers[begin + 1] = head.turnAt;
}

function grow<T>(chunk: Chunk<T>, stride: number): void {
  const numbers = new Float64Array(Math.min(CHUNK_ITEMS + 1, chunk.items.length * 2) * stride);
  numbers.set(chunk.numbers);
  chunk.numbers = numbers;
}

/** Takes the second half out of a chunk, as another one. */
export function splitOff<T>(chunk: Chunk<T>, stride: number): Chunk<T> {
  const items = chunk.items.splice(CHUNK_ITEMS >> 1);
  const numbers = new Float64Array((CHUNK_ITEMS + 1) * stride);
  numbers.set(chunk.numbers.subarray(chunk.items.length * stride));
  return { items, numbers };
}
