/**
 * The states of a conversation and the only way from one to another.
 *
 * Theory. A conversation is one customer's contact, from the first message to closing. It is in exactly one state:
 *
 *   dialog   the bot talks with the customer
 *   waiting  in a queue; nobody has been asked, or nobody of those asked took it
 *   offered  one CSR or several have been asked, and one at least has not answered; the customer still waits
 *   talking  a CSR accepted; lines are relayed
 *   closed   over; the row is deleted, transcript and facts stay in the store
 *
 * Every change of state, and every offer made or ended, raises `generation`, and timers name the generation they were set for, so
 * a late timer of a past state does nothing. Waiting time counts from the first queue and is never lost: not by declining, not by
 * missing an offer, not by a transfer.
 */
import type { ConversationRow, ConversationState } from "./state.ts";
import { putConversation, type Turn } from "./turn.ts";

/** `refuse`: the last offer that stood has ended untaken. `narrow`: one of several has. `leave`: the bot takes over
 * from the queue. */
type Occasion = "route" | "leave" | "offer" | "narrow" | "accept" | "refuse" | "requeue" | "close";

const TRANSITIONS: Readonly<Record<ConversationState, Partial<Readonly<Record<Occasion, ConversationState>>>>> = {
  dialog: { route: "waiting", close: "closed" },
  waiting: { offer: "offered", leave: "dialog", close: "closed" },
  offered: { offer: "offered", narrow: "offered", accept: "talking", refuse: "waiting", close: "closed" },
  talking: { requeue: "waiting", close: "closed" },
  closed: {},
};

/** Throws when that cannot happen to it as it is: a defect of the caller. */
export function move(
  turn: Turn,
  row: ConversationRow,
  occasion: Occasion,
  change: Partial<ConversationRow>,
): ConversationRow {
  const state = TRANSITIONS[row.state][occasion];
  if (state === undefined) throw new Error(`conversation ${row.id} is ${row.state}: "${occasion}" cannot happen to it`);
  return putConversation(turn, row, { ...change, state, generation: row.generation + 1 });
}
