/** Every network on its real server, every ordered pair, every feature: docs/crossing.md is what happened. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { CROSSING_ROWS } from "../conformance/crossing/networks.ts";
import { readPage, writePage } from "../conformance/crossing/page.ts";
import { crossingSuite, PAGE } from "../conformance/crossing/suite.ts";

crossingSuite(CROSSING_ROWS);

describe("the page of the crossing", () => {
  it("holds these networks, every cell of them, and nothing besides", () => {
    const page = readFileSync(PAGE, "utf8");
    expect(page).not.to.contain("NOT TRIED");
    expect(page).to.equal(writePage(CROSSING_ROWS, readPage(page)));
  });
});
