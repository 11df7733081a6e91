/**
 * The plain message read in one pass: nearly all of what is relayed, and looking among its few children for each of the many things a
 * message may hold costs more than all else on its way in. What codec-inbound.ts would read, to the letter; a test compares them.
 */
import { Element } from "@xmpp/xml";
import { attribute } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** The words of a plain message, and all there is beside them. */
export interface PlainWords {
  readonly text: string;
  /** The element they were taken from, whose `xml:lang` is theirs. */
  readonly body: Element;
  readonly id: string;
  /** Its sender asks for a receipt (XEP-0184). */
  readonly asksReceipt: boolean;
}

/** What clients put beside the words of each message, and what says nothing of them: by name, its namespace. */
const BESIDE: ReadonlyMap<string, string> = new Map([
  ["active", NS.chatStates],
  ["markable", NS.chatMarkers],
  ["origin-id", NS.stanzaIds],
  ["request", NS.receipts],
]);
const TYPES: ReadonlySet<string | null> = new Set([null, "chat", "normal"]);
/** Longer ids are looked at elsewhere. */
const ID_CHARACTERS = 1_023;
const ENCRYPTED_FILE = "aesgcm:";

/** Null for all that is not plain. */
export function plainWords(stanza: Element): PlainWords | null {
  const id = attribute(stanza, "id");
  if (id === null || id === "" || id.length > ID_CHARACTERS || !TYPES.has(attribute(stanza, "type"))) {
    return null;
  }
  let body: Element | null = null;
  let asksReceipt = false;
  for (const child of stanza.children) {
    if (!(child instanceof Element)) continue;
    const namespace: unknown = child.attrs.xmlns;
    if (child.name === "body" && namespace === undefined && body === null) {
      body = child;
    } else if (namespace !== undefined && BESIDE.get(child.name) === namespace) {
      asksReceipt ||= child.name === "request";
    } else if (child.name !== "thread" || namespace !== undefined) {
      return null;
    }
  }
  const text: unknown = body?.children.length === 1 ? body.children[0] : null;
  if (body === null || typeof text !== "string" || text === "" || text.includes(ENCRYPTED_FILE)) {
    return null;
  }
  return { text, body, id, asksReceipt };
}
