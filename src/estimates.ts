/**
 * Waiting times of the running desk. Listens to what was committed and learns from it; looks at the desk now and then while somebody waits;
 * has a thread of its own roll the engine forward; tells the desk what came of it; and compares, once somebody is served, what it said with
 * what happened.
 */
import type { AdapterState, Clock, Logger } from "./adapter.ts";
import { audited, auditView, type QueueAudit, type QueueReport } from "./core/estimate/audit.ts";
import { meanOf, ratesOf } from "./core/estimate/durations.ts";
import { Learner } from "./core/estimate/learning.ts";
import { type Estimate, estimateByLength } from "./core/estimate/range.ts";
import { frequency, GUESSED_PATIENCE_MS, GUESSED_TALK_MS, queueRates } from "./core/estimate/rates.ts";
import type { Fact, Step } from "./core/step.ts";
import type { Engine } from "./engine.ts";
import { readKept, TALKS_TOGETHER, writeKept } from "./estimates/keeping.ts";
import { createRoller, type Roller } from "./estimates/roller.ts";

export interface EstimateLimits {
  /** CSRs and open conversations up to which the engine is rolled forward; of more, the length of the queue must do. */
  readonly mostRolled: number;
  /** Futures that are drawn at once, and the milliseconds their thread has for it. */
  readonly runs: number;
  readonly budgetMs: number;
  /** Between two looks at the desk: as soon as somebody comes, and while somebody waits. */
  readonly soonMs: number;
  readonly refreshMs: number;
  /** Between two writings of what was learned. */
  readonly keepMs: number;
}
export const ESTIMATE_LIMITS: EstimateLimits = {
  mostRolled: 1_500,
  runs: 120,
  budgetMs: 500,
  soonMs: 200,
  refreshMs: 30_000,
  keepMs: 60_000,
};
/** Of what the desk's own thread does, estimates may take one part in so many. */
const SHARE = 50;
/** Who came while there was no time to roll: so many at once are estimated by the length of their queue. */
const BY_LENGTH_AT_ONCE = 200;
/** Estimates that wait for the truth. */
const FOLLOWED = 20_000;

/** The limits as the configuration names them. */
export function estimateLimits(limits: {
  readonly estimateConversations: number;
  readonly estimateMilliseconds: number;
}): Pick<EstimatesOptions, "limits"> {
  const { estimateConversations: mostRolled, estimateMilliseconds: budgetMs } = limits;
  return { limits: { ...ESTIMATE_LIMITS, mostRolled, budgetMs } };
}

export interface EstimatesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: EstimateLimits;
  readonly roller?: Roller;
}

export interface Estimates {
  /** For `EngineObserver`. */
  stepped(step: Step): void;
  /** Reads what was learned before; to be called before the engine runs. */
  start(engine: Pick<Engine, "desk" | "submit">, state: AdapterState): Promise<void>;
  /** Of those queues, in their order. */
  report(queues: readonly string[]): readonly QueueReport[];
  /** Writes what was learned; to be called while the engine still runs. Any number of times. */
  stop(): Promise<void>;
}

export function createEstimates(options: EstimatesOptions): Estimates {
  return new Service(options);
}

interface Running {
  readonly engine: Pick<Engine, "desk" | "submit">;
  readonly state: AdapterState;
}

class Service implements Estimates {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #limits: EstimateLimits;
  readonly #roller: Roller;
  #learner: Learner;
  #audits = new Map<string, QueueAudit>();
  /** By conversation: what was first said of its wait. */
  readonly #said = new Map<string, Estimate & { readonly at: number; readonly queue: string }>();
  /** Who came since the last look. */
  readonly #fresh = new Map<string, string>();
  #running: Running | null = null;
  #cancelLook: (() => void) | null = null;
  #lookAt = Number.POSITIVE_INFINITY;
  #cancelKeep: (() => void) | null = null;
  #isLooking = false;
  #notBefore = 0;
  #talkEntries = 0;
  #isKept = true;
  #seed = 0;

  constructor({ clock, log, limits = ESTIMATE_LIMITS, roller = createRoller() }: EstimatesOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
    this.#roller = roller;
    this.#learner = new Learner(clock.now());
  }

  async start(engine: Running["engine"], state: AdapterState): Promise<void> {
    const { learned, audits } = await readKept(state, this.#clock.now());
    this.#learner = new Learner(this.#clock.now(), learned);
    this.#audits = new Map(audits);
    this.#talkEntries = Math.ceil(learned.talks.length / TALKS_TOGETHER);
    this.#running = { engine, state };
    this.#keepLater();
    // Somebody may have been waiting since before; the engine takes up what it found meanwhile.
    this.#lookIn(this.#limits.refreshMs);
  }

  stepped({ facts }: Step): void {
    for (const fact of facts) {
      this.#learner.hear(fact);
      this.#compare(fact);
      this.#isKept = false;
      const queue = fact.detail.queue;
      if (!ENTERS.has(fact.event) || fact.conversation === null || typeof queue !== "string") continue;
      if (this.#fresh.size < FOLLOWED) this.#fresh.set(fact.conversation, queue);
      this.#lookIn(this.#limits.soonMs);
    }
  }

  report(queues: readonly string[]): readonly QueueReport[] {
    const now = this.#clock.now();
    return queues.map((id) => {
      const { talks, patience, arrivals } = queueRates(this.#learner.rates, id, now);
      return {
        ...auditView(id, this.#audits.get(id)),
        talkMs: Math.round(meanOf(ratesOf(talks, GUESSED_TALK_MS))),
        patienceMs: Math.round(meanOf(ratesOf(patience, GUESSED_PATIENCE_MS))),
        arrivalsPerHour: Number((frequency(arrivals, now) * 3_600_000).toFixed(1)),
      };
    });
  }

  async stop(): Promise<void> {
    this.#cancelLook?.();
    this.#cancelKeep?.();
    await this.#keep();
    this.#running = null;
    await this.#roller.stop();
  }

  // --- looking -------------------------------------------------------------------------------------------------------

  /** Looks in so many milliseconds, or earlier where that was meant already; never so often that relaying would suffer. */
  #lookIn(ms: number): void {
    const at = Math.max(this.#clock.now() + ms, this.#notBefore);
    if (this.#running === null || at >= this.#lookAt) return;
    this.#cancelLook?.();
    this.#lookAt = at;
    this.#cancelLook = this.#clock.after(at - this.#clock.now(), () => {
      this.#lookAt = Number.POSITIVE_INFINITY;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#running === null || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const isAnyoneWaiting = await this.#estimate(this.#running);
      if (isAnyoneWaiting) this.#lookIn(this.#limits.refreshMs);
    } catch (error) {
      // Nobody is told a time then; whoever waits keeps their place and is served all the same.
      if (this.#running !== null) this.#log.warn("estimates.failed", { error });
      this.#notBefore = this.#clock.now() + this.#limits.refreshMs;
      this.#lookIn(this.#limits.refreshMs);
    } finally {
      this.#isLooking = false;
      if (this.#fresh.size > 0) this.#lookIn(this.#limits.soonMs);
    }
  }

  async #estimate({ engine }: Running): Promise<boolean> {
    const began = performance.now();
    const now = this.#clock.now();
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    const desk = engine.desk();
    if (desk.queues(now).every(({ waiting }) => waiting === 0)) return false;
    const { mostRolled, runs, budgetMs } = this.#limits;
    const present = desk.present?.(now, mostRolled, (id) => this.#learner.startedAt(id)) ?? null;
    if (present === null) {
      await this.#byLength(engine, fresh.slice(0, BY_LENGTH_AT_ONCE), now);
      this.#notBefore = this.#clock.now() + (performance.now() - began) * SHARE;
      return true;
    }
    this.#seed += 1;
    const answer = this.#roller.roll({ present, rates: this.#learner.rates, runs, budgetMs, seed: now + this.#seed });
    this.#notBefore = this.#clock.now() + (performance.now() - began) * SHARE;
    const { estimates, ms } = await answer;
    const queues = new Map(present.waiting.map(({ waiting }) => [waiting.conversation, waiting.queue]));
    for (const { conversation, ...range } of estimates) {
      this.#remember(conversation, queues.get(conversation) ?? "", range, now);
    }
    this.#log.debug("estimates.made", {
      waiting: present.waiting.length,
      estimates: estimates.length,
      ms: Math.round(ms),
    });
    await tellDesk(engine, now, estimates);
    return true;
  }

  async #byLength(
    engine: Running["engine"],
    fresh: readonly (readonly [string, string])[],
    now: number,
  ): Promise<void> {
    const desk = engine.desk();
    const estimates = fresh.flatMap(([conversation]) => {
      const standing = desk.standing?.(conversation) ?? null;
      if (standing === null) return [];
      const { queue, place, staffed } = standing;
      const range = estimateByLength(this.#learner.rates, queue, place, staffed, now);
      if (range === null) return [];
      this.#remember(conversation, queue, range, now);
      return [{ conversation, ...range }];
    });
    await tellDesk(engine, now, estimates);
  }

  // --- what became of it ---------------------------------------------------------------------------------------------

  #remember(conversation: string, queue: string, range: Estimate, at: number): void {
    if (!this.#said.has(conversation) && this.#said.size < FOLLOWED) {
      this.#said.set(conversation, { ...range, at, queue });
    }
  }

  #compare({ event, conversation, at }: Fact): void {
    const said = conversation === null ? undefined : this.#said.get(conversation);
    if (conversation === null || said === undefined) return;
    if (event === "offer.accepted") {
      const waited = Math.max(0, at - said.at);
      this.#audits.set(said.queue, audited(this.#audits.get(said.queue), said, waited, at));
    }
    if (event === "offer.accepted" || event === "conversation.closed" || event === "queue.entered") {
      this.#said.delete(conversation);
    }
  }

  // --- keeping -------------------------------------------------------------------------------------------------------

  #keepLater(): void {
    this.#cancelKeep = this.#clock.after(this.#limits.keepMs, () => {
      void this.#keep().then(() => {
        if (this.#running !== null) this.#keepLater();
      });
    });
  }

  async #keep(): Promise<void> {
    const { state } = this.#running ?? {};
    if (state === undefined || this.#isKept) return;
    this.#isKept = true;
    try {
      const kept = { learned: this.#learner.learned(), audits: this.#audits };
      this.#talkEntries = await writeKept(state, kept, this.#talkEntries);
    } catch (error) {
      // It is written again with the next; what is lost by then is a minute's learning.
      this.#isKept = false;
      this.#log.warn("estimates.unkept", { error });
    }
  }
}

/** Estimates in one event: whoever is told of theirs costs the desk a message. */
const TOLD_TOGETHER = 100;

async function tellDesk(
  engine: Running["engine"],
  at: number,
  estimates: readonly (Estimate & { readonly conversation: string })[],
): Promise<void> {
  for (let first = 0; first < estimates.length; first += TOLD_TOGETHER) {
    await engine.submit({ kind: "estimates", at, of: estimates.slice(first, first + TOLD_TOGETHER) });
  }
}

/** After these somebody waits anew. */
const ENTERS: ReadonlySet<string> = new Set(["queue.entered", "conversation.transfer", "conversation.absent"]);
