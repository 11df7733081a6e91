/** What stands in the text of a PRIVMSG besides words and looks: CTCP, and characters that would be more than text. Pure. */
import { withoutCodes } from "./looks.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/gu;
/** What hardly any text has, and is looked for first: control characters, and halves of characters. */
const MAY_BE_MORE = /[^\t\n\u0020-\u007e\u0080-\ud7ff\ue000-\uffff]/;

/**
 * As it may be written: what a client would take for a CTCP, a colour or worse becomes a visible sign (U+2400 …). Line ends
 * are left, because they must be refused and not be hidden.
 */
export function neutralised(text: string): string {
  if (!MAY_BE_MORE.test(text)) return text;
  return text.toWellFormed().replace(CONTROLS, (control) => {
    if (control === "\r") {
      return control;
    }
    return control === "\u007f" ? "\u2421" : String.fromCodePoint(0x2400 + control.charCodeAt(0));
  });
}

/** Ends all formatting and shows nothing: what stands before it is no longer the end of the line. */
const RESET = "\u000f";

/** Some servers (ngIRCd) take spaces off the end of a line; the parts of a long text must be the text again when joined. */
export function withKeptEnd(text: string): string {
  return text.endsWith(" ") ? text + RESET : text;
}

export interface Ctcp {
  /** In capitals. */
  readonly command: string;
  readonly rest: string;
}

const DELIMITER = "\u0001";

/** The CTCP message a text is, or null when it is plain text. The closing delimiter is optional, as clients leave it out. */
export function ctcpOf(text: string): Ctcp | null {
  if (!text.startsWith(DELIMITER)) {
    return null;
  }
  const inner = text.slice(1, text.length > 1 && text.endsWith(DELIMITER) ? -1 : undefined);
  const space = inner.indexOf(" ");
  const command = space === -1 ? inner : inner.slice(0, space);
  return { command: command.toUpperCase(), rest: space === -1 ? "" : inner.slice(space + 1) };
}

const OFFER = /^SEND +(?:"([^"]*)"|(\S+)) /iu;
const FILE_CHARACTERS = 200;

/** The name of the file that a DCC offers, without the folders before it; null when it offers none. */
export function offeredFile(rest: string): string | null {
  const [, quoted, bare] = OFFER.exec(rest) ?? [];
  const name =
    withoutCodes(quoted ?? bare ?? "")
      .split(/[/\\]/u)
      .at(-1) ?? "";
  return name === "" ? null : name.slice(0, FILE_CHARACTERS);
}

export function ctcp(command: string, rest: string | null = null): string {
  return `${DELIMITER}${command}${rest === null ? "" : ` ${rest}`}${DELIMITER}`;
}

const SOFTWARE_CHARACTERS = 200;
const VERSIONED = /^(.*?[^\s:/(v-])[\s:/(-]+v?(\d[\w.+~-]*)/u;
const OPERATING_SYSTEM = /\b(Linux|Windows|macOS|Mac OS X|Darwin|FreeBSD|OpenBSD|NetBSD|Android|iOS)\b/iu;

/** What a client's answer to CTCP VERSION tells: "irssi v1.4.3", "WeeChat 3.8 (Jan 8 2023)", "HexChat 2.16.1 / Linux 6.1". */
export function softwareOf(answer: string): { name: string; version: string | null; os: string | null } | null {
  const text = withoutCodes(answer)
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, SOFTWARE_CHARACTERS);
  if (text === "") {
    return null;
  }
  const versioned = VERSIONED.exec(text);
  const os = OPERATING_SYSTEM.exec(text)?.[1] ?? null;
  return { name: (versioned?.[1] ?? text).trim(), version: versioned?.[2] ?? null, os };
}
