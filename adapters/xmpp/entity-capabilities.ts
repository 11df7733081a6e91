/** Entity capabilities (XEP-0115): what a disco#info answer says, as one verifiable hash. Pure. */
import { createHash } from "node:crypto";
import type { Element } from "@xmpp/xml";
import { attribute, childElements, childrenOf } from "./elements.ts";
import { NS } from "./namespaces.ts";

export interface DiscoIdentity {
  readonly category: string;
  readonly type: string;
  readonly language: string;
  readonly name: string;
}
export interface DiscoInfo {
  readonly identities: readonly DiscoIdentity[];
  readonly features: readonly string[];
  /** Forms with more information (XEP-0128): `FORM_TYPE` and the values of each field. */
  readonly forms: readonly { readonly type: string; readonly fields: ReadonlyMap<string, readonly string[]> }[];
}

const IDENTITIES = 50;
const FEATURES = 500;
const FORMS = 10;
const FIELDS = 50;
const VALUES = 50;
const CHARACTERS = 1_000;

/** Reads the `<query/>` of a disco#info answer (XEP-0030 §3.1), within limits. */
export function readDiscoInfo(query: Element): DiscoInfo {
  return {
    identities: childrenOf(query, "identity", NS.discoInfo, IDENTITIES).map((identity) => ({
      category: short(attribute(identity, "category")),
      type: short(attribute(identity, "type")),
      language: short(attribute(identity, "xml:lang")),
      name: short(attribute(identity, "name")),
    })),
    features: childrenOf(query, "feature", NS.discoInfo, FEATURES).map((feature) => short(attribute(feature, "var"))),
    forms: childrenOf(query, "x", NS.forms, FORMS)
      .map(readForm)
      .filter((form) => form.type !== ""),
  };
}

function readForm(form: Element) {
  const fields = new Map<string, readonly string[]>();
  for (const field of childrenOf(form, "field", NS.forms, FIELDS)) {
    const values = childrenOf(field, "value", NS.forms, VALUES).map((value) => short(value.getText()));
    fields.set(short(attribute(field, "var")), values);
  }
  const type = fields.get("FORM_TYPE")?.[0] ?? "";
  fields.delete("FORM_TYPE");
  return { type, fields };
}

/** The verification string's SHA-1 in base 64 (XEP-0115 §5.1), the `ver` of everybody with the same answer. */
export function verificationHash(info: DiscoInfo): string {
  const identities = info.identities.map(({ category, type, language, name }) =>
    [category, type, language, name].join("/"),
  );
  const parts = [...identities.sort(byOctets), ...[...info.features].sort(byOctets)];
  for (const form of [...info.forms].sort((left, right) => byOctets(left.type, right.type))) {
    parts.push(form.type);
    for (const name of [...form.fields.keys()].sort(byOctets)) {
      parts.push(name, ...[...(form.fields.get(name) ?? [])].sort(byOctets));
    }
  }
  return createHash("sha1")
    .update(parts.map((part) => `${part}<`).join(""))
    .digest("base64");
}

/**
 * XEP-0115 §5.4: an answer that says the same thing twice is made to collide, and not believed. Nor is one with the very
 * characters that part the pieces in the hashed text: one feature "a<b" has the hash of two honest ones (§8.1).
 */
export function isUnambiguous(info: DiscoInfo): boolean {
  const words = info.identities.flatMap(({ category, type, language }) => [category, type, language]);
  const values = info.forms.flatMap(({ type, fields }) => [
    type,
    ...[...fields].flatMap(([name, all]) => [name, ...all]),
  ]);
  const all = [...words, ...info.identities.map(({ name }) => name), ...info.features, ...values];
  if (all.some((text) => text.includes("<")) || words.some((text) => text.includes("/"))) {
    return false;
  }
  const identities = info.identities.map(({ category, type, language }) => `${category}/${type}/${language}`);
  const forms = info.forms.map((form) => form.type);
  return [identities, info.features, forms].every((list) => new Set(list).size === list.length);
}

/** The entity capabilities a presence announces: only the hash everybody has to support is verified. */
export interface AnnouncedCapabilities {
  readonly node: string;
  readonly ver: string;
}

/** The `<c/>` of a presence (XEP-0115 §4), or null when there is none that can be verified. */
export function announcedCapabilities(presence: Element): AnnouncedCapabilities | null {
  const caps = childElements(presence).find((child) => child.getName() === "c" && child.getNS() === NS.caps);
  const [hash, node, ver] = caps === undefined ? [] : ["hash", "node", "ver"].map((name) => attribute(caps, name));
  const fits = (text: string | null | undefined) =>
    typeof text === "string" && text !== "" && text.length <= CHARACTERS;
  return hash === "sha-1" && fits(node) && fits(ver) ? { node: node ?? "", ver: ver ?? "" } : null;
}

function short(text: string | null): string {
  return (text ?? "").slice(0, CHARACTERS);
}

/** i;octet collation, RFC 4790 §9.3. */
function byOctets(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
