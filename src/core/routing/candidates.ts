/**
 * The CSRs, indexed so that the first by any strategy is found without looking at all of them.
 *
 * Everything a requirement can ask for is a *term*: a skill, a language, a network, or "anyone". The available CSRs of a term stand in
 * lists by level, each in the order of the standing strategies. A pick walks the lists of the rarest term asked for and takes the first CSR
 * who has the others too.
 */
import { strict as assert } from "node:assert";
import type { Strategy } from "../rules.ts";
import { isAvailable, isEligible, isEverEligible, type Requirement } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { RoutingCsr } from "./routing.ts";
import { mastery, type PreparedStrategies, prepare } from "./strategies.ts";

/** The best level of a skill; terms that have no levels stand at level 1. */
const TOP_LEVEL = 5;
export const ANYONE = "anyone";
export const skillTerm = (skill: string): string => `skill ${skill}`;
export const languageTerm = (language: string): string => `language ${language}`;
export const networkTerm = (network: string): string => `network ${network}`;

type Term = readonly [term: string, level: number];
/** The available CSRs of one term: one list for each level, at the level's index. */
type Levels = readonly OrderedList<RoutingCsr>[];

/** All available CSRs in one standing order. Built when the first who waits asks for that order; there are few. */
interface StandingIndex {
  readonly compare: (left: RoutingCsr, right: RoutingCsr) => number;
  readonly terms: Map<string, Levels>;
}

interface Entry {
  readonly csr: RoutingCsr;
  /** Skills, languages and "anyone": what the CSR is, wherever they are. */
  readonly profile: readonly Term[];
  /** The profile, and the networks on which they can be reached now. */
  readonly terms: readonly Term[];
}

/** What a walk needs to know of who is asked for. */
interface Search {
  readonly requirement: Requirement;
  readonly strategies: PreparedStrategies;
}

export class Candidates {
  readonly #entries = new Map<string, Entry>();
  /** The ids of everybody who has a profile term, available or not. */
  readonly #everybody = new Map<string, Set<string>>();
  readonly #indexes = new Map<string, StandingIndex>();

  get(id: string): RoutingCsr | null {
    return this.#entries.get(id)?.csr ?? null;
  }

  put(csr: RoutingCsr): void {
    assert(
      Number.isFinite(csr.idleSince) && csr.load >= 0,
      `CSR ${csr.id} was put with a load or time that is no number`,
    );
    const former = this.#entries.get(csr.id);
    const entry = entryOf(csr, former);
    if (former !== undefined) {
      this.#unlist(former);
    }
    this.#entries.set(csr.id, entry);
    if (former?.profile !== entry.profile) {
      if (former !== undefined) {
        this.#leave(former);
      }
      this.#join(entry);
    }
    for (const index of this.#indexes.values()) {
      list(index, entry);
    }
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      this.#unlist(entry);
      this.#leave(entry);
      this.#entries.delete(id);
    }
  }

  /** The first available CSR by those strategies who is eligible, or null. */
  pick(requirement: Requirement, strategies: readonly Strategy[]): RoutingCsr | null {
    if (requirement.only !== null) {
      const csr = this.get(requirement.only);
      return csr !== null && isAvailable(csr) && isEligible(csr, requirement) ? csr : null;
    }
    const search: Search = { requirement, strategies: prepare(strategies) };
    const [rarest, bound] = rarestOf(this.#indexFor(search.strategies), requirement);
    let best: RoutingCsr | null = null;
    for (let level = TOP_LEVEL; level >= 1; level -= 1) {
      const listed = rarest?.[level];
      if (listed !== undefined && listed.size > 0) {
        best = firstOf(listed, search, best, bound(level));
      }
    }
    return best;
  }

  /** How many CSRs would do by who they are, busy, away and offline ones included. */
  qualified(requirement: Requirement): number {
    const terms = [ANYONE, ...requirement.skills.map(([skill]) => skillTerm(skill))];
    if (requirement.language !== null) {
      terms.push(languageTerm(requirement.language));
    }
    let smallest = this.#everybody.get(ANYONE);
    for (const term of terms) {
      const members = this.#everybody.get(term);
      if (members === undefined) {
        return 0;
      }
      smallest = smallest === undefined || members.size < smallest.size ? members : smallest;
    }
    let count = 0;
    for (const id of smallest ?? []) {
      const csr = this.get(id);
      count += csr !== null && isEverEligible(csr, requirement) ? 1 : 0;
    }
    return count;
  }

  /** How many CSRs have that profile term, available or not. */
  population(term: string): number {
    return this.#everybody.get(term)?.size ?? 0;
  }

  #indexFor({ key, compare }: PreparedStrategies): StandingIndex {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = { compare, terms: new Map() };
      this.#indexes.set(key, index);
      for (const entry of this.#entries.values()) {
        list(index, entry);
      }
    }
    return index;
  }

  #unlist(entry: Entry): void {
    if (!isAvailable(entry.csr)) {
      return;
    }
    for (const index of this.#indexes.values()) {
      for (const [term, level] of entry.terms) {
        index.terms.get(term)?.[level]?.remove(entry.csr);
      }
    }
  }

  #join(entry: Entry): void {
    for (const [term] of entry.profile) {
      const members = this.#everybody.get(term) ?? new Set();
      this.#everybody.set(term, members.add(entry.csr.id));
    }
  }

  #leave(entry: Entry): void {
    for (const [term] of entry.profile) {
      const members = this.#everybody.get(term);
      members?.delete(entry.csr.id);
      if (members?.size === 0) {
        this.#everybody.delete(term);
      }
    }
  }
}

function list(index: StandingIndex, entry: Entry): void {
  if (!isAvailable(entry.csr)) {
    return;
  }
  for (const [term, level] of entry.terms) {
    let levels = index.terms.get(term);
    if (levels === undefined) {
      levels = Array.from({ length: TOP_LEVEL + 1 }, () => new OrderedList<RoutingCsr>(index.compare));
      index.terms.set(term, levels);
    }
    levels[level]?.insert(entry.csr);
  }
}

/**
 * The lists of the term that fewest available CSRs have (null when nobody has it), and the highest mastery anybody in one of its
 * levels can reach.
 */
function rarestOf(index: StandingIndex, requirement: Requirement): readonly [Levels | null, (level: number) => number] {
  const others = (requirement.skills.length - 1) * TOP_LEVEL;
  const ofSkill = (level: number): number => level + others;
  const ofOther = (): number => others + TOP_LEVEL;
  let rarest: Levels | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  let bound: (level: number) => number = ofOther;
  const consider = (term: string, lowest: number, itsBound: (level: number) => number): void => {
    const levels = index.terms.get(term) ?? null;
    let count = 0;
    for (let level = lowest; level <= TOP_LEVEL; level += 1) {
      count += levels?.[level]?.size ?? 0;
    }
    if (count < fewest) {
      rarest = count === 0 ? null : levels;
      fewest = count;
      bound = itsBound;
    }
  };
  for (const [skill, level] of requirement.skills) {
    consider(skillTerm(skill), level, ofSkill);
  }
  if (requirement.language !== null) {
    consider(languageTerm(requirement.language), 1, ofOther);
  }
  if (requirement.network !== null) {
    consider(networkTerm(requirement.network), 1, ofOther);
  }
  if (fewest === Number.POSITIVE_INFINITY) {
    consider(ANYONE, 1, ofOther);
  }
  return [rarest, bound];
}

/** The better of `best` and the first eligible CSR of one list, whose members reach at most the mastery `bound`. */
function firstOf(
  listed: OrderedList<RoutingCsr>,
  search: Search,
  best: RoutingCsr | null,
  bound: number,
): RoutingCsr | null {
  const { requirement } = search;
  const { compare, beforeMastery } = search.strategies;
  const skills = requirement.skills;
  let first = best;
  let firstMastery = first === null ? 0 : mastery(first, skills);
  // The list is in standing order: once somebody stands too far back to win, so does everybody after them.
  const isTooLate = (csr: RoutingCsr, leader: RoutingCsr): boolean => {
    if (beforeMastery === null) {
      return compare(csr, leader) > 0;
    }
    const before = beforeMastery(csr, leader);
    return (
      before > 0 || (before === 0 && (firstMastery > bound || (firstMastery === bound && compare(csr, leader) > 0)))
    );
  };
  listed.walk((csr) => {
    if (first !== null && isTooLate(csr, first)) {
      return true;
    }
    if (isEligible(csr, requirement) && (first === null || isBefore(csr, first, search))) {
      first = csr;
      firstMastery = mastery(csr, skills);
    }
    return false;
  });
  return first;
}

function isBefore(left: RoutingCsr, right: RoutingCsr, search: Search): boolean {
  const { compare, beforeMastery } = search.strategies;
  if (beforeMastery !== null) {
    const before = beforeMastery(left, right);
    if (before !== 0) {
      return before < 0;
    }
    const difference = mastery(right, search.requirement.skills) - mastery(left, search.requirement.skills);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return compare(left, right) < 0;
}

/** Terms are made anew only when what they come from was exchanged. */
function entryOf(csr: RoutingCsr, former: Entry | undefined): Entry {
  const sameProfile = former?.csr.skills === csr.skills && former.csr.languages === csr.languages;
  if (sameProfile && former.csr.reachable === csr.reachable) {
    return { csr, profile: former.profile, terms: former.terms };
  }
  const profile = sameProfile ? former.profile : profileOf(csr);
  return { csr, profile, terms: [...profile, ...networksOf(csr)] };
}

function profileOf(csr: RoutingCsr): readonly Term[] {
  const skills = [...csr.skills].map(([skill, level]): Term => [skillTerm(skill), level]);
  const languages = [...new Set(csr.languages)].map((language): Term => [languageTerm(language), 1]);
  return [[ANYONE, 1], ...skills, ...languages];
}

function networksOf(csr: RoutingCsr): readonly Term[] {
  return [...new Set(csr.reachable.map((reachable) => reachable.address.network))].map(
    (network): Term => [networkTerm(network), 1],
  );
}
