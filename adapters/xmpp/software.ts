/** What answers to disco#info (XEP-0030) and version (XEP-0092) mean in the model's words. Pure. */
import type { Element } from "@xmpp/xml";
import type { Feature, Software } from "../../src/core/model.ts";
import { textOf } from "./elements.ts";
import type { DiscoInfo } from "./entity-capabilities.ts";
import { NS } from "./namespaces.ts";

/** Any of these announced features makes the neutral one. */
const MEANINGS: readonly (readonly [Feature, readonly string[]])[] = [
  ["edit", [NS.correction]],
  ["retraction", [NS.retraction, "urn:xmpp:message-retract:0"]],
  ["reaction", [NS.reactions]],
  ["reply", [NS.reply]],
  ["file", ["jabber:x:oob", "urn:xmpp:jingle:apps:file-transfer:5", "urn:xmpp:sfs:0"]],
  ["typing", [NS.chatStates]],
  ["delivered", [NS.receipts]],
  ["read", [NS.chatMarkers]],
  ["choices", [NS.quickResponse, NS.forms]],
];
/**
 * What every client has: parts of XMPP itself (RFC 6121), and message styling (XEP-0393), which is text that reads well where it is
 * not drawn. Most clients that draw it do not announce it.
 */
const INHERENT: readonly Feature[] = ["formatting", "presence", "multiline"];
const TEXT_CHARACTERS = 200;

/** The neutral features a client announces. */
export function featuresOf(info: DiscoInfo): Feature[] {
  const announced = new Set(info.features);
  const known = MEANINGS.filter(([, features]) => features.some((feature) => announced.has(feature)));
  return [...known.map(([feature]) => feature), ...INHERENT];
}

/** Whether forms in messages (XEP-0004) are shown. */
export function showsForms(info: DiscoInfo): boolean {
  return info.features.includes(NS.forms);
}

/**
 * The gateway a domain says it is, or null: identity category "gateway" with a type such as "whatsapp", or "conference" of type
 * "irc" (both in the registry of disco categories), which is what biboumi says of itself.
 */
export function gatewayOf(info: DiscoInfo): Software["gateway"] {
  const gateway =
    info.identities.find(({ category }) => category === "gateway") ??
    info.identities.find(({ category, type }) => category === "conference" && type === "irc");
  return gateway === undefined ? null : { type: gateway.type.slice(0, TEXT_CHARACTERS), name: said(gateway.name) };
}

export interface Answers {
  /** disco#info of the device, verified if it came by capabilities. */
  readonly info: DiscoInfo | null;
  /** The `<query/>` of its version. */
  readonly version: Element | null;
  readonly gateway: Software["gateway"];
}

/** The software as far as the answers tell; null when they tell nothing. */
export function softwareOf({ info, version, gateway }: Answers): Software | null {
  if (info === null && version === null && gateway === null) {
    return null;
  }
  const field = (name: string) => (version === null ? null : said(textOf(version, name, NS.version)));
  const client = info?.identities.find(({ category }) => category === "client") ?? info?.identities[0];
  const name = field("name") ?? said(client?.name ?? null);
  const told = { name, version: field("version"), os: field("os") };
  return {
    protocol: "xmpp",
    ...(gateway === null || told.version !== null ? told : { ...told, ...parted(name) }),
    features: info === null ? null : featuresOf(info),
    gateway,
  };
}

/** "irssi v1.4.3", "WeeChat 3.8 (Jan 11 2023)": what IRC clients answer to CTCP VERSION is one text, and biboumi calls it the name. */
const NAME_AND_VERSION = /^(?<name>\S.{0,60}?)[\s:]+v?(?<version>\d+(?:\.[0-9A-Za-z]+)+)/u;

/** Name and version of a text that holds both; nothing where it does not. */
function parted(text: string | null): { readonly name?: string; readonly version?: string } {
  const { name, version } = NAME_AND_VERSION.exec(text ?? "")?.groups ?? {};
  return name === undefined || version === undefined ? {} : { name, version };
}

function said(text: string | null): string | null {
  const trimmed =
    text
      ?.replace(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, TEXT_CHARACTERS) ?? "";
  return trimmed === "" ? null : trimmed;
}
