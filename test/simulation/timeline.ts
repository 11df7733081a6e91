/**
 * Virtual time: what is to happen, in order. Nothing waits for real; between two entries all promises that can go on have gone on,
 * so a run is a function of its seed.
 */
import type { Clock } from "../../src/adapter.ts";

interface Entry {
  readonly at: number;
  /** Entries of the same instant happen in the order in which they were made. */
  readonly sequence: number;
  run: (() => void) | null;
}

/** When every simulation begins: a Monday morning, in milliseconds since the epoch. */
const BEGINNING = Date.UTC(2026, 0, 5, 8, 0, 0);

export class Timeline {
  readonly #heap: Entry[] = [];
  #sequence = 0;
  /** Entries that were run at the present moment. */
  atOnce = 0;
  #elapsed = 0;
  /** What the machine's clock was set forward or back by, all in all. */
  #skew = 0;

  /** Milliseconds since the beginning; never goes back. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** Sets the machine's clock forward, or back when negative. Delays that run already are not touched. */
  setClock(byMs: number): void {
    this.#skew += byMs;
  }

  /** Returns what takes it back. */
  after(delayMs: number, run: () => void): () => void {
    this.#sequence += 1;
    const entry: Entry = { at: this.#elapsed + Math.max(0, delayMs), sequence: this.#sequence, run };
    this.#push(entry);
    return () => {
      entry.run = null;
    };
  }

  /** A clock for one run of the desk: when `isAlive` turns false, whatever it was asked for never happens. */
  clock(isAlive: () => boolean): Clock {
    return {
      now: () => BEGINNING + this.#elapsed + this.#skew,
      after: (delayMs, callback) =>
        this.after(delayMs, () => {
          if (isAlive()) {
            callback();
          }
        }),
    };
  }

  /** Runs everything up to that moment (milliseconds since the beginning). */
  async runUntil(end: number, afterEach: () => void): Promise<void> {
    for (let entry = this.#heap[0]; entry !== undefined && entry.at <= end; entry = this.#heap[0]) {
      this.#pop();
      if (entry.run === null) {
        continue;
      }
      this.atOnce = entry.at > this.#elapsed ? 0 : this.atOnce + 1;
      this.#elapsed = entry.at;
      entry.run();
      await settled();
      afterEach();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent] as Entry, entry)) {
        break;
      }
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) {
      return;
    }
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Entry)) {
        child += 1;
      }
      if (isBefore(last, heap[child] as Entry)) {
        break;
      }
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

/** Resolves when every promise that can go on has gone on: the queue of microtasks is empty before an immediate runs. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
