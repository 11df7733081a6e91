/** `frontdesk simulate`: days that have not been, from recorded ones, with other people or other rules. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { barPlot } from "../../src/cli/plot.ts";
import type { SimulationReport } from "../../src/cli/simulating.ts";
import { averageOf, spreadOf } from "../../src/core/analysis/average.ts";
import { daySource, imagineDay } from "../../src/core/analysis/imagined-day.ts";
import { Tally } from "../../src/core/analysis/shift-report.ts";
import { TrafficReader } from "../../src/core/analysis/traffic.ts";
import { chanceFrom } from "../../src/core/estimate/chance.ts";
import { said } from "../support/command-line.ts";
import { filedSetting } from "../support/play-rules.ts";
import { FILES, recordedBy, workingDays, writeRules, writeStore } from "../support/recorded-desk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday, 9 March 2026, midnight in Berlin. */
const MONDAY = Date.UTC(2026, 2, 8, 23);
const { rules } = filedSetting(FILES);
/** Two weeks: many come on Mondays, few on Tuesdays. */
const facts = [
  ...recordedBy(workingDays(MONDAY, [0], 30)),
  ...recordedBy(workingDays(MONDAY, [1], 6)).map((fact) => renamed(fact, "tue")),
  ...recordedBy(workingDays(MONDAY, [7], 30)).map((fact) => renamed(fact, "mon2")),
];

function renamed<Fact extends { readonly conversation: string | null }>(fact: Fact, as: string): Fact {
  return fact.conversation === null ? fact : { ...fact, conversation: `${fact.conversation}-${as}` };
}

describe("a day that is imagined", () => {
  const reader = new TrafficReader(rules, { from: MONDAY, to: MONDAY + 8 * DAY });
  for (const fact of facts) reader.take(fact);
  const traffic = reader.traffic(1);
  const mondays = [0, 7].map((day) => ({ from: MONDAY + day * DAY, to: MONDAY + (day + 1) * DAY }));
  const source = daySource(traffic, mondays);
  const start = MONDAY + 21 * DAY;
  const perDay = source.customers.length / 2;

  it("has as many customers as recorded days of its kind, and more when more are to come", () => {
    const counts = (arrivals: number): number => {
      const days = Array.from({ length: 40 }, (_, seed) => imagineDay(source, start, arrivals, chanceFrom(seed)));
      return days.reduce((sum, { visits }) => sum + visits.length, 0) / days.length;
    };
    expect(perDay).to.be.greaterThan(150);
    expect(counts(1)).to.be.closeTo(perDay, perDay * 0.06);
    expect(counts(1.5)).to.be.closeTo(perDay * 1.5, perDay * 0.09);
  });

  it("has its customers when they came on those days, and its CSRs when they were there", () => {
    const { visits, attendance } = imagineDay(source, start, 1, chanceFrom(1));
    for (const { at, queue, talks } of visits) {
      expect((at - start) / HOUR).to.be.within(9, 17);
      expect(queue).to.equal("billing");
      expect(talks).to.have.lengthOf(1);
    }
    const shifts = attendance
      .filter(({ csr }) => csr === "ada")
      .map((one) => `${(one.at - start) / HOUR} ${one.state}`);
    expect(shifts.slice(-2)).to.deep.equal(["9 ready", "17 off"]);
  });

  it("is another with another chance, and the same with the same", () => {
    const day = (seed: number) => JSON.stringify(imagineDay(source, start, 1, chanceFrom(seed)));
    expect(day(1)).to.equal(day(1));
    expect(day(1)).to.not.equal(day(2));
  });

  it("is made from nothing where nobody came on such a day", () => {
    const sunday = { from: MONDAY + 6 * DAY, to: MONDAY + 7 * DAY };
    expect(daySource(traffic, [sunday])).to.deep.include({ customers: [], staff: [] });
  });
});

describe("several days as one", () => {
  const day = (waits: readonly number[]) => {
    const tally = new Tally(rules, { from: 0, to: 2 * HOUR });
    for (const [index, wait] of waits.entries()) {
      tally.came(`c${index}`, "billing", index * HOUR);
      tally.accepted(`c${index}`, "ada", index * HOUR + wait * 1_000);
    }
    return tally.report(2 * HOUR);
  };
  const average = averageOf([day([10, 20]), day([30]), day([])]);

  it("are the mean of each figure, of the days that have it", () => {
    expect(average.total).to.deep.include({ came: 1, served: 1, left: 0 });
    expect(average.total.meanWait).to.equal((15 + 30) / 2);
    expect(average.csrs.find(({ csr }) => csr === "ada")?.served).to.equal(1);
  });

  it("count hours by customer", () => {
    expect(average.hours).to.deep.equal([
      { served: 2 / 3, meanWait: 20 },
      { served: 1 / 3, meanWait: 20 },
    ]);
  });

  it("lie apart so far that eight of ten are within", () => {
    expect(spreadOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, null])).to.deep.equal({ low: 1, high: 9 });
    expect(spreadOf([null])).to.equal(null);
  });
});

describe("bars in a terminal", () => {
  const plain = { paint: (_style: string, text: string) => text };

  it("stand side by side, each by its value; what is little is seen, what is unknown is not there", () => {
    const terminal = { out: () => {}, err: () => {}, leave: () => {}, exitCode: 0, ...plain };
    const series = [
      { mark: "#", style: "yellow", values: [10, 0.1, null] },
      { mark: "+", style: "green", values: [5, 0, 10] },
    ] as const;
    expect(barPlot(["8", "9", "10"], series, String, terminal).split("\n")).to.deep.equal([
      "10 | #      +",
      ...Array.from({ length: 4 }, () => "   | #      +"),
      " 5 | #+     +",
      ...Array.from({ length: 3 }, () => "   | #+     +"),
      "   | #+ #   +",
      " 0 +----------",
      "     8  9  10",
    ]);
    expect(barPlot(["8"], [{ mark: "#", style: "yellow", values: [0] }], String, terminal)).to.equal("");
  });
});

describe("frontdesk simulate", () => {
  const folder = temporaryFolder("simulate");
  const config = join(folder.path, "config");
  const changed = join(folder.path, "changed");
  after(() => folder.remove());

  before(async () => {
    writeRules(config);
    mkdirSync(changed);
    writeFileSync(join(changed, "people.yaml"), FILES["people.yaml"].replaceAll("capacity: 1", "capacity: 2"));
    await writeStore(join(folder.path, "data"), facts);
  });

  const run = (...args: readonly string[]) =>
    said("simulate", "-c", config, "--until", "2026-03-18", "--runs", "5", ...args);
  async function report(...args: readonly string[]): Promise<SimulationReport> {
    const { out, err } = await run(...args, "--json");
    expect(err).to.equal("");
    return JSON.parse(out);
  }
  const waitOf = (side: SimulationReport["then"]): number => side?.report.total.meanWait ?? Number.NaN;

  it("imagines the next such day, from recorded days of its kind alone", async () => {
    const monday = await report("monday");
    expect(monday).to.deep.include({ day: Date.UTC(2026, 2, 22, 23), recordedDays: 2, then: null });
    const tuesday = await report("TUE");
    expect(tuesday).to.deep.include({ recordedDays: 1 });
    expect(tuesday.asItIs.report.total.came).to.be.lessThan(monday.asItIs.report.total.came / 3);
    expect((await report("2026-04-06")).day).to.equal(Date.UTC(2026, 3, 5, 22));
  });

  it("says what more people would change, and the same each time", async () => {
    const more = await report("monday", "--add", "2", "--like", "ada");
    expect(waitOf(more.then)).to.be.lessThan(waitOf(more.asItIs) / 2);
    expect(more.then?.report.csrs.map(({ csr }) => csr)).to.deep.equal(["ada", "ben", "new-1", "new-2"]);
    expect(more.then?.report.total.came).to.equal(more.asItIs.report.total.came);
    expect(await report("monday", "--add", "2", "--like", "ada")).to.deep.equal(more);
  });

  it("has them there in their hours, and with their skills and capacity", async () => {
    const few = await report(
      "monday",
      "--add",
      "1",
      "--skills",
      "billing:2",
      "--capacity",
      "3",
      "--hours",
      "12:00-14:00",
    );
    const added = few.then?.report.csrs.find(({ csr }) => csr === "new-1");
    expect(added?.hours).to.be.within(2, 2.6);
    const all = await report("monday", "--add", "1", "--skills", "billing:2", "--capacity", "3");
    expect(waitOf(all.then)).to.be.lessThan(waitOf(few.then));
  });

  it("says what fewer people, more customers or other rules would change", async () => {
    const { then: alone, asItIs } = await report("monday", "--without", "ben");
    expect(waitOf(alone)).to.be.greaterThan(waitOf(asItIs));
    const { then: half } = await report("monday", "--arrivals", "50");
    expect(half?.report.total.came).to.be.within(asItIs.report.total.came * 0.35, asItIs.report.total.came * 0.65);
    const { then: other } = await report("monday", "--rules", changed);
    expect(waitOf(other)).to.be.lessThan(waitOf(asItIs));
  });

  it("shows both sides, waits by the hour, and how far days lie apart", async () => {
    const { out, err, code } = await run("monday", "--add", "1", "--like", "ben");
    expect({ err, code }).to.deep.equal({ err: "", code: 0 });
    expect(out).to.match(/^2026-03-23, imagined 5 times from \d+ customers on 2 recorded days$/m);
    expect(out).to.match(/^ +AS IT IS +THEN$/m);
    expect(out).to.match(/^ {2}new-1 +- +\d/m);
    expect(out).to.include("Mean wait of those who came in that hour   # AS IT IS   + THEN");
    expect(out).to.match(/^ +9 {2}10 11 12 13 14 15 16$/m);
    expect(out).to.match(/^- THEN: mean wait .* to .*, in time \d+ % to \d+ %$/m);
  });

  const WRONG: readonly (readonly [args: readonly string[], code: number, text: RegExp])[] = [
    [["someday"], 2, /"someday" is no day; write "monday" or "2026-12-24"/],
    [["monday", "--add", "2"], 2, /Say what the new CSRs can/],
    [["monday", "--add", "2", "--like", "adam"], 2, /There is no CSR "adam"; there are: ada, ben/],
    [["monday", "--add", "2", "--skills", "biling"], 2, /There is no skill "biling"; there are: billing/],
    [["monday", "--add", "1", "--like", "ada", "--hours", "17-9"], 2, /--hours must be as "09:00-17:00"/],
    [["monday", "--without", "cleo"], 2, /There is no CSR "cleo"/],
    [["monday", "--runs", "0"], 2, /--runs must be a whole number from 1/],
    [["monday", "--until", "soon"], 2, /--until must be a date/],
    [["sunday"], 1, /No customer came on any such day from 2026-01-21 00:00 to 2026-03-18 00:00/],
  ];
  for (const [args, code, text] of WRONG) {
    it(`refuses ${JSON.stringify(args)} with a sentence`, async () => {
      const refused = await run(...args);
      expect(refused.err).to.match(text);
      expect(refused).to.deep.include({ code, out: "" });
    });
  }
});
