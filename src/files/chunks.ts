/**
 * PNG (W3C PNG 3rd edition §11) and WebP (RFC 9649) without what was written about the picture: texts, Exif, XMP, times and
 * chunks nobody knows. Both are rows of chunks, and only those that the picture is drawn from are kept.
 */

import { type Cleaned, pixels, says } from "./cleaned.ts";

const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** What a picture is drawn from: the critical chunks, transparency, colours, size of a pixel, animation. */
const PNG_KEPT: ReadonlySet<string> = new Set(
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split(" "),
);
const WEBP_KEPT: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
/** In a frame of an animation, behind so many bytes of fields. */
const WEBP_FRAME_KEPT: ReadonlySet<string> = new Set(["ALPH", "VP8 ", "VP8L"]);
const FRAME_FIELDS = 16;
/** Flags of VP8X: Exif and XMP are there. */
const WEBP_METADATA_FLAGS = 0x08 | 0x04;
const CHUNKS = 100_000;

/** Null when it is no PNG from its beginning to IEND; what follows that is left out. */
export function cleanPng(bytes: Buffer): Cleaned | null {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return null;
  const kept: Buffer[] = [PNG_SIGNATURE];
  let at = 8;
  for (let count = 0; count < CHUNKS && at + 12 <= bytes.length; count += 1) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (end > bytes.length || (count === 0 && type !== "IHDR")) return null;
    if (PNG_KEPT.has(type)) kept.push(bytes.subarray(at, end));
    if (type === "IEND") {
      const size = pixels(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
      return { type: "image/png", bytes: Buffer.concat(kept), ...size };
    }
    at = end;
  }
  return null;
}

/** Null when it is no WebP of the length it says; what follows that is left out. */
export function cleanWebp(bytes: Buffer): Cleaned | null {
  if (!says(bytes, 0, "RIFF") || !says(bytes, 8, "WEBP")) return null;
  const whole = 8 + bytes.readUInt32LE(4);
  const kept = whole > bytes.length ? null : webpChunks(bytes.subarray(12, whole), WEBP_KEPT);
  const body = Buffer.concat(kept ?? []);
  if (body.length === 0) return null;
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(4 + body.length, 4);
  return { type: "image/webp", bytes: Buffer.concat([head, body]), ...sizeOfWebp(body) };
}

/** The chunks that are kept of a row of them; null when it is broken. */
function webpChunks(row: Buffer, keeps: ReadonlySet<string>): readonly Buffer[] | null {
  const kept: Buffer[] = [];
  let at = 0;
  for (let count = 0; count < CHUNKS && at + 8 <= row.length; count += 1) {
    const type = row.toString("latin1", at, at + 4);
    const size = row.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (end > row.length) return null;
    const chunk = keeps.has(type) ? webpChunk(type, Buffer.from(row.subarray(at, end))) : Buffer.alloc(0);
    if (chunk === null) return null;
    kept.push(chunk);
    at = end;
  }
  return kept;
}

/** A frame of an animation is a row of chunks itself (RFC 9649 §2.7.1.1), behind where and how long it is shown. */
function webpChunk(type: string, chunk: Buffer): Buffer | null {
  if (type === "VP8X" && chunk.length >= 18) chunk.writeUInt8(chunk.readUInt8(8) & ~WEBP_METADATA_FLAGS, 8);
  if (type !== "ANMF") return chunk;
  const inside = webpChunks(chunk.subarray(8 + FRAME_FIELDS), WEBP_FRAME_KEPT);
  if (inside === null || chunk.length < 8 + FRAME_FIELDS) return null;
  const frame = Buffer.concat([chunk.subarray(0, 8 + FRAME_FIELDS), ...inside]);
  frame.writeUInt32LE(frame.length - 8, 4);
  return frame;
}

/** By its first chunk: the canvas of an extended file, or the picture's own head (RFC 6386 §9.1, RFC 9649 §3.4). */
function sizeOfWebp(body: Buffer): Pick<Cleaned, "width" | "height"> {
  if (says(body, 0, "VP8X") && body.length >= 18) return pixels(body.readUIntLE(12, 3) + 1, body.readUIntLE(15, 3) + 1);
  if (says(body, 0, "VP8 ") && body.length >= 18) {
    return pixels(body.readUInt16LE(14) & 0x3fff, body.readUInt16LE(16) & 0x3fff);
  }
  if (!says(body, 0, "VP8L") || body.length < 13) return {};
  const sizes = body.readUInt32LE(9);
  return pixels((sizes & 0x3fff) + 1, ((sizes >>> 14) & 0x3fff) + 1);
}
