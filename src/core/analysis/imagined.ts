/**
 * An imagined customer, led through the real rules: what becomes of them in a queue, who is chosen, and why nobody else is. The desk
 * around them is imagined too (for tests of rules), or the one that is running; either way nothing of it changes.
 */
import { isServed } from "../assignment.ts";
import { close, enqueue } from "../conversation.ts";
import { NO_FACTS } from "../dialog.ts";
import { LAST_CSR } from "../last-csr.ts";
import { addressKey, type Software } from "../model.ts";
import { waitingOf } from "../request.ts";
import { advanceRings } from "../rings.ts";
import type { Explanation, Waiting } from "../routing/routing.ts";
import type { Queue, SkillLevel } from "../rules.ts";
import type { ConversationRow } from "../state.ts";
import type { Fact } from "../step.ts";
import { putConversation, type Turn } from "../turn.ts";

export interface ImaginedCustomer {
  /** The queue that the bot sends them to. */
  readonly queue: string;
  readonly network: string;
  /** The handle they wrote to; null: one of that network, whichever comes first. */
  readonly handle: string | null;
  readonly language: string | null;
  /** Their entry in the directory; null: a stranger. */
  readonly customer: string | null;
  readonly answers: Readonly<Record<string, string>>;
  readonly software: Software | null;
  /** What the dialog asks for beside the queue, as `route` of dialogs.yaml; null: the queue's own. */
  readonly skills: Readonly<Record<string, SkillLevel>>;
  readonly priority: number | null;
  /** Who talked with them last; null: what is known of that. */
  readonly lastCsr: string | null;
  /** CSRs who were asked and did not take it. */
  readonly declined: readonly string[];
  /** Seconds they have waited by now. */
  readonly waited: number;
}

export const ANYBODY: Omit<ImaginedCustomer, "queue" | "network"> = {
  handle: null,
  language: null,
  customer: null,
  answers: {},
  software: null,
  skills: {},
  priority: null,
  lastCsr: null,
  declined: [],
  waited: 0,
};

/** What became of them by now. `closed`: told why, and the conversation ended; `dialog`: the bot has them again. */
export type Outcome =
  | { readonly kind: "waiting" }
  | { readonly kind: "closed"; readonly why: string }
  | { readonly kind: "dialog"; readonly dialog: string };

export interface Decision {
  readonly outcome: Outcome;
  /** The queue they are in at the end. */
  readonly queue: string | null;
  /** Rings of that queue that were entered, by their place in the file from 0. */
  readonly rings: readonly number[];
  /** What happened on the way there: facts of the queue, oldest first. */
  readonly happened: readonly Fact[];
  /** Null unless they wait. */
  readonly request: Waiting | null;
  /** The choice with its reasons; no match when nobody can take it now. */
  readonly explanation: Explanation;
  /** Who would be asked one after the other if each declined; at most `MOST_IN_ORDER`. */
  readonly order: readonly string[];
}

export const MOST_IN_ORDER = 20;
/** Rings that are followed at most: a file has no more. */
const MOST_LOOKS = 200;
const NOBODY: Explanation = { match: null, losses: [] };

/**
 * Routes that customer by the turn's rules, at its time. Works on the turn's own tables: whoever made it throws them away. `clock` is what
 * the turn's world tells as now, so that the time they waited can pass. Throws when there is no such queue or network.
 */
export function imagine(turn: Turn, clock: { now: number }, customer: ImaginedCustomer): Decision {
  const end = clock.now;
  clock.now = end - customer.waited * 1000;
  const queue = turn.rules.queues.get(customer.queue);
  if (queue === undefined) throw new Error(`there is no queue ${customer.queue}`);
  const row = rowOf(turn, "imagined", customer);
  remember(turn, row, customer);
  enterQueue(turn, row, queue, customer);
  pass(turn, clock, row.id, end);
  clock.now = end;
  const after = turn.tables.conversation.get(row.id);
  if (after !== null && customer.declined.length > 0) putConversation(turn, after, { excluded: customer.declined });
  return decisionOf(turn, row.id);
}

/** Their conversation when the bot has done its part. `id`: of the conversation, and of strangers on their network. */
export function rowOf(turn: Turn, id: string, customer: ImaginedCustomer): ConversationRow {
  const { network, language } = customer;
  const handles = turn.rules.networks.get(network)?.handles ?? [];
  const handle = customer.handle ?? handles[0]?.id ?? "";
  const known = handles.find(({ id }) => id === handle) ?? handles[0];
  const script = turn.rules.dialogs.get(known?.dialog ?? "");
  const entry = customer.customer === null ? null : turn.rules.directory.byId(customer.customer);
  const address = entry?.addresses.find((one) => one.network === network) ?? { network, id };
  const leg = { role: "customer", csr: null, label: null, state: "active" } as const;
  return {
    id,
    state: "dialog",
    generation: 0,
    network,
    handle,
    openedAt: turn.world.now,
    legs: [{ ...leg, index: 0, address, desk: handle, shown: handle }],
    software: customer.software,
    languageHint: language ?? entry?.language ?? null,
    dialog: script?.id ?? "",
    dialogVersion: script?.version ?? "",
    position: null,
    facts: {
      ...NO_FACTS,
      name: entry?.name ?? null,
      account: entry?.account ?? null,
      customer: entry?.id ?? null,
      language: language ?? entry?.language ?? null,
      answers: customer.answers,
    },
    opening: null,
    queue: null,
    priority: 0,
    skills: {},
    waitingSince: null,
    excluded: [],
    only: null,
    offers: [],
    toldPlace: null,
    held: [],
    passedOn: false,
  };
}

function remember(turn: Turn, row: ConversationRow, { lastCsr }: ImaginedCustomer): void {
  turn.tables.conversation.put(row.id, row);
  const [leg] = row.legs;
  if (lastCsr === null || leg === undefined) return;
  const { customer } = row.facts;
  const key = customer === null ? addressKey(leg.address) : `customer ${customer}`;
  turn.tables.desk.put(`${LAST_CSR}${key}`, { csr: lastCsr, at: turn.world.now });
}

function enterQueue(turn: Turn, row: ConversationRow, queue: Queue, customer: ImaginedCustomer): void {
  enqueue(turn, row, queue, customer.priority ?? queue.priority, customer.skills);
  const waiting = turn.tables.conversation.get(row.id);
  if (waiting === null || waiting.state !== "waiting" || waiting.queue === null) return;
  if (isServed(turn, waiting, waiting.queue)) advanceRings(turn, waiting);
  else close(turn, waiting, "unqualified");
}

/** Lets the time go by until `end`, from one look at the rings to the next. */
function pass(turn: Turn, clock: { now: number }, id: string, end: number): void {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const row = turn.tables.conversation.get(id);
    const at = turn.timers.findLast((change) => change.kind === "set" && change.timer.name === "ring");
    if (row === null || row.state !== "waiting" || at?.kind !== "set" || at.timer.at <= clock.now) return;
    if (at.timer.at > end) return;
    clock.now = at.timer.at;
    advanceRings(turn, row);
  }
}

function decisionOf(turn: Turn, id: string): Decision {
  const row = turn.tables.conversation.get(id);
  const happened = turn.facts.filter(({ conversation }) => conversation === id);
  const request = row === null ? null : waitingOf(turn, row);
  return {
    outcome: outcomeOf(row, happened),
    queue: row?.queue ?? null,
    rings: row?.rings ?? [],
    happened,
    request,
    explanation: request === null ? NOBODY : turn.routing.explain(request),
    order: request === null ? [] : orderOf(turn, request),
  };
}

function outcomeOf(row: ConversationRow | null, happened: readonly Fact[]): Outcome {
  if (row !== null && row.state === "waiting") return { kind: "waiting" };
  if (row !== null && row.state === "dialog") return { kind: "dialog", dialog: row.dialog };
  const closed = happened.findLast(({ event }) => event === "conversation.closed");
  return { kind: "closed", why: String(closed?.detail.why ?? "closed") };
}

function orderOf(turn: Turn, request: Waiting): readonly string[] {
  const order: string[] = [];
  while (order.length < MOST_IN_ORDER) {
    const next = turn.routing.decide({ ...request, excluded: [...request.excluded, ...order] });
    if (next === null) break;
    order.push(next.csr);
  }
  return order;
}
