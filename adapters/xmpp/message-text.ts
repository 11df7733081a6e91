/** What a message says in words, picked out of the ways XMPP has to say it. Pure. */
import type { Element } from "@xmpp/xml";
import type { FormattedText } from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { attribute, childElements, childOf, childrenOf, textOf } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** The field of a form (XEP-0004) in which the desk's choices are offered and answered. */
export const CHOICE_FIELD = "choice";
/** Stateless file sharing (XEP-0447). */
const FILE_SHARING = "urn:xmpp:sfs:0";
/** A file that OMEMO clients have encrypted and uploaded: its address is all the message says. */
const ENCRYPTED_FILE = /^aesgcm:\/\/\S+$/u;
const FIELDS = 50;
const VALUE_CHARACTERS = 1_000;

/** As it was written, marks and all. */
export interface SpokenText {
  readonly text: string;
  /** The element it was taken from, whose `xml:lang` is the text's. */
  readonly body: Element;
}

/**
 * The text of the body, without the part that only repeats a quoted message for clients that cannot show replies
 * (XEP-0461 §3.3); of the subject line too, if there is one. Null when nothing is said.
 */
export function spokenText(stanza: Element): SpokenText | null {
  const body = bodyOf(stanza);
  const subject = textOf(stanza, "subject")?.trim() ?? "";
  if (body !== undefined && body.getText() !== "") {
    const text = withoutFallback(body.getText(), stanza);
    return { text: subject === "" ? text : `${subject}\n${text}`, body };
  }
  return subject === "" ? null : { text: subject, body: stanza };
}

/** What the marks in a text stand for (XEP-0393), unless its sender says that they are none (§5). */
export function readMarks(text: string, stanza: Element): FormattedText {
  return childOf(stanza, "unstyled", NS.styling) === undefined ? readTyped(text) : { text };
}

/**
 * Where the file is that it brings (XEP-0066: what clients send after an upload by XEP-0363), or null. It names the sender's own
 * server, so it must not be passed on.
 */
export function linkedFile(stanza: Element): string | null {
  const outOfBand = childOf(stanza, "x", NS.outOfBand);
  const link = (outOfBand && textOf(outOfBand, "url"))?.trim() ?? "";
  return link === "" ? null : link;
}

/** Whether it brings a file in a way that cannot be followed: by XEP-0447 alone, or encrypted. */
export function bringsStrangeFile(stanza: Element): boolean {
  const link = linkedFile(stanza);
  const shared = childOf(stanza, "file-sharing", FILE_SHARING);
  const text = link ?? bodyOf(stanza)?.getText().trim() ?? "";
  return ENCRYPTED_FILE.test(text) || (link === null && shared !== undefined);
}

/** RFC 6121 §5.2.3: several bodies are the same in several languages; that of the stanza's own language is the original. */
function bodyOf(stanza: Element): Element | undefined {
  const namespace = stanza.getNS();
  const bodies = childElements(stanza).filter((child) => child.getName() === "body" && child.getNS() === namespace);
  const language = attribute(stanza, "xml:lang");
  return bodies.find((body) => [null, language].includes(attribute(body, "xml:lang"))) ?? bodies[0];
}

/** The id a reply refers to (XEP-0461), or null. */
export function replyOf(stanza: Element): string | null {
  const reply = childOf(stanza, "reply", NS.reply);
  return reply === undefined ? null : attribute(reply, "id");
}

/** XEP-0428: `start` and `end` count code points of the body; only the fallback of a reply is cut, and never everything. */
function withoutFallback(text: string, stanza: Element): string {
  if (replyOf(stanza) === null) {
    return text;
  }
  const fallback = childrenOf(stanza, "fallback", NS.fallback, FIELDS).find(
    (child) => attribute(child, "for") === NS.reply,
  );
  const range = fallback === undefined ? undefined : childOf(fallback, "body", NS.fallback);
  if (range === undefined) {
    return text;
  }
  const points = Array.from(text);
  const start = position(attribute(range, "start"), 0);
  const end = position(attribute(range, "end"), points.length);
  if (start === null || end === null || start >= end || end > points.length) {
    return withoutSpeaker(text);
  }
  const rest = [...points.slice(0, start), ...points.slice(end)].join("").trim();
  return rest === "" ? withoutSpeaker(text) : rest;
}

/** Who is quoted stands before their words, by the name or address that the quoting client has for them. */
const SPEAKER = /^>[^\n]*(?:@[^\n]*|[:>][ \t]*)\n(?=>)/u;
const QUOTED_ADDRESS = /^>.*$/gmu;

/** A quote that cannot be told from what is said stays, but for whom it quotes: addresses are nobody's business. */
function withoutSpeaker(text: string): string {
  return text.replace(SPEAKER, "").replace(QUOTED_ADDRESS, (line) => line.replace(/[^\s<>]+@[^\s<>]+/gu, "…"));
}

function position(value: string | null, absent: number): number | null {
  if (value === null) {
    return absent;
  }
  return /^\d{1,7}$/.test(value) ? Number(value) : null;
}

/** The value of a choice picked by button or form: XEP-0439 (action, response) or a submitted form (XEP-0004). */
export function chosen(stanza: Element): string | null {
  const action = childOf(stanza, "action-selected", NS.quickResponse);
  if (action !== undefined) {
    return value(attribute(action, "id"));
  }
  const response = childOf(stanza, "response", NS.quickResponse);
  if (response !== undefined) {
    return value(attribute(response, "value"));
  }
  const form = childOf(stanza, "x", NS.forms);
  if (form === undefined || attribute(form, "type") !== "submit") {
    return null;
  }
  const fields = childrenOf(form, "field", NS.forms, FIELDS).filter(
    (field) => attribute(field, "var") === CHOICE_FIELD,
  );
  const [field] = fields;
  return field === undefined ? null : value(textOf(field, "value", NS.forms));
}

function value(text: string | null): string | null {
  return text === null || text === "" || text.length > VALUE_CHARACTERS ? null : text;
}
