/** What the engine remembers of the last minutes, so that the way of most events does not pass by the store's indexes. */
import type { Outbound } from "../core/model.ts";
import type { Line, LineReference } from "../core/step.ts";
import { RECENT_LINES, RECENT_REDELIVERIES } from "./limits.ts";
import { RecentLines } from "./recent-lines.ts";

/**
 * Everything is kept in two generations: the young one grows, and when it is full it becomes the old one and what was old is
 * forgotten at once. So forgetting costs nothing for each line, and the last RECENT_LINES at least are always there.
 */
export class Recent {
  readonly epoch: string;
  #young: RecentLines;
  #old: RecentLines;
  #youngIds = new Set<string>();
  #oldIds = new Set<string>();
  /** How often something was forgotten: an answer of the store that is older than that may lack what only memory knew. */
  timesForgotten = 0;

  constructor(epoch: string) {
    this.epoch = epoch;
    this.#young = new RecentLines(epoch, RECENT_LINES);
    this.#old = new RecentLines(epoch, RECENT_LINES);
  }

  /** After a batch was thrown away: what it taught must not be believed. */
  forget(): void {
    this.timesForgotten += 1;
    this.#young.clear();
    this.#old.clear();
    this.#youngIds = new Set();
    this.#oldIds = new Set();
  }

  hasSeen(network: string, redelivery: string): boolean {
    const id = `${network} ${redelivery}`;
    return this.#youngIds.has(id) || this.#oldIds.has(id);
  }

  see(network: string, redelivery: string): void {
    if (this.#youngIds.size >= RECENT_REDELIVERIES) {
      this.timesForgotten += 1;
      this.#oldIds = this.#youngIds;
      this.#youngIds = new Set();
    }
    this.#youngIds.add(`${network} ${redelivery}`);
  }

  /** See `Store.reference`; null also when it is not recent. */
  reference(network: string, person: string, id: string): LineReference | null {
    return this.#young.reference(network, person, id) ?? this.#old.reference(network, person, id);
  }

  addLine(line: Line): void {
    if (this.#young.isFull) {
      this.timesForgotten += 1;
      const forgotten = this.#old;
      this.#old = this.#young;
      this.#young = forgotten;
      forgotten.clear(this.#old.highest);
    }
    if (this.#old.has(line.line)) {
      // Handed out again with more viewers: what is known of the earlier copies must say so too.
      this.#old.addLine(line);
    }
    this.#young.addLine(line);
  }

  addCopy(outbound: Outbound): void {
    this.#young.addCopy(outbound);
  }

  addForeign(key: string, foreign: string): void {
    this.#young.addForeign(key, foreign);
    this.#old.addForeign(key, foreign);
  }
}
