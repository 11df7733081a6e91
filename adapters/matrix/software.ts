/**
 * What a person writes from, as far as Matrix tells: the names their devices bear where keys are published (free text that
 * their owner may have changed). Whom a bridge made, their user id tells; the admins' table of gateways reads it from the address.
 */
import { z } from "zod";
import type { Feature, Software } from "../../src/core/model.ts";

const devices = z.record(
  z.string(),
  z.object({ unsigned: z.object({ device_display_name: z.string().optional() }).optional() }),
);
const TEXT_CHARACTERS = 100;

/** What each of these clients shows. What is not in the table is unknown, never guessed. */
const ALL: readonly Feature[] = [
  "formatting",
  "edit",
  "retraction",
  "reaction",
  "reply",
  "file",
  "typing",
  "read",
  "presence",
  "multiline",
];
const CLIENTS: readonly { readonly name: RegExp; readonly features: readonly Feature[] }[] = [
  { name: /^(?:app\.element|element|schildi|fluffychat|cinny|nheko)/iu, features: ALL },
  { name: /^weechat/iu, features: ["formatting", "typing", "read", "multiline"] },
];

/** The names of that person's devices in the body of an answer to /keys/query. */
export function deviceNames(body: Readonly<Record<string, unknown>>, person: string): readonly string[] {
  const keys = z.record(z.string(), z.unknown()).safeParse(body.device_keys).data ?? {};
  const known = devices.safeParse(Object.hasOwn(keys, person) ? keys[person] : {}).data ?? {};
  return Object.values(known).flatMap(({ unsigned }) => {
    const name = said(unsigned?.device_display_name ?? null);
    return name === null ? [] : [name];
  });
}

/**
 * Null when nothing is known. Which of several devices a message came from nobody can tell, so a name counts only when all
 * devices bear it.
 */
export function softwareOf(names: readonly string[]): Software | null {
  const parts = names.map(parseName);
  const [first] = parts;
  const same = (field: "name" | "os") =>
    parts.every((part) => part[field] === first?.[field]) ? (first?.[field] ?? null) : null;
  const name = same("name");
  if (name === null) {
    return null;
  }
  const features = CLIENTS.find((client) => client.name.test(name))?.features ?? null;
  return { protocol: "matrix", name, version: null, os: same("os"), features, gateway: null };
}

/** "Element Desktop: Linux", "app.element.io: Firefox on Ubuntu", "Weechat Matrix". */
function parseName(name: string): { readonly name: string; readonly os: string | null } {
  const at = name.indexOf(": ");
  return at === -1 ? { name, os: null } : { name: said(name.slice(0, at)) ?? name, os: said(name.slice(at + 2)) };
}

function said(text: string | null): string | null {
  const trimmed =
    text
      ?.toWellFormed()
      .replace(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, TEXT_CHARACTERS) ?? "";
  return trimmed === "" ? null : trimmed;
}
