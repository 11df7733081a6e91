/** The naive routing engine: filters and sorts everybody at every question. Slow, short, and what the indexed one is held against. */
import type { Reachable, RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import type { Strategy } from "../../src/core/rules.ts";

type Compare<T> = (left: T, right: T) => number;

const byText: Compare<string> = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

function firstDifference<T>(...comparators: readonly Compare<T>[]): Compare<T> {
  return (left, right) => comparators.map((compare) => compare(left, right)).find((result) => result !== 0) ?? 0;
}

const byTurn: Compare<Waiting> = firstDifference(
  (left, right) => right.priority - left.priority,
  (left, right) => left.waitingSince - right.waitingSince,
  (left, right) => byText(left.conversation, right.conversation),
);

export function isQualified(csr: RoutingCsr, waiting: Waiting): boolean {
  return (
    (waiting.only === null || waiting.only === csr.id) &&
    !waiting.excluded.has(csr.id) &&
    (waiting.language === null || csr.languages.includes(waiting.language)) &&
    [...waiting.skills].every(([skill, level]) => (csr.skills.get(skill) ?? 0) >= level)
  );
}

/** Whether the CSR's address is like enough to the customer's side. */
function isCompatible({ address, software = null }: Reachable, waiting: Waiting): boolean {
  const { compatibility, customerNetwork, customerSoftware = null } = waiting;
  if (compatibility === "same-software" && customerSoftware !== null) {
    return software === customerSoftware;
  }
  return compatibility === "translated" || address.network === customerNetwork;
}

const kept = (reachable: Reachable, waiting: Waiting): number =>
  waiting.customerFeatures.filter((feature) => reachable.features.includes(feature)).length;

/** Whether that conversation may be offered to that CSR now. */
export function isServable(csr: RoutingCsr, waiting: Waiting): boolean {
  return (
    csr.willing &&
    csr.load < csr.capacity &&
    isQualified(csr, waiting) &&
    csr.reachable.some((reachable) => isCompatible(reachable, waiting))
  );
}

function byStrategy(strategy: Strategy, waiting: Waiting): Compare<RoutingCsr> {
  const level = (csr: RoutingCsr): number =>
    [...waiting.skills.keys()].reduce((sum, skill) => sum + (csr.skills.get(skill) ?? 0), 0);
  switch (strategy) {
    case "longest-idle":
      return (left, right) => left.idleSince - right.idleSince;
    case "least-loaded":
      return (left, right) => left.load / left.capacity - right.load / right.capacity;
    case "most-skilled":
      return (left, right) => level(right) - level(left);
    case "fewest-losses": {
      const most = (csr: RoutingCsr): number =>
        Math.max(...csr.reachable.filter((one) => isCompatible(one, waiting)).map((one) => kept(one, waiting)));
      return (left, right) => most(right) - most(left);
    }
  }
}

export function createOracle(): RoutingEngine {
  const csrs = new Map<string, RoutingCsr>();
  const waiting = new Map<string, Waiting>();
  const queue = (id: string): Waiting[] => [...waiting.values()].filter((one) => one.queue === id).sort(byTurn);
  return {
    putCsr: (csr) => void csrs.set(csr.id, csr),
    removeCsr: (id) => void csrs.delete(id),
    putWaiting: (one) => void waiting.set(one.conversation, one),
    removeWaiting: (conversation) => void waiting.delete(conversation),
    match() {
      for (const one of [...waiting.values()].sort(byTurn)) {
        const [csr] = [...csrs.values()]
          .filter((candidate) => isServable(candidate, one))
          .sort(
            firstDifference(...one.strategies.map((strategy) => byStrategy(strategy, one)), (left, right) =>
              byText(left.id, right.id),
            ),
          );
        if (csr !== undefined) {
          return { conversation: one.conversation, csr: csr.id, address: addressFor(csr, one) };
        }
      }
      return null;
    },
    place(conversation) {
      const one = waiting.get(conversation);
      return one === undefined ? null : queue(one.queue).indexOf(one) + 1;
    },
    waitingIn: (id) => queue(id).length,
    first: (id) => queue(id)[0]?.conversation ?? null,
    qualified: (one) => [...csrs.values()].filter((csr) => isQualified(csr, one)).length,
  };
}

function addressFor(csr: RoutingCsr, waiting: Waiting): { network: string; id: string } {
  const [best] = csr.reachable
    .filter((reachable) => isCompatible(reachable, waiting))
    .map((reachable, preference) => ({ address: reachable.address, preference, kept: kept(reachable, waiting) }))
    .sort((left, right) => right.kept - left.kept || left.preference - right.preference);
  if (best === undefined) {
    throw new Error(`CSR ${csr.id} has no address for conversation ${waiting.conversation}`);
  }
  return best.address;
}
