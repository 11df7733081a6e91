/**
 * The CSRs, indexed so that the first by any strategy is found without looking at all of them.
 *
 * Everything a requirement can ask for is a *term*: a skill, a language, a network, a software, or "anyone". The available CSRs of a
 * term stand in lists by level, each in the order of the standing strategies. Where losses count they stand, within a level, in one
 * list for each group of those who are reached alike: there are few kinds of software, so there are few groups, and all of a group
 * lose the same. A pick walks the lists of the rarest term asked for and takes the first CSR who has the others too.
 */
import { strict as assert } from "node:assert";
import { isAvailable, isEligible, isEverEligible, mostKept, type Requirement, reachKey } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import { better, type Contender, type Search } from "./ranking.ts";
import type { RoutingCsr, Waiting } from "./routing.ts";
import { type PreparedStrategies, prepare } from "./strategies.ts";

/** The best level of a skill; terms that have no levels stand at level 1. */
const TOP_LEVEL = 5;
export const ANYONE = "anyone";
export const skillTerm = (skill: string): string => `skill ${skill}`;
export const languageTerm = (language: string): string => `language ${language}`;
export const networkTerm = (network: string): string => `network ${network}`;
export const softwareTerm = (software: string): string => `software ${software}`;

type Term = readonly [term: string, level: number];
/** The available CSRs of one term and level, by group. Groups nobody is in are dropped. */
interface Level {
  size: number;
  readonly groups: Map<string, OrderedList<RoutingCsr>>;
}
/** The available CSRs of one term, at the index of their level. */
type Levels = readonly Level[];
/** Everybody's group where losses do not count. */
const ONE_GROUP = "";

/** All available CSRs in one standing order. Built when the first who waits asks for that order; there are few. */
interface StandingIndex {
  readonly compare: (left: RoutingCsr, right: RoutingCsr) => number;
  readonly grouped: boolean;
  readonly terms: Map<string, Levels>;
}

interface Entry {
  readonly csr: RoutingCsr;
  /** Skills, languages and "anyone": what the CSR is, wherever they are. */
  readonly profile: readonly Term[];
  /** The profile, and the networks on which and the software with which they can be reached now. */
  readonly terms: readonly Term[];
  /** Equal for those who are reached alike. */
  readonly group: string;
}

/** What a pick goes by beside the requirement. */
export type Preferences = Pick<Waiting, "strategies" | "customerFeatures">;

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
  pick(requirement: Requirement, preferences: Preferences): RoutingCsr | null {
    if (requirement.only !== null) {
      const csr = this.get(requirement.only);
      return csr !== null && isAvailable(csr) && isEligible(csr, requirement) ? csr : null;
    }
    const strategies = prepare(preferences.strategies);
    const search: Search = { requirement, criteria: strategies.criteria };
    const [rarest, bound] = rarestOf(this.#indexFor(strategies), requirement);
    let best: Contender | null = null;
    for (const group of groupsOf(rarest, requirement, strategies.grouped ? preferences.customerFeatures : null)) {
      best = better(group.list, search, best, { mastery: bound(group.level), kept: group.kept });
    }
    return best === null ? null : best.csr;
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

  #indexFor({ key, compare, grouped }: PreparedStrategies): StandingIndex {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = { compare, grouped, terms: new Map() };
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
        unlist(index, entry, index.terms.get(term)?.[level]);
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
      levels = Array.from({ length: TOP_LEVEL + 1 }, () => ({ size: 0, groups: new Map() }));
      index.terms.set(term, levels);
    }
    const listed = levels[level];
    assert(listed !== undefined, `CSR ${entry.csr.id} has ${term} at the level ${level}, which there is not`);
    const group = index.grouped ? entry.group : ONE_GROUP;
    const members = listed.groups.get(group) ?? new OrderedList<RoutingCsr>(index.compare);
    members.insert(entry.csr);
    listed.groups.set(group, members);
    listed.size += 1;
  }
}

function unlist(index: StandingIndex, entry: Entry, level: Level | undefined): void {
  const group = index.grouped ? entry.group : ONE_GROUP;
  const members = level?.groups.get(group);
  if (level === undefined || members?.remove(entry.csr) !== true) {
    return;
  }
  level.size -= 1;
  if (members.size === 0) {
    level.groups.delete(group);
  }
}

/** One list to walk: what its level is, and how much all in it keep. */
interface Group {
  readonly list: OrderedList<RoutingCsr>;
  readonly level: number;
  readonly kept: number;
}

/**
 * The lists of a term, those who keep most first and the highest level first among them, so that a good one is found early. `used`
 * is null where losses do not count. Groups that no address makes compatible are left out whole.
 */
function groupsOf(
  levels: Levels | null,
  requirement: Requirement,
  used: Waiting["customerFeatures"] | null,
): readonly Group[] {
  const groups: Group[] = [];
  for (let level = TOP_LEVEL; level >= 1; level -= 1) {
    for (const list of levels?.[level]?.groups.values() ?? []) {
      const first = list.first();
      const kept = used === null || first === null ? 0 : mostKept(first, requirement, used);
      if (kept >= 0) {
        groups.push({ list, level, kept });
      }
    }
  }
  return used === null ? groups : groups.sort((left, right) => right.kept - left.kept);
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
  if (requirement.software !== null) {
    consider(softwareTerm(requirement.software), 1, ofOther);
  }
  if (fewest === Number.POSITIVE_INFINITY) {
    consider(ANYONE, 1, ofOther);
  }
  return [rarest, bound];
}

/** Terms are made anew only when what they come from was exchanged. */
function entryOf(csr: RoutingCsr, former: Entry | undefined): Entry {
  const sameProfile = former?.csr.skills === csr.skills && former.csr.languages === csr.languages;
  if (sameProfile && former.csr.reachable === csr.reachable) {
    return { ...former, csr };
  }
  const profile = sameProfile ? former.profile : profileOf(csr);
  return { csr, profile, terms: [...profile, ...placesOf(csr)], group: reachKey(csr) };
}

function profileOf(csr: RoutingCsr): readonly Term[] {
  const skills = [...csr.skills].map(([skill, level]): Term => [skillTerm(skill), level]);
  const languages = [...new Set(csr.languages)].map((language): Term => [languageTerm(language), 1]);
  return [[ANYONE, 1], ...skills, ...languages];
}

function placesOf(csr: RoutingCsr): readonly Term[] {
  const terms = new Set<string>();
  for (const { address, software = null } of csr.reachable) {
    terms.add(networkTerm(address.network));
    if (software !== null) {
      terms.add(softwareTerm(software));
    }
  }
  return [...terms].map((term): Term => [term, 1]);
}
