/**
 * Finds the first CSR by any strategies without looking at all of them: those under the cover of what is asked for are looked at, a short list
 * as it stands, a long one but for the blocks in which nobody can be better.
 */
import { Bounds } from "./bounds.ts";
import { isEverEligible, mostKept, type Requirement, requirementOf, skillsAskedFor } from "./eligibility.ts";
import { Search } from "./ranking.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import { ROOM } from "./row.ts";
import type { SkillSet } from "./skill-sets.ts";
import type { Staff } from "./staff.ts";
import { type PreparedStrategies, prepare, type Worth } from "./strategies.ts";
import type { TermList } from "./term-list.ts";
import { ANYONE, coverOf, csrTerm, networkTerm, softwareTerm } from "./terms.ts";

/** Members up to which a list is looked at whole: bounds cost more to keep than they save. */
export const SHORT_LIST = 128;

export class Candidates {
  readonly #staff: Staff;
  readonly #search: Search;
  readonly #shortList: number;

  constructor(staff: Staff, shortList: number) {
    this.#staff = staff;
    this.#shortList = shortList;
    this.#search = new Search(staff);
  }

  /** The first CSR by the request's strategies who has room and is eligible, or null. */
  pick(waiting: Waiting, requirement: Requirement): RoutingCsr | null {
    const strategies = prepare(waiting.strategies);
    const search = this.#search;
    search.begin(waiting, requirement, strategies, strategies.asks ? this.#limits(waiting, requirement) : null);
    if (requirement.only !== null) search.considerOne(this.#staff.numberOf(requirement.only));
    else if (requirement.skills.length > 0 && requirement.areOthersWide) this.#lookAtSkilled(requirement, strategies);
    else this.#lookUnder(this.#coverNow(requirement), strategies);
    return search.end();
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

  /** The terms under which those who wait for that are filed: whoever will do has one of them. */
  coverFor(requirement: Requirement): readonly string[] {
    if (requirement.only !== null) return [csrTerm(requirement.only)];
    return this.#coverNow(requirement);
  }

  readonly #population = (term: string): number =>
    term.startsWith("csr ") ? (this.#staff.numberOf(term.slice(4)) === null ? 0 : 1) : this.#staff.population(term);

  /** A network or software is taken for a cover only where there is nothing else: how many are there changes by the minute. */
  #coverNow({ skills, others, network, software }: Requirement): readonly string[] {
    const { terms } = coverOf([...skills, ...others], this.#population, false);
    if (terms[0] !== ANYONE) return terms;
    if (software !== null) return [softwareTerm(software)];
    return network !== null ? [networkTerm(network)] : coverOf(others, this.#population).terms;
  }

  /** Those who have all of the skills, or as many of them as leave few; of many, the blocks of the rarest skill. */
  #lookAtSkilled({ skills }: Requirement, strategies: PreparedStrategies): void {
    const names: string[] = [];
    let rarest: TermList | null = null;
    for (const { skill, least } of skills) {
      if (least <= 0) continue;
      const list = this.#staff.skilled(skill);
      if (list === null) return;
      if (rarest === null || list.members.length < rarest.members.length) {
        rarest = list;
        names.unshift(skill);
      } else names.push(skill);
    }
    if (rarest === null) {
      this.#look(this.#staff.list(ANYONE), strategies);
      return;
    }
    const together = names.length < 2 ? null : this.#staff.sets.of(names);
    if (together === null || together.members === rarest.members) this.#look(rarest, strategies);
    else this.#lookAtSet(together, strategies);
  }

  #lookAtSet(set: SkillSet, strategies: PreparedStrategies): void {
    const { members } = set;
    if (this.#isShort(members, strategies)) {
      this.#search.considerAll(members);
      return;
    }
    const known = set.bounds.find(({ key }) => key === strategies.key);
    const bounds = known ?? this.#boundsOf(members, strategies);
    if (known === undefined) this.#staff.sets.bound(set, bounds);
    this.#search.considerBlocks(members, bounds);
  }

  #isShort(members: readonly number[], { first }: PreparedStrategies): boolean {
    return members.length <= this.#shortList || first === ROOM;
  }

  #boundsOf(members: readonly number[], { key, first, second }: PreparedStrategies): Bounds {
    return new Bounds(key, first, second, members, this.#staff);
  }

  *#having(term: string): Iterable<RoutingCsr> {
    const one = term.startsWith("csr ") ? this.#staff.get(term.slice(4)) : null;
    if (one !== null) yield one;
    for (const number of this.#staff.list(term)?.members ?? []) {
      const csr = this.#staff.csrs[number];
      if (csr !== undefined) yield csr;
    }
  }

  #lookUnder(terms: readonly string[], strategies: PreparedStrategies): void {
    for (const term of terms) {
      if (term.startsWith("csr ")) this.#search.considerOne(this.#staff.numberOf(term.slice(4)));
      else this.#look(this.#staff.list(term), strategies);
    }
  }

  #look(list: TermList | null, strategies: PreparedStrategies): void {
    if (list === null) return;
    const { members } = list;
    if (this.#isShort(members, strategies)) {
      this.#search.considerAll(members);
      return;
    }
    const known = list.bounds.find(({ key }) => key === strategies.key);
    const bounds = known ?? this.#boundsOf(members, strategies);
    if (known === undefined) list.bounds.push(bounds);
    this.#search.considerBlocks(members, bounds);
  }

  /** The most that anybody can be worth to that one: where a walk need not go on in hope of more. */
  #limits(waiting: Waiting, requirement: Requirement): Worth {
    let kept = -1;
    for (const csr of this.#staff.ways()) kept = Math.max(kept, mostKept(csr, requirement, waiting.customerFeatures));
    let preferred = 0;
    for (const { score } of waiting.preferred ?? []) preferred = Math.max(preferred, score);
    return { mastery: TOP_LEVEL * skillsAskedFor(requirement).length, kept, preferred, lot: 0 };
  }
}

/** The best level of a skill. */
const TOP_LEVEL = 5;
