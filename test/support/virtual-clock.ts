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
  let elapsed = 0;
  let shift = start;
  /** By time, of equal times in the order in which they were set. */
  const alarms: Alarm[] = [];

  /** Index of the first alarm after that time. */
  function after(at: number): number {
    let low = 0;
    let high = alarms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((alarms[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function fireNext(until: number): boolean {
    const alarm = alarms[0];
    if (alarm === undefined || alarm.at > until) {
      return false;
    }
    alarms.shift();
    elapsed = Math.max(elapsed, alarm.at);
    alarm.callback();
    return true;
  }

  return {
    now: () => elapsed + shift,
    after(delayMs, callback) {
      const alarm = { at: elapsed + Math.max(0, delayMs), callback };
      alarms.splice(after(alarm.at), 0, alarm);
      return () => {
        const index = alarms.indexOf(alarm);
        if (index !== -1) alarms.splice(index, 1);
      };
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      while (fireNext(until)) {
        await settle();
      }
      elapsed = until;
      await settle();
    },
    advanceNow(ms) {
      const until = elapsed + ms;
      while (fireNext(until)) {
        // The next one may have been added by this one.
      }
      elapsed = until;
    },
    jump(ms) {
      shift += ms;
    },
    next() {
      const [alarm] = alarms;
      return alarm === undefined ? null : Math.max(0, alarm.at - elapsed);
    },
    get waiting() {
      return alarms.length;
    },
  };
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
