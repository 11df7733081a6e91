/**
 * From neutral content to what one leg is sent: labels on fixed identities, parts of a long text, and the words that stand
 * for what a network or a software cannot show. Whatever leaves is built here from the desk's own record (law 2); nothing
 * is ever cut (law 5).
 */
import { flattened, isFormatted, joined, quoted, replaced, sliced } from "./formatting.ts";
import { carriedFeatures, knownFeatures } from "./gateways.ts";
import {
  type Address,
  addressKey,
  type Capabilities,
  type Choice,
  type Feature,
  type FormattedText,
  type HostedFile,
  type OutboundOf,
  type Software,
} from "./model.ts";
import { byteLength, formattedParts, partsOf } from "./parts.ts";
import type { ConversationRow, Leg } from "./state.ts";
import type { LineContent, LineReference } from "./step.ts";
import { typed } from "./styling-writer.ts";
import { languageOf, say, type Turn } from "./turn.ts";

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
export function showsChoices(turn: Turn, row: ConversationRow, leg: Leg): boolean {
  const software = leg.role === "customer" ? row.software : softwareAt(turn, leg.address);
  const known = knownFeatures(turn.rules, { address: leg.address, software }) ?? [];
  return known.includes("choices") && featuresOf(turn, row, leg).includes("choices");
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
function labelled(leg: Leg, whole: FormattedText): FormattedText {
  return leg.label === null ? whole : replaced(flattened(whole), ANY_LINE_END, `\n${leg.label} `);
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
      const words = buttons && content.prompt !== undefined ? { text: content.prompt } : content;
      return sendText(recipient, words, content.choices, sending);
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

function envelope({ leg, row }: Recipient, key: string) {
  return { key, from: leg.desk, to: leg.address, device: null, conversation: row.id };
}

/** What a leg is shown of a text, in parts that go out one by one: looks where they can be shown, else as people type them. */
function shownParts({ leg, capabilities, features }: Recipient, whole: FormattedText, room: number) {
  const multiline = features.includes("multiline");
  const shows = features.includes("formatting");
  const laidOut = multiline ? labelled(leg, whole) : flattened(whole);
  const marks = shows
    ? ({ text, formatting = [] }: FormattedText) =>
        formatting.length === 0 ? 0 : formatting.length * (capabilities.markBytes ?? 0) * text.split("\n").length
    : (part: FormattedText) => byteLength(typed(part)) - byteLength(part.text);
  const parts = formattedParts(laidOut, room, multiline, marks);
  return shows ? parts : parts.map((part) => (isFormatted(part) ? { text: typed(part) } : part));
}

/** Neither cut nor wrapped nor named, as nearly every message: in one part, with nothing before it. */
function isWhole({ leg, capabilities, features }: Recipient, said: FormattedText, { replyTo }: Sending): boolean {
  const isShort = said.text.length * 3 <= capabilities.maxTextBytes;
  return isShort && leg.label === null && replyTo === null && !isFormatted(said) && features.includes("multiline");
}

function sendText(recipient: Recipient, said: FormattedText, choices: readonly Choice[], sending: Sending): boolean {
  const { turn, leg, features } = recipient;
  const key = legName(turn.world.epoch, sending.line, leg.index);
  const language = sending.notice ? languageOf(turn, recipient.row, leg) : null;
  const file = features.includes("file") ? (sending.file ?? null) : null;
  if (!isWhole(recipient, said, sending)) return sendParts(recipient, key, sending, { said, file, choices, language });
  turn.outbounds.push(messageTo(recipient, key, sending, { said, file, choices, replyTo: null, language }));
  return true;
}

function sendParts(recipient: Recipient, key: string, sending: Sending, whole: Omit<MessagePart, "replyTo">): boolean {
  const { turn, leg, capabilities } = recipient;
  const prefix = prefixOf(leg, sending.nick, sending.notice, capabilities.maxTextBytes);
  const reply = replyOf(recipient, sending.replyTo);
  const room = capabilities.maxTextBytes - byteLength(prefix);
  const said = reply.quote === "" ? whole.said : joined([quoted(reply.quote), "\n", whole.said]);
  const parts = shownParts(recipient, said, room);
  if (parts.length > turn.rules.limits.maxParts) return false;
  let position = 0;
  for (const part of parts) {
    const last = position === parts.length - 1;
    const message = messageTo(recipient, last ? key : `${key}.${position + 1}`, sending, {
      said: prefix === "" ? part : joined([prefix, part]),
      file: last ? whole.file : null,
      choices: last ? whole.choices : [],
      replyTo: position === 0 ? reply.id : null,
      language: whole.language,
    });
    turn.outbounds.push(message);
    position += 1;
  }
  return true;
}

interface MessagePart {
  readonly said: FormattedText;
  readonly file: HostedFile | null;
  readonly choices: readonly Choice[];
  readonly replyTo: string | null;
  readonly language: string | null;
}

/** Spelled out where it is words alone, as nearly every message is: to spread objects into another takes longer than all else of it. */
function messageTo({ leg, row }: Recipient, key: string, sending: Sending, part: MessagePart): OutboundOf<"message"> {
  const formatting = isFormatted(part.said) ? part.said.formatting : undefined;
  const message: OutboundOf<"message"> = {
    key,
    from: leg.desk,
    to: leg.address,
    device: null,
    conversation: row.id,
    kind: "message",
    text: part.said.text,
    choices: part.choices,
    replyTo: part.replyTo,
    sentAt: sending.at,
    nick: sending.nick,
    language: part.language,
    notice: sending.notice,
  };
  if (formatting === undefined && part.file === null) return message;
  const looks = formatting === undefined ? {} : { formatting };
  return { ...message, ...looks, ...(part.file === null ? {} : { file: part.file }) };
}

interface Reply {
  readonly id: string | null;
  readonly quote: string;
}
const NO_REPLY: Reply = { id: null, quote: "" };

/** The id the reply names on the recipient's side; or, where replies cannot be shown, a quote from the desk's own record. */
function replyOf(recipient: Recipient, reference: LineReference | null): Reply {
  const { turn, row, leg, features } = recipient;
  if (reference === null || reference.conversation !== row.id || reference.content.kind !== "message") return NO_REPLY;
  const own = reference.author === leg.index;
  // Somebody who was never shown a line is not shown a quote of it either (CVE-2024-32000's family).
  if (!own && !reference.viewers.includes(leg.index)) return { id: null, quote: "" };
  if (features.includes("reply") && isKnownThere(row, leg, reference)) {
    const id = own ? reference.foreign : legName(turn.world.epoch, reference.line, leg.index);
    if (id !== null) return { id, quote: "" };
  }
  return { id: null, quote: excerpt(reference.content.text) };
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

/** Spaces that are not one simple space. */
const SPACES = /[\s\u0085]{2,}|[^\S ]|\u0085/gu;

/** The same of a text with its looks. */
export function formattedExcerpt(whole: FormattedText, length: number): FormattedText {
  if (!isFormatted(whole)) return { text: excerpt(whole.text, length) };
  const line = replaced(flattened(whole), SPACES, " ");
  const trimmed = sliced(line, line.text.length - line.text.trimStart().length, line.text.trimEnd().length);
  const shown = excerpt(trimmed.text, length);
  return shown === trimmed.text ? trimmed : joined([sliced(trimmed, 0, shown.length - 1), "…"]);
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
      const whole = native ? wholeEdit(recipient, amendment, reference, sending) : null;
      if (whole === null || of === null) return sendText(recipient, correction(turn, language, amendment), [], sending);
      turn.outbounds.push({ ...envelope(recipient, key), kind: "edit", of, ...whole, nick: sending.nick });
      return true;
    }
    case "retraction":
      if (!native)
        return sendText(
          recipient,
          { text: say(turn, "retraction.fallback", language, { text: original }) },
          [],
          sending,
        );
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
      const words = say(turn, "reaction.fallback", language, { reactions, text: original });
      return sendText(recipient, { text: words }, [], sending);
    }
  }
}

/** An edit as the leg is shown it, where both it and what it corrects go out as one message; else it cannot stand for the whole of it. */
function wholeEdit(
  recipient: Recipient,
  edit: FormattedText,
  { content }: LineReference,
  sending: Sending,
): FormattedText | null {
  const { leg, capabilities } = recipient;
  const prefix = prefixOf(leg, sending.nick, false, capabilities.maxTextBytes);
  const room = capabilities.maxTextBytes - byteLength(prefix);
  const [only, ...more] = shownParts(recipient, edit, room);
  const before = content.kind === "message" ? shownParts(recipient, content, room).length : 1;
  return only === undefined || more.length > 0 || before > 1 ? null : joined([prefix, only]);
}

/** Stands in a phrase for what is put in its place afterwards, looks and all. */
const PLACE = "\ufffc";

function correction(turn: Turn, language: string | null, edit: FormattedText): FormattedText {
  const [before = "", ...after] = say(turn, "edit.fallback", language, { text: PLACE }).split(PLACE);
  return joined([before, ...after.flatMap((words) => [flattened(edit), words])]);
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
