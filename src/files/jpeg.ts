/**
 * A JPEG (ITU-T T.81 Annex B) without what its camera wrote about the place, the time and the owner: the application segments but
 * JFIF's, the colour profile's and Adobe's, and comments. Of Exif one number is kept: which side is up. Own code, because the
 * libraries either decode and encode the picture again, or remove Exif alone and leave XMP, IPTC and what stands behind the end.
 */

import { type Cleaned, pixels } from "./cleaned.ts";

const MARKER = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
/** Segments of one picture; a progressive one has a few dozen. */
const SEGMENTS = 10_000;

/** Null when it is no JPEG from its beginning to its end. */
export function cleanJpeg(bytes: Buffer): Cleaned | null {
  if (bytes.length < 4 || bytes[0] !== MARKER || bytes[1] !== SOI) return null;
  const head: Buffer[] = [bytes.subarray(0, 2)];
  const body: Buffer[] = [];
  let orientation = 1;
  let frame: Buffer | null = null;
  let at = 2;
  for (let count = 0; count < SEGMENTS; count += 1) {
    while (bytes[at] === MARKER && bytes[at + 1] === MARKER) at += 1; // fill bytes (B.1.1.2)
    const marker = bytes[at + 1];
    if (bytes[at] !== MARKER || marker === undefined) return null;
    if (marker === EOI) {
      const upright = orientation === 1 ? [] : [orientationSegment(orientation)];
      const cleaned = Buffer.concat([...head, ...upright, ...body, bytes.subarray(at, at + 2)]);
      return { type: "image/jpeg", bytes: cleaned, ...sizeOf(frame, orientation) };
    }
    if (at + 4 > bytes.length) return null;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end < at + 4 || end > bytes.length) return null;
    const segment = bytes.subarray(at, end);
    if (isFrame(marker)) frame = segment;
    if (marker === APP1) orientation = orientationOf(segment) ?? orientation;
    if (isKept(marker, segment)) (marker === APP0 && body.length === 0 ? head : body).push(segment);
    at = end;
    if (marker === SOS) {
      at = endOfScan(bytes, end);
      body.push(bytes.subarray(end, at));
    }
  }
  return null;
}

/** Whether that marker begins a frame: SOF0 to SOF15, among which three others stand (Table B.1). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Of a frame (B.2.2), the right side up: from the fifth orientation on it lies on its side. */
function sizeOf(frame: Buffer | null, orientation: number): Pick<Cleaned, "width" | "height"> {
  if (frame === null || frame.length < 9) return {};
  const [height, width] = [frame.readUInt16BE(5), frame.readUInt16BE(7)];
  return orientation < 5 ? pixels(width, height) : pixels(height, width);
}

function isKept(marker: number, segment: Buffer): boolean {
  if (marker === COM) return false;
  if (marker < APP0 || marker > APP15) return true;
  const starts = (name: string) => segment.subarray(4, 4 + name.length).toString("latin1") === name;
  return (
    (marker === APP0 && starts("JFIF\0")) ||
    (marker === APP2 && starts("ICC_PROFILE\0")) ||
    (marker === APP14 && starts("Adobe"))
  );
}

/** Entropy-coded data ends at a marker that is neither a stuffed zero nor a restart (B.1.1.5). */
function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(MARKER, start); at !== -1; at = bytes.indexOf(MARKER, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== MARKER && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** Tag 0x0112 of the first directory (Exif 2.3 §4.6.4), or null. */
function orientationOf(segment: Buffer): number | null {
  const tiff = segment.subarray(10);
  if (segment.subarray(4, 10).toString("latin1") !== "Exif\0\0" || tiff.length < 14) return null;
  const order = tiff.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return null;
  const short = (at: number) => (order === "II" ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = order === "II" ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory + 2 > tiff.length) return null;
  const entries = short(directory);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return null;
    const value = short(at + 8);
    if (short(at) === 0x0112) return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** An Exif segment that says this alone. */
function orientationSegment(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write("MM\0*", 0, "latin1");
  tiff.writeUInt32BE(8, 4); // where the directory is
  tiff.writeUInt16BE(1, 8); // its entries
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12); // a SHORT
  tiff.writeUInt32BE(1, 14); // one of them
  tiff.writeUInt16BE(orientation, 18);
  const start = Buffer.from([MARKER, APP1, 0, 2 + 6 + tiff.length]);
  return Buffer.concat([start, Buffer.from("Exif\0\0", "latin1"), tiff]);
}
