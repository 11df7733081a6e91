/**
 * The search for the first of many for one who asks: looks at candidates one by one and keeps the best. Who cannot come before the best is left
 * behind as early as possible; what depends on who asks is known by its limits until it is worked out.
 */

import type { SkillLeaf } from "./asked.ts";
import { BLOCK, type Bounds, NO_ROOM } from "./bounds.ts";
import { isEligible, mostKept, type Requirement, ROOM_SLACK } from "./eligibility.ts";
import { reach } from "./levels.ts";
import type { Need } from "./needs.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import { HIGH, LOW, ROOM, ROW, STANDINGS } from "./row.ts";
import type { Staff } from "./staff.ts";
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
  /** The needs that are to be looked at of each candidate. */
  #skills: readonly SkillLeaf[] = NO_NEEDS;
  #others: readonly Need[] = NO_NEEDS;
  /** Nothing is to be looked at but the room they have. */
  #isSure = false;
  /** The number of the best so far, or -1, and what they are worth where that counts. */
  #best = -1;
  #worth: Worth | null = null;
  /** Of those who are reached alike all keep the same; by group. */
  readonly #kept = new Map<string, number>();

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  begin(waiting: Waiting, requirement: Requirement, strategies: PreparedStrategies, limits: Worth | null): void {
    const skills = limits === null ? NO_SKILLS : requirement.asked.skillNames;
    this.#skills = requirement.asked.skills;
    this.#others = requirement.asked.others;
    this.#isSure = false;
    this.#question = { waiting, requirement, strategies, skills, limits };
    this.#best = -1;
    this.#worth = null;
    if (this.#kept.size > 0) this.#kept.clear();
  }

  /** The number of the first, or -1. */
  end(): number {
    this.#question = null;
    return this.#best;
  }

  /** The other needs are known to be met by whoever is considered from now on. */
  expect(skills: readonly SkillLeaf[], others: readonly Need[]): void {
    this.#skills = skills;
    this.#others = others;
    this.#isSure = skills.length === 0 && others.length === 0 && this.#question?.requirement.isPlain === true;
  }

  considerOne(number: number | null): void {
    if (number !== null && this.#question !== null) this.#consider(number, this.#question);
  }

  /** Those who are known to meet what is asked for by what they are. */
  considerKnown(numbers: Int32Array): void {
    const question = this.#question;
    if (question === null) return;
    const { asked, weight } = question.requirement;
    const { first, second } = question.strategies;
    this.expect(NO_NEEDS, asked.placed);
    const { table } = this.#staff;
    const room = weight - ROOM_SLACK;
    let [firstOfBest, secondOfBest] = NOBODY;
    const end = asked.from + asked.count;
    for (let at = asked.from; at < end; at += 1) {
      const number = numbers[at] as number;
      const row = number * ROW;
      if ((table[row + ROOM] as number) < room) continue;
      const lead = table[row + first] as number;
      if (first !== ROOM && lead > firstOfBest) continue;
      const next = table[row + second] as number;
      if (second !== ROOM && lead === firstOfBest && next > secondOfBest) continue;
      if (this.#consider(number, question)) [firstOfBest, secondOfBest] = [lead, next];
    }
  }

  /**
   * The members of a long list, but for the blocks in which nobody can be better than the best. `levels`: of each member, to be at least
   * `least`; null: nothing is known of them.
   */
  considerBlocks(members: readonly number[], levels: Int32Array | null, least: number, bounds: Bounds): void {
    const question = this.#question;
    if (question === null) return;
    const lowest = bounds.lowest();
    if (bounds.isBehind(lowest, NO_ROOM, NO_ROOM)) return;
    this.#considerBlock(members, levels, least, lowest, bounds, question);
    let [first, second] = this.#leadOfBest(bounds.first, bounds.second);
    for (let block = 0; block * BLOCK < members.length; block += 1) {
      if (block === lowest || bounds.isBehind(block, first, second)) continue;
      this.#considerBlock(members, levels, least, block, bounds, question);
      [first, second] = this.#leadOfBest(bounds.first, bounds.second);
    }
  }

  /** As `considerAll`, of what stands side by side in the list. */
  #considerBlock(
    members: readonly number[],
    levels: Int32Array | null,
    least: number,
    block: number,
    bounds: Bounds,
    question: Question,
  ): void {
    const { standings, bits } = bounds;
    const { low, high } = question.requirement.asked;
    let [firstOfBest, secondOfBest] = this.#leadOfBest(bounds.first, bounds.second);
    const end = Math.min(members.length, (block + 1) * BLOCK);
    for (let at = block * BLOCK; at < end; at += 1) {
      const lead = standings[at * 2] as number;
      if (lead > firstOfBest || lead === NO_ROOM) continue;
      const next = standings[at * 2 + 1] as number;
      if (lead === firstOfBest && next > secondOfBest) continue;
      if (levels !== null && !reach(levels[at] as number, least)) continue;
      if (((bits[at * 2] as number) & low) !== low || ((bits[at * 2 + 1] as number) & high) !== high) continue;
      if (this.#consider(members[at] as number, question)) [firstOfBest, secondOfBest] = [lead, next];
    }
    bounds.tighten(block, end);
  }

  /** Everybody, one by one: whoever has no room, lacks a bit, or is behind by the first strategies, is left behind at once. */
  considerAll(numbers: readonly number[], levels: Int32Array | null, least: number): void {
    const question = this.#question;
    if (question === null) return;
    const { table } = this.#staff;
    const { weight } = question.requirement;
    const { low, high } = question.requirement.asked;
    const room = weight - ROOM_SLACK;
    const { first, second } = question.strategies;
    let [firstOfBest, secondOfBest] = this.#leadOfBest(first, second);
    for (let at = 0; at < numbers.length; at += 1) {
      if (levels !== null && !reach(levels[at] as number, least)) continue;
      const number = numbers[at] as number;
      const row = number * ROW;
      if ((table[row] as number) < room) continue;
      if (((table[row + LOW] as number) & low) !== low || ((table[row + HIGH] as number) & high) !== high) continue;
      const lead = table[row + first] as number;
      if (first !== ROOM && lead > firstOfBest) continue;
      if (second !== ROOM && lead === firstOfBest && (table[row + second] as number) > secondOfBest) continue;
      if (!this.#consider(number, question)) continue;
      firstOfBest = lead;
      secondOfBest = table[row + second] as number;
    }
  }

  /** What a candidate must not be behind, 0 where nothing is compared; Infinity while there is nobody. */
  #leadOfBest(first: number, second: number): readonly [number, number] {
    if (this.#best < 0) return NOBODY;
    const { table } = this.#staff;
    const row = this.#best * ROW;
    return [first === ROOM ? 0 : (table[row + first] ?? 0), second === ROOM ? 0 : (table[row + second] ?? 0)];
  }

  /** True when that one is the best now. */
  #consider(number: number, question: Question): boolean {
    const { requirement, limits } = question;
    // Who is behind even with the most they could be worth need not be looked at closely.
    if (this.#best >= 0 && this.#difference(question, number, limits) >= 0) return false;
    if ((this.#staff.table[number * ROW + ROOM] ?? -1) < requirement.weight - ROOM_SLACK) return false;
    if (this.#isSure && limits === null) {
      this.#best = number;
      return true;
    }
    const [csr, levels] = [this.#staff.csrs[number], this.#staff.levels[number]];
    if (csr === undefined || levels === undefined) return false;
    if (!this.#isSure && !isEligible(csr, requirement, levels, this.#skills, this.#others)) return false;
    const worth = limits === null ? null : this.#worthOf(number, csr, question);
    if (this.#best >= 0 && worth !== null && this.#difference(question, number, worth) >= 0) return false;
    this.#best = number;
    this.#worth = worth;
    return true;
  }

  /** Below 0 when that one comes before the best; with the limits in the place of their own worth, when they might. */
  #difference({ strategies }: Question, number: number, worth: Worth | null): number {
    for (const criterion of strategies.criteria) {
      const found = this.#differenceBy(criterion, number, worth);
      if (found !== 0) return found;
    }
    return number === this.#best ? 0 : this.#staff.compareIds(number, this.#best);
  }

  #differenceBy(criterion: Criterion, number: number, worth: Worth | null): number {
    if (typeof criterion === "number") {
      const { table } = this.#staff;
      const at = STANDINGS + criterion;
      return (table[number * ROW + at] ?? 0) - (table[this.#best * ROW + at] ?? 0);
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

const NOBODY: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
const NO_SKILLS: readonly string[] = [];
const NO_NEEDS: readonly never[] = [];
