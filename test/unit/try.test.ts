/** `frontdesk try`: an imagined customer by the rule files, and at a desk that runs and is not changed by it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ANYBODY, type Decision } from "../../src/core/analysis/imagined.ts";
import { lossInWords } from "../../src/core/analysis/words.ts";
import { said } from "../support/command-line.ts";
import { play } from "../support/play.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { SHIPPED } from "./config-support.ts";
import { CoreDesk } from "./core-desk.ts";

const tried = (...args: readonly string[]) => said("try", "-c", SHIPPED, ...args);

describe("frontdesk try", () => {
  it("says who is asked, what was asked for, and why nobody else is", async () => {
    expect(await tried("billing")).to.deep.equal({
      out: [
        "at once: enters the queue billing, priority 10",
        "Asked first: ada, at web: ada",
        "Asked for: billing 2; translated",
        "In the order of: most-skilled, longest-idle",
        "",
        "NOT CHOSEN  WHY",
        "grace       does not meet: billing 2",
      ].join("\n"),
      err: "",
      code: 0,
    });
  });

  it("takes CSRs as they are said to be, and the others for offline", async () => {
    const { out } = await tried("support", "--csr", "ada=busy", "--csr", "grace=away");
    expect(out).to.include("Nobody can take it now: the customer waits.");
    expect(out).to.match(/^ada +has no room: 3 of 3$/m);
    expect(out).to.match(/^grace +takes nothing now/m);
    expect((await tried("support", "--csr", "ada=free")).out).to.match(/^grace +cannot be reached/m);
  });

  it("prints the whole decision as JSON", async () => {
    const decision = JSON.parse((await tried("support", "--declined", "ada", "--json")).out) as Decision;
    expect(decision.explanation.match).to.deep.include({ csr: "grace" });
    expect(decision.explanation.losses).to.deep.equal([{ csr: "ada", loss: { kind: "excluded" } }]);
    expect(decision.order).to.deep.equal(["grace"]);
  });

  it("reads the customer from a file, options going before it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "frontdesk-try-"));
    try {
      const file = join(folder, "anna.yaml");
      writeFileSync(file, "queue: billing\ncsrs: { grace: free }\nwaited: 30\n");
      expect((await tried("--given", file)).out).to.include("Nobody can take it now");
      expect((await tried("support", "--given", file)).out).to.include("Asked first: grace");
      writeFileSync(file, "queu: billing\n");
      expect((await tried("--given", file)).code).to.equal(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const WRONG: readonly (readonly [args: readonly string[], text: RegExp])[] = [
    [[], /Say which queue/],
    [["biling"], /unknown queue "biling"; did you mean "billing"\?/],
    [["billing", "--csr", "add=free"], /did you mean "ada"/],
    [["billing", "--csr", "ada=here"], /^csrs\.ada: /],
    [["billing", "--csr", "ada"], /must be a name, = and a value/],
    [["billing", "--at", "noon"], /must be a date and a time of day/],
    [["billing", "--waited", "long"], /^waited: /],
    [["billing", "--live", "--waiting", "3"], /leave out at, csr and waiting/],
  ];
  for (const [args, text] of WRONG) {
    it(`refuses ${JSON.stringify(args)} with a sentence`, async () => {
      const { err, code } = await tried(...args);
      expect(err).to.match(text);
      expect(code).to.equal(2);
    });
  }
});

describe("an imagined customer at the running desk", () => {
  const setting = playSetting(
    company({
      csrs: {
        ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, capacity: 1 },
        ben: { name: "Ben", at: ["web"], skills: { billing: 2 } },
      },
    }),
  );
  const anna = { ...ANYBODY, queue: "billing", network: "web" };

  it("goes to whoever is there now", () =>
    play(setting, [
      "ben is available",
      ({ desk }) => {
        const { explanation, order } = desk.engine.desk().imagine(desk.clock.now(), anna);
        expect(explanation.match).to.deep.include({ csr: "ben" });
        expect(order).to.deep.equal(["ben"]);
        expect(explanation.losses.map(({ loss }) => lossInWords(loss)).join()).to.match(/cannot be reached/);
      },
    ]));

  it("leaves no trace", () => {
    const [desk, twin] = [new CoreDesk(setting), new CoreDesk(setting)];
    const before = JSON.stringify([desk.desk.conversations(), desk.desk.csrs(), desk.desk.queues(desk.now)]);
    for (let turn = 0; turn < 3; turn += 1) desk.desk.imagine(desk.now, { ...anna, waited: 90 });
    expect(JSON.stringify([desk.desk.conversations(), desk.desk.csrs(), desk.desk.queues(desk.now)])).to.equal(before);
    const hours = { kind: "hours", open: { billing: false }, opens: {} } as const;
    expect(desk.step(hours)).to.deep.equal(twin.step(hours));
    expect(desk.desk.imagine(desk.now, anna).outcome).to.deep.equal({ kind: "closed", why: "hours" });
  });
});
