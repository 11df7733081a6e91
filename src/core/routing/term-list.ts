/** All who have one term, and the bounds by which they have been looked through. */
import { strict as assert } from "node:assert";
import type { Bounds, LookedThrough } from "./bounds.ts";
import type { Staff } from "./staff.ts";

export class TermList implements LookedThrough {
  readonly members: number[] = [];
  /** How many of the members have room. */
  free = 0;
  /** Whether there are bounds, or will be: only of long lists, and few, since few orders of strategies are in use. */
  isBounded = false;
  readonly bounds: Bounds[] = [];
  readonly #at = new Map<number, number>();

  add(number: number, staff: Staff): void {
    if (staff.isFree(number)) this.free += 1;
    this.#at.set(number, this.members.length);
    this.members.push(number);
  }

  remove(number: number, staff: Staff): void {
    const at = this.#at.get(number);
    const last = this.members.pop();
    if (at === undefined || last === undefined) assert.fail(`CSR number ${number} is not in a list of its terms`);
    this.#at.delete(number);
    if (staff.isFree(number)) this.free -= 1;
    if (last === number) return;
    this.members[at] = last;
    this.#at.set(last, at);
    this.changed(last, staff);
  }

  /** A member has come, or changed. */
  changed(number: number, staff: Staff): void {
    if (!this.isBounded) return;
    const at = this.#at.get(number) ?? 0;
    for (const bounds of this.bounds) bounds.changed(at, number, staff);
  }
}
