/**
 * Batches that stand on each other. The engine hands over the next one before it has heard of the one before, and when that was refused, what
 * stands on it must not be recorded.
 */
import { type Batch, StoreFault } from "./store.ts";

export class Succession {
  /** The only number, besides 0, that may come next. */
  #next = 0;

  /** Calls `write` when what the batch of that place stands on was recorded, else throws StoreFault "data"; what `write` throws is thrown on. */
  follow<Written>(place: Batch["place"], write: () => Written): Written {
    if (place === undefined) {
      return write();
    }
    if (place !== 0 && place !== this.#next) {
      throw new StoreFault("data", "The batch on which this one stands was not recorded.");
    }
    this.#next = 0;
    const written = write();
    this.#next = place + 1;
    return written;
  }
}
