/** Messages that bring a file (client-server API, m.file, m.image, m.audio, m.video; MSC3245 for voice), both ways. Pure. */
import { z } from "zod";
import { type FileKind, fileWords, type HostedFile } from "../../src/core/model.ts";
import { type Encryption, encryption } from "./attachments.ts";

/** A file as its sender's event tells of it: a claim. */
export interface SentFile {
  readonly name: string;
  readonly server: string;
  readonly media: string;
  /** Null where it lies at the homeserver as it is. */
  readonly encryption: Encryption | null;
  /** Recorded to be heard as a message. */
  readonly voice: boolean;
}

/** Kinds of message that hold a file: what stands for it in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["m.image", "picture"],
  ["m.file", "file"],
  ["m.audio", "recording"],
  ["m.video", "film"],
]);
const NAME_CHARACTERS = 200;
const VOICE = "org.matrix.msc3245.voice";
const AUDIO = "org.matrix.msc1767.audio";

/** `mxc://<server>/<media>` (appendices, "Matrix Content URIs"): nothing that leads elsewhere in a path, as `..` would. */
const CONTENT_URI = /^mxc:\/\/([A-Za-z0-9[][A-Za-z0-9.:[\]-]{0,229})\/([A-Za-z0-9_-]{1,255})$/u;

const file = z.object({
  msgtype: z.string(),
  body: z.string(),
  filename: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  file: encryption.extend({ url: z.string() }).optional().catch(undefined),
  [VOICE]: z.unknown().optional(),
});

/** Null when that message brings no file that could be fetched. */
export function decodeFile(content: Readonly<Record<string, unknown>>): SentFile | null {
  const parsed = file.safeParse(content);
  if (!parsed.success || !WORDS.has(parsed.data.msgtype)) {
    return null;
  }
  const { body, filename, url, file: encrypted, msgtype } = parsed.data;
  const { url: hidden, ...key } = encrypted ?? {};
  const [, server, media] = CONTENT_URI.exec(hidden ?? url ?? "") ?? [];
  return server === undefined || media === undefined
    ? null
    : {
        name: (filename ?? body).slice(0, NAME_CHARACTERS).toWellFormed(),
        server,
        media,
        encryption: "v" in key ? key : null,
        voice: msgtype === "m.audio" && parsed.data[VOICE] !== undefined,
      };
}

/** The words for a file that cannot be shown, or null where that kind of message holds none: `[picture "cat.jpg"]`. */
export function unseenFile(msgtype: string, name: string): string | null {
  const word = WORDS.get(msgtype);
  return word === undefined ? null : `[${word} "${name.slice(0, NAME_CHARACTERS)}"]`;
}

const TYPES: { readonly [K in FileKind]: string } = {
  image: "m.image",
  audio: "m.audio",
  video: "m.video",
  document: "m.file",
};

/** Where the homeserver keeps it: `url`, or `file` with the key. */
export type Place = { readonly url: string } | { readonly file: object };

/** The fields of m.room.message that show the file; the body is the caption, where there are words besides the file's. */
export function encodeFile(hosted: HostedFile, text: string, place: Place): Readonly<Record<string, unknown>> {
  const { name, type, bytes, kind = "document", width, height, durationMs, voice } = hosted;
  const caption = text.replace(fileWords(hosted), "").trim();
  const info = {
    mimetype: type,
    size: bytes,
    ...(width === undefined || height === undefined ? {} : { w: width, h: height }),
    ...(durationMs === undefined ? {} : { duration: Math.round(durationMs) }),
  };
  const isVoice = voice === true && kind === "audio";
  const duration = durationMs === undefined ? {} : { duration: Math.round(durationMs) };
  return {
    msgtype: TYPES[kind],
    body: caption === "" ? name : caption,
    filename: name,
    info,
    ...place,
    ...(isVoice ? { [VOICE]: {}, [AUDIO]: duration } : {}),
  };
}
