/**
 * What browser a person writes from, out of the User-Agent header (RFC 9110 §10.1.5). The header is a claim and a museum of
 * other browsers' names, so the order of the table matters; what it does not name stays null.
 */
import type { Feature, Software } from "../../src/core/model.ts";

/** What the pages of this network can show and send. */
export const WEB_FEATURES: readonly Feature[] = [
  "formatting",
  "edit",
  "retraction",
  "file",
  "typing",
  "delivered",
  "read",
  "presence",
  "multiline",
  "choices",
];

const VERSION = "/(\\d{1,5}(?:\\.\\d{1,5}){0,3})(?!\\d)";
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Edge", new RegExp(`\\bEdg(?:A|iOS)?${VERSION}`)],
  ["Opera", new RegExp(`\\bOPR${VERSION}`)],
  ["Samsung Internet", new RegExp(`\\bSamsungBrowser${VERSION}`)],
  ["Firefox", new RegExp(`\\b(?:Firefox|FxiOS)${VERSION}`)],
  ["Chrome", new RegExp(`\\b(?:HeadlessChrome|Chrome|CriOS)${VERSION}`)],
  ["Safari", new RegExp(`\\bVersion${VERSION} .*Safari/`)],
];
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Windows", /\bWindows NT\b/],
  ["Android", /\bAndroid\b/],
  ["iOS", /\b(?:iPhone|iPad|iPod)\b/],
  ["macOS", /\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\b(?:Linux|X11)\b/],
];
const USER_AGENT_CHARACTERS = 512;

export function softwareOf(userAgent: string | undefined): Software {
  const claim = (userAgent ?? "").slice(0, USER_AGENT_CHARACTERS);
  let name: string | null = null;
  let version: string | null = null;
  for (const [browser, pattern] of BROWSERS) {
    const found = pattern.exec(claim);
    if (found !== null) {
      name = browser;
      version = found[1] ?? null;
      break;
    }
  }
  const os = SYSTEMS.find(([, pattern]) => pattern.test(claim))?.[0] ?? null;
  return { protocol: "web", name, version, os, features: WEB_FEATURES, gateway: null };
}

/** The first language of an Accept-Language header (RFC 9110 §12.5.4), or null. */
export function firstLanguage(header: string | undefined): string | null {
  const [first] = (header ?? "").split(",", 1);
  const tag = first?.split(";", 1)[0]?.trim() ?? "";
  return /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$/.test(tag) ? tag : null;
}
