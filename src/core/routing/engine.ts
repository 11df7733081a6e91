/**
 * The routing engine: pairs those who wait with CSRs, looking only at what changed.
 *
 * After `match` has answered null, no available CSR may serve anybody who waits. From there a pair can only come about through a CSR who
 * became free (`FreedCsrs`) or through somebody new at the head of a line (`WaitingLists.firstUnexamined`). Both keep their best
 * pair first, so each match looks at two of them, however many CSRs there are and however many wait.
 */
import { strict as assert } from "node:assert";
import { Candidates } from "./candidates.ts";
import { chooseAddress, isAvailable, requirementOf } from "./eligibility.ts";
import { FreedCsrs } from "./freed-csrs.ts";
import type { Match, RoutingCsr, RoutingEngine, Waiting } from "./routing.ts";
import { byTurn, WaitingLists } from "./waiting-lists.ts";

/** An engine that knows nobody yet. Deterministic: equal calls in equal order give equal answers. */
export function createRoutingEngine(): RoutingEngine {
  const candidates = new Candidates();
  const lists = new WaitingLists((term) => candidates.population(term));
  const freed = new FreedCsrs(candidates, lists);

  return {
    putCsr(csr) {
      const former = candidates.get(csr.id);
      candidates.put(csr);
      if (!isAvailable(csr)) {
        freed.forget(csr.id);
      } else if (former === null || !isAvailable(former) || mayServeOthers(former, csr)) {
        freed.add(csr.id);
      }
    },
    removeCsr(id) {
      candidates.remove(id);
      freed.forget(id);
    },
    putWaiting(waiting) {
      lists.put(waiting);
    },
    removeWaiting(conversation) {
      lists.remove(conversation);
    },
    match() {
      const waiting = earlier(firstUnexaminedThatCanBeServed(candidates, lists), freed.first());
      return waiting === null ? null : matchFor(candidates, lists, waiting);
    },
    place: (conversation) => lists.place(conversation),
    waitingIn: (queue) => lists.waitingIn(queue),
    first: (queue) => lists.firstIn(queue),
    qualified: (waiting) => candidates.qualified(requirementOf(waiting)),
  };
}

/** Compared by identity: taking a CSR for changed who is not costs one look-up, never a match. */
function mayServeOthers(former: RoutingCsr, csr: RoutingCsr): boolean {
  return former.skills !== csr.skills || former.languages !== csr.languages || former.reachable !== csr.reachable;
}

function firstUnexaminedThatCanBeServed(candidates: Candidates, lists: WaitingLists): Waiting | null {
  for (let line = lists.firstUnexamined(); line !== null; line = lists.firstUnexamined()) {
    if (candidates.pick(line.requirement, line.head) !== null) {
      return line.head;
    }
    lists.examined(line);
  }
  return null;
}

function earlier(left: Waiting | null, right: Waiting | null): Waiting | null {
  if (left === null || right === null) {
    return left ?? right;
  }
  return byTurn(left, right) <= 0 ? left : right;
}

function matchFor(candidates: Candidates, lists: WaitingLists, waiting: Waiting): Match {
  const requirement = lists.requirementFor(waiting.conversation);
  assert(requirement !== null, `conversation ${waiting.conversation} is to be matched but does not wait`);
  const csr = candidates.pick(requirement, waiting);
  assert(csr !== null, `nobody can be picked for conversation ${waiting.conversation} although somebody may serve it`);
  const address = chooseAddress(csr, waiting);
  assert(
    address !== null,
    `CSR ${csr.id} was picked for conversation ${waiting.conversation} without an address to reach them`,
  );
  return { conversation: waiting.conversation, csr: csr.id, address };
}
