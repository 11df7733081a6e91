/**
 * Who of several eligible CSRs comes first: a table of comparators, combined in the order the queue names them. The first that
 * tells two apart decides; when none does, the CSR's id.
 */
import type { Strategy } from "../rules.ts";
import type { Order } from "./ordered-list.ts";
import type { RoutingCsr } from "./routing.ts";

/** Strategies that look at the CSR alone, so that candidates can be kept in their order before anybody asks. */
type StandingStrategy = Exclude<Strategy, "most-skilled">;

const STANDING: Readonly<Record<StandingStrategy, Order<RoutingCsr>>> = {
  "longest-idle": (left, right) => left.idleSince - right.idleSince,
  // The share of capacity in use, not the count: one of two is more than one of four.
  "least-loaded": (left, right) => left.load * right.capacity - right.load * left.capacity,
};

/** Code-unit order: the same on every machine, whatever its locale. */
function byId(left: RoutingCsr, right: RoutingCsr): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** The strategies that can be prepared, in their order; `most-skilled` depends on what is asked for and is left out. */
function standing(strategies: readonly Strategy[]): readonly StandingStrategy[] {
  return strategies.filter((strategy) => strategy !== "most-skilled");
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

/** A queue's strategies, made ready for comparing. */
export interface PreparedStrategies {
  /** Names the standing order: equal for strategies that keep candidates in the same order. */
  readonly key: string;
  /** The standing strategies, then the id: a total order. */
  readonly compare: Order<RoutingCsr>;
  /** The strategies named before `most-skilled`, without the id; null when that is not among them. */
  readonly beforeMastery: Order<RoutingCsr> | null;
}

const prepared = new WeakMap<readonly Strategy[], PreparedStrategies>();

/** Prepared once for each array: queues hand the same one over with every conversation. */
export function prepare(strategies: readonly Strategy[]): PreparedStrategies {
  let ready = prepared.get(strategies);
  if (ready === undefined) {
    const byStrategies = compareBy(standing(strategies));
    const masteryAt = strategies.indexOf("most-skilled");
    ready = {
      key: standing(strategies).join(" "),
      compare: (left, right) => byStrategies(left, right) || byId(left, right),
      beforeMastery: masteryAt === -1 ? null : compareBy(standing(strategies.slice(0, masteryAt))),
    };
    prepared.set(strategies, ready);
  }
  return ready;
}
