/**
 * Looks for what must be hidden in what went over a wire: as it stands, in another case, reversed, in hexadecimal, in base 64, and
 * behind the escapes of URIs, XML, JSON and Unicode, one within the other.
 */
import { type Hidden, ipNumber } from "./hidden-person.ts";

export interface Finding {
  readonly what: string;
  readonly value: string;
  /** How it was written: "plain", "reversed" … */
  readonly how: string;
}

interface Needle extends Finding {
  readonly text: string;
}

/** Base 64 of a text that stands anywhere in other bytes: the characters that depend on it alone, for each of three places. */
function base64(value: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const [first, last] = [Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString("base64").slice(first, last), bytes.toString("base64url").slice(first, last)];
  });
}

function reversed(value: string): string {
  return [...value].reverse().join("");
}

/** Written otherwise than an escape would: not to be undone, so to be looked for as such. */
function needlesOf({ what, value }: Hidden): readonly Needle[] {
  const isIp = /^\d+(?:\.\d+){3}$/u.test(value);
  const small = value.toLowerCase();
  const ways: readonly (readonly [how: string, text: string])[] = [
    ["plain", small],
    ["reversed", reversed(small)],
    ["hexadecimal", Buffer.from(value).toString("hex")],
    ...(isIp
      ? ([
          ["reversed", value.split(".").reverse().join(".")],
          ["as a number", String(ipNumber(value))],
          ["hexadecimal", ipNumber(value).toString(16).padStart(8, "0")],
        ] as const)
      : []),
  ];
  return ways.map(([how, text]) => ({ what, value, how, text }));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
/** Within each other they are undone so often; a mistake of that depth is no mistake any more. */
const ROUNDS = 3;

/** The wire without the escapes that anybody may have put into it. */
function unescaped(wire: string): string {
  let text = wire;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = text;
    if (text.includes("%")) text = text.replace(/(?:%[0-9a-f]{2})+/giu, percentDecoded);
    if (text.includes("&")) text = text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/giu, entityDecoded);
    if (text.includes("\\")) text = text.replace(BACKSLASHED, backslashDecoded);
    if (text.includes("="))
      text = text.replace(/=([0-9a-f]{2})/giu, (_whole, code) => character(Number.parseInt(code, 16)));
    if (text === before) break;
  }
  return text;
}

/** JSON and JavaScript, and the hexadecimal pairs of XEP-0106. */
const BACKSLASHED = /\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\x([0-9a-f]{2})|\\([0-9a-f]{2})/giu;

function backslashDecoded(_whole: string, ...codes: readonly (string | undefined)[]): string {
  return character(Number.parseInt(codes.slice(0, 4).find((code) => code !== undefined) ?? "", 16));
}

function percentDecoded(escaped: string): string {
  return Buffer.from(escaped.replaceAll("%", ""), "hex").toString();
}

function entityDecoded(whole: string, decimal?: string, hexadecimal?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
  return character(decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal));
}

function character(code: number): string {
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

/** What shows nothing and may stand between any two characters: marks of formatting, joiners, controls. */
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Mn}]+/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: beyond these there is nothing to be folded.
const PLAIN = /^[\u0000-\u007f]*$/u;

export class Sieve {
  readonly #needles: readonly Needle[];
  readonly #base64: readonly Needle[];

  constructor(hidden: readonly Hidden[]) {
    this.#needles = hidden.flatMap(needlesOf);
    this.#base64 = hidden.flatMap(({ what, value }) =>
      base64(value).map((text) => ({ what, value, how: "base 64", text })),
    );
  }

  /** The first thing that is found, or null. */
  find(wire: string): Finding | null {
    const open = unescaped(wire);
    const bare = PLAIN.test(open) ? open : open.normalize("NFKC").replace(INVISIBLE, "");
    const folded = [...new Set([wire.toLowerCase(), open.toLowerCase(), bare.toLowerCase()])];
    const found =
      this.#needles.find(({ text }) => folded.some((one) => one.includes(text))) ??
      this.#base64.find(({ text }) => wire.includes(text) || open.includes(text));
    return found === undefined ? null : { what: found.what, value: found.value, how: found.how };
  }
}
