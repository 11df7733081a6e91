/** The account of the mill: it sees what it is there to see, adds up, and stands in docs/durability.md as it was found. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { withReport } from "../../scripts/mill/report.ts";
import { areRepeatsFew, readResults, withAbandoned, withAccount } from "../../scripts/mill/results.ts";
import { Ledger } from "../durability/mill/ledger.ts";
import { broken, COUNTS, NOTHING, type Totals, together } from "../durability/mill/totals.ts";

const GOALS = { kills: 1_000, cuts: 500 };
const FLOW = { name: "desk-anna-in", reader: "ada", as: "alias@desk" };
const shown = (number: number, id: string, further: Partial<{ reader: string; as: string }> = {}) => ({
  reader: FLOW.reader,
  as: FLOW.as,
  text: `${FLOW.name} ${number}`,
  id,
  ...further,
});

/** Two messages with receipts, shown; and what goes wrong then. */
const CASES: readonly (readonly [what: string, happens: (ledger: Ledger) => void, found: Partial<Totals>])[] = [
  ["all is well", () => {}, {}],
  [
    "a receipted message is never shown",
    (ledger) => {
      ledger.sent(FLOW.name, 3, "s3");
      ledger.receipted("s3");
    },
    { sent: 3, receipted: 3, lost: 1 },
  ],
  ["one is shown again under another id", (ledger) => ledger.shown(shown(2, "k9")), { doubled: 1 }],
  ["one is shown again under its id", (ledger) => ledger.shown(shown(2, "k2")), { repeats: 1 }],
  ["one is shown to somebody else", (ledger) => ledger.shown(shown(2, "k2", { reader: "bob" })), { misaddressed: 1 }],
  ["one is shown as somebody else's", (ledger) => ledger.shown(shown(2, "k2", { as: "b@desk" })), { misaddressed: 1 }],
  [
    "one is overtaken",
    (ledger) => {
      for (const number of [3, 4]) ledger.sent(FLOW.name, number, `s${number}`);
      for (const number of [4, 3]) ledger.shown(shown(number, `k${number}`));
    },
    { sent: 4, arrived: 4, reordered: 1 },
  ],
  [
    "one is refused, and one vanishes",
    (ledger) => {
      for (const number of [3, 4]) ledger.sent(FLOW.name, number, `s${number}`);
      ledger.returned("s3");
    },
    { sent: 4, returned: 1, unanswered: 1 },
  ],
];

describe("the account of the mill", () => {
  for (const [what, happens, found] of CASES) {
    it(`counts it when ${what}`, () => {
      const ledger = new Ledger();
      ledger.open(FLOW);
      for (const number of [1, 2]) {
        ledger.sent(FLOW.name, number, `s${number}`);
        ledger.receipted(`s${number}`);
        ledger.shown(shown(number, `k${number}`));
      }
      happens(ledger);
      expect(ledger.totals("desk")).to.deep.equal({ ...NOTHING, sent: 2, receipted: 2, arrived: 2, ...found });
      expect(ledger.totals("relay"), "of the other side").to.deep.equal(NOTHING);
    });
  }

  it("names what is broken, and not what is allowed", () => {
    expect(broken({ ...NOTHING, unanswered: 7, returned: 3, repeats: 1 })).to.deep.equal([]);
    expect(broken({ ...NOTHING, lost: 1, doubled: 2, misaddressed: 3, reordered: 4 })).to.deep.equal([
      "1 lost",
      "2 doubled",
      "3 misaddressed",
      "4 reordered",
    ]);
    expect([1, 2].map((repeats) => areRepeatsFew({ ...NOTHING, repeats, arrived: 10_000 }))).to.deep.equal([
      true,
      false,
    ]);
  });

  it("adds every count of a round to those before, and nothing of one that was given up", () => {
    const one: Totals = { ...NOTHING, ...Object.fromEntries(COUNTS.map((count, index) => [count, index + 1])) };
    const account = { kills: 2, cuts: 1, desk: one, relay: one, evidence: ["a sentence"] };
    const none = readResults("there is no such file", "2026-01-01");
    const twice = withAccount(
      withAbandoned(withAccount(none, account, "2026-01-02"), "slow", "2026-01-02"),
      account,
      "2026-01-03",
    );
    const { begun, last, rounds, kills, cuts, abandoned } = twice;
    expect({ begun, last, rounds, kills, cuts, abandoned }).to.deep.equal({
      begun: "2026-01-01",
      last: "2026-01-03",
      rounds: 2,
      kills: 4,
      cuts: 2,
      abandoned: ["slow"],
    });
    expect([twice.desk, twice.relay]).to.deep.equal([together(one, one), together(one, one)]);
  });

  it("stands in docs/durability.md", () => {
    const document = readFileSync(new URL("../../docs/durability.md", import.meta.url), "utf8");
    const results = readResults(new URL("../durability/results.json", import.meta.url).pathname, "");
    expect(withReport(document, results, GOALS)).to.equal(document);
  });
});
