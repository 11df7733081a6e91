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
  readonly order: number;
  readonly callback: () => void;
}

/** `start`: what `now` says at first; the default is a plain number, so that failures are easy to read. */
export function createVirtualClock(start = 1_000_000): VirtualClock {
  let elapsed = 0;
  let shift = start;
  let order = 0;
  const alarms = new Set<Alarm>();

  function nextAlarm(): Alarm | null {
    let first: Alarm | null = null;
    for (const alarm of alarms) {
      if (first === null || alarm.at < first.at || (alarm.at === first.at && alarm.order < first.order)) {
        first = alarm;
      }
    }
    return first;
  }

  function fireNext(until: number): boolean {
    const alarm = nextAlarm();
    if (alarm === null || alarm.at > until) {
      return false;
    }
    alarms.delete(alarm);
    elapsed = Math.max(elapsed, alarm.at);
    alarm.callback();
    return true;
  }

  return {
    now: () => elapsed + shift,
    after(delayMs, callback) {
      order += 1;
      const alarm = { at: elapsed + Math.max(0, delayMs), order, callback };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
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
      const alarm = nextAlarm();
      return alarm === null ? null : Math.max(0, alarm.at - elapsed);
    },
    get waiting() {
      return alarms.size;
    },
  };
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
