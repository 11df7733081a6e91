/** Pictures as cameras write them, with what they should not tell. */
import { crc32, deflateSync } from "node:zlib";

/** Words that stand where a camera writes place and owner. */
export const TELLTALE = "GPS 52.5163 13.3777 roth.annelise";

/** A PNG of one red pixel, with texts, Exif and a time. */
export function picture(): Uint8Array<ArrayBuffer> {
  const words = Buffer.from(`Comment\0${TELLTALE}`, "latin1");
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from("89504e470d0a1a0a", "hex"),
      chunk("IHDR", Buffer.from("00000001000000010802000000", "hex")),
      chunk("tEXt", words),
      chunk("eXIf", Buffer.from(`II*\0${TELLTALE}`, "latin1")),
      chunk("tIME", Buffer.from("07ea0b1501020304", "hex")),
      chunk("IDAT", deflateSync(Buffer.from([0, 255, 0, 0]))),
      chunk("IEND", Buffer.alloc(0)),
      Buffer.from(TELLTALE),
    ]),
  );
}

function chunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** A JPEG of segments as a camera writes them: JFIF, Exif with that orientation, XMP, a comment, a scan, and more behind its end. */
export function photo(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  return Buffer.concat([
    Buffer.from("ffd8", "hex"),
    segment(0xe0, Buffer.from("JFIF\0\u0001\u0001\0\0\u0001\0\u0001\0\0", "latin1")),
    segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff, Buffer.from(TELLTALE)])),
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${TELLTALE}`, "latin1")),
    segment(0xe2, Buffer.from("ICC_PROFILE\0profile", "latin1")),
    segment(0xed, Buffer.from(`Photoshop 3.0\0${TELLTALE}`, "latin1")),
    segment(0xfe, Buffer.from(TELLTALE)),
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xda, Buffer.from("0101003f00", "hex")),
    Buffer.from("1234ff00ffd05678ffd9", "hex"),
    Buffer.from(TELLTALE),
  ]);
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** A WebP of that row of chunks. */
export function webp(chunks: readonly (readonly [type: string, content: Buffer])[]): Buffer {
  const body = Buffer.concat(
    chunks.map(([type, content]) => {
      const head = Buffer.from(`${type}\0\0\0\0`, "latin1");
      head.writeUInt32LE(content.length, 4);
      return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
    }),
  );
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1");
  head.writeUInt32LE(4 + body.length, 4);
  return Buffer.concat([head, body]);
}
