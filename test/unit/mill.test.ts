/** The account of the mill: it sees what it is there to see, adds up, and stands in docs/durability.md as it was found. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { withReport } from "../../scripts/mill/report.ts";
import { ofTheDesk, readResults, roundsOf, withAbandoned, withAccount } from "../../scripts/mill/results.ts";
import { Ledger } from "../durability/mill/ledger.ts";
import type { Account } from "../durability/mill/round.ts";
import { broken, COUNTS, NO_CAUSES, NOTHING, type Totals, together } from "../durability/mill/totals.ts";

const GOALS = { kills: 1_000, cuts: 500 };
const FLOW = { network: "matrix", shownOn: "xmpp", name: "desk-mia-in", reader: "ada", as: "alias@desk" } as const;
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
      expect(ledger.totals("desk", "matrix")).to.deep.equal({
        ...NOTHING,
        sent: 2,
        receipted: 2,
        arrived: 2,
        ...found,
      });
      expect(ledger.totals("relay", "matrix"), "of the other side").to.deep.equal(NOTHING);
      expect(ledger.totals("desk", "irc"), "of another network").to.deep.equal(NOTHING);
    });
  }

  it("names what is broken, and not what is allowed", () => {
    expect(broken({ ...NOTHING, unanswered: 7, returned: 3, repeats: 1 })).to.deep.equal([]);
    const ledger = new Ledger();
    ledger.open(FLOW);
    for (const number of [1, 2, 3, 4]) ledger.sent(FLOW.name, number, `s${number}`);
    for (const number of [1, 3, 4]) ledger.receipted(`s${number}`);
    ledger.shown(shown(2, "k2"));
    expect(ledger.underWay(FLOW.name), "newer than what was shown").to.equal(2);
    expect(broken({ ...NOTHING, lost: 1, doubled: 2, misaddressed: 3, reordered: 4 })).to.deep.equal([
      "1 lost",
      "2 doubled",
      "3 misaddressed",
      "4 reordered",
    ]);
  });

  it("puts a repeat down to the fault before, on the network where it was shown", () => {
    const ledger = new Ledger();
    ledger.open(FLOW);
    ledger.sent(FLOW.name, 1, "s1");
    for (const cause of ["kill", "cut aimed", "cut aimed"] as const) {
      ledger.cause = cause;
      ledger.shown(shown(1, "k1"));
    }
    expect(ledger.repeats("xmpp")).to.deep.equal({ ...NO_CAUSES, "cut aimed": 2 });
    expect(ledger.repeats("matrix")).to.deep.equal(NO_CAUSES);
  });

  it("adds every count of a round to those before, and nothing of one that was given up", () => {
    const one: Totals = { ...NOTHING, ...Object.fromEntries(COUNTS.map((count, index) => [count, index + 1])) };
    const part = { totals: one, faults: { ...NO_CAUSES, kill: 2 }, repeats: { ...NO_CAUSES, kill: 3 } };
    const account: Account = { kills: 2, cuts: 1, networks: { irc: part }, relay: one, evidence: ["a sentence"] };
    const once = withAbandoned(withAccount(readResults("there is no such file"), account, "2026-01-02", "v1"), "slow");
    const thrice = ["v1", "v2"].reduce((before, version) => withAccount(before, account, "2026-01-02", version), once);
    expect(thrice.stretches).to.deep.equal([
      { day: "2026-01-02", version: "v1", rounds: 2, kills: 4, cuts: 2 },
      { day: "2026-01-02", version: "v2", rounds: 1, kills: 2, cuts: 1 },
    ]);
    const { kills, cuts, abandoned, networks, relay } = thrice;
    expect({ rounds: roundsOf(thrice), kills, cuts, abandoned }).to.deep.equal({
      rounds: 3,
      kills: 6,
      cuts: 3,
      abandoned: ["slow"],
    });
    const all = together(together(one, one), one);
    expect([ofTheDesk(thrice), networks.irc.totals, networks.xmpp.totals, relay]).to.deep.equal([
      all,
      all,
      NOTHING,
      all,
    ]);
    expect([networks.irc.faults.kill, networks.irc.repeats.kill]).to.deep.equal([6, 9]);
  });

  it("stands in docs/durability.md between its marks, and leaves the rest alone", () => {
    const document = readFileSync(new URL("../../docs/durability.md", import.meta.url), "utf8");
    const totals = { ...NOTHING, arrived: 54_321 };
    const part = { totals, faults: { ...NO_CAUSES, kill: 10 }, repeats: { ...NO_CAUSES, kill: 1 } };
    const account: Account = { kills: 10, cuts: 0, networks: { matrix: part }, relay: null, evidence: [] };
    const none = readResults("there is no such file");
    const written = withReport(document, withAccount(none, account, "2026-01-02", "v1"), GOALS);
    expect(written).to.include("**10 of 1,000 kills and 0 of 500 link cuts**, in 1 rounds.");
    expect(written).to.include("| shown to whom they were for | 0 | 54,321 | 0 | 0 |");
    expect(written).to.include("| `kill -9` at any moment | 0 of 0 | 1 of 10 | 0 of 0 |");
    expect(written).to.include(
      "a window of 25.0 ms. One in 10,000 messages or fewer are repeated where crashes are 250 ",
    );
    expect(withReport(written, none, GOALS)).to.equal(withReport(document, none, GOALS));
  });
});
