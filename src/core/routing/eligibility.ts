/**
 * Who may serve whom: skills and levels, language, network, exclusions, free capacity, and the address that loses least.
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
  readonly excluded: ReadonlySet<string>;
  readonly only: string | null;
}

/** The requirement of one who waits. Its order of skills is sorted, so that equal needs have equal keys. */
export function requirementOf(waiting: Waiting): Requirement {
  const skills = waiting.skills.size < 2 ? [...waiting.skills] : [...waiting.skills].sort(bySkill);
  const network = waiting.compatibility === "same-network" ? waiting.customerNetwork : null;
  return {
    key: keyOf(skills, waiting, network),
    skills,
    language: waiting.language,
    network,
    excluded: waiting.excluded,
    only: waiting.only,
  };
}

function bySkill([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Names are admins' words: the separators are control characters, which no name can hold. */
function keyOf(skills: readonly (readonly [string, number])[], waiting: Waiting, network: string | null): string {
  let key = `${waiting.language ?? ""}\u0001${network ?? ""}\u0001${waiting.only ?? ""}`;
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

/** Whether the CSR could ever serve it by the present rules: who they are, and where they have an address. */
export function isEverEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  const { network } = requirement;
  const isThere = network === null || csr.networks === undefined || csr.networks.includes(network);
  return isThere && isQualified(csr, requirement);
}

/** Whether an available CSR may be offered it now. */
export function isEligible(csr: RoutingCsr, requirement: Requirement): boolean {
  return isQualified(csr, requirement) && isCompatible(csr, requirement.network);
}

function isCompatible(csr: RoutingCsr, network: string | null): boolean {
  return network === null || csr.reachable.some((reachable) => reachable.address.network === network);
}

/**
 * The CSR's address that keeps most of the features in use on the customer's side, the CSR's order of preference deciding among
 * equals. Null when no address is compatible.
 */
export function chooseAddress(csr: RoutingCsr, waiting: Waiting): Address | null {
  const allowed =
    waiting.compatibility === "same-network"
      ? csr.reachable.filter((reachable) => reachable.address.network === waiting.customerNetwork)
      : csr.reachable;
  let best: Reachable | null = null;
  let most = -1;
  for (const reachable of allowed) {
    const kept = countKept(waiting.customerFeatures, reachable.features);
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
