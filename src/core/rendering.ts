/**
 * From neutral content to what one leg is sent: labels on fixed identities, parts of a long text, and the words that stand
 * for what a network or a software cannot show. Whatever leaves is built here from the desk's own record (law 2); nothing
 * is ever cut (law 5).
 */
import { carriedFeatures, knownFeatures } from "./gateways.ts";
import {
  type Address,
  addressKey,
  type Capabilities,
  type Choice,
  type Feature,
  type HostedFile,
  type Software,
} from "./model.ts";
import type { ConversationRow, Leg } from "./state.ts";
import type { LineContent, LineReference } from "./step.ts";
import { languageOf, say, type Turn } from "./turn.ts";

const ENCODER = new TextEncoder();

/** Length in UTF-8 bytes; half a surrogate pair counts as the U+FFFD it is sent as. */
export function byteLength(text: string): number {
  // Splitting asks this of every character, and nearly all are plain ASCII.
  if (text.length === 1 && text.charCodeAt(0) < 0x80) return 1;
  return ENCODER.encode(text).length;
}

export function legName(epoch: string, line: number, leg: number): string {
  return `${epoch}-${line}-${leg}`;
}

/** What a person was last known to write from, there; null when nothing was told. */
export function softwareAt({ memory }: Turn, address: Address): Software | null {
  const key = addressKey(address);
  return memory.staffSoftware.get(key) ?? memory.software.get(key) ?? null;
}

/** What can be shown at an address: its network's features, narrowed by the gateway and the software there where they are known. */
export function featuresOfAddress(turn: Turn, address: Address, software: Software | null): readonly Feature[] {
  const network = turn.world.capabilities(address.network)?.features ?? [];
  const known = software ?? softwareAt(turn, address);
  return carriedFeatures(turn.rules, { address, software: known }, network);
}

export function featuresOf(turn: Turn, row: ConversationRow, leg: Leg): readonly Feature[] {
  return featuresOfAddress(turn, leg.address, leg.role === "customer" ? row.software : null);
}

/** Buttons need a software that is known to show them; everything else is believed of the network unless denied. */
function showsChoices(turn: Turn, row: ConversationRow, leg: Leg): boolean {
  const software = leg.role === "customer" ? row.software : softwareAt(turn, leg.address);
  const known = knownFeatures(turn.rules, { address: leg.address, software }) ?? [];
  return known.includes("choices") && featuresOf(turn, row, leg).includes("choices");
}

/** What one line ends with on networks whose messages are single lines; a bare CR ends one too, for whoever reads the wire. */
const LINE_END = /\r\n|[\n\r]/u;

/**
 * A text in parts of at most `maxBytes` UTF-8 bytes. Split at spaces and line ends where that leaves no part less than half
 * full, else between graphemes; a grapheme larger than that between code points. Joined again the parts are the text. Where
 * a message is one line (`multiline` false) every line is a part, blank ones are left out, and the line ends are the borders.
 */
export function partsOf(text: string, maxBytes: number, multiline: boolean): readonly string[] {
  const pieces = multiline ? [text] : text.split(LINE_END).filter((piece) => piece.trim() !== "");
  const parts: string[] = [];
  for (const piece of pieces) {
    // A UTF-16 unit is at most three bytes, so short texts need no encoding to be known small.
    if (piece.length * 3 <= maxBytes || byteLength(piece) <= maxBytes) parts.push(piece);
    else splitLong(piece, maxBytes, parts);
  }
  return parts.length === 0 ? [text.trim()] : parts;
}

const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });
const SPACES: ReadonlySet<string> = new Set([" ", "\n", "\r\n", "\t"]);

function splitLong(text: string, maxBytes: number, parts: string[]): void {
  let part = "";
  let bytes = 0;
  /** Where the last space or line end of `part` ends. */
  let border = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    for (const atom of byteLength(segment) <= maxBytes ? [segment] : segment) {
      const size = byteLength(atom);
      // Twice where what is left after the border has no room for the next grapheme either.
      while (part !== "" && bytes + size > maxBytes) {
        const cut = border > part.length / 2 ? border : part.length;
        parts.push(part.slice(0, cut));
        part = part.slice(cut);
        bytes = byteLength(part);
        border = 0;
      }
      part += atom;
      bytes += size;
    }
    if (SPACES.has(segment)) border = part.length;
  }
  if (part !== "") parts.push(part);
}

/** The part of a message that its label and its speaker's name may take, so that a long name leaves room for words. */
const SHARE_OF_PREFIX = 1 / 4;

function prefixOf(leg: Leg, nick: string | null, notice: boolean, maxBytes: number): string {
  if (leg.label === null) return "";
  if (notice || nick === null) return `${leg.label} `;
  const [name = ""] = partsOf(nick, Math.max(1, Math.floor(maxBytes * SHARE_OF_PREFIX)), true);
  return `${leg.label} ${name === nick ? nick : `${name.trim()}…`}: `;
}

/** All that some client or other shows as the beginning of a new line. */
const ANY_LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/gu;

/**
 * Where several conversations share one window every line of a text bears the label, not only the first: else a customer
 * could write what looks like a line of another conversation.
 */
function labelled(leg: Leg, text: string): string {
  return leg.label === null ? text : text.replace(ANY_LINE_END, `\n${leg.label} `);
}

export interface Sending {
  readonly line: number;
  readonly at: number;
  /** The name shown for the speaker; null for the desk itself. */
  readonly nick: string | null;
  readonly notice: boolean;
  /** The line replied to, if any. */
  readonly replyTo: LineReference | null;
  /** The file it brings, of which the text tells. */
  readonly file?: HostedFile | null;
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
      throw new Error("a note is for the transcript alone and is sent to nobody");
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
  const prefix = prefixOf(leg, sending.nick, sending.notice, capabilities.maxTextBytes);
  const reply = replyOf(recipient, sending.replyTo);
  const room = capabilities.maxTextBytes - byteLength(prefix);
  const multiline = features.includes("multiline");
  const whole = reply.quote + text;
  const parts = partsOf(multiline ? labelled(leg, whole) : whole, room, multiline);
  if (parts.length > turn.rules.limits.maxParts) return false;
  const key = legName(turn.world.epoch, sending.line, leg.index);
  const language = languageOf(turn, recipient.row, leg);
  const shownFile = features.includes("file") ? (sending.file ?? null) : null;
  parts.forEach((part, position) => {
    const last = position === parts.length - 1;
    turn.outbounds.push({
      ...envelope(recipient, last ? key : `${key}.${position + 1}`),
      kind: "message",
      text: prefix + part,
      ...(last && shownFile !== null ? { file: shownFile } : {}),
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
  if (features.includes("reply") && isKnownThere(row, leg, reference)) {
    const id = own ? reference.foreign : legName(turn.world.epoch, reference.line, leg.index);
    if (id !== null) return { id, quote: "" };
  }
  return { id: null, quote: `> ${excerpt(reference.content.text)}\n` };
}

/** Characters of a quote. */
const EXCERPT_LENGTH = 80;

/** The beginning of a text on one line, for quoting: at most `length` characters, the last one "…" where some were left out. */
export function excerpt(text: string, length = EXCERPT_LENGTH): string {
  const line = text.replace(/[\s\u0085]+/gu, " ").trim();
  if (line.length <= length) return line;
  const points = [...line];
  return points.length <= length ? line : `${points.slice(0, length - 1).join("")}…`;
}

export type Amendment = Extract<LineContent, { kind: "edit" | "retraction" | "reaction" }>;

/**
 * Sends an edit, retraction or reaction of `reference` to one leg: natively where it can be shown, else in words. Whoever was
 * never shown the line is told nothing of its retraction or of a reaction to it, least of all by quoting it: the desk's words
 * to a CSR are no business of the customer's, nor is what was said before a CSR came. False as for `sendTo`.
 */
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
  const native = recipient.features.includes(amendment.kind) && of !== null && isKnownThere(row, leg, reference);
  const shown = reference.author === leg.index || reference.viewers.includes(leg.index);
  if (!shown && amendment.kind !== "edit") return true;
  const original = reference.content.kind === "message" ? excerpt(reference.content.text) : "";
  const language = languageOf(turn, row, leg);
  switch (amendment.kind) {
    case "edit": {
      const before = reference.content.kind === "message" ? reference.content.text : "";
      if (!native || !isOnePart(recipient, amendment.text, sending) || !isOnePart(recipient, before, sending))
        return sendText(recipient, say(turn, "edit.fallback", language, { text: amendment.text }), [], sending);
      const text = prefixOf(leg, sending.nick, false, capabilities.maxTextBytes) + labelled(leg, amendment.text);
      turn.outbounds.push({ ...envelope(recipient, key), kind: "edit", of, text, nick: sending.nick });
      return true;
    }
    case "retraction":
      if (!native)
        return sendText(recipient, say(turn, "retraction.fallback", language, { text: original }), [], sending);
      turn.outbounds.push({ ...envelope(recipient, key), kind: "retraction", of });
      return true;
    case "reaction": {
      const reactions = excerpt(amendment.reactions.join(" "));
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

/** Whether a text goes out as one message, so that an edit can stand for the whole of it. */
function isOnePart({ leg, capabilities, features }: Recipient, text: string, sending: Sending): boolean {
  const prefix = prefixOf(leg, sending.nick, false, capabilities.maxTextBytes);
  if (!features.includes("multiline") && LINE_END.test(text)) return false;
  return byteLength(prefix + labelled(leg, text)) <= capabilities.maxTextBytes;
}

/** Whether the client where that party is now has the line: not what passed before a customer came from elsewhere. */
export function isKnownThere(row: ConversationRow, leg: Leg, reference: LineReference): boolean {
  return leg.role !== "customer" || reference.line > (row.cameAfter ?? 0);
}

/** How a leg's own network names a line: its own id for what it wrote, the desk's key for what it was sent. */
function idOnSide(turn: Turn, leg: Leg, reference: LineReference): string | null {
  if (reference.author === leg.index) return reference.foreign;
  return reference.viewers.includes(leg.index) ? legName(turn.world.epoch, reference.line, leg.index) : null;
}
