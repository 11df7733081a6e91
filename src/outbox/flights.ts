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
  /** Answered, or given up. */
  isOver: boolean;
}

export class Flights {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onTimeout: (flight: Flight) => void;
  /** Those that are not over, in order of their deadlines. */
  readonly #open = new Set<Flight>();
  #cancelAlarm: (() => void) | null = null;
  #latest: { readonly deadline: number; readonly controller: AbortController } | null = null;

  constructor(clock: Clock, limitMs: number, onTimeout: (flight: Flight) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onTimeout = onTimeout;
  }

  begin(lane: Lane, slot: Slot, now: number): Flight {
    const deadline = now + this.#limitMs;
    const flight = { lane, slot, controller: this.#controllerOf(deadline), deadline, isOver: false };
    this.#open.add(flight);
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
    this.#open.delete(flight);
  }

  /** Aborts everything; nothing times out any more. */
  abortAll(): void {
    this.#cancelAlarm?.();
    for (const flight of this.#open) {
      this.end(flight);
      flight.controller.abort();
    }
  }

  readonly #expire = (): void => {
    this.#cancelAlarm = null;
    const now = this.#clock.now();
    for (const flight of this.#open) {
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
