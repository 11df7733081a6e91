/** Aligned columns for people. */
import { stripVTControlCharacters } from "node:util";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

const segmenter = new Intl.Segmenter();
/** East Asian wide characters and pictures take two cells of a terminal. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|^\p{Emoji_Presentation}|^\p{Extended_Pictographic}\uFE0F/u;

/** Cells of a terminal that the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(stripVTControlCharacters(text))) {
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/** The rows under their titles, two spaces between columns, nothing at the ends of lines. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.cell(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => widthOf(line[index] ?? ""))));
  const lines = cells.map((line) =>
    line.map((cell, index) => {
      const space = " ".repeat((widths[index] ?? 0) - widthOf(cell));
      return columns[index]?.right === true ? space + cell : cell + space;
    }),
  );
  return lines.map((line) => line.join("  ").trimEnd()).join("\n");
}

/** "45 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  const shown =
    first === -1 ? [units[3]] : units.slice(first, first + 2).filter(([count], index) => index === 0 || count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** "2026-03-29 14:05:09" by the machine's own clock and zone. */
export function moment(at: number): string {
  return new Date(at).toLocaleString("sv-SE");
}
