/**
 * Those who have one skill, or several together: of the skills asked for, each further one leaves so few that there is next to nobody to look at
 * in vain. A set is made when first asked for; all are forgotten when anybody's skills change, which they do with the rules.
 */
import type { Asked, SkillLeaf, SkillPlan } from "./asked.ts";
import type { LookedThrough } from "./bounds.ts";
import { isTold, levelAt, MOST_SKILLS } from "./levels.ts";
import type { Staff } from "./staff.ts";

/** Sets, and members of sets, that are kept: beyond that all are forgotten and begun anew. */
const MAX_SETS = 100_000;
const MAX_MEMBERS = 8_000_000;
/** Members up to which another skill is not worth a set of its own. */
const FEW = 12;
const NOTHING: readonly never[] = [];

export interface SkillSet extends LookedThrough {
  readonly skills: readonly string[];
  /** Of each member the levels of those skills, as `levelAt` writes them. */
  readonly levels: Int32Array;
  /** With one more skill. */
  readonly more: Map<string, SkillSet>;
}

export class SkillSets {
  readonly #staff: Staff;
  /** By the rarest skill. */
  readonly #sets = new Map<string, SkillSet>();
  /** At the number of a CSR, the sets with bounds that they are in, each followed by their place in it. */
  readonly #within: (SkillSet | number)[][] = [];
  #generation: object = {};
  #size = 0;
  #members = 0;

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  /** Where those are found who have the skills asked for; null when no skill has to be had. Found once, until the sets are forgotten. */
  planFor(asked: Asked): SkillPlan | null {
    return asked.generation === this.#generation || this.#plan(asked) ? asked : null;
  }

  #plan(asked: Asked): boolean {
    const byRarity = asked.skills
      .filter(({ least }) => least > 0)
      .map(({ skill }) => ({ skill, size: this.#staff.skilled(skill)?.members.length ?? 0 }))
      .sort((left, right) => left.size - right.size);
    const [rarest] = byRarity;
    if (rarest === undefined) return false;
    asked.set = rarest.size === 0 ? null : this.#of(byRarity.map(({ skill }) => skill));
    asked.generation = this.#generation;
    const { least, rest } = toldBy(asked.set?.skills ?? [], asked.skills);
    asked.least = least;
    asked.rest = rest.length === 0 ? NOTHING : rest;
    return true;
  }

  /** That set is looked through by those bounds from now on. */
  bound(set: SkillSet): void {
    if (set.bounds.length > 0) return;
    for (const [place, number] of set.members.entries()) {
      const within = this.#within[number] ?? [];
      within.push(set, place);
      this.#within[number] = within;
    }
  }

  /** That CSR changed. */
  changed(number: number): void {
    if (number >= this.#within.length) return;
    const within = this.#within[number];
    if (within === undefined) return;
    for (let at = 0; at < within.length; at += 2) {
      const [set, place] = [within[at] as SkillSet, within[at + 1] as number];
      for (const bounds of set.bounds) bounds.changed(place, number, this.#staff);
    }
  }

  forget(): void {
    if (this.#size === 0) return;
    this.#sets.clear();
    this.#within.length = 0;
    this.#generation = {};
    this.#size = 0;
    this.#members = 0;
  }

  /** Among whom all are who have those skills: begins with the rarest skill, ends when there are few. */
  #of(skills: readonly string[]): SkillSet | null {
    if (this.#size >= MAX_SETS || this.#members >= MAX_MEMBERS) this.forget();
    let set: SkillSet | null = null;
    for (const skill of new Set(skills)) {
      if (set !== null && (set.members.length <= FEW || set.skills.length >= MOST_SKILLS)) break;
      const sets: Map<string, SkillSet> = set === null ? this.#sets : set.more;
      set = sets.get(skill) ?? this.#make(sets, skill, set);
    }
    return set;
  }

  #make(sets: Map<string, SkillSet>, skill: string, within: SkillSet | null): SkillSet {
    const known = this.#staff.levels;
    const [members, levels, skills]: [number[], number[], string[]] = [[], [], [...(within?.skills ?? []), skill]];
    const wider = within?.members ?? this.#staff.skilled(skill)?.members ?? [];
    for (const [place, number] of wider.entries()) {
      const level = known[number]?.get(skill) ?? 0;
      if (level <= 0) continue;
      members.push(number);
      levels.push((within?.levels[place] ?? 0) | levelAt(skills.length - 1, level));
    }
    const set = { members, skills, levels: Int32Array.from(levels), bounds: [], more: new Map() };
    this.#size += 1;
    this.#members += members.length;
    sets.set(skill, set);
    return set;
  }
}

/** What of the skills asked for is told by the levels kept of those, and what is not. */
export function toldBy(skills: readonly string[], asked: readonly SkillLeaf[]): Pick<SkillPlan, "least" | "rest"> {
  const rest: SkillLeaf[] = [];
  const leasts = skills.map(() => 0);
  for (const leaf of asked) {
    const place = skills.indexOf(leaf.skill);
    if (place >= 0 && isTold(leaf.least)) leasts[place] = Math.max(leasts[place] ?? 0, leaf.least);
    if (place < 0 || !isTold(leaf.least) || leaf.most !== undefined) rest.push(leaf);
  }
  return { least: leasts.reduce((sum, least, place) => sum | levelAt(place, least), 0), rest };
}
