/**
 * The rule for when whoever decides is away: the desk stands in for them after a while, or waits. It is they who decide as soon as they are
 * back, and nothing that they decided before counts then.
 */
import type { Clock, Logger } from "../adapter.ts";
import type { DelegatingEngine, WhoDecides } from "./delegate.ts";
import type { AwayRule } from "./settings.ts";

export class StandingIn {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #engine: DelegatingEngine;
  readonly #rule: AwayRule;
  #cancel: (() => void) | null = null;
  #decides: WhoDecides = "nobody";
  #isStopped = false;
  /** Rises when they come and when they go. */
  #turn = 0;

  constructor(clock: Clock, log: Logger, engine: DelegatingEngine, rule: AwayRule) {
    this.#clock = clock;
    this.#log = log;
    this.#engine = engine;
    this.#rule = rule;
    this.#wait();
  }

  get decides(): WhoDecides {
    return this.#decides;
  }

  /**
   * They are there. Resolves once all that was submitted before is committed and the desk leaves decisions to them: what
   * they are told after that is the whole truth. False when the desk has stopped, and when they were lost again or came anew meanwhile.
   */
  async back(): Promise<boolean> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#cancel?.();
    this.#cancel = null;
    // Should they be lost before that is committed, the desk has to be told once more that it decides.
    this.#decides = "nobody";
    if (!(await this.#submit(true)) || turn !== this.#turn) return false;
    this.#decides = "elsewhere";
    return true;
  }

  /** They are gone. Any number of times. */
  gone(): void {
    this.#turn += 1;
    if (this.#decides === "elsewhere") this.#decides = "nobody";
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #wait(): void {
    const { whenAway, awayMs } = this.#rule;
    if (this.#isStopped || whenAway === "hold" || this.#cancel !== null || this.#decides === "desk") return;
    this.#cancel = this.#clock.after(awayMs, () => {
      this.#cancel = null;
      void this.#standIn();
    });
  }

  async #standIn(): Promise<void> {
    this.#log.warn("routing.standing-in", { note: "whoever decides is away; this desk decides by its own rules" });
    // Set first: when they come back while this is being committed, what is submitted last counts.
    this.#decides = "desk";
    await this.#submit(false);
  }

  async #submit(elsewhere: boolean): Promise<boolean> {
    if (this.#isStopped) return false;
    try {
      await this.#engine.submit({ kind: "deciding", elsewhere });
      return true;
    } catch (error) {
      // Only a desk that is ending takes nothing.
      this.#log.debug("routing.unsubmitted", { error });
      return false;
    }
  }
}
