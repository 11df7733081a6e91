/**
 * The desk's durable timers: rows of the store, and one callback armed at the clock for whichever is due next. Timers that
 * came due while the daemon was down fire at once when it starts.
 */
import type { Clock } from "./adapter.ts";
import type { Timer, TimerChange } from "./core/step.ts";

export interface Timers {
  /** Applies changes that were committed. */
  apply(changes: Iterable<TimerChange>): void;
  /**
   * Whether that timer still stands: false once it was set anew or cancelled after it fired and before its event was
   * stepped. To be asked when the event is stepped.
   */
  stands(timer: Timer): boolean;
  readonly size: number;
  /** Nothing fires any more. */
  stop(): void;
}

/** Replaced timers that may stay in the queue beyond as many as stand. */
const SLACK = 1_024;
/** Delays do not notice when somebody sets the clock, or the machine sleeps; looking again now and then does. */
const LONGEST_SLEEP_MS = 60_000;

/** `fire` is called once for each timer that comes due, in order of time; the timer stands until `apply` cancels it. */
export function createTimers(clock: Clock, loaded: readonly Timer[], fire: (timer: Timer) => void): Timers {
  return new TimerQueue(clock, loaded, fire);
}

class TimerQueue implements Timers {
  readonly #clock: Clock;
  readonly #fire: (timer: Timer) => void;
  /** Those that stand, by id. */
  readonly #timers = new Map<string, Timer>();
  /** Those that have not fired; replaced and cancelled ones stay until they come to its head. */
  #queue: Timer[] = [];
  #armed: { readonly at: number; readonly cancel: () => void } | null = null;
  #isStopped = false;

  constructor(clock: Clock, loaded: readonly Timer[], fire: (timer: Timer) => void) {
    this.#clock = clock;
    this.#fire = fire;
    for (const timer of loaded) {
      this.#set(timer);
    }
    this.#arm();
  }

  get size(): number {
    return this.#timers.size;
  }

  stands(timer: Timer): boolean {
    return this.#timers.get(timer.id) === timer;
  }

  apply(changes: Iterable<TimerChange>): void {
    for (const change of changes) {
      if (change.kind === "cancel") this.#timers.delete(change.id);
      else this.#set(change.timer);
    }
    // Idle timers are set anew with every message: without this the queue would hold every one of them until its time.
    if (this.#queue.length > 2 * this.#timers.size + SLACK) {
      const standing = this.#queue.filter((timer) => this.stands(timer));
      this.#queue = [];
      for (const timer of standing) push(this.#queue, timer);
    }
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    this.#armed?.cancel();
  }

  #set(timer: Timer): void {
    this.#timers.set(timer.id, timer);
    push(this.#queue, timer);
  }

  /** The next timer that stands. */
  #next(): Timer | undefined {
    while (this.#queue[0] !== undefined && !this.stands(this.#queue[0])) {
      pop(this.#queue);
    }
    return this.#queue[0];
  }

  #arm(): void {
    const next = this.#next();
    if (this.#isStopped || next === undefined || (this.#armed !== null && this.#armed.at <= next.at)) {
      return;
    }
    this.#armed?.cancel();
    const waitMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, next.at - this.#clock.now()));
    this.#armed = { at: next.at, cancel: this.#clock.after(waitMs, () => this.#due()) };
  }

  #due(): void {
    this.#armed = null;
    const now = this.#clock.now();
    for (let next = this.#next(); next !== undefined && next.at <= now; next = this.#next()) {
      pop(this.#queue);
      this.#fire(next);
    }
    this.#arm();
  }
}

/** A binary heap in an array; of equal times the one with the smaller id comes first, so that every run is alike. */
function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(timer, above)) {
      break;
    }
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) {
    return first;
  }
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const left = heap[child];
    const right = heap[child + 1];
    if (left === undefined) {
      break;
    }
    let smaller = left;
    if (right !== undefined && isBefore(right, left)) {
      smaller = right;
      child += 1;
    }
    if (!isBefore(smaller, last)) {
      break;
    }
    heap[index] = smaller;
    index = child;
  }
  heap[index] = last;
  return first;
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}
