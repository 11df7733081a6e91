/** Why each CSR was or was not chosen, for people who ask. Looks at everybody: a decision does not. */
import { mostKept, obstacleFor, type Requirement, requirementOf } from "./eligibility.ts";
import type { Explanation, Loss, Match, RoutingCsr, Waiting } from "./routing.ts";
import { lotFor, mastery, preferenceFor, prepare, standingOf, type Worth } from "./strategies.ts";

/** The reasons of a decision that was made of those CSRs as they are. */
export function explain(waiting: Waiting, csrs: Iterable<RoutingCsr>, match: Match | null): Explanation {
  const requirement = requirementOf(waiting);
  const all = [...csrs].sort((left, right) => (left.id < right.id ? -1 : 1));
  const chosen = all.find(({ id }) => id === match?.csr);
  const losses = all
    .filter((csr) => csr !== chosen)
    .map((csr) => ({ csr: csr.id, loss: obstacleFor(csr, requirement) ?? behind(csr, chosen, waiting, requirement) }));
  return { match, losses };
}

function behind(csr: RoutingCsr, chosen: RoutingCsr | undefined, waiting: Waiting, requirement: Requirement): Loss {
  const { criteria, strategies } = prepare(waiting.strategies);
  if (chosen === undefined) return { kind: "behind", by: "id" };
  const at = criteria.findIndex((criterion) =>
    typeof criterion === "number"
      ? standingOf(csr, criterion) !== standingOf(chosen, criterion)
      : worthBy(criterion, csr, waiting, requirement) !== worthBy(criterion, chosen, waiting, requirement),
  );
  return { kind: "behind", by: strategies[at] ?? "id" };
}

function worthBy(criterion: keyof Worth, csr: RoutingCsr, waiting: Waiting, requirement: Requirement): number {
  switch (criterion) {
    case "mastery":
      return mastery(csr, requirement.asked.skillNames);
    case "kept":
      return mostKept(csr, requirement, waiting.customerFeatures);
    case "preferred":
      return preferenceFor(csr, waiting.preferred ?? []);
    case "lot":
      return lotFor(csr, waiting.seed ?? waiting.conversation);
  }
}
