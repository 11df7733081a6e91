/** Bars side by side for a terminal, of plain characters. */
import type { Style, Terminal } from "./terminal.ts";

export interface Series {
  /** One character that its bars are made of. */
  readonly mark: string;
  readonly style: Style;
  /** One for each label; null: nothing is known there. */
  readonly values: readonly (number | null)[];
}

const ROWS = 10;

/**
 * A group of bars for each label, the highest value at the top. `show` says what a value is; a bar that is not nothing has one character at
 * least, and a value that is not known has none.
 */
export function barPlot(
  labels: readonly string[],
  series: readonly Series[],
  show: (value: number) => string,
  terminal: Terminal,
): string {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const most = Math.max(0, ...known);
  if (most === 0) return "";
  const ticks = new Map([
    [ROWS, show(most)],
    [ROWS / 2, show(most / 2)],
    [0, show(0)],
  ]);
  const margin = Math.max(...[...ticks.values()].map((tick) => tick.length));
  const width = Math.max(series.length, ...labels.map((label) => label.length)) + 1;
  const lines: string[] = [];
  for (let row = ROWS; row >= 1; row -= 1) {
    const cells = labels.map((_, index) => {
      const bars = series.map(({ mark, style, values }) => {
        const value = values[index] ?? 0;
        const height = value > 0 ? Math.max(1, Math.round((value / most) * ROWS)) : 0;
        return height >= row ? terminal.paint(style, mark) : " ";
      });
      return bars.join("") + " ".repeat(width - series.length);
    });
    lines.push(`${(ticks.get(row) ?? "").padStart(margin)} | ${cells.join("")}`.trimEnd());
  }
  lines.push(`${(ticks.get(0) ?? "").padStart(margin)} +-${"-".repeat(width * labels.length)}`);
  lines.push(`${" ".repeat(margin)}   ${labels.map((label) => label.padEnd(width)).join("")}`.trimEnd());
  return lines.join("\n");
}
