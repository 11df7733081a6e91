/**
 * An MP4, M4A or QuickTime film (ISO/IEC 14496-12) without what was written about it: place, time, owner and device in `udta`,
 * `meta`, `uuid` and in tracks of their own. The file is copied onto zeros of its own length, and only what sound and picture
 * are played from is copied: boxes by a list, and of `mdat` the samples of kept tracks. So every offset stays right, and nothing that
 * this file does not know survives. Boxes that are not kept become `free` (§8.1.2).
 */
import { type Box, boxesIn, fullBox } from "./boxes.ts";
import { type Cleaned, lasting, pixels, says } from "./cleaned.ts";
import { samplesOf } from "./mp4-samples.ts";

/** Boxes that are only a row of others, by the one they stand in: so they nest no deeper than that. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  trak: ["edts", "mdia"],
  mdia: ["minf"],
  minf: ["dinf", "stbl"],
};
/** Boxes that are copied whole. */
const WHOLE: ReadonlySet<string> = new Set(
  "ftyp elst vmhd smhd stts ctts stsc stsz stco co64 stss stsh sdtp sbgp sgpd cslg".split(" "),
);
/** Boxes that begin with when something was made and changed. */
const DATED: ReadonlySet<string> = new Set(["mvhd", "tkhd", "mdhd"]);
/** Of `hdlr`: what stands before the name. */
const HANDLER_BYTES = 24;
/** Boxes of a sample entry: how to decode, and how to show. */
const DECODING: ReadonlySet<string> = new Set(
  "avcC hvcC vpcC av1C esds dOps dac3 dec3 dvcC dvvC alac chan wave frma mp4a colr pasp clap btrt fiel".split(" "),
);
/** Bytes of a sample entry before its boxes: 8 of its head, the rest by what it is of (§12.1.3, §12.2.3). */
const ENTRY_BYTES: Readonly<Record<string, number>> = { vide: 86, soun: 36 };
/** QuickTime's second version of a sound's description has more fields. */
const SOUND_VERSION_BYTES: readonly number[] = [0, 16, 36];
/** Where the name of the encoder stands in a picture's sample entry. */
const ENCODER = { start: 50, end: 82 };

interface Track {
  readonly handler: string;
  readonly width: number;
  readonly height: number;
}

interface Copying {
  readonly from: Buffer;
  readonly to: Buffer;
  readonly tracks: Track[];
  /** Where samples may lie, in the order of the file. */
  readonly media: readonly Box[];
  /** Bytes of samples that may still be copied: all together they are no longer than the file. */
  left: number;
}

/** Null when it is none, is cut off, is in fragments (§8.8), or has its samples elsewhere. */
export function cleanMp4(bytes: Buffer): Cleaned | null {
  if (!says(bytes, 4, "ftyp")) return null;
  const boxes = boxesIn(bytes, 0, bytes.length);
  const movie = boxes?.find(({ type }) => type === "moov");
  const brand = boxes?.[0];
  if (boxes === null || boxes === undefined || movie === undefined || brand === undefined) return null;
  const media = boxes.filter(({ type }) => type === "mdat");
  const copying: Copying = { from: bytes, to: Buffer.alloc(bytes.length), tracks: [], media, left: bytes.length };
  for (const box of boxes) {
    if (box.type === "ftyp") copy(copying, box.at, box.end);
    else if (box.type === "mdat") copy(copying, box.at, box.begin);
    else if (box !== movie) free(copying, box);
  }
  const header = movieOf(copying, movie);
  const [shown] = copying.tracks.filter(({ handler }) => handler === "vide");
  if (header === null || copying.tracks.length === 0) return null;
  const isQuickTime = says(bytes, brand.begin, "qt  ");
  const type = shown === undefined ? "audio/mp4" : isQuickTime ? "video/quicktime" : "video/mp4";
  const size = shown === undefined ? {} : pixels(shown.width, shown.height);
  return { type, bytes: copying.to, ...size, ...lasting(header.seconds) };
}

function copy({ from, to }: Copying, start: number, end: number): void {
  from.copy(to, start, start, end);
}

/** Leaves the box's place and its length, and nothing of what was in it. */
function free(copying: Copying, box: Box): void {
  copy(copying, box.at, box.begin);
  copying.to.write("free", box.at + 4, "latin1");
}

function movieOf(copying: Copying, movie: Box): { readonly seconds: number } | null {
  const { from } = copying;
  const inside = boxesIn(from, movie.begin, movie.end);
  // Fragments have their samples' places elsewhere; where these are is not followed.
  if (inside === null || inside.some(({ type }) => type === "mvex" || type === "cmov")) return null;
  copy(copying, movie.at, movie.begin);
  let seconds: number | null = null;
  for (const box of inside) {
    if (box.type === "mvhd") {
      seconds = secondsOf(from, box);
      dated(copying, box);
    } else if (box.type !== "trak") {
      free(copying, box);
    } else if (!track(copying, box)) {
      return null;
    }
  }
  return seconds === null ? null : { seconds };
}

/** Length of the film (§8.2.2): units of a second, and how many; null when the box is too short. */
function secondsOf(bytes: Buffer, box: Box): number | null {
  const full = fullBox(bytes, box, 28);
  if (full === null) return null;
  const at = full.version === 1 ? 16 : 8;
  const units = full.body.readUInt32BE(at);
  const length = full.version === 1 ? Number(full.body.readBigUInt64BE(at + 4)) : full.body.readUInt32BE(at + 4);
  return units === 0 ? 0 : length / units;
}

/** Copies a box without the two times that stand first in it. */
function dated(copying: Copying, box: Box): void {
  copy(copying, box.at, box.end);
  const width = copying.from[box.begin] === 1 ? 16 : 8;
  copying.to.fill(0, box.begin + 4, Math.min(box.end, box.begin + 4 + width));
}

/** False when the file is broken there. Tracks of anything but sound and picture are left out. */
function track(copying: Copying, box: Box): boolean {
  const { from, tracks } = copying;
  const inside = boxesIn(from, box.begin, box.end);
  const media = inside?.find(({ type }) => type === "mdia");
  const parts = media === undefined ? null : boxesIn(from, media.begin, media.end);
  const handlerBox = parts?.find(({ type }) => type === "hdlr");
  const head = inside?.find(({ type }) => type === "tkhd");
  if (handlerBox === undefined || head === undefined || handlerBox.end - handlerBox.begin < HANDLER_BYTES) return false;
  const handler = from.toString("latin1", handlerBox.begin + 8, handlerBox.begin + 12);
  if (ENTRY_BYTES[handler] === undefined) {
    free(copying, box);
    return true;
  }
  copy(copying, box.at, box.begin);
  tracks.push({ handler, ...shownSize(from, head) });
  return (inside ?? []).every((one) => boxOfTrack(copying, "trak", one, handler));
}

function boxOfTrack(copying: Copying, parent: string, box: Box, handler: string): boolean {
  const { from } = copying;
  if (ROWS[parent]?.includes(box.type) === true) {
    const inside = boxesIn(from, box.begin, box.end);
    copy(copying, box.at, box.begin);
    const isSound = inside?.every((one) => boxOfTrack(copying, box.type, one, handler)) ?? false;
    return isSound && (box.type !== "stbl" || samples(copying, inside ?? []));
  }
  if (WHOLE.has(box.type)) copy(copying, box.at, box.end);
  else if (DATED.has(box.type)) dated(copying, box);
  else if (box.type === "hdlr") copy(copying, box.at, Math.min(box.end, box.begin + HANDLER_BYTES));
  else if (box.type === "dref") return references(copying, box);
  else if (box.type === "stsd") return descriptions(copying, box, handler);
  else free(copying, box);
  return true;
}

/** Only samples in this very file are taken (§8.7.2: flag 1); what else a reference says is left out. */
function references(copying: Copying, box: Box): boolean {
  const inside = boxesIn(copying.from, box.begin + 8, box.end);
  copy(copying, box.at, Math.min(box.end, box.begin + 8));
  return (inside ?? []).every((one) => {
    copy(copying, one.at, Math.min(one.end, one.begin + 4));
    return one.end - one.begin >= 4 && ((copying.from[one.begin + 3] ?? 0) & 1) === 1;
  });
}

/** How samples are to be decoded (§8.5.2), without the encoder's name and boxes nobody knows. */
function descriptions(copying: Copying, box: Box, handler: string): boolean {
  const { from, to } = copying;
  const entries = boxesIn(from, box.begin + 8, box.end);
  copy(copying, box.at, Math.min(box.end, box.begin + 8));
  return (entries ?? []).every((entry) => {
    const version = handler === "soun" ? from.readUInt16BE(Math.min(entry.begin + 8, from.length - 2)) : 0;
    const boxesAt = entry.at + (ENTRY_BYTES[handler] ?? 0) + (SOUND_VERSION_BYTES[version] ?? 0);
    const inside = boxesAt > entry.end ? null : boxesIn(from, boxesAt, entry.end);
    if (inside === null) return false;
    copy(copying, entry.at, boxesAt);
    if (handler === "vide") to.fill(0, entry.at + ENCODER.start, entry.at + ENCODER.end);
    for (const one of inside) {
      if (DECODING.has(one.type)) copy(copying, one.at, one.end);
      else free(copying, one);
    }
    return true;
  });
}

function samples(copying: Copying, tables: readonly Box[]): boolean {
  const { media } = copying;
  for (const { start, end } of samplesOf(copying.from, tables) ?? [{ start: 0, end: 1 }]) {
    copying.left -= end - start;
    if (copying.left < 0 || !liesIn(media, start, end)) return false;
    copy(copying, start, end);
  }
  return true;
}

/** Whether one of the boxes, which are in order, holds all of that stretch: looked up by halves, for both may be many. */
function liesIn(boxes: readonly Box[], start: number, end: number): boolean {
  let [low, high] = [0, boxes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((boxes[middle]?.begin ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return end <= (boxes[low - 1]?.end ?? -1);
}

/** Size of the picture (§8.3.2), the right side up: the matrix says whether it is to be turned by a quarter. */
function shownSize(bytes: Buffer, box: Box): { readonly width: number; readonly height: number } {
  const full = fullBox(bytes, box, 80);
  if (full === null) return { width: 0, height: 0 };
  const end = full.body.length;
  const [width, height] = [full.body.readUInt16BE(end - 8), full.body.readUInt16BE(end - 4)];
  // The first number of the matrix is 0 exactly when width and height change places.
  const isTurned = full.body.readInt32BE(end - 44) === 0;
  return isTurned ? { width: height, height: width } : { width, height };
}
