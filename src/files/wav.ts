/** A WAV (RIFF WAVE) without what was written about it (LIST, bext, iXML, id3 and chunks nobody knows): its form and its samples alone. */
import { type Cleaned, lasting, says } from "./cleaned.ts";

const KEPT: ReadonlySet<string> = new Set(["fmt ", "fact", "data"]);
/** What a format may take: the extensible one has 40 bytes. */
const FORM_BYTES = 64;
const CHUNKS = 1_000;

/** Null when it is no WAV whose samples are all there. */
export function cleanWav(bytes: Buffer): Cleaned | null {
  if (!says(bytes, 0, "RIFF") || !says(bytes, 8, "WAVE")) return null;
  const kept: Buffer[] = [];
  let perSecond = 0;
  let at = 12;
  for (let count = 0; count < CHUNKS && at + 8 <= bytes.length; count += 1) {
    const id = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const end = at + 8 + size;
    if (end > bytes.length) return null;
    if (id === "fmt ") {
      if (size < 16 || size > FORM_BYTES || perSecond > 0) return null;
      perSecond = bytes.readUInt32LE(at + 16);
    }
    if (KEPT.has(id)) kept.push(bytes.subarray(at, end), Buffer.alloc(size % 2));
    if (id === "data") {
      if (perSecond === 0) return null;
      const body = Buffer.concat(kept);
      const head = Buffer.from("RIFF\0\0\0\0WAVE", "latin1");
      head.writeUInt32LE(4 + body.length, 4);
      return { type: "audio/wav", bytes: Buffer.concat([head, body]), ...lasting(size / perSecond) };
    }
    at = end + (size % 2);
  }
  return null;
}
