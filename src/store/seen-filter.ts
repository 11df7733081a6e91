/**
 * Which redelivery ids were never recorded, known without the store: a Bloom filter. Nearly every message is new, and to have the store say so is
 * a way to its thread and back before the message can even be stepped. Whatever was added is always found; of the rest a few in a thousand are
 * taken for known, and then the store is asked. Two bytes for each id.
 */
import { createKeyedHash, HASH_KEY_DIGITS } from "./keyed-hash.ts";

/** Ids in the first piece, and in the largest: each piece has twice the ids of the one before. */
const FIRST_IDS = 65_536;
const LARGEST_IDS = 1_048_576;
/** Ids in all pieces; beyond it, as long as they are kept, every id may have been seen. 16 MB, and 30 messages a second for three days. */
const MOST_IDS = 8_388_608;
const BITS_PER_ID = 16;
const BITS_PER_WORD = 32;
/** Bits that each id sets: with so many of 16, two ids in a thousand that were not added find all of theirs set. */
const PROBES = 4;

/** Whoever makes ids that share a name has the store asked, no more; so the key is no secret. */
const hash = createKeyedHash("0".repeat(HASH_KEY_DIGITS));

/** The short name under which an id is looked for: 32 bits. */
export function seenName(network: string, redelivery: string): number {
  return hash(`${network}\0${redelivery}`);
}

interface Piece {
  readonly words: Uint32Array;
  room: number;
  /** When the youngest of its ids was recorded. */
  newest: number;
}

/** Of names by `seenName`; times in milliseconds. */
export class SeenFilter {
  readonly #mostIds: number;
  /** Oldest first. */
  #pieces: readonly Piece[] = [];
  /** When the youngest id was recorded for which there was no room. */
  #missed = Number.NEGATIVE_INFINITY;

  constructor(mostIds = MOST_IDS) {
    this.#mostIds = mostIds;
  }

  add(name: number, at: number): void {
    const last = this.#pieces.at(-1);
    const piece = last !== undefined && last.room > 0 ? last : this.#next(at);
    if (piece === null) {
      this.#missed = Math.max(this.#missed, at);
      return;
    }
    piece.room -= 1;
    piece.newest = Math.max(piece.newest, at);
    const { words } = piece;
    for (let probe = 0, bit = name; probe < PROBES; probe += 1, bit += stepOf(name)) {
      const place = bitIn(words, bit);
      words[place >>> 5] = (words[place >>> 5] ?? 0) | (1 << (place & 31));
    }
  }

  /** False: it was never added, or is forgotten. */
  mayHave(name: number): boolean {
    return this.#missed !== Number.NEGATIVE_INFINITY || this.#pieces.some(({ words }) => isSet(words, name));
  }

  /** What was recorded before that time is not asked for any more. */
  forget(before: number): void {
    if (this.#pieces.some(({ newest }) => newest < before)) {
      this.#pieces = this.#pieces.filter(({ newest }) => newest >= before);
    }
    if (this.#missed < before) this.#missed = Number.NEGATIVE_INFINITY;
  }

  /** Null when there is no room for more. */
  #next(at: number): Piece | null {
    const last = this.#pieces.at(-1);
    const ids = last === undefined ? FIRST_IDS : Math.min(LARGEST_IDS, 2 * idsIn(last));
    const held = this.#pieces.reduce((sum, piece) => sum + idsIn(piece), 0);
    if (held + ids > this.#mostIds) return null;
    const piece = { words: new Uint32Array((ids * BITS_PER_ID) / BITS_PER_WORD), room: ids, newest: at };
    this.#pieces = [...this.#pieces, piece];
    return piece;
  }
}

function idsIn({ words }: Piece): number {
  return (words.length * BITS_PER_WORD) / BITS_PER_ID;
}

function isSet(words: Uint32Array, name: number): boolean {
  for (let probe = 0, bit = name; probe < PROBES; probe += 1, bit += stepOf(name)) {
    const place = bitIn(words, bit);
    if (((words[place >>> 5] ?? 0) & (1 << (place & 31))) === 0) return false;
  }
  return true;
}

/** Sizes are powers of two. */
function bitIn(words: Uint32Array, bit: number): number {
  return bit & (words.length * BITS_PER_WORD - 1);
}

/** From one of its bits to the next, of other bits of the name than the first; odd, so that they are different ones. */
function stepOf(name: number): number {
  return (Math.imul(name ^ (name >>> 16), 0x2c1b3c6d) >>> 7) | 1;
}
