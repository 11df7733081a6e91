/**
 * Who of several eligible CSRs comes first: a table of comparators, combined in the order the queue names them. The first that
 * tells two apart decides; when none does, the CSR's id.
 */
import type { Strategy } from "../rules.ts";
import type { Order } from "./ordered-list.ts";
import type { RoutingCsr } from "./routing.ts";

/** Strategies that look at the CSR alone, so that candidates can be kept in their order before anybody asks. */
type StandingStrategy = Exclude<Strategy, "most-skilled" | "fewest-losses">;

const STANDING: Readonly<Record<StandingStrategy, Order<RoutingCsr>>> = {
  "longest-idle": (left, right) => left.idleSince - right.idleSince,
  // The share of capacity in use, not the count: one of two is more than one of four.
  "least-loaded": (left, right) => left.load * right.capacity - right.load * left.capacity,
};

/** Code-unit order: the same on every machine, whatever its locale. */
function byId(left: RoutingCsr, right: RoutingCsr): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

function isStanding(strategy: Strategy): strategy is StandingStrategy {
  return Object.hasOwn(STANDING, strategy);
}

/** The order by those strategies alone, without the id: 0 when they cannot tell two apart. */
function compareBy(strategies: readonly StandingStrategy[]): Order<RoutingCsr> {
  const comparators = strategies.map((strategy) => STANDING[strategy]);
  return (left, right) => {
    for (const comparator of comparators) {
      const difference = comparator(left, right);
      if (difference !== 0) {
        return difference;
      }
    }
    return 0;
  };
}

/** How well a CSR commands what is asked for: the sum of their levels in the skills required. */
export function mastery(csr: RoutingCsr, skills: readonly (readonly [string, number])[]): number {
  let sum = 0;
  for (const [skill] of skills) {
    sum += csr.skills.get(skill) ?? 0;
  }
  return sum;
}

/**
 * One thing two candidates are told apart by: a standing order, or what depends on who asks: how well the CSR commands what is
 * asked for (`mastery`), how much of what the customer's software can do survives (`kept`).
 */
export type Criterion = Order<RoutingCsr> | "mastery" | "kept";

/** A queue's strategies, made ready for comparing. */
export interface PreparedStrategies {
  /** Names the standing order: equal for strategies that keep candidates in the same order. */
  readonly key: string;
  /** The standing strategies, then the id: a total order. */
  readonly compare: Order<RoutingCsr>;
  /** All strategies in their order, the id last. */
  readonly criteria: readonly Criterion[];
  /** Whether candidates must be kept apart by where and with what they can be reached. */
  readonly grouped: boolean;
}

function criterionOf(strategy: Strategy): Criterion {
  if (isStanding(strategy)) {
    return STANDING[strategy];
  }
  return strategy === "most-skilled" ? "mastery" : "kept";
}

const prepared = new WeakMap<readonly Strategy[], PreparedStrategies>();

/** Prepared once for each array: queues hand the same one over with every conversation. */
export function prepare(strategies: readonly Strategy[]): PreparedStrategies {
  let ready = prepared.get(strategies);
  if (ready === undefined) {
    const standing = strategies.filter(isStanding);
    const byStrategies = compareBy(standing);
    const grouped = strategies.includes("fewest-losses");
    ready = {
      key: `${standing.join(" ")}${grouped ? ", grouped" : ""}`,
      compare: (left, right) => byStrategies(left, right) || byId(left, right),
      criteria: [...strategies.map(criterionOf), byId],
      grouped,
    };
    prepared.set(strategies, ready);
  }
  return ready;
}
