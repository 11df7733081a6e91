/**
 * Sends that are under way, and their deadlines. All have the same limit, so they run out in the order in which they
 * began: one alarm for the oldest is enough.
 */
import type { Clock } from "../adapter.ts";
import type { Lane, Slot } from "./lane.ts";

export interface Flight {
  readonly lane: Lane;
  readonly slot: Slot;
  readonly controller: AbortController;
  readonly deadline: number;
  /** Answered, or given up. */
  isOver: boolean;
}

/** Finished flights at the front of the queue that are worth a compaction. */
const COMPACT_AT = 1_024;

export class Flights {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onTimeout: (flight: Flight) => void;
  #queue: Flight[] = [];
  #head = 0;
  #cancelAlarm: (() => void) | null = null;

  constructor(clock: Clock, limitMs: number, onTimeout: (flight: Flight) => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onTimeout = onTimeout;
  }

  begin(lane: Lane, slot: Slot): Flight {
    const flight = {
      lane,
      slot,
      controller: new AbortController(),
      deadline: this.#clock.now() + this.#limitMs,
      isOver: false,
    };
    this.#queue.push(flight);
    this.#cancelAlarm ??= this.#clock.after(this.#limitMs, this.#expire);
    return flight;
  }

  /** Aborts everything; nothing times out any more. */
  abortAll(): void {
    this.#cancelAlarm?.();
    for (const flight of this.#queue.slice(this.#head)) {
      if (!flight.isOver) {
        flight.isOver = true;
        flight.controller.abort();
      }
    }
    this.#queue = [];
    this.#head = 0;
  }

  readonly #expire = (): void => {
    this.#cancelAlarm = null;
    const now = this.#clock.now();
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (first.deadline > now) {
        this.#cancelAlarm = this.#clock.after(first.deadline - now, this.#expire);
        return;
      }
      first.isOver = true;
      first.controller.abort();
      this.#onTimeout(first);
    }
  };

  /** The oldest flight that is not over. */
  #first(): Flight | undefined {
    while (this.#queue[this.#head]?.isOver === true) {
      this.#head += 1;
    }
    if (this.#head > COMPACT_AT) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return this.#queue[this.#head];
  }
}
