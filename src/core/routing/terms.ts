/**
 * Terms: the single things by which CSRs are looked up and those who wait are filed. The *cover* of what is asked for is a few terms of
 * which whoever will do has at least one.
 */
import type { Need } from "./needs.ts";
import type { RoutingCsr } from "./routing.ts";

/** The term everybody has. */
export const ANYONE = "anyone";
export const SKILL = "skill ";
export const skillTerm = (skill: string): string => `${SKILL}${skill}`;
export const languageTerm = (language: string): string => `language ${language}`;
const attributeTerm = (name: string, value: string): string => `attribute ${name} ${value}`;
export const networkTerm = (network: string): string => `network ${network}`;
export const softwareTerm = (software: string): string => `software ${software}`;
export const CSR = "csr ";
export const csrTerm = (csr: string): string => `${CSR}${csr}`;

/** What the CSR is, wherever they are. */
export function profileTerms(csr: RoutingCsr): readonly string[] {
  const skills = Object.keys(csr.skills).map(skillTerm);
  const attributes = Object.entries(csr.attributes ?? {}).map(([name, value]) => attributeTerm(name, value));
  return [ANYONE, ...skills, ...new Set(csr.languages.map(languageTerm)), ...attributes];
}

/** Where, and with what, the CSR can be reached now. */
export function placeTerms(csr: RoutingCsr): readonly string[] {
  const terms = new Set<string>();
  for (const { address, software = null } of csr.reachable) {
    terms.add(networkTerm(address.network));
    if (software !== null) terms.add(softwareTerm(software));
  }
  return [...terms];
}

/** Terms, and how many CSRs have them together. */
export interface Cover {
  readonly terms: readonly string[];
  readonly size: number;
}

/** How many CSRs have a term. */
export type Population = (term: string) => number;

/**
 * The smallest cover of all those needs together. `now` is false where it is asked who might do some day: then places, which change,
 * are no help.
 */
export function coverOf(needs: readonly Need[], population: Population, now = true): Cover {
  let best: Cover = { terms: [ANYONE], size: population(ANYONE) };
  for (const need of needs) {
    const cover = coverOfOne(need, population, now);
    // As large as everybody, it is still the narrower one.
    if (cover !== null && (cover.size < best.size || best.terms[0] === ANYONE)) best = cover;
  }
  return best;
}

function coverOfOne(need: Need, population: Population, now: boolean): Cover | null {
  const terms = termsOfLeaf(need, now);
  if (terms !== null) return { terms, size: terms.reduce((sum, term) => sum + population(term), 0) };
  switch (need.kind) {
    case "all": {
      const cover = coverOf(need.of, population, now);
      return cover.terms[0] === ANYONE ? null : cover;
    }
    case "any": {
      const covers = need.of.map((part) => coverOfOne(part, population, now));
      if (covers.some((cover) => cover === null)) return null;
      const all = [...new Set(covers.flatMap((cover) => cover?.terms ?? []))];
      return { terms: all, size: all.reduce((sum, term) => sum + population(term), 0) };
    }
    default:
      return null;
  }
}

/** The terms of which one is needed for that single thing; null when it is no single thing, or nothing to look people up by. */
function termsOfLeaf(need: Need, now: boolean): readonly string[] | null {
  switch (need.kind) {
    case "skill":
      return need.least > 0 ? [skillTerm(need.skill)] : null;
    case "language":
      return [languageTerm(need.language)];
    case "attribute":
      return need.values.map((value) => attributeTerm(need.name, value));
    case "csr":
      return need.csrs.map(csrTerm);
    case "network":
      return now ? [networkTerm(need.network)] : null;
    case "software":
      return now ? [softwareTerm(need.software)] : null;
    case "all":
    case "any":
    case "not":
      return null;
  }
}
