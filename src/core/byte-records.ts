/**
 * Records as `KeyedTexts` keeps them: a head of seven bytes, the key, and the text, in UTF-8. Heads are digits to the base 127, each plus
 * one: three of the key's length, four of the text's, the lowest first. A database can put such records together as well
 * (store/sqlite-loading.ts); no byte of a head is zero, because SQL does not like that in texts.
 */
import assert from "node:assert";

export const HEAD_BYTES = 7;
export const HEAD_BASE = 127;
export const KEY_DIGITS = 3;

/** FNV-1a, its bits mixed once more, since the upper ones choose the place. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Where in an index of so many places to look first. */
export function placeOf(hash: number, places: number): number {
  return Math.floor((hash / 2 ** 32) * places);
}

/** Of the record that begins there; in bytes. */
export function keyLengthAt(bytes: Uint8Array, at: number): number {
  return digits(bytes, at, KEY_DIGITS);
}
export function textLengthAt(bytes: Uint8Array, at: number): number {
  return digits(bytes, at + KEY_DIGITS, HEAD_BYTES - KEY_DIGITS);
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let digit = count - 1; digit >= 0; digit -= 1) number = number * HEAD_BASE + (bytes[at + digit] ?? 0) - 1;
  return number;
}

export function writeHead(bytes: Uint8Array, at: number, keyLength: number, textLength: number): void {
  writeDigits(bytes, at, KEY_DIGITS, keyLength);
  writeDigits(bytes, at + KEY_DIGITS, HEAD_BYTES - KEY_DIGITS, textLength);
}

function writeDigits(bytes: Uint8Array, at: number, count: number, number: number): void {
  assert(number < HEAD_BASE ** count, `A text of ${number} bytes is longer than a record can be.`);
  for (let digit = 0, rest = number; digit < count; digit += 1, rest = Math.floor(rest / HEAD_BASE))
    bytes[at + digit] = (rest % HEAD_BASE) + 1;
}

/** In bytes of UTF-8. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Both halves of a surrogate pair are counted, two bytes each.
    length += code < 0x80 ? 0 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return length;
}

/** Where a record is. The text follows the key. */
export interface RecordPlace {
  readonly bytes: Uint8Array;
  /** Where the key begins. */
  readonly start: number;
  readonly keyLength: number;
  readonly textLength: number;
}

/** The record that begins there. */
export function recordAt(bytes: Uint8Array, at: number): RecordPlace {
  return {
    bytes,
    start: at + HEAD_BYTES,
    keyLength: keyLengthAt(bytes, at),
    textLength: textLengthAt(bytes, at),
  };
}
