/** What an inbound event does, by its kind and by who it comes from. One table; the state machine does the rest. */
import { type Aside, sayAside } from "./aside.ts";
import { forTheBot } from "./bot.ts";
import { ruled } from "./content-rule.ts";
import { consult } from "./conversation.ts";
import { amendKept, keepBack, mayHaveCrossed } from "./crossed.ts";
import { answer, type CsrLine, obey, type Place, readLine, spokenAnswer, unknownWord } from "./csr-words.ts";
import { checked, ending } from "./formatting.ts";
import { amendHeld, waits } from "./held.ts";
import { withinLimits } from "./limits.ts";
import {
  ACCEPTED,
  addressKey,
  type FormattedText,
  type Inbound,
  type InboundKind,
  type InboundOf,
  type Verdict,
  wordsOf,
} from "./model.ts";
import { nobody, openFor } from "./newcomers.ts";
import { comeByInvitation, goneElsewhere } from "./redirect.ts";
import { type Amendment, excerpt } from "./rendering.ts";
import { wake } from "./resting.ts";
import {
  hearArrival,
  hearDeparture,
  hearPresence,
  hearReceipt,
  hearSoftware,
  hearSubscription,
  hearTyping,
} from "./signals.ts";
import type { ConversationRow, Leg } from "./state.ts";
import type { DeskEvent, LineReference } from "./step.ts";
import { hearRoom } from "./stepping-out.ts";
import { typed } from "./styling-writer.ts";
import { whisper } from "./supervision.ts";
import { amend, fileOf, record, relay, tell } from "./transcript.ts";
import { type Party, resolve } from "./translation.ts";
import { csrLanguage, type Turn, writtenAt } from "./turn.ts";
import { undelivered } from "./undelivered.ts";

type InboundEvent = Extract<DeskEvent, { kind: "inbound" }>;
type Hearing<K extends InboundKind> = (turn: Turn, inbound: InboundOf<K>, event: InboundEvent) => Verdict;

const HEARINGS: { readonly [K in InboundKind]: Hearing<K> } = {
  message: hearMessage,
  edit: hearEdit,
  retraction: (turn, inbound, event) =>
    hearAmendment(turn, inbound, event, { kind: "retraction", of: event.reference?.line ?? 0 }),
  reaction: (turn, inbound, event) =>
    hearAmendment(turn, inbound, event, {
      kind: "reaction",
      of: event.reference?.line ?? 0,
      reactions: inbound.reactions,
    }),
  typing: hearTyping,
  receipt: hearReceipt,
  presence: hearPresence,
  software: hearSoftware,
  subscription: hearSubscription,
  arrival: hearArrival,
  departure: hearDeparture,
  room: hearRoom,
  bounce: (turn, inbound, event) => {
    undelivered(turn, inbound.from, event.reference, inbound.reason, inbound.text);
    return ACCEPTED;
  },
};

export function hear(turn: Turn, reported: InboundEvent): Verdict {
  const inbound = sound(reported.inbound);
  const event = inbound === reported.inbound ? reported : { ...reported, inbound };
  const guarded = withinLimits(turn, inbound);
  if (guarded !== null) return guarded;
  const invited = comeByInvitation(turn, inbound);
  if (invited?.kind === "refused") return invited;
  // The table is keyed by the very kind the event has; TypeScript cannot see that the two go together.
  const hearing = HEARINGS[inbound.kind] as Hearing<InboundKind>;
  return hearing(turn, inbound as InboundOf<InboundKind>, event);
}

/** Where something is, or who: `mxc://…`, `xmpp:…`, `@anna:example.org`. A shortcode (`:wave:`) is none. */
const ADDRESS = /@|^[a-z][a-z0-9+.-]*:[^:\s]/iu;

/** The looks of a text are the adapter's reading of what a stranger wrote: here alone they are checked. So is what a reaction may be. */
function sound(inbound: Inbound): Inbound {
  if (inbound.kind === "reaction")
    return { ...inbound, reactions: inbound.reactions.filter((reaction) => !ADDRESS.test(reaction)) };
  if ((inbound.kind !== "message" && inbound.kind !== "edit") || inbound.formatting === undefined) return inbound;
  const { formatting: _claimed, ...plain } = inbound;
  return { ...plain, ...checked(inbound) };
}

// --- messages -------------------------------------------------------------------------------------------------------

function hearMessage(turn: Turn, inbound: InboundOf<"message">, event: InboundEvent): Verdict {
  const party = resolve(turn, inbound.from, inbound.to, inbound.text, event.replyTo);
  switch (party.kind) {
    case "leg":
      return party.leg.role === "customer"
        ? customerSays(turn, party.conversation, party.leg, inbound, event)
        : csrSays(turn, party.conversation, party.leg, saidIn(party, inbound), inbound, event);
    case "newcomer":
      return openFor(turn, inbound, party.handle, { ...wordsOf(inbound), ...fileOf(inbound) });
    case "desk":
      return csrSaysToDesk(
        turn,
        { csr: party.csr, from: inbound.from, to: inbound.to, conversation: null },
        inbound.choice ?? inbound.text,
      );
    case "unlabelled":
      return askForLabel(turn, inbound, party);
    case "released": {
      const csr = turn.memory.csrOf.get(addressKey(inbound.from)) ?? "";
      // Of several who were asked, those who were a moment too late have lost a conversation that goes on.
      const goesOn = turn.tables.conversation.get(party.alias.conversation) !== null;
      const key = goesOn && isAcceptance(turn, inbound) ? "csr.offer.taken" : "alias.closed";
      sayAside(turn, asideTo(turn, csr, inbound), key, { name: party.alias.name });
      return ACCEPTED;
    }
    case "moved":
      return goneElsewhere(turn, party.conversation, inbound.from);
    case "nobody":
      return nobody(turn, inbound);
  }
}

function isAcceptance(turn: Turn, { choice, text }: InboundOf<"message">): boolean {
  const read = lineOf(turn, choice ?? text);
  return (read.kind === "text" ? spokenAnswer(read.text) : read.word) === "accept";
}

function customerSays(
  turn: Turn,
  before: ConversationRow,
  leg: Leg,
  written: InboundOf<"message">,
  event: InboundEvent,
): Verdict {
  const { row, said: inbound } = ruled(turn, before, leg, written);
  switch (row.state) {
    case "dialog":
      record(turn, row, leg, inbound, inbound.id, turn.world.now);
      // What the bot asks for it is given as it was written.
      consult(turn, row, { kind: "text", text: forTheBot(written), choice: written.choice });
      return ACCEPTED;
    case "waiting":
    case "offered":
      return waits(turn, row, leg, inbound);
    case "talking": {
      const spoken = {
        ...wordsOf(inbound),
        foreign: inbound.id,
        at: writtenAt(turn, inbound.sentAt),
        replyTo: event.replyTo,
        file: inbound.file ?? null,
      };
      if (relay(turn, wake(turn, row, leg), leg, spoken)) return ACCEPTED;
      tell(turn, row, leg, "undelivered", { text: excerpt(inbound.text) });
      return ACCEPTED;
    }
    case "closed":
      throw new Error(`conversation ${row.id} is closed and was found all the same`);
  }
}

function csrSays(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  said: FormattedText,
  inbound: InboundOf<"message">,
  event: InboundEvent,
): Verdict {
  const place: Place = { csr: leg.csr ?? "", from: inbound.from, to: inbound.to, conversation: { row, leg } };
  const read = readSaid(turn, inbound.choice === null ? said : { text: inbound.choice });
  if (read.kind === "word") return obey(turn, place, read.word, read.rest);
  if (read.kind === "unknown") return unknownWord(turn, place, read.word);
  if (leg.state === "invited") {
    const spoken = spokenAnswer(read.text);
    if (spoken !== null) return obey(turn, place, spoken, "");
    tell(turn, row, leg, "csr.answer-offer-first");
    return ACCEPTED;
  }
  if (leg.role === "supervisor" && leg.state === "active" && leg.speaks !== true) {
    if (leg.advises === true) whisper(turn, row, leg, read.text);
    else tell(turn, row, leg, "csr.supervise.how");
    return ACCEPTED;
  }
  if (leg.state === "left" || row.state !== "talking") {
    answer(turn, place, "csr.no-conversation", { word: "" });
    return ACCEPTED;
  }
  const spoken = {
    ...(inbound.choice === null ? ending(said, read.text) : { text: read.text }),
    foreign: inbound.id,
    at: writtenAt(turn, inbound.sentAt),
    replyTo: event.replyTo,
    file: inbound.file ?? null,
  };
  const passed = ruled(turn, row, leg, spoken);
  if (mayHaveCrossed(turn, passed.row, leg)) {
    keepBack(turn, passed.row, leg, passed.said);
    return ACCEPTED;
  }
  if (!relay(turn, wake(turn, passed.row, leg), leg, passed.said))
    tell(turn, passed.row, leg, "undelivered", { text: excerpt(passed.said.text) });
  return ACCEPTED;
}

/** What they said without the label that their line began with. */
function saidIn(party: Extract<Party, { kind: "leg" }>, inbound: InboundOf<"message" | "edit">): FormattedText {
  return party.text === null ? wordsOf(inbound) : ending(wordsOf(inbound), party.text);
}

function lineOf(turn: Turn, text: string): CsrLine {
  return readLine(text, turn.rules.wordSign ?? null);
}

/** What follows one of the CSR's words is meant to the letter: names, notes. */
function readSaid(turn: Turn, said: FormattedText): CsrLine {
  const read = lineOf(turn, said.text);
  const toTheLetter = read.kind === "word" ? lineOf(turn, typed(said)) : read;
  return toTheLetter.kind === read.kind ? toTheLetter : read;
}

function csrSaysToDesk(turn: Turn, place: Place, text: string): Verdict {
  const read = lineOf(turn, text);
  if (read.kind === "word") return obey(turn, place, read.word, read.rest);
  if (read.kind === "unknown") return unknownWord(turn, place, read.word);
  const bare = read.text.trim().toLowerCase();
  if (["away", "back", "status", "help"].includes(bare)) return obey(turn, place, bare, "");
  answer(turn, place, "csr.help-desk");
  return ACCEPTED;
}

function asideTo(turn: Turn, csr: string, inbound: InboundOf<"message">): Aside {
  return { to: inbound.from, from: inbound.to, language: csrLanguage(turn, csr) };
}

function askForLabel(
  turn: Turn,
  inbound: InboundOf<"message">,
  party: Extract<Party, { kind: "unlabelled" }>,
): Verdict {
  const open = party.labels.filter((alias) => alias.releasedAt === null);
  const labels = open.map((alias) => `${alias.label} ${alias.name}`).join("\n");
  const key = open.length === 0 ? "csr.no-conversation" : party.label === null ? "label.which" : "label.unknown";
  const values = { label: party.label ?? "", labels: `\n${labels}`, word: "" };
  sayAside(turn, asideTo(turn, party.csr, inbound), key, values);
  return ACCEPTED;
}

// --- edits, retractions, reactions -------------------------------------------------------------------------------------

function hearEdit(turn: Turn, inbound: InboundOf<"edit">, event: InboundEvent): Verdict {
  const { reference } = event;
  const party = resolve(turn, inbound.from, inbound.to, inbound.text, reference);
  const mine = party.kind === "leg" && isOwn(reference, party.conversation, party.leg);
  const asText: InboundOf<"message"> = {
    ...inbound,
    kind: "message",
    choice: null,
    replyTo: null,
    sentAt: null,
    language: null,
    nick: null,
  };
  // An edit of somebody else's line, of an unknown one, or one the bot has already answered, is shown as what it is: new text.
  if (party.kind !== "leg" || !mine || reference === null) return hearMessage(turn, asText, event);
  const { conversation, leg } = party;
  const isHeld = conversation.held.some(({ line }) => line === reference.line);
  const isHeard = conversation.state === "talking" && leg.state === "active";
  const written = saidIn(party, inbound);
  const read = leg.role === "csr" ? lineOf(turn, written.text) : ({ kind: "text", text: written.text } as const);
  if ((!isHeld && !isHeard) || read.kind !== "text") return hearMessage(turn, asText, event);
  const { row, said } = ruled(turn, conversation, leg, ending(written, read.text));
  const edit = { kind: "edit", of: reference.line, ...wordsOf(said) } as const;
  const waiting = amendHeld(turn, row, leg, edit, reference);
  if (waiting !== null) return waiting;
  if (amendKept(turn, row, leg, edit, reference) !== null) return ACCEPTED;
  if (!amend(turn, row, leg, edit, reference)) tell(turn, row, leg, "undelivered", { text: excerpt(said.text) });
  return ACCEPTED;
}

function isOwn(reference: LineReference | null, row: ConversationRow, leg: Leg): boolean {
  return (
    reference !== null &&
    reference.viewer === null &&
    reference.author === leg.index &&
    reference.conversation === row.id
  );
}

function hearAmendment(
  turn: Turn,
  inbound: InboundOf<"retraction" | "reaction">,
  event: InboundEvent,
  amendment: Amendment,
): Verdict {
  const { reference } = event;
  const party = resolve(turn, inbound.from, inbound.to, null, reference);
  if (party.kind === "nobody") return nobody(turn, inbound);
  if (party.kind === "moved") return goneElsewhere(turn, party.conversation, inbound.from);
  if (party.kind !== "leg") return ACCEPTED;
  const { conversation: row, leg } = party;
  const own = isOwn(reference, row, leg);
  if (amendment.kind === "retraction") {
    // Recorded whoever is there to be told, so that nobody who comes later is shown the line.
    if (!own || reference === null) tell(turn, row, leg, "retraction.refused");
    else if (amendKept(turn, row, leg, amendment, reference) === null)
      return amendHeld(turn, row, leg, amendment, reference) ?? amended(turn, row, leg, amendment, reference);
    return ACCEPTED;
  }
  const shown = own || (reference?.viewer === leg.index && reference.conversation === row.id);
  if (reference === null || !shown || row.state !== "talking" || leg.state !== "active") return ACCEPTED;
  return amended(turn, row, leg, amendment, reference);
}

function amended(turn: Turn, row: ConversationRow, leg: Leg, amendment: Amendment, reference: LineReference): Verdict {
  amend(turn, row, leg, amendment, reference);
  return ACCEPTED;
}
