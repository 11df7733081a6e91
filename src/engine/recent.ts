/** What the engine remembers of the last minutes, so that the way of most events does not pass by the store's indexes. */
import type { Outbound } from "../core/model.ts";
import type { Line, LineReference } from "../core/step.ts";
import { LineIndex } from "../store/line-index.ts";
import { RECENT_LINES, RECENT_REDELIVERIES } from "./limits.ts";

export class Recent {
  readonly #epoch: string;
  #lines: LineIndex;
  readonly #redeliveries = new Set<string>();

  constructor(epoch: string) {
    this.#epoch = epoch;
    this.#lines = new LineIndex(epoch, RECENT_LINES);
  }

  /** After a batch was thrown away: what it taught must not be believed. */
  forget(): void {
    this.#lines = new LineIndex(this.#epoch, RECENT_LINES);
    this.#redeliveries.clear();
  }

  hasSeen(network: string, redelivery: string): boolean {
    return this.#redeliveries.has(`${network} ${redelivery}`);
  }

  see(network: string, redelivery: string): void {
    this.#redeliveries.add(`${network} ${redelivery}`);
    if (this.#redeliveries.size > RECENT_REDELIVERIES) {
      const [oldest] = this.#redeliveries;
      this.#redeliveries.delete(oldest ?? "");
    }
  }

  /** See `Store.reference`; null also when it is not recent. */
  reference(network: string, person: string, id: string): LineReference | null {
    return this.#lines.reference(network, person, id);
  }

  addLine(line: Line): void {
    this.#lines.addLine(line);
  }

  addCopy(outbound: Outbound): void {
    this.#lines.addCopy(outbound);
  }

  addForeign(key: string, foreign: string): void {
    this.#lines.addForeign(key, foreign);
  }
}
