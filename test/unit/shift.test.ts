/** A shift at an imagined desk, held against what queueing theory knows and against what is plain to see. */
import { expect } from "chai";
import { type Attendance, runShift, type ShiftInput, type Visit } from "../../src/core/analysis/shift.ts";
import type { ShiftReport } from "../../src/core/analysis/shift-report.ts";
import { chanceFrom, exponential } from "../../src/core/estimate/chance.ts";
import type { Queue } from "../../src/core/rules.ts";
import type { RecordedVisit } from "../../src/core/visit.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";

const MINUTE = 60_000;

function rulesOf(billing: Partial<Queue> = {}, csr: Partial<PlayConfig["csrs"][string]> = {}) {
  const csrs = ["ada", "ben", "cleo"].map((id) => [
    id,
    { name: id, at: ["web"], skills: { billing: 1 as const, sales: 1 as const }, capacity: 1, ...csr },
  ]);
  const skills = { billing: 1 as const };
  const { rules } = playSetting(
    company({
      csrs: Object.fromEntries(csrs),
      queues: {
        billing: { name: "Billing", skills, maxWaiting: 10_000, ...billing } as PlayConfig["queues"][string],
        sales: { name: "Sales", skills: { sales: 1 } },
      },
    }),
  );
  return rules;
}
const rules = rulesOf();

function run(input: Partial<ShiftInput>): ShiftReport {
  const to = input.to ?? 60 * MINUTE;
  const shift = runShift({
    rules,
    from: 0,
    to,
    until: to,
    visits: [],
    attendance: [],
    hours: [],
    answers: { acceptMs: 0, refuseMs: 0, refused: 0 },
    slowness: 0,
    seed: 1,
    ...input,
  });
  for (;;) {
    const step = shift.next();
    if (step.done === true) return step.value;
    expect(step.value).to.be.within(0, 1);
  }
}

const WHO: RecordedVisit = {
  address: { network: "web", id: "" },
  handle: "support",
  language: null,
  named: false,
  account: false,
  customer: null,
  answers: {},
  software: null,
  skills: {},
  priority: 0,
};
const talk = (minutes: number, then: Visit["talks"][number]["then"] = null) => ({ aloneMs: minutes * MINUTE, then });
const at = (minute: number, more: Partial<Visit> = {}): Visit => ({
  at: minute * MINUTE,
  queue: "billing",
  who: WHO,
  patienceMs: Number.POSITIVE_INFINITY,
  talks: [talk(10)],
  ...more,
});
const works = (csr: string, minute = 0, state: Attendance["state"] = "ready"): Attendance => ({
  at: minute * MINUTE,
  csr,
  state,
  networks: ["web"],
});

describe("a shift", () => {
  it("serves one after the other, and counts waits and work", () => {
    const { total, csrs, hours } = run({ visits: [at(1), at(2), at(3)], attendance: [works("ada")] });
    expect(total).to.deep.include({ came: 3, served: 3, left: 0, waiting: 0, medianWait: 9 * 60, p90Wait: 18 * 60 });
    expect(total.meanWait).to.equal(9 * 60);
    expect(total.serviceLevel).to.be.closeTo(1 / 3, 1e-9);
    expect(csrs[0]).to.deep.equal({ csr: "ada", served: 3, hours: 1, load: 0.5 });
    expect(hours).to.deep.equal([{ served: 3, meanWait: 9 * 60 }]);
  });

  it("lets those leave whose patience is over, and nobody else", () => {
    const { total } = run({ visits: [at(1), at(2, { patienceMs: 5 * MINUTE }), at(3)], attendance: [works("ada")] });
    expect(total).to.deep.include({ came: 3, served: 2, left: 1 });
  });

  it("counts those who still wait, and asks nobody who is not at work or not to be disturbed", () => {
    const attendance = [works("ada"), works("ada", 5, "off"), works("ben", 0, "away")];
    const { total, csrs } = run({ visits: [at(1), at(20)], attendance });
    expect(total).to.deep.include({ served: 1, waiting: 1 });
    expect(csrs[0]).to.deep.include({ served: 1, hours: 11 / 60, load: 10 / 11 });
    expect(csrs[1]).to.deep.include({ served: 0, hours: 0, load: null });
  });

  it("counts only who comes in the span; those of before it are in the way all the same", () => {
    const { total } = run({ from: 5 * MINUTE, visits: [at(1), at(6)], attendance: [works("ada")] });
    expect(total).to.deep.include({ came: 1, served: 1, meanWait: 5 * 60 });
  });

  it("takes as long as CSRs take to answer, and asks again who would not", () => {
    const answers = { acceptMs: 10_000, refuseMs: 20_000, refused: 0 };
    const visits = Array.from({ length: 50 }, (_, minute) => at(minute, { talks: [talk(0.1)] }));
    const attendance = [works("ada"), works("ben")];
    expect(run({ visits, attendance, answers }).total.meanWait).to.equal(10);
    const half = run({ visits, attendance, answers: { ...answers, refused: 0.5 } });
    expect(half.total.served).to.be.at.least(49);
    expect(half.total.meanWait).to.be.within(20, 60);
  });

  it("hands on whom a CSR handed on", () => {
    const visits = [at(1, { talks: [talk(5, { queue: "sales", only: null }), talk(5)] })];
    const { csrs, total } = run({ visits, attendance: [works("ada"), works("ben")] });
    expect(total).to.deep.include({ came: 1, served: 1, meanWait: 0 });
    expect(csrs.map(({ served }) => served)).to.deep.equal([1, 1, 0]);
  });

  it("lets talks of one CSR slow each other down", () => {
    const two = rulesOf({}, { capacity: 2 });
    const input = { rules: two, visits: [at(0), at(0), at(1)], attendance: [works("ada")] };
    expect(run({ ...input, slowness: 0 }).total.meanWait).to.equal((9 / 3) * 60);
    expect(run({ ...input, slowness: 1 }).total.meanWait).to.equal((19 / 3) * 60);
  });

  it("tells those who come to a closed queue", () => {
    const hours = [
      { at: 0, open: { billing: false }, day: "1" },
      { at: 5 * MINUTE, open: { billing: true }, day: "1" },
    ];
    const { total } = run({ visits: [at(1), at(6)], attendance: [works("ada")], hours });
    expect(total).to.deep.include({ sentAway: 1, served: 1 });
  });

  it("goes by rings and overflow as the desk does", () => {
    const elsewhere = rulesOf({
      rings: [
        {
          afterSeconds: 120,
          when: null,
          needs: null,
          drop: [],
          levels: {},
          points: 0,
          strategies: null,
          compatibility: null,
          to: { kind: "dialog", dialog: "reception" },
        },
      ],
    });
    const { total } = run({ rules: elsewhere, visits: [at(1), at(2)], attendance: [works("ada")] });
    expect(total).to.deep.include({ served: 1, sentAway: 1 });
  });

  it("comes to the waits of Erlang's formula (M/M/2, 75 % busy: 1.93 minutes), the same each time", () => {
    const chance = chanceFrom(7);
    const visits: Visit[] = [];
    for (let minute = 0; visits.length < 20_000; ) {
      minute += exponential(chance);
      visits.push(at(minute, { talks: [talk(1.5 * exponential(chance))] }));
    }
    const input = { visits, attendance: [works("ada"), works("ben")], to: 21_000 * MINUTE };
    const report = run(input);
    expect(report.total.served).to.equal(20_000);
    expect((report.total.meanWait ?? 0) / 60).to.be.closeTo(1.93, 0.2);
    expect(report.csrs[0]?.load).to.be.closeTo(0.72, 0.04);
    expect(run({ ...input, visits: visits.slice(0, 500) })).to.deep.equal(
      run({ ...input, visits: visits.slice(0, 500) }),
    );
  }).timeout(60_000);
});
