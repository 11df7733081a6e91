import type { Logger } from "../../src/adapter.ts";

/**
 * Counts what is neither taken in nor worth a line of its own each time. Every one is logged at debug; the first, the tenth,
 * the hundredth … of its kind at info, so that it is seen and does not flood the log.
 */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #log: Logger;
  readonly #network: string;
  #isSilent = false;

  constructor(log: Logger, network: string) {
    this.#log = log;
    this.#network = network;
  }

  /** `event` and `reason` are constants; `from` is for debug alone. */
  count(event: string, reason: string, from?: string): void {
    const kind = `${event} ${reason}`;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (this.#isSilent) {
      return;
    }
    this.#log.debug(event, { network: this.#network, reason, count, from });
    if (Number.isInteger(Math.log10(count))) {
      this.#log.info(event, { network: this.#network, reason, count });
    }
  }

  /** An adapter that was stopped logs nothing any more; counting goes on. */
  silence(): void {
    this.#isSilent = true;
  }

  /** How often that was counted. */
  of(event: string, reason: string): number {
    return this.#counts.get(`${event} ${reason}`) ?? 0;
  }
}
