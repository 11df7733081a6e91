/**
 * What other rules mean for conversations under way, after a reload or a start: nobody is left waiting in a queue that is not
 * there any more, or talking to somebody who is no CSR any more. What is as it was is not touched, nor even looked at: a desk may be
 * started with a hundred thousand of them.
 */
import { close, requeue } from "./conversation.ts";
import { csrLegs } from "./legs.ts";
import { addressKey } from "./model.ts";
import { refuse, revokeOffers } from "./offering.ts";
import { atStart, queueFor } from "./queue-for.ts";
import { advanceRings } from "./rings.ts";
import type { Csr, Rules } from "./rules.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { csrRow, fact, putConversation, type Turn } from "./turn.ts";

/** The row of the table `desk` that says which rules all conversations were last fitted to. */
const FITTED = "fitted";

/** `before`: the rules they were fitted to until now; null: this is a start, and the tables say which those were. */
export function reconcile(turn: Turn, before: Rules | null): void {
  const { conversation, desk } = turn.tables;
  const known = desk.get(FITTED);
  const fitted = fingerprint(turn.rules);
  const isAsBefore = known !== null && "fitted" in known && known.fitted === fitted;
  const touched = isAsBefore ? [] : before === null ? null : touchedBy(turn, before);
  for (const id of touched === null ? [...conversation.keys()] : new Set([...touched, ...turn.tables.unsettled()])) {
    fitToRules(turn, id);
  }
  if (!isAsBefore) desk.put(FITTED, { fitted });
}

/** Conversations that CSRs have in hand whose entry is another or is gone; null: all must be looked at, since a queue is gone. */
function touchedBy(turn: Turn, before: Rules): readonly string[] | null {
  const { csrs, queues } = turn.rules;
  if ([...before.queues.keys()].some((queue) => !queues.has(queue))) return null;
  const others = [...before.csrs].filter(([id, csr]) => csrs.get(id) !== csr);
  return others.flatMap(([id]) => csrRow(turn, id).hands);
}

function fitToRules(turn: Turn, id: string): void {
  for (const leg of csrLegs(turn.tables.conversation.get(id) ?? NOBODY)) {
    const row = turn.tables.conversation.get(id);
    if (row !== null) leaveCsr(turn, row, leg);
  }
  for (const part of [leaveQueue, lookAtRings]) {
    const row = turn.tables.conversation.get(id);
    if (row !== null) part(turn, row);
  }
}

const NOBODY = { legs: [] };

/** What of the rules conversations are fitted to: who is a CSR at which addresses, and which queues there are. */
function fingerprint({ csrs, queues }: Rules): string {
  const hash = newHash();
  for (const csr of csrs.values()) add(hash, hashOf(csr));
  for (const queue of queues.keys()) add(hash, queue);
  return hash.map((part) => (part >>> 0).toString(16)).join("-");
}

const hashes = new WeakMap<Csr, string>();

/** Entries that a reload leaves as they are remain the same objects. */
function hashOf(csr: Csr): string {
  let known = hashes.get(csr);
  if (known === undefined) {
    const hash = newHash();
    add(hash, JSON.stringify([csr.id, csr.addresses]));
    known = String.fromCharCode(...hash.flatMap((part) => [part & 0xffff, part >>> 16]));
    hashes.set(csr, known);
  }
  return known;
}

/** FNV-1a over 16 bits at a time, twice from different beginnings. */
type Hash = [number, number];
const PRIME = 0x01000193;

function newHash(): Hash {
  return [0x811c9dc5, 0x2b5ad9c3];
}

function add(hash: Hash, text: string): void {
  let [one, other] = hash;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, PRIME);
    other = Math.imul(other ^ code ^ 0xa5a5, PRIME) + (other >>> 15);
  }
  hash[0] = Math.imul(one ^ text.length, PRIME);
  hash[1] = Math.imul(other ^ text.length, PRIME);
}

/** A CSR who is none any more, or not at that address, has nothing in hand there. */
function leaveCsr(turn: Turn, row: ConversationRow, leg: Leg): void {
  if (turn.memory.csrOf.get(addressKey(leg.address)) === leg.csr) return;
  if (leg.state === "invited") refuse(turn, row, leg, "revoked");
  if (row.state !== "talking") return;
  const only = leg.csr !== null && turn.rules.csrs.has(leg.csr) ? leg.csr : null;
  requeue(turn, row, leg, { queue: row.queue ?? "", only }, "reload");
}

/** Rings may be there that were not before, and their time may have come. */
function lookAtRings(turn: Turn, row: ConversationRow): void {
  if (row.state === "waiting") advanceRings(turn, row);
}

function leaveQueue(turn: Turn, row: ConversationRow): void {
  if (row.queue === null || turn.rules.queues.has(row.queue)) return;
  const queue = queueFor(turn, row, row.queue);
  if (queue === null) {
    close(turn, row, "desk");
    return;
  }
  const present = revokeOffers(turn, row);
  fact(turn, "queue.gone", { conversation: row.id }, { queue: row.queue, now: queue.id });
  putConversation(turn, present, {
    queue: queue.id,
    priority: queue.priority,
    skills: Object.fromEntries(queue.skills),
    excluded: [],
    toldPlace: null,
    ...atStart(turn),
  });
}
