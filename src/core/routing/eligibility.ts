/**
 * Who may serve whom: skills and levels, language, network or software, exclusions, free capacity, and the address that loses least.
 * Everything else in this folder is about finding such pairs quickly; the meaning is here alone.
 */
import type { Address, Feature } from "../model.ts";
import type { Reachable, RoutingCsr, Waiting } from "./routing.ts";

/** What those who wait have in common when exactly the same CSRs may serve them. */
export interface Requirement {
  /** Equal for equal requirements. */
  readonly key: string;
  readonly skills: readonly (readonly [skill: string, level: number])[];
  readonly language: string | null;
  /** The network the CSR must be on, or null when translation is allowed. */
  readonly network: string | null;
  /** The software the CSR must have, on whatever network; null when any will do. */
  readonly software: string | null;
  readonly excluded: ReadonlySet<string>;
  readonly only: string | null;
}

/** The requirement of one who waits. Its order of skills is sorted, so that equal needs have equal keys. */
export function requirementOf(waiting: Waiting): Requirement {
  const skills = waiting.skills.size < 2 ? [...waiting.skills] : [...waiting.skills].sort(bySkill);
  const likeness = likenessOf(waiting);
  return {
    key: keyOf(skills, waiting, likeness),
    skills,
    language: waiting.language,
    ...likeness,
    excluded: waiting.excluded,
    only: waiting.only,
  };
}

/** What the queue's compatibility asks of an address of the CSR. */
type Likeness = Pick<Requirement, "network" | "software">;

function likenessOf({ compatibility, customerNetwork, customerSoftware = null }: Waiting): Likeness {
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

function bySkill([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Names are admins' words, which cannot hold the control characters that separate them; only a software calls itself what it
 * likes, so it is quoted.
 */
function keyOf(
  skills: readonly (readonly [string, number])[],
  waiting: Waiting,
  { network, software }: Likeness,
): string {
  let key = `${waiting.language ?? ""}\u0001${network ?? ""}\u0001${waiting.only ?? ""}`;
  if (software !== null) {
    key += `\u0004${JSON.stringify(software)}`;
  }
  for (const [skill, level] of skills) {
    key += `\u0001${skill}\u0002${level}`;
  }
  if (waiting.excluded.size > 0) {
    key += `\u0003${[...waiting.excluded].sort().join("\u0001")}`;
  }
  return key;
}

/** Whether the CSR could take one more conversation now, of whatever kind. */
export function isAvailable(csr: RoutingCsr): boolean {
  return csr.willing && csr.load < csr.capacity && csr.reachable.length > 0;
}

/** Whether the CSR would do by who they are: skills, language, not excluded, the one it is meant for. */
export function isQualified(csr: RoutingCsr, requirement: Requirement): boolean {
  if (requirement.only !== null && requirement.only !== csr.id) {
    return false;
  }
  for (const [skill, level] of requirement.skills) {
    if ((csr.skills.get(skill) ?? 0) < level) {
      return false;
    }
  }
  if (requirement.language !== null && !csr.languages.includes(requirement.language)) {
    return false;
  }
  return !requirement.excluded.has(csr.id);
}

/**
 * Whether the CSR could ever serve it by the present rules: who they are, and where they have an address. What they will write
 * from some day nobody knows.
 */
export function isEverEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  const { network } = requirement;
  const isThere = network === null || csr.networks === undefined || csr.networks.includes(network);
  return isThere && isQualified(csr, requirement);
}

/** Whether an available CSR may be offered it now. */
export function isEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  return isQualified(csr, requirement) && isCompatible(csr, requirement);
}

function isCompatible(csr: RoutingCsr, likeness: Likeness): boolean {
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
export function chooseAddress(csr: RoutingCsr, waiting: Waiting): Address | null {
  const likeness = likenessOf(waiting);
  let best: Reachable | null = null;
  let most = -1;
  for (const reachable of csr.reachable) {
    const kept = isLike(reachable, likeness) ? countKept(waiting.customerFeatures, reachable.features) : -1;
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
