/**
 * Transactions in the order in which the homeserver made them. Synapse numbers them one by one. When one fails, or while it finds out that the
 * desk can be reached again, it may send the next one before: what the former bears would be shown late, behind younger messages. So one
 * whose number skips another is refused, once: then Synapse delivers all it has not delivered yet, the oldest first. Where the one before
 * does not come (its homeserver has given it up), the same comes again, and is taken.
 */
import type { AdapterState } from "../../src/adapter.ts";
import { NotTaken } from "./hand.ts";

const STATE = "transactions";
const NUMBER = /^\d{1,15}$/u;
/** Numbers refused that are remembered; there is hardly ever more than one. */
const MOST_REFUSED = 100;

/** `counts`: the last two were numbered one after the other. Of homeservers that number otherwise nothing can be missed. */
interface Kept {
  readonly last: number;
  readonly counts: boolean;
}

export class Sequence {
  readonly #state: Pick<AdapterState, "get" | "set">;
  readonly #refused = new Set<number>();
  #kept: Kept | null = null;
  #isLoaded = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(state: Pick<AdapterState, "get" | "set">) {
    this.#state = state;
  }

  /** Takes the transaction of that id when its turn has come; rejects with NotTaken when it is to be delivered again. One at a time. */
  async take(id: string, take: () => Promise<void>): Promise<void> {
    const taken = this.#turn.then(() => this.#takeNow(id, take));
    this.#turn = taken.catch(() => {});
    await taken;
  }

  async #takeNow(id: string, take: () => Promise<void>): Promise<void> {
    const number = NUMBER.test(id) ? Number(id) : null;
    if (number === null) {
      return await take();
    }
    const kept = await this.#load();
    if (kept?.counts === true && number > kept.last + 1 && !this.#refused.has(number)) {
      if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
      this.#refused.add(number);
      throw new NotTaken(`transaction ${number} came before ${kept.last + 1}`);
    }
    await take();
    this.#done(number, kept);
  }

  #done(number: number, before: Kept | null): void {
    this.#refused.delete(number);
    // One that comes again, since its answer was lost, says nothing new.
    if (before !== null && number === before.last) return;
    this.#kept = { last: number, counts: before !== null && number === before.last + 1 };
    // Nobody waits for it: what a crash leaves unwritten costs one refusal more, and the next one writes it again.
    this.#state.set(STATE, this.#kept).catch(() => {});
  }

  async #load(): Promise<Kept | null> {
    if (!this.#isLoaded) {
      const kept = (await this.#state.get(STATE)) as Partial<Kept> | undefined;
      if (typeof kept?.last === "number") this.#kept = { last: kept.last, counts: kept.counts === true };
      this.#isLoaded = true;
    }
    return this.#kept;
  }
}
