/**
 * The CSRs by number. What a scan reads of each stands in typed arrays at that number: the room they have, the bits of what they are, what
 * standing strategies compare. Which terms they have is kept in lists, one for each term, whether they are free or not.
 */
import { strict as assert } from "node:assert";
import type { Address } from "../model.ts";
import { signatureOf } from "./asked.ts";
import { reachKey, roomOf } from "./eligibility.ts";
import { Known } from "./known.ts";
import type { RoutingCsr } from "./routing.ts";
import { HIGH, LOW, ROOM, ROW, STANDINGS } from "./row.ts";
import { SkillSets } from "./skill-sets.ts";
import { writeStandings } from "./strategies.ts";
import { TermList } from "./term-list.ts";
import { ANYONE, csrTerm, placeTerms, profileTerms, SKILL } from "./terms.ts";

/** What of a CSR is looked at to find whom they may serve. */
export interface Server {
  csr: RoutingCsr;
  /** Every term under which those who wait for such a CSR can be filed. */
  readonly terms: readonly string[];
  readonly levels: ReadonlyMap<string, number>;
  readonly low: number;
  readonly high: number;
  /** The numbers of the drawers in which those lie, as of that edition and so many news of it. */
  readonly drawers: number[];
  edition: number;
  news: number;
}

/** A CSR with what follows from who and where they are. */
interface Entry {
  readonly number: number;
  csr: RoutingCsr;
  profile: readonly string[];
  places: readonly string[];
  server: Server;
  lists: readonly TermList[];
  /** Equal for those who are reached alike. */
  group: string;
}

const NO_LEVELS: ReadonlyMap<string, number> = new Map();

function serverOf(
  csr: RoutingCsr,
  terms: readonly string[],
  levels: ReadonlyMap<string, number>,
  low: number,
  high: number,
): Server {
  return { csr, terms: [...terms, csrTerm(csr.id)], levels, low, high, drawers: [], edition: 0, news: 0 };
}

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

  /** By which is found whom that CSR may serve; null when they are not known. */
  server(id: string): Server | null {
    return this.#entries.get(id)?.server ?? null;
  }

  /** One CSR of each way of being reached. */
  *ways(): Iterable<RoutingCsr> {
    for (const { one } of this.#sizes.values()) yield one;
  }

  /** The CSR as they were before, or null. */
  put(csr: RoutingCsr): RoutingCsr | null {
    if (!(Number.isFinite(csr.idleSince) && csr.load >= 0 && csr.capacity >= 0)) {
      assert.fail(`CSR ${csr.id} was put with a load, capacity or time that is no number`);
    }
    const known = this.#entries.get(csr.id);
    const entry = known ?? this.#enter(csr);
    const { csr: former, number } = entry;
    entry.csr = csr;
    entry.server.csr = csr;
    this.csrs[number] = csr;
    if (known !== undefined) this.#follow(entry, former);
    const wasFree = this.isFree(number);
    this.table[number * ROW + ROOM] = roomOf(csr);
    const more = Number(this.isFree(number)) - Number(wasFree);
    writeStandings(this.table, number * ROW + STANDINGS, csr);
    for (const list of entry.lists) {
      list.free += more;
      if (list.isBounded) list.changed(number, this);
    }
    this.sets.changed(number);
    return known === undefined ? null : former;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
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
      profile: [],
      places: [],
      server: serverOf(csr, [], NO_LEVELS, 0, 0),
      lists: [],
      group: "",
    };
    this.#entries.set(csr.id, entry);
    this.csrs[number] = csr;
    this.ids[number] = csr.id;
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
    const { low, high } = signatureOf(entry.csr);
    this.table[entry.number * ROW + LOW] = low;
    this.table[entry.number * ROW + HIGH] = high;
    this.levels[entry.number] = new Map(Object.entries(entry.csr.skills));
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
    const [one, another] = entry.csr.reachable;
    this.soles[entry.number] = one === undefined || another !== undefined ? null : one.address;
    this.#regroup(entry, reachKey(entry.csr));
    this.#gather(entry);
  }

  #gather(entry: Entry): void {
    const terms = [...entry.profile, ...entry.places];
    entry.lists = terms.map((term) => this.#terms.get(term)).filter((list) => list !== undefined);
    const { csr, number } = entry;
    const [low, high] = [this.table[number * ROW + LOW] ?? 0, this.table[number * ROW + HIGH] ?? 0];
    entry.server = serverOf(csr, terms, this.levels[number] ?? NO_LEVELS, low, high);
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
