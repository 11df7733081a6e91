/**
 * A map of texts by key that lives in a few large arrays of bytes, not in objects: an entry costs what it says and some twenty bytes,
 * where a `Map` of strings takes a hundred more, and the garbage collector has nothing to look at. For what is kept in great numbers and
 * seldom asked for.
 *
 * A record (byte-records.ts) can also come from elsewhere, and what came is taken over as it is.
 */
import assert from "node:assert";
import {
  HEAD_BYTES,
  hashOf,
  keyLengthAt,
  lengthOf,
  placeOf,
  type RecordPlace,
  recordAt,
  textLengthAt,
  writeHead,
} from "./byte-records.ts";

/** Bytes of one array at most, and so of what can be taken over whole. A larger record has an array of its own. */
export const CHUNK_BYTES = 1 << 20;
const FIRST_CHUNK_BYTES = 1 << 12;
/** A new array is so small a part of what there is, so that little stays unused. */
const CHUNK_SHARE = 32;

/** Of the places in the index, so many may be taken. */
const LOAD = 0.75;
const GROWTH = 1.4;
const FREE = 0;
const GONE = -1;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
  /** Bytes of records that are not there any more. */
  dead: number;
  /** Of records that were taken over. They are written anew one by one, so what is left of them is not moved meanwhile. */
  readonly isTaken: boolean;
}

/** In front of a key that UTF-8 cannot say, since it has half of a surrogate pair, and that is therefore written as JSON. In no UTF-8. */
const AS_JSON = 0xff;

/**
 * `slot` numbers an entry as long as it is there; the number is used again afterwards. Of a text, half a surrogate pair would come back as
 * U+FFFD; JSON has none.
 */
export class KeyedTexts {
  /** By hash: slot + 1, FREE, or GONE. */
  #index = new Int32Array(16);
  /** Beside each place of the index, eight bits of its hash: so few others' keys are looked at. */
  #tags = new Uint8Array(16);
  /** Places that are not FREE. */
  #taken = 0;
  /** What was taken over is not in the index before somebody looks for anything: then all of it is put there at once. */
  #isIndexed = true;
  /** By slot: number of the chunk times CHUNK_BYTES plus where the record begins, plus 1; 0: the slot is free. */
  #addresses = new Uint32Array(0);
  #slots = 0;
  readonly #freeSlots: number[] = [];
  #size = 0;
  readonly #chunks: (Chunk | null)[] = [];
  readonly #freeChunks: number[] = [];
  /** The chunk that records are added to. */
  #open = -1;
  /** Those that were open before, until they are tidied. */
  readonly #closed: number[] = [];
  #bytes = 0;
  /** The key that was asked for last, as bytes. */
  #key = new Uint8Array(256);
  #keyLength = 0;

  get size(): number {
    return this.#size;
  }

  /** That are held, of records that are not there any more too. */
  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk?.bytes.length ?? 0), 0);
  }

  /** Slots are numbers below that. */
  get slots(): number {
    return this.#slots;
  }

  has(key: string): boolean {
    return this.slotOf(key) >= 0;
  }

  get(key: string): string | undefined {
    const slot = this.slotOf(key);
    return slot < 0 ? undefined : this.textAt(slot);
  }

  /** -1 when there is no such key. */
  slotOf(key: string): number {
    if (this.#size === 0) return -1;
    this.#encodeKey(key);
    const place = this.#find(this.#key, 0, this.#keyLength);
    return place < 0 ? -1 : (this.#index[place] ?? 0) - 1;
  }

  isTaken(slot: number): boolean {
    return (this.#addresses[slot] ?? 0) > 0;
  }

  keyAt(slot: number): string {
    const { bytes, start, keyLength } = this.#record(slot);
    if (bytes[start] === AS_JSON) return JSON.parse(DECODER.decode(bytes.subarray(start + 1, start + keyLength)));
    return DECODER.decode(bytes.subarray(start, start + keyLength));
  }

  textAt(slot: number): string {
    const { bytes, start, keyLength, textLength } = this.#record(slot);
    return DECODER.decode(bytes.subarray(start + keyLength, start + keyLength + textLength));
  }

  /** Whether the text at that slot goes on with these bytes once it has said as many as `front` and the key; much quicker than reading the text. */
  says(slot: number, front: number, words: Uint8Array): boolean {
    const { bytes, start, keyLength, textLength } = this.#record(slot);
    const at = front + keyLength;
    if (at + words.length > textLength) return false;
    for (let index = 0; index < words.length; index += 1) {
      if (bytes[start + keyLength + at + index] !== words[index]) return false;
    }
    return true;
  }

  /** Below, at or above zero, as the one's key comes before the other's, by its bytes. */
  compareKeys(slot: number, other: number): number {
    const one = this.#record(slot);
    const two = this.#record(other);
    const length = Math.min(one.keyLength, two.keyLength);
    for (let at = 0; at < length; at += 1) {
      const difference = (one.bytes[one.start + at] ?? 0) - (two.bytes[two.start + at] ?? 0);
      if (difference !== 0) return difference;
    }
    return one.keyLength - two.keyLength;
  }

  /** Gives the slot, which is the same as before when the key was there. */
  set(key: string, text: string): number {
    this.#encodeKey(key);
    const bytes = this.#key.subarray(0, this.#keyLength);
    const found = this.#find(bytes, 0, bytes.length);
    if (found < 0) {
      const entered = this.#enter(hashOf(bytes, 0, bytes.length), this.#append(bytes, text));
      this.#tidyClosed();
      return entered;
    }
    const slot = (this.#index[found] ?? 0) - 1;
    const former = (this.#addresses[slot] ?? 0) - 1;
    this.#addresses[slot] = 0;
    this.#drop(former);
    this.#addresses[slot] = this.#append(bytes, text);
    this.#tidyClosed();
    return slot;
  }

  /** Gives the slot that is free now; -1 when there was no such key. */
  delete(key: string): number {
    if (this.#size === 0) return -1;
    this.#encodeKey(key);
    const place = this.#find(this.#key, 0, this.#keyLength);
    if (place < 0) return -1;
    const slot = (this.#index[place] ?? 0) - 1;
    const address = (this.#addresses[slot] ?? 0) - 1;
    this.#index[place] = GONE;
    this.#addresses[slot] = 0;
    this.#freeSlots.push(slot);
    this.#size -= 1;
    this.#drop(address);
    this.#tidyClosed();
    return slot;
  }

  /** Takes over records as described above, of keys that are not there yet. The bytes must not be changed any more. */
  adopt(records: Uint8Array): void {
    const isWhole = records.length <= CHUNK_BYTES;
    // Small ones would waste addresses.
    const first = !isWhole
      ? -1
      : records.length * 2 >= CHUNK_BYTES
        ? this.#addChunk({ bytes: records, used: records.length, dead: 0, isTaken: true }) * CHUNK_BYTES + 1
        : this.#copy(records, 0, records.length, true);
    for (let at = 0; at < records.length; ) {
      const next = at + HEAD_BYTES + keyLengthAt(records, at) + textLengthAt(records, at);
      assert(next <= records.length, "The last of the records that are taken over is cut off.");
      this.#place(isWhole ? first + at : this.#copy(records, at, next, true));
      at = next;
    }
    this.#isIndexed = false;
  }

  *keys(): IterableIterator<string> {
    for (let slot = 0; slot < this.#slots; slot += 1) if (this.isTaken(slot)) yield this.keyAt(slot);
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, string]> {
    for (let slot = 0; slot < this.#slots; slot += 1)
      if (this.isTaken(slot)) yield [this.keyAt(slot), this.textAt(slot)];
  }

  #encodeKey(key: string): void {
    if (key.length * 3 > this.#key.length) this.#key = new Uint8Array(key.length * 6);
    const bytes = this.#key;
    this.#keyLength = key.length;
    for (let at = 0; at < key.length; at += 1) {
      const code = key.charCodeAt(at);
      if (code > 127) {
        this.#encodeUnusual(key);
        return;
      }
      bytes[at] = code;
    }
  }

  #encodeUnusual(key: string): void {
    const [text, start] = key.isWellFormed() ? [key, 0] : [JSON.stringify(key), 1];
    if (text.length * 3 >= this.#key.length) this.#key = new Uint8Array(text.length * 3 + 1);
    this.#key[0] = AS_JSON;
    this.#keyLength = start + ENCODER.encodeInto(text, this.#key.subarray(start)).written;
  }

  #record(slot: number): RecordPlace {
    const address = (this.#addresses[slot] ?? 0) - 1;
    const chunk = this.#chunks[Math.floor(address / CHUNK_BYTES)];
    assert(address >= 0 && chunk !== undefined && chunk !== null, `Nothing is kept at ${slot}.`);
    return recordAt(chunk.bytes, address % CHUNK_BYTES);
  }

  /** The place in the index of the key that stands there; -1 when it has none. */
  #find(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#isIndexed) this.#grow();
    const hash = hashOf(bytes, start, end);
    const tag = hash & 255;
    const places = this.#index.length;
    for (let place = placeOf(hash, places); ; place = place + 1 === places ? 0 : place + 1) {
      const entry = this.#index[place] ?? FREE;
      if (entry === FREE) return -1;
      if (entry !== GONE && this.#tags[place] === tag && this.#isKey(entry - 1, bytes, start, end)) return place;
    }
  }

  #isKey(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.isTaken(slot)) return false;
    const kept = this.#record(slot);
    if (kept.keyLength !== end - start) return false;
    for (let at = 0; at < kept.keyLength; at += 1) {
      if (kept.bytes[kept.start + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  /** A new entry of that hash, whose record is at that address. */
  #enter(hash: number, address: number): number {
    if (this.#taken + 1 > this.#index.length * LOAD) this.#grow();
    const slot = this.#place(address);
    this.#insert(hash, slot);
    return slot;
  }

  #place(address: number): number {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    if (slot >= this.#addresses.length) this.#addresses = longer(this.#addresses, slot + 1);
    this.#addresses[slot] = address;
    this.#size += 1;
    return slot;
  }

  #insert(hash: number, slot: number): void {
    const places = this.#index.length;
    let place = placeOf(hash, places);
    while ((this.#index[place] ?? FREE) !== FREE) place = place + 1 === places ? 0 : place + 1;
    this.#index[place] = slot + 1;
    this.#tags[place] = hash & 255;
    this.#taken += 1;
  }

  /** Also without growing: places that are GONE become FREE. */
  #grow(): void {
    const places = Math.max(16, Math.ceil(((this.#size + 1) * GROWTH) / LOAD));
    this.#index = new Int32Array(places);
    this.#tags = new Uint8Array(places);
    this.#taken = 0;
    this.#isIndexed = true;
    for (let slot = 0; slot < this.#slots; slot += 1) {
      if (!this.isTaken(slot)) continue;
      const { bytes, start, keyLength } = this.#record(slot);
      this.#insert(hashOf(bytes, start, start + keyLength), slot);
    }
  }

  /** Writes a record; gives its address as it stands in `#addresses`. */
  #append(key: Uint8Array, text: string): number {
    const most = HEAD_BYTES + key.length + text.length * 3;
    const chunk = this.#room(most <= CHUNK_BYTES / 8 ? most : HEAD_BYTES + key.length + lengthOf(text));
    const { bytes, used } = chunk;
    const start = used + HEAD_BYTES;
    bytes.set(key, start);
    const { written } = ENCODER.encodeInto(text, bytes.subarray(start + key.length));
    writeHead(bytes, used, key.length, written);
    return this.#added(chunk, start + key.length + written);
  }

  #copy(records: Uint8Array, start: number, end: number, isTaken = false): number {
    const chunk = this.#room(end - start, isTaken);
    chunk.bytes.set(records.subarray(start, end), chunk.used);
    return this.#added(chunk, chunk.used + end - start);
  }

  #added(chunk: Chunk, end: number): number {
    const address = this.#open * CHUNK_BYTES + chunk.used + 1;
    this.#bytes += end - chunk.used;
    chunk.used = end;
    return address;
  }

  /** The open chunk, or a new one where it has not that much room. */
  #room(bytes: number, isTaken = false): Chunk {
    const open = this.#chunks[this.#open] ?? null;
    if (open !== null && open.isTaken === isTaken && open.used + bytes <= open.bytes.length) return open;
    const usual = Math.min(CHUNK_BYTES, Math.max(FIRST_CHUNK_BYTES, Math.floor(this.#bytes / CHUNK_SHARE)));
    const chunk = { bytes: new Uint8Array(Math.max(usual, bytes)), used: 0, dead: 0, isTaken };
    if (this.#open >= 0) this.#closed.push(this.#open);
    this.#open = this.#addChunk(chunk);
    return chunk;
  }

  /** Looks at the chunks that were closed: what died in them while they were open. */
  #tidyClosed(): void {
    for (let number = this.#closed.pop(); number !== undefined; number = this.#closed.pop()) this.#tidy(number);
  }

  #addChunk(chunk: Chunk): number {
    const number = this.#freeChunks.pop() ?? this.#chunks.length;
    assert((number + 1) * CHUNK_BYTES <= MOST_BYTES, "More is kept in memory than four gigabytes of packed rows.");
    this.#chunks[number] = chunk;
    this.#bytes += chunk.used;
    return number;
  }

  /** The record at that address is not there any more. */
  #drop(address: number): void {
    const number = Math.floor(address / CHUNK_BYTES);
    const chunk = this.#chunks[number];
    if (chunk === undefined || chunk === null) return;
    const at = address % CHUNK_BYTES;
    const length = HEAD_BYTES + keyLengthAt(chunk.bytes, at) + textLengthAt(chunk.bytes, at);
    chunk.dead += length;
    this.#bytes -= length;
    if (number !== this.#open && !this.#closed.includes(number)) this.#tidy(number);
  }

  /** Moves what is left of a chunk of which most is dead; its bytes are then free. */
  #tidy(number: number): void {
    const chunk = this.#chunks[number];
    if (chunk === undefined || chunk === null) return;
    if (chunk.isTaken ? chunk.dead < chunk.used : chunk.dead * 2 <= chunk.used) return;
    const { bytes, used, dead } = chunk;
    for (let at = 0; at < used && dead < used; ) {
      const start = at + HEAD_BYTES;
      const keyEnd = start + keyLengthAt(bytes, at);
      const next = keyEnd + textLengthAt(bytes, at);
      const place = this.#find(bytes, start, keyEnd);
      const slot = place < 0 ? -1 : (this.#index[place] ?? 0) - 1;
      if (slot >= 0 && this.#addresses[slot] === number * CHUNK_BYTES + at + 1) {
        this.#addresses[slot] = this.#copy(bytes, at, next);
        this.#bytes -= next - at;
      }
      at = next;
    }
    this.#chunks[number] = null;
    this.#freeChunks.push(number);
  }
}

/** Addresses are numbers of 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

function longer(numbers: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(Math.max(16, Math.ceil(length * GROWTH)));
  next.set(numbers);
  return next;
}
