/**
 * The order of sends to one person. Rows leave from the front, at most `window` unanswered at a time; one that is deferred
 * takes the lane back to the first unconfirmed row, so nothing ever overtakes it.
 */
import type { OutboxRow } from "../store/store.ts";

/** Rows of one lane kept in memory; of the rest only the numbers, and the rows are read again when their turn comes. */
export const LANE_ROWS = 256;

export interface Slot {
  readonly row: OutboxRow;
  state: "waiting" | "sent" | "done";
}

export class Lane {
  readonly network: string;
  readonly person: string;
  inFlight = 0;
  /** Deferrals in a row. */
  deferrals = 0;
  /** A send was deferred: nothing new leaves until those under way are answered and the pause is over. */
  holding = false;
  /** Cancels the alarm that ends the pause, or that looks for rows which have become too old. */
  cancelAlarm: (() => void) | null = null;
  /** When that alarm goes off. */
  alarmAt = 0;
  /** How long the pause is to be once the last send under way was answered. */
  pauseMs = 0;
  /** When the pause is over; never, while there is none or while the link is what is waited for. */
  resumeAt = Number.POSITIVE_INFINITY;
  /** True while rows of `rest` are being read. */
  fetching = false;
  /** Whether the last deferral said that the person, not the network, was away. */
  personAway = false;
  /** Conversations of which it was told that this person's messages are late; mostly none, and a lane is made for nearly every message. */
  late: Set<string> | null = null;
  #slots: Slot[] = [];
  /** Index of the first slot that is not done. */
  #head = 0;
  /** No slot before this one is waiting. */
  #next = 0;
  #rest: number[] = [];

  constructor(network: string, person: string) {
    this.network = network;
    this.person = person;
  }

  /** Rows that are not done. */
  get size(): number {
    return this.#slots.length - this.#head + this.#rest.length;
  }

  get isEmpty(): boolean {
    return this.size === 0 && this.inFlight === 0;
  }

  add(row: OutboxRow): void {
    if (this.#rest.length > 0 || this.fetching || this.#slots.length - this.#head >= LANE_ROWS) {
      this.#rest.push(row.id);
    } else {
      this.#slots.push({ row, state: "waiting" });
    }
  }

  /** The next row to send, or null. */
  next(): Slot | null {
    for (; this.#next < this.#slots.length; this.#next += 1) {
      const slot = this.#slots[this.#next];
      if (slot?.state === "waiting") {
        return slot;
      }
    }
    return null;
  }

  /** The oldest row that is not done. */
  first(): Slot | null {
    return this.#slots[this.#head] ?? null;
  }

  /** Those that are not done, oldest first; not those of which only the number is kept. */
  *slots(): Generator<Slot> {
    for (let index = this.#head; index < this.#slots.length; index += 1) {
      const slot = this.#slots[index];
      if (slot !== undefined && slot.state !== "done") yield slot;
    }
  }

  /** To be called when a slot was done; frees what is done at the front. */
  advance(): void {
    while (this.#slots[this.#head]?.state === "done") {
      this.#head += 1;
    }
    this.#next = Math.max(this.#next, this.#head);
    if (this.#head === this.#slots.length || this.#head > LANE_ROWS) {
      this.#slots = this.#slots.slice(this.#head);
      this.#next -= this.#head;
      this.#head = 0;
    }
  }

  /** Goes back to the first unconfirmed row. */
  rewind(): void {
    this.#next = this.#head;
  }

  /** Numbers of the rows to be read next; empty while there are enough. Marks the lane as fetching otherwise. */
  takeRest(): readonly number[] {
    if (this.fetching || this.#rest.length === 0 || this.#slots.length - this.#head > LANE_ROWS / 2) {
      return [];
    }
    this.fetching = true;
    return this.#rest.slice(0, LANE_ROWS);
  }

  /** The rows for the numbers of `takeRest`; returns how many were not there any more. */
  addRest(numbers: readonly number[], rows: readonly OutboxRow[]): number {
    this.fetching = false;
    this.#rest = this.#rest.slice(numbers.length);
    for (const row of rows) {
      this.#slots.push({ row, state: "waiting" });
    }
    return numbers.length - rows.length;
  }
}
