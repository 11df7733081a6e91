/** Sounds and films without what was written about them: for every kind that is taken, with the place planted wherever programs write it. */
import { expect } from "chai";
import { examine } from "../../src/files/examine.ts";
import { FILE_TYPES } from "../../src/files/formats.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { box, gif, mp3, mp4, ogg, SAMPLES, wav, webm } from "../support/media.ts";
import { photo, picture, TELLTALE, webp } from "../support/pictures.ts";

const told = Buffer.from(TELLTALE, "latin1");
const vp8 = Buffer.from("0000009d012a40010c01", "hex");
/** A frame of an animation, with a chunk in it that nobody knows. */
const animated = webp([
  ["VP8X", Buffer.from([0x02, 0, 0, 0, 0x3f, 1, 0, 0x0b, 1, 0])],
  ["ANIM", Buffer.alloc(6)],
  [
    "ANMF",
    Buffer.concat([
      Buffer.alloc(16),
      webp([
        ["VP8 ", vp8],
        ["what", told],
      ]).subarray(12),
    ]),
  ],
]);

/** Kept: what it cannot be played or drawn without. */
const FILES: readonly (readonly [string, Buffer, object, readonly string[]])[] = [
  ["image/jpeg", photo(6), {}, ["JFIF"]],
  ["image/png", Buffer.from(picture()), { width: 1, height: 1 }, ["IDAT"]],
  ["image/webp", animated, { width: 320, height: 268 }, ["ANMF", vp8.toString("latin1")]],
  ["image/gif", gif(), { width: 3, height: 2 }, ["NETSCAPE2.0", "\u0021\u00f9\u0004", "\u0002\u0044\u0001\u0000"]],
  ["audio/wav", wav(), { durationMs: 1_000 }, ["fmt ", "data", "\u0080".repeat(8_000)]],
  ["audio/mpeg", mp3(), { durationMs: 261 }, ["\u00ff\u00fb\u0090\u0000UUU"]],
  ["audio/ogg", ogg("opus"), { durationMs: 2_000 }, ["OpusHead", "OpusTags", "\u0007".repeat(300)]],
  ["audio/ogg", ogg("vorbis"), { durationMs: 2_000 }, ["\u0001vorbis", "\u0003vorbis", "\u0005vorbis"]],
  ["audio/mp4", mp4("M4A "), { durationMs: 4_000 }, [SAMPLES.sound.toString(), "esds"]],
  ["audio/webm", webm("audio"), { durationMs: 2_500 }, ["block"]],
  ["video/mp4", mp4("isom"), { width: 480, height: 640, durationMs: 4_000 }, Object.values(SAMPLES).map(String)],
  ["video/quicktime", mp4("qt  "), { width: 480, height: 640, durationMs: 4_000 }, ["avcC", "stco"]],
  ["video/webm", webm("video"), { width: 320, height: 240, durationMs: 2_500 }, ["V_VP8", "block"]],
];

describe("what is taken of a file", () => {
  for (const [type, bytes, facts, kept] of FILES) {
    it(`is a ${type} that tells nothing more, and whose size and length are known`, () => {
      expect(bytes.toString("latin1"), "the test's own file").to.contain(TELLTALE);
      const examined = examine(bytes);
      expect(examined).to.deep.include({ type, ...facts });
      const text = examined?.bytes.toString("latin1") ?? "";
      for (const word of ["GPS", "52.5163", "roth", "annelise"]) expect(text).not.to.contain(word);
      for (const word of kept) expect(text).to.contain(word);
    });
    it(`is a ${type} that is as it is when it is cleaned again`, () => {
      const once = examine(bytes)?.bytes ?? Buffer.alloc(0);
      expect(examine(once)).to.deep.include({ type, bytes: once });
    });
    it(`is not half a ${type}, wherever it is cut, nor anything that breaks the desk`, () => {
      for (let end = 1; end < bytes.length; end += 1 + Math.floor(bytes.length / 400)) {
        const found = examine(bytes.subarray(0, end));
        expect(found === null || !found.bytes.toString("latin1").includes("annelise"), `cut at ${end}`).to.equal(true);
      }
      for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 400)) {
        const broken = Buffer.from(bytes);
        broken.fill(0xff, at, Math.min(at + 4, broken.length));
        expect(() => examine(broken), `broken at ${at}`).not.to.throw();
      }
    });
  }

  it("is every kind that is named", () => {
    const known = [...FILES.map(([type]) => type), "application/pdf", "text/plain"];
    expect([...new Set(known)].sort()).to.deep.equal([...FILE_TYPES].sort());
  });
  it("has an Ogg stream's pages numbered and summed up as players check them", () => {
    const bytes = examine(ogg("vorbis"))?.bytes ?? Buffer.alloc(0);
    // Page 0 of any stream of RFC 3533; its sum by the standard's own polynomial, bit by bit.
    const end = 27 + (bytes[26] ?? 0) + bytes.subarray(27, 27 + (bytes[26] ?? 0)).reduce((sum, size) => sum + size, 0);
    const page = Buffer.from(bytes.subarray(0, end));
    const claimed = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    let sum = 0n;
    for (const byte of page) {
      sum ^= BigInt(byte) << 24n;
      for (let bit = 0; bit < 8; bit += 1)
        sum = ((sum << 1n) ^ ((sum & 0x80000000n) === 0n ? 0n : 0x104c11db7n)) & 0xffffffffn;
    }
    expect(BigInt(claimed)).to.equal(sum);
    const numbers = [...bytes.toString("latin1").matchAll(/OggS/g)].map(({ index }) => bytes.readUInt32LE(index + 18));
    expect(numbers).to.deep.equal([0, 1, 2, 3, 4]);
  });
  it("leaves every sample of a film where its tables say", () => {
    const bytes = examine(mp4("isom"))?.bytes ?? Buffer.alloc(0);
    expect(bytes.length).to.equal(mp4("isom").length);
    const at = mp4("isom").indexOf(SAMPLES.picture);
    expect(bytes.subarray(at, at + SAMPLES.picture.length).equals(SAMPLES.picture)).to.equal(true);
  });
  it("is found out in a moment, however many places a film has for however many samples", () => {
    const places = Array<Buffer>(9_000).fill(box("mdat"));
    const number = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    const chunks = Buffer.alloc(4 * 400_000, number(16 + 8 * places.length));
    const none = Buffer.alloc(8);
    const tables = [box("stco", none.subarray(4), number(400_000), chunks), box("stsc", none), box("stsz", none, none)];
    const media = box(
      "mdia",
      box("hdlr", none, Buffer.from("soun"), Buffer.alloc(13)),
      box("minf", box("stbl", ...tables)),
    );
    const movie = box("moov", box("mvhd", Buffer.alloc(100)), box("trak", box("tkhd", Buffer.alloc(84)), media));
    const file = Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0")), ...places, movie]);
    const ms = cpuMs(() => expect(examine(file)?.type).to.equal("audio/mp4"));
    expect(ms, "milliseconds").to.be.below(3_000);
  });
  for (const [what, bytes] of [
    ["a film in fragments", mp4("isom", [box("mvex")])],
    ["a film without sound and picture", Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0")), box("moov")])],
    ["a HEIC", Buffer.concat([box("ftyp", Buffer.from("heic\0\0\0\0")), box("meta", told)])],
    ["Matroska that is no WebM", webm("video", "matroska")],
    ["a WebM with subtitles", webm("video", "webm", 17)],
    [
      "a box in a box in a box",
      Buffer.concat([box("ftyp", told), ...Array<Buffer>(200_000).fill(Buffer.from("\0\0\0\u0001trak"))]),
    ],
    ["one element in another, many times", Buffer.concat([webm("audio"), Buffer.alloc(1_000_000, 0xa0)])],
  ] as const) {
    it(`is not ${what}`, () => expect(examine(bytes)).to.equal(null));
  }
});
