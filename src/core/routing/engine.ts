/**
 * The routing engine: pairs those who wait with CSRs, looking only at what changed.
 *
 * After `match` has answered null, no CSR with room may serve anybody who waits. From there a pair can only come about through a CSR who
 * became free (`FreedCsrs`) or through somebody who came (`Newcomers`). Both keep their best pair first, so each match looks at two of
 * them, however many CSRs there are and however many wait.
 */
import { strict as assert } from "node:assert";
import type { Address } from "../model.ts";
import { Candidates, SHORT_LIST } from "./candidates.ts";
import { chooseAddress, type Requirement, requirementOf } from "./eligibility.ts";
import { explain } from "./explain.ts";
import { FreedCsrs } from "./freed-csrs.ts";
import { Newcomers } from "./newcomers.ts";
import type { Match, RoutingCsr, RoutingEngine, Waiting } from "./routing.ts";
import { Staff } from "./staff.ts";
import { byTurn, conversationsIn, WaitingLists } from "./waiting-lists.ts";

interface Parts {
  readonly staff: Staff;
  readonly candidates: Candidates;
  readonly lists: WaitingLists;
  readonly freed: FreedCsrs;
  readonly newcomers: Newcomers;
}

/**
 * An engine that knows nobody yet. Deterministic: equal calls in equal order give equal answers. `shortList`: members up to which a
 * list is looked at whole; no answer depends on it.
 */
export function createRoutingEngine(shortList = SHORT_LIST): RoutingEngine {
  const staff = new Staff();
  const candidates = new Candidates(staff, shortList);
  const lists = new WaitingLists((requirement) => candidates.placesFor(requirement));
  const parts: Parts = { staff, candidates, lists, freed: new FreedCsrs(lists), newcomers: new Newcomers() };
  const listed = (): WaitingLists => {
    enlist(parts);
    return lists;
  };
  return {
    putCsr: (csr) => putCsr(parts, csr),
    removeCsr(id) {
      const server = staff.server(id);
      if (server === null) return;
      staff.remove(id);
      parts.freed.remove(server);
    },
    csr: (id) => staff.get(id),
    putWaiting(waiting) {
      lists.remove(waiting.conversation);
      parts.newcomers.add(waiting);
    },
    removeWaiting(conversation) {
      if (!parts.newcomers.remove(conversation)) lists.remove(conversation);
    },
    match: () => match(parts),
    decide: (waiting) => matchFor(parts, waiting, requirementOf(waiting)),
    explain: (waiting) => explain(waiting, staff.all(), matchFor(parts, waiting, requirementOf(waiting))),
    place: (conversation) => listed().place(conversation),
    waitingIn: (queue) => listed().waitingIn(queue),
    first: (queue) => listed().firstIn(queue),
    qualified: (waiting, atMost = Number.POSITIVE_INFINITY) => candidates.qualified(waiting, atMost, () => true),
    staffed: (waiting, atMost = Number.POSITIVE_INFINITY) => candidates.qualified(waiting, atMost, isPresent),
    unstaffed: () =>
      [...listed().lines()].flatMap((line) =>
        candidates.qualified(line.head, 1, isPresent) > 0 ? [] : conversationsIn(line),
      ),
  };
}

function isPresent(csr: RoutingCsr): boolean {
  return csr.present ?? csr.willing;
}

function putCsr({ staff, freed, lists }: Parts, csr: RoutingCsr): void {
  const server = staff.put(csr);
  // Whoever comes later finds them by themselves.
  if (lists.isEmpty()) return;
  if (server.room <= 0) freed.forget(server);
  else if (server.hasGained || freed.has(server)) freed.add(server);
}

function match(parts: Parts): Match | null {
  const { staff, lists, freed, newcomers } = parts;
  const next = freed.first();
  for (let first = newcomers.first(); first !== null; first = newcomers.first()) {
    if (next !== null && byTurn(next.waiting, first.waiting) < 0) break;
    const found = matchFor(parts, first.waiting, first.requirement);
    if (found !== null) return found;
    newcomers.remove(first.waiting.conversation);
    lists.put(first.waiting, first.requirement);
  }
  if (next === null) return null;
  const { waiting, requirement, only } = next;
  const found = only < 0 ? matchFor(parts, waiting, requirement) : matchWith(staff, waiting, requirement, only);
  if (found !== null) return found;
  assert.fail(`nobody can be picked for conversation ${waiting.conversation} although somebody may serve it`);
}

function matchFor({ candidates, staff }: Parts, waiting: Waiting, requirement: Requirement): Match | null {
  return matchWith(staff, waiting, requirement, candidates.pick(waiting, requirement));
}

function matchWith(staff: Staff, waiting: Waiting, requirement: Requirement, number: number): Match | null {
  if (number < 0) return null;
  const csr = staff.ids[number] as string;
  const address = staff.soles[number] ?? addressOf(staff.csrs[number], requirement, waiting);
  if (address !== null) return { conversation: waiting.conversation, csr, address };
  assert.fail(`CSR ${csr} was picked for conversation ${waiting.conversation} without an address`);
}

function addressOf(csr: RoutingCsr | undefined, requirement: Requirement, waiting: Waiting): Address | null {
  return csr === undefined ? null : chooseAddress(csr, requirement, waiting.customerFeatures);
}

/** Puts newcomers into line before anybody has looked for a CSR for them: the freed look again at those who came in the meantime. */
function enlist({ staff, lists, freed, newcomers }: Parts): void {
  if (newcomers.first() === null) return;
  for (let first = newcomers.first(); first !== null; first = newcomers.first()) {
    newcomers.remove(first.waiting.conversation);
    lists.put(first.waiting, first.requirement);
  }
  for (const server of staff.servers()) if (server.room > 0) freed.add(server);
}
