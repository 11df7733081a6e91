/** Reports of the same time side by side, as a table for people. */
import type { CsrFigures, QueueFigures, ShiftReport } from "../core/analysis/shift-report.ts";
import { duration, table } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export interface Side {
  readonly title: string;
  readonly report: ShiftReport;
}

interface Line {
  readonly name: string;
  readonly cells: readonly string[];
  readonly isTitle: boolean;
}

/** A count; of several days on average not always a whole one. */
const count = (number: number): string => (Number.isInteger(number) ? String(number) : number.toFixed(1));
const percent = (share: number | null): string => (share === null ? "-" : `${Math.round(share * 100)} %`);
const seconds = (wait: number | null): string => (wait === null ? "-" : duration(wait * 1000));

/** What is told of each queue. A figure that is nothing everywhere is left out. */
const FIGURES: readonly { readonly name: string; readonly show: (figures: QueueFigures) => string }[] = [
  { name: "came", show: ({ came }) => count(came) },
  { name: "served", show: ({ served }) => count(served) },
  { name: "gave up", show: ({ left }) => count(left) },
  { name: "sent away", show: ({ sentAway }) => count(sentAway) },
  { name: "still waiting", show: ({ waiting }) => count(waiting) },
  { name: "in time", show: ({ serviceLevel }) => percent(serviceLevel) },
  { name: "wait, mean", show: ({ meanWait }) => seconds(meanWait) },
  { name: "wait, median", show: ({ medianWait }) => seconds(medianWait) },
  { name: "wait, 90th percentile", show: ({ p90Wait }) => seconds(p90Wait) },
];
const NOTHING: ReadonlySet<string> = new Set(["0", "-"]);

/** Each queue, all together, and each CSR. Queues to which nobody came and CSRs who never were there are left out. */
export function comparisonText(sides: readonly Side[], terminal: Terminal): string {
  const lines: Line[] = [];
  const queues = idsOf(sides, ({ queues: all }) => all.map(({ queue }) => queue)).filter((id) =>
    sides.some(({ report }) => (queueIn(report, id)?.came ?? 0) > 0),
  );
  if (queues.length !== 1)
    lines.push(
      ...queueLines(
        "all queues",
        sides.map(({ report }) => report.total),
      ),
    );
  for (const id of queues) {
    const figures = sides.map(({ report }) => queueIn(report, id));
    const target = figures.find((one) => one !== undefined)?.targetSeconds ?? null;
    const promise = target === null ? "" : ` (in time: within ${duration(target * 1000)})`;
    lines.push(...queueLines(`${id}${promise}`, figures));
  }
  lines.push(...csrLines(sides));
  const text = table(
    [
      { title: "", cell: ({ name, isTitle }: Line) => (isTitle ? name : `  ${name}`) },
      ...sides.map(({ title }, index) => ({
        title,
        cell: ({ cells }: Line) => cells[index] ?? "",
        right: true,
      })),
    ],
    lines,
  );
  const titles = new Set(lines.filter(({ isTitle }) => isTitle).map(({ name }) => name));
  return text
    .split("\n")
    .map((line) => (titles.has(line.trimEnd()) ? terminal.paint("bold", line) : line))
    .join("\n");
}

function queueLines(title: string, figures: readonly (QueueFigures | undefined)[]): readonly Line[] {
  const lines = FIGURES.map(({ name, show }) => ({
    name,
    cells: figures.map((one) => (one === undefined ? "-" : show(one))),
    isTitle: false,
  }));
  const told = lines.filter(({ cells }) => cells.some((cell) => !NOTHING.has(cell)));
  return [{ name: title, cells: [], isTitle: true }, ...told];
}

function csrLines(sides: readonly Side[]): readonly Line[] {
  const lines = idsOf(sides, ({ csrs }) => csrs.map(({ csr }) => csr)).flatMap((id) => {
    const figures = sides.map(({ report }) => report.csrs.find(({ csr }) => csr === id));
    if (figures.every((one) => one === undefined || (one.hours === 0 && one.served === 0))) return [];
    return [{ name: id, cells: figures.map(workText), isTitle: false }];
  });
  return lines.length === 0
    ? []
    : [{ name: "CSRs: talks, and how busy they were", cells: [], isTitle: true }, ...lines];
}

function workText(figures: CsrFigures | undefined): string {
  return figures === undefined || figures.hours === 0 ? "-" : `${count(figures.served)}, ${percent(figures.load)}`;
}

function idsOf(sides: readonly Side[], of: (report: ShiftReport) => readonly string[]): readonly string[] {
  return [...new Set(sides.flatMap(({ report }) => of(report)))];
}

function queueIn({ queues }: ShiftReport, id: string): QueueFigures | undefined {
  return queues.find(({ queue }) => queue === id);
}
