/**
 * The search for the first of many for one who asks: looks at candidates one by one and keeps the best. In a list that is in the
 * standing order it can stop as soon as nobody after the present one can come before the best; what depends on who asks is known by its limits.
 */
import { hasRoom, isEligible, mostKept, type Requirement, skillsAskedFor } from "./eligibility.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import type { Staff } from "./staff.ts";
import type { StandingOrder } from "./standing-order.ts";
import { type Criterion, lotFor, mastery, type PreparedStrategies, preferenceFor, type Worth } from "./strategies.ts";

/** Who is asked for, and by what they are told apart. */
interface Question {
  readonly waiting: Waiting;
  readonly requirement: Requirement;
  readonly strategies: PreparedStrategies;
  readonly skills: readonly string[];
  /** Null where strategies look at the CSR alone. */
  readonly limits: Worth | null;
}

/** Used again for each search; one at a time. */
export class Search {
  readonly #staff: Staff;
  #question: Question | null = null;
  /** The number of the best so far, or -1, and what they are worth where that counts. */
  #best = -1;
  #worth: Worth | null = null;
  /** Of those who are reached alike all keep the same; by group. */
  #kept = new Map<string, number>();

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  begin(waiting: Waiting, requirement: Requirement, strategies: PreparedStrategies, limits: Worth | null): void {
    const skills = limits === null ? [] : skillsAskedFor(requirement);
    this.#question = { waiting, requirement, strategies, skills, limits };
    this.#best = -1;
    this.#worth = null;
    if (this.#kept.size > 0) this.#kept.clear();
  }

  end(): RoutingCsr | null {
    this.#question = null;
    return this.#best < 0 ? null : (this.#staff.csrs[this.#best] ?? null);
  }

  considerOne(number: number | null): void {
    if (number !== null && this.#question !== null) this.#consider(number, this.#question);
  }

  considerAll(numbers: readonly number[]): void {
    const question = this.#question;
    if (question === null) return;
    const { room, low, high } = this.#staff;
    const { low: lowWanted, high: highWanted, weight } = question.requirement;
    const least = weight - 1e-9;
    for (let at = 0; at < numbers.length; at += 1) {
      const number = numbers[at] ?? 0;
      if ((room[number] ?? -1) < least) continue;
      if (((low[number] ?? 0) & lowWanted) !== lowWanted || ((high[number] ?? 0) & highWanted) !== highWanted) continue;
      this.#consider(number, question);
    }
  }

  considerInOrder(order: StandingOrder): void {
    const question = this.#question;
    if (question === null) return;
    const { low, high } = this.#staff;
    const { low: lowWanted, high: highWanted } = question.requirement;
    const { limits } = question;
    order.walk((number) => {
      if (this.#best >= 0 && this.#difference(question, number, limits) > 0) return true;
      if (((low[number] ?? 0) & lowWanted) !== lowWanted || ((high[number] ?? 0) & highWanted) !== highWanted) {
        return false;
      }
      return this.#consider(number, question) && limits === null;
    });
  }

  /** True when that one is the best now. */
  #consider(number: number, question: Question): boolean {
    const { requirement, limits } = question;
    // Who is behind even with the most they could be worth need not be looked at closely.
    if (this.#best >= 0 && this.#difference(question, number, limits) >= 0) return false;
    const csr = this.#staff.csrs[number];
    if (csr === undefined || !hasRoom(this.#staff.room[number] ?? -1, requirement.weight)) return false;
    if (!isEligible(csr, requirement)) return false;
    const worth = limits === null ? null : this.#worthOf(number, csr, question);
    if (this.#best >= 0 && this.#difference(question, number, worth) >= 0) return false;
    this.#best = number;
    this.#worth = worth;
    return true;
  }

  /**
   * Below 0 when that one comes before the best. With the limits in the place of their own worth: above 0 only when neither they nor
   * anybody who stands after them can come before. For up to the first difference all after them are behind in the standing order as
   * well, and nobody is worth more than the limits.
   */
  #difference({ strategies }: Question, number: number, worth: Worth | null): number {
    for (const criterion of strategies.criteria) {
      const found = this.#differenceBy(criterion, number, worth);
      if (found !== 0) return found;
    }
    return number === this.#best ? 0 : this.#staff.compareIds(number, this.#best);
  }

  #differenceBy(criterion: Criterion, number: number, worth: Worth | null): number {
    if (typeof criterion === "number") {
      const column = this.#staff.standings[criterion];
      return (column?.[number] ?? 0) - (column?.[this.#best] ?? 0);
    }
    return (this.#worth?.[criterion] ?? 0) - (worth?.[criterion] ?? 0);
  }

  #worthOf(number: number, csr: RoutingCsr, { waiting, requirement, skills, strategies }: Question): Worth {
    const counts = (criterion: keyof Worth): boolean => strategies.criteria.includes(criterion);
    return {
      mastery: counts("mastery") ? mastery(csr, skills) : 0,
      kept: counts("kept") ? this.#keptBy(number, csr, waiting, requirement) : 0,
      preferred: counts("preferred") ? preferenceFor(csr, waiting.preferred ?? []) : 0,
      lot: counts("lot") ? lotFor(csr, waiting.seed ?? waiting.conversation) : 0,
    };
  }

  #keptBy(number: number, csr: RoutingCsr, waiting: Waiting, requirement: Requirement): number {
    const group = this.#staff.groups[number] ?? "";
    let kept = this.#kept.get(group);
    if (kept === undefined) {
      kept = mostKept(csr, requirement, waiting.customerFeatures);
      this.#kept.set(group, kept);
    }
    return kept;
  }
}
