/**
 * Who of several eligible CSRs comes first: a table of criteria, combined in the order the queue names them. The first that
 * tells two apart decides; when none does, the CSR's id.
 */
import type { Strategy } from "../rules.ts";
import { meets } from "./needs.ts";
import { MIDDLE_RATING, type Preferred, type RoutingCsr } from "./routing.ts";
import { ROOM, STANDINGS } from "./row.ts";

/** Strategies that look at the CSR alone, so that candidates can be kept in their order before anybody asks. */
type StandingStrategy = Exclude<Strategy, "most-skilled" | "fewest-losses" | "preferred" | "random">;

/** Each as a number, the lowest first. */
const STANDING: Readonly<Record<StandingStrategy, (csr: RoutingCsr) => number>> = {
  "longest-idle": (csr) => csr.idleSince,
  // The share of capacity in use, not the count: one of two is more than one of four.
  "least-loaded": (csr) => (csr.capacity > 0 ? csr.load / csr.capacity : 1),
  "round-robin": (csr) => csr.offeredAt ?? 0,
  "fewest-today": (csr) => csr.today ?? 0,
  "best-rated": (csr) => -(csr.rating ?? MIDDLE_RATING),
};
const STANDING_VALUES = Object.values(STANDING);
const STANDING_NAMES = Object.keys(STANDING) as readonly StandingStrategy[];

/** Writes the CSR's numbers by all standing strategies into a row, from `at` on. */
export function writeStandings(row: Float64Array, at: number, csr: RoutingCsr): void {
  for (let place = 0; place < STANDING_VALUES.length; place += 1) row[at + place] = STANDING_VALUES[place]?.(csr) ?? 0;
}

/** The CSR's number by one of them, named as a `Criterion` names it. */
export function standingOf(csr: RoutingCsr, criterion: number): number {
  return STANDING_VALUES[criterion]?.(csr) ?? 0;
}

/** What depends on who asks, the highest first: of a candidate, or as the most that anybody can have. */
export interface Worth {
  /** The sum of their levels in the skills asked for. */
  readonly mastery: number;
  /** How many of the features in use survive at their best address. */
  readonly kept: number;
  readonly preferred: number;
  /** Drawn for this request and this CSR; 0 is the best there is. */
  readonly lot: number;
}

/** One thing two candidates are told apart by: the place of a standing strategy, or a part of `Worth`. */
export type Criterion = number | keyof Worth;

const WORTH: Readonly<Record<Exclude<Strategy, StandingStrategy>, keyof Worth>> = {
  "most-skilled": "mastery",
  "fewest-losses": "kept",
  preferred: "preferred",
  random: "lot",
};

/** A queue's strategies, made ready for comparing. */
export interface PreparedStrategies {
  /** Equal for strategies that begin with the same two standing ones. */
  readonly key: string;
  readonly criteria: readonly Criterion[];
  /** Where in a row the numbers of the first two strategies stand, as far as these look at the CSR alone; else `ROOM`, for none. */
  readonly first: number;
  readonly second: number;
  /** Of each criterion, the strategy it stands for. */
  readonly strategies: readonly Strategy[];
  /** Whether the worth of a candidate counts at all. */
  readonly asks: boolean;
}

function criterionOf(strategy: Strategy): Criterion {
  const standing = STANDING_NAMES.indexOf(strategy as StandingStrategy);
  return standing >= 0 ? standing : WORTH[strategy as keyof typeof WORTH];
}

const prepared = new WeakMap<readonly Strategy[], PreparedStrategies>();

/** Prepared once for each array: queues hand the same one over with every conversation. */
export function prepare(strategies: readonly Strategy[]): PreparedStrategies {
  let ready = prepared.get(strategies);
  if (ready === undefined) {
    const criteria = strategies.map(criterionOf);
    const [one, other] = criteria;
    const first = typeof one === "number" ? STANDINGS + one : ROOM;
    const second = first !== ROOM && typeof other === "number" ? STANDINGS + other : ROOM;
    const asks = criteria.some((criterion) => typeof criterion !== "number");
    ready = { key: `${first} ${second}`, first, second, criteria, strategies, asks };
    prepared.set(strategies, ready);
  }
  return ready;
}

/** How well a CSR commands what is asked for: the sum of their levels in the skills required. */
export function mastery(csr: RoutingCsr, skills: readonly string[]): number {
  let sum = 0;
  for (const skill of skills) sum += csr.skills[skill] ?? 0;
  return sum;
}

/** The highest score of what the CSR meets of it; 0 for nothing. */
export function preferenceFor(csr: RoutingCsr, preferred: readonly Preferred[]): number {
  let best = 0;
  for (const { need, score } of preferred) if (score > best && meets(csr, need)) best = score;
  return best;
}

/**
 * A lot for that CSR, 0 or less, such that the highest of several falls to each with a chance in proportion to their shares (the
 * first of independent exponential waiting times is so distributed). The same for the same seed and CSR.
 */
export function lotFor(csr: RoutingCsr, seed: string): number {
  const chance = (mixed(`${seed} ${csr.id}`) + 1) / 4_294_967_297;
  return Math.log(chance) / (csr.share ?? 1);
}

/** FNV-1a, and the last step of MurmurHash3 so that ids which differ in their last digit alone are not neighbours. */
function mixed(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
