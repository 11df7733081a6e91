/**
 * The group `wait`: estimates of waits in simulated centres, each made as somebody enters the queue, against how long it then was. Rates are
 * learned on the way; what is counted begins after 500 conversations. Beside it the same with the true rates; an oracle that draws futures of
 * the centre itself, from the very distributions that it draws from and with all that has happened known; and the formulas of others. Errors are root mean squares in relation to the mean wait; `mae` rows are mean absolute errors in seconds.
 */
import { learn, noDurations } from "../../src/core/estimate/durations.ts";
import { Learner } from "../../src/core/estimate/learning.ts";
import { type Estimate, estimateByLength, rangeOf } from "../../src/core/estimate/range.ts";
import type { Rates } from "../../src/core/estimate/rates.ts";
import { noRates } from "../../src/core/estimate/rates.ts";
import { HORIZON_MS, rollForward } from "../../src/core/estimate/roll.ts";
import { Random } from "../../test/simulation/random.ts";
import type { Group, Row } from "./measure.ts";
import { Centre } from "./wait-centre.ts";
import { FORMULAS, type Formula, Formulas } from "./wait-formulas.ts";
import { drawPatience, drawTalk, SCENARIOS, type Scenario } from "./wait-scenarios.ts";

const WARM_UP = 500;
/** Between two who are asked for, so that a large team does not count for more than it says. */
const APART_MS = 2 * 60_000;
const RUNS = 120;
const HOUR = 3_600_000;

type Guesser = "ours" | "true-rates" | "oracle" | "by-length" | Formula;

interface Probe {
  readonly guesses: Readonly<Record<Guesser, number>>;
  readonly range: Estimate;
  readonly actual: number;
}
interface Trial {
  readonly probes: readonly Probe[];
  /** Of one roll, in milliseconds, and how many waited: the estimate is of all of them. */
  readonly rollMs: number;
  readonly estimates: number;
}

export const wait: Group = {
  name: "wait",
  async *run(say): AsyncIterable<Row> {
    let [rollMs, estimates, rolls] = [0, 0, 0];
    for (const scenario of SCENARIOS) {
      say(`wait: ${scenario.name}`);
      const trial = trialOf(scenario);
      rollMs += trial.rollMs;
      estimates += trial.estimates;
      rolls += trial.probes.length;
      yield* rowsOf(scenario, trial.probes);
    }
    yield cost("wait.cost-of-a-roll", rollMs / rolls, null);
    yield cost("wait.cost-of-an-estimate", rollMs / estimates, { atMost: 1 });
  },
};

function cost(id: string, ours: number, goal: Row["goal"]): Row {
  return { id, unit: "ms", ours, theirs: 5, against: "the guide of 5 ms", goal };
}

function trialOf(scenario: Scenario): Trial {
  const learner = new Learner(0);
  const formulas = new Formulas();
  const open = new Map<string, Omit<Probe, "actual">>();
  const probes: Probe[] = [];
  let [closed, asked, askedAt, rollMs, estimates] = [0, 0, 0, 0, 0];
  const centre = new Centre(scenario, {
    fact(fact) {
      learner.hear(fact);
      formulas.hear(fact);
      if (fact.event === "conversation.closed") closed += 1;
    },
    waits(conversation, queue) {
      if (closed < WARM_UP || centre.now < askedAt + APART_MS) return;
      asked += 1;
      askedAt = centre.now;
      const present = centre.present();
      const began = performance.now();
      const options = { runs: RUNS, mayGoOn: () => true, seed: asked };
      const range = rangeOf(rollForward(present, learner.rates, options).get(conversation) ?? []);
      rollMs += performance.now() - began;
      estimates += present.waiting.length;
      const truth = trueRates(scenario, present.now);
      const told = rangeOf(rollForward(present, truth, { ...options, seed: asked + 1 }).get(conversation) ?? []);
      const place = present.waiting.filter(({ waiting }) => waiting.queue === queue).length;
      const byLength = estimateByLength(learner.rates, queue, place, scenario.csrs.length, present.now);
      if (range === null || told === null || byLength === null) return;
      const guesses = {
        ours: range.mean,
        "true-rates": told.mean,
        oracle: centre.meanWait(conversation, { runs: RUNS, seed: 1_000 + asked, mostMs: HORIZON_MS }),
        "by-length": byLength.mean,
        ...formulas.estimates(present, queue),
      };
      open.set(conversation, { guesses, range });
    },
    served(conversation, actual) {
      const probe = open.get(conversation);
      if (probe !== undefined) probes.push({ ...probe, actual });
      open.delete(conversation);
    },
  });
  centre.run();
  return { probes, rollMs, estimates };
}

const truths = new Map<string, Rates>();
const DRAWS = 20_000;

/** Rates as they are, from many draws; the arrivals as they are at that hour. */
function trueRates(scenario: Scenario, now: number): Rates {
  let rates = truths.get(scenario.name);
  if (rates === undefined) {
    const random = new Random(99);
    const queues = Object.fromEntries(
      scenario.queues.map((queue) => {
        const [talks, patience] = [noDurations(), noDurations()];
        for (let draw = 0; draw < DRAWS; draw += 1) {
          learn(talks, drawTalk(queue, random), true);
          learn(patience, drawPatience(queue, random), true);
        }
        const never = { since: 0, at: 0, count: 0 };
        return [queue.id, { talks, patience, arrivals: never, starts: never }];
      }),
    );
    const many = 1_000_000;
    const load = { count: many, x: 0, y: 0, xx: many, xy: many * scenario.slowness };
    rates = { ...noRates(0), queues, load, answers: { count: many, ms: 0 } };
    truths.set(scenario.name, rates);
  }
  const queues = scenario.queues.map(({ id, perHour }) => {
    const known = rates.queues[id];
    if (known === undefined) throw new Error(`there are no rates of ${id}`);
    // A frequency counts over twenty minutes.
    const arrivals = { since: now - 100 * HOUR, at: now, count: perHour(now / HOUR) / 3 };
    return [id, { ...known, arrivals }] as const;
  });
  return { ...rates, queues: Object.fromEntries(queues) };
}

function* rowsOf({ name }: Scenario, probes: readonly Probe[]): Iterable<Row> {
  const mean = probes.reduce((sum, { actual }) => sum + actual, 0) / probes.length;
  const rms = (guesser: Guesser): number =>
    (100 *
      Math.sqrt(
        probes.reduce((sum, { guesses, actual }) => sum + (guesses[guesser] - actual) ** 2, 0) / probes.length,
      )) /
    mean;
  const mae = (guesser: Guesser): number =>
    probes.reduce((sum, { guesses, actual }) => sum + Math.abs(guesses[guesser] - actual), 0) / probes.length / 1_000;
  const unit = `% of the mean wait (${probes.length} waits of ${Math.round(mean / 1_000)} s)`;
  const ours = rms("ours");
  yield {
    id: `wait.${name}.oracle`,
    unit,
    ours,
    theirs: rms("oracle"),
    against: "an oracle that knows the true rates",
    goal: { atMost: 1.15 },
  };
  yield {
    id: `wait.${name}.true-rates`,
    unit,
    ours: rms("true-rates"),
    theirs: rms("oracle"),
    against: "an oracle that knows the true rates, and so does the estimator here",
    goal: { atMost: 1.05 },
  };
  for (const formula of [...FORMULAS, "by-length"] as const) {
    const goal = formula === "last-wait" ? { atMost: 0.75 } : null;
    yield { id: `wait.${name}.${formula}`, unit, ours, theirs: rms(formula), against: formula, goal };
  }
  yield {
    id: `wait.${name}.mae`,
    unit: "s",
    ours: mae("ours"),
    theirs: mae("last-wait"),
    against: "last-wait",
    goal: null,
  };
  yield* coverageRows(name, probes);
}

/** Of ten waits eight are to be within the range: neither fewer nor, for that would be a range too wide to be of use, more. */
function* coverageRows(name: string, probes: readonly Probe[]): Iterable<Row> {
  const within = probes.filter(
    ({ range, actual }) => actual >= range.low && actual <= (range.high ?? Number.POSITIVE_INFINITY),
  );
  const coverage = (100 * within.length) / probes.length;
  const against = "the 80 % that the range is meant to cover";
  yield {
    id: `wait.${name}.coverage-least`,
    unit: "%",
    ours: coverage,
    theirs: 80,
    against,
    goal: { atLeast: 75 / 80 },
  };
  yield {
    id: `wait.${name}.coverage-most`,
    unit: "%",
    ours: coverage,
    theirs: 80,
    against,
    goal: { atMost: 85 / 80 },
  };
}
