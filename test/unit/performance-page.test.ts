/** docs/performance.md: rows are put where they belong, and what stands there is what some group measures. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { GROUPS } from "../../scripts/bench/groups.ts";
import type { Row } from "../../scripts/bench/measure.ts";
import { idOf, rowsOf, withRows } from "../../scripts/bench/page.ts";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const ROW: Row = { id: "xml.speed", unit: "stanzas/s", ours: 150, theirs: 200, against: "ltx", goal: { atLeast: 0.7 } };

describe("the page of performance", () => {
  it("shows the latest measurement of each row, in the order of the groups, and keeps people's words", async () => {
    const page = await read("docs/performance.md");
    const first = withRows(page, [ROW, { ...ROW, id: "relay.x", ours: 100 }], ["relay", "xml"], "2026-11-20");
    const again = withRows(first, [{ ...ROW, ours: 100 }], ["relay", "xml"], "2026-11-21");
    const lines = rowsOf(again).filter((line) => ["relay.x", "xml.speed"].includes(idOf(line)));
    expect(lines).to.deep.equal([
      "| `relay.x` | 100 stanzas/s | 200 (ltx) | 0.5 | >= 0.7 | **no** | 2026-11-20 |",
      "| `xml.speed` | 100 stanzas/s | 200 (ltx) | 0.5 | >= 0.7 | **no** | 2026-11-21 |",
    ]);
    expect(again.split("## Groups")[1]).to.equal(page.split("## Groups")[1]);
  });

  it("refuses a page without a place for them", () => {
    expect(() => withRows("nothing", [ROW], ["xml"], "2026-11-21")).to.throw(/docs\/performance\.md lacks/u);
  });

  it("has rows of groups that there are, and tells of all of them", async () => {
    const page = await read("docs/performance.md");
    const groups = GROUPS.map(({ name }) => name);
    for (const group of groups) expect(page, group).to.include(`| \`${group}\` |`);
    const strangers = rowsOf(page).filter((line) => !groups.includes(idOf(line).split(".")[0] ?? ""));
    expect(strangers).to.deep.equal([]);
  });
});
