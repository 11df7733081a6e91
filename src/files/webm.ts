/**
 * A WebM (a subset of Matroska, RFC 9559, in EBML, RFC 8794) without what was written about it: tags, attachments, chapters, title, date,
 * program and names of tracks. What is not known to be needed for playing is overwritten with Void elements of the same length, so
 * that every position in the file stays right.
 */
import { type Cleaned, lasting, pixels } from "./cleaned.ts";

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const VOID = 0xec;
/** Mandatory texts about the program; empty they are as good. */
const PROGRAMS: ReadonlySet<number> = new Set([0x4d80, 0x5741]);
/**
 * What is kept, by the element it stands in. Elements that are listed here on the left hold others; each is kept in one place alone,
 * so they nest no deeper than this table does.
 */
const KEPT: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  Object.entries({
    // EBML: versions, limits, kind of document
    440786851: [0x4286, 0x42f7, 0x42f2, 0x42f3, 0x4282, 0x4287, 0x4285],
    // Segment: SeekHead, Info, Tracks, Cluster, Cues
    408125543: [0x114d9b74, 0x1549a966, 0x1654ae6b, CLUSTER, 0x1c53bb6b],
    // SeekHead, Seek
    290298740: [0x4dbb],
    19899: [0x53ab, 0x53ac],
    // Info: unit of time, length
    357149030: [0x2ad7b1, 0x4489],
    // Tracks, TrackEntry: numbers, kind, flags, codec, delays
    374648427: [0xae],
    174: [
      ...[0xd7, 0x73c5, 0x83, 0xb9, 0x88, 0x55aa, 0x9c, 0x6de7, 0x6df8, 0x23e383, 0x55ee, 0x22b59c],
      ...[0x86, 0x63a2, 0x56aa, 0x56bb, 0xe0, 0xe1],
    ],
    // Video, Colour, MasteringMetadata
    224: [0x9a, 0x53b8, 0x53c0, 0xb0, 0xba, 0x54aa, 0x54bb, 0x54cc, 0x54dd, 0x54b0, 0x54ba, 0x54b2, 0x55b0],
    21936: [
      ...[0x55b1, 0x55b2, 0x55b3, 0x55b4, 0x55b5, 0x55b6, 0x55b7, 0x55b8, 0x55b9, 0x55ba, 0x55bb, 0x55bc, 0x55bd],
      0x55d0,
    ],
    21968: [0x55d1, 0x55d2, 0x55d3, 0x55d4, 0x55d5, 0x55d6, 0x55d7, 0x55d8, 0x55d9, 0x55da],
    // Audio
    225: [0xb5, 0x78b5, 0x9f, 0x6264],
    // Cluster, BlockGroup
    524531317: [0xe7, 0xa7, 0xab, 0xa3, 0xa0],
    160: [0xa1, 0x9b, 0xfa, 0xfb, 0x75a2],
    // Cues, CuePoint, CueTrackPositions
    475249515: [0xbb],
    187: [0xb3, 0xb7],
    183: [0xf7, 0xf1, 0xf0, 0xb2, 0x5378, 0xea],
  }).map(([row, kept]) => [Number(row), new Set(kept)]),
);
/** What stands in a segment; one of these ends a cluster that does not say how long it is. */
const IN_SEGMENT: ReadonlySet<number> = new Set([
  ...[0x114d9b74, 0x1549a966, 0x1654ae6b, CLUSTER, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367],
]);
const VIDEO = 1;
const AUDIO = 2;
const ELEMENTS = 1_000_000;

interface Element {
  readonly id: number;
  readonly at: number;
  readonly begin: number;
  /** Null: it does not say (RFC 8794 §6.2), so it lasts to the next of its kind or to the end. */
  readonly end: number | null;
}

/** What is found out on the way. */
interface Film {
  readonly bytes: Buffer;
  doctype: string;
  unit: number;
  length: number;
  width: number;
  height: number;
  readonly kinds: Set<number>;
  elements: number;
}

/** Null when it is none, is cut off, or has tracks of anything but sound and picture. */
export function cleanWebm(bytes: Buffer): Cleaned | null {
  const head = elementAt(bytes, 0);
  if (head?.id !== EBML || head.end === null || head.end > bytes.length) return null;
  const segment = elementAt(bytes, head.end);
  const end = segment?.end ?? bytes.length;
  if (segment?.id !== SEGMENT || end > bytes.length) return null;
  const copy = Buffer.from(bytes.subarray(0, end));
  const film: Film = {
    bytes: copy,
    doctype: "",
    unit: 1_000_000,
    length: 0,
    width: 0,
    height: 0,
    kinds: new Set(),
    elements: 0,
  };
  const isWhole = row(film, EBML, head.begin, head.end) !== null && row(film, SEGMENT, segment.begin, end) !== null;
  const isPlayed = film.kinds.size > 0 && [...film.kinds].every((kind) => kind === VIDEO || kind === AUDIO);
  if (!isWhole || film.doctype !== "webm" || !isPlayed) return null;
  const seconds = (film.length * film.unit) / 1_000_000_000;
  const type = film.kinds.has(VIDEO) ? "video/webm" : "audio/webm";
  return { type, bytes: copy, ...pixels(film.width, film.height), ...lasting(seconds) };
}

/** Goes through the elements of one row; gives where it ended, null when it is broken. */
function row(film: Film, parent: number, begin: number, end: number | null): number | null {
  const last = end ?? film.bytes.length;
  let at = begin;
  while (at < last) {
    const element = elementAt(film.bytes, at);
    film.elements += 1;
    if (element === null || (element.end ?? 0) > last || film.elements > ELEMENTS) return null;
    if (end === null && IN_SEGMENT.has(element.id)) return at;
    const next = oneOf(film, parent, element);
    if (next === null) return null;
    at = next;
  }
  return at;
}

/** Keeps, empties or blanks one element; gives where it ended, null when it is broken. */
function oneOf(film: Film, parent: number, { id, at, begin, end }: Element): number | null {
  const isKept = KEPT.get(parent)?.has(id) === true;
  if (isKept && KEPT.has(id)) return end === null && id !== CLUSTER ? null : row(film, id, begin, end);
  if (end === null) return null;
  if (PROGRAMS.has(id)) film.bytes.fill(0, begin, end);
  else if (isKept) learn(film, id, begin, end);
  else blank(film.bytes, at, end);
  return end;
}

/** A Void element (RFC 8794 §11.3.2) in its place, of its length. */
function blank(bytes: Buffer, at: number, end: number): void {
  bytes.fill(0, at, end);
  bytes.writeUInt8(VOID, at);
  const whole = end - at;
  if (whole < 10) {
    bytes.writeUInt8(0x80 | (whole - 2), at + 1);
  } else {
    bytes.writeUInt8(1, at + 1);
    bytes.writeUIntBE(whole - 9, at + 3, 6);
  }
}

/** What some elements say of the whole film. */
function learn(film: Film, id: number, begin: number, end: number): void {
  const told = film.bytes.subarray(begin, end);
  switch (id) {
    case 0x4282:
      film.doctype = told.toString("latin1").replace(/\0+$/u, "");
      return;
    case 0x2ad7b1:
      film.unit = whole(told);
      return;
    case 0x4489:
      film.length = fraction(told);
      return;
    case 0x83:
      film.kinds.add(whole(told));
      return;
    case 0xb0:
      film.width = whole(told);
      return;
    case 0xba:
      film.height = whole(told);
  }
}

function whole(told: Buffer): number {
  return told.length > 6 ? 0 : told.reduce((sum, byte) => sum * 256 + byte, 0);
}

function fraction(told: Buffer): number {
  return told.length === 8 ? told.readDoubleBE(0) : told.length === 4 ? told.readFloatBE(0) : 0;
}

/** Id and length are numbers of variable width (RFC 8794 §4): the zeros before the first 1 say how wide. */
function elementAt(bytes: Buffer, at: number): Element | null {
  const idBytes = Math.clz32(bytes[at] ?? 0) - 23;
  const sizeAt = at + idBytes;
  const sizeBytes = Math.clz32(bytes[sizeAt] ?? 0) - 23;
  const begin = sizeAt + sizeBytes;
  if (idBytes > 4 || sizeBytes > 8 || begin > bytes.length) return null;
  const id = bytes.readUIntBE(at, idBytes);
  const marker = 0x80 >> (sizeBytes - 1);
  let size = (bytes[sizeAt] ?? 0) & (marker - 1);
  let isUnknown = size === marker - 1;
  for (const byte of bytes.subarray(sizeAt + 1, begin)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { id, at, begin, end: isUnknown ? null : begin + size };
}
