/** Who is at work and who comes, in the group `routing`: drawn from a seed, in the words of both sides. */
import { sharedNeeds } from "../../src/core/routing/asked.ts";
import type { Need } from "../../src/core/routing/needs.ts";
import type { RoutingCsr, Waiting } from "../../src/core/routing/routing.ts";
import type { SkillLevel, Strategy } from "../../src/core/rules.ts";
import type { Random } from "../../test/simulation/random.ts";
import type { NaiveCsr, NaiveRequest } from "./naive-routing.ts";

const SKILLS = Array.from({ length: 50 }, (_, number) => `skill-${number}`);
const LANGUAGES = ["en", "de", "fr"];
const STRATEGIES: readonly Strategy[] = ["least-loaded", "longest-idle"];
/** What a point of priority is worth. */
export const MS_PER_POINT = 60_000;

function drawSkills(random: Random, count: number): ReadonlyMap<string, SkillLevel> {
  const skills = new Map<string, SkillLevel>();
  while (skills.size < count) skills.set(random.pick(SKILLS), random.between(1, 5) as SkillLevel);
  return skills;
}

/** CSRs with five skills each, at whatever level, some of them busy. */
export function drawCsrs(random: Random, count: number): readonly NaiveCsr[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `csr-${number}`,
    skills: drawSkills(random, 5),
    languages: LANGUAGES.filter((language) => language === "en" || random.chance(0.5)),
    capacity: random.between(2, 4),
    load: random.between(0, 1),
    idleSince: number,
  }));
}

/** Asks for what some CSR has: one to three skills, one in three times a language. */
export function drawRequest(random: Random, number: number, csrs: readonly NaiveCsr[]): NaiveRequest {
  const model = random.pick(csrs);
  const skills = [...model.skills].slice(0, random.between(1, 3));
  return {
    id: `conversation-${number}`,
    skills: skills.map(([skill, level]) => [skill, random.between(1, level) as SkillLevel] as const),
    language: random.chance(0.3) ? random.pick(model.languages) : null,
    priority: random.between(0, 3),
    waitingSince: number,
  };
}

/** Things of a CSR that do not change. */
export type Constant = Pick<RoutingCsr, "id" | "skills" | "languages" | "reachable" | "capacity">;

export function constantOf(csr: NaiveCsr): Constant {
  return {
    id: csr.id,
    skills: Object.fromEntries(csr.skills),
    languages: csr.languages,
    reachable: [{ address: { network: "xmpp", id: csr.id }, features: [] }],
    capacity: csr.capacity,
  };
}

export function stateOf(
  { id, skills, languages, reachable, capacity }: Constant,
  { load, idleSince }: NaiveCsr,
): RoutingCsr {
  return { id, skills, languages, reachable, capacity, load, idleSince, willing: true };
}

/** As the desk makes it of a customer: lists of needs are shared, see `sharedNeeds`. */
export function waitingOf(request: NaiveRequest): Waiting {
  const needs: Need[] = request.skills.map(([skill, least]) => ({ kind: "skill", skill, least }));
  if (request.language !== null) needs.push({ kind: "language", language: request.language });
  return {
    conversation: request.id,
    queue: "queue",
    priority: 0,
    turnAt: request.waitingSince - request.priority * MS_PER_POINT,
    needs: sharedNeeds(needs),
    strategies: STRATEGIES,
    weight: 1,
    compatibility: "translated",
    customerNetwork: "web",
    customerFeatures: NOTHING,
    excluded: NOTHING,
    only: null,
  };
}
const NOTHING: readonly never[] = [];
