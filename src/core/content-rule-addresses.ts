/** Addresses of people and rooms, and of internal computers, in what people write. Pure, and linear in the text. */
import type { Place } from "./content-rule-numbers.ts";

/** `@`, also as those write it who do not want it to be seen as one. */
const AT = /@|＠|%40|\s?[([{]\s?(?:at|ät)\s?[)\]}]\s?/giu;
const DOT = String.raw`(?:[.。．｡]|\s?[([{]\s?(?:dot|punkt|point|punto)\s?[)\]}]\s?)`;
const LABEL = String.raw`[\p{L}\p{N}_-]{1,63}`;
/** The domain behind an `@`, and an XMPP address's resource. */
const DOMAIN = new RegExp(`((?:${LABEL}${DOT})*${LABEL}|\\[[0-9a-f:.]{2,45}\\])(?:/[^\\s<>"'),;]{1,255})?`, "iuy");
/** Matrix appendices, "Identifier Grammar": a user, a room's alias or id, with its server. */
const SIGIL_ID = new RegExp(`[@#!][\\p{L}\\p{N}._=/+-]{1,255}:((?:${LABEL}\\.)*${LABEL})(?::\\d{1,5})?`, "iuy");
const SIGILS = /[@#!]/gu;
/** What cannot be in the first part of an address without quotation marks. */
const OUTSIDE = /[\s@＠<>()[\]{},;:"'„“”«»|\\]/u;
/** RFC 5321 §4.5.3.1.1. */
const LOCAL_PART = 64;

/** A domain that people can be at: of two parts, the last one with letters, or one of the company's own. */
function isDomain(domain: string, hosts: readonly string[]): boolean {
  const plain = domain.toLowerCase().replace(new RegExp(DOT, "giu"), ".");
  return /\.\p{L}[\p{L}\p{N}-]+$/u.test(plain) || plain.startsWith("[") || isIpv4(plain) || isInternal(plain, hosts);
}

export function addressesIn(text: string, hosts: readonly string[]): readonly Place[] {
  const found: Place[] = [];
  for (const { 0: at, index } of text.matchAll(AT)) {
    const start = localPartBefore(text, index);
    DOMAIN.lastIndex = index + at.length;
    const [whole = "", domain = ""] = DOMAIN.exec(text) ?? [];
    if (start < index && domain !== "" && isDomain(domain, hosts))
      found.push({ start, end: index + at.length + whole.length });
  }
  for (const { index } of text.matchAll(SIGILS)) {
    SIGIL_ID.lastIndex = index;
    const [whole = "", server = ""] = SIGIL_ID.exec(text) ?? [];
    if (server !== "" && isDomain(server, hosts)) found.push({ start: index, end: index + whole.length });
  }
  return found;
}

/** Where the part before the `@` begins; `at` itself when there is none. */
function localPartBefore(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LOCAL_PART && !OUTSIDE.test(text.charAt(start - 1))) start -= 1;
  return start;
}

// --- internal computers ---------------------------------------------------------------------------------------------

const NAME = new RegExp(`(?:[a-z][a-z0-9+-]{1,20}://)?(?:${LABEL}\\.)+${LABEL}`, "giu");
/** RFC 4193 and RFC 4291 §2.5.6: addresses of one site, of one link, and of the very machine. */
const LOCAL_IPV6 =
  /(?<![\w:])\[?(?:(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):[0-9a-f:]{2,39}(?:%\w{1,20})?|::1(?![\w:]))\]?/giu;
/** A port and a path that belong to it. */
const BEHIND = /(?::\d{1,5})?(?:\/[^\s<>"']*)?/uy;

function isIpv4(name: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/u.test(name) && name.split(".").every((octet) => Number(octet) < 256);
}

/** RFC 1918, RFC 6598, RFC 3927, RFC 1122 §3.2.1.3: addresses that mean something inside alone. */
function isPrivateIpv4(name: string): boolean {
  if (!isIpv4(name)) return false;
  const [a = 0, b = 0] = name.split(".").map(Number);
  const isShared = (a === 100 && b >= 64 && b < 128) || (a === 172 && b >= 16 && b < 32);
  return isShared || a === 10 || a === 127 || (a === 192 && b === 168) || (a === 169 && b === 254);
}

/** One of the company's own: below one of the suffixes, or that name itself where it is of several parts. */
function isInternal(name: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => name.endsWith(`.${host}`) || (host.includes(".") && name === host));
}

/** `hosts`: names and suffixes in lower case, without a dot in front. Private IP addresses always count. */
export function hostsIn(text: string, hosts: readonly string[]): readonly Place[] {
  const isKnown = (name: string): boolean => isPrivateIpv4(name) || isInternal(name, hosts);
  const named = placesOf(text, NAME, (whole) => isKnown(whole.toLowerCase().replace(/^[^/]*:\/\//u, "")));
  return [...named, ...placesOf(text, LOCAL_IPV6, () => true)];
}

/** Each with what stands behind it, in which no other is looked for: else a path of names would be gone through for each of them. */
function placesOf(text: string, pattern: RegExp, is: (whole: string) => boolean): readonly Place[] {
  const found: Place[] = [];
  let last = 0;
  for (const { 0: whole, index: start } of text.matchAll(pattern)) {
    if (start < last || !is(whole)) continue;
    BEHIND.lastIndex = start + whole.length;
    last = start + whole.length + (BEHIND.exec(text)?.[0].length ?? 0);
    found.push({ start, end: last });
  }
  return found;
}
