/**
 * What is asked for, taken apart once: needs that come again as the same list are not read again. Queues hand out the same lists, and
 * whoever waits is decided on more than once. A decision mostly waits for memory, so all that it reads of a request stands together.
 */
import { isPlaced, type Leaf, type Need, needKey, skillsIn } from "./needs.ts";
import type { RoutingCsr } from "./routing.ts";
import type { SkillSet } from "./skill-sets.ts";

export type SkillLeaf = Extract<Leaf, { kind: "skill" }>;

/** Where to look for those who have the skills that are asked for, as it was found the last time. */
export interface SkillPlan {
  /** That of the skill sets at that time; of no use when they have another. */
  generation: object | null;
  /** Null when nobody has one of the skills. */
  set: SkillSet | null;
  /** What the levels kept in the set must reach. */
  least: number;
  /** The skills of which these do not tell enough. */
  rest: readonly SkillLeaf[];
}

/** Who meets the needs by what they are, as it was found the last time. */
export interface Known {
  /** That of the known at that time; of no use when they have another. */
  knownBy: object | null;
  /** How many, in the arena of the known from `from` on; `UNKNOWN`, or `TOO_MANY` to be listed. */
  count: number;
  from: number;
}
/** Asked for once: a list pays only for those who ask again. */
export const UNKNOWN = -1;
export const TOO_MANY = -2;

/** Needs, taken apart. */
export interface Asked extends SkillPlan, Known {
  /** What is asked of everybody by name, without alternatives. */
  readonly skills: readonly SkillLeaf[];
  /** All the rest. */
  readonly others: readonly Need[];
  /** Of these, what the bits below do not tell. */
  readonly untold: readonly Need[];
  /** Of these, what hangs on where the CSR can be reached now. */
  readonly placed: readonly Need[];
  /** Skills are asked for, and the rest is nothing that narrows it down to a few: looking under the skills is as good as can be. */
  readonly isBySkill: boolean;
  /** Bits of which a CSR who will do has every one, two words of 31: a first look that saves most of the others. */
  readonly low: number;
  readonly high: number;
  /** The network and the software that are asked for outright, or null. */
  readonly network: string | null;
  readonly software: string | null;
  /** Equal for equal needs. */
  readonly key: string;
  /** Each skill once, wherever it is asked for: what `most-skilled` goes by. */
  readonly skillNames: readonly string[];
}

const taken = new WeakMap<readonly Need[], Asked>();

/** One and the same for one and the same list. */
export function askedIn(needs: readonly Need[]): Asked {
  let asked = taken.get(needs);
  if (asked === undefined) {
    asked = new TakenApart(needs);
    taken.set(needs, asked);
  }
  return asked;
}

const shared = new Map<string, readonly Need[]>();
/** Lists of needs that are shared: what customers are asked may become part of them, so beyond that all are begun anew. */
const MAX_SHARED = 20_000;

/** One and the same list for equal needs, so that it is taken apart once: to be used where requests are made. */
export function sharedNeeds(needs: readonly Need[]): readonly Need[] {
  const key = keyOf(needs);
  const known = shared.get(key);
  if (known !== undefined) return known;
  if (shared.size >= MAX_SHARED) shared.clear();
  shared.set(key, needs);
  return needs;
}

function keyOf(needs: readonly Need[]): string {
  return needs.map(needKey).join("\u0002");
}

/** One for all, so that it need not be fetched. */
const NOTHING: readonly never[] = [];

class TakenApart implements Asked {
  // What every decision reads comes first.
  knownBy: object | null = null;
  count = UNKNOWN;
  from = 0;
  readonly placed: readonly Need[];
  readonly network: string | null;
  readonly software: string | null;
  generation: object | null = null;
  set: SkillSet | null = null;
  least = 0;
  rest: readonly SkillLeaf[] = NOTHING;
  readonly others: readonly Need[];
  readonly untold: readonly Need[];
  low = 0;
  high = 0;
  readonly isBySkill: boolean;
  readonly skills: readonly SkillLeaf[];
  readonly #needs: readonly Need[];
  #key: string | null = null;
  #skillNames: readonly string[] | null = null;

  constructor(needs: readonly Need[]) {
    const [skills, others]: [SkillLeaf[], Need[]] = [[], []];
    takeApart(needs, skills, others);
    this.others = orNothing(others);
    this.untold = orNothing(others.filter((need) => need.kind !== "language" || !isToldByBit(need.language)));
    this.placed = orNothing(others.filter(isPlaced));
    for (const { skill, least } of skills) if (least > 0) this.#ask(bitOfSkill(skill));
    for (const other of others) if (other.kind === "language") this.#ask(bitOfLanguage(other.language));
    this.network = needs.find((need) => need.kind === "network")?.network ?? null;
    this.software = needs.find((need) => need.kind === "software")?.software ?? null;
    const isWide = others.every(({ kind }) => kind === "language" || kind === "not" || kind === "network");
    this.isBySkill = skills.length > 0 && isWide;
    this.skills = skills;
    this.#needs = needs;
  }

  get key(): string {
    this.#key ??= keyOf(this.#needs);
    return this.#key;
  }

  get skillNames(): readonly string[] {
    this.#skillNames ??= [...new Set(this.#needs.flatMap(skillsIn))];
    return this.#skillNames;
  }

  #ask(bit: number): void {
    if (bit < WORD) this.low |= 1 << bit;
    else this.high |= 1 << (bit - WORD);
  }
}

function takeApart(needs: readonly Need[], skills: SkillLeaf[], others: Need[]): void {
  for (const need of needs) {
    if (need.kind === "skill") skills.push(need);
    else if (need.kind === "all") takeApart(need.of, skills, others);
    else others.push(need);
  }
}

function orNothing<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NOTHING : list;
}

const WORD = 31;
const BITS = 2 * WORD;
/** The first of them are languages': one for each, until but one is left, which the others share. */
const LANGUAGE_BITS = 15;
const SHARED_BIT = LANGUAGE_BITS - 1;
const languages = new Map<string, number>();
const skillBits = new Map<string, number>();
/** Names whose bits are remembered; requests may come from elsewhere and name anything. */
const MAX_BITS = 10_000;

function bitOfLanguage(language: string): number {
  let bit = languages.get(language);
  if (bit === undefined) {
    if (languages.size >= SHARED_BIT) return SHARED_BIT;
    bit = languages.size;
    languages.set(language, bit);
  }
  return bit;
}

/** Whether the bit of that language is nobody else's. */
function isToldByBit(language: string): boolean {
  return bitOfLanguage(language) !== SHARED_BIT;
}

/** Several skills may share one: a set bit is only a hint. */
function bitOfSkill(skill: string): number {
  let bit = skillBits.get(skill);
  if (bit === undefined) {
    let hash = 0;
    for (let index = 0; index < skill.length; index += 1) hash = (Math.imul(hash, 31) + skill.charCodeAt(index)) | 0;
    bit = LANGUAGE_BITS + ((hash >>> 0) % (BITS - LANGUAGE_BITS));
    if (skillBits.size >= MAX_BITS) skillBits.clear();
    skillBits.set(skill, bit);
  }
  return bit;
}

/** The two words of bits of that CSR. */
export function signatureOf(csr: RoutingCsr): { readonly low: number; readonly high: number } {
  let low = 0;
  let high = 0;
  for (const bit of [...Object.keys(csr.skills).map(bitOfSkill), ...csr.languages.map(bitOfLanguage)]) {
    if (bit < WORD) low |= 1 << bit;
    else high |= 1 << (bit - WORD);
  }
  return { low, high };
}
