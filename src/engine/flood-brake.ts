/**
 * Keeps a flood on one network from taking the time of all others. To read, judge and refuse a message costs as much as to take it, so of
 * what is refused, for whatever reason, only so much is answered in a second; the rest waits for its answer, and the adapter, which waits
 * for answers, reads on more slowly. Messages that are taken are never held.
 */
import type { Clock } from "../adapter.ts";

/** Answers are let go in bunches, at this interval. */
const BUNCH_MS = 50;

export class FloodBrake {
  readonly #clock: Clock;
  readonly #perBunch: number;
  /** By network: refusals that may still be answered in this bunch, and who waits for the next ones. */
  readonly #networks = new Map<string, { free: number; readonly waiting: (() => void)[] }>();
  #cancel: (() => void) | null = null;
  #isReleased = false;

  /** `perSecond`: refusals of one network. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perBunch = Math.max(1, Math.round((perSecond * BUNCH_MS) / 1_000));
  }

  /** To be waited for before a refusal of that network is answered; null: not at all. */
  hold(network: string): Promise<void> | null {
    const state = this.#networks.get(network) ?? { free: this.#perBunch, waiting: [] };
    this.#networks.set(network, state);
    this.#arm();
    if (this.#isReleased || state.free > 0) {
      state.free -= 1;
      return null;
    }
    return new Promise((resolve) => state.waiting.push(resolve));
  }

  /** Nobody waits any more, now or later: the desk is stopping. */
  release(): void {
    this.#isReleased = true;
    this.#cancel?.();
    this.#cancel = null;
    for (const { waiting } of this.#networks.values()) for (const go of waiting.splice(0)) go();
    this.#networks.clear();
  }

  #arm(): void {
    if (!this.#isReleased) this.#cancel ??= this.#clock.after(BUNCH_MS, () => this.#next());
  }

  #next(): void {
    this.#cancel = null;
    for (const [network, state] of this.#networks) {
      for (const go of state.waiting.splice(0, this.#perBunch)) go();
      state.free = state.waiting.length > 0 ? 0 : this.#perBunch;
      if (state.waiting.length === 0) this.#networks.delete(network);
      else this.#arm();
    }
  }
}
