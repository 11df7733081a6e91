/**
 * Hosting by the IM server: where a queue says so, and customer and CSR are on one network whose server can, the desk introduces both in a
 * room there. Until both are in it the desk relays as ever; if they do not come in time, or the room cannot be made, it goes on relaying.
 * A room that hides addresses is open to both at once. One that shows them is used only where the queue allows it: the customer is
 * asked first, and the CSR is invited once the customer has come, so that nobody's address is seen who was not told before. What happens
 * when both are there is in stepping-out.ts.
 */
import { customerOf, talkingLeg } from "./legs.ts";
import type { Condition, OutboundOf, RoomAct, RoomParty } from "./model.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { customerName, nickOf, tell } from "./transcript.ts";
import {
  cancelTimer,
  csrLanguage,
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

/** A CSR has it now: has a room made for both where the queue wants it and their network can; else the desk relays. */
export function meetInRoom(turn: Turn, row: ConversationRow): void {
  const [customer, csr] = [customerOf(row), talkingLeg(row)];
  const wanted = turn.rules.queues.get(row.queue ?? "")?.room ?? null;
  const network = turn.rules.networks.get(customer.address.network);
  const rooms = network?.rooms ?? null;
  if (wanted === null || csr === null || rooms === null || csr.address.network !== customer.address.network) return;
  if (rooms.showsAddresses && wanted.allowsAddresses !== true) return;
  // A gateway carries messages between two people, not rooms of the network before it; and whoever listens would hear nothing more.
  if (turn.memory.links.get(customer.address.network) !== true || (row.software?.gateway ?? null) !== null) return;
  if (row.legs.some(({ role, state }) => role === "supervisor" && state === "active")) return;
  const token = turn.world.token();
  const until = turn.world.now + wanted.seconds * 1000;
  const asked = rooms.showsAddresses ? { asked: [] } : {};
  const next = putConversation(turn, row, { room: { token, until, told: false, entered: [], ...asked } });
  turn.tables.contact.put(roomKey(token), { conversation: row.id });
  setTimer(turn, { id: `room ${row.id}`, at: until, generation: 0, conversation: row.id, name: "room" });
  const invited = rooms.showsAddresses ? [] : [customer, csr];
  const parties = invited.map((leg) => partyOf(turn, next, leg, "room.invitation"));
  const subject = turn.rules.queues.get(row.queue ?? "")?.name ?? turn.rules.company;
  actInRoom(turn, next, token, { kind: "introduce", nick: turn.rules.company, subject, parties, until });
  fact(turn, "room.offered", { conversation: row.id, csr: csr.csr ?? "" }, { network: customer.address.network });
}

function partyOf(turn: Turn, row: ConversationRow, leg: Leg, key: string): RoomParty {
  const nick = nickInRoom(turn, row, leg);
  return { address: leg.address, nick, invitation: say(turn, key, languageOf(turn, row, leg), { nick }) };
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

/** The room is there: both are told where, for clients that show no invitations; where it shows addresses, the customer is asked. */
export function tellRoom(turn: Turn, row: ConversationRow): ConversationRow {
  const csr = talkingLeg(row);
  if (row.room == null || row.room.told || csr === null) return row;
  if (!mayBeUsed(turn, row)) return takeBack(turn, row, "policy");
  const next = putConversation(turn, row, { room: { ...row.room, told: true } });
  if (row.room.asked !== undefined) {
    tell(turn, next, csr, "csr.room-asked", { name: customerName(turn, next, csrLanguage(turn, csr.csr)) });
    return askToCome(turn, next, customerOf(next), csr);
  }
  tellPlace(turn, next, customerOf(next), csr, "room.invite");
  tellPlace(turn, next, csr, customerOf(next), "room.invite");
  return next;
}

/** Somebody has come to a room that shows addresses: whoever was not asked yet is asked now. */
export function askTheOther(turn: Turn, row: ConversationRow): ConversationRow {
  const csr = talkingLeg(row);
  const isDue = csr !== null && row.room?.asked?.includes(csr.index) === false && row.room.entered.includes(0);
  if (!isDue) return row;
  return mayBeUsed(turn, row) ? askToCome(turn, row, csr, customerOf(row)) : takeBack(turn, row, "policy");
}

/** False when the queue allows it no more that addresses are seen: rules may be reloaded while a room waits. */
function mayBeUsed(turn: Turn, { room, queue }: ConversationRow): boolean {
  return room?.asked === undefined || turn.rules.queues.get(queue ?? "")?.room?.allowsAddresses === true;
}

/** Tells first and invites then, in the order of one lane: the invitation alone would show them to whoever is in. */
function askToCome(turn: Turn, row: ConversationRow, leg: Leg, other: Leg): ConversationRow {
  if (row.room == null) return row;
  const asked = [...(row.room.asked ?? []), leg.index];
  const next = putConversation(turn, row, { room: { ...row.room, asked } });
  tellPlace(turn, next, leg, other, "room.invite-shown");
  const party = partyOf(turn, next, leg, "room.invitation-shown");
  actInRoom(turn, next, row.room.token, { kind: "invite", party }, leg);
  return next;
}

function tellPlace(turn: Turn, row: ConversationRow, leg: Leg, other: Leg, key: string): void {
  if (row.room == null) return;
  const template = turn.rules.networks.get(leg.address.network)?.rooms?.place ?? "";
  const place = template.replaceAll("{}", encodeURIComponent(row.room.token));
  const minutes = duration(turn, row.room.until - turn.world.now, languageOf(turn, row, leg));
  const names = { nick: nickInRoom(turn, row, leg), name: nickInRoom(turn, row, other) };
  tell(turn, row, leg, key, { place, minutes, ...names });
}

/** `to`: in whose lane it is said; left out: the customer's. */
export function actInRoom(turn: Turn, row: ConversationRow, room: string, act: RoomAct, to = customerOf(row)): void {
  const { desk } = customerOf(row);
  const frame = { from: desk, to: to.address, device: null, conversation: row.id };
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
  takeBack(turn, row, "late");
}

/** What was to be done with a room could not be done. */
export function roomFailed(turn: Turn, { room, act }: OutboundOf<"room">, reason: Condition): void {
  const row = conversationOfRoom(turn, room);
  if (row !== null && (act.kind === "introduce" || act.kind === "invite")) takeBack(turn, row, reason);
  else fact(turn, "room.lost", {}, { act: act.kind, reason });
}

/** The room is given up, and whoever was told of it is told so: the desk goes on relaying. Nothing where there is none. */
export function takeBack(turn: Turn, row: ConversationRow, reason: string): ConversationRow {
  if (row.room == null) return row;
  const next = putConversation(turn, row, { room: endRoom(turn, row) });
  fact(turn, "room.failed", { conversation: row.id }, { reason });
  const csr = talkingLeg(next);
  tellGone(turn, row, next, csr === null ? [customerOf(next)] : [customerOf(next), csr]);
  return next;
}

/** `before`: the conversation as long as it had the room. Who was told of no room misses none. */
export function tellGone(turn: Turn, before: ConversationRow, row: ConversationRow, legs: readonly Leg[]): void {
  if (before.room?.told !== true) return;
  for (const leg of legs) tell(turn, row, leg, "room.failed");
}
