/**
 * Who may serve whom: what is asked for, network or software, exclusions, free capacity, and the address that loses least.
 * Everything else in this folder is about finding such pairs quickly; the meaning is here and in needs.ts alone.
 */
import type { Address, Feature } from "../model.ts";
import { type Leaf, meets, mightMeet, type Need, needKey, skillsIn } from "./needs.ts";
import type { Loss, Reachable, RoutingCsr, Waiting } from "./routing.ts";
import { languageTerm } from "./terms.ts";

type SkillLeaf = Extract<Leaf, { kind: "skill" }>;

/** What one who waits asks for, taken apart. */
export interface Requirement {
  /** What is asked of everybody by name, without alternatives. */
  readonly skills: readonly SkillLeaf[];
  /** All the rest. */
  readonly others: readonly Need[];
  /** Whether the rest is nothing that narrows it down to a few, so that looking under the skills is as good. */
  readonly areOthersWide: boolean;
  /** The network the CSR must be on, or null when translation is allowed. */
  readonly network: string | null;
  /** The software the CSR must have, on whatever network; null when any will do. */
  readonly software: string | null;
  readonly excluded: readonly string[];
  readonly only: string | null;
  /** The room it takes. */
  readonly weight: number;
  /** Bits of which a CSR who will do has every one, two words of 31: a first look that saves most of the others. */
  readonly low: number;
  readonly high: number;
}

export function requirementOf(waiting: Waiting): Requirement {
  const skills: SkillLeaf[] = [];
  const others: Need[] = [];
  takeApart(waiting.needs, skills, others);
  let low = 0;
  let high = 0;
  for (const { skill, least } of skills) {
    const bit = least > 0 ? bitOf(skill) : NO_BIT;
    if (bit < WORD) low |= 1 << bit;
    else if (bit < NO_BIT) high |= 1 << (bit - WORD);
  }
  for (const other of others) {
    const bit = other.kind === "language" ? bitOf(languageTerm(other.language)) : NO_BIT;
    if (bit < WORD) low |= 1 << bit;
    else if (bit < NO_BIT) high |= 1 << (bit - WORD);
  }
  const { excluded, only, weight = 1 } = waiting;
  const { network, software } = likenessOf(waiting);
  const areOthersWide = others.every(({ kind }) => kind === "language" || kind === "not" || kind === "network");
  return { skills, others, areOthersWide, network, software, excluded, only, weight, low, high };
}

function takeApart(needs: readonly Need[], skills: SkillLeaf[], others: Need[]): void {
  for (const need of needs) {
    if (need.kind === "skill") skills.push(need);
    else if (need.kind === "all") takeApart(need.of, skills, others);
    else others.push(need);
  }
}

/** The skills asked for, each once: what `most-skilled` goes by. */
export function skillsAskedFor({ skills, others }: Requirement): readonly string[] {
  return [...new Set([...skills, ...others].flatMap(skillsIn))];
}

const WORD = 31;
const NO_BIT = 2 * WORD;
const bits = new Map<string, number>();
/** Names whose bits are remembered; requests may come from elsewhere and name anything. */
const MAX_BITS = 10_000;

/** The bit of a skill or of the term of a language, 0 to 61. Several may share one: a set bit is only a hint. */
function bitOf(name: string): number {
  let bit = bits.get(name);
  if (bit === undefined) {
    let hash = 0;
    for (let index = 0; index < name.length; index += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
    bit = ((hash % NO_BIT) + NO_BIT) % NO_BIT;
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

/** What the queue's compatibility, or a network or software that is asked for outright, wants of the address where the CSR is reached. */
type Likeness = Pick<Requirement, "network" | "software">;

function likenessOf(waiting: Waiting): Likeness {
  const { network, software } = alike(waiting);
  if (waiting.needs.length === 0) return { network, software };
  const asked = waiting.needs;
  return {
    network: network ?? asked.find((need) => need.kind === "network")?.network ?? null,
    software: software ?? asked.find((need) => need.kind === "software")?.software ?? null,
  };
}

function alike({ compatibility, customerNetwork, customerSoftware = null }: Waiting): Likeness {
  switch (compatibility) {
    case "same-software":
      return customerSoftware === null
        ? { network: customerNetwork, software: null }
        : { network: null, software: customerSoftware };
    case "same-network":
      return { network: customerNetwork, software: null };
    case "translated":
      return { network: null, software: null };
  }
}

/** One name for one software, however its versions spell it; null where it has none. */
export function softwareKey(name: string | null): string | null {
  const key = (name ?? "").trim().toLowerCase();
  return key === "" ? null : key;
}

const needKeys = new WeakMap<readonly Need[], string>();

/** Equal for those whom exactly the same CSRs may serve. Needs of the same queue are mostly one and the same list. */
export function requirementKey(waiting: Waiting, { network, software, weight }: Requirement): string {
  let needs = needKeys.get(waiting.needs);
  if (needs === undefined) {
    needs = waiting.needs.map(needKey).join("\u0002");
    needKeys.set(waiting.needs, needs);
  }
  const { excluded, only } = waiting;
  const who = excluded.length === 0 && only === null ? "" : JSON.stringify([[...excluded].sort(), only]);
  const where = network === null && software === null ? "" : JSON.stringify([network, software]);
  return `${needs}\u0003${weight}\u0003${where}\u0003${who}`;
}

/** Whether the CSR could take a conversation at all: is there, and willing. How much room they have is another question. */
export function isWilling(csr: RoutingCsr): boolean {
  return csr.willing && csr.reachable.length > 0;
}

/** The room a CSR has now; below 0 when they take nothing, however little. */
export function roomOf(csr: RoutingCsr): number {
  return isWilling(csr) ? csr.capacity - csr.load : -1;
}

/** Weights are sums of fractions, which computers cannot all add exactly: this much less room is room enough. */
export const ROOM_SLACK = 1e-9;

export function hasRoom(room: number, weight: number): boolean {
  return room >= weight - ROOM_SLACK;
}

/** Whether the CSR would do by who they are, the one it is meant for, not excluded, with those skills and the rest. */
export function isQualified(csr: RoutingCsr, requirement: Requirement): boolean {
  const { skills, others, excluded, only } = requirement;
  if (only !== null && only !== csr.id) return false;
  for (const skill of skills) if (!meets(csr, skill)) return false;
  for (const other of others) if (!meets(csr, other)) return false;
  return !excluded.includes(csr.id);
}

/**
 * Whether the CSR could ever serve it by the present rules: who they are, how much they can have in hand, and where they have an
 * address. What they will write from some day nobody knows.
 */
export function isEverEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  const { network, skills, others, excluded, only, weight } = requirement;
  const isThere = network === null || csr.networks === undefined || csr.networks.includes(network);
  if (!isThere || (only !== null && only !== csr.id) || !hasRoom(csr.capacity, weight)) return false;
  return [...skills, ...others].every((need) => mightMeet(csr, need)) && !excluded.includes(csr.id);
}

/** Whether an available CSR may be offered it now. */
export function isEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  return isQualified(csr, requirement) && isCompatible(csr, requirement);
}

/** Why the CSR cannot be offered it now; null when they can. */
export function obstacleFor(csr: RoutingCsr, requirement: Requirement): Loss | null {
  const { skills, others, only, excluded, weight } = requirement;
  if (only !== null && only !== csr.id) return { kind: "not-meant" };
  const unmet = [...skills, ...others].find((need) => !meets(csr, need));
  if (unmet !== undefined) return { kind: "unmet", need: unmet };
  if (excluded.includes(csr.id)) return { kind: "excluded" };
  if (csr.reachable.length === 0) return { kind: "unreachable" };
  if (!isCompatible(csr, requirement)) return { kind: "incompatible" };
  if (!csr.willing) return { kind: "unwilling" };
  return hasRoom(roomOf(csr), weight) ? null : { kind: "full", load: csr.load, capacity: csr.capacity };
}

export function isCompatible(csr: RoutingCsr, likeness: Likeness): boolean {
  if (likeness.network === null && likeness.software === null) return true;
  return csr.reachable.some((reachable) => isLike(reachable, likeness));
}

function isLike(reachable: Reachable, { network, software }: Likeness): boolean {
  if (network !== null && reachable.address.network !== network) {
    return false;
  }
  return software === null || (reachable.software ?? null) === software;
}

/**
 * How many of the features in use survive on the CSR's best compatible address; -1 when none is compatible. The same for all
 * who have the same `reachKey`.
 */
export function mostKept(csr: RoutingCsr, likeness: Likeness, used: readonly Feature[]): number {
  let most = -1;
  for (const reachable of csr.reachable) {
    if (isLike(reachable, likeness)) {
      most = Math.max(most, countKept(used, reachable.features));
    }
  }
  return most;
}

const featureKeys = new WeakMap<readonly Feature[], string>();

function featureKey(features: readonly Feature[]): string {
  let key = featureKeys.get(features);
  if (key === undefined) {
    key = [...features].sort().join();
    featureKeys.set(features, key);
  }
  return key;
}

/** Names all that compatibility and losses can depend on, so that CSRs of whom it is equal need not be told apart by them. */
export function reachKey(csr: RoutingCsr): string {
  const keys = csr.reachable.map(({ address, features, software = null }) =>
    JSON.stringify([address.network, software, featureKey(features)]),
  );
  return keys.length < 2 ? (keys[0] ?? "") : [...new Set(keys)].sort().join();
}

/**
 * The CSR's address that keeps most of the features in use on the customer's side, the CSR's order of preference deciding among
 * equals. Null when no address is compatible.
 */
export function chooseAddress(csr: RoutingCsr, requirement: Requirement, used: readonly Feature[]): Address | null {
  let best: Reachable | null = null;
  let most = -1;
  for (const reachable of csr.reachable) {
    const kept = isLike(reachable, requirement) ? countKept(used, reachable.features) : -1;
    if (kept > most) {
      best = reachable;
      most = kept;
    }
  }
  return best === null ? null : best.address;
}

function countKept(used: readonly Feature[], carried: readonly Feature[]): number {
  let kept = 0;
  for (const feature of used) {
    if (carried.includes(feature)) {
      kept += 1;
    }
  }
  return kept;
}
