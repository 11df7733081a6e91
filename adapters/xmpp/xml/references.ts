/** References to characters: by number, or one of the five names of XML. All other entities are refused (RFC 6120 §11.1). */
import { isChar } from "xmlchars/xml/1.0/ed5.js";
import { endOfName, startsName } from "./names.ts";
import type { Piece } from "./piece.ts";

/** Longest reference, without `&` and `;`; a number may have zeros in front. */
const REFERENCE_CHARACTERS = 32;
const HASH = 35;
const SEMICOLON = 59;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);
const NUMBER = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/;

export class ReferenceReader {
  /** What stands between `&` and `;`, as far as it was read. */
  #name = "";
  /** What the reference read last stands for; null while one is being read. */
  character: string | null = null;

  /** Call when an `&` was read. */
  begin(): void {
    this.#name = "";
    this.character = null;
  }

  /** Reads on at `from`, and returns how far. Throws XmlFault. */
  read(piece: Piece, from: number): number {
    const isNumber = this.#name === "" && piece.codes[from] === HASH;
    if (this.#name === "" && !isNumber && !startsName(piece, from)) {
      piece.wrong(from, "An & begins no reference");
    }
    const end = endOfName(piece, isNumber ? from + 1 : from);
    this.#name += piece.text.slice(from, end);
    if (end < piece.length && piece.codes[end] !== SEMICOLON) {
      piece.wrong(end, "An & begins no reference");
    }
    if (end === piece.length && this.#name.length <= REFERENCE_CHARACTERS) {
      return end;
    }
    this.character = ENTITIES.get(this.#name) ?? this.#decode(piece, end);
    return end + 1;
  }

  #decode(piece: Piece, end: number): string {
    if (!this.#name.startsWith("#")) {
      piece.restricted(end, "An entity other than the five of XML");
    }
    const [, hexadecimal, decimal] = NUMBER.exec(this.#name) ?? [];
    const point = hexadecimal === undefined ? Number.parseInt(decimal ?? "", 10) : Number.parseInt(hexadecimal, 16);
    if (this.#name.length > REFERENCE_CHARACTERS || !isChar(point)) {
      piece.wrong(end, "A reference is to no character that is allowed");
    }
    return String.fromCodePoint(point);
  }
}
