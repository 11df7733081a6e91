/**
 * A GIF (GIF89a specification, 1990) without comments, plain-text and application extensions, where programs write XMP; but for
 * how often it is to be repeated. What follows its trailer is left out.
 */
import { type Cleaned, pixels, says } from "./cleaned.ts";

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
/** Length of the identifier of an application extension, and the two that say how often to repeat. */
const IDENTIFIER_BYTES = 11;
const REPEATERS: ReadonlySet<string> = new Set(["NETSCAPE2.0", "ANIMEXTS1.0"]);
/** Sub-block of theirs that says how often: an id, and a number. */
const REPEAT_BYTES = 3;
const BLOCKS = 100_000;

/** Null when it is no GIF from its beginning to its trailer. */
export function cleanGif(bytes: Buffer): Cleaned | null {
  if (!says(bytes, 0, "GIF87a") && !says(bytes, 0, "GIF89a")) return null;
  let at = 13 + colourTable(bytes[10] ?? 0);
  const kept: Buffer[] = [bytes.subarray(0, at)];
  let images = 0;
  for (let count = 0; count < BLOCKS && at < bytes.length; count += 1) {
    const introducer = bytes[at];
    if (introducer === TRAILER) {
      const size = pixels(bytes.readUInt16LE(6), bytes.readUInt16LE(8));
      return images === 0
        ? null
        : { type: "image/gif", bytes: Buffer.concat([...kept, Buffer.from([TRAILER])]), ...size };
    }
    if (introducer !== EXTENSION && introducer !== IMAGE) return null;
    const begin = introducer === IMAGE ? at + 11 + colourTable(bytes[at + 9] ?? 0) : at + 2;
    const end = endOfBlocks(bytes, begin);
    if (end === null) return null;
    if (introducer === IMAGE) images += 1;
    kept.push(introducer === IMAGE ? bytes.subarray(at, end) : extension(bytes.subarray(at, end)));
    at = end;
  }
  return null;
}

/** Bytes of the colour table that those flags announce. */
function colourTable(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Where a row of sub-blocks ends, its terminator included. */
function endOfBlocks(bytes: Buffer, start: number): number | null {
  for (let at = start; at < bytes.length; ) {
    const size = bytes[at] ?? 0;
    if (size === 0) return at + 1;
    at += 1 + size;
  }
  return null;
}

/** What is kept of an extension; nothing of most. */
function extension(block: Buffer): Buffer {
  if (block[1] === GRAPHIC_CONTROL) return block[2] === 4 && block.length === 8 ? block : Buffer.alloc(0);
  const begin = 3 + IDENTIFIER_BYTES;
  const repeats =
    block[1] === APPLICATION &&
    block[2] === IDENTIFIER_BYTES &&
    REPEATERS.has(block.toString("latin1", 3, begin)) &&
    block[begin] === REPEAT_BYTES;
  return repeats ? Buffer.concat([block.subarray(0, begin + 1 + REPEAT_BYTES), Buffer.from([0])]) : Buffer.alloc(0);
}
