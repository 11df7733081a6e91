/** The part of the crossing table that needs no server, and the table's own rules. */
import { expect } from "chai";
import type { Capabilities } from "../../src/core/model.ts";
import { type CrossingCell, contradiction } from "./crossing/cell.ts";
import { CROSSING_ROWS } from "./crossing/networks.ts";
import { pageCells, readPage, writePage } from "./crossing/page.ts";
import { crossingSuite } from "./crossing/suite.ts";

crossingSuite(CROSSING_ROWS.filter(({ programs }) => programs.length === 0));

const POOR: Capabilities = { identity: "fixed", features: [], maxTextBytes: 400, window: 1, deduplicates: false };
const RICH: Capabilities = { ...POOR, features: ["edit", "typing", "read", "presence"], maxTextBytes: 65_536 };

describe("the crossing table itself", () => {
  const cell = (feature: CrossingCell["feature"], outcome: CrossingCell["outcome"]): CrossingCell => ({
    feature,
    outcome,
    author: "a",
    reader: "b",
    by: "customer",
  });
  const words = { kind: "fallback", said: "corrected: ten" } as const;

  for (const [what, one, author, reader, agrees] of [
    ["native between two that claim it", cell("edit", { kind: "native" }), RICH, RICH, true],
    ["native where the reader does not claim it", cell("edit", { kind: "native" }), RICH, POOR, false],
    ["words where the reader does not claim it", cell("edit", words), RICH, POOR, true],
    ["words between two that claim it", cell("edit", words), RICH, RICH, false],
    ["a sentence between two that claim it", cell("edit", { kind: "refused", said: "no" }), RICH, RICH, false],
    ["silence about an edit", cell("edit", { kind: "omitted" }), RICH, POOR, false],
    ["silence about typing where it cannot be shown", cell("typing", { kind: "omitted" }), RICH, POOR, true],
    ["silence about typing where both claim it", cell("typing", { kind: "omitted" }), RICH, RICH, false],
    ["nothing to be said where it is claimed", cell("edit", { kind: "none" }), RICH, POOR, false],
    ["no receipt from a reader without receipts", cell("read", { kind: "none" }), RICH, POOR, true],
    ["no receipt from a reader who claims them", cell("read", { kind: "none" }), POOR, RICH, false],
  ] as const) {
    it(`${agrees ? "takes" : "objects to"} ${what}`, () => {
      expect(contradiction(one, author, reader) === null).to.equal(agrees);
    });
  }

  it("is read back as it was written", () => {
    const cells = pageCells([
      cell("edit", words),
      { ...cell("edit", { kind: "native" }), by: "csr" },
      { ...cell("reply", { kind: "fallback", said: "> one?\ntwo" }), author: "b", reader: "a" },
      cell("read", { kind: "omitted" }),
    ]);
    const rows = ["a", "b"].map((name) => ({ name, title: `network ${name}` }));
    const read = readPage(writePage(rows, cells));
    for (const [where, said] of cells) expect(read.get(where)).to.equal(said);
    expect(cells.get("edit | a | b")).to.equal("fallback: corrected: ten / native");
    expect(read.get("edit | b | a")).to.equal("NOT TRIED");
  });
});
