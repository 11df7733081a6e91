/**
 * Who meets what is asked for by what they are: found when the same needs come again, kept side by side in one array, forgotten when anybody's
 * profile changes. Of them it only remains to see who has room, and who is first. Lists that would be long are not made: those of one
 * skill are shared by all who ask for it (`SkillSets`).
 */
import { type Asked, TOO_MANY, UNKNOWN } from "./asked.ts";
import { meets } from "./needs.ts";
import type { RoutingCsr } from "./routing.ts";
import { HIGH, LOW, ROW } from "./row.ts";
import type { Staff } from "./staff.ts";

/** Members up to which a list is made. */
const MOST_KNOWN = 48;
/** Candidates up to which they are gone through for it. */
const MOST_LOOKED_AT = 2_048;
/** Numbers that are kept; beyond that all lists are begun anew. */
const MAX_NUMBERS = 4_000_000;

export class Known {
  /** The numbers of the members of all lists; `Asked` knows from where to where. */
  numbers = new Int32Array(1_024);
  readonly #staff: Staff;
  #generation: object = {};
  #used = 0;

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  /** Somebody came, went, or is not what they were. */
  forget(): void {
    if (this.#used === 0) return;
    this.#generation = {};
    this.#used = 0;
  }

  /** Whether there is a list for these needs. */
  isListed(asked: Asked): boolean {
    return asked.knownBy === this.#generation && asked.count >= 0;
  }

  /** Whether there may be one. */
  mayBeListed(asked: Asked): boolean {
    return asked.knownBy !== this.#generation || asked.count === UNKNOWN;
  }

  /** True when there is one now. `among`: lists of whom one holds whoever meets the needs, asked for to make one. */
  list(asked: Asked, among: () => readonly (readonly number[])[]): boolean {
    if (asked.knownBy === this.#generation) return this.#make(asked, among());
    asked.knownBy = this.#generation;
    asked.count = UNKNOWN;
    // So that `forget` knows of it.
    if (this.#used === 0) this.#used = 1;
    return false;
  }

  #make(asked: Asked, among: readonly (readonly number[])[]): boolean {
    const found =
      among.reduce((sum, { length }) => sum + length, 0) > MOST_LOOKED_AT ? null : this.#found(asked, among);
    asked.count = found === null ? TOO_MANY : found.length;
    if (found === null) return false;
    this.#reserve(found.length);
    asked.knownBy = this.#generation;
    asked.from = this.#used;
    this.numbers.set(found, this.#used);
    this.#used += found.length;
    return true;
  }

  /** Null when they are too many. */
  #found(asked: Asked, among: readonly (readonly number[])[]): readonly number[] | null {
    const found = new Set<number>();
    const statics = asked.others.filter((need) => !asked.placed.includes(need));
    const { table, csrs, levels } = this.#staff;
    for (const list of among) {
      for (const number of list) {
        const row = number * ROW;
        if (((table[row + LOW] as number) & asked.low) !== asked.low) continue;
        if (((table[row + HIGH] as number) & asked.high) !== asked.high) continue;
        const csr = csrs[number] as RoutingCsr;
        const has = levels[number] as ReadonlyMap<string, number>;
        const isSkilled = asked.skills.every(({ skill, least, most = Number.POSITIVE_INFINITY }) => {
          const level = has.get(skill) ?? 0;
          return level >= least && level <= most;
        });
        if (!isSkilled || !statics.every((need) => meets(csr, need))) continue;
        found.add(number);
        if (found.size > MOST_KNOWN) return null;
      }
    }
    return [...found];
  }

  #reserve(count: number): void {
    if (this.#used + count > MAX_NUMBERS) {
      this.#generation = {};
      this.#used = 1;
    }
    if (this.#used + count <= this.numbers.length) return;
    const numbers = new Int32Array(this.numbers.length * 2 + count);
    numbers.set(this.numbers);
    this.numbers = numbers;
  }
}
