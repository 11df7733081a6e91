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
  readonly #agenda = new Agenda<Happening>();
  readonly #waiting = new Map<string, { readonly waiting: Waiting; readonly since: number }>();
  readonly #ghosts = new Set<string>();
  #came = 0;
  now = 0;

  constructor(scenario: Scenario, watcher: Watcher) {
    this.#scenario = scenario;
    this.#random = new Random(scenario.seed);
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
      const queue = this.#scenario.queues.find(({ id }) => id === known?.waiting.queue);
      if (known === undefined || worker === undefined || queue === undefined) throw new Error("nobody knows whom");
      if (this.now > known.since) this.#watcher.served(conversation, this.now - known.since, isGhost);
      if (isGhost) continue;
      this.#tell("offer.made", conversation, { queue: queue.id }, csr);
      this.#tell("offer.accepted", conversation, {}, csr);
      this.#work(worker);
      worker.talks.push({ conversation, queue: queue.id, since: this.now, left: drawTalk(queue, this.#random) });
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
    for (const talk of worker.talks) talk.left = Math.max(0, talk.left - (this.now - worker.at) * speed);
    worker.at = this.now;
  }

  #changed(worker: Worker): void {
    worker.csr = { ...worker.csr, load: worker.talks.length, idleSince: this.now };
    this.#engine.putCsr(worker.csr);
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
