/**
 * What became of sends, waiting to be recorded: with a commit that happens anyway, or, when none does, with one of its own. A crash in
 * between repeats those sends under the same keys.
 */
import type { Clock } from "../adapter.ts";
import type { Mark } from "../store/store.ts";
import { MARK_DELAY_MS, MARKS_PER_BATCH } from "./limits.ts";

export class Marks {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #waiting: Mark[] = [];
  #isDue = false;
  #cancelAlarm: (() => void) | null = null;

  /** `onDue`: they are worth a commit of their own now. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** They are worth a commit of their own. */
  get isDue(): boolean {
    return this.#isDue;
  }

  add(mark: Mark): void {
    this.#waiting.push(mark);
    if (this.#waiting.length >= MARKS_PER_BATCH) this.flush();
    else this.#cancelAlarm ??= this.#clock.after(MARK_DELAY_MS, () => this.flush());
  }

  /** What goes with the next batch; nothing when that would not be written otherwise, and they can wait. */
  readonly take = (isWritten: boolean): readonly Mark[] => {
    if (!isWritten && !this.#isDue) {
      return [];
    }
    const taken = this.#waiting.splice(0, MARKS_PER_BATCH);
    this.#isDue = this.#waiting.length > 0;
    return taken;
  };

  /** They wait no longer, if there are any. */
  flush(): void {
    this.stop();
    this.#isDue = this.#waiting.length > 0;
    this.#onDue();
  }

  /** Nothing is due by itself any more. */
  stop(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = null;
  }
}
