/**
 * The desk's durable timers: rows of the store, and one callback armed at the clock for whichever is due next. Timers that
 * came due while the daemon was down fire at once when it starts.
 */
import type { Clock } from "./adapter.ts";
import type { Timer, TimerChange } from "./core/step.ts";
import { TimerRows } from "./core/timer-rows.ts";

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

/** Delays do not notice when somebody sets the clock, or the machine sleeps; looking again now and then does. */
const LONGEST_SLEEP_MS = 60_000;

/** `fire` is called once for each timer that comes due, in order of time; the timer stands until `apply` cancels it. `loaded` is taken over. */
export function createTimers(clock: Clock, loaded: TimerRows | readonly Timer[], fire: (timer: Timer) => void): Timers {
  return new TimerQueue(clock, loaded instanceof TimerRows ? loaded : new TimerRows(loaded), fire);
}

class TimerQueue implements Timers {
  readonly #clock: Clock;
  readonly #fire: (timer: Timer) => void;
  /** Those that have not fired. */
  readonly #ahead: TimerRows;
  /** Those that have, and still stand. */
  readonly #fired = new Map<string, Timer>();
  #armed: { readonly at: number; readonly cancel: () => void } | null = null;
  #isStopped = false;

  constructor(clock: Clock, ahead: TimerRows, fire: (timer: Timer) => void) {
    this.#clock = clock;
    this.#fire = fire;
    this.#ahead = ahead;
    this.#arm();
  }

  get size(): number {
    return this.#ahead.size + this.#fired.size;
  }

  stands({ id, at, generation }: Timer): boolean {
    const standing = this.#fired.get(id) ?? this.#ahead.get(id);
    return standing !== null && standing.at === at && standing.generation === generation;
  }

  apply(changes: Iterable<TimerChange>): void {
    for (const change of changes) {
      const id = change.kind === "cancel" ? change.id : change.timer.id;
      this.#fired.delete(id);
      if (change.kind === "cancel") this.#ahead.delete(id);
      else this.#ahead.set(change.timer);
    }
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    this.#armed?.cancel();
  }

  #arm(): void {
    const next = this.#ahead.nextAt;
    if (this.#isStopped || next === null || (this.#armed !== null && this.#armed.at <= next)) {
      return;
    }
    this.#armed?.cancel();
    const waitMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, next - this.#clock.now()));
    this.#armed = { at: next, cancel: this.#clock.after(waitMs, () => this.#due()) };
  }

  #due(): void {
    this.#armed = null;
    const now = this.#clock.now();
    for (let next = this.#ahead.nextAt; next !== null && next <= now; next = this.#ahead.nextAt) {
      const timer = this.#ahead.take();
      if (timer === null) break;
      this.#fired.set(timer.id, timer);
      this.#fire(timer);
    }
    this.#arm();
  }
}
