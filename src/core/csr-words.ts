/**
 * The CSR's words, the same in every client. A word is a line that begins with a slash; in the chat window of a
 * conversation it acts on that conversation, in the desk contact on the CSR. `//` stands for a line that really begins
 * with a slash, and `/me` is what somebody says (XEP-0245), not a word. A desk may have a second sign that does what the slash does,
 * for clients that keep slashes to themselves.
 */
import { distance } from "fastest-levenshtein";
import { sayAside } from "./aside.ts";
import { csrState, inHand } from "./availability.ts";
import { complete, consultColleague, returnToCustomer } from "./consulting.ts";
import { ruledForStaff } from "./content-rule.ts";
import { close } from "./conversation.ts";
import { sendKept } from "./crossed.ts";
import { set, transfer } from "./handing-on.ts";
import { offerTo } from "./legs.ts";
import { limitOf } from "./limits.ts";
import type { Address, Verdict } from "./model.ts";
import { ACCEPTED, addressKey } from "./model.ts";
import { customerInWords } from "./offer.ts";
import { accept, refuse } from "./offering.ts";
import { excerpt } from "./rendering.ts";
import { hold, resume } from "./resting.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { barge, isSupervisor, leave, monitor, takeOver, whisper } from "./supervision.ts";
import { customerName, noted, tell, tellText } from "./transcript.ts";
import { csrLanguage, csrRow, fact, type PhraseValues, putCsr, say, type Turn } from "./turn.ts";

/** Where a word was said: in the window of a conversation, or to the desk. */
export interface Place {
  readonly csr: string;
  readonly from: Address;
  /** The desk's local name they wrote to. */
  readonly to: string;
  readonly conversation: { readonly row: ConversationRow; readonly leg: Leg } | null;
}

type InConversation = (turn: Turn, row: ConversationRow, leg: Leg, rest: string) => void;
type Anywhere = (turn: Turn, place: Place, rest: string) => void;

const CONVERSATION_WORDS: Readonly<Record<string, InConversation>> = {
  accept: (turn, row, leg) => {
    if (offerTo(row, leg) !== null) accept(turn, row, leg);
    else tell(turn, row, leg, leg.state === "active" ? "csr.already" : "csr.offer.taken");
  },
  decline: (turn, row, leg) => {
    if (offerTo(row, leg) !== null) refuse(turn, row, leg, "declined");
    else tell(turn, row, leg, leg.state === "active" ? "csr.already" : "csr.offer.taken");
  },
  close: (turn, row, leg) => whenTalking(turn, row, leg, () => close(turn, row, "csr")),
  transfer: (turn, row, leg, rest) => whenTalking(turn, row, leg, () => transfer(turn, row, leg, rest)),
  hold: (turn, row, leg) => whenTalking(turn, row, leg, () => hold(turn, row, leg)),
  resume: (turn, row, leg) => whenTalking(turn, row, leg, () => resume(turn, row, leg)),
  set: (turn, row, leg, rest) => whenTalking(turn, row, leg, () => set(turn, row, leg, rest)),
  note: (turn, row, leg, rest) => note(turn, row, leg, rest),
  consult: (turn, row, leg, rest) => whenTalking(turn, row, leg, () => consultColleague(turn, row, leg, rest)),
  complete: (turn, row, leg) => whenTalking(turn, row, leg, () => complete(turn, row, leg)),
  return: (turn, row, leg) => whenTalking(turn, row, leg, () => returnToCustomer(turn, row, leg)),
  send: (turn, row, leg) => whenTalking(turn, row, leg, () => sendKept(turn, row, leg)),
  whisper: (turn, row, leg, rest) => whisper(turn, row, leg, rest),
  barge: (turn, row, leg) => whenSupervising(turn, row, leg, () => barge(turn, row, leg)),
  takeover: (turn, row, leg) => whenSupervising(turn, row, leg, () => takeOver(turn, row, leg)),
  leave: (turn, row, leg) => whenListening(turn, row, leg, () => void leave(turn, row, leg)),
  who: (turn, row, leg) => tellText(turn, row, leg, customerInWords(turn, row, leg, "csr.who.head").join("\n")),
  history: (turn, row, leg) =>
    whenTalking(turn, row, leg, () =>
      turn.queries.push({ conversation: row.id, leg: leg.index, limit: limitOf(turn, "historyLines"), before: null }),
    ),
};

const DESK_WORDS: Readonly<Record<string, Anywhere>> = {
  away: (turn, place) => setAway(turn, place, true),
  back: (turn, place) => setAway(turn, place, false),
  // Ends wrap-up, and nothing else: whoever is away stays it.
  done: (turn, place) => {
    if (csrRow(turn, place.csr).away === null) setAway(turn, place, false);
    else answer(turn, place, "csr.status", statusValues(turn, place.csr));
  },
  status: (turn, place) => answer(turn, place, "csr.status", statusValues(turn, place.csr)),
  monitor: (turn, place, rest) => listenTo(turn, place, rest),
  help: (turn, place) => {
    answer(turn, place, place.conversation === null ? "csr.help-desk" : "csr.help");
    const sign = turn.rules.wordSign ?? null;
    if (sign !== null) answer(turn, place, "csr.help-sign", { sign });
  },
};

export const CSR_WORDS: readonly string[] = [...Object.keys(CONVERSATION_WORDS), ...Object.keys(DESK_WORDS)];

/** A line of a CSR taken apart: one of the words with what follows, an unknown one, or text to be relayed. */
export type CsrLine =
  | { readonly kind: "word"; readonly word: string; readonly rest: string }
  | { readonly kind: "unknown"; readonly word: string }
  | { readonly kind: "text"; readonly text: string };

/** The sign, a word, and what follows it. */
const WORD = /^(\S)([a-z][a-z-]*)(?:\s+([\s\S]*))?$/iu;

/**
 * `sign`: what does the same as the slash; null: nothing. It begins ordinary lines too ("!important"), so what resembles no word is text;
 * twice before letters it stands for a line that begins with it.
 */
export function readLine(text: string, sign: string | null): CsrLine {
  const trimmed = text.trimStart();
  if (trimmed.startsWith("//")) return { kind: "text", text: trimmed.slice(1) };
  const found = WORD.exec(trimmed.trimEnd());
  const word = found?.[2]?.toLowerCase();
  const isSlash = found?.[1] === "/";
  if (found === null || word === undefined || (!isSlash && found[1] !== sign)) {
    const isDoubled = sign !== null && trimmed.startsWith(sign + sign) && WORD.test(trimmed.slice(1).trimEnd());
    return { kind: "text", text: isDoubled ? trimmed.slice(1) : text };
  }
  if (CSR_WORDS.includes(word)) return { kind: "word", word, rest: (found[3] ?? "").trim() };
  return word === "me" || (!isSlash && nearest(word) === null) ? { kind: "text", text } : { kind: "unknown", word };
}

/** Letters that may differ before a word is no longer taken for a slip of another. */
const SLIPS = 2;

/** The word that this is probably a slip of; null: of none. */
function nearest(said: string): string | null {
  const [near] = CSR_WORDS.map((known) => ({ known, slips: distance(said, known) })).sort(
    (one, other) => one.slips - other.slips,
  );
  return near === undefined || near.slips > SLIPS ? null : near.known;
}

/** Plain words that mean the same where nothing else can be meant: an offer is open, or it is said to the desk itself. */
const SPOKEN: Readonly<Record<string, string>> = {
  accept: "accept",
  yes: "accept",
  y: "accept",
  ok: "accept",
  take: "accept",
  decline: "decline",
  no: "decline",
  n: "decline",
  reject: "decline",
};

export function spokenAnswer(text: string): string | null {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/[.!]+$/u, "");
  return Object.hasOwn(SPOKEN, word) ? (SPOKEN[word] ?? null) : null;
}

/** Does what a word says. */
export function obey(turn: Turn, place: Place, word: string, rest: string): Verdict {
  if (Object.hasOwn(DESK_WORDS, word)) {
    DESK_WORDS[word]?.(turn, place, rest);
    return ACCEPTED;
  }
  const { conversation } = place;
  if (conversation === null) answer(turn, place, "csr.no-conversation", { word: `/${word}` });
  else if (Object.hasOwn(CONVERSATION_WORDS, word))
    CONVERSATION_WORDS[word]?.(turn, conversation.row, conversation.leg, rest);
  return ACCEPTED;
}

export function unknownWord(turn: Turn, place: Place, word: string): Verdict {
  // It may be as long as a message may be: enough of it to recognise is said back, and compared.
  const said = excerpt(word);
  const near = nearest(said);
  if (near === null) answer(turn, place, "csr.unknown-word", { word: `/${said}` });
  else answer(turn, place, "csr.unknown-word-near", { word: `/${said}`, near: `/${near}` });
  return ACCEPTED;
}

/** Answers in the window where it was said: the conversation's alias, or the desk contact. */
export function answer(turn: Turn, place: Place, key: string, values: PhraseValues = {}): void {
  const { conversation } = place;
  if (conversation === null)
    sayAside(turn, { to: place.from, from: place.to, language: csrLanguage(turn, place.csr) }, key, values);
  else tell(turn, conversation.row, conversation.leg, key, values);
}

function whenTalking(turn: Turn, row: ConversationRow, leg: Leg, act: () => void): void {
  if (leg.role === "supervisor") tell(turn, row, leg, "csr.supervise.how");
  else if (row.state === "talking" && leg.state === "active") act();
  else tell(turn, row, leg, "csr.answer-offer-first");
}

function whenListening(turn: Turn, row: ConversationRow, leg: Leg, act: () => void): void {
  if (leg.role === "supervisor" && leg.state === "active") act();
  else tell(turn, row, leg, "csr.supervise.not");
}

/** Whoever was asked for advice listens too, and goes no further by themselves. */
function whenSupervising(turn: Turn, row: ConversationRow, leg: Leg, act: () => void): void {
  if (leg.advises === true) tell(turn, row, leg, "csr.supervise.not");
  else whenListening(turn, row, leg, act);
}

function listenTo(turn: Turn, place: Place, wanted: string): void {
  if (!isSupervisor(turn, place.csr)) answer(turn, place, "csr.supervise.not");
  else if (monitor(turn, place.csr, place.from, wanted) === 0)
    answer(turn, place, "csr.supervise.nobody", { name: excerpt(wanted) });
}

function note(turn: Turn, row: ConversationRow, leg: Leg, text: string): void {
  if (text === "") {
    tell(turn, row, leg, "csr.note-empty");
    return;
  }
  // Staff may keep what they need of each other; a card is nowhere to be kept.
  noted(turn, row, leg, ruledForStaff(turn, row, leg, text));
  tell(turn, row, leg, "csr.note-kept");
}

function setAway(turn: Turn, place: Place, away: boolean): void {
  const row = csrRow(turn, place.csr);
  const here = addressKey(place.from);
  const others = row.saidHere.filter((key) => key !== here);
  putCsr(turn, row, {
    away: away ? "word" : null,
    missed: 0,
    wrapUpUntil: away ? row.wrapUpUntil : 0,
    // Where presence is told it is believed, and nothing else.
    saidHere: away || turn.memory.presence.has(here) ? others : [...others, here],
    idleSince: !away && row.away !== null ? turn.world.now : row.idleSince,
  });
  fact(turn, away ? "csr.away" : "csr.back", { csr: place.csr }, { by: "word" });
  answer(turn, place, away ? "csr.away" : "csr.back", statusValues(turn, place.csr));
}

function statusValues(turn: Turn, csr: string): PhraseValues {
  const row = csrRow(turn, csr);
  let waiting = 0;
  for (const queue of turn.rules.queues.keys()) waiting += turn.routing.waitingIn(queue);
  const names = row.hands.map((id) => turn.tables.conversation.get(id)).filter((one) => one !== null);
  return {
    state: say(turn, `csr.state.${csrState(turn, csr)}`, csrLanguage(turn, csr)),
    load: inHand(turn, row),
    capacity: turn.rules.csrs.get(csr)?.capacity ?? 0,
    waiting,
    conversations: names.map((one) => customerName(turn, one, csrLanguage(turn, csr))).join(", "),
  };
}
