/**
 * The places of lines that are on the disk: a segment for each 65,536 numbers of lines, in 256 parts by the beginning of a place's name
 * (place-hash.ts). A part is the names and lines that fall into it, one behind the other, and of a full segment about three quarters of a page: to
 * find a place takes one page of each segment, and a line costs its share of 256 pages. Runs in the worker.
 *
 *     part    entries, in any order
 *     entry   4 bytes  name, signed, little-endian
 *             2 bytes  number of the line within the segment, little-endian
 */
import type { Connection } from "./sqlite-open.ts";

export const SEGMENT_LINES = 65_536;
const PARTS = 256;
/** A name without it is the number of its part. */
const PART_SHIFT = 24;
const NAME_BYTES = 4;
const ENTRY_BYTES = 6;

/** A line and the names by which it is found. */
export interface Place {
  readonly line: number;
  readonly names: readonly number[];
}

export function segmentOf(line: number): number {
  return Math.floor(line / SEGMENT_LINES);
}

/** The highest number of a line in it. */
export function endOf(segment: number): number {
  return (segment + 1) * SEGMENT_LINES - 1;
}

/** The places of a segment that is still being filled, in memory. */
export class GatheredPlaces {
  readonly segment: number;
  #names = new Int32Array(1_024);
  #offsets = new Uint16Array(1_024);
  #size = 0;

  constructor(segment: number) {
    this.segment = segment;
  }

  add(line: number, name: number): void {
    if (this.#size === this.#names.length) this.#grow();
    this.#names[this.#size] = name;
    this.#offsets[this.#size] = line % SEGMENT_LINES;
    this.#size += 1;
  }

  /** Lines of that name, newest first. */
  find(name: number): readonly number[] {
    const lines: number[] = [];
    for (let index = this.#lastIndexOf(name, this.#size - 1); index !== -1; ) {
      lines.push(this.segment * SEGMENT_LINES + (this.#offsets[index] ?? 0));
      index = this.#lastIndexOf(name, index - 1);
    }
    return newestFirst(lines);
  }

  /** Of the lines that were `removed`, also those of other segments, nothing remains. */
  remove(removed: readonly Place[]): void {
    const gone = new Set(removed.filter(({ line }) => segmentOf(line) === this.segment).map(({ line }) => line));
    if (gone.size === 0) return;
    let kept = 0;
    for (let index = 0; index < this.#size; index += 1) {
      const offset = this.#offsets[index] ?? 0;
      if (gone.has(this.segment * SEGMENT_LINES + offset)) continue;
      this.#names[kept] = this.#names[index] ?? 0;
      this.#offsets[kept] = offset;
      kept += 1;
    }
    this.#size = kept;
  }

  /** The entries of each part that has any. */
  *parts(): Generator<readonly [part: number, entries: Buffer]> {
    const ends = new Uint32Array(PARTS + 1);
    for (let index = 0; index < this.#size; index += 1) {
      const after = partOf(this.#names[index] ?? 0) + 1;
      ends[after] = (ends[after] ?? 0) + ENTRY_BYTES;
    }
    for (let part = 1; part <= PARTS; part += 1) ends[part] = (ends[part] ?? 0) + (ends[part - 1] ?? 0);
    const next = ends.slice(0, PARTS);
    const entries = Buffer.allocUnsafe(this.#size * ENTRY_BYTES);
    for (let index = 0; index < this.#size; index += 1) {
      const name = this.#names[index] ?? 0;
      const at = next[partOf(name)] ?? 0;
      writeEntry(entries, at, name, this.#offsets[index] ?? 0);
      next[partOf(name)] = at + ENTRY_BYTES;
    }
    for (let part = 0; part < PARTS; part += 1) {
      const [start = 0, end = 0] = ends.subarray(part, part + 2);
      if (end > start) yield [part, entries.subarray(start, end)];
    }
  }

  /** lastIndexOf of an array takes -1 for its last index. */
  #lastIndexOf(name: number, from: number): number {
    return from < 0 ? -1 : this.#names.lastIndexOf(name, from);
  }

  #grow(): void {
    const [names, offsets] = [new Int32Array(2 * this.#size), new Uint16Array(2 * this.#size)];
    names.set(this.#names);
    offsets.set(this.#offsets);
    [this.#names, this.#offsets] = [names, offsets];
  }
}

export interface PlaceSegments {
  /** Lines of that name, or of another one that reads like it, newest first; read segment by segment. */
  find(name: number): Iterable<number>;
  /** To be called within a transaction, as the two below. */
  write(places: GatheredPlaces): number;
  /** A line that came after its segment was written. */
  add(place: Place): void;
  remove(places: readonly Place[]): void;
}

export function createPlaceSegments(connection: Connection): PlaceSegments {
  const read = connection.prepare<[number], Buffer>("SELECT places FROM line_places WHERE part = ?").pluck();
  const write = connection.prepare<[number, Buffer]>("INSERT OR REPLACE INTO line_places (part, places) VALUES (?,?)");
  const remove = connection.prepare<[number]>("DELETE FROM line_places WHERE part = ?");
  let segments = segmentsOf(connection);

  function find(segment: number, name: number): readonly number[] {
    const entries = read.get(segment * PARTS + partOf(name));
    return entries === undefined ? [] : newestFirst(linesIn(entries, segment, name));
  }
  return {
    *find(name) {
      for (const segment of segments.toReversed()) yield* find(segment, name);
    },
    write(places) {
      let rows = 0;
      for (const [part, entries] of places.parts()) {
        write.run(places.segment * PARTS + part, entries);
        rows += 1;
      }
      segments = [...new Set([...segments, places.segment])].sort((left, right) => left - right);
      return rows;
    },
    add({ line, names }) {
      const segment = segmentOf(line);
      for (const name of names) {
        if (find(segment, name).includes(line)) continue;
        const entry = Buffer.allocUnsafe(ENTRY_BYTES);
        writeEntry(entry, 0, name, line % SEGMENT_LINES);
        const key = segment * PARTS + partOf(name);
        write.run(key, Buffer.concat([read.get(key) ?? Buffer.alloc(0), entry]));
      }
      if (!segments.includes(segment)) segments = segmentsOf(connection);
    },
    remove(places) {
      let isEmptied = false;
      for (const [key, gone] of byPart(places)) {
        const entries = read.get(key);
        if (entries === undefined) continue;
        const kept = without(entries, gone);
        if (kept.length > 0) write.run(key, kept);
        else remove.run(key);
        isEmptied ||= kept.length === 0;
      }
      if (isEmptied) segments = segmentsOf(connection);
    },
  };
}

/** Rising. One look into the table for each. */
function segmentsOf(connection: Connection): readonly number[] {
  const next = connection.prepare<[number], number | null>("SELECT min(part) FROM line_places WHERE part >= ?").pluck();
  const segments: number[] = [];
  for (let part = next.get(0) ?? null; part !== null; ) {
    const segment = Math.floor(part / PARTS);
    segments.push(segment);
    part = next.get((segment + 1) * PARTS) ?? null;
  }
  return segments;
}

/** The entries to be taken out, by the key of their part. */
function byPart(places: readonly Place[]): ReadonlyMap<number, ReadonlySet<string>> {
  const parts = new Map<number, Set<string>>();
  for (const { line, names } of places) {
    for (const name of names) {
      const key = segmentOf(line) * PARTS + partOf(name);
      const gone = parts.get(key) ?? new Set();
      parts.set(key, gone.add(`${name} ${line % SEGMENT_LINES}`));
    }
  }
  return parts;
}

function without(entries: Buffer, gone: ReadonlySet<string>): Buffer {
  const kept = Buffer.allocUnsafe(entries.length);
  let end = 0;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const [name, offset] = [entries.readInt32LE(at), entries.readUInt16LE(at + NAME_BYTES)];
    if (gone.has(`${name} ${offset}`)) continue;
    writeEntry(kept, end, name, offset);
    end += ENTRY_BYTES;
  }
  return kept.subarray(0, end);
}

function linesIn(entries: Buffer, segment: number, name: number): number[] {
  const lines: number[] = [];
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    if (entries.readInt32LE(at) !== name) continue;
    lines.push(segment * SEGMENT_LINES + entries.readUInt16LE(at + NAME_BYTES));
  }
  return lines;
}

function writeEntry(entries: Buffer, at: number, name: number, offset: number): void {
  entries.writeInt32LE(name, at);
  entries.writeUInt16LE(offset, at + NAME_BYTES);
}

function partOf(name: number): number {
  return name >>> PART_SHIFT;
}

/** A line that was written again is there twice. */
function newestFirst(lines: readonly number[]): readonly number[] {
  return lines.length < 2 ? lines : [...new Set(lines)].sort((left, right) => right - left);
}
