/** Where in an MP4 the samples of one track lie, by its tables (ISO/IEC 14496-12 §8.7). */
import { type Box, fullBox } from "./boxes.ts";

/** A stretch of the file, from `start` up to, not including, `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Chunks of one track; a film of many hours has some ten thousand. */
const CHUNKS = 500_000;

/** Null when a table is missing, does not fit the others, or is beyond the limit. */
export function samplesOf(bytes: Buffer, tables: readonly Box[]): readonly Stretch[] | null {
  const find = (type: string) => tables.find((box) => box.type === type);
  const offsets = offsetsOf(bytes, find("stco"), find("co64"));
  const perChunk = numbers(bytes, find("stsc"), 4, 12);
  const sizes = sizesOf(bytes, find("stsz"));
  if (offsets === null || perChunk === null || sizes === null) return null;
  const stretches: Stretch[] = [];
  let run = 0;
  let sample = 0;
  for (const [chunk, start] of offsets.entries()) {
    // The runs say from which chunk on (counted from 1) there are how many samples in each.
    while (perChunk.count > run + 1 && perChunk.at(run + 1, 0) <= chunk + 1) run += 1;
    const count = perChunk.count === 0 ? 0 : perChunk.at(run, 4);
    if (sample + count > sizes.count) return null;
    const length = sizes.sum(sample, count);
    sample += count;
    stretches.push({ start, end: start + length });
  }
  return stretches;
}

/** Rows of a table, each of `width` bytes, behind their number. */
interface Rows {
  readonly count: number;
  at(row: number, column: number): number;
  readonly body: Buffer;
}

function numbers(bytes: Buffer, box: Box | undefined, head: number, width: number): Rows | null {
  const full = box === undefined ? null : fullBox(bytes, box, head);
  if (full === null) return null;
  const count = full.body.readUInt32BE(head - 4);
  const body = full.body.subarray(head);
  if (count * width > body.length) return null;
  return { count, body, at: (row, column) => body.readUInt32BE(row * width + column) };
}

function offsetsOf(bytes: Buffer, short: Box | undefined, long: Box | undefined): readonly number[] | null {
  const table = short === undefined ? numbers(bytes, long, 4, 8) : numbers(bytes, short, 4, 4);
  if (table === null || table.count > CHUNKS) return null;
  return Array.from({ length: table.count }, (_none, row) =>
    short === undefined ? table.at(row, 0) * 2 ** 32 + table.at(row, 4) : table.at(row, 0),
  );
}

interface Sizes {
  readonly count: number;
  sum(from: number, count: number): number;
}

/** §8.7.3.2: one size for all, or a table of them. */
function sizesOf(bytes: Buffer, box: Box | undefined): Sizes | null {
  const full = box === undefined ? null : fullBox(bytes, box, 8);
  if (full === null || box === undefined) return null;
  const all = full.body.readUInt32BE(0);
  const count = full.body.readUInt32BE(4);
  if (all !== 0) return { count, sum: (_from, many) => many * all };
  const table = numbers(bytes, box, 8, 4);
  if (table === null) return null;
  const sum = (from: number, many: number) => {
    let total = 0;
    for (let row = from; row < from + many; row += 1) total += table.at(row, 0);
    return total;
  };
  return { count, sum };
}
