/**
 * The CSRs by number. What a scan reads of each stands in typed arrays at that number: the room they have, the bits of their skills, what
 * standing strategies compare. Which terms they have is kept in lists, one for each term, whether they are free or not.
 */
import { strict as assert } from "node:assert";
import { reachKey, roomOf, signatureOf } from "./eligibility.ts";
import type { RoutingCsr } from "./routing.ts";
import type { StandingOrder } from "./standing-order.ts";
import { STANDING_COUNT, standingsOf } from "./strategies.ts";
import { ANYONE, csrTerm, placeTerms, profileTerms } from "./terms.ts";

/** All who have one term. */
export class TermList {
  readonly members: number[] = [];
  /** The orders in which somebody has asked for them; only of long lists. */
  readonly orders: StandingOrder[] = [];
  readonly #at = new Map<number, number>();

  add(number: number): void {
    this.#at.set(number, this.members.length);
    this.members.push(number);
  }

  remove(number: number): void {
    const at = this.#at.get(number);
    const last = this.members.pop();
    assert(at !== undefined && last !== undefined, `CSR number ${number} is not in a list of its terms`);
    this.#at.delete(number);
    if (last === number) return;
    this.members[at] = last;
    this.#at.set(last, at);
  }
}

/** A CSR with what follows from who and where they are. */
interface Entry {
  readonly number: number;
  csr: RoutingCsr;
  profile: readonly string[];
  places: readonly string[];
  lists: readonly TermList[];
  /** Equal for those who are reached alike. */
  group: string;
}

export class Staff {
  /** Room at each number; below 0 of whoever takes nothing. */
  room = new Float64Array(64);
  low = new Int32Array(64);
  high = new Int32Array(64);
  /** Rises with every change of a CSR, so that an older place in an order is known for what it is. */
  version = new Int32Array(64);
  /** At the place of a standing strategy, the number of every CSR by it. */
  readonly standings: Float64Array[] = Array.from({ length: STANDING_COUNT }, () => new Float64Array(64));
  readonly csrs: (RoutingCsr | undefined)[] = [];
  readonly groups: string[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #terms = new Map<string, TermList>();
  readonly #free: number[] = [];
  /** How many there are of each group, and one of them. */
  readonly #sizes = new Map<string, { count: number; one: RoutingCsr }>();

  get(id: string): RoutingCsr | null {
    return this.#entries.get(id)?.csr ?? null;
  }

  /** The number of that CSR, or null. */
  numberOf(id: string): number | null {
    return this.#entries.get(id)?.number ?? null;
  }

  all(): Iterable<RoutingCsr> {
    return this.csrs.filter((csr) => csr !== undefined);
  }

  list(term: string): TermList | null {
    return this.#terms.get(term) ?? null;
  }

  population(term: string): number {
    return this.#terms.get(term)?.members.length ?? 0;
  }

  /** Every term under which those who wait for such a CSR can be filed. */
  termsOf(id: string): readonly string[] {
    const entry = this.#entries.get(id);
    return entry === undefined ? [] : [...entry.profile, ...entry.places, csrTerm(id)];
  }

  /** One CSR of each way of being reached. */
  *ways(): Iterable<RoutingCsr> {
    for (const { one } of this.#sizes.values()) yield one;
  }

  put(csr: RoutingCsr): void {
    assert(
      Number.isFinite(csr.idleSince) && csr.load >= 0 && csr.capacity >= 0,
      `CSR ${csr.id} was put with a load, capacity or time that is no number`,
    );
    const entry = this.#entries.get(csr.id) ?? this.#enter(csr);
    const { csr: former, number } = entry;
    entry.csr = csr;
    this.csrs[number] = csr;
    if (former !== csr) this.#follow(entry, former);
    this.room[number] = roomOf(csr);
    this.version[number] = ((this.version[number] ?? 0) + 1) | 0;
    const values = standingsOf(csr);
    for (let at = 0; at < STANDING_COUNT; at += 1) {
      const column = this.standings[at];
      if (column !== undefined) column[number] = values[at] ?? 0;
    }
    if (this.room[number] > 0) for (const list of entry.lists) for (const order of list.orders) order.changed(number);
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { number } = entry;
    this.#unlist(entry, [...entry.profile, ...entry.places]);
    this.#regroup(entry, null);
    this.#entries.delete(id);
    this.csrs[number] = undefined;
    this.room[number] = -1;
    this.version[number] = ((this.version[number] ?? 0) + 1) | 0;
    this.#free.push(number);
  }

  /** Below 0 when the left one comes first by those standing strategies. */
  compare(left: number, right: number, standing: readonly number[]): number {
    for (const at of standing) {
      const column = this.standings[at];
      const difference = (column?.[left] ?? 0) - (column?.[right] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The same with the id at last, in code-unit order, the same on every machine: never 0 for two. */
  compareAll(left: number, right: number, standing: readonly number[]): number {
    return this.compare(left, right, standing) || this.compareIds(left, right);
  }

  compareIds(left: number, right: number): number {
    const [one, other] = [this.csrs[left]?.id ?? "", this.csrs[right]?.id ?? ""];
    return one < other ? -1 : one > other ? 1 : 0;
  }

  #enter(csr: RoutingCsr): Entry {
    const number = this.#free.pop() ?? this.csrs.length;
    if (number >= this.room.length) this.#grow();
    const entry: Entry = { number, csr, profile: [], places: [], lists: [], group: "" };
    this.#entries.set(csr.id, entry);
    this.csrs[number] = csr;
    this.#reprofile(entry);
    this.#replace(entry);
    return entry;
  }

  /** Terms are made anew only when what they come from was exchanged. */
  #follow(entry: Entry, former: RoutingCsr): void {
    const { csr } = entry;
    const { skills, languages, attributes, reachable } = former;
    if (skills !== csr.skills || languages !== csr.languages || attributes !== csr.attributes) this.#reprofile(entry);
    if (reachable !== csr.reachable) this.#replace(entry);
  }

  #reprofile(entry: Entry): void {
    const profile = profileTerms(entry.csr);
    this.#relist(entry, entry.profile, profile);
    entry.profile = profile;
    const { low, high } = signatureOf(entry.csr.skills);
    this.low[entry.number] = low;
    this.high[entry.number] = high;
    this.#gather(entry);
  }

  #replace(entry: Entry): void {
    const places = placeTerms(entry.csr);
    this.#relist(entry, entry.places, places);
    entry.places = places;
    this.#regroup(entry, reachKey(entry.csr));
    this.#gather(entry);
  }

  #gather(entry: Entry): void {
    const terms = [...entry.profile, ...entry.places];
    entry.lists = terms.map((term) => this.#terms.get(term)).filter((list) => list !== undefined);
  }

  #relist(entry: Entry, before: readonly string[], after: readonly string[]): void {
    this.#unlist(
      entry,
      before.filter((term) => !after.includes(term)),
    );
    for (const term of after) {
      if (before.includes(term)) continue;
      let list = this.#terms.get(term);
      if (list === undefined) {
        list = new TermList();
        this.#terms.set(term, list);
      }
      list.add(entry.number);
    }
  }

  /** A list nobody is in is forgotten: software calls itself what it likes, and comes and goes. */
  #unlist(entry: Entry, terms: readonly string[]): void {
    for (const term of terms) {
      const list = this.#terms.get(term);
      list?.remove(entry.number);
      if (list?.members.length === 0 && term !== ANYONE) this.#terms.delete(term);
    }
  }

  #regroup(entry: Entry, group: string | null): void {
    const former = this.#sizes.get(entry.group);
    if (former !== undefined && entry.group !== group) {
      former.count -= 1;
      if (former.count <= 0) this.#sizes.delete(entry.group);
    }
    if (group === null) return;
    const size = this.#sizes.get(group);
    if (size === undefined) this.#sizes.set(group, { count: 1, one: entry.csr });
    else if (entry.group !== group) size.count += 1;
    entry.group = group;
    this.groups[entry.number] = group;
  }

  #grow(): void {
    const size = this.room.length * 2;
    const grown = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.room = grown(this.room, new Float64Array(size));
    this.low = grown(this.low, new Int32Array(size));
    this.high = grown(this.high, new Int32Array(size));
    this.version = grown(this.version, new Int32Array(size));
    for (const [at, column] of this.standings.entries()) this.standings[at] = grown(column, new Float64Array(size));
  }
}
