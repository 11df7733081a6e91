/** What a file is, by its bytes alone: what somebody calls it is a claim. Only what is listed here is taken. */
import { cleanPng, cleanWebp } from "./chunks.ts";
import { cleanJpeg } from "./jpeg.ts";

export interface Examined {
  readonly type: string;
  /** Of its name, with the dot. */
  readonly extension: string;
  /** Pictures without what was written about them. */
  readonly bytes: Buffer;
}

interface Kind {
  readonly type: string;
  readonly extension: string;
  /** The bytes as they are passed on; null when they are not of this kind. */
  readonly clean: (bytes: Buffer) => Buffer | null;
}

const KINDS: readonly Kind[] = [
  { type: "image/jpeg", extension: ".jpg", clean: cleanJpeg },
  { type: "image/png", extension: ".png", clean: cleanPng },
  { type: "image/webp", extension: ".webp", clean: cleanWebp },
  // Passed on as it is: who writes a document is in it because its author put it there.
  { type: "application/pdf", extension: ".pdf", clean: (bytes) => (startsWith(bytes, "%PDF-") ? bytes : null) },
  { type: "text/plain", extension: ".txt", clean: cleanText },
];

/** For the sentence that says what is taken. */
export const TAKEN_TYPES = "JPEG, PNG and WebP pictures, PDF and plain text";

/** Null when it is of no kind that is taken, or broken. */
export function examine(bytes: Buffer): Examined | null {
  for (const { type, extension, clean } of KINDS) {
    const cleaned = clean(bytes);
    if (cleaned !== null) return { type, extension, bytes: cleaned };
  }
  return null;
}

function startsWith(bytes: Buffer, words: string): boolean {
  return bytes.subarray(0, words.length).toString("latin1") === words;
}

/** Text that a browser might take for a page or a picture is none: it would be one as soon as somebody renames it. */
const MARKUP = /^\uFEFF?\s*</u;

function cleanText(bytes: Buffer): Buffer | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes it no text
    return text === "" || /[\u0000-\u0008\u000e-\u001f]/u.test(text) || MARKUP.test(text) ? null : bytes;
  } catch {
    return null;
  }
}
