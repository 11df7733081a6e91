/**
 * The CSRs by number. What a scan reads of each stands in typed arrays at that number: the room they have, the bits of what they are, what
 * standing strategies compare. Which terms they have is kept in lists, one for each term, whether they are free or not.
 */
import { strict as assert } from "node:assert";
import type { Address } from "../model.ts";
import { signatureOf } from "./asked.ts";
import { reachKey } from "./eligibility.ts";
import type { Prospect } from "./freed-csrs.ts";
import { Known } from "./known.ts";
import type { RoutingCsr } from "./routing.ts";
import { HIGH, LOW, ROOM, ROW, STANDINGS } from "./row.ts";
import { SkillSets } from "./skill-sets.ts";
import { writeStandings } from "./strategies.ts";
import { TermList } from "./term-list.ts";
import { ANYONE, csrTerm, placeTerms, profileTerms, SKILL } from "./terms.ts";

/** A CSR with what follows from who and where they are, and what is looked at to find whom they may serve. */
export interface Server {
  readonly number: number;
  csr: RoutingCsr;
  /** As `roomOf` says. */
  room: number;
  /** Whether, as they were put the last time, they may serve somebody whom they could not serve before. */
  hasGained: boolean;
  /** Not all tables tell of them as they are now, see `Staff.settle`. */
  isStale: boolean;
  /** Every term under which those who wait for such a CSR can be filed. */
  terms: readonly string[];
  levels: ReadonlyMap<string, number>;
  low: number;
  high: number;
  /** The numbers of the drawers in which those lie, as of that edition and so many news of it. */
  drawers: number[];
  edition: number;
  news: number;
  /** What `FreedCsrs` knows of them: whether they are to be looked at, whether they stand among those, and the first whom they may serve. */
  isNew: boolean;
  isNoted: boolean;
  prospect: Prospect | null;
}

interface Entry extends Server {
  profile: readonly string[];
  places: readonly string[];
  lists: readonly TermList[];
  /** Whether there is anywhere to reach them. */
  isReached: boolean;
  /** Whether their lists count them among those who have room. */
  isCounted: boolean;
  /** Equal for those who are reached alike. */
  group: string;
}

const NO_LEVELS: ReadonlyMap<string, number> = new Map();

export class Staff {
  /** A row for each number. */
  table = new Float64Array(64 * ROW);
  readonly csrs: (RoutingCsr | undefined)[] = [];
  /** Skills and their levels at each number. */
  readonly levels: ReadonlyMap<string, number>[] = [];
  readonly groups: string[] = [];
  readonly ids: string[] = [];
  /** The only address at each number; null where there are several, or none. */
  readonly soles: (Address | null)[] = [];
  readonly sets = new SkillSets(this);
  readonly known = new Known(this);
  readonly #entries = new Map<string, Entry>();
  readonly #terms = new Map<string, TermList>();
  /** The lists of skills by the skill alone. */
  readonly #skills = new Map<string, TermList>();
  readonly #free: number[] = [];
  readonly #stale: Entry[] = [];
  /** How many there are of each group, and one of them. */
  readonly #sizes = new Map<string, { count: number; one: RoutingCsr }>();

  get(id: string): RoutingCsr | null {
    return this.#entries.get(id)?.csr ?? null;
  }

  /** The number of that CSR, or null. */
  numberOf(id: string): number | null {
    return this.#entries.get(id)?.number ?? null;
  }

  all(): readonly RoutingCsr[] {
    return this.csrs.filter((csr) => csr !== undefined);
  }

  list(term: string): TermList | null {
    return this.#terms.get(term) ?? null;
  }

  /** All who have that skill, at whatever level. */
  skilled(skill: string): TermList | null {
    return this.#skills.get(skill) ?? null;
  }

  population(term: string): number {
    return this.#terms.get(term)?.members.length ?? 0;
  }

  servers(): Iterable<Server> {
    return this.#entries.values();
  }

  /** By which is found whom that CSR may serve; null when they are not known. */
  server(id: string): Server | null {
    return this.#entries.get(id) ?? null;
  }

  /** One CSR of each way of being reached. */
  *ways(): Iterable<RoutingCsr> {
    for (const { one } of this.#sizes.values()) yield one;
  }

  /** The CSR as they are now. */
  put(csr: RoutingCsr): Server {
    if (!(Number.isFinite(csr.idleSince) && csr.load >= 0 && csr.capacity >= 0)) {
      assert.fail(`CSR ${csr.id} was put with a load, capacity or time that is no number`);
    }
    const entry = this.#entries.get(csr.id) ?? this.#enter(csr);
    const { number, room: before } = entry;
    const isOther = this.#follow(entry, csr);
    this.csrs[number] = csr;
    const room = entry.isReached && csr.willing ? csr.capacity - csr.load : -1;
    entry.room = room;
    entry.hasGained = isOther || room > before;
    this.table[number * ROW + ROOM] = room;
    if (!entry.isStale) {
      entry.isStale = true;
      this.#stale.push(entry);
    }
    return entry;
  }

  /** Before anybody is looked for: what searches read of those who changed since. Most change again before that. */
  settle(): void {
    if (this.#stale.length === 0) return;
    for (const entry of this.#stale) {
      entry.isStale = false;
      const { number, isCounted, lists, csr } = entry;
      const isFree = entry.room > 0;
      const more = Number(isFree) - Number(isCounted);
      entry.isCounted = isFree;
      writeStandings(this.table, number * ROW + STANDINGS, csr);
      for (const list of lists) {
        list.free += more;
        if (list.isBounded) list.changed(number, this);
      }
      this.sets.changed(number);
    }
    this.#stale.length = 0;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.settle();
    const { number } = entry;
    this.#unlist(entry, [...entry.profile, ...entry.places]);
    this.#forget();
    this.#regroup(entry, null);
    this.#entries.delete(id);
    this.csrs[number] = undefined;
    this.table[number * ROW + ROOM] = -1;
    this.#free.push(number);
  }

  /** Whether the CSR of that number has any room. */
  isFree(number: number): boolean {
    return (this.table[number * ROW + ROOM] as number) > 0;
  }

  /** In code-unit order, the same on every machine. */
  compareIds(left: number, right: number): number {
    const [one, other] = [this.ids[left] ?? "", this.ids[right] ?? ""];
    return one < other ? -1 : one > other ? 1 : 0;
  }

  #enter(csr: RoutingCsr): Entry {
    const number = this.#free.pop() ?? this.csrs.length;
    if (number * ROW >= this.table.length) this.#grow();
    const entry: Entry = {
      number,
      csr,
      room: -1,
      isReached: false,
      hasGained: true,
      isStale: false,
      isCounted: false,
      edition: 0,
      news: 0,
      drawers: [],
      isNew: false,
      isNoted: false,
      prospect: null,
      levels: NO_LEVELS,
      low: 0,
      high: 0,
      terms: [],
      lists: [],
      profile: [],
      places: [],
      group: "",
    };
    this.#entries.set(csr.id, entry);
    this.csrs[number] = csr;
    this.ids[number] = csr.id;
    this.#reprofile(entry);
    this.#replace(entry);
    return entry;
  }

  /** Terms are made anew only when what they come from was exchanged: true when it was. Compared by identity. */
  #follow(entry: Entry, csr: RoutingCsr): boolean {
    const { skills, languages, attributes, reachable } = entry.csr;
    entry.csr = csr;
    const isOther = skills !== csr.skills || languages !== csr.languages || attributes !== csr.attributes;
    if (isOther) this.#reprofile(entry);
    if (reachable === csr.reachable) return isOther;
    this.#replace(entry);
    return true;
  }

  #reprofile(entry: Entry): void {
    const profile = profileTerms(entry.csr);
    this.#relist(entry, entry.profile, profile);
    entry.profile = profile;
    const { low, high } = signatureOf(entry.csr);
    this.table[entry.number * ROW + LOW] = low;
    this.table[entry.number * ROW + HIGH] = high;
    const levels = new Map(Object.entries(entry.csr.skills));
    this.levels[entry.number] = levels;
    [entry.low, entry.high, entry.levels] = [low, high, levels];
    this.#forget();
    this.#gather(entry);
  }

  #forget(): void {
    this.sets.forget();
    this.known.forget();
  }

  #replace(entry: Entry): void {
    const places = placeTerms(entry.csr);
    this.#relist(entry, entry.places, places);
    entry.places = places;
    entry.isReached = entry.csr.reachable.length > 0;
    const [one, another] = entry.csr.reachable;
    this.soles[entry.number] = one === undefined || another !== undefined ? null : one.address;
    this.#regroup(entry, reachKey(entry.csr));
    this.#gather(entry);
  }

  #gather(entry: Entry): void {
    const terms = [...entry.profile, ...entry.places];
    entry.lists = terms.map((term) => this.#terms.get(term)).filter((list) => list !== undefined);
    entry.terms = [...terms, csrTerm(entry.csr.id)];
    entry.drawers = [];
    entry.edition = 0;
  }

  #relist(entry: Entry, before: readonly string[], after: readonly string[]): void {
    this.settle();
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
        if (term.startsWith(SKILL)) this.#skills.set(term.slice(SKILL.length), list);
      }
      list.add(entry.number, this);
    }
  }

  /** A list nobody is in is forgotten: software calls itself what it likes, and comes and goes. */
  #unlist(entry: Entry, terms: readonly string[]): void {
    for (const term of terms) {
      const list = this.#terms.get(term);
      list?.remove(entry.number, this);
      if (list?.members.length !== 0 || term === ANYONE) continue;
      this.#terms.delete(term);
      if (term.startsWith(SKILL)) this.#skills.delete(term.slice(SKILL.length));
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
    const table = new Float64Array(this.table.length * 2);
    table.set(this.table);
    this.table = table;
  }
}
