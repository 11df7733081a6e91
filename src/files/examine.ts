/** What a file is, by its bytes alone: what somebody calls it is a claim. Only what is listed here can be taken. */
import { cleanPng, cleanWebp } from "./chunks.ts";
import { type Cleaned, says } from "./cleaned.ts";
import { FORMATS, type Format } from "./formats.ts";
import { cleanGif } from "./gif.ts";
import { cleanJpeg } from "./jpeg.ts";
import { cleanMp3 } from "./mp3.ts";
import { cleanMp4 } from "./mp4.ts";
import { cleanOgg } from "./ogg.ts";
import { cleanWav } from "./wav.ts";
import { cleanWebm } from "./webm.ts";

export interface Examined extends Cleaned, Format {}

/** Each gives the bytes as they are passed on; null when they are not of its kind, or broken. */
const CLEANERS: readonly ((bytes: Buffer) => Cleaned | null)[] = [
  ...[cleanJpeg, cleanPng, cleanWebp, cleanGif, cleanOgg, cleanMp4, cleanWebm, cleanWav, cleanMp3],
  // Passed on as it is: who writes a document is in it because its author put it there.
  (bytes) => (says(bytes, 0, "%PDF-") ? { type: "application/pdf", bytes } : null),
  cleanText,
];

/** Null when it is of no kind that can be taken, or broken. */
export function examine(bytes: Buffer): Examined | null {
  for (const clean of CLEANERS) {
    const cleaned = clean(bytes);
    const format = FORMATS[cleaned?.type ?? ""];
    if (cleaned !== null && format !== undefined) return { ...cleaned, ...format };
  }
  return null;
}

/** Text that a browser might take for a page or a picture is none: it would be one as soon as somebody renames it. */
const MARKUP = /^\uFEFF?\s*</u;

function cleanText(bytes: Buffer): Cleaned | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes it no text
    const isText = text !== "" && !/[\u0000-\u0008\u000e-\u001f]/u.test(text) && !MARKUP.test(text);
    return isText ? { type: "text/plain", bytes } : null;
  } catch {
    return null;
  }
}
