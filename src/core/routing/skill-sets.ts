/**
 * Those who have several skills together: of the skills asked for, each further one leaves so few that there is next to nobody to look at in
 * vain. A set is made when first asked for; all are forgotten when anybody's skills change, which they do with the rules.
 */
import type { Bounds } from "./bounds.ts";
import type { Staff } from "./staff.ts";

/** Sets, and members of sets, that are kept: beyond that all are forgotten and begun anew. */
const MAX_SETS = 100_000;
const MAX_MEMBERS = 8_000_000;
/** Members up to which another skill is not worth a set of its own. */
const FEW = 24;

export interface SkillSet {
  readonly members: readonly number[];
  /** Only of long sets, by which they have been looked through. */
  readonly bounds: Bounds[];
  /** With one more skill. */
  readonly more: Map<string, SkillSet>;
}

export class SkillSets {
  readonly #staff: Staff;
  /** By the rarest skill. */
  readonly #sets = new Map<string, SkillSet>();
  /** At the number of a CSR, the sets with bounds that they are in, each followed by their place in it. */
  readonly #within: (SkillSet | number)[][] = [];
  #size = 0;
  #members = 0;

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  /** CSRs among whom all are who have those skills: begins with the rarest skill, ends when there are few. Null of no skills. */
  of(skills: readonly string[]): SkillSet | null {
    if (this.#size >= MAX_SETS || this.#members >= MAX_MEMBERS) this.forget();
    let set: SkillSet | null = null;
    for (const skill of skills) {
      if (set !== null && set.members.length <= FEW) break;
      const sets: Map<string, SkillSet> = set === null ? this.#sets : set.more;
      set = sets.get(skill) ?? this.#make(sets, skill, set);
    }
    return set;
  }

  /** That set is looked through by those bounds from now on. */
  bound(set: SkillSet, bounds: Bounds): void {
    if (set.bounds.length === 0) {
      for (const [place, number] of set.members.entries()) {
        const within = this.#within[number] ?? [];
        within.push(set, place);
        this.#within[number] = within;
      }
    }
    set.bounds.push(bounds);
  }

  /** That CSR changed. */
  changed(number: number): void {
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
    this.#size = 0;
    this.#members = 0;
  }

  #make(sets: Map<string, SkillSet>, skill: string, within: SkillSet | null): SkillSet {
    const { levels } = this.#staff;
    // The first is the list of the skill itself: forgotten with all others when it changes.
    const members =
      within === null
        ? (this.#staff.skilled(skill)?.members ?? [])
        : within.members.filter((number) => levels[number]?.has(skill) === true);
    const set = { members, bounds: [], more: new Map() };
    this.#size += 1;
    this.#members += within === null ? 0 : members.length;
    sets.set(skill, set);
    return set;
  }
}
