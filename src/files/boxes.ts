/** Boxes of the ISO base media file format (ISO/IEC 14496-12 §4.2) and QuickTime's atoms, which are the same: where they are in a file. */

export interface Box {
  readonly type: string;
  /** Where it begins, where its contents do, and where it ends. */
  readonly at: number;
  readonly begin: number;
  readonly end: number;
}

/** Boxes in one box; a file of hours has a few hundred samples tables at most. */
const BOXES = 10_000;
const HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;

/** The boxes from `begin` to `end`, in order; null when they do not fill it. */
export function boxesIn(bytes: Buffer, begin: number, end: number): readonly Box[] | null {
  const boxes: Box[] = [];
  let at = begin;
  while (at + HEAD_BYTES <= end && boxes.length < BOXES) {
    const short = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + HEAD_BYTES);
    const isLong = short === 1;
    if (isLong && at + LONG_HEAD_BYTES > end) return null;
    const size = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? end - at : short;
    const head = isLong ? LONG_HEAD_BYTES : HEAD_BYTES;
    if (size < head || at + size > end) return null;
    boxes.push({ type, at, begin: at + head, end: at + size });
    at += size;
  }
  // QuickTime ends a row of atoms with four zero bytes now and then.
  const rest = bytes.subarray(at, end);
  return rest.length < HEAD_BYTES && rest.every((byte) => byte === 0) ? boxes : null;
}

/** The contents of a full box (§4.2) with `fields` bytes of them at least, behind its version and flags; null when it is shorter. */
export function fullBox(
  bytes: Buffer,
  box: Box,
  fields: number,
): { readonly version: number; readonly body: Buffer } | null {
  if (box.end - box.begin < 4 + fields) return null;
  return { version: bytes[box.begin] ?? 0, body: bytes.subarray(box.begin + 4, box.end) };
}
