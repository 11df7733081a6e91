/**
 * A picture for each alias, so that a CSR with several chats tells them apart at a glance: a few squares, the same on the left and
 * on the right, in one colour. It is drawn from the alias alone and so says nothing of whom it stands for. PNG (3rd edition). Pure.
 */
import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

/** How many there are: each is brought to the homeserver once, whoever bears it. */
export const PICTURES = 256;
/** Squares in a row and in a column, and pixels in a square. */
const SQUARES = 5;
const PIXELS = 24;
const MARGIN = 12;
const SIZE = SQUARES * PIXELS + 2 * MARGIN;
const PAPER = [244, 244, 246] as const;
/** Strong enough against the paper, and easily told apart. */
const INKS = [
  [0, 98, 155],
  [0, 122, 94],
  [120, 80, 0],
  [150, 40, 60],
  [96, 60, 150],
  [60, 90, 30],
  [170, 60, 0],
  [70, 70, 90],
] as const;
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const PALETTE_COLOUR = 3;

/** Which of the pictures that alias has. */
export function pictureNumber(alias: string): number {
  return createHash("sha256").update(alias).digest().readUInt8(0) % PICTURES;
}

/** That picture as a PNG. */
export function drawPicture(number: number): Buffer {
  const bits = createHash("sha256").update(`picture ${number}`).digest();
  const ink = INKS[number % INKS.length] ?? INKS[0];
  const half = Math.ceil(SQUARES / 2);
  const isInk = (column: number, row: number): boolean => {
    const place = row * half + (column < half ? column : SQUARES - 1 - column);
    return ((bits[place >> 3] ?? 0) >> (place & 7)) % 2 === 1;
  };
  const rows = Buffer.alloc(SIZE * (1 + SIZE));
  for (let y = MARGIN; y < SIZE - MARGIN; y += 1) {
    for (let x = MARGIN; x < SIZE - MARGIN; x += 1) {
      const square = isInk(Math.floor((x - MARGIN) / PIXELS), Math.floor((y - MARGIN) / PIXELS));
      rows[y * (1 + SIZE) + 1 + x] = square ? 1 : 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.writeUInt8(8, 8); // bits of a pixel
  header.writeUInt8(PALETTE_COLOUR, 9);
  const palette = Buffer.from([...PAPER, ...ink]);
  const parts = [chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", deflateSync(rows)), chunk("IEND")];
  return Buffer.concat([SIGNATURE, ...parts]);
}

function chunk(type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}
