/**
 * Rings: what a queue asks for widens, or narrows, while a conversation waits. A ring is entered when its time has come and its condition
 * holds. When nobody at work would do as things stand, but somebody would in a later ring, that one is entered at once.
 */
import { overflow } from "./conversation.ts";
import { limitOf } from "./limits.ts";
import { mayGoOn, obstacleAt } from "./overflow.ts";
import type { Ring } from "./queue-rules.ts";
import { requestFor } from "./request.ts";
import type { Queue } from "./rules.ts";
import { isSituation } from "./situation.ts";
import type { ConversationRow } from "./state.ts";
import { fact, putConversation, setTimer, type Turn } from "./turn.ts";

/** How often the condition of a ring is looked at while the ring's time has come and it does not hold. */
const LOOK_AGAIN_MS = 15_000;

/** Enters whatever rings can be entered, and sets the time of the next look. */
export function advanceRings(turn: Turn, before: ConversationRow): ConversationRow {
  const queue = turn.rules.queues.get(before.queue ?? "");
  const isDue = (queue?.rings ?? []).length > 0 || (queue?.prefer ?? []).some(({ holdSeconds }) => holdSeconds > 0);
  if (queue === undefined || !isDue || before.only !== null) return before;
  let row = before;
  for (let next = nextRing(turn, row, queue); next !== null; next = nextRing(turn, row, queue)) {
    const to = queue.rings?.[next.indices.at(-1) ?? -1]?.to ?? null;
    row = putConversation(turn, row, { rings: [...(row.rings ?? []), ...next.indices], ringAt: turn.world.now });
    fact(
      turn,
      "queue.ring",
      { conversation: row.id },
      { queue: queue.id, ring: next.indices.at(-1) ?? 0, why: next.why },
    );
    if (to !== null && overflow(turn, row, to)) return turn.tables.conversation.get(row.id) ?? row;
  }
  const at = nextLook(turn, row, queue);
  if (at !== null) {
    setTimer(turn, { id: `ring ${row.id}`, at, generation: 0, conversation: row.id, name: "ring" });
  }
  return row;
}

interface NextRing {
  readonly indices: readonly number[];
  readonly why: "time" | "empty";
}

/** Rings that were not entered, each with the time at which it may be. */
function* ahead(row: ConversationRow, queue: Queue): Iterable<{ index: number; ring: Ring; dueAt: number }> {
  let dueAt = row.ringAt ?? row.queuedAt ?? row.openedAt;
  const last = row.rings?.at(-1) ?? -1;
  for (const [index, ring] of (queue.rings ?? []).entries()) {
    if (index <= last) continue;
    dueAt += ring.afterSeconds * 1000;
    yield { index, ring, dueAt };
  }
}

function nextRing(turn: Turn, row: ConversationRow, queue: Queue): NextRing | null {
  const staffed = (): number => turn.routing.staffed(requestFor(turn, row, queue));
  for (const { index, ring, dueAt } of ahead(row, queue)) {
    // Whoever has an offer out is not sent elsewhere.
    if (!canEnter(turn, row, ring)) continue;
    if (dueAt <= turn.world.now && isSituation(turn, row, ring.when, staffed)) return { indices: [index], why: "time" };
  }
  if (!isHeard(turn) || isStaffed(turn, row, queue)) return null;
  const indices: number[] = [];
  for (const { index, ring } of ahead(row, queue)) {
    if (!canEnter(turn, row, ring) || !isSituation(turn, row, ring.when, () => 0)) continue;
    if (ring.to !== null) return { indices: [...indices, index], why: "empty" };
    indices.push(index);
    if (isStaffed(turn, { ...row, rings: [...(row.rings ?? []), ...indices] }, queue)) return { indices, why: "empty" };
  }
  return null;
}

/** Somewhere else must take them, and they must not have an offer just now. */
function canEnter(turn: Turn, row: ConversationRow, { to }: Ring): boolean {
  if (to === null) return true;
  if (row.state !== "waiting" || !mayGoOn(turn, row)) return false;
  const queue = to.kind === "queue" ? turn.rules.queues.get(to.queue) : null;
  return queue === null || (queue !== undefined && obstacleAt(turn, queue) === null);
}

function isStaffed(turn: Turn, row: ConversationRow, queue: Queue): boolean {
  return turn.routing.staffed(requestFor(turn, { ...row, excluded: [] }, queue), 1) > 0;
}

/** Whether the networks have had time to say who is there. */
function isHeard(turn: Turn): boolean {
  return heardAgainAt(turn) === null;
}

/** When they will have had that time; null: they have. */
export function heardAgainAt(turn: Turn): number | null {
  const at = turn.memory.heardAt + limitOf(turn, "presenceSeconds") * 1000;
  return turn.world.now >= at ? null : at;
}

/** A link is up: who is there on it will be heard of soon. */
export function listenAfresh(turn: Turn): void {
  turn.memory.heardAt = turn.world.now;
}

function nextLook(turn: Turn, row: ConversationRow, queue: Queue): number | null {
  const { now } = turn.world;
  const looks = [...ahead(row, queue)].map(({ dueAt }) => (dueAt > now ? dueAt : now + LOOK_AGAIN_MS));
  const holds = (queue.prefer ?? []).map(({ holdSeconds }) => (row.queuedAt ?? row.openedAt) + holdSeconds * 1000);
  looks.push(...holds.filter((at) => at > now));
  const heardAt = heardAgainAt(turn);
  if (looks.length > 0 && heardAt !== null) looks.push(heardAt);
  return looks.length === 0 ? null : Math.min(...looks);
}

/** The time of a look has come. The row is written even when no ring is entered: what is held out for may have changed. */
export function ringLook(turn: Turn, row: ConversationRow): void {
  if (row.state !== "waiting" && row.state !== "offered") return;
  const advanced = advanceRings(turn, row);
  if (turn.tables.conversation.get(row.id) !== null) putConversation(turn, advanced, {});
}

/** The queues in which anything depends on who is at work, so that conversations must be looked at when somebody leaves. */
export function dependsOnStaff(turn: Turn): boolean {
  for (const { rings, prefer } of turn.rules.queues.values())
    if ((rings ?? []).length > 0 || (prefer ?? []).length > 0) return true;
  return false;
}

/** Whether somebody, busy or offline included, could serve it in that queue in any of its rings. */
export function isServedEver(turn: Turn, row: ConversationRow, queue: Queue): boolean {
  const qualified = (rings: readonly number[]): boolean =>
    turn.routing.qualified(requestFor(turn, { ...row, rings }, { ...queue, prefer: [] }), 1) > 0;
  const all = [...(queue.rings ?? []).keys()];
  // Rings with a condition may be passed over; each of the others comes, one on top of the other.
  const certain = all.filter((index) => queue.rings?.[index]?.when === null);
  return [[], ...all.map((_, count) => all.slice(0, count + 1)), certain].some(qualified);
}
