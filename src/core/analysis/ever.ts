/** Whom a queue could ever ask by the present rules: who CSRs are counts, where they are and how much they have in hand does not. */
import { type NeedRule, PLAIN_ROUTING, type Ring } from "../queue-rules.ts";
import { createRoutingEngine } from "../routing/engine.ts";
import type { Need } from "../routing/needs.ts";
import type { RoutingEngine } from "../routing/routing.ts";
import type { Queue, Rules } from "../rules.ts";

/** Finds out whether anybody could ever meet all of those needs. */
export interface Ever {
  /** How many could, counting no further than `atMost`; `network`: who have an address there, null for any. */
  count(needs: readonly NeedRule[], weight: number, network: string | null, atMost: number): number;
}

export function everOf(rules: Rules): Ever {
  const routing = staffOf(rules);
  return {
    count(needs, weight, network, atMost) {
      return routing.qualified(
        {
          conversation: "ever",
          queue: "",
          priority: 0,
          turnAt: 0,
          needs: needs.map((need) => atBest(need, rules.languages, true)),
          strategies: [],
          weight,
          compatibility: network === null ? "translated" : "same-network",
          customerNetwork: network ?? "",
          customerFeatures: [],
          excluded: [],
          only: null,
        },
        atMost,
      );
    },
  };
}

function staffOf(rules: Rules): RoutingEngine {
  const routing = createRoutingEngine();
  for (const csr of rules.csrs.values()) {
    routing.putCsr({
      id: csr.id,
      skills: Object.fromEntries(csr.skills),
      languages: csr.languages,
      attributes: { ...csr.attributes, ...(csr.site === undefined ? {} : { site: csr.site }) },
      reachable: [],
      networks: csr.addresses.map(({ network }) => network),
      willing: false,
      capacity: csr.capacity,
      load: 0,
      idleSince: 0,
    });
  }
  return routing;
}

const ANYTHING: Need = { kind: "all", of: [] };
const NOTHING: Need = { kind: "any", of: [] };

/** For the customer for whom it is easiest to meet. `wanted` is false under a `not`. */
function atBest(need: NeedRule, languages: readonly string[], wanted: boolean): Need {
  switch (need.kind) {
    case "customer-language":
      return wanted ? { kind: "any", of: languages.map((language) => ({ kind: "language", language })) } : NOTHING;
    case "answer":
    case "last":
      return wanted ? ANYTHING : NOTHING;
    case "all":
    case "any":
      return { kind: need.kind, of: need.of.map((part) => atBest(part, languages, wanted)) };
    case "not":
      return { kind: "not", of: atBest(need.of, languages, !wanted) };
    case "skill":
    case "language":
    case "attribute":
    case "csr":
    case "network":
    case "software":
      return need;
  }
}

/** What is asked of everybody in that queue before any ring. */
export function askedAlways(queue: Queue): readonly NeedRule[] {
  const skills = [...queue.skills].map(([skill, least]): NeedRule => ({ kind: "skill", skill, least }));
  const language: readonly NeedRule[] = queue.matchLanguage ? [{ kind: "customer-language" }] : [];
  return [...skills, ...language, ...always(queue.needs ?? [])];
}

function always(needs: NonNullable<Queue["needs"]>): readonly NeedRule[] {
  return needs.filter(({ when }) => when === null).flatMap(({ need }) => (need.kind === "all" ? need.of : [need]));
}

/** The same after that ring. */
export function askedAfter(before: readonly NeedRule[], ring: Ring): readonly NeedRule[] {
  const asked = ring.needs === null ? before : always(ring.needs);
  return asked
    .filter((need) => !ring.drop.includes(droppedAs(need)))
    .map((need) => {
      const least = need.kind === "skill" ? ring.levels[need.skill] : undefined;
      return need.kind === "skill" && least !== undefined ? { ...need, least } : need;
    });
}

/** What `drop` calls it. */
export function droppedAs(need: NeedRule): string {
  if (need.kind === "skill") return need.skill;
  if (need.kind === "attribute") return need.name;
  if (need.kind === "customer-language") return "language";
  return need.kind === "last" ? "csr" : need.kind;
}

/** The least that a conversation of that queue takes of a CSR, on the network where it takes least. */
export function leastWeight(rules: Rules, queue: Queue): number {
  const { networkWeights } = rules.routing ?? PLAIN_ROUTING;
  const factors = [...rules.networks.keys()].map((network) => networkWeights[network] ?? 1);
  return (queue.weight ?? 1) * Math.min(1, ...factors);
}
