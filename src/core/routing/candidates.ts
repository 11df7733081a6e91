/**
 * Finds the first CSR by any strategies without looking at all of them: those under the cover of what is asked for are looked at, a short list
 * as it stands, a long one but for the blocks in which nobody can be better.
 */
import type { Asked } from "./asked.ts";
import { Bounds, type LookedThrough } from "./bounds.ts";
import { MORE_SKILLS, type Place } from "./drawers.ts";
import { isEverEligible, mostKept, type Requirement, requirementOf } from "./eligibility.ts";
import { Search } from "./ranking.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import { ROOM } from "./row.ts";
import type { SkillSet } from "./skill-sets.ts";
import type { Staff } from "./staff.ts";
import { type PreparedStrategies, prepare, type Worth } from "./strategies.ts";
import type { TermList } from "./term-list.ts";
import { ANYONE, CSR, coverOf, csrTerm, networkTerm, skillTerm, softwareTerm } from "./terms.ts";

/** Members up to which a list is looked at whole: bounds cost more to keep than they save. */
export const SHORT_LIST = 32;

export class Candidates {
  readonly #staff: Staff;
  readonly #search: Search;
  readonly #shortList: number;

  constructor(staff: Staff, shortList: number) {
    this.#staff = staff;
    this.#shortList = shortList;
    this.#search = new Search(staff);
  }

  /** The number of the first CSR by the request's strategies who has room and is eligible; -1 when nobody has. */
  pick(waiting: Waiting, requirement: Requirement): number {
    this.#staff.settle();
    const strategies = prepare(waiting.strategies);
    const search = this.#search;
    search.begin(waiting, requirement, strategies, strategies.asks ? this.#limits(waiting, requirement) : null);
    const { asked, only } = requirement;
    const { known } = this.#staff;
    if (only !== null) search.considerOne(this.#staff.numberOf(only));
    else if (known.isListed(asked)) search.considerKnown(known.numbers);
    else if (known.mayBeListed(asked)) this.#lookFor(requirement, strategies);
    else this.#lookUnlisted(requirement, strategies);
    return search.end();
  }

  /** The first or second time that is asked for. Where everybody is busy nothing is made in vain: customers come all the same. */
  #lookFor(requirement: Requirement, strategies: PreparedStrategies): void {
    const { asked } = requirement;
    const { known } = this.#staff;
    if (!this.#isAnybodyFree(asked)) return;
    if (known.list(asked, () => this.#among(asked))) this.#search.considerKnown(known.numbers);
    else this.#lookUnlisted(requirement, strategies);
  }

  /** False when nobody has room of those who have one of the skills. */
  #isAnybodyFree({ skills }: Asked): boolean {
    for (const { skill, least } of skills) if (least > 0 && (this.#staff.skilled(skill)?.free ?? 0) === 0) return false;
    return (this.#staff.list(ANYONE)?.free ?? 0) > 0;
  }

  #lookUnlisted(requirement: Requirement, strategies: PreparedStrategies): void {
    if (requirement.asked.isBySkill) this.#lookAtSkilled(requirement.asked, strategies);
    else this.#lookUnder(this.#coverNow(requirement), strategies);
  }

  /** How many CSRs would do by who they are, busy, away and offline ones included; counts no further than `atMost`. */
  qualified(waiting: Waiting, atMost: number, isCounted: (csr: RoutingCsr) => boolean): number {
    const requirement = requirementOf(waiting);
    const meant = requirement.only === null ? waiting.needs : [{ kind: "csr", csrs: [requirement.only] } as const];
    const found = new Set<string>();
    for (const term of coverOf(meant, this.#population, false).terms) {
      for (const csr of this.#having(term)) {
        if (found.size >= atMost) return found.size;
        if (isCounted(csr) && isEverEligible(csr, requirement)) found.add(csr.id);
      }
    }
    return found.size;
  }

  /** Where those who wait for that are filed: whoever will do finds them at one of those places. */
  placesFor(requirement: Requirement): readonly Place[] {
    const { asked, only } = requirement;
    if (only !== null) return [{ term: csrTerm(only), skills: [] }];
    const terms = this.#coverNow(requirement);
    if (terms.length > 1) return terms.map((term) => ({ term, skills: [] }));
    const [term = ANYONE] = terms;
    const others = asked.skills.filter(({ skill, least }) => least > 0 && skillTerm(skill) !== term);
    const byRarity = [...new Set(others.map(({ skill }) => skill))]
      .map((skill) => ({ skill, count: this.#staff.population(skillTerm(skill)) }))
      .sort((left, right) => left.count - right.count || (left.skill < right.skill ? -1 : 1));
    return [{ term, skills: byRarity.slice(0, MORE_SKILLS).map(({ skill }) => skill) }];
  }

  readonly #population = (term: string): number =>
    term.startsWith(CSR)
      ? this.#staff.numberOf(term.slice(CSR.length)) === null
        ? 0
        : 1
      : this.#staff.population(term);

  /** A network or software is taken for a cover only where there is nothing else: how many are there changes by the minute. */
  #coverNow({ asked: { skills, others }, network, software }: Requirement): readonly string[] {
    const { terms } = coverOf([...skills, ...others], this.#population, false);
    if (terms[0] !== ANYONE) return terms;
    if (software !== null) return [softwareTerm(software)];
    return network !== null ? [networkTerm(network)] : coverOf(others, this.#population).terms;
  }

  /** Lists of whom one holds whoever meets what is asked for by what they are. */
  #among(asked: Asked): readonly (readonly number[])[] {
    const plan = asked.isBySkill ? this.#staff.sets.planFor(asked) : null;
    if (plan !== null) return plan.set === null ? [] : [plan.set.members];
    const { terms } = coverOf([...asked.skills, ...asked.others], this.#population, false);
    return terms.map((term) => {
      if (!term.startsWith(CSR)) return this.#staff.list(term)?.members ?? [];
      const number = this.#staff.numberOf(term.slice(CSR.length));
      return number === null ? [] : [number];
    });
  }

  /** Those who have all of the skills, or as many of them as leave few. */
  #lookAtSkilled(asked: Asked, strategies: PreparedStrategies): void {
    const plan = this.#staff.sets.planFor(asked);
    if (plan === null) this.#look(this.#staff.list(ANYONE), strategies);
    else if (plan.set !== null) this.#lookAtSet(plan.set, asked, strategies);
  }

  #lookAtSet(set: SkillSet, { least, rest, untold }: Asked, strategies: PreparedStrategies): void {
    const { members, levels } = set;
    this.#search.expect(rest, untold);
    if (this.#isShort(members, strategies)) {
      this.#search.considerAll(members, levels, least);
      return;
    }
    // Before they are given bounds of which nobody was told.
    this.#staff.sets.bound(set);
    this.#search.considerBlocks(members, levels, least, this.#boundsOf(set, strategies));
  }

  #isShort(members: readonly number[], { first }: PreparedStrategies): boolean {
    return members.length <= this.#shortList || first === ROOM;
  }

  /** The bounds by which that list is looked through, made when first asked for. */
  #boundsOf({ members, bounds }: LookedThrough, { key, first, second }: PreparedStrategies): Bounds {
    for (const known of bounds) if (known.key === key) return known;
    const made = new Bounds(key, first, second, members, this.#staff);
    bounds.push(made);
    return made;
  }

  *#having(term: string): Iterable<RoutingCsr> {
    const one = term.startsWith(CSR) ? this.#staff.get(term.slice(CSR.length)) : null;
    if (one !== null) yield one;
    for (const number of this.#staff.list(term)?.members ?? []) {
      const csr = this.#staff.csrs[number];
      if (csr !== undefined) yield csr;
    }
  }

  #lookUnder(terms: readonly string[], strategies: PreparedStrategies): void {
    for (const term of terms) {
      if (term.startsWith(CSR)) this.#search.considerOne(this.#staff.numberOf(term.slice(CSR.length)));
      else this.#look(this.#staff.list(term), strategies);
    }
  }

  #look(list: TermList | null, strategies: PreparedStrategies): void {
    if (list === null) return;
    const { members } = list;
    if (this.#isShort(members, strategies)) {
      this.#search.considerAll(members, null, 0);
      return;
    }
    list.isBounded = true;
    this.#search.considerBlocks(members, null, 0, this.#boundsOf(list, strategies));
  }

  /** The most that anybody can be worth to that one: where a walk need not go on in hope of more. */
  #limits(waiting: Waiting, requirement: Requirement): Worth {
    let kept = -1;
    for (const csr of this.#staff.ways()) kept = Math.max(kept, mostKept(csr, requirement, waiting.customerFeatures));
    let preferred = 0;
    for (const { score } of waiting.preferred ?? []) preferred = Math.max(preferred, score);
    return { mastery: TOP_LEVEL * requirement.asked.skillNames.length, kept, preferred, lot: 0 };
  }
}

/** The best level of a skill. */
const TOP_LEVEL = 5;
