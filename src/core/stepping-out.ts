/** Both have come to the room of their IM server: the desk says who is who and what was said, steps out, and keeps the record that it did. */
import { close } from "./conversation.ts";
import { saidSoFar } from "./history.ts";
import {
  actInRoom,
  askTheOther,
  conversationOfRoom,
  forgetRoom,
  nickInRoom,
  takeBack,
  tellRoom,
} from "./introduction.ts";
import { customerOf, talkingLeg } from "./legs.ts";
import { limitOf } from "./limits.ts";
import { ACCEPTED, addressKey, type InboundOf, type Verdict } from "./model.ts";
import type { ConversationRow } from "./state.ts";
import type { DeskEvent } from "./step.ts";
import { fact, languageOf, putConversation, say, type Turn } from "./turn.ts";

/** The room is ready, somebody came to it, left it again or will not come. When both are in, the desk looks up what it is to hand over. */
export function hearRoom(turn: Turn, { room, state, from }: InboundOf<"room">): Verdict {
  const known = conversationOfRoom(turn, room);
  if (known === null) return ACCEPTED;
  const row = tellRoom(turn, known);
  const person = addressKey(from);
  const leg = row.legs.find((one) => one.state === "active" && addressKey(one.address) === person);
  if (row.room == null || leg === undefined || state === "ready") return ACCEPTED;
  if (state === "declined") {
    takeBack(turn, row, "declined");
    return ACCEPTED;
  }
  const others = row.room.entered.filter((index) => index !== leg.index);
  const entered = state === "entered" ? [...others, leg.index] : others;
  const next = askTheOther(turn, putConversation(turn, row, { room: { ...row.room, entered } }));
  // Asked again whenever somebody is reported: an answer that a crash took along would never come.
  if (bothAreIn(next))
    turn.queries.push({ conversation: row.id, leg: 0, limit: limitOf(turn, "historyLines"), before: null });
  return ACCEPTED;
}

function bothAreIn(row: ConversationRow): boolean {
  const csr = talkingLeg(row);
  const entered = row.room?.entered ?? [];
  return csr !== null && [customerOf(row), csr].every(({ index }) => entered.includes(index));
}

/** The transcript is there: hands over and closes. False when nobody is waiting in a room for it. */
export function stepOut(turn: Turn, event: Extract<DeskEvent, { kind: "history" }>): boolean {
  const row = turn.tables.conversation.get(event.conversation);
  const csr = row === null ? null : talkingLeg(row);
  if (row?.room == null || csr === null || event.leg !== 0 || !bothAreIn(row)) return false;
  const customer = customerOf(row);
  const language = languageOf(turn, row, customer);
  const names = { customer: nickInRoom(turn, row, customer), csr: nickInRoom(turn, row, csr) };
  const said = saidSoFar(turn, row, customer, event.lines);
  const head = said.length === 0 ? [] : [say(turn, "room.history", language)];
  const lines = [say(turn, "room.who", language, names), ...head, ...said, say(turn, "room.left", language)];
  actInRoom(turn, row, row.room.token, { kind: "hand-over", lines });
  const about = { conversation: row.id, csr: csr.csr ?? "" };
  fact(turn, "room.handed-over", about, { network: customer.address.network, lines: said.length });
  forgetRoom(turn, row);
  close(turn, putConversation(turn, row, { room: null }), "room");
  return true;
}
