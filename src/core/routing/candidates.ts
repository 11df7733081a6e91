/**
 * Finds the first CSR by any strategies without looking at all of them: those under the cover of what is asked for are looked at, a short list
 * as it stands, a long one in the standing order until nobody after can be better.
 */
import { isEverEligible, mostKept, type Requirement, requirementOf, skillsAskedFor } from "./eligibility.ts";
import { Search } from "./ranking.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import type { Staff, TermList } from "./staff.ts";
import { StandingOrder } from "./standing-order.ts";
import { type PreparedStrategies, prepare, type Worth } from "./strategies.ts";
import { ANYONE, coverOf, csrTerm, networkTerm, skillTerm, softwareTerm } from "./terms.ts";

/** Members up to which a list is looked at whole: an order costs more to keep than it saves. */
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
    if (requirement.only !== null) {
      search.considerOne(this.#staff.numberOf(requirement.only));
    } else if (requirement.skills.length > 0 && requirement.others.length === 0) {
      this.#lookUnder(this.#rarestSkill(requirement), strategies);
    } else {
      for (const term of this.#coverNow(requirement)) {
        if (term.startsWith("csr ")) search.considerOne(this.#staff.numberOf(term.slice(4)));
        else this.#lookUnder(this.#staff.list(term), strategies);
      }
    }
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

  /** Null when nobody has it. */
  #rarestSkill({ skills }: Requirement): TermList | null {
    let rarest: TermList | null = null;
    for (const { skill, least } of skills) {
      if (least <= 0) continue;
      const list = this.#staff.list(skillTerm(skill));
      if (list === null) return null;
      if (rarest === null || list.members.length < rarest.members.length) rarest = list;
    }
    return rarest ?? this.#staff.list(ANYONE);
  }

  *#having(term: string): Iterable<RoutingCsr> {
    const one = term.startsWith("csr ") ? this.#staff.get(term.slice(4)) : null;
    if (one !== null) yield one;
    for (const number of this.#staff.list(term)?.members ?? []) {
      const csr = this.#staff.csrs[number];
      if (csr !== undefined) yield csr;
    }
  }

  #lookUnder(list: TermList | null, { key, standing }: PreparedStrategies): void {
    if (list === null) return;
    const search = this.#search;
    if (list.members.length <= this.#shortList) {
      search.considerAll(list.members);
      return;
    }
    let order = list.orders.find((one) => one.key === key);
    if (order === undefined) {
      order = new StandingOrder(key, standing, this.#staff, list.members);
      list.orders.push(order);
    }
    search.considerInOrder(order);
    search.considerAll(order.beside());
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
