/**
 * The piece of a stream that is being read: its characters as text and as numbers, what came before them, and the checks that
 * need to know it. Pieces may end anywhere, inside a character of two units as well.
 */
import { endianness } from "node:os";
import { isChar } from "xmlchars/xml/1.0/ed5.js";
import { XmlFault } from "../xml-fault.ts";

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const BRACKET = 93;
/** Room for numbers is made for at least so many. */
const LEAST_CODES = 4_096;
const IS_BIG_ENDIAN = endianness() === "BE";

export class Piece {
  text = "";
  length = 0;
  /**
   * The characters (UTF-16 units) of the text; those behind `length` are left from before. A text may lie in memory as a part of
   * another, and each single character that is asked for be looked for anew: a third of all reading (`npm run bench -- xml`).
   */
  codes = new Uint16Array(LEAST_CODES);
  #bytes = Buffer.from(this.codes.buffer);
  /** The last two characters of the piece before, and half a character at its end that belongs to this one. */
  #before = "";
  #half = "";
  #past = 0;

  /** Goes on to the next piece. */
  take(next: string): void {
    this.#before = (this.#before + this.text.slice(-2)).slice(-2);
    this.#past += this.length;
    const text = this.#half + next;
    const last = text.charCodeAt(text.length - 1);
    const isCut = last >= 0xd800 && last <= 0xdbff;
    this.#half = isCut ? text.slice(-1) : "";
    this.text = isCut ? text.slice(0, -1) : text;
    this.length = this.text.length;
    if (this.codes.length <= this.length) {
      this.codes = new Uint16Array(this.length + 1);
      this.#bytes = Buffer.from(this.codes.buffer);
    }
    this.#bytes.write(this.text, "utf16le");
    if (IS_BIG_ENDIAN) {
      this.#bytes.subarray(0, 2 * this.length).swap16();
    }
    this.codes[this.length] = 0; // or half a character at the end could find its other half in what is left from before
  }

  /** How many characters of the stream stand before `at`. */
  position(at: number): number {
    return this.#past + at;
  }

  isSpaceAt(at: number): boolean {
    const code = this.codes[at] ?? 0;
    return code === SPACE || code === NEWLINE || code === TAB || code === RETURN;
  }

  /** Whether `]]` stands before what is at `at`. */
  isBehindBrackets(at: number): boolean {
    return this.#codeAt(at - 1) === BRACKET && this.#codeAt(at - 2) === BRACKET;
  }

  /** What is read for the line end at `at`: `sign`, or nothing for the second half of one (XML 1.0 §2.11). */
  lineEnd(at: number, sign: string): string {
    return this.codes[at] === NEWLINE && this.#codeAt(at - 1) === RETURN ? "" : sign;
  }

  /** Where the character ends that begins at `at`. Throws XmlFault when no XML may contain it (XML 1.0 §2.2). */
  endOfCharacter(at: number): number {
    const point = codePointAt(this.codes, at);
    if (!isChar(point)) {
      this.wrong(at, `The character U+${point.toString(16).toUpperCase().padStart(4, "0")} is not allowed`);
    }
    return point > 0xffff ? at + 2 : at + 1;
  }

  wrong(at: number, what: string): never {
    throw new XmlFault("not-well-formed", `${what} (character ${this.position(at) + 1} of the stream).`);
  }

  restricted(at: number, what: string): never {
    const where = `character ${this.position(at) + 1} of the stream`;
    throw new XmlFault("restricted-xml", `${what} is not allowed in an XMPP stream (RFC 6120 §11.1; ${where}).`);
  }

  /** The character at `at`, which may be one of the last two of the piece before. */
  #codeAt(at: number): number {
    return at >= 0 ? (this.codes[at] ?? 0) : this.#before.charCodeAt(this.#before.length + at);
  }
}

/** The character whose first or only unit stands at `at`; half a one as it is. */
export function codePointAt(codes: Uint16Array, at: number): number {
  const first = codes[at] ?? 0;
  const second = codes[at + 1] ?? 0;
  const isPair = first >= 0xd800 && first <= 0xdbff && second >= 0xdc00 && second <= 0xdfff;
  return isPair ? 0x10000 + (first - 0xd800) * 0x400 + (second - 0xdc00) : first;
}
