/**
 * Measures what survives the crossing between every pair of networks, on real servers, and compares it with docs/crossing.md:
 * `node scripts/crossing.ts`. With `--write` the page is written anew. Ends with 1 when the page says anything else.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { CROSSING_ROWS } from "../test/conformance/crossing/networks.ts";
import { pageCells, readPage, writePage } from "../test/conformance/crossing/page.ts";
import { measureRows, PAGE } from "../test/conformance/crossing/suite.ts";

const writes = process.argv.includes("--write");
const { cells } = await measureRows(CROSSING_ROWS, (customer, csr) =>
  say(`a customer on ${customer}, a CSR on ${csr}`),
);
const measured = pageCells(cells);
const before = writes ? new Map<string, string>() : readPage(readFileSync(PAGE, "utf8"));
const changed = [...measured].filter(([where, said]) => before.get(where) !== said);
if (writes) {
  writeFileSync(PAGE, writePage(CROSSING_ROWS, measured));
  say(`${measured.size} cells written to docs/crossing.md.`);
} else {
  for (const [where, said] of changed) say(`${where}: ${said}; the page says ${before.get(where) ?? "nothing"}`);
  say(`${changed.length} of ${measured.size} cells differ from docs/crossing.md.`);
}
process.exit(writes || changed.length === 0 ? 0 : 1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
