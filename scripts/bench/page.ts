/**
 * docs/performance.md: the table is the bench's, a line for each row, the latest measurement of each; the words around it are people's and
 * stay. Pure.
 */
import { holds, type Row, ratioOf } from "./measure.ts";

const BEGIN = "<!-- rows: written by npm run bench -- --write -->";
const END = "<!-- end of rows -->";
const HEAD = "| row | ours | against | ratio | goal | holds | measured |\n|---|---|---|---|---|---|---|";

/** The page with those rows in the place of older ones of the same name; `groups` gives the order. `day`: "2026-11-21". */
export function withRows(page: string, rows: readonly Row[], groups: readonly string[], day: string): string {
  const [before, rest] = page.split(BEGIN);
  const [, after] = (rest ?? "").split(END);
  if (rest === undefined || after === undefined) {
    throw new Error(`docs/performance.md lacks the lines ${BEGIN} and ${END}, between which the rows stand.`);
  }
  const lines = new Map(rowsOf(page).map((line) => [idOf(line), line]));
  for (const row of rows) lines.set(row.id, lineOf(row, day));
  const place = (id: string): number => groups.findIndex((group) => id === group || id.startsWith(`${group}.`));
  const sorted = [...lines].sort(([one], [other]) => place(one) - place(other) || (one < other ? -1 : 1));
  return `${before}${BEGIN}\n${[HEAD, ...sorted.map(([, line]) => line)].join("\n")}\n${END}${after}`;
}

/** The lines of the table, as they stand on the page. */
export function rowsOf(page: string): readonly string[] {
  const table = page.split(BEGIN)[1]?.split(END)[0] ?? "";
  return table.split("\n").filter((line) => line.startsWith("| `"));
}

/** What a line of the table measures. */
export function idOf(line: string): string {
  return /^\| `([^`]+)`/u.exec(line)?.[1] ?? "";
}

function lineOf(row: Row, day: string): string {
  const number = (value: number): string => value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const verdict = { true: "yes", false: "**no**", null: "" }[`${holds(row)}`];
  const cells = [
    `\`${row.id}\``,
    `${number(row.ours)} ${row.unit}`,
    `${number(row.theirs)} (${row.against})`,
    number(ratioOf(row)),
    goalOf(row) ?? "",
    verdict,
    day,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** In words: ">= 0.7". */
export function goalOf({ goal }: Row): string | null {
  if (goal === null) return null;
  return "atLeast" in goal ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`;
}
