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

/** `fire` is called once for each timer that comes due, in order of time; the timer stands until `apply` cancels it. */
export function createTimers(clock: Clock, loaded: readonly Timer[], fire: (timer: Timer) => void): Timers {
  const timers = new Map<string, Timer>();
  const queue: Timer[] = [];
  let armed: { readonly at: number; readonly cancel: () => void } | null = null;
  let stopped = false;

  function set(timer: Timer): void {
    timers.set(timer.id, timer);
    push(queue, timer);
  }

  function arm(): void {
    dropReplaced();
    const next = queue[0];
    if (stopped || next === undefined || (armed !== null && armed.at <= next.at)) {
      return;
    }
    armed?.cancel();
    const waitMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, next.at - clock.now()));
    armed = { at: next.at, cancel: clock.after(waitMs, due) };
  }

  /** Replaced and cancelled timers stay in the queue until they come to its head. */
  function dropReplaced(): void {
    for (let next = queue[0]; next !== undefined && timers.get(next.id) !== next; next = queue[0]) {
      pop(queue);
    }
  }

  function due(): void {
    armed = null;
    const now = clock.now();
    for (dropReplaced(); queue[0] !== undefined && queue[0].at <= now; dropReplaced()) {
      const timer = pop(queue);
      if (timer !== undefined) {
        fire(timer);
      }
    }
    arm();
  }

  for (const timer of loaded) {
    set(timer);
  }
  arm();
  return {
    apply(changes) {
      for (const change of changes) {
        if (change.kind === "cancel") timers.delete(change.id);
        else set(change.timer);
      }
      // Idle timers are set anew with every message: without this the queue would hold every one of them until its time.
      if (queue.length > 2 * timers.size + SLACK) {
        rebuild();
      }
      arm();
    },
    stands: (timer) => timers.get(timer.id) === timer,
    get size() {
      return timers.size;
    },
    stop() {
      stopped = true;
      armed?.cancel();
    },
  };

  function rebuild(): void {
    const standing = queue.filter((timer) => timers.get(timer.id) === timer);
    queue.length = 0;
    for (const timer of standing) {
      push(queue, timer);
    }
  }
}

/** Delays do not notice when somebody sets the clock, or the machine sleeps; looking again now and then does. */
const LONGEST_SLEEP_MS = 60_000;

/** Replaced timers that may stay in the queue beyond as many as stand. */
const SLACK = 1_024;

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
