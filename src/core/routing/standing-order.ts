/**
 * The members of one long list in one standing order, for walking from the front. Who changed since it was sorted waits beside it,
 * unsorted, until there are so many that merging them in is cheaper than looking at each of them at every walk.
 */
import type { Staff } from "./staff.ts";

/** How many may wait beside the order: a walk looks at all of them, a merge at everybody. */
const BESIDE = 64;
const BESIDE_SHARE = 32;

export class StandingOrder {
  readonly key: string;
  readonly #staff: Staff;
  readonly #standing: readonly number[];
  #sorted: Int32Array = new Int32Array(0);
  /** The version at which each was sorted in: at any other one they are somewhere else by now. */
  #versions: Int32Array = new Int32Array(0);
  #head = 0;
  #beside: number[] = [];

  constructor(key: string, standing: readonly number[], staff: Staff, members: readonly number[]) {
    this.key = key;
    this.#standing = standing;
    this.#staff = staff;
    this.#merge(members);
  }

  /** A member has come, or changed, and has room. */
  changed(number: number): void {
    this.#beside.push(number);
    if (this.#beside.length > BESIDE + this.#sorted.length / BESIDE_SHARE) this.#merge(this.#beside);
  }

  /** Those who have room, in order, until `visit` says that nobody after this one matters. */
  walk(visit: (number: number) => boolean): void {
    const { version } = this.#staff;
    const [sorted, versions] = [this.#sorted, this.#versions];
    for (let at = this.#head; at < sorted.length; at += 1) {
      const number = sorted[at] ?? 0;
      if (versions[at] !== version[number]) {
        if (at === this.#head) this.#head += 1;
      } else if (visit(number)) return;
    }
  }

  /** Those who are to be looked at one by one. */
  beside(): readonly number[] {
    return this.#beside;
  }

  #merge(changed: readonly number[]): void {
    const { room, version } = this.#staff;
    const fresh = [...new Set(changed)].filter((number) => (room[number] ?? -1) > 0);
    fresh.sort((left, right) => this.#staff.compareAll(left, right, this.#standing));
    const [sorted, versions] = [this.#sorted, this.#versions];
    const merged = new Int32Array(sorted.length - this.#head + fresh.length);
    let size = 0;
    let next = 0;
    for (let at = this.#head; at < sorted.length; at += 1) {
      const number = sorted[at] ?? 0;
      if (versions[at] !== version[number]) continue;
      for (; next < fresh.length; next += 1) {
        const other = fresh[next] ?? 0;
        if (this.#staff.compareAll(number, other, this.#standing) < 0) break;
        merged[size++] = other;
      }
      merged[size++] = number;
    }
    for (; next < fresh.length; next += 1) merged[size++] = fresh[next] ?? 0;
    this.#sorted = merged.subarray(0, size);
    this.#versions = this.#sorted.map((number) => version[number] ?? 0);
    this.#head = 0;
    this.#beside = [];
  }
}
