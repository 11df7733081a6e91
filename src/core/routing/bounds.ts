/**
 * What a search reads of a long list, side by side in the order of its members, and a bound for each block of them: the least that anybody
 * in it can stand at by the first two standing strategies. A search leaves out every block that cannot hold anybody better than
 * the best so far. A bound may be too low, never too high: it is lowered when a member comes to stand lower, and set right when the block is
 * looked through the next time.
 */
import { HIGH, LOW, ROOM, ROW } from "./row.ts";
import type { Staff } from "./staff.ts";

/** Members of a block: as many as are looked through in about the time a block is found. */
export const BLOCK = 32;
const SHIFT = 5;
/** Where whoever has no room at all stands. */
export const NO_ROOM = Number.POSITIVE_INFINITY;

/** A list of CSRs by number, and the bounds by which it has been looked through: few, since few orders of strategies are in use. */
export interface LookedThrough {
  readonly members: readonly number[];
  readonly bounds: Bounds[];
}

export class Bounds {
  readonly key: string;
  /** Places in a row of the table; `ROOM` where there is no such strategy. */
  readonly first: number;
  readonly second: number;
  /** Two numbers of each member: where they stand by both strategies, or `NO_ROOM`. */
  standings = new Float64Array(0);
  /** The two words of bits of each. */
  bits = new Int32Array(0);
  /** Two numbers for each block. */
  #least = new Float64Array(0);
  /** Of each block, whether its bound may be too low. */
  #isLoose = new Uint8Array(0);
  #blocks = 0;

  constructor(key: string, first: number, second: number, members: readonly number[], staff: Staff) {
    this.key = key;
    this.first = first;
    this.second = second;
    for (const [place, number] of members.entries()) this.changed(place, number, staff);
  }

  /** The member at that place has come, or changed. */
  changed(place: number, number: number, { table }: Staff): void {
    if (place * 2 >= this.standings.length) this.#grow(place);
    const row = number * ROW;
    const hasRoom = (table[row + ROOM] as number) > 0;
    const one = !hasRoom ? NO_ROOM : this.first === ROOM ? 0 : (table[row + this.first] as number);
    const other = this.second === ROOM ? 0 : (table[row + this.second] as number);
    this.standings[place * 2] = one;
    this.standings[place * 2 + 1] = other;
    this.bits[place * 2] = table[row + LOW] as number;
    this.bits[place * 2 + 1] = table[row + HIGH] as number;
    this.#follow(place >> SHIFT, one, other);
  }

  /** Whether everybody in that block who has room is behind somebody who stands so. */
  isBehind(block: number, first: number, second: number): boolean {
    const least = this.#least[block * 2] as number;
    return least === NO_ROOM || least > first || (least === first && (this.#least[block * 2 + 1] as number) > second);
  }

  /** The block whose bound is the least. */
  lowest(): number {
    let lowest = 0;
    let least = this.#least[0] as number;
    for (let at = 2; at < this.#blocks * 2; at += 2) {
      const bound = this.#least[at] as number;
      if (bound > least) continue;
      if (bound === least && (this.#least[at + 1] as number) >= (this.#least[lowest + 1] as number)) continue;
      lowest = at;
      least = bound;
    }
    return lowest >> 1;
  }

  /** Sets the bound of a block right. */
  tighten(block: number, end: number): void {
    if (this.#isLoose[block] === 0) return;
    let first = NO_ROOM;
    let second = Number.POSITIVE_INFINITY;
    for (let place = block * BLOCK; place < end; place += 1) {
      const one = this.standings[place * 2] as number;
      if (one > first) continue;
      const other = this.standings[place * 2 + 1] as number;
      if (one === first && other >= second) continue;
      first = one;
      second = other;
    }
    this.#least[block * 2] = first;
    this.#least[block * 2 + 1] = second;
    this.#isLoose[block] = 0;
  }

  #follow(block: number, first: number, second: number): void {
    if (block >= this.#blocks) this.#blocks = block + 1;
    const least = this.#least[block * 2] as number;
    if (first > least || (first === least && second >= (this.#least[block * 2 + 1] as number))) {
      this.#isLoose[block] = 1;
      return;
    }
    this.#least[block * 2] = first;
    this.#least[block * 2 + 1] = second;
  }

  #grow(place: number): void {
    const size = Math.max(BLOCK * 2, (place + 1) * 2);
    const [standings, bits] = [new Float64Array(size * 2), new Int32Array(size * 2)];
    const blocks = (size >> SHIFT) + 1;
    // Nobody is there yet: a block without members is behind everybody.
    const least = new Float64Array(blocks * 2).fill(NO_ROOM);
    const isLoose = new Uint8Array(blocks);
    standings.set(this.standings);
    bits.set(this.bits);
    least.set(this.#least);
    isLoose.set(this.#isLoose);
    [this.standings, this.bits, this.#least, this.#isLoose] = [standings, bits, least, isLoose];
  }
}
