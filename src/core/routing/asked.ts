/**
 * What is asked for, taken apart once: needs that come again as the same list are not read again. Queues hand out the same lists, and
 * whoever waits is decided on more than once. A decision mostly waits for memory, so all that it reads of a request stands together.
 */
import { type Leaf, type Need, needKey, skillsIn } from "./needs.ts";
import type { RoutingCsr } from "./routing.ts";
import type { SkillSet } from "./skill-sets.ts";
import { languageTerm } from "./terms.ts";

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

/** Needs, taken apart. */
export interface Asked extends SkillPlan {
  /** What is asked of everybody by name, without alternatives. */
  readonly skills: readonly SkillLeaf[];
  /** All the rest. */
  readonly others: readonly Need[];
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
  generation: object | null = null;
  set: SkillSet | null = null;
  least = 0;
  rest: readonly SkillLeaf[] = NOTHING;
  readonly others: readonly Need[];
  low = 0;
  high = 0;
  readonly network: string | null;
  readonly software: string | null;
  readonly isBySkill: boolean;
  readonly skills: readonly SkillLeaf[];
  readonly #needs: readonly Need[];
  #key: string | null = null;
  #skillNames: readonly string[] | null = null;

  constructor(needs: readonly Need[]) {
    const [skills, others]: [SkillLeaf[], Need[]] = [[], []];
    takeApart(needs, skills, others);
    this.others = others.length === 0 ? NOTHING : others;
    for (const { skill, least } of skills) if (least > 0) this.#ask(skill);
    for (const other of others) if (other.kind === "language") this.#ask(languageTerm(other.language));
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

  #ask(name: string): void {
    const bit = bitOf(name);
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

const WORD = 31;
const BITS = 2 * WORD;
const bits = new Map<string, number>();
/** Names whose bits are remembered; requests may come from elsewhere and name anything. */
const MAX_BITS = 10_000;

/** The bit of a skill or of the term of a language, 0 to 61. Several may share one: a set bit is only a hint. */
function bitOf(name: string): number {
  let bit = bits.get(name);
  if (bit === undefined) {
    let hash = 0;
    for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
    bit = ((hash % BITS) + BITS) % BITS;
    if (bits.size >= MAX_BITS) bits.clear();
    bits.set(name, bit);
  }
  return bit;
}

/** The two words of bits of that CSR. */
export function signatureOf({ skills, languages }: RoutingCsr): { readonly low: number; readonly high: number } {
  let low = 0;
  let high = 0;
  for (const name of [...Object.keys(skills), ...languages.map(languageTerm)]) {
    const bit = bitOf(name);
    if (bit < WORD) low |= 1 << bit;
    else high |= 1 << (bit - WORD);
  }
  return { low, high };
}
