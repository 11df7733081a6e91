/**
 * PNG (W3C PNG 3rd edition §11) and WebP (RFC 9649) without what was written about the picture: texts, Exif, XMP, times and
 * chunks nobody knows. Both are rows of chunks, and only those that the picture is drawn from are kept.
 */

const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** What a picture is drawn from: the critical chunks, transparency, colours, size of a pixel, animation. */
const PNG_KEPT: ReadonlySet<string> = new Set(
  "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split(" "),
);
const WEBP_KEPT: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
/** Flags of VP8X: Exif and XMP are there. */
const WEBP_METADATA_FLAGS = 0x08 | 0x04;
const CHUNKS = 100_000;

/** Null when it is no PNG from its beginning to IEND; what follows that is left out. */
export function cleanPng(bytes: Buffer): Buffer | null {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return null;
  const kept: Buffer[] = [PNG_SIGNATURE];
  let at = 8;
  for (let count = 0; count < CHUNKS && at + 12 <= bytes.length; count += 1) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (end > bytes.length || (count === 0 && type !== "IHDR")) return null;
    if (PNG_KEPT.has(type)) kept.push(bytes.subarray(at, end));
    if (type === "IEND") return Buffer.concat(kept);
    at = end;
  }
  return null;
}

/** Null when it is no WebP of the length it says; what follows that is left out. */
export function cleanWebp(bytes: Buffer): Buffer | null {
  if (bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WEBP") return null;
  const whole = 8 + bytes.readUInt32LE(4);
  if (whole > bytes.length) return null;
  const kept: Buffer[] = [];
  let at = 12;
  for (let count = 0; count < CHUNKS && at + 8 <= whole; count += 1) {
    const type = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const end = at + 8 + size + (size % 2);
    if (end > whole) return null;
    const chunk = Buffer.from(bytes.subarray(at, end));
    if (type === "VP8X") chunk.writeUInt8(chunk.readUInt8(8) & ~WEBP_METADATA_FLAGS, 8);
    if (WEBP_KEPT.has(type)) kept.push(chunk);
    at = end;
  }
  const body = Buffer.concat(kept);
  if (body.length === 0) return null;
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(4 + body.length, 4);
  return Buffer.concat([head, body]);
}
