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

export class Bounds {
  readonly key: string;
  /** Places in a row of the table; `ROOM` where there is no such strategy. */
  readonly first: number;
  readonly second: number;
  /** Three numbers of each member: room, and where they stand by both strategies. */
  standings = new Float64Array(0);
  /** The two words of bits of each. */
  bits = new Int32Array(0);
  /** Two numbers for each block. */
  #least = new Float64Array(0);
  #blocks = 0;

  constructor(key: string, first: number, second: number, members: readonly number[], staff: Staff) {
    this.key = key;
    this.first = first;
    this.second = second;
    for (const [place, number] of members.entries()) this.changed(place, number, staff);
  }

  /** The member at that place has come, or changed. */
  changed(place: number, number: number, { table }: Staff): void {
    if (place * 3 >= this.standings.length) this.#grow(place);
    const row = number * ROW;
    const room = table[row + ROOM] as number;
    const one = this.first === ROOM ? 0 : (table[row + this.first] as number);
    const other = this.second === ROOM ? 0 : (table[row + this.second] as number);
    this.standings[place * 3] = room;
    this.standings[place * 3 + 1] = one;
    this.standings[place * 3 + 2] = other;
    this.bits[place * 2] = table[row + LOW] as number;
    this.bits[place * 2 + 1] = table[row + HIGH] as number;
    if (room > 0) this.#lower(place >> SHIFT, one, other);
  }

  /** Whether everybody in that block is behind somebody who stands so. */
  isBehind(block: number, first: number, second: number): boolean {
    const least = this.#least[block * 2] as number;
    return least > first || (least === first && (this.#least[block * 2 + 1] as number) > second);
  }

  /** The block whose bound is the least. */
  lowest(): number {
    let lowest = 0;
    for (let at = 2; at < this.#blocks * 2; at += 2) {
      const [least, known] = [this.#least[at] as number, this.#least[lowest] as number];
      if (least > known) continue;
      if (least < known || (this.#least[at + 1] as number) < (this.#least[lowest + 1] as number)) lowest = at;
    }
    return lowest / 2;
  }

  /** Sets the bound of a block right. */
  tighten(block: number, end: number): void {
    let first = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (let place = block * BLOCK; place < end; place += 1) {
      if ((this.standings[place * 3] as number) <= 0) continue;
      const one = this.standings[place * 3 + 1] as number;
      const other = this.standings[place * 3 + 2] as number;
      if (one > first || (one === first && other >= second)) continue;
      first = one;
      second = other;
    }
    this.#least[block * 2] = first;
    this.#least[block * 2 + 1] = second;
  }

  #lower(block: number, first: number, second: number): void {
    this.#blocks = Math.max(this.#blocks, block + 1);
    const least = this.#least[block * 2] as number;
    if (first > least || (first === least && second >= (this.#least[block * 2 + 1] as number))) return;
    this.#least[block * 2] = first;
    this.#least[block * 2 + 1] = second;
  }

  #grow(place: number): void {
    const size = Math.max(BLOCK * 8, (place + 1) * 2);
    const [standings, bits] = [new Float64Array(size * 3), new Int32Array(size * 2)];
    // Nobody is there yet: a block without members is behind everybody.
    const least = new Float64Array(((size >> SHIFT) + 1) * 2).fill(Number.POSITIVE_INFINITY);
    standings.set(this.standings);
    bits.set(this.bits);
    least.set(this.#least);
    [this.standings, this.bits, this.#least] = [standings, bits, least];
  }
}
