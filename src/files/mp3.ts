/**
 * An MP3 (ISO/IEC 11172-3, 13818-3 layer III) without its tags: ID3v2 before it, ID3v1, APE and Lyrics3 behind it. Only whole frames
 * that follow each other are kept, so nothing else can stand between them.
 */
import { type Cleaned, lasting, says } from "./cleaned.ts";

const KILOBITS_1: readonly number[] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KILOBITS_2: readonly number[] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES: readonly number[] = [44_100, 48_000, 32_000];
/** By the two bits of the version: 2.5, none, 2, 1. */
const DIVISORS: readonly number[] = [4, 0, 2, 1];
/** Fewer frames than that may be an accident of other bytes. */
const FRAMES_LEAST = 2;
const TAGS = 16;
/** What may stand behind the last frame: tags, or the beginning of a frame that was cut off. */
const TAG_BEGINNINGS: readonly string[] = ["TAG", "APETAGEX", "LYRICSBEGIN", "ID3", "3DI"];

interface Frame {
  readonly bytes: number;
  readonly samples: number;
  readonly rate: number;
}

/** Null when it is not frames of an MP3 from its beginning to its tags. */
export function cleanMp3(bytes: Buffer): Cleaned | null {
  const start = afterTags(bytes);
  let at = start;
  let samples = 0;
  let frames = 0;
  let rate = 0;
  for (let frame = frameAt(bytes, at); frame !== null; frame = frameAt(bytes, at)) {
    if (at + frame.bytes > bytes.length || (rate !== 0 && frame.rate !== rate)) break;
    rate = frame.rate;
    samples += frame.samples;
    frames += 1;
    at += frame.bytes;
  }
  if (frames < FRAMES_LEAST || !isOver(bytes, at)) return null;
  return { type: "audio/mpeg", bytes: bytes.subarray(start, at), ...lasting(samples / rate) };
}

/** Behind the ID3v2 tags at the beginning (ID3v2.4 §3.1: their size has seven bits a byte, without head and foot). */
function afterTags(bytes: Buffer): number {
  let at = 0;
  for (let count = 0; count < TAGS && says(bytes, at, "ID3") && at + 10 <= bytes.length; count += 1) {
    const size = [6, 7, 8, 9].reduce((sum, place) => sum * 128 + ((bytes[at + place] ?? 0) & 0x7f), 0);
    at += 10 + size + (((bytes[at + 5] ?? 0) & 0x10) === 0 ? 0 : 10);
  }
  return at;
}

function frameAt(bytes: Buffer, at: number): Frame | null {
  const [sync = 0, kind = 0, form = 0] = bytes.subarray(at, at + 4);
  if (at + 4 > bytes.length || sync !== 0xff || (kind & 0xe6) !== 0xe2) return null;
  const version = (kind >> 3) & 3;
  const divisor = DIVISORS[version] ?? 0;
  const kilobits = (version === 3 ? KILOBITS_1 : KILOBITS_2)[form >> 4] ?? 0;
  const full = RATES[(form >> 2) & 3] ?? 0;
  if (divisor === 0 || kilobits === 0 || full === 0) return null;
  const rate = full / divisor;
  const samples = version === 3 ? 1_152 : 576;
  return { bytes: Math.floor((samples * 125 * kilobits) / rate) + ((form >> 1) & 1), samples, rate };
}

/** Whether what is left is no sound: nothing, a tag, zeros, or part of one frame. */
function isOver(bytes: Buffer, at: number): boolean {
  const rest = bytes.subarray(at);
  const frame = frameAt(bytes, at);
  return (
    rest.length < 4 ||
    (frame !== null && rest.length < frame.bytes) ||
    TAG_BEGINNINGS.some((beginning) => says(rest, 0, beginning)) ||
    rest.every((byte) => byte === 0)
  );
}
