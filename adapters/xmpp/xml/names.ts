/**
 * Names of elements and attributes, cut out of a text. A stream says the same few dozen names for ever, so each is made once:
 * what is known of it is known from then on, and V8 has the property of that name at hand.
 */
import { isNameChar, isNameStartChar } from "xmlchars/xml/1.0/ed5.js";
import { codePointAt, type Piece } from "./piece.ts";

export interface Name {
  readonly text: string;
  /** Where the colon behind a prefix stands, -1 without one. */
  readonly colon: number;
  /** What stands before it, "" without one. */
  readonly prefix: string;
  /** Whether it is one that Namespaces in XML §4 allows: a prefix and a local name, or the latter alone. */
  readonly isQualified: boolean;
  /** `xmlns` or `xmlns:…`: it declares a namespace. */
  readonly isDeclaration: boolean;
}

/** Names remembered: a power of two. Where two want one place the later has it, so nobody can make this grow. */
const PLACES = 512;
/** Longer names are made each time. */
const REMEMBERED_CHARACTERS = 32;
const FIRST = 1;
const FURTHER = 2;
/** What an ASCII character may be in a name (XML 1.0 §2.3): nothing, a further character, or the first as well. */
const ASCII = Uint8Array.from({ length: 128 }, (_, code) =>
  isNameStartChar(code) ? FIRST | FURTHER : isNameChar(code) ? FURTHER : 0,
);

export class NameTable {
  readonly #names: (Name | undefined)[] = Array.from({ length: PLACES }, () => undefined);

  /** The name that stands in the piece from `start` to before `end`. */
  take({ codes, text }: Piece, start: number, end: number): Name {
    if (end - start > REMEMBERED_CHARACTERS) {
      return nameOf(text.slice(start, end));
    }
    let hash = 0;
    for (let at = start; at < end; at += 1) {
      hash = (hash * 31 + (codes[at] ?? 0)) | 0;
    }
    const place = (hash ^ (hash >>> 9)) & (PLACES - 1);
    const known = this.#names[place];
    if (known !== undefined && isThere(known.text, codes, start, end)) {
      return known;
    }
    const name = nameOf(text.slice(start, end));
    this.#names[place] = name;
    return name;
  }
}

/** Compared number by number: a text that is a part of another is slow to compare. */
function isThere(name: string, codes: Uint16Array, start: number, end: number): boolean {
  if (name.length !== end - start) {
    return false;
  }
  for (let at = start; at < end; at += 1) {
    if (codes[at] !== name.charCodeAt(at - start)) return false;
  }
  return true;
}

/** Where a name ends that goes on at `from`: the end of the piece when it may go on in the next one. */
export function endOfName({ codes, length }: Piece, from: number): number {
  let at = from;
  for (; at < length; at += 1) {
    const code = codes[at] ?? 0;
    if (code < 128) {
      if (ASCII[code] === 0) return at;
    } else {
      const point = codePointAt(codes, at);
      if (!isNameChar(point)) return at;
      if (point > 0xffff) at += 1;
    }
  }
  return at;
}

/** Whether a name can begin at `at`. */
export function startsName({ codes }: Piece, at: number): boolean {
  const code = codes[at] ?? 0;
  return code < 128 ? ASCII[code] === (FIRST | FURTHER) : isNameStartChar(codePointAt(codes, at));
}

/** What is known of a name. */
export function nameOf(text: string): Name {
  // As a key a text becomes the one copy of it that V8 compares by its place in memory.
  const [unique = text] = Object.keys({ [text]: 0 });
  const colon = unique.indexOf(":");
  return {
    text: unique,
    colon,
    prefix: colon === -1 ? "" : unique.slice(0, colon),
    isQualified: colon === -1 || isPrefixed(unique, colon),
    isDeclaration: unique === "xmlns" || unique.startsWith("xmlns:"),
  };
}

function isPrefixed(name: string, colon: number): boolean {
  return colon > 0 && !name.includes(":", colon + 1) && isNameStartChar(name.codePointAt(colon + 1) ?? 0);
}
