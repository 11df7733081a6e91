/** A clock that moves when the test says so: hours pass in microseconds, in the same order every time. */
import type { Clock } from "../../src/adapter.ts";

export interface VirtualClock extends Clock {
  /** Lets that much time pass; what comes due on the way is called at its time, in order, one macrotask apart. */
  advance(ms: number): Promise<void>;
  /** As `advance`, but calls everything at once, without letting promises settle in between. */
  advanceNow(ms: number): void;
  /** Sets the clock that people see, forwards or back, as an admin or NTP does; delays are not touched by it. */
  jump(ms: number): void;
  /** Milliseconds until the next callback, or null when nothing waits. */
  next(): number | null;
  /** Callbacks that wait. */
  readonly waiting: number;
}

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** `start`: what `now` says at first; the default is a plain number, so that failures are easy to read. */
export function createVirtualClock(start = 1_000_000): VirtualClock {
  return new AlarmClock(start);
}

class AlarmClock implements VirtualClock {
  #elapsed = 0;
  #shift: number;
  /** By time, of equal times in the order in which they were set. */
  readonly #alarms: Alarm[] = [];

  constructor(start: number) {
    this.#shift = start;
  }

  // Arrow functions: a clock's functions are handed about one by one.
  readonly now = (): number => this.#elapsed + this.#shift;

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const alarm = { at: this.#elapsed + Math.max(0, delayMs), callback };
    this.#alarms.splice(this.#indexAfter(alarm.at), 0, alarm);
    return () => {
      const index = this.#alarms.indexOf(alarm);
      if (index !== -1) this.#alarms.splice(index, 1);
    };
  };

  readonly advance = async (ms: number): Promise<void> => {
    const until = this.#elapsed + ms;
    await settle();
    while (this.#fireNext(until)) {
      await settle();
    }
    this.#elapsed = until;
    await settle();
  };

  readonly advanceNow = (ms: number): void => {
    const until = this.#elapsed + ms;
    while (this.#fireNext(until)) {
      // The next one may have been added by this one.
    }
    this.#elapsed = until;
  };

  readonly jump = (ms: number): void => {
    this.#shift += ms;
  };

  readonly next = (): number | null => {
    const [alarm] = this.#alarms;
    return alarm === undefined ? null : Math.max(0, alarm.at - this.#elapsed);
  };

  get waiting(): number {
    return this.#alarms.length;
  }

  #indexAfter(at: number): number {
    let low = 0;
    let high = this.#alarms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#alarms[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #fireNext(until: number): boolean {
    const alarm = this.#alarms[0];
    if (alarm === undefined || alarm.at > until) {
      return false;
    }
    this.#alarms.shift();
    this.#elapsed = Math.max(this.#elapsed, alarm.at);
    alarm.callback();
    return true;
  }
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
