/**
 * Timers by id, and which of them is due next: a heap of numbers over texts in bytes, because an open conversation has one or two, and a hundred
 * thousand of them as objects would be most of what the desk holds.
 */
import { KeyedTexts } from "./keyed-texts.ts";
import type { Timer } from "./step.ts";

const GROWTH = 1.4;

/** Of equal times the one with the smaller id (by its UTF-8) comes first, so that every run is alike. */
export class TimerRows implements Iterable<Timer> {
  /**
   * By id: when, its generation, and behind a second space nothing where the id is its name, a space and its conversation; else both as JSON. The store
   * (store/sqlite-loading.ts) writes it so as well.
   */
  readonly #texts = new KeyedTexts();
  /** By slot of the texts: when, and the place in the heap. */
  #at = new Float64Array(0);
  #place = new Uint32Array(0);
  /** Slots; of each the two at 2n + 1 and 2n + 2 are not before it. */
  #heap = new Uint32Array(0);
  #size = 0;
  /** What was taken over is not in order before somebody asks. */
  #isOrdered = true;

  constructor(timers: Iterable<Timer> = []) {
    for (const timer of timers) this.set(timer);
  }

  get size(): number {
    return this.#size;
  }

  /** When the next one is due; null when there is none. */
  get nextAt(): number | null {
    this.#order();
    return this.#size === 0 ? null : this.#atOf(0);
  }

  get(id: string): Timer | null {
    const slot = this.#texts.slotOf(id);
    return slot < 0 ? null : this.#timer(slot);
  }

  set(timer: Timer): void {
    this.#order();
    const known = this.#texts.slotOf(timer.id);
    const slot = this.#texts.set(timer.id, textOf(timer));
    const place = known < 0 ? this.#add(slot) : (this.#place[slot] ?? 0);
    this.#at[slot] = timer.at;
    this.#settle(place, slot);
  }

  /** False when there is none of that id. */
  delete(id: string): boolean {
    this.#order();
    const slot = this.#texts.delete(id);
    if (slot < 0) return false;
    this.#remove(this.#place[slot] ?? 0);
    return true;
  }

  /** The next one, which is then none of these any more. */
  take(): Timer | null {
    this.#order();
    if (this.#size === 0) return null;
    const timer = this.#timer(this.#heap[0] ?? 0);
    this.delete(timer.id);
    return timer;
  }

  /** Takes over timers that were written as records of their texts, of ids that are not there yet. */
  adopt(records: Uint8Array): void {
    const before = this.#texts.slots;
    this.#texts.adopt(records);
    for (let slot = before; slot < this.#texts.slots; slot += 1) {
      this.#add(slot);
      this.#at[slot] = Number.parseInt(this.#texts.textAt(slot), 10);
    }
    this.#isOrdered = false;
  }

  /** In the order in which they are due. */
  *[Symbol.iterator](): IterableIterator<Timer> {
    const slots = [...this.#heap.subarray(0, this.#size)];
    for (const slot of slots.sort((one, other) => this.#compare(one, other))) yield this.#timer(slot);
  }

  #timer(slot: number): Timer {
    const id = this.#texts.keyAt(slot);
    const text = this.#texts.textAt(slot);
    const [at, generation] = text.split(" ", 2);
    const named = restOf(text);
    const [name, conversation] = named === "" ? partsOf(id) : (JSON.parse(named) as [string, string | null]);
    return { id, at: Number(at), generation: Number(generation), conversation, name };
  }

  #add(slot: number): number {
    if (slot >= this.#at.length) {
      const room = Math.max(16, Math.ceil((slot + 1) * GROWTH));
      const [at, place, heap] = [this.#at, this.#place, this.#heap];
      this.#at = new Float64Array(room);
      this.#place = new Uint32Array(room);
      this.#heap = new Uint32Array(room);
      this.#at.set(at);
      this.#place.set(place);
      this.#heap.set(heap);
    }
    this.#put(this.#size, slot);
    this.#size += 1;
    return this.#size - 1;
  }

  #remove(place: number): void {
    this.#size -= 1;
    const last = this.#heap[this.#size] ?? 0;
    if (place < this.#size) this.#settle(place, last);
  }

  #order(): void {
    if (this.#isOrdered) return;
    this.#isOrdered = true;
    for (let place = (this.#size >> 1) - 1; place >= 0; place -= 1) this.#sink(place, this.#heap[place] ?? 0);
  }

  /** That slot is to stand at that place, or where it must go from there. */
  #settle(place: number, slot: number): void {
    let at = place;
    while (at > 0) {
      const above = this.#heap[(at - 1) >> 1] ?? 0;
      if (this.#compare(slot, above) >= 0) break;
      this.#put(at, above);
      at = (at - 1) >> 1;
    }
    this.#sink(at, slot);
  }

  #sink(place: number, slot: number): void {
    let at = place;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#compare(this.#heap[right] ?? 0, this.#heap[child] ?? 0) < 0) child = right;
      const below = this.#heap[child] ?? 0;
      if (this.#compare(below, slot) >= 0) break;
      this.#put(at, below);
      at = child;
    }
    this.#put(at, slot);
  }

  #put(place: number, slot: number): void {
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }

  #atOf(place: number): number {
    return this.#at[this.#heap[place] ?? 0] ?? 0;
  }

  #compare(one: number, other: number): number {
    const difference = (this.#at[one] ?? 0) - (this.#at[other] ?? 0);
    return difference !== 0 ? difference : one === other ? 0 : this.#texts.compareKeys(one, other);
  }
}

function textOf({ id, at, generation, conversation, name }: Timer): string {
  const isNamed = conversation !== null && id === `${name} ${conversation}` && !name.includes(" ");
  return `${at} ${generation} ${isNamed ? "" : JSON.stringify([name, conversation])}`;
}

function partsOf(id: string): [string, string | null] {
  const space = id.indexOf(" ");
  return [id.slice(0, space), id.slice(space + 1)];
}

/** What stands behind the second space. */
function restOf(text: string): string {
  return text.slice(text.indexOf(" ", text.indexOf(" ") + 1) + 1);
}
