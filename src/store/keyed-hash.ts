/**
 * Short names of ids and conversations: 32 bits of HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), over UTF-16
 * units instead of bytes. People choose their ids themselves, so the names depend on a key: nobody who does not know it can make ids that share
 * one. Our own because node:crypto takes five times as long for a text of a hundred characters (0.5 µs), twice a message.
 */

/** Gives a signed 32-bit number. */
export type KeyedHash = (text: string) => number;

/** Of a key: hex digits. */
export const HASH_KEY_DIGITS = 16;

/** `key`: HASH_KEY_DIGITS hex digits. */
export function createKeyedHash(key: string): KeyedHash {
  const [first, second] = [0, HASH_KEY_DIGITS / 2].map((at) => Number.parseInt(key.slice(at, at + 8), 16) | 0);
  if (first === undefined || second === undefined || key.length !== HASH_KEY_DIGITS) {
    throw new TypeError(`A key for short names has ${HASH_KEY_DIGITS} hex digits.`);
  }
  return (text) => keyedHash(first, second, text);
}

/** One round for each two units and three at the end, as HalfSipHash-1-3. Spelled out: a round of its own would have to hand four numbers to and fro. */
function keyedHash(first: number, second: number, text: string): number {
  let v0 = first;
  let v1 = second;
  let v2 = 0x6c796765 ^ first;
  let v3 = 0x74656462 ^ second;
  const length = text.length;
  // The last word holds a unit that is left over, and the length.
  const words = (length >> 1) + 4;
  const last = words - 4;
  for (let word = 0; word < words; word += 1) {
    let message = 0;
    if (word < last) message = text.charCodeAt(2 * word) | (text.charCodeAt(2 * word + 1) << 16);
    else if (word === last) message = (length << 24) | (length % 2 === 1 ? text.charCodeAt(length - 1) : 0);
    else if (word === last + 1) v2 ^= 0xff;
    v3 ^= message;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= message;
  }
  return v1 ^ v3;
}
