/** Stanza errors (RFC 6120 §8.3): built for refusals, read from bounces. */
import { Element } from "@xmpp/xml";
import { CONDITIONS, type Condition } from "../../src/core/model.ts";
import { childElements } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** What the sender of a failed stanza should do about it (RFC 6120 §8.3.2). */
export type ErrorType = "auth" | "cancel" | "continue" | "modify" | "wait";

/** The error type RFC 6120 §8.3.3 gives each condition; where it allows several, the one that fits a desk. */
export const ERROR_TYPES: Readonly<Record<Condition, ErrorType>> = {
  "bad-request": "modify",
  conflict: "cancel",
  "feature-not-implemented": "cancel",
  forbidden: "auth",
  gone: "cancel",
  "internal-server-error": "cancel",
  "item-not-found": "cancel",
  "jid-malformed": "modify",
  "not-acceptable": "modify",
  "not-allowed": "cancel",
  "not-authorized": "auth",
  "policy-violation": "modify",
  "recipient-unavailable": "wait",
  redirect: "modify",
  "registration-required": "auth",
  "remote-server-not-found": "cancel",
  "remote-server-timeout": "wait",
  "resource-constraint": "wait",
  "service-unavailable": "cancel",
  "subscription-required": "auth",
  "undefined-condition": "cancel",
  "unexpected-request": "wait",
};

const KNOWN: ReadonlySet<string> = new Set(CONDITIONS);
/** Longest explanation that is read out of a foreign error. */
const TEXT_CHARACTERS = 500;

/** What a stanza of type error says. */
export interface StanzaError {
  readonly condition: Condition;
  readonly type: ErrorType;
  readonly text: string | null;
}

/** Whether trying again later can help, so that a send is deferred rather than rejected. */
export function isTemporary(error: StanzaError): boolean {
  return error.type === "wait";
}

/**
 * The error that answers a stanza, `from` and `to` exchanged; null when the stanza is itself an error or a result, which
 * are never answered (RFC 6120 §8.3.1), or says no sender. `uri`: where to write instead; `wait`: the same would be taken later.
 */
export function errorAnswer(
  stanza: Element,
  condition: Condition,
  text: string | null,
  { uri = null, wait = false }: { readonly uri?: string | null; readonly wait?: boolean } = {},
): Element | null {
  const { from, to, id, type } = stanza.attrs;
  if (type === "error" || type === "result" || typeof from !== "string") {
    return null;
  }
  const error = new Element("error", { type: wait ? "wait" : ERROR_TYPES[condition] });
  // Of these two the character data is the URI to be used instead (RFC 6120 §8.3.3.5, §8.3.3.14).
  const elsewhere = condition === "redirect" || condition === "gone" ? uri : null;
  const named = error.c(condition, { xmlns: NS.stanzaErrors });
  if (elsewhere !== null) {
    named.t(elsewhere);
  }
  if (text !== null && text !== "") {
    error.c("text", { xmlns: NS.stanzaErrors, "xml:lang": "en" }).t(text);
  }
  const answer = new Element(stanza.getName(), { type: "error", to: from });
  if (typeof to === "string") {
    answer.attrs.from = to;
  }
  if (typeof id === "string") {
    answer.attrs.id = id;
  }
  answer.cnode(error);
  return answer;
}

/** Reads the `<error/>` of a stanza; what is missing or unknown counts as undefined-condition. */
export function readError(stanza: Element): StanzaError {
  const error = childElements(stanza).find((child) => child.getName() === "error");
  if (error === undefined) {
    return { condition: "undefined-condition", type: "cancel", text: null };
  }
  const children = childElements(error).filter((child) => child.getNS() === NS.stanzaErrors);
  const name = children.map((child) => child.getName()).find((child) => KNOWN.has(child)) ?? "undefined-condition";
  const condition = name as Condition;
  const given = error.attrs.type;
  const type = Object.values(ERROR_TYPES).find((known) => known === given) ?? ERROR_TYPES[condition];
  const text = children
    .find((child) => child.getName() === "text")
    ?.getText()
    .slice(0, TEXT_CHARACTERS);
  return { condition, type, text: text === undefined || text === "" ? null : text };
}
