/**
 * Messages and presence from the wire to the model. Pure: a stanza and what is known of its way go in, plain data comes out.
 * Only the outer stanza counts: what is forwarded inside it (XEP-0280 carbons, XEP-0297) is a claim of the sender.
 */
import type { Element } from "@xmpp/xml";
import type { FormattedText, Inbound, InboundOf, PresenceState, TypingState } from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { readError } from "./conditions.ts";
import { attribute, childElements, childOf, childrenOf, textOf } from "./elements.ts";
import { type Jid, parseJid } from "./jid.ts";
import { bringsStrangeFile, chosen, linkedFile, readMarks, replyOf, spokenText } from "./message-text.ts";
import { NS } from "./namespaces.ts";
import { type PlainWords, plainWords } from "./plain-inbound.ts";
import type { DevicePresence } from "./presence.ts";

/** What the adapter knows of a stanza besides itself. */
export interface Frame {
  readonly network: string;
  readonly from: Jid;
  /** The desk's own name it is addressed to. */
  readonly to: string;
  /** Bare address of the archive whose stanza ids (XEP-0359) name this very delivery; null where there is none. */
  readonly archive: string | null;
  /** The id under which the stream itself would deliver it again (XEP-0198), for what no archive names; or null. */
  readonly delivery: string | null;
}

export interface DecodedMessage {
  readonly kind: "message";
  readonly events: readonly Inbound[];
  /** The id to confirm once `events` are committed (XEP-0184), or null when the sender did not ask. */
  readonly receipt: string | null;
}
/** A message that brings a file, which has to be fetched first. */
export interface FileMessage {
  readonly kind: "file";
  /** Where it is: to be shown to nobody. */
  readonly link: string;
  /** Its text is what was written beside the link; mostly nothing. */
  readonly event: InboundOf<"message">;
  /** As in DecodedMessage. */
  readonly receipt: string | null;
}
/** A message that is answered with an error rather than taken. */
export interface UnreadableMessage {
  readonly kind: "unreadable";
  /** A constant, for counting. */
  readonly reason: "encrypted" | "file";
  /** What its sender is told. */
  readonly text: string;
}
/** A message of which nothing is for the desk; `reason` is a constant, for counting. */
export interface IgnoredMessage {
  readonly kind: "ignored";
  readonly reason: "headline" | "groupchat" | "empty" | "error without id";
}

const ENCRYPTED_TEXT = "This address cannot read encrypted messages. Please switch encryption off.";
const FILE_TEXT = "Files cannot be passed on here, so this message was not. Please send its words alone.";
/** Longest id that can be answered by; longer ones are treated as none. */
const ID_CHARACTERS = 1_023;
const NICK_CHARACTERS = 200;
const STATUS_CHARACTERS = 1_000;
const REACTIONS = 30;
const REACTION_CHARACTERS = 64;
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$/;
/** Line breaks, controls and what reorders text have no place in a name. */
const NOT_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const ENCRYPTED = new Set<string>([NS.omemo, NS.omemo2, NS.openpgp, NS.pgp]);
const CHAT_STATES: ReadonlySet<string> = new Set<TypingState>(["active", "composing", "paused", "inactive", "gone"]);

type Decoded = DecodedMessage | FileMessage | UnreadableMessage | IgnoredMessage;

/** Decodes a `<message/>` of any type. */
export function decodeMessage(stanza: Element, frame: Frame): Decoded {
  const plain = plainWords(stanza);
  return plain === null ? decodeAnyMessage(stanza, frame) : decodePlain(plain, stanza, frame);
}

function decodePlain({ text, body, id, asksReceipt }: PlainWords, stanza: Element, frame: Frame): DecodedMessage {
  const words = readTyped(text);
  const event: InboundOf<"message"> = {
    redelivery: frame.delivery,
    from: { network: frame.network, id: frame.from.bare },
    device: frame.from.resource,
    to: frame.to,
    kind: "message",
    id,
    text: words.text,
    choice: null,
    replyTo: null,
    sentAt: null,
    language: languageOf(body, stanza),
    nick: null,
  };
  const formatted = words.formatting === undefined ? event : { ...event, formatting: words.formatting };
  return { kind: "message", events: [formatted], receipt: asksReceipt ? id : null };
}

/** The long way, which reads plain messages as well; see plain-inbound.ts. */
export function decodeAnyMessage(stanza: Element, frame: Frame): Decoded {
  const type = attribute(stanza, "type");
  if (type === "groupchat" || type === "headline") {
    return { kind: "ignored", reason: type };
  }
  if (type !== "error" && invitesToRoom(stanza)) {
    return { kind: "ignored", reason: "groupchat" };
  }
  if (type === "error") {
    return decodeBounce(stanza, frame);
  }
  const receipt = childOf(stanza, "request", NS.receipts) === undefined ? null : idOf(stanza);
  const link = linkedFile(stanza);
  const corrects = childOf(stanza, "replace", NS.correction) !== undefined;
  if (bringsStrangeFile(stanza) || (link !== null && corrects)) {
    return { kind: "unreadable", reason: "file", text: FILE_TEXT };
  }
  if (link !== null) {
    const spoken = spokenText(stanza);
    const text = spoken?.text.replaceAll(link, "").trim() ?? "";
    return {
      kind: "file",
      link,
      event: messageOf(stanza, frame, readMarks(text, stanza), spoken?.body ?? stanza),
      receipt,
    };
  }
  const events = decodeEvents(stanza, frame);
  if (events.length > 0) {
    return { kind: "message", events, receipt };
  }
  if (childElements(stanza).some((child) => ENCRYPTED.has(child.getNS() ?? ""))) {
    return { kind: "unreadable", reason: "encrypted", text: ENCRYPTED_TEXT };
  }
  return { kind: "ignored", reason: "empty" };
}

/** XEP-0045 §7.8.2: such an invitation, and its declining, come from the room's address, which is nobody to be answered. */
function invitesToRoom(stanza: Element): boolean {
  const user = childOf(stanza, "x", NS.mucUser);
  return user !== undefined && ["invite", "decline"].some((name) => childOf(user, name, NS.mucUser) !== undefined);
}

/** RFC 6120 §8.3: what came back names the message by the id it was sent with. */
function decodeBounce(stanza: Element, frame: Frame): DecodedMessage | IgnoredMessage {
  const of = idOf(stanza);
  if (of === null) {
    return { kind: "ignored", reason: "error without id" };
  }
  const { condition, text } = readError(stanza);
  return {
    kind: "message",
    receipt: null,
    events: [{ ...base(stanza, frame), kind: "bounce", of, reason: condition, text }],
  };
}

/** Content first, by the most special extension it has; then what accompanies or stands for it. */
function decodeEvents(stanza: Element, frame: Frame): Inbound[] {
  const content = decodeContent(stanza, frame);
  if (content !== null) {
    return [content];
  }
  const inbound = base(stanza, frame);
  const events: Inbound[] = [];
  const delivered = reference(childOf(stanza, "received", NS.receipts) ?? childOf(stanza, "received", NS.chatMarkers));
  if (delivered !== null) {
    events.push({ ...inbound, kind: "receipt", of: delivered, state: "delivered" });
  }
  const read = reference(
    childOf(stanza, "displayed", NS.chatMarkers) ?? childOf(stanza, "acknowledged", NS.chatMarkers),
  );
  if (read !== null) {
    events.push({ ...inbound, kind: "receipt", of: read, state: "read" });
  }
  const state = childElements(stanza)
    .find((child) => child.getNS() === NS.chatStates)
    ?.getName();
  if (state !== undefined && CHAT_STATES.has(state)) {
    events.push({ ...inbound, kind: "typing", state: state as TypingState });
  }
  return events;
}

function decodeContent(stanza: Element, frame: Frame): Inbound | null {
  const inbound = base(stanza, frame);
  const retracted = reference(childOf(stanza, "retract", NS.retraction));
  if (retracted !== null) {
    return { ...inbound, kind: "retraction", of: retracted }; // its body says it in words for others (XEP-0424 §5.1)
  }
  const reactions = childOf(stanza, "reactions", NS.reactions);
  const reactedTo = reference(reactions);
  if (reactions !== undefined && reactedTo !== null) {
    return { ...inbound, kind: "reaction", of: reactedTo, reactions: decodeReactions(reactions) };
  }
  const choice = chosen(stanza);
  const spoken = spokenText(stanza);
  const text = spoken?.text ?? choice;
  if (text === null || text === "") {
    return null;
  }
  const replaced = reference(childOf(stanza, "replace", NS.correction));
  if (replaced !== null) {
    return { ...inbound, kind: "edit", id: idOf(stanza), of: replaced, ...readMarks(text, stanza) };
  }
  const words = choice === null ? readMarks(text, stanza) : { text };
  return messageOf(stanza, frame, words, spoken?.body ?? stanza, choice);
}

function messageOf(
  stanza: Element,
  frame: Frame,
  words: FormattedText,
  body: Element,
  choice: string | null = null,
): InboundOf<"message"> {
  return {
    ...base(stanza, frame),
    kind: "message",
    id: idOf(stanza),
    ...words,
    choice,
    replyTo: bounded(replyOf(stanza), ID_CHARACTERS),
    sentAt: decodeDelay(stanza),
    language: languageOf(body, stanza),
    nick: nickOf(stanza),
  };
}

/** XEP-0444 §2.1: the whole set, each an emoji; a repeat counts once. */
function decodeReactions(reactions: Element): string[] {
  const texts = childrenOf(reactions, "reaction", NS.reactions, REACTIONS).map((reaction) => reaction.getText().trim());
  return [...new Set(texts)].filter((text) => text !== "" && text.length <= REACTION_CHARACTERS);
}

/** XEP-0203: when it was written, if the stamp is a time at all. */
function decodeDelay(stanza: Element): number | null {
  const delay = childOf(stanza, "delay", NS.delay);
  const time = Date.parse((delay && attribute(delay, "stamp")) ?? "");
  return Number.isFinite(time) ? time : null;
}

const SHOWN: Readonly<Record<string, PresenceState | undefined>> = Object.assign(Object.create(null), {
  chat: "chat",
  away: "away",
  xa: "xa",
  dnd: "dnd",
});

/** What an available or unavailable `<presence/>` says of its device (RFC 6121 §4.7.2). */
export function decodePresence(stanza: Element): DevicePresence {
  const text = textOf(stanza, "status")?.slice(0, STATUS_CHARACTERS) ?? null;
  if (attribute(stanza, "type") !== null) {
    return { state: "offline", text, priority: 0 };
  }
  const priority = Number.parseInt(textOf(stanza, "priority") ?? "0", 10);
  return {
    state: SHOWN[(textOf(stanza, "show") ?? "").trim()] ?? "available",
    text: text === "" ? null : text,
    priority: Number.isNaN(priority) ? 0 : Math.max(-128, Math.min(127, priority)),
  };
}

/** The claim of a name (XEP-0172), made safe to show; null when there is none. */
export function nickOf(stanza: Element): string | null {
  const nick = textOf(stanza, "nick", NS.nick)?.replace(NOT_IN_NAMES, " ").trim().slice(0, NICK_CHARACTERS);
  return nick === undefined || nick === "" ? null : nick;
}

/** `xml:lang` of an element or of the stanza around it, when it is a language tag. */
export function languageOf(element: Element, stanza: Element): string | null {
  const language = attribute(element, "xml:lang") ?? attribute(stanza, "xml:lang");
  return language !== null && LANGUAGE.test(language) ? language : null;
}

/** The id by which the sender will name this stanza later: its own, else the origin id (XEP-0359). */
export function idOf(stanza: Element): string | null {
  return bounded(attribute(stanza, "id"), ID_CHARACTERS) ?? reference(childOf(stanza, "origin-id", NS.stanzaIds));
}

function reference(element: Element | undefined): string | null {
  return element === undefined ? null : bounded(attribute(element, "id"), ID_CHARACTERS);
}

function bounded(value: string | null, limit: number): string | null {
  return value === null || value === "" || value.length > limit ? null : value;
}

/**
 * The fields every event has. A stanza id counts only if our own archive gave it: anybody can write one (XEP-0359 §5). A
 * server without an archive lets such a one pass, so the sender is part of the redelivery id: nobody can take another's.
 */
export function base(stanza: Element, frame: Frame) {
  let redelivery: string | null = null;
  if (frame.archive !== null) {
    const own = childrenOf(stanza, "stanza-id", NS.stanzaIds, 20).filter(
      (child) => parseJid(attribute(child, "by") ?? "")?.full === frame.archive,
    );
    const given = own.length === 1 ? reference(own[0]) : null;
    redelivery = given === null ? null : `${frame.from.bare} ${given}`;
  }
  return {
    redelivery: redelivery ?? frame.delivery,
    from: { network: frame.network, id: frame.from.bare },
    device: frame.from.resource,
    to: frame.to,
  };
}
