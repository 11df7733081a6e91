/**
 * Measures what survives the crossing between every pair of networks, on real servers, and compares it with docs/crossing.md:
 * `node scripts/crossing.ts`, or `node scripts/crossing.ts irc web` for the pairs of some networks alone. With `--write` what was
 * measured is written into the page. Ends with 1 when the page says anything else.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { CROSSING_ROWS } from "../test/conformance/crossing/networks.ts";
import { pageCells, readPage, writePage } from "../test/conformance/crossing/page.ts";
import { measureRows, PAGE } from "../test/conformance/crossing/suite.ts";

const words = process.argv.slice(2);
const writes = words.includes("--write");
const names = words.filter((word) => word !== "--write");
const unknown = names.filter((name) => !CROSSING_ROWS.some((row) => row.name === name));
if (unknown.length > 0) {
  say(`There is no network ${unknown.join(", ")}; there are ${CROSSING_ROWS.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const rows = CROSSING_ROWS.filter(({ name }) => names.length === 0 || names.includes(name));
const { cells } = await measureRows(rows, (customer, csr) => say(`a customer on ${customer}, a CSR on ${csr}`));
const measured = pageCells(cells);
const before = readPage(readFileSync(PAGE, "utf8"));
const changed = [...measured].filter(([where, said]) => before.get(where) !== said);
for (const [where, said] of changed) say(`${where}: ${said}; the page says ${before.get(where) ?? "nothing"}`);
if (writes) {
  writeFileSync(PAGE, writePage(CROSSING_ROWS, new Map([...before, ...measured])));
  say(`${measured.size} cells written to docs/crossing.md.`);
} else {
  say(`${changed.length} of ${measured.size} cells differ from docs/crossing.md.`);
}
process.exit(writes || changed.length === 0 ? 0 : 1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
