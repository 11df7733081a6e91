/** The fuzzer that is led by what runs: that it finds what chance does not, and that nothing is found in what we ship. */
import { expect } from "chai";
import { watchCoverage } from "./coverage.ts";
import { fuzzGuided, type Target } from "./guided.ts";
import { limitMs, runs } from "./runs.ts";
import { TARGETS } from "./targets.ts";

/** Throws at one text out of very many, and on the way there one condition after another runs for the first time. */
const planted: Target = {
  name: "planted",
  seeds: ["aaaaaaaa"],
  words: [..."FRONTDESK"],
  read(text) {
    if (text[0] !== "F") return;
    if (text[1] !== "R") return;
    if (text[2] !== "O") return;
    if (text[3] !== "N") return;
    throw new Error("found");
  },
};

describe("fuzzing, led by what runs", function () {
  this.timeout(limitMs(120_000));

  it("goes from one condition to the next, where chance alone does not get", () => {
    const see = (url: string) => url === import.meta.url;
    const led = watchCoverage(see);
    const { findings } = fuzzGuided({ target: planted, coverage: led, seed: 1, texts: 2_000 });
    led.end();
    expect(findings.map(({ fault }) => fault)).to.deep.equal(["found"]);

    const blind = watchCoverage(() => false);
    const { findings: none } = fuzzGuided({ target: planted, coverage: blind, seed: 1, texts: 2_000 });
    blind.end();
    expect(none).to.deep.equal([]);
  });

  // Compiling takes long where everything that runs is counted: the other files are left to `npm run fuzz:guided`.
  const later = ["people.yaml", "dialogs.yaml", "directory.yaml"];
  for (const target of TARGETS.filter(({ name }) => !later.includes(name)))
    it(`finds nothing in what reads ${target.name}`, () => {
      const coverage = watchCoverage((url) => /\/(?:src|adapters)\//u.test(url), target.countsCalls);
      const { findings } = fuzzGuided({ target, coverage, seed: 7, texts: runs(64).numRuns });
      coverage.end();
      expect(findings).to.deep.equal([]);
    });
});
