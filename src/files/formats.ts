/** The formats of files that the desk knows and can clean: the words for them, without the code. */
import type { FileKind } from "../core/model.ts";

export interface Format {
  /** Of its name, with the dot. */
  readonly extension: string;
  readonly kind: FileKind;
  /** For people. */
  readonly name: string;
}

/** Every media type that can be taken. */
export const FORMATS: Readonly<Record<string, Format>> = {
  "image/jpeg": { extension: ".jpg", kind: "image", name: "JPEG" },
  "image/png": { extension: ".png", kind: "image", name: "PNG" },
  "image/webp": { extension: ".webp", kind: "image", name: "WebP" },
  "image/gif": { extension: ".gif", kind: "image", name: "GIF" },
  "audio/ogg": { extension: ".ogg", kind: "audio", name: "Ogg (Opus, Vorbis)" },
  "audio/mpeg": { extension: ".mp3", kind: "audio", name: "MP3" },
  "audio/mp4": { extension: ".m4a", kind: "audio", name: "M4A" },
  "audio/wav": { extension: ".wav", kind: "audio", name: "WAV" },
  "audio/webm": { extension: ".weba", kind: "audio", name: "WebM sound" },
  "video/mp4": { extension: ".mp4", kind: "video", name: "MP4" },
  "video/quicktime": { extension: ".mov", kind: "video", name: "QuickTime" },
  "video/webm": { extension: ".webm", kind: "video", name: "WebM" },
  "application/pdf": { extension: ".pdf", kind: "document", name: "PDF" },
  "text/plain": { extension: ".txt", kind: "document", name: "plain text" },
};
export const FILE_TYPES: readonly string[] = Object.keys(FORMATS);

/** For the sentence that says what is taken: "JPEG, PNG, PDF". */
export function formatNames(types: readonly string[]): string {
  return types.map((type) => FORMATS[type]?.name ?? type).join(", ");
}
