/**
 * Who may serve whom: what is asked for, network or software, exclusions, free capacity, and the address that loses least.
 * Everything else in this folder is about finding such pairs quickly; the meaning is here and in needs.ts alone.
 */
import type { Address, Feature } from "../model.ts";
import { type Asked, askedIn, type SkillLeaf } from "./asked.ts";
import { meets, mightMeet, type Need } from "./needs.ts";
import type { Loss, Reachable, RoutingCsr, Waiting } from "./routing.ts";

/** What one who waits asks for. */
export interface Requirement {
  readonly asked: Asked;
  /** The network the CSR must be on, or null when translation is allowed. */
  readonly network: string | null;
  /** The software the CSR must have, on whatever network; null when any will do. */
  readonly software: string | null;
  readonly excluded: readonly string[];
  readonly only: string | null;
  /** The room it takes. */
  readonly weight: number;
  /** Nothing of all this but needs and room. */
  readonly isPlain: boolean;
}

export function requirementOf(waiting: Waiting): Requirement {
  const asked = askedIn(waiting.needs);
  const { excluded, only, weight = 1 } = waiting;
  const { network, software } = alike(waiting);
  const isOpen = network === null && software === null && asked.network === null && asked.software === null;
  return {
    asked,
    network: network ?? asked.network,
    software: software ?? asked.software,
    excluded,
    only,
    weight,
    isPlain: isOpen && excluded.length === 0 && only === null,
  };
}

/** What the queue's compatibility, or a network or software that is asked for outright, wants of the address where the CSR is reached. */
type Likeness = Pick<Requirement, "network" | "software">;

const ANYHOW: Likeness = { network: null, software: null };

function alike({ compatibility, customerNetwork, customerSoftware = null }: Waiting): Likeness {
  switch (compatibility) {
    case "same-software":
      return customerSoftware === null
        ? { network: customerNetwork, software: null }
        : { network: null, software: customerSoftware };
    case "same-network":
      return { network: customerNetwork, software: null };
    case "translated":
      return ANYHOW;
  }
}

/** One name for one software, however its versions spell it; null where it has none. */
export function softwareKey(name: string | null): string | null {
  const key = (name ?? "").trim().toLowerCase();
  return key === "" ? null : key;
}

/** Equal for those whom exactly the same CSRs may serve. */
export function requirementKey({ asked, network, software, excluded, only, weight }: Requirement): string {
  const who = excluded.length === 0 && only === null ? "" : JSON.stringify([[...excluded].sort(), only]);
  const where = network === null && software === null ? "" : JSON.stringify([network, software]);
  return `${asked.key}\u0003${weight}\u0003${where}\u0003${who}`;
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

/**
 * Whether the CSR could ever serve it by the present rules: who they are, how much they can have in hand, and where they have an
 * address. What they will write from some day nobody knows.
 */
export function isEverEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  const { network, excluded, only, weight } = requirement;
  const { skills, others } = requirement.asked;
  const isThere = network === null || csr.networks === undefined || csr.networks.includes(network);
  if (!isThere || (only !== null && only !== csr.id) || !hasRoom(csr.capacity, weight)) return false;
  return [...skills, ...others].every((need) => mightMeet(csr, need)) && !excluded.includes(csr.id);
}

/**
 * Whether an available CSR may be offered it now. `levels` are those of their skills: reading them there is much quicker. `skills` and
 * `others`: those that are asked for and not known to be met.
 */
export function isEligible(
  csr: RoutingCsr,
  requirement: Requirement,
  levels: ReadonlyMap<string, number>,
  skills: readonly SkillLeaf[] = requirement.asked.skills,
  others: readonly Need[] = requirement.asked.others,
): boolean {
  for (const { skill, least, most } of skills) {
    const level = levels.get(skill) ?? 0;
    if (level < least || (most !== undefined && level > most)) return false;
  }
  const { excluded, only } = requirement;
  for (const other of others) if (!meets(csr, other)) return false;
  if (only !== null && only !== csr.id) return false;
  return (excluded.length === 0 || !excluded.includes(csr.id)) && isCompatible(csr, requirement);
}

/** Why the CSR cannot be offered it now; null when they can. */
export function obstacleFor(csr: RoutingCsr, requirement: Requirement): Loss | null {
  const { only, excluded, weight } = requirement;
  const { skills, others } = requirement.asked;
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
