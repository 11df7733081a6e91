/** A contact centre of a scenario at work, with the real routing engine: what happened is told as facts, and its state can be asked for. */
import { Agenda } from "../../src/core/estimate/agenda.ts";
import type { Present } from "../../src/core/estimate/roll.ts";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { RoutingCsr, Waiting } from "../../src/core/routing/routing.ts";
import type { SkillLevel } from "../../src/core/rules.ts";
import type { Fact } from "../../src/core/step.ts";
import { Random } from "../../test/simulation/random.ts";
import { drawPatience, drawTalk, type Scenario, type ScenarioQueue } from "./wait-scenarios.ts";

const HOUR = 3_600_000;

interface Talk {
  readonly conversation: string;
  readonly queue: string;
  readonly since: number;
  /** What they have done of it, and what is left, in the time it would take alone. */
  done: number;
  left: number;
}
interface Worker {
  csr: RoutingCsr;
  talks: Talk[];
  at: number;
  version: number;
}
type Happening =
  | { readonly kind: "comes"; readonly queue: ScenarioQueue }
  | { readonly kind: "gives-up"; readonly conversation: string }
  | { readonly kind: "done"; readonly worker: Worker; readonly version: number }
  | { readonly kind: "leaves"; readonly worker: Worker };

export interface Watcher {
  readonly fact: (fact: Fact) => void;
  /** Somebody came and was not served at once. */
  readonly waits: (conversation: string, queue: string) => void;
  /** They were served, or would have been had they stayed. */
  readonly served: (conversation: string, waitedMs: number, isGhost: boolean) => void;
}

export class Centre {
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #watcher: Watcher;
  readonly #engine = createRoutingEngine();
  readonly #workers = new Map<string, Worker>();
  #agenda = new Agenda<Happening>();
  readonly #waiting = new Map<string, { readonly waiting: Waiting; readonly since: number }>();
  readonly #ghosts = new Set<string>();
  #came = 0;
  now = 0;

  constructor(scenario: Scenario, watcher: Watcher, random = new Random(scenario.seed)) {
    this.#scenario = scenario;
    this.#random = random;
    this.#watcher = watcher;
    for (const [index, { skills, capacity, leavesAtHour }] of scenario.csrs.entries()) {
      const worker: Worker = { csr: newCsr(`csr-${index}`, skills, capacity), talks: [], at: 0, version: 0 };
      this.#workers.set(worker.csr.id, worker);
      this.#engine.putCsr(worker.csr);
      if (leavesAtHour !== undefined) this.#agenda.add(leavesAtHour * HOUR, { kind: "leaves", worker });
    }
    for (const queue of scenario.queues) this.#expect(queue);
  }

  run(): void {
    for (let next = this.#agenda.take(); next !== null; next = this.#agenda.take()) {
      if (next.at > this.#scenario.hours * HOUR) return;
      this.now = next.at;
      this.#happen(next.what);
    }
  }

  /**
   * What an oracle says that knows the true rates and everything that has happened: the mean of futures in which how long talks still last,
   * who gives up when and who comes is drawn anew from what it is drawn from here. Who will leave work is no rate and not known. Each counts
   * `mostMs` at most.
   */
  meanWait(
    conversation: string,
    of: { readonly runs: number; readonly seed: number; readonly mostMs: number },
  ): number {
    const random = new Random(of.seed);
    let sum = 0;
    for (let run = 0; run < of.runs; run += 1) sum += this.#future(conversation, random, of.mostMs);
    return sum / of.runs;
  }

  #future(conversation: string, random: Random, mostMs: number): number {
    let wait: number | null = null;
    const served = (which: string, waitedMs: number): void => {
      if (which === conversation) wait = waitedMs - (this.now - (this.#waiting.get(conversation)?.since ?? this.now));
    };
    const fork = new Centre(this.#scenario, { fact: () => {}, waits: () => {}, served }, random);
    fork.#continue(this);
    fork.#match();
    const end = this.now + mostMs;
    for (let next = fork.#agenda.take(); next !== null && wait === null && next.at <= end; next = fork.#agenda.take()) {
      fork.now = next.at;
      fork.#happen(next.what);
    }
    return wait ?? mostMs;
  }

  /** Takes over where that one is, with what nobody can know drawn anew. */
  #continue(former: Centre): void {
    this.now = former.now;
    this.#came = former.#came;
    this.#agenda = new Agenda();
    for (const { csr, talks, at } of former.#workers.values()) {
      const worker = this.#workers.get(csr.id);
      if (worker === undefined) throw new Error(`nobody knows ${csr.id}`);
      const speed = Math.max(1, talks.length) ** -this.#scenario.slowness;
      worker.csr = csr;
      worker.at = this.now;
      worker.talks = talks.map((talk) => {
        const done = talk.done + (this.now - at) * speed;
        return { ...talk, done, left: rest(() => drawTalk(this.#queue(talk.queue), this.#random), done) };
      });
      this.#engine.putCsr(csr);
      this.#foresee(worker);
    }
    for (const [conversation, known] of former.#waiting) {
      if (former.#ghosts.has(conversation)) continue;
      this.#waiting.set(conversation, known);
      this.#engine.putWaiting(known.waiting);
      const left = rest(() => drawPatience(this.#queue(known.waiting.queue), this.#random), this.now - known.since);
      this.#agenda.add(this.now + left, { kind: "gives-up", conversation });
    }
    for (const queue of this.#scenario.queues) this.#expect(queue);
  }

  #queue(wanted: string): ScenarioQueue {
    const queue = this.#scenario.queues.find(({ id }) => id === wanted);
    if (queue === undefined) throw new Error(`there is no queue ${wanted}`);
    return queue;
  }

  /** The state as the estimator is to see it: ghosts are not there. */
  present(): Present {
    return {
      now: this.now,
      csrs: [...this.#workers.values()].map(({ csr, talks }) => ({
        csr,
        talks: talks.map(({ queue, since }) => ({ queue, weight: 1, ageMs: this.now - since })),
        willingAt: null,
      })),
      waiting: [...this.#waiting]
        .filter(([conversation]) => !this.#ghosts.has(conversation))
        .map(([, { waiting, since }]) => ({ waiting, since, later: [] })),
      queues: this.#scenario.queues.map((queue) => {
        const waiting = newWaiting("newcomer", queue, this.now);
        return { id: queue.id, wrapUpMs: 0, open: true, newcomers: [{ waiting, turn: 0 }] };
      }),
    };
  }

  #happen(what: Happening): void {
    switch (what.kind) {
      case "comes":
        this.#expect(what.queue);
        this.#comes(what.queue);
        return;
      case "gives-up": {
        const waiting = this.#waiting.get(what.conversation);
        if (waiting === undefined) return;
        this.#ghosts.add(what.conversation);
        this.#tell("conversation.closed", what.conversation, { why: "customer", queue: waiting.waiting.queue });
        return;
      }
      case "done":
        if (what.version === what.worker.version) this.#done(what.worker);
        return;
      case "leaves":
        what.worker.csr = { ...what.worker.csr, willing: false };
        this.#engine.putCsr(what.worker.csr);
        return;
    }
  }

  #expect(queue: ScenarioQueue): void {
    const rate = queue.perHour(this.now / HOUR);
    this.#agenda.add(this.now + this.#random.delay(HOUR / rate), { kind: "comes", queue });
  }

  #comes(queue: ScenarioQueue): void {
    this.#came += 1;
    const conversation = `c${String(this.#came).padStart(6, "0")}`;
    const waiting = newWaiting(conversation, queue, this.now);
    this.#waiting.set(conversation, { waiting, since: this.now });
    this.#engine.putWaiting(waiting);
    this.#tell("queue.entered", conversation, { queue: queue.id });
    this.#agenda.add(this.now + drawPatience(queue, this.#random), { kind: "gives-up", conversation });
    this.#match();
    if (this.#waiting.has(conversation)) this.#watcher.waits(conversation, queue.id);
  }

  #match(): void {
    for (let match = this.#engine.match(); match !== null; match = this.#engine.match()) {
      const { conversation, csr } = match;
      const known = this.#waiting.get(conversation);
      this.#waiting.delete(conversation);
      this.#engine.removeWaiting(conversation);
      const isGhost = this.#ghosts.delete(conversation);
      const worker = this.#workers.get(csr);
      if (known === undefined || worker === undefined) throw new Error("nobody knows whom");
      const queue = this.#queue(known.waiting.queue);
      if (this.now > known.since) this.#watcher.served(conversation, this.now - known.since, isGhost);
      if (isGhost) continue;
      this.#tell("offer.made", conversation, { queue: queue.id }, csr);
      this.#tell("offer.accepted", conversation, {}, csr);
      this.#work(worker);
      worker.talks.push({
        conversation,
        queue: queue.id,
        since: this.now,
        done: 0,
        left: drawTalk(queue, this.#random),
      });
      this.#changed(worker);
    }
  }

  #done(worker: Worker): void {
    this.#work(worker);
    const [done] = [...worker.talks].sort((one, other) => one.left - other.left);
    if (done === undefined) return;
    worker.talks = worker.talks.filter((talk) => talk !== done);
    this.#tell("conversation.closed", done.conversation, { why: "closed", queue: done.queue }, worker.csr.id);
    this.#changed(worker);
    this.#match();
  }

  #work(worker: Worker): void {
    const speed = Math.max(1, worker.talks.length) ** -this.#scenario.slowness;
    const done = (this.now - worker.at) * speed;
    for (const talk of worker.talks) {
      talk.done += done;
      talk.left = Math.max(0, talk.left - done);
    }
    worker.at = this.now;
  }

  #changed(worker: Worker): void {
    worker.csr = { ...worker.csr, load: worker.talks.length, idleSince: this.now };
    this.#engine.putCsr(worker.csr);
    this.#foresee(worker);
  }

  #foresee(worker: Worker): void {
    worker.version += 1;
    if (worker.talks.length === 0) return;
    const least = Math.min(...worker.talks.map(({ left }) => left));
    const at = this.now + least * worker.talks.length ** this.#scenario.slowness;
    this.#agenda.add(at, { kind: "done", worker, version: worker.version });
  }

  #tell(event: string, conversation: string, detail: Fact["detail"], csr: string | null = null): void {
    this.#watcher.fact({ at: this.now, conversation, csr, event, detail });
  }
}

function newCsr(id: string, skills: readonly string[], capacity: number): RoutingCsr {
  return {
    id,
    skills: Object.fromEntries(skills.map((skill) => [skill, 3 as SkillLevel])),
    languages: [],
    reachable: [{ address: { network: "web", id }, features: [] }],
    willing: true,
    capacity,
    load: 0,
    idleSince: 0,
  };
}

function newWaiting(conversation: string, queue: ScenarioQueue, now: number): Waiting {
  return {
    conversation,
    queue: queue.id,
    priority: queue.priority,
    turnAt: now,
    needs: [{ kind: "skill", skill: queue.skill, least: 1 }],
    strategies: ["least-loaded", "longest-idle"],
    compatibility: "translated",
    customerNetwork: "web",
    customerFeatures: [],
    excluded: [],
    only: null,
  };
}

const DRAWS = 10_000;

/** What is left of something that has lasted so long, drawn from how long such things last. */
function rest(draw: () => number, lastedMs: number): number {
  for (let tries = 0; tries < DRAWS; tries += 1) {
    const length = draw();
    if (length > lastedMs) return length - lastedMs;
  }
  return 0;
}
