/**
 * Nicks: which texts are nicks, and when two of them are one person. Networks differ in that (ISUPPORT CASEMAPPING): with
 * `rfc1459` the characters []\^ are the capitals of {}|~ (RFC 2812 §2.2), with `ascii` they are letters of their own.
 */
export type CaseMapping = "ascii" | "rfc1459" | "rfc1459-strict";

const LOWER: Readonly<Record<string, string>> = { "[": "{", "]": "}", "\\": "|", "^": "~" };
const CAPITALS: Readonly<Record<CaseMapping, RegExp | null>> = {
  ascii: null,
  rfc1459: /[[\]\\^]/gu,
  "rfc1459-strict": /[[\]\\]/gu,
};

/** What `CASEMAPPING` says; an unknown one is taken for `ascii`, which never takes two people for one. */
export function caseMappingOf(token: unknown): CaseMapping {
  return token === "rfc1459" || token === "rfc1459-strict" ? token : "ascii";
}

/** Equal for two nicks exactly when the network holds them for the same one. */
export function foldNick(nick: string, mapping: CaseMapping): string {
  const folded = asciiLower(nick);
  const capitals = CAPITALS[mapping];
  return capitals === null ? folded : folded.replace(capitals, (letter) => LOWER[letter] ?? letter);
}

function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]/gu, (letter) => letter.toLowerCase()) : text;
}

/** Longest nick any network is known to allow, in characters. */
const NICK_CHARACTERS = 64;
/**
 * RFC 2812 §2.3.1, and letters beyond ASCII, which some networks allow. What stands first must not make it a channel, a
 * mask, a server's number or the beginning of the text; a comma would make it two recipients.
 */
const NICK = /^[\p{L}[\]\\`_^{|}~][\p{L}\p{M}\p{N}[\]\\`_^{|}~-]*$/u;

export function isNick(text: string): boolean {
  return text.length <= NICK_CHARACTERS && NICK.test(text);
}

/**
 * An address as admins write it. ASCII case alone is folded: which other characters are one, only the network knows, and
 * taking two people for one would be worse than the reverse. `People` adds what the network says.
 */
export function canonicalNick(nick: string): string | null {
  return isNick(nick) ? asciiLower(nick) : null;
}

/** Nicks the desk has named that contain a bracket or the like; more than any desk has CSRs of that kind. */
const EQUIVALENTS = 10_000;

/** The canonical ids of this network's people. */
export class People {
  #mapping: CaseMapping = "ascii";
  /** By folded nick: the id the desk itself uses, where the network's folding and ASCII's differ. */
  readonly #equivalents = new Map<string, string>();

  set mapping(mapping: CaseMapping) {
    this.#mapping = mapping;
  }

  /** Under which two nicks are the same person now. */
  fold(nick: string): string {
    return foldNick(nick, this.#mapping);
  }

  /** The desk uses that id: whoever bears an equivalent nick is that person. */
  named(id: string): void {
    if (/[[\]\\^{}|~]/u.test(id) && this.#equivalents.size < EQUIVALENTS) {
      this.#equivalents.set(foldNick(id, "rfc1459"), id);
    }
  }

  id(nick: string): string {
    const known = this.#mapping === "ascii" ? undefined : this.#equivalents.get(foldNick(nick, "rfc1459"));
    return known !== undefined && this.fold(known) === this.fold(nick) ? known : asciiLower(nick);
  }
}
