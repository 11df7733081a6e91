/** The desk at this moment, as the estimator wants it: everything that decides how long those who wait will wait. */
import { csrState, loadOf } from "../availability.ts";
import { requestFor, waitingOf } from "../request.ts";
import type { Queue } from "../rules.ts";
import type { ConversationRow } from "../state.ts";
import { csrRow, type Turn } from "../turn.ts";
import type { Present, PresentCsr, PresentQueue, PresentTalk, PresentWaiting } from "./roll.ts";

/** CSRs who declined or missed are asked again after a minute, see `armRound`. */
const ROUND_MS = 60_000;

/**
 * Null when there are more CSRs and conversations than `limit`: then looking at all of them would hold up the desk. `since` tells when a talk
 * began; null where nobody knows.
 */
export function presentOf(
  turn: Turn,
  now: number,
  limit: number,
  since: (conversation: string) => number | null,
): Present | null {
  if (turn.rules.csrs.size + turn.tables.conversation.size > limit) return null;
  const waiting: PresentWaiting[] = [];
  const newcomers = new Map<string, Present["queues"][number]["newcomers"][number][]>();
  let anyone: ConversationRow | null = null;
  for (const [, row] of turn.tables.conversation.entries()) {
    const one = presentWaiting(turn, row, now);
    if (one === null) continue;
    anyone = row;
    waiting.push(one);
    const like = newcomers.get(one.waiting.queue) ?? [];
    if (one.waiting.only === null && like.length < ALIKE)
      like.push({ waiting: { ...one.waiting, excluded: [] }, turn: one.waiting.turnAt - one.since });
    newcomers.set(one.waiting.queue, like);
  }
  const queues = [...turn.rules.queues.values()].map(
    (queue): PresentQueue => ({
      id: queue.id,
      wrapUpMs: (queue.wrapUp?.closed ?? queue.wrapUpSeconds) * 1_000,
      open: turn.memory.open.get(queue.id) ?? true,
      newcomers: newcomers.get(queue.id) ?? (anyone === null ? [] : [plainNewcomer(turn, anyone, queue, now)]),
    }),
  );
  return { now, csrs: presentCsrs(turn, now, since), waiting, queues };
}

/** Of those who wait in a queue, so many stand for those who will come. */
const ALIKE = 20;

/** Somebody who comes to a queue in which nobody waits: like somebody who waits elsewhere, but for what that queue asks. */
function plainNewcomer(turn: Turn, row: ConversationRow, queue: Queue, now: number): PresentQueue["newcomers"][number] {
  const like: ConversationRow = {
    ...row,
    queue: queue.id,
    priority: queue.priority,
    skills: Object.fromEntries(queue.skills),
    waitingSince: now,
    queuedAt: now,
    rings: [],
    excluded: [],
    only: null,
  };
  const waiting = requestFor(turn, like, queue);
  return { waiting, turn: waiting.turnAt - now };
}

function presentWaiting(turn: Turn, row: ConversationRow, now: number): PresentWaiting | null {
  const waiting = waitingOf(turn, row);
  const queue = turn.rules.queues.get(row.queue ?? "");
  if (waiting === null || queue === undefined) return null;
  const later = row.only === null ? rings(turn, row, queue) : [];
  if (row.excluded.length > 0) {
    const at = now + ROUND_MS;
    const before = later.findLast((ring) => ring.at <= at)?.waiting ?? waiting;
    later.push({ at, waiting: { ...before, excluded: [] } });
  }
  return { waiting, since: row.waitingSince ?? now, later };
}

/** The rings that come for certain, as time goes by. Those with a condition, or that lead elsewhere, are not foreseen. */
function rings(turn: Turn, row: ConversationRow, queue: Queue): PresentWaiting["later"][number][] {
  const later: PresentWaiting["later"][number][] = [];
  const entered = [...(row.rings ?? [])];
  let at = row.ringAt ?? row.queuedAt ?? row.openedAt;
  for (const [index, ring] of (queue.rings ?? []).entries()) {
    if (index <= (row.rings?.at(-1) ?? -1)) continue;
    at += ring.afterSeconds * 1_000;
    if (ring.when !== null || ring.to !== null) continue;
    entered.push(index);
    later.push({ at, waiting: requestFor(turn, { ...row, rings: [...entered], excluded: [] }, queue) });
  }
  return later;
}

function presentCsrs(turn: Turn, now: number, since: (conversation: string) => number | null): readonly PresentCsr[] {
  const csrs: PresentCsr[] = [];
  for (const id of turn.rules.csrs.keys()) {
    const csr = turn.routing.csr(id);
    if (csr === null) continue;
    const row = csrRow(turn, id);
    const elsewhere = turn.memory.elsewhere.get(id) ?? 0;
    // Routing is not told what those have in hand who are away.
    const own = loadOf(turn, row);
    const weight = row.hands.length === 0 ? 0 : own / row.hands.length;
    const hands = row.hands.filter((conversation) => isTheirs(turn, conversation, id));
    const load = own - weight * (row.hands.length - hands.length) + elsewhere;
    const talks = hands.map((conversation): PresentTalk => {
      const queue = turn.tables.conversation.get(conversation)?.queue ?? "";
      return { queue, weight, ageMs: Math.max(0, now - (since(conversation) ?? now)) };
    });
    csrs.push({
      csr: load === csr.load ? csr : { ...csr, load },
      talks: [...talks, ...talksElsewhere(turn, elsewhere)],
      willingAt: csrState(turn, id) === "wrap-up" ? row.wrapUpUntil : null,
    });
  }
  return csrs;
}

/** What they have in hand at other desks that share them, of which no more is known than how much it is: taken for talks as they are here. */
function talksElsewhere(turn: Turn, load: number): readonly PresentTalk[] {
  const [queue = ""] = turn.rules.queues.keys();
  const count = load === 0 ? 0 : Math.max(1, Math.round(load));
  return Array.from({ length: count }, () => ({ queue, weight: load / count, ageMs: 0 }));
}

/** Of several who were asked at once, the first is taken to be the one who will accept: the others are free again in a moment. */
function isTheirs(turn: Turn, conversation: string, csr: string): boolean {
  const row = turn.tables.conversation.get(conversation);
  return row?.state !== "offered" || row.legs.find(({ state }) => state === "invited")?.csr === csr;
}

/** Where somebody stands: their queue, their place, and how many CSRs at work could serve them. Null when they do not wait. */
export function standingOf(turn: Turn, conversation: string): Standing | null {
  const row = turn.tables.conversation.get(conversation);
  const waiting = row === null ? null : waitingOf(turn, row);
  const place = turn.routing.place(conversation);
  if (waiting === null || place === null) return null;
  return { queue: waiting.queue, place, staffed: turn.routing.staffed(waiting, STAFF_COUNTED) };
}
const STAFF_COUNTED = 1_000;

export interface Standing {
  readonly queue: string;
  readonly place: number;
  readonly staffed: number;
}
