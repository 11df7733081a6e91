/**
 * An Ogg file (RFC 3533) of one Opus (RFC 7845) or Vorbis stream without its comments: the packet that holds them is written anew
 * and empty, all pages are numbered and summed up again, and what stands between or behind the pages is left out.
 */
import { type Cleaned, lasting, says } from "./cleaned.ts";

const HEAD_BYTES = 27;
const CONTINUED = 1;
const FIRST = 2;
/** Of a page on which no packet ends. */
const NO_POSITION = 0xffffffffffffffffn;
const LACING = 255;
const SAMPLES_PER_SECOND = 48_000;

interface Page {
  readonly flags: number;
  readonly position: bigint;
  readonly serial: number;
  readonly lacing: Buffer;
  readonly body: Buffer;
}

interface Codec {
  readonly magic: string;
  /** Packets before the sound. */
  readonly headers: number;
  /** The beginning of the packet of comments, and an empty one. */
  readonly comments: string;
  readonly empty: Buffer;
  /** From the first packet: samples a second, and how many are not to be heard. */
  readonly rate: (head: Buffer) => number;
  readonly skipped: (head: Buffer) => number;
}

const CODECS: readonly Codec[] = [
  {
    magic: "OpusHead",
    headers: 2,
    comments: "OpusTags",
    empty: Buffer.from("OpusTags\0\0\0\0\0\0\0\0", "latin1"),
    rate: () => SAMPLES_PER_SECOND,
    skipped: (head) => head.readUInt16LE(10),
  },
  {
    magic: "\u0001vorbis",
    headers: 3,
    comments: "\u0003vorbis",
    empty: Buffer.from("\u0003vorbis\0\0\0\0\0\0\0\0\u0001", "latin1"),
    rate: (head) => head.readUInt32LE(12),
    skipped: () => 0,
  },
];
/** The least that a first packet has. */
const HEAD_PACKET_BYTES = 19;

/** Null when it is no such stream from its beginning to its end. */
export function cleanOgg(bytes: Buffer): Cleaned | null {
  const pages = pagesOf(bytes);
  const [first] = pages ?? [];
  if (pages === null || first === undefined) return null;
  const isOneStream = pages.every(
    ({ serial, flags }, at) => serial === first.serial && ((flags & FIRST) !== 0) === (at === 0),
  );
  const codec = CODECS.find(({ magic }) => says(first.body, 0, magic));
  if (!isOneStream || codec === undefined || first.body.length < HEAD_PACKET_BYTES) return null;
  const headers = headersOf(pages, codec.headers);
  const [head, comments] = headers?.packets ?? [];
  if (headers === null || head === undefined || comments === undefined || !says(comments, 0, codec.comments))
    return null;
  const packets = headers.packets.map((packet) => (packet === comments ? codec.empty : packet));
  const written = [
    ...packets.flatMap((packet, at) => pagesFor(packet, first.serial, at === 0)),
    ...pages.slice(headers.pages),
  ];
  const last = pages.findLast(({ position }) => position !== NO_POSITION)?.position ?? 0n;
  const samples = Number(last) - codec.skipped(head);
  return {
    type: "audio/ogg",
    bytes: Buffer.concat(written.map(toBytes)),
    ...lasting(codec.rate(head) === 0 ? 0 : samples / codec.rate(head)),
  };
}

/** Null when anything stands between the pages. */
function pagesOf(bytes: Buffer): readonly Page[] | null {
  const pages: Page[] = [];
  let at = 0;
  while (says(bytes, at, "OggS") && at + HEAD_BYTES <= bytes.length) {
    const begin = at + HEAD_BYTES + (bytes[at + 26] ?? 0);
    const lacing = bytes.subarray(at + HEAD_BYTES, begin);
    const end = begin + lacing.reduce((sum, size) => sum + size, 0);
    if (end > bytes.length || bytes[at + 4] !== 0) return null;
    const flags = bytes[at + 5] ?? 0;
    const serial = bytes.readUInt32LE(at + 14);
    pages.push({ flags, position: bytes.readBigUInt64LE(at + 6), serial, lacing, body: bytes.subarray(begin, end) });
    at = end;
    // The last page of the stream: whatever follows is none of it.
    if ((flags & 4) !== 0) return pages;
  }
  return at === bytes.length ? pages : null;
}

/** The first packets, which end with a page (RFC 7845 §3, Vorbis I §A.2), and on how many pages they stand. */
function headersOf(
  pages: readonly Page[],
  count: number,
): { readonly packets: readonly Buffer[]; readonly pages: number } | null {
  const packets: Buffer[] = [];
  let parts: Buffer[] = [];
  for (const [index, { lacing, body }] of pages.entries()) {
    let at = 0;
    for (const size of lacing) {
      parts.push(body.subarray(at, at + size));
      at += size;
      if (size < LACING) {
        packets.push(Buffer.concat(parts));
        parts = [];
      }
    }
    if (packets.length >= count) {
      return packets.length === count && parts.length === 0 ? { packets, pages: index + 1 } : null;
    }
  }
  return null;
}

/** One packet on pages of its own. */
function pagesFor(packet: Buffer, serial: number, isFirst: boolean): readonly Page[] {
  const sizes = [...Array<number>(Math.floor(packet.length / LACING)).fill(LACING), packet.length % LACING];
  const pages: Page[] = [];
  for (let from = 0; from < sizes.length; from += LACING) {
    const lacing = Buffer.from(sizes.slice(from, from + LACING));
    const body = packet.subarray(from * LACING, (from + LACING) * LACING);
    const isLast = from + LACING >= sizes.length;
    const flags = (from > 0 ? CONTINUED : 0) | (isFirst && from === 0 ? FIRST : 0);
    pages.push({ flags, position: isLast ? 0n : NO_POSITION, serial, lacing, body });
  }
  return pages;
}

function toBytes({ flags, position, serial, lacing, body }: Page, number: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write("OggS", 0, "latin1");
  head.writeUInt8(flags, 5);
  head.writeBigUInt64LE(position, 6);
  head.writeUInt32LE(serial, 14);
  head.writeUInt32LE(number, 18);
  head.writeUInt8(lacing.length, 26);
  const page = Buffer.concat([head, lacing, body]);
  page.writeUInt32LE(checksum(page), 22);
  return page;
}

/** The CRC of RFC 3533 §6: polynomial 0x04c11db7, the highest bit first, nothing inverted. */
const TABLE = Uint32Array.from({ length: 256 }, (_none, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

function checksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) sum = (sum << 8) ^ (TABLE[(sum >>> 24) ^ byte] ?? 0);
  return sum >>> 0;
}
