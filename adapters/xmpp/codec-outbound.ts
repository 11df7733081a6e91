/**
 * From the model to the wire. Pure: every stanza is built from the neutral content alone, so nothing that nobody wrote here
 * can be on it (law 2 of the architecture).
 */
import { Element } from "@xmpp/xml";
import {
  type Condition,
  type FormattedText,
  fileWords,
  type Outbound,
  type OutboundOf,
  type PresenceState,
} from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { typed } from "../../src/core/styling-writer.ts";
import { xmlText } from "./elements.ts";
import { type Jid, parseJid } from "./jid.ts";
import { CHOICE_FIELD } from "./message-text.ts";
import { NS } from "./namespaces.ts";

export interface OutboundFrame {
  /** The address it is said from; null where the server writes it (an account's own). */
  readonly from: string | null;
  readonly to: Jid;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether the device it goes to is known to show forms (XEP-0004) in messages. */
  readonly forms: boolean;
  /** What the desk's own entity capabilities are (XEP-0115), said with its presence. */
  readonly caps: { readonly node: string; readonly ver: string };
  /** Largest text in UTF-8 bytes. */
  readonly textBytes: number;
  /** They were told the name of who speaks a little while ago: it is left out of a message (XEP-0172). */
  readonly isNameKnown?: boolean;
}

export type Encoded =
  | { readonly kind: "stanzas"; readonly stanzas: readonly Element[] }
  | { readonly kind: "rejected"; readonly reason: Condition; readonly text: string };

/** A message this much older than its sending is marked with the time it was written (XEP-0203). */
export const DELAYED_MS = 10_000;

/** The stanzas that say it, or why this network cannot. */
export function encodeOutbound(outbound: Outbound, frame: OutboundFrame): Encoded {
  switch (outbound.kind) {
    case "message":
      return withText(outbound.text, frame) ?? stanzas(encodeMessage(outbound, frame));
    case "edit":
      return withText(outbound.text, frame) ?? stanzas(encodeEdit(outbound, frame));
    case "retraction":
      return stanzas(encodeRetraction(outbound, frame));
    case "reaction":
      return stanzas(encodeReaction(outbound, frame));
    case "typing":
      return stanzas(add(message(null, frame), outbound.state, NS.chatStates));
    case "receipt":
      return stanzas(encodeReceipt(outbound, frame));
    case "presence":
      return stanzas(encodePresence(outbound, frame));
    case "subscription":
      return stanzas(named(presence(outbound.state, frame), outbound.nick));
    case "watch":
      // The state itself is asked for when they agree: asked before, their server would answer "unsubscribed".
      return stanzas(presence("subscribe", frame));
  }
  return {
    kind: "rejected",
    reason: "feature-not-implemented",
    text: `XMPP cannot carry "${String((outbound as { kind: unknown }).kind)}".`,
  };
}

function stanzas(...list: Element[]): Encoded {
  return { kind: "stanzas", stanzas: list };
}

function withText(text: string, frame: OutboundFrame): Encoded | null {
  if (text === "") {
    return { kind: "rejected", reason: "bad-request", text: "A message without text says nothing." };
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= frame.textBytes) {
    return null;
  }
  const said = `The text has ${bytes} bytes; this network takes at most ${frame.textBytes} in one message.`;
  return { kind: "rejected", reason: "policy-violation", text: said };
}

function encodeMessage(outbound: OutboundOf<"message">, frame: OutboundFrame): Element {
  const stanza = message(outbound.key, frame);
  if (outbound.language !== null) {
    stanza.attrs["xml:lang"] = xmlText(outbound.language);
  }
  const file = outbound.file ?? null;
  // Clients show a file as one when its address is all that is said (XEP-0066 §3.2 and the practice of XEP-0363).
  if (file !== null && outbound.text === fileWords(file)) body(stanza, file.url);
  else marked(stanza, outbound, frame, outbound.notice);
  if (file !== null) {
    const outOfBand = new Element("x", { xmlns: NS.outOfBand });
    outOfBand.c("url").t(xmlText(file.url));
    stanza.cnode(outOfBand);
  }
  if (frame.isNameKnown !== true) named(stanza, outbound.nick);
  if (outbound.replyTo !== null) {
    add(stanza, "reply", NS.reply, { id: xmlText(outbound.replyTo) });
  }
  for (const { value, label } of outbound.choices) {
    add(stanza, "response", NS.quickResponse, { value: xmlText(value), label: xmlText(label) });
  }
  if (frame.forms && outbound.choices.length > 0) {
    stanza.cnode(choiceForm(outbound));
  }
  if (frame.now - outbound.sentAt > DELAYED_MS) {
    add(stanza, "delay", NS.delay, { stamp: new Date(outbound.sentAt).toISOString() });
  }
  add(stanza, "active", NS.chatStates);
  return trackable(stanza);
}

/** XEP-0308 §3: `id` is that of the first version, however often it was corrected. */
function encodeEdit(outbound: OutboundOf<"edit">, frame: OutboundFrame): Element {
  const stanza = marked(message(outbound.key, frame), outbound, frame, false);
  add(named(stanza, outbound.nick), "replace", NS.correction, { id: xmlText(outbound.of) });
  return trackable(stanza);
}

/** XEP-0424, with words for clients that cannot take a message back. */
function encodeRetraction(outbound: OutboundOf<"retraction">, frame: OutboundFrame): Element {
  const stanza = add(message(outbound.key, frame), "retract", NS.retraction, { id: xmlText(outbound.of) });
  add(stanza, "fallback", NS.fallback, { for: NS.retraction });
  body(stanza, "(An earlier message was retracted, but your software cannot hide it.)");
  return add(stanza, "store", NS.hints);
}

/** XEP-0444: the whole set; none at all takes all back. */
function encodeReaction(outbound: OutboundOf<"reaction">, frame: OutboundFrame): Element {
  const stanza = message(outbound.key, frame);
  const set = new Element("reactions", { xmlns: NS.reactions, id: xmlText(outbound.of) });
  for (const reaction of outbound.reactions) {
    set.c("reaction").t(xmlText(reaction));
  }
  stanza.cnode(set);
  return add(stanza, "store", NS.hints);
}

/**
 * `read` is XEP-0333's displayed. `delivered` is its former `received` marker: the XEP-0184 receipt already told that the
 * desk has the message, and only that is what it may mean. Without an id: nobody needs to hear that a receipt came back.
 */
function encodeReceipt(outbound: OutboundOf<"receipt">, frame: OutboundFrame): Element {
  const name = outbound.state === "read" ? "displayed" : "received";
  return add(message(null, frame), name, NS.chatMarkers, { id: xmlText(outbound.of) });
}

const SHOW: Readonly<Record<PresenceState, string | null>> = {
  chat: "chat",
  available: null,
  away: "away",
  xa: "xa",
  dnd: "dnd",
  offline: null,
};

function encodePresence(outbound: OutboundOf<"presence">, frame: OutboundFrame): Element {
  const stanza = presence(outbound.state === "offline" ? "unavailable" : null, frame);
  const show = SHOW[outbound.state];
  if (show !== null) {
    stanza.c("show").t(show);
  }
  if (outbound.text !== null && outbound.text !== "") {
    stanza.c("status").t(xmlText(outbound.text));
  }
  if (outbound.state !== "offline") {
    add(named(stanza, outbound.nick), "c", NS.caps, { hash: "sha-1", ...frame.caps });
  }
  return stanza;
}

/** XEP-0184's receipt: the desk has it. Sent by the adapter itself once the message is committed. */
export function encodeReceived(of: string, frame: Pick<OutboundFrame, "from" | "to">): Element {
  return add(message(null, frame), "received", NS.receipts, { id: of });
}

function choiceForm(outbound: OutboundOf<"message">): Element {
  const form = new Element("x", { xmlns: NS.forms, type: "form" });
  const field = form.c("field", { var: CHOICE_FIELD, type: "list-single" });
  for (const { value, label } of outbound.choices) {
    field
      .c("option", { label: xmlText(label) })
      .c("value")
      .t(xmlText(value));
  }
  return form;
}

/**
 * Asks for what can be known of its fate: receipt (XEP-0184), displayed marker (XEP-0333). An origin id (XEP-0359) would say the stanza's
 * own id once more: it is for rooms, which change that.
 */
function trackable(stanza: Element): Element {
  add(stanza, "request", NS.receipts);
  return add(stanza, "markable", NS.chatMarkers);
}

function message(key: string | null, frame: Pick<OutboundFrame, "from" | "to">): Element {
  const stanza = new Element("message", { to: frame.to.full, type: "chat" });
  if (frame.from !== null) {
    stanza.attrs.from = frame.from;
  }
  if (key !== null) {
    stanza.attrs.id = key;
  }
  return stanza;
}

/** RFC 6121 §3.1.1: contact requests and probes go to the account, not to a device. */
function presence(type: string | null, frame: OutboundFrame): Element {
  const toAccount = type !== null && type !== "unavailable";
  const stanza = new Element("presence", { to: toAccount ? frame.to.bare : frame.to.full });
  if (frame.from !== null) {
    stanza.attrs.from = toAccount ? (frame.from.split("/")[0] ?? frame.from) : frame.from;
  }
  if (type !== null) {
    stanza.attrs.type = type;
  }
  return stanza;
}

function body(stanza: Element, text: string): Element {
  stanza.c("body").t(xmlText(text));
  return stanza;
}

/**
 * XEP-0393: looks go as marks in the body, unless they would make it too long; words that only look like marks are said to be none
 * (§5). The desk's own are the admins', who write them as clients are to read them.
 */
function marked(stanza: Element, words: FormattedText, frame: OutboundFrame, notice: boolean): Element {
  const written = typed(words);
  const isMarked = written !== words.text && Buffer.byteLength(written) <= frame.textBytes;
  body(stanza, isMarked ? written : words.text);
  const isMistaken = !isMarked && !notice && readTyped(words.text).formatting !== undefined;
  return isMistaken ? add(stanza, "unstyled", NS.styling) : stanza;
}

function named(stanza: Element, nick: string | null): Element {
  if (nick !== null && nick !== "") {
    stanza.c("nick", { xmlns: NS.nick }).t(xmlText(nick));
  }
  return stanza;
}

function add(stanza: Element, name: string, namespace: string, attributes: Record<string, string> = {}): Element {
  stanza.c(name, { xmlns: namespace, ...attributes });
  return stanza;
}

/** The person, or the one device of theirs that is meant; null when that is no address. */
export function recipient({ to, device }: Outbound): Jid | null {
  const bare = parseJid(to.id);
  if (bare === null || bare.resource !== null) {
    return null;
  }
  return device === null ? bare : parseJid(`${bare.bare}/${device}`);
}
