/**
 * From neutral content to what one leg is sent: labels on fixed identities, parts of a long text, and the words that stand
 * for what a network or a software cannot show. Whatever leaves is built here from the desk's own record (law 2); nothing
 * is ever cut (law 5).
 */
import { type Address, addressKey, type Capabilities, type Choice, type Feature, type Software } from "./model.ts";
import type { ConversationRow, Leg } from "./state.ts";
import type { LineContent, LineReference } from "./step.ts";
import { languageOf, say, type Turn } from "./turn.ts";

const ENCODER = new TextEncoder();

export function byteLength(text: string): number {
  // A UTF-16 unit is at most three bytes, so short texts need no encoding to be known small.
  return ENCODER.encode(text).length;
}

export function legName(epoch: string, line: number, leg: number): string {
  return `${epoch}-${line}-${leg}`;
}

/** What can be shown at an address: its network's features, narrowed by the software there where that announced any. */
export function featuresOfAddress(turn: Turn, address: Address, software: Software | null): readonly Feature[] {
  const network = turn.world.capabilities(address.network)?.features ?? [];
  const shown = (software ?? turn.memory.software.get(addressKey(address)) ?? null)?.features ?? null;
  return shown === null ? network : network.filter((feature) => shown.includes(feature));
}

export function featuresOf(turn: Turn, row: ConversationRow, leg: Leg): readonly Feature[] {
  return featuresOfAddress(turn, leg.address, leg.role === "customer" ? row.software : null);
}

/** Buttons need a software that is known to show them; everything else is believed of the network unless denied. */
function showsChoices(turn: Turn, row: ConversationRow, leg: Leg): boolean {
  const software = leg.role === "customer" ? row.software : (turn.memory.software.get(addressKey(leg.address)) ?? null);
  return (software?.features ?? []).includes("choices") && featuresOf(turn, row, leg).includes("choices");
}

/** Splits at line ends, then at spaces, then between graphemes; the parts joined again are the text. */
export function partsOf(text: string, maxBytes: number, multiline: boolean): readonly string[] {
  const pieces = multiline ? [text] : text.split(/\r?\n/u).filter((piece) => piece.trim() !== "");
  if (pieces.length === 0) return [text];
  const parts: string[] = [];
  for (const piece of pieces) {
    if (piece.length * 3 <= maxBytes || byteLength(piece) <= maxBytes) parts.push(piece);
    else splitLong(piece, maxBytes, parts);
  }
  return parts;
}

const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

function splitLong(text: string, maxBytes: number, parts: string[]): void {
  let part = "";
  let bytes = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    for (const atom of byteLength(segment) <= maxBytes ? [segment] : segment) {
      const size = byteLength(atom);
      if (bytes + size > maxBytes) {
        const border = Math.max(part.lastIndexOf("\n"), part.lastIndexOf(" ")) + 1;
        const whole = border > part.length / 2 ? border : part.length;
        parts.push(part.slice(0, whole));
        part = part.slice(whole);
        bytes = byteLength(part);
      }
      part += atom;
      bytes += size;
    }
  }
  if (part !== "") parts.push(part);
}

function prefixOf(leg: Leg, nick: string | null, notice: boolean): string {
  if (leg.label === null) return "";
  return notice || nick === null ? `${leg.label} ` : `${leg.label} ${nick}: `;
}

export interface Sending {
  readonly line: number;
  readonly at: number;
  /** The name shown for the speaker; null for the desk itself. */
  readonly nick: string | null;
  readonly notice: boolean;
  /** The line replied to, if any. */
  readonly replyTo: LineReference | null;
}

interface Recipient {
  readonly turn: Turn;
  readonly row: ConversationRow;
  readonly leg: Leg;
  readonly capabilities: Capabilities;
  readonly features: readonly Feature[];
}

/**
 * Sends one line's content to one leg. False when it cannot be brought there at all: the network is not configured any more,
 * or the text would need more parts than allowed.
 */
export function sendTo(turn: Turn, row: ConversationRow, leg: Leg, content: LineContent, sending: Sending): boolean {
  const capabilities = turn.world.capabilities(leg.address.network);
  if (capabilities === null) return false;
  const recipient: Recipient = { turn, row, leg, capabilities, features: featuresOf(turn, row, leg) };
  switch (content.kind) {
    case "message": {
      const buttons = content.choices.length > 0 && showsChoices(turn, row, leg);
      const text = buttons ? (content.prompt ?? content.text) : content.text;
      return sendText(recipient, text, content.choices, sending);
    }
    case "note":
      return sendText(recipient, content.text, [], sending);
    case "edit":
    case "retraction":
    case "reaction":
    case "receipt":
      throw new Error(`a ${content.kind} goes through sendAmendment, which knows the line it names`);
  }
}

function envelope(recipient: Recipient, key: string) {
  const { leg, row } = recipient;
  return { key, from: leg.desk, to: leg.address, device: null, conversation: row.id };
}

function sendText(recipient: Recipient, text: string, choices: readonly Choice[], sending: Sending): boolean {
  const { turn, leg, capabilities, features } = recipient;
  const prefix = prefixOf(leg, sending.nick, sending.notice);
  const reply = replyOf(recipient, sending.replyTo);
  const room = capabilities.maxTextBytes - byteLength(prefix);
  const parts = partsOf(reply.quote + text, room, features.includes("multiline"));
  if (parts.length > turn.rules.limits.maxParts) return false;
  const key = legName(turn.world.epoch, sending.line, leg.index);
  const language = languageOf(turn, recipient.row, leg);
  parts.forEach((part, position) => {
    const last = position === parts.length - 1;
    turn.outbounds.push({
      ...envelope(recipient, last ? key : `${key}.${position + 1}`),
      kind: "message",
      text: prefix + part,
      choices: last ? choices : [],
      replyTo: position === 0 ? reply.id : null,
      sentAt: sending.at,
      nick: sending.nick,
      language: sending.notice ? language : null,
      notice: sending.notice,
    });
  });
  return true;
}

/** The id the reply names on the recipient's side; or, where replies cannot be shown, a quote from the desk's own record. */
function replyOf(recipient: Recipient, reference: LineReference | null): { id: string | null; quote: string } {
  const { turn, row, leg, features } = recipient;
  if (reference === null || reference.conversation !== row.id || reference.content.kind !== "message")
    return { id: null, quote: "" };
  const own = reference.author === leg.index;
  // Somebody who was never shown a line is not shown a quote of it either (CVE-2024-32000's family).
  if (!own && !reference.viewers.includes(leg.index)) return { id: null, quote: "" };
  if (features.includes("reply")) {
    const id = own ? reference.foreign : legName(turn.world.epoch, reference.line, leg.index);
    if (id !== null) return { id, quote: "" };
  }
  return { id: null, quote: `> ${excerpt(reference.content.text)}\n` };
}

export const EXCERPT_LENGTH = 80;

/** The beginning of a text on one line, for quoting. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const points = [...line];
  return points.length <= EXCERPT_LENGTH ? line : `${points.slice(0, EXCERPT_LENGTH - 1).join("")}…`;
}

export type Amendment = Extract<LineContent, { kind: "edit" | "retraction" | "reaction" }>;

/** Sends an edit, retraction or reaction of `reference` to one leg: natively where it can be shown, else in words. */
export function sendAmendment(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  amendment: Amendment,
  reference: LineReference,
  sending: Sending,
): boolean {
  const capabilities = turn.world.capabilities(leg.address.network);
  if (capabilities === null) return false;
  const recipient: Recipient = { turn, row, leg, capabilities, features: featuresOf(turn, row, leg) };
  const key = legName(turn.world.epoch, sending.line, leg.index);
  const of = idOnSide(turn, leg, reference);
  const native = recipient.features.includes(amendment.kind) && of !== null;
  const original = reference.content.kind === "message" ? excerpt(reference.content.text) : "";
  const language = languageOf(turn, row, leg);
  switch (amendment.kind) {
    case "edit": {
      const prefix = prefixOf(leg, sending.nick, false);
      const whole = (text: string) => byteLength(prefix + text) <= capabilities.maxTextBytes;
      const before = reference.content.kind === "message" ? reference.content.text : "";
      if (native && whole(amendment.text) && whole(before)) {
        turn.outbounds.push({
          ...envelope(recipient, key),
          kind: "edit",
          of,
          text: prefix + amendment.text,
          nick: sending.nick,
        });
        return true;
      }
      return sendText(recipient, say(turn, "edit.fallback", language, { text: amendment.text }), [], sending);
    }
    case "retraction":
      if (!native)
        return sendText(recipient, say(turn, "retraction.fallback", language, { text: original }), [], sending);
      turn.outbounds.push({ ...envelope(recipient, key), kind: "retraction", of });
      return true;
    case "reaction": {
      const reactions = amendment.reactions.join(" ");
      if (native) {
        turn.outbounds.push({ ...envelope(recipient, key), kind: "reaction", of, reactions: amendment.reactions });
        return true;
      }
      // Taking a reaction back is nothing a person without reactions was ever told of as a state.
      if (reactions === "") return true;
      return sendText(recipient, say(turn, "reaction.fallback", language, { reactions, text: original }), [], sending);
    }
  }
}

/** How a leg's own network names a line: its own id for what it wrote, the desk's key for what it was sent. */
function idOnSide(turn: Turn, leg: Leg, reference: LineReference): string | null {
  if (reference.author === leg.index) return reference.foreign;
  return reference.viewers.includes(leg.index) ? legName(turn.world.epoch, reference.line, leg.index) : null;
}
