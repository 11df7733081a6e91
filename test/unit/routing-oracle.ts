/** The naive routing engine: filters and sorts everybody at every question. Slow, short, and what the indexed one is held against. */
import type { Need } from "../../src/core/routing/needs.ts";
import type { Reachable, RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import { lotFor } from "../../src/core/routing/strategies.ts";
import type { Strategy } from "../../src/core/rules.ts";

type Compare<T> = (left: T, right: T) => number;
/** What the oracle answers; explanations are compared with its `isServable`. */
export type Oracle = Omit<RoutingEngine, "explain">;

const byText: Compare<string> = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

function firstDifference<T>(...comparators: readonly Compare<T>[]): Compare<T> {
  return (left, right) => comparators.map((compare) => compare(left, right)).find((result) => result !== 0) ?? 0;
}

const byTurn: Compare<Waiting> = firstDifference(
  (left, right) => right.priority - left.priority,
  (left, right) => left.turnAt - right.turnAt,
  (left, right) => byText(left.conversation, right.conversation),
);

function isMet(csr: RoutingCsr, need: Need): boolean {
  switch (need.kind) {
    case "skill":
      return (csr.skills[need.skill] ?? 0) >= need.least && (csr.skills[need.skill] ?? 0) <= (need.most ?? 5);
    case "language":
      return csr.languages.some((language) => language === need.language);
    case "attribute":
      return need.values.some((value) => csr.attributes?.[need.name] === value);
    case "csr":
      return need.csrs.some((id) => id === csr.id);
    case "network":
      return csr.reachable.some(({ address }) => address.network === need.network);
    case "software":
      return csr.reachable.some((reachable) => (reachable.software ?? null) === need.software);
    case "all":
      return !need.of.some((part) => !isMet(csr, part));
    case "any":
      return need.of.some((part) => isMet(csr, part));
    case "not":
      return !isMet(csr, need.of);
  }
}

const YES: Need = { kind: "all", of: [] };
const NO: Need = { kind: "any", of: [] };

/** Where the CSR is now does not count, as long as they have an address there: what is said of places may hold or not, each for itself. */
function mightBeMet(csr: RoutingCsr, need: Need): boolean {
  return ways(csr, need).some((way) => isMet(csr, way));
}

function ways(csr: RoutingCsr, need: Need): readonly Need[] {
  switch (need.kind) {
    case "network":
      return csr.networks === undefined || csr.networks.includes(need.network) ? [YES, NO] : [NO];
    case "software":
      return [YES, NO];
    case "not":
      return ways(csr, need.of).map((of) => ({ kind: "not", of }));
    case "all":
    case "any": {
      let all: readonly (readonly Need[])[] = [[]];
      for (const part of need.of) all = all.flatMap((some) => ways(csr, part).map((way) => [...some, way]));
      return all.map((of) => ({ kind: need.kind, of }));
    }
    default:
      return [need];
  }
}

const isMeant = (csr: RoutingCsr, waiting: Waiting): boolean =>
  (waiting.only === null || waiting.only === csr.id) && !waiting.excluded.includes(csr.id);

function isEver(csr: RoutingCsr, waiting: Waiting): boolean {
  const like = likeness(waiting);
  return (
    isMeant(csr, waiting) &&
    csr.capacity >= (waiting.weight ?? 1) - 1e-9 &&
    (like.network === null || csr.networks === undefined || csr.networks.includes(like.network)) &&
    waiting.needs.every((need) => mightBeMet(csr, need))
  );
}

interface Like {
  readonly network: string | null;
  readonly software: string | null;
}

function likeness(waiting: Waiting): Like {
  const { compatibility, customerNetwork, customerSoftware = null, needs } = waiting;
  const bySoftware = compatibility === "same-software" && customerSoftware !== null;
  const network = compatibility === "translated" || bySoftware ? null : customerNetwork;
  const asked = (kind: "network" | "software"): string | null => {
    const need = needs.find((one) => one.kind === kind);
    return need?.kind === "network" ? need.network : need?.kind === "software" ? need.software : null;
  };
  return {
    network: network ?? asked("network"),
    software: (bySoftware ? customerSoftware : null) ?? asked("software"),
  };
}

/** Whether the CSR's address is like enough to the customer's side. */
function isCompatible({ address, software = null }: Reachable, waiting: Waiting): boolean {
  const like = likeness(waiting);
  return (
    (like.network === null || address.network === like.network) &&
    (like.software === null || software === like.software)
  );
}

const kept = (reachable: Reachable, waiting: Waiting): number =>
  waiting.customerFeatures.filter((feature) => reachable.features.includes(feature)).length;

/** Whether that conversation may be offered to that CSR now. */
export function isServable(csr: RoutingCsr, waiting: Waiting): boolean {
  return (
    csr.willing &&
    csr.load + (waiting.weight ?? 1) <= csr.capacity + 1e-9 &&
    isMeant(csr, waiting) &&
    waiting.needs.every((need) => isMet(csr, need)) &&
    csr.reachable.some((reachable) => isCompatible(reachable, waiting))
  );
}

function wantedSkills(needs: readonly Need[]): readonly string[] {
  const found = needs.flatMap((need): readonly string[] => {
    if (need.kind === "skill") return need.least > 0 ? [need.skill] : [];
    return need.kind === "all" || need.kind === "any" ? wantedSkills(need.of) : [];
  });
  return [...new Set(found)];
}

function byStrategy(strategy: Strategy, waiting: Waiting): Compare<RoutingCsr> {
  const lowest = (value: (csr: RoutingCsr) => number): Compare<RoutingCsr> => {
    return (left, right) => value(left) - value(right);
  };
  const highest = (value: (csr: RoutingCsr) => number): Compare<RoutingCsr> => lowest((csr) => -value(csr));
  switch (strategy) {
    case "longest-idle":
      return lowest(({ idleSince }) => idleSince);
    case "least-loaded":
      return lowest(({ load, capacity }) => load / capacity);
    case "most-skilled":
      return highest((csr) => wantedSkills(waiting.needs).reduce((sum, skill) => sum + (csr.skills[skill] ?? 0), 0));
    case "fewest-losses":
      return highest((csr) =>
        Math.max(...csr.reachable.filter((one) => isCompatible(one, waiting)).map((one) => kept(one, waiting))),
      );
    case "round-robin":
      return lowest(({ offeredAt }) => offeredAt ?? 0);
    case "fewest-today":
      return lowest(({ today }) => today ?? 0);
    case "best-rated":
      return highest(({ rating }) => rating ?? 3);
    case "preferred":
      return highest((csr) =>
        Math.max(0, ...(waiting.preferred ?? []).map(({ need, score }) => (isMet(csr, need) ? score : 0))),
      );
    case "random":
      return highest((csr) => lotFor(csr, waiting.seed ?? waiting.conversation));
  }
}

export function createOracle(): Oracle {
  const csrs = new Map<string, RoutingCsr>();
  const waiting = new Map<string, Waiting>();
  const queue = (id: string): Waiting[] => [...waiting.values()].filter((one) => one.queue === id).sort(byTurn);
  const decide = (one: Waiting): ReturnType<Oracle["decide"]> => {
    const [csr] = [...csrs.values()]
      .filter((candidate) => isServable(candidate, one))
      .sort(
        firstDifference(...one.strategies.map((strategy) => byStrategy(strategy, one)), (left, right) =>
          byText(left.id, right.id),
        ),
      );
    return csr === undefined ? null : { conversation: one.conversation, csr: csr.id, address: addressFor(csr, one) };
  };
  const couldEver = (one: Waiting): RoutingCsr[] => [...csrs.values()].filter((csr) => isEver(csr, one));
  const staffed = (one: Waiting): number => couldEver(one).filter((csr) => csr.present ?? csr.willing).length;
  return {
    putCsr: (csr) => void csrs.set(csr.id, csr),
    removeCsr: (id) => void csrs.delete(id),
    csr: (id) => csrs.get(id) ?? null,
    putWaiting: (one) => void waiting.set(one.conversation, one),
    removeWaiting: (conversation) => void waiting.delete(conversation),
    match() {
      for (const one of [...waiting.values()].sort(byTurn)) {
        const match = decide(one);
        if (match !== null) return match;
      }
      return null;
    },
    decide,
    place(conversation) {
      const one = waiting.get(conversation);
      return one === undefined ? null : queue(one.queue).indexOf(one) + 1;
    },
    waitingIn: (id) => queue(id).length,
    first: (id) => queue(id)[0]?.conversation ?? null,
    qualified: (one) => couldEver(one).length,
    staffed,
    unstaffed: () => [...waiting.values()].filter((one) => staffed(one) === 0).map(({ conversation }) => conversation),
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
