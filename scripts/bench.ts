/**
 * Measures Frontdesk against what it is made of: `npm run bench [-- GROUP …] [-- --json]`. Both sides run in this process tree, in
 * turn, and the median of several runs counts. With --json a line of JSON for each row:
 * `{"id", "ours", "theirs", "ratio", "goal", "holds"}`, where the goal is of ours / theirs. Ends with 1 when a goal does not hold.
 * The figures are of this machine at this hour; the ratios say more than they do. With --write they go into docs/performance.md as well.
 */
import { readFile, writeFile } from "node:fs/promises";
import { GROUPS } from "./bench/groups.ts";
import { holds, type Row, ratioOf } from "./bench/measure.ts";
import { goalOf, withRows } from "./bench/page.ts";
import { readOptions } from "./command-line.ts";

async function main(): Promise<number> {
  const { values, positionals: names } = readOptions(import.meta.url, {
    options: { json: { type: "boolean" }, write: { type: "boolean" } },
    allowPositionals: true,
  });
  const unknown = names.filter((name) => !GROUPS.some((group) => group.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no group ${unknown.join(", ")}; there are: ${GROUPS.map(({ name }) => name).join(", ")}.\n`,
    );
    return 2;
  }
  let areAllHeld = true;
  for (const group of GROUPS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for await (const row of group.run((text) => process.stderr.write(`${text}\n`))) {
      process.stdout.write(`${values.json ? asJson(row) : asText(row)}\n`);
      areAllHeld = areAllHeld && holds(row) !== false;
      if (values.write) await write([row]);
    }
  }
  return areAllHeld ? 0 : 1;
}

function asJson(row: Row): string {
  const { id } = row;
  const [ours, theirs, ratio] = [row.ours, row.theirs, ratioOf(row)].map((number) => Number(number.toPrecision(4)));
  return JSON.stringify({ id, ours, theirs, ratio, goal: goalOf(row), holds: holds(row) });
}

function asText(row: Row): string {
  const numbers = [row.ours, row.theirs].map((number) => number.toLocaleString("en", { maximumSignificantDigits: 4 }));
  const verdict = { true: "holds", false: "MISSED", null: "no goal" }[`${holds(row)}`];
  return `${row.id.padEnd(30)} ${numbers.join(" against ")} ${row.unit} (${row.against}): ratio ${ratioOf(row).toPrecision(3)}, goal ${goalOf(row) ?? "none"}, ${verdict}`;
}

async function write(rows: readonly Row[]): Promise<void> {
  const page = new URL("../docs/performance.md", import.meta.url);
  const groups = GROUPS.map(({ name }) => name);
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(page, withRows(await readFile(page, "utf8"), rows, groups, day));
}

process.exitCode = await main();
