/** User ids (Matrix appendices §4.2.1): those of people, and those the desk makes for its handles and aliases. Pure. */
import type { ServiceConfig } from "./config.ts";

/** Historical user ids may hold more than today's grammar allows, but never a colon, a space or a control. */
const USER_ID = /^@([^:\s\p{Cc}]+):([A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?)$/u;
const USER_ID_BYTES = 255;
const PLAIN = /[^a-z0-9._-]/gu;
const CONTROLS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const NAME_CHARACTERS = 100;

/** A person's user id in the form events bear it; null when nobody can have it. */
export function canonicalUserId(id: string): string | null {
  const trimmed = id.trim();
  return USER_ID.test(trimmed) && Buffer.byteLength(trimmed) <= USER_ID_BYTES ? trimmed : null;
}

/** Tells the desk's own users from everybody else. */
export interface Namespace {
  /** The desk's name behind that user id; null when it is not the desk's. */
  local(userId: string): string | null;
}

/** The desk's part of a homeserver's users: `@<prefix><local>:<server>`. */
export class ReservedNames implements Namespace {
  readonly #prefix: string;
  readonly #server: string;

  constructor({ prefix, serverName }: Pick<ServiceConfig, "prefix" | "serverName">) {
    this.#prefix = prefix;
    this.#server = serverName;
  }

  /** The localpart under which a handle or alias is registered. Characters user ids cannot hold are written `=hh`. */
  localpart(local: string): string {
    const written = (character: string) =>
      [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, "0")}`).join("");
    return `${this.#prefix}${local.replace(PLAIN, written)}`;
  }

  ghost(local: string): string {
    return `@${this.localpart(local)}:${this.#server}`;
  }

  local(userId: string): string | null {
    const end = `:${this.#server}`;
    const start = `@${this.#prefix}`;
    if (!userId.startsWith(start) || !userId.endsWith(end) || userId.length <= start.length + end.length) {
      return null;
    }
    const written = userId.slice(start.length, -end.length);
    try {
      return decodeURIComponent(written.replaceAll("%", "%25").replaceAll("=", "%"));
    } catch {
      return null;
    }
  }
}

/** A name as it may be shown: no controls, nothing that turns the direction of what follows, not endless. Null when empty. */
export function displayName(name: string | null | undefined): string | null {
  const shown = [...(name ?? "").toWellFormed().replace(CONTROLS, " ").trim()].slice(0, NAME_CHARACTERS).join("");
  return shown === "" ? null : shown;
}
