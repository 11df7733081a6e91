/**
 * Random days of a contact centre, from a seed: CSRs come, go and change, customers come with needs of every kind, give up and are
 * served. The indexed engine and the naive oracle are told the same and must answer the same.
 */
import { expect } from "chai";
import { FEATURES } from "../../src/core/model.ts";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { Need } from "../../src/core/routing/needs.ts";
import type { Reachable, RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import { COMPATIBILITIES, type SkillLevel, STRATEGIES, type Strategy } from "../../src/core/rules.ts";
import type { Random } from "../simulation/random.ts";
import { createOracle, isServable, type Oracle } from "./routing-oracle.ts";

const SKILLS = ["billing", "orders", "repairs", "returns"];
const LANGUAGES = ["en", "de"];
const NETWORKS = ["xmpp", "web"];
const SOFTWARE = [null, "gajim", "conversations"];
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  site: ["berlin", "manila"],
  team: ["gold", "silver"],
};
/** What is asked for again and again, so that lists are kept in that order for long. */
const USUAL: readonly (readonly Strategy[])[] = [
  ["longest-idle"],
  ["least-loaded", "longest-idle"],
  ["most-skilled", "longest-idle"],
];
const QUEUES = ["first", "second"];

export interface DaySize {
  readonly csrs: number;
  readonly conversations: number;
  readonly events: number;
  /** See `createRoutingEngine`. */
  readonly shortList?: number;
}

/** Some of them, in any order. */
function someOf<T>(random: Random, all: readonly T[]): readonly T[] {
  const some: T[] = [];
  for (const one of all) if (random.chance(0.4)) some.splice(random.between(0, some.length), 0, one);
  return some;
}

function drawReachable(random: Random): readonly Reachable[] {
  return someOf(random, NETWORKS).map((network) => ({
    address: { network, id: "somebody" },
    features: someOf(random, FEATURES.slice(0, 4)),
    software: random.pick(SOFTWARE),
  }));
}

function drawCsr(random: Random, id: string): RoutingCsr {
  const attributes = Object.entries(ATTRIBUTES).flatMap(([name, values]) =>
    random.chance(0.7) ? [[name, random.pick(values)] as const] : [],
  );
  const skills = SKILLS.filter(() => random.chance(0.6)).map((skill) => [skill, random.between(1, 5) as SkillLevel]);
  const willing = random.chance(0.9);
  return {
    id,
    skills: Object.fromEntries(skills),
    languages: someOf(random, LANGUAGES),
    attributes: Object.fromEntries(attributes),
    reachable: random.chance(0.2) ? [] : drawReachable(random),
    ...(random.chance(0.5) ? { networks: someOf(random, NETWORKS) } : {}),
    willing,
    ...(random.chance(0.3) ? { present: random.chance(0.5) } : {}),
    capacity: random.between(0, 4),
    load: random.between(0, 4) / 2,
    idleSince: random.between(0, 5),
    offeredAt: random.between(0, 3),
    today: random.between(0, 3),
    ...(random.chance(0.5) ? { rating: random.between(1, 5) } : {}),
    ...(random.chance(0.3) ? { share: random.between(1, 3) } : {}),
  };
}

function drawNeed(random: Random, csrIds: readonly string[], depth: number): Need {
  const kinds = ["skill", "skill", "skill", "language", "attribute", "csr", "network", "software"] as const;
  const joined = ["all", "any", "any", "not"] as const;
  const kind = depth > 0 && random.chance(0.35) ? random.pick(joined) : random.pick(kinds);
  const parts = (): readonly Need[] =>
    Array.from({ length: random.between(1, 3) }, () => drawNeed(random, csrIds, depth - 1));
  switch (kind) {
    case "skill": {
      const least = random.between(random.chance(0.1) ? 0 : 1, 3);
      const skill = random.pick(SKILLS);
      return random.chance(0.15) ? { kind, skill, least, most: random.between(least, 5) } : { kind, skill, least };
    }
    case "language":
      return { kind, language: random.pick(LANGUAGES) };
    case "attribute": {
      const [name, values] = random.pick(Object.entries(ATTRIBUTES));
      return { kind, name, values: random.chance(0.7) ? [random.pick(values)] : values };
    }
    case "csr":
      return { kind, csrs: [random.pick(csrIds), random.pick(csrIds)] };
    case "network":
      return { kind, network: random.pick(NETWORKS) };
    case "software":
      return { kind, software: random.pick(SOFTWARE) ?? "gajim" };
    case "all":
    case "any":
      return { kind, of: parts() };
    case "not":
      return { kind, of: drawNeed(random, csrIds, depth - 1) };
  }
}

function drawWaiting(random: Random, conversation: string, csrIds: readonly string[]): Waiting {
  return {
    conversation,
    queue: random.pick(QUEUES),
    priority: random.between(0, 2),
    turnAt: random.between(0, 5),
    needs: Array.from({ length: random.pick([0, 1, 1, 1, 2, 2, 3]) }, () => drawNeed(random, csrIds, 2)),
    strategies: random.chance(0.5) ? random.pick(USUAL) : someOf(random, STRATEGIES),
    preferred: random.chance(0.7)
      ? []
      : Array.from({ length: random.between(1, 3) }, () => ({
          need: drawNeed(random, csrIds, 1),
          score: random.between(1, 9),
        })),
    ...(random.chance(0.4) ? { weight: random.pick([0.25, 0.5, 1, 2]) } : {}),
    compatibility: random.pick([...COMPATIBILITIES, "translated", "translated"]),
    customerNetwork: random.pick(NETWORKS),
    customerSoftware: random.pick(SOFTWARE),
    customerFeatures: someOf(random, FEATURES.slice(0, 4)),
    excluded: random.chance(0.9) ? [] : [random.pick(csrIds), random.pick(csrIds)],
    only: random.chance(0.93) ? null : random.pick(csrIds),
  };
}

/** The caller's part: keeps the state, acts on matches, tells both engines the same. */
export class Day {
  readonly #random: Random;
  readonly #indexed: RoutingEngine;
  readonly #oracle: Oracle = createOracle();
  readonly #csrIds: readonly string[];
  readonly #conversations: readonly string[];
  readonly #csrs = new Map<string, RoutingCsr>();
  readonly #waiting = new Map<string, Waiting>();
  /** Answers of the two that were compared. */
  decisions = 0;

  constructor(random: Random, { csrs, conversations, shortList }: DaySize) {
    this.#random = random;
    this.#indexed = createRoutingEngine(shortList);
    this.#csrIds = Array.from({ length: csrs }, (_, number) => `csr-${number}`);
    this.#conversations = Array.from({ length: conversations }, (_, number) => `conversation-${number}`);
    for (const id of this.#csrIds) if (random.chance(0.7)) this.#putCsr(drawCsr(random, id));
  }

  /** One thing happens. */
  happen(): void {
    const random = this.#random;
    const id = random.pick(this.#csrIds);
    const csr = this.#csrs.get(id);
    const conversation = random.pick(this.#conversations);
    const chance = random.between(0, 99);
    if (chance < 12) this.#putCsr(drawCsr(random, id));
    else if (chance < 15) this.#removeCsr(id);
    else if (chance < 33 && csr !== undefined) this.#putCsr({ ...csr, load: Math.max(0, csr.load - 1) });
    else if (chance < 40 && csr !== undefined) this.#putCsr({ ...csr, willing: !csr.willing });
    else if (chance < 45) this.#removeWaiting(conversation);
    else if (chance < 55) this.settle();
    else if (chance < 60) this.#look(drawWaiting(random, "imagined", this.#csrIds));
    else this.#putWaiting(drawWaiting(random, conversation, this.#csrIds));
  }

  /** Acts on matches until there are none; now and then a CSR declines. */
  settle(): void {
    for (;;) {
      const match = this.#indexed.match();
      expect(match, "the same choice as the oracle").to.deep.equal(this.#oracle.match());
      this.decisions += 1;
      if (match === null) break;
      expect(this.#indexed.match(), "the same answer again until somebody acts on it").to.deep.equal(match);
      this.#act(match.conversation, match.csr);
    }
    this.#expectRest();
  }

  #act(conversation: string, csrId: string): void {
    const waiting = this.#waiting.get(conversation);
    const csr = this.#csrs.get(csrId);
    if (waiting === undefined || csr === undefined) {
      throw new Error(`matched ${conversation} with ${csrId}, one of whom is not there`);
    }
    for (const other of this.#waiting.values()) {
      const isEarlier =
        other.priority > waiting.priority || (other.priority === waiting.priority && other.turnAt < waiting.turnAt);
      if (isEarlier && isServable(csr, other))
        expect.fail(`${csrId} passes ${other.conversation} over for ${conversation}`);
    }
    if (this.#random.chance(0.1)) {
      this.#putWaiting({ ...waiting, excluded: [...waiting.excluded, csr.id] });
      return;
    }
    this.#removeWaiting(conversation);
    const load = csr.load + (waiting.weight ?? 1);
    expect(load, "nobody over capacity").to.be.at.most(csr.capacity);
    this.#putCsr({ ...csr, load, idleSince: csr.idleSince + 1, offeredAt: (csr.offeredAt ?? 0) + 1 });
  }

  /** A decision nobody waits for, and its reasons. */
  #look(waiting: Waiting): void {
    const match = this.#indexed.decide(waiting);
    this.decisions += 1;
    expect(match, "decided like the oracle").to.deep.equal(this.#oracle.decide(waiting));
    expect(this.#indexed.qualified(waiting), "qualified").to.equal(this.#oracle.qualified(waiting));
    expect(this.#indexed.staffed(waiting), "staffed").to.equal(this.#oracle.staffed(waiting));
    const { losses } = this.#indexed.explain(waiting);
    expect(losses.length + (match === null ? 0 : 1)).to.equal(this.#csrs.size);
    for (const { csr, loss } of losses) {
      const known = this.#csrs.get(csr);
      const isBehind = known !== undefined && isServable(known, waiting);
      expect(loss.kind === "behind", `${csr} could have been chosen, and lost by ${loss.kind}`).to.equal(isBehind);
    }
  }

  /** What must hold when nothing is left to match. */
  #expectRest(): void {
    for (const waiting of this.#waiting.values()) {
      for (const csr of this.#csrs.values()) {
        if (isServable(csr, waiting)) expect.fail(`${csr.id} is idle while ${waiting.conversation} waits`);
      }
    }
    for (const queue of [...QUEUES, "unknown"]) {
      expect(this.#indexed.waitingIn(queue)).to.equal(this.#oracle.waitingIn(queue));
      expect(this.#indexed.first(queue)).to.equal(this.#oracle.first(queue));
    }
    const some = this.#random.pick(this.#conversations);
    expect(this.#indexed.place(some)).to.equal(this.#oracle.place(some));
    if (this.#random.chance(0.1)) {
      expect([...this.#indexed.unstaffed()].sort()).to.deep.equal([...this.#oracle.unstaffed()].sort());
    }
  }

  #both(tell: (engine: Oracle) => void): void {
    tell(this.#indexed);
    tell(this.#oracle);
  }
  #putCsr(csr: RoutingCsr): void {
    this.#csrs.set(csr.id, csr);
    this.#both((engine) => engine.putCsr(csr));
  }
  #removeCsr(id: string): void {
    this.#csrs.delete(id);
    this.#both((engine) => engine.removeCsr(id));
  }
  #putWaiting(waiting: Waiting): void {
    this.#waiting.set(waiting.conversation, waiting);
    this.#both((engine) => engine.putWaiting(waiting));
  }
  #removeWaiting(conversation: string): void {
    this.#waiting.delete(conversation);
    this.#both((engine) => engine.removeWaiting(conversation));
  }
}

/** A day of that size; how many decisions were compared. Throws where the two differ. */
export function runDay(random: Random, size: DaySize): number {
  const day = new Day(random, size);
  for (let event = 0; event < size.events; event += 1) day.happen();
  day.settle();
  return day.decisions;
}
