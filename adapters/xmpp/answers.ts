/**
 * What the desk answers when asked about itself (IQ get): service discovery, version, business card, ping, last activity.
 * Pure. A handle or alias that does not exist for the asker answers exactly like one that does not exist at all.
 */
import { Element } from "@xmpp/xml";
import type { Condition, DeskIdentity } from "../../src/core/model.ts";
import { attribute, xmlText } from "./elements.ts";
import { type DiscoInfo, verificationHash } from "./entity-capabilities.ts";
import { NS } from "./namespaces.ts";

/** What software this is, to anybody who asks (XEP-0092); `version` is that of package.json. */
export const SOFTWARE = { name: "Frontdesk", version: "0.1.0" } as const;
const CAPS_NODE = "urn:frontdesk";

/** The features of every handle and alias, by the standard each of them is. */
const FEATURES: readonly string[] = [
  NS.discoInfo,
  NS.discoItems,
  NS.caps,
  NS.version,
  NS.last,
  NS.ping,
  NS.vcard,
  NS.nick,
  NS.delay,
  NS.chatStates,
  NS.receipts,
  NS.chatMarkers,
  NS.correction,
  NS.styling,
  NS.retraction,
  NS.reactions,
  NS.reply,
  NS.fallback,
  NS.stanzaIds,
  NS.forms,
  NS.quickResponse,
].toSorted();

/** Without a name, so that everybody at the desk has the same capabilities and none tells who they are. */
const DESK_INFO: DiscoInfo = {
  identities: [{ category: "client", type: "bot", language: "", name: "" }],
  features: FEATURES,
  forms: [],
};
const DOMAIN_INFO: DiscoInfo = {
  identities: [{ category: "component", type: "generic", language: "", name: SOFTWARE.name }],
  features: [NS.discoInfo, NS.discoItems, NS.version, NS.last, NS.ping],
  forms: [],
};
/** What presence says of it (XEP-0115). */
export const OWN_CAPABILITIES = { node: CAPS_NODE, ver: verificationHash(DESK_INFO) } as const;

export interface Asked {
  /** The handle or alias as the asker may know it; null when it does not exist for them; the domain itself. */
  readonly identity: DeskIdentity | null | "domain";
  /** Handles the asker may know of, for disco#items of the domain. */
  readonly handles: readonly { readonly jid: string; readonly name: string }[];
  readonly uptimeSeconds: number;
}

type Answer = (query: Element, asked: Asked) => Element | Condition | null;

/** By namespace and name of the question. A null answer is an empty result. */
const ANSWERS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  [`${NS.discoInfo} query`, discoInfo],
  [`${NS.discoItems} query`, discoItems],
  [`${NS.version} query`, version],
  [`${NS.vcard} vCard`, vcard],
  [`${NS.last} query`, lastActivity],
  [`${NS.ping} ping`, () => null],
]);

/**
 * The answer to a question: the child of the result (null: none), or the condition of the error. Whatever is not known
 * here, and whatever is asked of somebody who is not there, is service-unavailable (RFC 6121 §8.5.1).
 */
export function answerQuestion(query: Element, asked: Asked): Element | Condition | null {
  const answer = ANSWERS.get(`${query.getNS() ?? ""} ${query.getName()}`);
  if (answer === undefined || asked.identity === null) {
    return "service-unavailable";
  }
  return answer(query, asked);
}

/** XEP-0030 §3.1, and the node under which XEP-0115 asks. */
function discoInfo(query: Element, asked: Asked): Element | Condition {
  const node = attribute(query, "node");
  const info = asked.identity === "domain" ? DOMAIN_INFO : DESK_INFO;
  const known = node === null || (asked.identity !== "domain" && node === `${CAPS_NODE}#${OWN_CAPABILITIES.ver}`);
  if (!known) {
    return "item-not-found";
  }
  const answer = new Element("query", { xmlns: NS.discoInfo, ...(node === null ? {} : { node }) });
  for (const { category, type, name } of info.identities) {
    answer.c("identity", { category, type, ...(name === "" ? {} : { name }) });
  }
  for (const feature of info.features) {
    answer.c("feature", { var: feature });
  }
  return answer;
}

function discoItems(query: Element, asked: Asked): Element | Condition {
  if (attribute(query, "node") !== null) {
    return "item-not-found";
  }
  const answer = new Element("query", { xmlns: NS.discoItems });
  if (asked.identity === "domain") {
    for (const { jid, name } of asked.handles) {
      answer.c("item", { jid, name: xmlText(name) });
    }
  }
  return answer;
}

function version(): Element {
  const answer = new Element("query", { xmlns: NS.version });
  answer.c("name").t(SOFTWARE.name);
  answer.c("version").t(SOFTWARE.version);
  return answer;
}

/** XEP-0054: the name, which is all there is to know of anybody at the desk. */
function vcard(_query: Element, { identity }: Asked): Element | Condition {
  if (identity === "domain" || identity === null) {
    return "service-unavailable";
  }
  const answer = new Element("vCard", { xmlns: NS.vcard });
  answer.c("FN").t(xmlText(identity.name));
  answer.c("NICKNAME").t(xmlText(identity.name));
  return answer;
}

/** XEP-0012: of the domain how long it has been up; of somebody who is there, no idleness. */
function lastActivity(_query: Element, { identity, uptimeSeconds }: Asked): Element | Condition {
  if (identity !== "domain" && identity?.state === "offline") {
    return "service-unavailable";
  }
  return new Element("query", { xmlns: NS.last, seconds: String(identity === "domain" ? uptimeSeconds : 0) });
}
