/**
 * The places of lines that are on the disk: a segment for each 65,536 numbers of lines, in 256 parts by the beginning of a place's name
 * (keyed-hash.ts). A part is the names that fall into it and the lines that they are names of, in any order; of a full segment it is about three
 * quarters of a page. So to find a place takes one page of each segment, and a line costs its share of 256 pages. Runs in the worker.
 *
 *     4 bytes  for each name: signed, little-endian
 *     2 bytes  for each name: number of its line within the segment, little-endian
 */
import type { Connection } from "./sqlite-open.ts";

export const SEGMENT_LINES = 65_536;
const PARTS = 256;
/** A name without it is the number of its part. */
const PART_SHIFT = 24;
const NAME_BYTES = 4;
const ENTRY_BYTES = 6;

/** Names, and the numbers within their segment of the lines that have them. */
interface Entries {
  readonly names: Int32Array;
  readonly offsets: Uint16Array;
}

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
    return linesIn(this.#entries, this.segment, name);
  }

  /** Of the lines that were `removed`, also those of other segments, nothing remains. */
  remove(removed: readonly Place[]): void {
    const gone = new Set(removed.filter(({ line }) => segmentOf(line) === this.segment).map(({ line }) => line));
    if (gone.size === 0) return;
    const { names, offsets } = without(this.#entries, (_, offset) => gone.has(this.segment * SEGMENT_LINES + offset));
    this.#names.set(names);
    this.#offsets.set(offsets);
    this.#size = names.length;
  }

  /** Each part that has any entries, as it is kept. */
  *parts(): Generator<readonly [part: number, entries: Buffer]> {
    const ends = new Uint32Array(PARTS + 1);
    for (let index = 0; index < this.#size; index += 1) {
      const after = partOf(this.#names[index] ?? 0) + 1;
      ends[after] = (ends[after] ?? 0) + 1;
    }
    for (let part = 1; part <= PARTS; part += 1) ends[part] = (ends[part] ?? 0) + (ends[part - 1] ?? 0);
    const next = ends.slice(0, PARTS);
    const [names, offsets] = [new Int32Array(this.#size), new Uint16Array(this.#size)];
    for (let index = 0; index < this.#size; index += 1) {
      const name = this.#names[index] ?? 0;
      const at = next[partOf(name)] ?? 0;
      names[at] = name;
      offsets[at] = this.#offsets[index] ?? 0;
      next[partOf(name)] = at + 1;
    }
    for (let part = 0; part < PARTS; part += 1) {
      const [start = 0, end = 0] = ends.subarray(part, part + 2);
      if (end > start)
        yield [part, toBytes({ names: names.subarray(start, end), offsets: offsets.subarray(start, end) })];
    }
  }

  get #entries(): Entries {
    return { names: this.#names.subarray(0, this.#size), offsets: this.#offsets.subarray(0, this.#size) };
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
  /** To be called within a transaction, as the three below. */
  write(places: GatheredPlaces): number;
  /** A line that came after its segment was written. */
  add(place: Place): void;
  remove(places: readonly Place[]): void;
  /** Removes those segments of which no line is left. */
  removeEmpty(segments: Iterable<number>): void;
}

export function createPlaceSegments(connection: Connection): PlaceSegments {
  const parts = createParts(connection);
  const hasLines = connection.prepare<[number, number], 1>("SELECT 1 FROM lines WHERE line BETWEEN ? AND ? LIMIT 1");
  let segments = parts.segments();

  function find(segment: number, name: number): readonly number[] {
    const entries = parts.read(segment * PARTS + partOf(name));
    return entries === undefined ? [] : linesIn(entries, segment, name);
  }
  return {
    *find(name) {
      for (const segment of segments.toReversed()) yield* find(segment, name);
    },
    write(places) {
      let rows = 0;
      for (const [part, entries] of places.parts()) {
        parts.write(places.segment * PARTS + part, entries);
        rows += 1;
      }
      segments = parts.segments();
      return rows;
    },
    add({ line, names }) {
      const segment = segmentOf(line);
      for (const name of names) {
        if (find(segment, name).includes(line)) continue;
        const key = segment * PARTS + partOf(name);
        const { names: others, offsets } = parts.read(key) ?? { names: [], offsets: [] };
        parts.write(
          key,
          toBytes({
            names: Int32Array.of(...others, name),
            offsets: Uint16Array.of(...offsets, line % SEGMENT_LINES),
          }),
        );
      }
      if (!segments.includes(segment)) segments = parts.segments();
    },
    remove(places) {
      for (const [key, gone] of byPart(places)) {
        const entries = parts.read(key);
        if (entries === undefined) continue;
        parts.write(key, toBytes(without(entries, (name, offset) => gone.has(`${name} ${offset}`))));
      }
    },
    removeEmpty(touched) {
      for (const segment of touched) {
        if (hasLines.get(segment * SEGMENT_LINES, endOf(segment)) === undefined) parts.removeSegment(segment);
      }
      segments = parts.segments();
    },
  };
}

/** The rows of the table, by the number of the part. */
function createParts(connection: Connection) {
  const read = connection.prepare<[number], Buffer>("SELECT places FROM line_places WHERE part = ?").pluck();
  const write = connection.prepare<[number, Buffer]>("INSERT OR REPLACE INTO line_places (part, places) VALUES (?,?)");
  const next = connection.prepare<[number], number | null>("SELECT min(part) FROM line_places WHERE part >= ?").pluck();
  const remove = connection.prepare<[number, number]>("DELETE FROM line_places WHERE part BETWEEN ? AND ?");
  return {
    read(part: number): Entries | undefined {
      const bytes = read.get(part);
      return bytes === undefined ? undefined : toEntries(bytes);
    },
    write(part: number, entries: Buffer): void {
      write.run(part, entries);
    },
    removeSegment(segment: number): void {
      remove.run(segment * PARTS, (segment + 1) * PARTS - 1);
    },
    /** Rising. One look into the table for each. */
    segments(): readonly number[] {
      const segments: number[] = [];
      for (let part = next.get(0) ?? null; part !== null; ) {
        const segment = Math.floor(part / PARTS);
        segments.push(segment);
        part = next.get((segment + 1) * PARTS) ?? null;
      }
      return segments;
    },
  };
}

function toEntries(bytes: Buffer): Entries {
  // An array of numbers has to begin at a multiple of their size.
  const { buffer, byteOffset, length } =
    bytes.byteOffset % NAME_BYTES === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  const size = length / ENTRY_BYTES;
  return {
    names: new Int32Array(buffer, byteOffset, size),
    offsets: new Uint16Array(buffer, byteOffset + size * NAME_BYTES, size),
  };
}

function toBytes({ names, offsets }: Entries): Buffer {
  return Buffer.concat([names, offsets].map((one) => new Uint8Array(one.buffer, one.byteOffset, one.byteLength)));
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

function without({ names, offsets }: Entries, isGone: (name: number, offset: number) => boolean): Entries {
  const kept = (_: number, index: number): boolean => !isGone(names[index] ?? 0, offsets[index] ?? 0);
  return { names: names.filter(kept), offsets: offsets.filter(kept) };
}

/** Newest first. A line that was written again is there twice. */
function linesIn({ names, offsets }: Entries, segment: number, name: number): readonly number[] {
  const lines = new Set<number>();
  for (let index = names.indexOf(name); index !== -1; index = names.indexOf(name, index + 1)) {
    lines.add(segment * SEGMENT_LINES + (offsets[index] ?? 0));
  }
  return [...lines].sort((left, right) => right - left);
}

function partOf(name: number): number {
  return name >>> PART_SHIFT;
}
