/** Sounds and films as recorders write them, with what they should not tell. Nothing in them can be heard or seen; their form is real. */
import { TELLTALE } from "./pictures.ts";

const ascii = (text: string) => Buffer.from(text, "latin1");
const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const le32 = (value: number) => u32(value).reverse();
const told = ascii(TELLTALE);

/** A GIF of one pixel that repeats for ever, with a comment, XMP, and more behind its end. */
export function gif(): Buffer {
  const blocks = (...parts: readonly Buffer[]) =>
    Buffer.concat([...parts.flatMap((part) => [Buffer.from([part.length]), part]), Buffer.from([0])]);
  const extension = (label: number, ...parts: readonly Buffer[]) =>
    Buffer.concat([Buffer.from([0x21, label]), blocks(...parts)]);
  return Buffer.concat([
    ascii("GIF89a"),
    Buffer.from("0300020080ff00", "hex"),
    Buffer.from("ff000000ff00", "hex"),
    extension(0xff, ascii("NETSCAPE2.0"), Buffer.from([1, 0, 0])),
    extension(0xfe, told),
    extension(0xff, ascii("XMP DataXMP"), told),
    extension(0x01, Buffer.alloc(12), told),
    extension(0xf9, Buffer.from([0, 10, 0, 0])),
    Buffer.from([0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0, 2]),
    blocks(Buffer.from([0x44, 0x01])),
    Buffer.from([0x3b]),
    told,
  ]);
}

/** A second of silence as a broadcaster's WAV. */
export function wav(): Buffer {
  const chunk = (id: string, content: Buffer) =>
    Buffer.concat([ascii(id), le32(content.length), content, Buffer.alloc(content.length % 2)]);
  const form = Buffer.concat([Buffer.from([1, 0, 1, 0]), le32(8_000), le32(8_000), Buffer.from([1, 0, 8, 0])]);
  const body = Buffer.concat([
    ascii("WAVE"),
    chunk("bext", told),
    chunk("fmt ", form),
    chunk("LIST", Buffer.concat([ascii("INFO"), chunk("IART", told)])),
    chunk("data", Buffer.alloc(8_000, 128)),
    chunk("id3 ", told),
  ]);
  return Buffer.concat([ascii("RIFF"), le32(body.length), body]);
}

/** Ten frames of an MP3 with the tags of three generations. */
export function mp3(): Buffer {
  // MPEG 1, 128 kbit/s, 44,100 Hz: 417 bytes a frame.
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413, 0x55)]);
  const size = Buffer.from([0, 0, 0, told.length]);
  return Buffer.concat([
    ...[ascii("ID3"), Buffer.from([4, 0, 0]), size, told],
    ...Array<Buffer>(10).fill(frame),
    ascii(`TAG${TELLTALE}`.padEnd(128, "\0")),
  ]);
}

/** An Opus or Vorbis stream of two seconds with comments, as voice messages are. The sums of its pages are left out. */
export function ogg(codec: "opus" | "vorbis"): Buffer {
  const page = (flags: number, position: number, number: number, ...packets: readonly Buffer[]) => {
    const lacing = packets.flatMap(({ length }) => [
      ...Array<number>(Math.floor(length / 255)).fill(255),
      length % 255,
    ]);
    const head = Buffer.alloc(26);
    head.write("OggS", 0, "latin1");
    head.writeUInt8(flags, 5);
    head.writeUInt32LE(position, 6);
    head.writeUInt32LE(77, 14);
    head.writeUInt32LE(number, 18);
    return Buffer.concat([head, Buffer.from([lacing.length, ...lacing]), ...packets]);
  };
  const comments = Buffer.concat([le32(told.length), told, le32(1), le32(told.length), told]);
  const sound = Buffer.alloc(300, 7);
  if (codec === "opus") {
    const head = Buffer.concat([ascii("OpusHead"), Buffer.from([1, 1, 0x38, 1]), le32(48_000), Buffer.from([0, 0, 0])]);
    const tags = Buffer.concat([ascii("OpusTags"), comments, Buffer.alloc(600, 1), told]);
    return Buffer.concat([page(2, 0, 0, head), page(0, 0, 1, tags), page(4, 96_312, 2, sound), told]);
  }
  const head = Buffer.concat([ascii("\u0001vorbis"), Buffer.from([0, 0, 0, 0, 1]), le32(44_100), Buffer.alloc(14, 1)]);
  const tags = Buffer.concat([ascii("\u0003vorbis"), comments, Buffer.from([1])]);
  const setup = Buffer.concat([ascii("\u0005vorbis"), Buffer.alloc(70_000, 9)]);
  const [one, two] = [setup.subarray(0, 255 * 200), setup.subarray(255 * 200)];
  // The setup begins behind the comments, and goes on on a page of its own.
  const first = page(0, 0, 1, tags, one);
  first.writeUInt8((first[26] ?? 1) - 1, 26);
  const lacingEnd = 27 + (first[26] ?? 0);
  const second = page(1, 0, 2, two);
  const joined = Buffer.concat([first.subarray(0, lacingEnd), first.subarray(lacingEnd + 1)]);
  return Buffer.concat([page(2, 0, 0, head), joined, second, page(4, 88_200, 3, sound)]);
}

export const box = (type: string, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  return Buffer.concat([u32(8 + body.length), ascii(type), body]);
};
const full = (type: string, ...contents: readonly Buffer[]) => box(type, Buffer.alloc(4), ...contents);

/** What lies in the samples of a film's picture and sound; its third track has them of where it was. */
export const SAMPLES = { picture: ascii("picture-picture-"), sound: ascii("sound-sound-") };

/**
 * A film of four seconds, filmed upright, with the place in all the places where phones and cameras write it. `brand`: "isom", or
 * "M4A " for its sound alone, or "qt  ". `planted`: what stands in place of the rest of `moov`'s boxes.
 */
export function mp4(brand: string, planted: readonly Buffer[] = []): Buffer {
  const type = box("ftyp", ascii(brand), u32(0), ascii(brand));
  const { picture, sound } = SAMPLES;
  const isSoundAlone = brand.startsWith("M4");
  const before = type.length + 8;
  const at = { unused: before, picture: before + told.length, sound: before + told.length + picture.length };
  const data = box("mdat", told, picture, sound, told);
  const tracks = [
    ...(isSoundAlone ? [] : [track("vide", at.picture, picture.length, pictureEntry())]),
    track("soun", at.sound, sound.length, soundEntry()),
    track("meta", at.sound + sound.length, told.length, box("mebx", Buffer.alloc(8), told)),
  ];
  const place = full("loci", ascii("xx"), told, Buffer.alloc(13));
  const movie = box(
    "moov",
    // Seconds since 1904, and 1,000 units a second.
    full("mvhd", ascii(TELLTALE.slice(0, 8)), u32(1_000), u32(4_000), Buffer.alloc(80)),
    ...tracks,
    box("udta", box("\u00a9xyz", u16(told.length), u16(0), told), place, full("meta", told)),
    full("meta", ascii("mdtacom.apple.quicktime.location.ISO6709"), told),
    ...planted,
  );
  return Buffer.concat([type, data, movie, box("uuid", told), box("free", told)]);
}

const matrix = (turned: boolean) =>
  Buffer.concat(
    (turned ? [0, 65_536, 0, 65_536, 0, 0, 0, 0] : [65_536, 0, 0, 0, 65_536, 0, 0, 0]).map(u32).concat(u32(1 << 30)),
  );

function track(handler: string, at: number, size: number, entry: Buffer): Buffer {
  const made = ascii(TELLTALE.slice(0, 8));
  const head = full(
    "tkhd",
    made,
    u32(1),
    u32(0),
    u32(4_000),
    Buffer.alloc(16),
    matrix(handler === "vide"),
    u32(640 << 16),
    u32(480 << 16),
  );
  const tables = box(
    "stbl",
    full("stsd", u32(1), entry),
    full("stts", u32(1), u32(1), u32(4_000)),
    full("stsc", u32(1), u32(1), u32(1), u32(1)),
    full("stsz", u32(0), u32(1), u32(size)),
    full("stco", u32(1), u32(at)),
  );
  const place = box("dinf", full("dref", u32(1), box("url ", Buffer.from([0, 0, 0, 1]), told)));
  const media = box(
    "mdia",
    full("mdhd", made, u32(1_000), u32(4_000), u32(0)),
    full("hdlr", u32(0), ascii(handler), Buffer.alloc(12), told),
    box("minf", full("smhd", u32(0)), place, tables),
  );
  return box("trak", head, box("udta", box("name", told)), media);
}

function pictureEntry(): Buffer {
  const encoder = ascii(TELLTALE.slice(0, 31));
  const fields = Buffer.concat([Buffer.alloc(42), Buffer.from([31]), encoder, u16(24), u16(0xffff)]);
  return box("avc1", fields, box("avcC", Buffer.from([1, 2, 3])), box("xtra", told));
}

function soundEntry(): Buffer {
  return box("mp4a", Buffer.alloc(28), full("esds", Buffer.from([3, 1, 0])), box("xtra", told));
}

const element = (id: number, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  const hex = id.toString(16);
  const size = Buffer.concat([Buffer.from([0x10]), u32(body.length).subarray(1)]);
  return Buffer.concat([Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"), size, body]);
};
const unsized = (id: number, ...contents: readonly Buffer[]) =>
  Buffer.concat([Buffer.from(id.toString(16), "hex"), Buffer.from([0xff]), ...contents]);

/** A WebM as browsers record it: segment and clusters do not say how long they are. `doctype`: "webm", or another. */
export function webm(kind: "audio" | "video", doctype = "webm", trackKind = kind === "video" ? 1 : 2): Buffer {
  const length = Buffer.alloc(8);
  length.writeDoubleBE(2_500);
  const size = element(0xe0, element(0xb0, u16(320)), element(0xba, u16(240)), element(0x5381, told));
  const entry = element(
    0xae,
    ...[element(0xd7, Buffer.from([1])), element(0x83, Buffer.from([trackKind])), element(0x86, ascii("V_VP8"))],
    ...[element(0x536e, told), kind === "video" ? size : element(0xe1, element(0x9f, Buffer.from([1])))],
  );
  const block = element(0xa3, Buffer.from([0x81, 0, 0, 0x80]), ascii("block"));
  return Buffer.concat([
    element(0x1a45dfa3, element(0x4282, ascii(doctype)), element(0xec, told)),
    unsized(
      0x18538067,
      element(
        0x1549a966,
        element(0x2ad7b1, u32(1_000_000)),
        element(0x4489, length),
        element(0x7ba9, told),
        element(0x4d80, told),
      ),
      element(0x1654ae6b, entry),
      element(0x1254c367, element(0x7373, told)),
      unsized(0x1f43b675, element(0xe7, Buffer.from([0])), block, element(0xec, told)),
      unsized(0x1f43b675, element(0xe7, Buffer.from([9])), block),
      element(0x1941a469, told),
    ),
  ]);
}
