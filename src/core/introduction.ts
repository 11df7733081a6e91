/**
 * Hosting by the IM server: where a queue says so, and customer and CSR are on one network whose server can, the desk introduces both in a
 * room there that shows neither the other's address. Until both are in it the desk relays as ever; if they do not come in time, or the
 * room cannot be made, it goes on relaying. What happens when both are there is in stepping-out.ts.
 */
import { customerOf, talkingLeg } from "./legs.ts";
import type { Condition, OutboundOf, RoomAct, RoomParty } from "./model.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { nickOf, tell } from "./transcript.ts";
import {
  cancelTimer,
  duration,
  fact,
  languageOf,
  looseKey,
  putConversation,
  say,
  setTimer,
  type Turn,
} from "./turn.ts";

/** A contact's key has two spaces at least, this one has one: they are never taken for each other. */
const roomKey = (token: string): string => `room ${token}`;

/** The conversation that is to meet in that room; null when the room stands for none any more. */
export function conversationOfRoom(turn: Turn, token: string): ConversationRow | null {
  const id = turn.tables.contact.get(roomKey(token))?.conversation;
  return id === undefined ? null : turn.tables.conversation.get(id);
}

/** A CSR has accepted: has a room made for both where the queue wants it and their network can; else the desk relays. */
export function meetInRoom(turn: Turn, row: ConversationRow): void {
  const [customer, csr] = [customerOf(row), talkingLeg(row)];
  const wanted = turn.rules.queues.get(row.queue ?? "")?.room ?? null;
  const network = turn.rules.networks.get(customer.address.network);
  if (wanted === null || csr === null || network?.rooms == null || csr.address.network !== network.name) return;
  // A gateway carries messages between two people, not rooms of the network before it.
  if (turn.memory.links.get(network.name) !== true || (row.software?.gateway ?? null) !== null) return;
  const token = turn.world.token();
  const until = turn.world.now + wanted.seconds * 1000;
  const next = putConversation(turn, row, { room: { token, until, told: false, entered: [] } });
  turn.tables.contact.put(roomKey(token), { conversation: row.id });
  setTimer(turn, { id: `room ${row.id}`, at: until, generation: 0, conversation: row.id, name: "room" });
  const parties = [customer, csr].map((leg): RoomParty => {
    const invitation = say(turn, "room.invitation", languageOf(turn, next, leg), { nick: nickInRoom(turn, next, leg) });
    return { address: leg.address, nick: nickInRoom(turn, next, leg), invitation };
  });
  const subject = turn.rules.queues.get(row.queue ?? "")?.name ?? turn.rules.company;
  actInRoom(turn, next, token, { kind: "introduce", nick: turn.rules.company, subject, parties, until });
  fact(turn, "room.offered", { conversation: row.id, csr: csr.csr ?? "" }, { network: network.name });
}

/** Names in one room differ, from the desk's too: a number tells two of one name apart. */
export function nickInRoom(turn: Turn, row: ConversationRow, leg: Leg): string {
  const own = nickOf(turn, row, leg);
  const csr = talkingLeg(row);
  const others = [turn.rules.company, ...(leg.role === "customer" && csr !== null ? [nickOf(turn, row, csr)] : [])];
  const isTaken = (nick: string) => others.some((other) => other.toLowerCase() === nick.toLowerCase());
  let nick = own;
  for (let count = 2; isTaken(nick); count += 1) nick = `${own} ${count}`;
  return nick;
}

/** The room is there: both are told where, for clients that show no invitations, and which name to take. */
export function tellRoom(turn: Turn, row: ConversationRow): ConversationRow {
  const template = turn.rules.networks.get(customerOf(row).address.network)?.rooms ?? null;
  const csr = talkingLeg(row);
  if (row.room == null || row.room.told || template === null || csr === null) return row;
  const next = putConversation(turn, row, { room: { ...row.room, told: true } });
  const place = template.replaceAll("{}", encodeURIComponent(row.room.token));
  for (const [leg, other] of [
    [customerOf(next), csr],
    [csr, customerOf(next)],
  ] as const) {
    const minutes = duration(turn, row.room.until - turn.world.now, languageOf(turn, next, leg));
    const names = { nick: nickInRoom(turn, next, leg), name: nickInRoom(turn, next, other) };
    tell(turn, next, leg, "room.invite", { place, minutes, ...names });
  }
  return next;
}

export function actInRoom(turn: Turn, row: ConversationRow, room: string, act: RoomAct): void {
  const { address, desk } = customerOf(row);
  const frame = { from: desk, to: address, device: null, conversation: row.id };
  turn.outbounds.push({ key: looseKey(turn, "room"), ...frame, kind: "room", room, act });
}

/** It stands for the conversation no more. */
export function forgetRoom(turn: Turn, row: ConversationRow): void {
  if (row.room == null) return;
  turn.tables.contact.delete(roomKey(row.room.token));
  cancelTimer(turn, `room ${row.id}`);
}

/** Nobody is to meet there any more: the conversation ended or goes on with somebody else. Gives what the row has for it from now on. */
export function endRoom(turn: Turn, row: ConversationRow): null {
  if (row.room == null) return null;
  forgetRoom(turn, row);
  const text = say(turn, "room.dissolved", languageOf(turn, row, customerOf(row)));
  actInRoom(turn, row, row.room.token, { kind: "dissolve", text });
  return null;
}

/** Time is over and one of them has not come. */
export function roomRanOut(turn: Turn, row: ConversationRow): void {
  if (row.room == null || row.room.until > turn.world.now) return;
  relayOn(turn, row, "late");
}

/** What was to be done with a room could not be done. */
export function roomFailed(turn: Turn, { room, act }: OutboundOf<"room">, reason: Condition): void {
  const row = conversationOfRoom(turn, room);
  if (row !== null && act.kind === "introduce") relayOn(turn, row, reason);
  else fact(turn, "room.lost", {}, { act: act.kind, reason });
}

function relayOn(turn: Turn, row: ConversationRow, reason: string): void {
  const next = putConversation(turn, row, { room: endRoom(turn, row) });
  fact(turn, "room.failed", { conversation: row.id }, { reason });
  const csr = talkingLeg(next);
  // Who was told of no room misses none.
  if (row.room?.told !== true || csr === null) return;
  for (const leg of [customerOf(next), csr]) tell(turn, next, leg, "room.failed");
}
