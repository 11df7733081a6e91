/**
 * Sends that are under way, and their deadlines. All have the same limit, so they run out in the order in which they
 * began: one alarm for the oldest is enough.
 */
import type { Clock } from "../adapter.ts";
import type { Lane, Slot } from "./lane.ts";

export interface Flight {
  readonly lane: Lane;
  readonly slot: Slot;
  /** Of all flights with this deadline. */
  readonly controller: AbortController;
  readonly deadline: number;
  /** How many began before it. */
  readonly number: number;
  /** Answered, or given up. */
  isOver: boolean;
}

/** So many that are over may stand before the first that is not. */
const SPENT = 1_024;

export class Flights {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onTimeout: (flight: Flight) => void;
  /** In order of their deadlines; null where one is over. In a set each would be entered and taken out, which costs as much as all else here. */
  #open: (Flight | null)[] = [];
  /** Number of the first in that list, and the place in it of the first that is not over. */
  #listed = 0;
  #first = 0;
  #cancelAlarm: (() => void) | null = null;
  #latest: { readonly deadline: number; readonly controller: AbortController } | null = null;

  constructor(clock: Clock, limitMs: number, onTimeout: (flight: Flight) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onTimeout = onTimeout;
  }

  begin(lane: Lane, slot: Slot, now: number): Flight {
    const deadline = now + this.#limitMs;
    const number = this.#listed + this.#open.length;
    const flight = { lane, slot, controller: this.#controllerOf(deadline), deadline, number, isOver: false };
    this.#open.push(flight);
    this.#cancelAlarm ??= this.#clock.after(this.#limitMs, this.#expire);
    return flight;
  }

  /** Flights that begin in the same millisecond run out together: they share a controller, which costs more than all else of them. */
  #controllerOf(deadline: number): AbortController {
    if (this.#latest === null || this.#latest.deadline !== deadline || this.#latest.controller.signal.aborted) {
      this.#latest = { deadline, controller: new AbortController() };
    }
    return this.#latest.controller;
  }

  /** It was answered. */
  end(flight: Flight): void {
    flight.isOver = true;
    this.#open[flight.number - this.#listed] = null;
    while (this.#first < this.#open.length && this.#open[this.#first] === null) this.#first += 1;
    if (this.#first >= SPENT) {
      this.#open = this.#open.slice(this.#first);
      this.#listed += this.#first;
      this.#first = 0;
    }
  }

  /** Aborts everything; nothing times out any more. */
  abortAll(): void {
    this.#cancelAlarm?.();
    for (let flight = this.#oldest(); flight !== null; flight = this.#oldest()) {
      this.end(flight);
      flight.controller.abort();
    }
  }

  /** Of those that are not over. */
  #oldest(): Flight | null {
    return this.#open[this.#first] ?? null;
  }

  readonly #expire = (): void => {
    this.#cancelAlarm = null;
    const now = this.#clock.now();
    for (let flight = this.#oldest(); flight !== null; flight = this.#oldest()) {
      if (flight.deadline > now) {
        this.#cancelAlarm = this.#clock.after(flight.deadline - now, this.#expire);
        return;
      }
      this.end(flight);
      flight.controller.abort();
      this.#onTimeout(flight);
    }
  };
}
