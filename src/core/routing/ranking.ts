/**
 * Who of a list comes first for one who asks. The list is in the standing order, so a walk can stop as soon as nobody after the
 * present one can come before the best that was found; the criteria that depend on who asks are known by their bounds.
 */
import { isEligible, type Requirement } from "./eligibility.ts";
import type { OrderedList } from "./ordered-list.ts";
import type { RoutingCsr } from "./routing.ts";
import { type Criterion, mastery } from "./strategies.ts";

/** Who is asked for, and what tells candidates apart. */
export interface Search {
  readonly requirement: Requirement;
  readonly criteria: readonly Criterion[];
}

/** What depends on who asks: of a candidate, or as the most that anybody in one list can have. */
interface Standing {
  readonly mastery: number;
  readonly kept: number;
}
/** A candidate with what they are worth to who asks. */
export interface Contender extends Standing {
  readonly csr: RoutingCsr;
}

/**
 * The better of `best` and the first eligible CSR of one list. Nobody in the list has more mastery than `limits` says, and everybody
 * keeps exactly as much.
 */
export function better(
  list: OrderedList<RoutingCsr>,
  search: Search,
  best: Contender | null,
  limits: Standing,
): Contender | null {
  const { requirement, criteria } = search;
  let first = best;
  list.walk((csr) => {
    if (first !== null && difference(criteria, { csr, ...limits }, first) > 0) {
      return true;
    }
    if (isEligible(csr, requirement)) {
      const contender = { csr, mastery: mastery(csr, requirement.skills), kept: limits.kept };
      if (first === null || difference(criteria, contender, first) < 0) {
        first = contender;
      }
    }
    return false;
  });
  return first;
}

/**
 * Below 0 when `left` comes first. With the limits of a list in the place of `left`'s own worth: above 0 only when neither that CSR
 * nor anybody who stands after them in the list can come before `right`. For up to the first difference all after them are behind in
 * the standing order as well, and none has more than the limits.
 */
function difference(criteria: readonly Criterion[], left: Contender, right: Contender): number {
  for (const criterion of criteria) {
    const found = typeof criterion === "function" ? criterion(left.csr, right.csr) : right[criterion] - left[criterion];
    if (found !== 0) {
      return found;
    }
  }
  return 0;
}
