/**
 * The group `routing`, beside filtering and sorting everybody (naive-routing.ts). Both sides are given the same CSRs and requests and must make
 * the same choices: 50 skills with levels, one to three asked for, now and then a language, capacity, the least loaded first.
 *
 *     routing.decide-N    one decision among N CSRs: a request, the CSR who gets it
 *     routing.cycle-N     the whole of it in a centre that is never at rest: a conversation comes, its CSR is found and takes it, another
 *                         CSR finishes one. For that the naive side only changes two numbers; ours keeps its lists up to date.
 */
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { Need } from "../../src/core/routing/needs.ts";
import type { RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import type { SkillLevel, Strategy } from "../../src/core/rules.ts";
import { Random } from "../../test/simulation/random.ts";
import { runDay } from "../../test/unit/routing-day.ts";
import { type Group, inTurn, median, type Row } from "./measure.ts";
import { decide, type NaiveCsr, type NaiveRequest, nextFor } from "./naive-routing.ts";

const SKILLS = Array.from({ length: 50 }, (_, number) => `skill-${number}`);
const LANGUAGES = ["en", "de", "fr"];
const STRATEGIES: readonly Strategy[] = ["least-loaded", "longest-idle"];
const MS_PER_POINT = 60_000;
/** How long one side runs at a time. */
const RUN_MS = 600;
const RUNS = 5;

export const routing: Group = {
  name: "routing",
  async *run(say): AsyncIterable<Row> {
    for (const [count, atLeast] of [
      [1_000, 40],
      [10_000, 150],
      [100_000, 1_000],
    ] as const) {
      say(`routing: decisions among ${count} CSRs`);
      yield* decisions(count, atLeast);
    }
    say("routing: a CSR becomes free while 100,000 wait");
    yield await freed(100_000, 1_000);
    say("routing: a million random decisions over all rules, beside the oracle");
    yield oracle(1_000_000);
  },
};

// --- who is there ----------------------------------------------------------------------------------------------------

function drawSkills(random: Random, count: number): ReadonlyMap<string, SkillLevel> {
  const skills = new Map<string, SkillLevel>();
  while (skills.size < count) skills.set(random.pick(SKILLS), random.between(1, 5) as SkillLevel);
  return skills;
}

function drawCsrs(random: Random, count: number): readonly NaiveCsr[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `csr-${number}`,
    skills: drawSkills(random, 5),
    languages: LANGUAGES.filter((language) => language === "en" || random.chance(0.5)),
    capacity: random.between(2, 4),
    load: random.between(0, 1),
    idleSince: number,
  }));
}

/** Asks for what some CSR has: one to three skills, one in three times a language. */
function drawRequest(random: Random, number: number, csrs: readonly NaiveCsr[]): NaiveRequest {
  const model = random.pick(csrs);
  const skills = [...model.skills].slice(0, random.between(1, 3));
  return {
    id: `conversation-${number}`,
    skills: skills.map(([skill, level]) => [skill, random.between(1, level) as SkillLevel] as const),
    language: random.chance(0.3) ? random.pick(model.languages) : null,
    priority: random.between(0, 3),
    waitingSince: number,
  };
}

/** Things of a CSR that do not change. */
type Constant = Pick<RoutingCsr, "id" | "skills" | "languages" | "reachable" | "capacity">;

function constantOf(csr: NaiveCsr): Constant {
  return {
    id: csr.id,
    skills: Object.fromEntries(csr.skills),
    languages: csr.languages,
    reachable: [{ address: { network: "xmpp", id: csr.id }, features: [] }],
    capacity: csr.capacity,
  };
}

function stateOf({ id, skills, languages, reachable, capacity }: Constant, { load, idleSince }: NaiveCsr): RoutingCsr {
  return { id, skills, languages, reachable, capacity, load, idleSince, willing: true };
}

function waitingOf(request: NaiveRequest): Waiting {
  const needs: Need[] = request.skills.map(([skill, least]) => ({ kind: "skill", skill, least }));
  if (request.language !== null) needs.push({ kind: "language", language: request.language });
  return {
    conversation: request.id,
    queue: "queue",
    priority: 0,
    turnAt: request.waitingSince - request.priority * MS_PER_POINT,
    needs,
    strategies: STRATEGIES,
    weight: 1,
    compatibility: "translated",
    customerNetwork: "web",
    customerFeatures: NOTHING,
    excluded: NOTHING,
    only: null,
  };
}
const NOTHING: readonly never[] = [];

// --- decisions -------------------------------------------------------------------------------------------------------

/** One side: how it decides, and how it hears that a CSR has more or less in hand. */
interface Side {
  /** Whom that request would get, and nothing changes. */
  choose(request: NaiveRequest, at: number): number | null;
  /** `at`: the place of the request in the list. */
  decide(request: NaiveRequest, at: number): number | null;
  changed(number: number): void;
}

/** A centre that half of the decisions fill and the other half empty, so that it stays as it is. */
class Centre {
  readonly csrs: readonly NaiveCsr[];
  readonly #requests: readonly NaiveRequest[];
  readonly #side: Side;
  readonly #busy: number[] = [];
  #next = 0;
  #now: number;
  /** Of the choices so far, to be compared. */
  readonly choices: (number | null)[] = [];

  constructor(count: number, make: (csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>) => Side) {
    const random = new Random(count);
    this.csrs = drawCsrs(random, count);
    this.#requests = Array.from({ length: 20_000 }, (_, number) => drawRequest(random, number, this.csrs));
    this.#now = count;
    this.#side = make(this.csrs, new Map(this.csrs.map(({ id }, number) => [id, number])));
  }

  chooseOnce(): void {
    const [request, at] = this.#request();
    this.#side.choose(request, at);
  }

  #request(): readonly [NaiveRequest, number] {
    const at = this.#next % this.#requests.length;
    const request = this.#requests[at];
    if (request === undefined) throw new Error("there are no requests");
    this.#next += 1;
    return [request, at];
  }

  /** One decision and what follows from it. */
  decideOnce(): void {
    const [request, at] = this.#request();
    this.#now += 1;
    const chosen = this.#side.decide(request, at);
    if (this.choices.length < 2_000) this.choices.push(chosen);
    if (chosen !== null) {
      this.#change(chosen, 1);
      this.#busy.push(chosen);
    }
    // Conversations end in another order than they began, but the same on both sides.
    if (this.#busy.length <= this.csrs.length / 4) return;
    const ended = (this.#next * 7_919) % this.#busy.length;
    const done = this.#busy[ended] ?? 0;
    const last = this.#busy.pop();
    if (last !== undefined && ended < this.#busy.length) this.#busy[ended] = last;
    this.#change(done, -1);
  }

  #change(number: number, by: number): void {
    const csr = this.csrs[number];
    if (csr === undefined) throw new Error(`there is no CSR ${number}`);
    csr.load += by;
    csr.idleSince = this.#now;
    this.#side.changed(number);
  }
}

function naiveSide(csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>): Side {
  const choose = (request: NaiveRequest): number | null => byId.get(decide(csrs, request)?.id ?? "") ?? null;
  return { choose, decide: choose, changed: () => {} };
}

function indexedSide(csrs: readonly NaiveCsr[], byId: ReadonlyMap<string, number>): Side {
  const engine: RoutingEngine = createRoutingEngine();
  const constants = csrs.map(constantOf);
  const tell = (number: number): void => {
    const [constant, csr] = [constants[number], csrs[number]];
    if (constant !== undefined && csr !== undefined) engine.putCsr(stateOf(constant, csr));
  };
  for (const number of csrs.keys()) tell(number);
  const requests: Waiting[] = [];
  const asked = (request: NaiveRequest, at: number): Waiting => {
    const waiting = requests[at] ?? waitingOf(request);
    requests[at] = waiting;
    return waiting;
  };
  return {
    choose(request, at) {
      const match = engine.decide(asked(request, at));
      return match === null ? null : (byId.get(match.csr) ?? null);
    },
    decide(request, at) {
      const waiting = asked(request, at);
      engine.putWaiting(waiting);
      const match = engine.match();
      engine.removeWaiting(waiting.conversation);
      return match === null ? null : (byId.get(match.csr) ?? null);
    },
    changed: tell,
  };
}

/** Decisions a second over some time. */
async function pace(step: () => void): Promise<number> {
  const began = performance.now();
  let done = 0;
  let spent = 0;
  while (spent < RUN_MS) {
    step();
    done += 1;
    // Looking at the clock costs about as much as a decision.
    if (done < 4 || done % 64 === 0) spent = performance.now() - began;
  }
  return (done * 1_000) / (performance.now() - began);
}

async function* decisions(count: number, atLeast: number): AsyncIterable<Row> {
  const [indexed, naive] = [new Centre(count, indexedSide), new Centre(count, naiveSide)];
  // Until every list that is asked for exists; this does not count.
  for (let warm = 0; warm < (count > 10_000 ? 200 : 2_000); warm += 1) naive.decideOnce();
  for (let warm = 0; warm < 40_000; warm += 1) indexed.decideOnce();
  const differs = naive.choices.findIndex((choice, at) => choice !== indexed.choices[at]);
  if (differs >= 0) throw new Error(`the two sides differ in decision ${differs} among ${count} CSRs`);
  const against = "filtering and sorting all CSRs";
  for (const [name, goal, ours, theirs] of [
    ["decide", { atLeast }, () => indexed.chooseOnce(), () => naive.chooseOnce()],
    ["cycle", null, () => indexed.decideOnce(), () => naive.decideOnce()],
  ] as const) {
    const paces = await inTurn(RUNS, { ours: () => pace(ours), theirs: () => pace(theirs) });
    const id = `routing.${name}-${count}`;
    yield { id, unit: "decisions/s", ours: median(paces.ours), theirs: median(paces.theirs), against, goal };
  }
}

// --- a CSR becomes free ----------------------------------------------------------------------------------------------

/** Both sides: a CSR has room, who waits for them is found and leaves the queue, the CSR is busy again. */
async function freed(count: number, atLeast: number): Promise<Row> {
  const random = new Random(count);
  const csrs = drawCsrs(random, 1_000).map((csr) => ({ ...csr, capacity: 1, load: 1 }));
  const requests = Array.from({ length: count }, (_, number) => drawRequest(random, number, csrs));
  const [ours, theirs] = [new FreedIndexed(csrs, requests), new FreedNaive(requests)];
  const paces = await inTurn(RUNS, {
    ours: async () => freedPace(csrs, ours, 1_000),
    theirs: async () => freedPace(csrs, theirs, 10),
  });
  const choices = theirs.choices.findIndex((choice, at) => choice !== ours.choices[at]);
  if (choices >= 0)
    throw new Error(`the two sides differ in who is next for the CSR who became free as number ${choices}`);
  return {
    id: `routing.freed-${count}-waiting`,
    unit: "decisions/s",
    ours: median(paces.ours),
    theirs: median(paces.theirs),
    against: "filtering and sorting all who wait",
    goal: { atLeast },
  };
}

interface Freed {
  readonly choices: (string | null)[];
  free(number: number, csr: NaiveCsr): void;
}

/** Decisions a second. */
function freedPace(csrs: readonly NaiveCsr[], side: Freed, decisions: number): number {
  const began = performance.now();
  for (let done = 0; done < decisions; done += 1) {
    const number = (side.choices.length * 7_919) % csrs.length;
    const csr = csrs[number];
    if (csr !== undefined) side.free(number, csr);
  }
  return (decisions * 1_000) / (performance.now() - began);
}

class FreedIndexed implements Freed {
  readonly choices: (string | null)[] = [];
  readonly #engine = createRoutingEngine();
  readonly #constants: readonly Constant[];

  constructor(csrs: readonly NaiveCsr[], requests: readonly NaiveRequest[]) {
    this.#constants = csrs.map(constantOf);
    for (const [number, csr] of csrs.entries())
      this.#engine.putCsr(stateOf(this.#constants[number] ?? constantOf(csr), csr));
    for (const request of requests) this.#engine.putWaiting(waitingOf(request));
    this.#engine.match();
  }

  free(number: number, csr: NaiveCsr): void {
    const constant = this.#constants[number] ?? constantOf(csr);
    this.#engine.putCsr({ ...stateOf(constant, csr), load: 0 });
    const match = this.#engine.match();
    if (match !== null) this.#engine.removeWaiting(match.conversation);
    this.#engine.putCsr(stateOf(constant, csr));
    this.choices.push(match?.conversation ?? null);
  }
}

class FreedNaive implements Freed {
  readonly choices: (string | null)[] = [];
  readonly #waiting: NaiveRequest[];

  constructor(requests: readonly NaiveRequest[]) {
    this.#waiting = [...requests];
  }

  free(_: number, csr: NaiveCsr): void {
    const found = nextFor({ ...csr, load: 0 }, this.#waiting, this.#waiting.length, MS_PER_POINT);
    if (found !== null) this.#waiting.splice(this.#waiting.indexOf(found), 1);
    this.choices.push(found?.id ?? null);
  }
}

// --- the oracle ------------------------------------------------------------------------------------------------------

/** How many of so many decisions are the same as the oracle's. A difference throws, with the day that shows it. */
function oracle(wanted: number): Row {
  let compared = 0;
  for (let day = 1; compared < wanted; day += 1) {
    const csrs = [8, 8, 8, 30, 30, 200][day % 6] ?? 8;
    const shortList = day % 2 === 0 ? { shortList: 1 } : {};
    compared += runDay(new Random(day), { csrs, conversations: csrs < 200 ? 16 : 40, events: 400, ...shortList });
  }
  return {
    id: "routing.same-as-oracle",
    unit: "decisions",
    ours: compared,
    theirs: compared,
    against: "the oracle decided alike",
    goal: { atLeast: 1 },
  };
}
