/**
 * What is recorded of a decision of routing, so that it can be explained later: what was asked for, who was chosen, and why everybody else
 * was not, as facts of the conversation. Kept and forgotten with its transcript. In a desk of many CSRs looking at each of them would cost more
 * than deciding: then only who would have been next is recorded.
 */
import { requestFor } from "./request.ts";
import type { Need } from "./routing/needs.ts";
import type { Loss, Match, Preferred, Waiting } from "./routing/routing.ts";
import type { Compatibility, Strategy } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Fact } from "./step.ts";
import { fact, type Turn } from "./turn.ts";

/** The event of such a fact. */
export const DECIDED = "routing.decided";

/** CSRs who are recorded as next in line where there are too many to look at each. */
const NEXT_IN_LINE = 5;
/** CSRs who were asked before, of whom so many are recorded. */
const EXCLUDED_KEPT = 100;

/** What was asked for, without what only finding people quickly needs. */
export interface RecordedRequest {
  readonly needs: readonly Need[];
  readonly strategies: readonly Strategy[];
  readonly compatibility: Compatibility;
  readonly preferred: readonly Preferred[];
  readonly excluded: readonly string[];
  readonly only: string | null;
  readonly priority: number;
  readonly weight: number;
}

/** A decision as it was recorded. */
export interface RecordedDecision {
  /** Milliseconds. */
  readonly at: number;
  /** Null when nobody could take it. */
  readonly csr: string | null;
  readonly network: string | null;
  readonly queue: string;
  /** True: somebody else chose; the reasons are those for which this desk would, or would not, have. */
  readonly elsewhere: boolean;
  /** The version of the rules it was made by. */
  readonly rules: string;
  /** Rings of the queue that it had come to, from 0. */
  readonly rings: readonly number[];
  readonly request: RecordedRequest;
  /** Reasons, each with those whom it kept from being chosen; null where there were too many CSRs to look at each. */
  readonly losses: readonly (readonly [Loss, readonly string[]])[] | null;
  /** Who would have been next, where `losses` is null. */
  readonly next: readonly string[];
}

/** To be called before the decision is acted on. `match` null: nobody can take it. */
export function recordDecision(turn: Turn, row: ConversationRow, match: Match | null): void {
  const queue = turn.rules.queues.get(row.queue ?? "");
  const { explainedCsrs } = turn.rules.limits;
  if (queue === undefined || explainedCsrs === 0) return;
  const request = requestFor(turn, row, queue);
  const isSmall = turn.rules.csrs.size <= explainedCsrs;
  fact(
    turn,
    DECIDED,
    { conversation: row.id, ...(match === null ? {} : { csr: match.csr }) },
    {
      queue: queue.id,
      network: match?.address.network ?? null,
      ...(turn.memory.decidesElsewhere ? { elsewhere: true } : {}),
      rules: turn.rules.version,
      rings: (row.rings ?? []).join(" "),
      request: JSON.stringify(kept(request)),
      losses: isSmall ? JSON.stringify(lossesOf(turn, request, match)) : null,
      next: isSmall ? "" : nextInLine(turn, request, match).join(" "),
    },
  );
}

function kept({
  needs,
  strategies,
  compatibility,
  preferred = [],
  excluded,
  only,
  priority,
  weight = 1,
}: Waiting): RecordedRequest {
  return {
    needs,
    strategies,
    compatibility,
    preferred,
    excluded: excluded.slice(0, EXCLUDED_KEPT),
    only,
    priority,
    weight,
  };
}

function lossesOf(turn: Turn, request: Waiting, match: Match | null): RecordedDecision["losses"] {
  const grouped = new Map<string, [Loss, string[]]>();
  for (const { csr, loss } of turn.routing.explain(request).losses) {
    if (csr === match?.csr) continue;
    const key = JSON.stringify(loss);
    const group = grouped.get(key);
    if (group === undefined) grouped.set(key, [loss, [csr]]);
    else group[1].push(csr);
  }
  return [...grouped.values()];
}

function nextInLine(turn: Turn, request: Waiting, match: Match | null): readonly string[] {
  const next: string[] = match === null ? [] : [match.csr];
  for (let count = 0; match !== null && count < NEXT_IN_LINE; count += 1) {
    const found = turn.routing.decide({ ...request, excluded: [...request.excluded, ...next] });
    if (found === null) break;
    next.push(found.csr);
  }
  return next.slice(1);
}

/** The decision that a fact records; null where it records none. */
export function recordedDecision({ event, at, csr, detail }: Fact): RecordedDecision | null {
  if (event !== DECIDED || typeof detail.request !== "string") return null;
  const words = (text: unknown): readonly string[] =>
    String(text ?? "")
      .split(" ")
      .filter((word) => word !== "");
  return {
    at,
    csr,
    network: typeof detail.network === "string" ? detail.network : null,
    queue: String(detail.queue),
    elsewhere: detail.elsewhere === true,
    rules: String(detail.rules),
    rings: words(detail.rings).map(Number),
    // Written above and by nobody else.
    request: JSON.parse(detail.request) as RecordedRequest,
    losses: typeof detail.losses === "string" ? (JSON.parse(detail.losses) as RecordedDecision["losses"]) : null,
    next: words(detail.next),
  };
}
