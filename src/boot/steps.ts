/** The steps of a start, taken one after the other, and the same list backwards to stop. */
import type { Clock, Logger } from "../adapter.ts";

/** Why the desk did not start, in a sentence for the admin. Anything else that is thrown is a defect. */
export class StartFault extends Error {
  /** What the process is to end with: 1, unless the desk was stopped, or its disk failed, before it had started. */
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "StartFault";
    this.exitCode = exitCode;
  }
}

interface Taken {
  readonly name: string;
  readonly undo: () => void | Promise<void>;
}

export class Steps {
  readonly #taken: Taken[] = [];
  #back: Promise<void> | null = null;
  /** What a step that is taken after the way back began is told. */
  #reason = new StartFault("The start was given up.");

  /** Takes a step and remembers how it is undone. When it fails, nothing of it is to be undone. */
  async take<Part>(
    name: string,
    start: () => Part | Promise<Part>,
    undo?: (part: Part) => void | Promise<void>,
  ): Promise<Part> {
    const part = await this.#start(start, undo);
    if (undo !== undefined) {
      this.#taken.push({ name, undo: () => undo(part) });
    }
    return part;
  }

  /** As `take`, but undone after all other steps. */
  async takeFirst<Part>(
    name: string,
    start: () => Part | Promise<Part>,
    undo: (part: Part) => void | Promise<void>,
  ): Promise<Part> {
    const part = await this.#start(start, undo);
    this.#taken.unshift({ name, undo: () => undo(part) });
    return part;
  }

  /** Once the way back has begun no step is taken any more, and one that was being taken is undone at once. */
  async #start<Part>(start: () => Part | Promise<Part>, undo?: (part: Part) => void | Promise<void>): Promise<Part> {
    if (this.#back !== null) {
      throw this.#reason;
    }
    const part = await start();
    if (this.#back !== null) {
      await undo?.(part);
      throw this.#reason;
    }
    return part;
  }

  /**
   * Undoes every step, the last one first; a step that fails or takes longer than `limitMs` is reported and left behind, so
   * that the others still get their turn. Any number of times; never rejects. A start that is still going on fails with
   * `reason` at its next step.
   */
  back(clock: Clock, limitMs: number, log: Logger, reason: StartFault | null = null): Promise<void> {
    this.#reason = this.#back === null && reason !== null ? reason : this.#reason;
    this.#back ??= this.#undoAll(clock, limitMs, log);
    return this.#back;
  }

  async #undoAll(clock: Clock, limitMs: number, log: Logger): Promise<void> {
    for (let step = this.#taken.pop(); step !== undefined; step = this.#taken.pop()) {
      const { name, undo } = step;
      try {
        const end = await finished(clock, limitMs, async () => await undo());
        log.debug("stop.step", { step: name, end });
        if (end === "late") {
          log.warn("stop.late", { step: name, limitMs });
        }
      } catch (error) {
        log.error("stop.failed", { step: name, error });
      }
    }
  }
}

async function finished(clock: Clock, limitMs: number, work: () => Promise<void>): Promise<"done" | "late"> {
  const { promise, resolve } = Promise.withResolvers<"late">();
  const cancel = clock.after(limitMs, () => resolve("late"));
  try {
    return await Promise.race([work().then(() => "done" as const), promise]);
  } finally {
    cancel();
  }
}
