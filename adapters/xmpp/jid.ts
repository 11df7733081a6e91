/**
 * XMPP addresses (RFC 7622): splitting, preparing, comparing. Prepared here rather than with @xmpp/jid, which escapes what
 * must be refused, compares without normalising, and costs a fifth of a component's processor time.
 *
 * Servers prepare addresses before they hand a stanza on; doing it again here makes sure that one person is one `Address`
 * whatever the server, and that nothing invisible or reordering (controls, bidi, zero width) is ever part of one.
 */
import { domainToUnicode } from "node:url";
import type { Address } from "../../src/core/model.ts";

/** A prepared address. `local` and `resource` are null where the address has none. */
export interface Jid {
  readonly local: string | null;
  readonly domain: string;
  readonly resource: string | null;
  /** `local@domain` or `domain`: the canonical identity of a person. */
  readonly bare: string;
  /** With the resource, if there is one. */
  readonly full: string;
}

/** Bytes of UTF-8 in each of the three parts (RFC 7622 §3.2 to §3.4). */
const PART_BYTES = 1_023;
/** An address longer than its three parts and two separators together is not even looked at. */
const JID_CHARACTERS = 3 * PART_BYTES + 2;
/** RFC 7622 §3.3.1, and whatever can neither be seen nor typed: control, format, private, unassigned, separators. */
const FORBIDDEN_IN_LOCAL = /["&'/:<>@\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Z}]/u;
/** RFC 7622 §3.4 allows spaces and symbols in a resource; the invisible and the reordering stay out here too. */
const FORBIDDEN_IN_RESOURCE = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ADDRESS_LITERAL = /^(\[[0-9a-f:.]{2,45}\]|\d{1,3}(\.\d{1,3}){3})$/;
const PLAIN_ADDRESS = /^[a-z0-9._-]{1,255}$/;

/** Addresses seen lately are kept, because the same few come with every stanza: so many at least, and as many as `keepParsed` asks for. */
let entries = 1_000;
/** Longer ones are prepared anew each time, so that strangers cannot fill the memory with them. */
const CACHED_CHARACTERS = 256;
const cache = new Map<string, Jid | null>();

/** Keeps so many parsed addresses from now on, unless more were asked for: the networks of a desk share them. */
export function keepParsed(addresses: number): void {
  entries = Math.max(entries, addresses);
}

/** The prepared form of an address as it stands on the wire, or null when it is none (the sender is told `jid-malformed`). */
export function parseJid(text: string): Jid | null {
  const known = cache.get(text);
  if (known !== undefined) {
    return known;
  }
  if (text.length > JID_CHARACTERS) {
    return null;
  }
  // In V8 a part of a text holds all of it: what is kept of an address would hold whatever came with it from the network.
  const own = structuredClone(text);
  const parsed = parse(own);
  if (own.length <= CACHED_CHARACTERS) {
    if (cache.size >= entries) {
      cache.delete(cache.keys().next().value ?? "");
    }
    cache.set(own, parsed);
  }
  return parsed;
}

/** The bare form in which configuration, core and wire agree, or null: `Anna@Im.Example./phone` → `anna@im.example`. */
export function canonicalJid(text: string): string | null {
  return parseJid(text)?.bare ?? null;
}

/** The person behind an address, whichever device it names. */
export function addressOf(network: string, jid: Jid): Address {
  return { network, id: jid.bare };
}

/** Puts an address together from parts that are prepared already (an alias of the desk and the component's domain). */
export function jidOf(local: string | null, domain: string, resource: string | null): string {
  const bare = local === null ? domain : `${local}@${domain}`;
  return resource === null ? bare : `${bare}/${resource}`;
}

/** RFC 7622 §3.1: the first `/` ends the domain, an `@` before it ends the local part. */
function parse(text: string): Jid | null {
  const slash = text.indexOf("/");
  const bareText = slash === -1 ? text : text.slice(0, slash);
  const at = bareText.indexOf("@");
  const domain = prepareDomain(bareText.slice(at + 1));
  const local = at === -1 ? null : prepareLocal(bareText.slice(0, at));
  const resource = slash === -1 ? null : prepareResource(text.slice(slash + 1));
  if (domain === undefined || local === undefined || resource === undefined) {
    return null;
  }
  return { local, domain, resource, bare: jidOf(local, domain, null), full: jidOf(local, domain, resource) };
}

function prepareLocal(text: string): string | undefined {
  if (PLAIN_ADDRESS.test(text)) {
    return text;
  }
  return bounded(text.normalize("NFC").toLowerCase().normalize("NFC"), FORBIDDEN_IN_LOCAL);
}

function prepareResource(text: string): string | undefined {
  return bounded(text.normalize("NFC"), FORBIDDEN_IN_RESOURCE);
}

/** What stands in a URL beside a host: none of it is part of a domain. */
const NOT_IN_DOMAINS = /[\s/@:?#[\]\\%]/u;

/** Lower case, no trailing dot, internationalised labels in Unicode (RFC 7622 §3.2), where some other dots are dots as well. */
function prepareDomain(text: string): string | undefined {
  const lower = text.toLowerCase();
  const literal = lower.replace(/\.$/, "");
  if (ADDRESS_LITERAL.test(literal)) {
    return literal;
  }
  if (NOT_IN_DOMAINS.test(lower)) {
    return undefined;
  }
  const unicode = PLAIN_ADDRESS.test(lower) && !lower.includes("xn--") ? lower : domainToUnicode(lower);
  const domain = unicode.replace(/\.$/, "");
  const hasEmptyLabel = domain.startsWith(".") || domain.endsWith(".") || domain.includes("..");
  return hasEmptyLabel || NOT_IN_DOMAINS.test(domain) ? undefined : bounded(domain, FORBIDDEN_IN_LOCAL);
}

function bounded(part: string, forbidden: RegExp): string | undefined {
  const fits = part !== "" && Buffer.byteLength(part) <= PART_BYTES && !forbidden.test(part);
  return fits ? part : undefined;
}
