/** The contact centres in which `bench wait` tries estimates: who works there, who comes, how long things take. No estimator decides any of it. */
import type { Random } from "../../test/simulation/random.ts";

export interface ScenarioQueue {
  readonly id: string;
  readonly skill: string;
  /** Goes before all of a lower one. */
  readonly priority: number;
  /** Customers an hour, at that hour since the beginning. */
  readonly perHour: (hour: number) => number;
  /** Log-normal: the mean, and the deviation of the logarithm. */
  readonly talk: { readonly meanMs: number; readonly sigma: number };
  /** Weibull with shape 1.5: people who have waited long are the likelier to leave. */
  readonly patienceMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly csrs: readonly {
    readonly skills: readonly string[];
    readonly capacity: number;
    readonly leavesAtHour?: number;
  }[];
  readonly queues: readonly ScenarioQueue[];
  /** n chats at a time last n to the power of this as long as one alone. */
  readonly slowness: number;
  readonly hours: number;
}

const MINUTE = 60_000;

function team(count: number, skills: readonly string[], capacity = 1): Scenario["csrs"] {
  return Array.from({ length: count }, () => ({ skills, capacity }));
}

function queue(
  id: string,
  perHour: ScenarioQueue["perHour"] | number,
  rest: Partial<ScenarioQueue> = {},
): ScenarioQueue {
  return {
    id,
    skill: id,
    priority: 0,
    perHour: typeof perHour === "number" ? () => perHour : perHour,
    talk: { meanMs: 6 * MINUTE, sigma: 0.8 },
    patienceMs: 60 * MINUTE,
    ...rest,
  };
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "small-team", seed: 1, csrs: team(4, ["sales"]), queues: [queue("sales", 39)], slowness: 0, hours: 40 },
  { name: "large-team", seed: 2, csrs: team(40, ["sales"]), queues: [queue("sales", 410)], slowness: 0, hours: 18 },
  {
    name: "skills-overlap",
    seed: 3,
    csrs: [...team(4, ["sales"]), ...team(4, ["support"]), ...team(4, ["sales", "support"])],
    queues: [queue("sales", 62), queue("support", 45, { talk: { meanMs: 8 * MINUTE, sigma: 0.6 } })],
    slowness: 0,
    hours: 16,
  },
  {
    name: "priorities",
    seed: 4,
    csrs: team(10, ["sales", "vip"]),
    queues: [queue("sales", 75), queue("vip", 25, { priority: 5 })],
    slowness: 0,
    hours: 18,
  },
  {
    name: "abandonment",
    seed: 5,
    csrs: team(8, ["sales"]),
    queues: [queue("sales", 110, { patienceMs: 10 * MINUTE })],
    slowness: 0,
    hours: 16,
  },
  {
    name: "morning-rush",
    seed: 6,
    csrs: team(12, ["sales"]),
    queues: [queue("sales", (hour) => 70 + (hour % 6 < 2 ? 90 : 0))],
    slowness: 0,
    hours: 18,
  },
  {
    name: "several-chats",
    seed: 7,
    csrs: team(6, ["sales"], 3),
    queues: [queue("sales", 84)],
    slowness: 0.6,
    hours: 20,
  },
  {
    name: "csrs-leaving",
    seed: 8,
    csrs: [...team(6, ["sales"]), ...team(3, ["sales"]).map((csr) => ({ ...csr, leavesAtHour: 9 }))],
    queues: [queue("sales", 70, { patienceMs: 25 * MINUTE })],
    slowness: 0,
    hours: 22,
  },
];

/** A standard normal number (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

export function drawTalk({ talk: { meanMs, sigma } }: ScenarioQueue, random: Random): number {
  return meanMs * Math.exp(sigma * normal(random) - (sigma * sigma) / 2);
}

/** 0.9027 is the gamma function of 1 + 1 / 1.5, so that the mean is the queue's. */
export function drawPatience({ patienceMs }: ScenarioQueue, random: Random): number {
  return (patienceMs / 0.9027) * (-Math.log(1 - random.next())) ** (1 / 1.5);
}
