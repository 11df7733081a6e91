/**
 * Redirect: where a queue says so, the customer who enters it is asked to continue on an address that the desk hosts itself. The
 * invitation is a link (or address) with a token: unguessable, for this conversation alone, for a while, for whoever comes first.
 * Who comes with it *is* the customer from then on: the customer's leg changes its address, the conversation keeps its state, its
 * history and its place. Who does not come is served where they are.
 */
import { endRoom, tellGone } from "./introduction.ts";
import { csrLegs, customerOf, originOf, putLeg, talkingLeg } from "./legs.ts";
import { limitOf, refused } from "./limits.ts";
import { lossesInWords } from "./losses.ts";
import { ACCEPTED, type Address, addressKey, type Inbound, type Verdict } from "./model.ts";
import type { Queue } from "./rules.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { customerName, tell, tellText } from "./transcript.ts";
import { contactKey } from "./translation.ts";
import {
  cancelTimer,
  csrLanguage,
  duration,
  fact,
  languageOf,
  putConversation,
  say,
  setTimer,
  strangersLanguage,
  type Turn,
} from "./turn.ts";

/** A contact's key has two spaces at least, this one has one: they are never taken for each other. */
const tokenKey = (token: string): string => `continue ${token}`;

/** Asks the customer of a queue that is hosted elsewhere to come there; nothing when they are there, or when its link is down. */
export function inviteElsewhere(turn: Turn, row: ConversationRow, queue: Queue): void {
  const network = turn.rules.networks.get(queue.hosting?.network ?? "");
  const template = network?.continuation?.link;
  if (queue.hosting == null || network === undefined || template === undefined || network.name === row.network) return;
  if (row.continuation != null || turn.memory.links.get(network.name) !== true) return;
  const token = turn.world.token();
  const until = turn.world.now + queue.hosting.seconds * 1000;
  const next = putConversation(turn, row, { continuation: { network: network.name, token, until } });
  turn.tables.contact.put(tokenKey(token), { conversation: row.id });
  setTimer(turn, { id: `continue ${row.id}`, at: until, generation: 0, conversation: row.id, name: "continue" });
  const customer = customerOf(next);
  const minutes = duration(turn, until - turn.world.now, languageOf(turn, next, customer));
  tell(turn, next, customer, "continue.invite", { link: filled(template, token), network: network.title, minutes });
  fact(turn, "redirect.offered", { conversation: row.id }, { from: row.network, to: network.name });
}

function filled(template: string, name: string): string {
  return template.replaceAll("{}", encodeURIComponent(name));
}

/** The invitation is over: used, out of time, or the conversation is. */
export function endInvitation(turn: Turn, row: ConversationRow): void {
  if (row.continuation == null) return;
  turn.tables.contact.delete(tokenKey(row.continuation.token));
  cancelTimer(turn, `continue ${row.id}`);
}

/** With the conversation its former addresses are forgotten: a word to them opens a new one. */
export function forgetFormer(turn: Turn, row: ConversationRow): void {
  endInvitation(turn, row);
  for (const key of row.former ?? []) turn.tables.contact.delete(key);
}

/** The time of the invitation is over and nobody came: the conversation goes on where it is. */
export function invitationRanOut(turn: Turn, row: ConversationRow): void {
  if (row.continuation == null || row.continuation.until > turn.world.now) return;
  endInvitation(turn, row);
  putConversation(turn, row, { continuation: null });
}

/** The token an event comes with: an arrival says it, a message is written to the address that it is. */
function tokenOf(turn: Turn, inbound: Inbound): string | null {
  if (inbound.kind === "arrival" && inbound.token != null) return inbound.token;
  if (inbound.kind !== "message" || turn.world.capabilities(inbound.from.network)?.identity !== "virtual") return null;
  // Nearly all that customers write is to a handle, which is nobody's token.
  const handles = turn.rules.networks.get(inbound.from.network)?.handles ?? [];
  if (handles.some(({ id }) => id === inbound.to)) return null;
  return turn.tables.contact.get(tokenKey(inbound.to)) === null ? null : inbound.to;
}

/** Somebody comes by an invitation. Null when the event bears none; a refusal when it stands for nothing here. */
export function comeByInvitation(turn: Turn, inbound: Inbound): Verdict | null {
  const token = tokenOf(turn, inbound);
  if (token === null) return null;
  const language = strangersLanguage(turn, "language" in inbound ? inbound.language : null);
  const conversation = turn.tables.contact.get(tokenKey(token))?.conversation;
  const row = conversation === undefined ? null : turn.tables.conversation.get(conversation);
  const here = turn.tables.contact.get(contactKey(inbound.from, inbound.to));
  const isOpen = row?.continuation?.network === inbound.from.network && row.continuation.until > turn.world.now;
  // Nobody comes to a name that is not theirs to write to. CSRs are no customers, and one page opened twice is no second customer.
  const handles = turn.rules.networks.get(inbound.from.network)?.handles ?? [];
  const isTheirs = inbound.to === token || handles.some((handle) => handle.id === inbound.to);
  if (row === null || !isOpen || !isTheirs || turn.memory.csrOf.has(addressKey(inbound.from))) {
    if (here !== null && here.moved !== true) return ACCEPTED;
    fact(turn, "redirect.refused", {}, { network: inbound.from.network });
    return refused("item-not-found", say(turn, "continue.unknown", language));
  }
  if (here !== null) return refused("conflict", say(turn, "continue.busy", language));
  arrive(turn, row, inbound);
  return ACCEPTED;
}

function arrive(turn: Turn, row: ConversationRow, { from, to, kind }: Inbound): void {
  const customer = customerOf(row);
  const formerKey = contactKey(customer.address, customer.desk);
  endInvitation(turn, row);
  const next = putConversation(turn, row, {
    network: from.network,
    legs: putLeg(row, customer.index, { address: from, desk: to }),
    software: turn.memory.software.get(addressKey(from)) ?? null,
    // The ids their former client gave its lines mean nothing to the one they write from now.
    held: row.held.map((line) => ({ ...line, foreign: null })),
    continuation: null,
    // A room was for two on the network they have left.
    room: endRoom(turn, row),
    former: [...(row.former ?? []), formerKey],
    cameAfter: turn.world.nextLine(),
  });
  turn.tables.contact.put(formerKey, { conversation: row.id, moved: true });
  turn.tables.contact.put(contactKey(from, to), { conversation: row.id });
  fact(turn, "redirect.followed", { conversation: row.id }, { from: row.network, to: from.network });
  // To the former address, of which the conversation knows no more.
  tell(turn, row, customer, "continue.moved", { place: placeOf(turn, next) });
  tell(turn, next, customerOf(next), "continue.welcome");
  // Who opens a page is shown the talk by the page; who writes to an address sees nothing of it yet.
  if (kind === "message") {
    const before = turn.world.nextLine();
    turn.queries.push({ conversation: row.id, leg: customer.index, limit: limitOf(turn, "historyLines"), before });
  }
  for (const leg of csrLegs(next)) tellCsr(turn, next, leg);
  const csr = talkingLeg(next);
  tellGone(turn, row, next, csr === null ? [customerOf(next)] : [customerOf(next), csr]);
}

function tellCsr(turn: Turn, row: ConversationRow, leg: Leg): void {
  const name = customerName(turn, row, csrLanguage(turn, leg.csr));
  const moved = say(turn, "csr.customer-moved", languageOf(turn, row, leg), { name, network: originOf(turn, row) });
  const losses = lossesInWords(turn, row, leg);
  tellText(turn, row, leg, losses === null ? moved : `${moved}\n${losses}`);
}

/** Where the customer is now, in a form that leads them there again: no invitation, of use to themselves alone. */
function placeOf(turn: Turn, row: ConversationRow): string {
  const { address, desk } = customerOf(row);
  const network = turn.rules.networks.get(address.network);
  return network?.continuation == null ? (network?.title ?? address.network) : filled(network.continuation.place, desk);
}

/** The answer to a word at an address the conversation has left (RFC 6120 §8.3.3.14). */
export function goneElsewhere(turn: Turn, row: ConversationRow, former: Address): Verdict {
  const place = placeOf(turn, row);
  fact(turn, "redirect.repeated", { conversation: row.id }, { network: former.network });
  const text = say(turn, "continue.elsewhere", languageOf(turn, row, customerOf(row)), { place });
  return { kind: "refused", reason: "redirect", text, ...(URL.canParse(place) ? { uri: place } : {}) };
}
