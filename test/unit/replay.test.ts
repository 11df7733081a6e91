/** `frontdesk replay`: a recorded day in a real store, by the present rules and by changed ones. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createProgress } from "../../src/cli/progress.ts";
import type { ReplayReport } from "../../src/cli/replaying.ts";
import { said } from "../support/command-line.ts";
import { FILES, recordedBy, workingDays, writeRules, writeStore } from "../support/recorded-desk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Monday, 9 March 2026, midnight in Berlin. */
const MONDAY = Date.UTC(2026, 2, 8, 23);

describe("frontdesk replay", () => {
  const folder = temporaryFolder("replay");
  const config = join(folder.path, "config");
  const changed = join(folder.path, "changed");
  const plan = workingDays(MONDAY, [0, 1], 20);
  after(() => folder.remove());

  before(async () => {
    writeRules(config);
    mkdirSync(changed);
    await writeStore(join(folder.path, "data"), recordedBy(plan));
  });

  function change(file: keyof typeof FILES, before: string, after: string): void {
    expect(FILES[file]).to.include(before);
    writeFileSync(join(changed, file), FILES[file].replaceAll(before, after));
  }

  const run = (...args: readonly string[]) => said("replay", "-c", config, ...args);

  async function report(...args: readonly string[]): Promise<ReplayReport> {
    const { out, err } = await run(...args, "--json");
    expect(err).to.equal("");
    return JSON.parse(out);
  }

  const onMonday = plan.customers.filter(({ at }) => at < MONDAY + 86_400_000).length;

  it("counts who came in that time, by the clock of the rules", async () => {
    const day = await report("2026-03-09");
    expect(day.recorded.total.came).to.equal(onMonday);
    expect(day.changed).to.equal(null);
    expect((await report("2026-03-09", "2026-03-10")).recorded.total.came).to.equal(plan.customers.length);
    const hour = await report("2026-03-09 10:00", "2026-03-09 11:00");
    const from = MONDAY + 10 * 3_600_000;
    const came = plan.customers.filter(({ at }) => at >= from && at < from + 3_600_000).length;
    expect(hour.recorded.total.came).to.equal(came);
  });

  it("comes near to what was recorded by the same rules, and to the same each time", async () => {
    const { recorded, present } = await report("2026-03-09", "2026-03-10");
    expect(present.total.served).to.be.within(recorded.total.served - 5, recorded.total.served + 5);
    expect(present.total.meanWait).to.be.closeTo(recorded.total.meanWait ?? Number.NaN, 20);
    expect((await report("2026-03-09", "2026-03-10")).present).to.deep.equal(present);
  });

  it("shows what a changed rule would have done", async () => {
    change("people.yaml", "capacity: 1", "capacity: 2");
    const { present, changed: then } = await report("2026-03-09", "2026-03-10", "--rules", changed);
    expect(then?.total.meanWait).to.be.lessThan((present.total.meanWait ?? 0) / 2);
    expect(then?.total.serviceLevel).to.be.greaterThan(present.total.serviceLevel ?? 1);
    expect(then?.total.left).to.be.lessThan(present.total.left);
  });

  it("takes new CSRs to be there whenever anybody was, and says so", async () => {
    change("people.yaml", "csrs:", "csrs:\n  cleo: { name: Cleo, addresses: [{ web: cleo }], skills: { billing: 1 } }");
    const { newCsrs, changed: then } = await report("2026-03-09", "--rules", changed);
    expect(newCsrs).to.deep.equal(["cleo"]);
    const cleo = then?.csrs.find(({ csr }) => csr === "cleo");
    expect(cleo?.hours).to.be.closeTo(8, 0.1);
    expect(cleo?.served).to.be.greaterThan(10);
    const { out } = await run("2026-03-09", "--rules", changed);
    expect(out).to.include("- cleo: new, so taken to be at work whenever anybody was.");
  });

  it("shows it side by side, with what nobody can know", async () => {
    change("people.yaml", "capacity: 1", "capacity: 2");
    const { out, err, code } = await run("2026-03-09", "--rules", changed);
    expect(err).to.equal("");
    expect(code).to.equal(0);
    expect(out).to.match(new RegExp(`^2026-03-09 00:00 to 2026-03-10 00:00: ${onMonday} customers$`, "m"));
    expect(out).to.match(/^ +RECORDED +PRESENT +CHANGED$/m);
    expect(out).to.match(/^billing \(in time: within 1 min\)$/m);
    expect(out).to.match(/^ {2}wait, 90th percentile +\d.* (s|min) +\d/m);
    expect(out).to.match(/^ {2}ada +\d+, \d+ % +\d+, \d+ %/m);
    expect(out).to.match(/^- How much longer \d+ customers would have waited/m);
    expect(out).to.not.include("left out");
  });

  const WRONG: readonly (readonly [args: readonly string[], code: number, text: RegExp])[] = [
    [["yesterday"], 2, /"yesterday" is no time; write "2026-11-02"/],
    [["2026-02-30"], 2, /no time/],
    [["2026-03-10", "2026-03-09 09:00"], 2, /is not before/],
    [["2026-03-09", "--seed", "x"], 2, /--seed must be a whole number/],
    [["2026-03-09", "--rules", "/nowhere"], 2, /There is no rule file in \/nowhere/],
    [["2020-01-01"], 1, /No customer is recorded from 2020-01-01 00:00 to 2020-01-02 00:00/],
    [["2026-03-09", "--data", "/nowhere"], 1, /There is no store in \/nowhere/],
  ];
  for (const [args, code, text] of WRONG) {
    it(`refuses ${JSON.stringify(args)} with a sentence`, async () => {
      const refused = await run(...args);
      expect(refused.err).to.match(text);
      expect(refused.code).to.equal(code);
      expect(refused.out).to.equal("");
    });
  }

  it("names the faults of changed rules", async () => {
    change("routing.yaml", "skills: { billing: 1 }", "skills: { biling: 1 }");
    const { err, code } = await run("2026-03-09", "--rules", changed);
    expect(err).to.match(/changed\/routing\.yaml:\d+:\d+.*did you mean "billing"/);
    expect(code).to.equal(1);
  });
});

describe("the progress of long work", () => {
  function shown(isTTY: boolean): readonly string[] {
    const written: string[] = [];
    let now = 0;
    const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) };
    const progress = createProgress("Reading", stream, () => now);
    for (; now <= 1_000; now += 250) progress.at(now / 1_000);
    progress.done();
    return written;
  }

  it("is shown on a terminal once it takes long, and taken away at the end", () => {
    expect(shown(true)).to.deep.equal([
      "\rReading [############-----------]  50 %",
      "\rReading [#################------]  75 %",
      "\rReading [#######################] 100 %",
      "\r\u001b[2K",
    ]);
  });

  it("is not written where nobody sees it", () => {
    expect(shown(false)).to.deep.equal([]);
  });
});
