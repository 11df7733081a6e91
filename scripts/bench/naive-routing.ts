/**
 * What routing is measured against: filter everybody, sort who is left, take the first. Written as anybody would write it who does
 * not expect many CSRs, with nothing slower in it than need be; and FROZEN: it changes only when what is decided does.
 */
import type { SkillLevel } from "../../src/core/rules.ts";

export interface NaiveCsr {
  readonly id: string;
  readonly skills: ReadonlyMap<string, SkillLevel>;
  readonly languages: readonly string[];
  readonly capacity: number;
  load: number;
  idleSince: number;
}

export interface NaiveRequest {
  readonly id: string;
  readonly skills: readonly (readonly [skill: string, least: SkillLevel])[];
  readonly language: string | null;
  readonly priority: number;
  readonly waitingSince: number;
}

function mayServe(csr: NaiveCsr, request: NaiveRequest): boolean {
  if (csr.load >= csr.capacity) return false;
  for (const [skill, least] of request.skills) if ((csr.skills.get(skill) ?? 0) < least) return false;
  return request.language === null || csr.languages.includes(request.language);
}

/** The least loaded by share of capacity, then the longest idle, then by id. */
function byOrder(left: NaiveCsr, right: NaiveCsr): number {
  return (
    left.load / left.capacity - right.load / right.capacity ||
    left.idleSince - right.idleSince ||
    (left.id < right.id ? -1 : 1)
  );
}

export function decide(csrs: readonly NaiveCsr[], request: NaiveRequest): NaiveCsr | null {
  return csrs.filter((csr) => mayServe(csr, request)).sort(byOrder)[0] ?? null;
}

/** Who of those who wait is next for that CSR: the score is waiting time plus what their priority is worth of it. */
export function nextFor(
  csr: NaiveCsr,
  waiting: readonly NaiveRequest[],
  now: number,
  msPerPoint: number,
): NaiveRequest | null {
  const score = (one: NaiveRequest): number => now - one.waitingSince + one.priority * msPerPoint;
  return (
    waiting
      .filter((one) => mayServe(csr, one))
      .sort((left, right) => score(right) - score(left) || (left.id < right.id ? -1 : 1))[0] ?? null
  );
}
