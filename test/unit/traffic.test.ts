/** Traffic read back from what a real desk recorded, and played again. */
import { expect } from "chai";
import { runShift, type ShiftInput } from "../../src/core/analysis/shift.ts";
import type { ShiftReport } from "../../src/core/analysis/shift-report.ts";
import { type Traffic, TrafficReader } from "../../src/core/analysis/traffic.ts";
import { chanceFrom, exponential } from "../../src/core/estimate/chance.ts";
import type { Fact } from "../../src/core/step.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { type Plan, recordedDay } from "../support/recorded-day.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MORNING = Date.UTC(2026, 2, 2, 9);
const setting = playSetting(
  company({
    csrs: Object.fromEntries(
      ["ada", "ben"].map((id) => [id, { name: id, at: ["xmpp"], skills: { billing: 3 as const }, capacity: 1 }]),
    ),
  }),
);
const at = (id: string) => ({ network: "xmpp", id });
const SPAN = { from: MORNING, to: MORNING + 8 * HOUR };

/** Both CSRs are there all day, but for Ben's hour at noon; `perHour` customers come. */
function day(perHour: number): Plan {
  const chance = chanceFrom(11);
  const customers: Plan["customers"][number][] = [];
  for (let at = MORNING + MINUTE; at < SPAN.to; at += (exponential(chance) * HOUR) / perHour) {
    const id = `customer${customers.length}`;
    customers.push({ at, id, talkMs: exponential(chance) * 5 * MINUTE, patienceMs: exponential(chance) * 15 * MINUTE });
  }
  const csrs: Plan["csrs"] = [
    { at: MORNING, address: at("ada"), state: "available" },
    { at: MORNING, address: at("ben"), state: "available" },
    { at: MORNING + 3 * HOUR, address: at("ben"), state: "dnd" },
    { at: MORNING + 4 * HOUR, address: at("ben"), state: "available" },
  ];
  return { customers, csrs, until: SPAN.to + HOUR };
}

function read(facts: readonly Fact[], span = SPAN): Traffic {
  const reader = new TrafficReader(setting.rules, span);
  for (const fact of facts) reader.take(fact);
  return reader.traffic(1);
}

function again(traffic: Traffic, change: Partial<ShiftInput> = {}): ShiftReport {
  const { visits, attendance, until, answers, slowness } = traffic;
  const shift = runShift({
    rules: setting.rules,
    ...SPAN,
    until,
    visits,
    attendance,
    hours: [],
    answers,
    slowness,
    seed: 1,
    ...change,
  });
  for (;;) {
    const step = shift.next();
    if (step.done === true) return step.value;
  }
}

describe("recorded traffic", () => {
  const facts = recordedDay(setting, day(20));
  const traffic = read(facts);

  it("is who came, and what became of them", () => {
    const { total, csrs } = traffic.recorded;
    const accepted = facts.filter(({ event }) => event === "offer.accepted").length;
    expect(total.came).to.equal(day(20).customers.length);
    expect(total.served).to.equal(accepted);
    expect(total.left).to.be.greaterThan(5);
    expect(total.served + total.left + total.waiting).to.equal(total.came);
    expect(csrs.map(({ hours }) => Math.round(hours))).to.deep.equal([8, 7]);
    expect(traffic.answers).to.deep.equal({ acceptMs: 10_000, refuseMs: 0, refused: 0 });
  });

  it("comes to the same again by the same rules", () => {
    const [then, now] = [traffic.recorded.total, again(traffic).total];
    expect(now.came).to.equal(then.came);
    expect(Math.abs(now.served - then.served)).to.be.at.most(3);
    expect(now.meanWait).to.be.closeTo(then.meanWait ?? Number.NaN, 20);
    expect(now.p90Wait).to.be.closeTo(then.p90Wait ?? Number.NaN, 60);
  });

  it("comes to less waiting when each CSR may have two, and to more when Ben is gone", () => {
    const { rules } = setting;
    const csrs = new Map([...rules.csrs].map(([id, csr]) => [id, { ...csr, capacity: 2 }]));
    const then = again(traffic).total.meanWait ?? Number.NaN;
    expect(again(traffic, { rules: { ...rules, csrs } }).total.meanWait).to.be.lessThan(then);
    const attendance = traffic.attendance.filter(({ csr }) => csr !== "ben");
    const alone = again(traffic, { attendance }).total;
    expect(alone.meanWait).to.be.greaterThan(then);
    expect(alone.left).to.be.greaterThan(traffic.recorded.total.left);
  });

  it("says of how many it does not know how long they would have waited, or talked", () => {
    const { unknown, recorded } = traffic;
    expect(unknown).to.deep.include({ leftOut: 0, returned: 0, reloads: 0 });
    expect(unknown.patience).to.equal(recorded.total.served + recorded.total.waiting);
    expect(unknown.talks).to.be.within(recorded.total.left, recorded.total.left + 2);
  });

  it("leaves out those of whom an older desk kept too little", () => {
    const older = facts.map((fact) => {
      const { visit: _, ...detail } = fact.detail;
      return fact.at < MORNING + HOUR ? { ...fact, detail } : fact;
    });
    const { unknown, recorded } = read(older);
    expect(unknown.leftOut).to.be.greaterThan(5);
    expect(unknown.leftOut + recorded.total.came).to.equal(traffic.recorded.total.came);
  });

  it("counts who comes in the span alone, but keeps those of before in the way", () => {
    const span = { from: MORNING + 4 * HOUR, to: MORNING + 5 * HOUR };
    const part = read(facts, span);
    const came = day(20).customers.filter(({ at }) => at >= span.from && at < span.to).length;
    expect(part.recorded.total.came).to.equal(came);
    expect(part.visits).to.have.lengthOf(traffic.visits.length);
    expect(again(part, span).total.came).to.equal(came);
  });

  it("takes CSRs of whom nothing was recorded for having been there when they were asked", () => {
    const older = facts.filter(({ event }) => event !== "csr.state" && event !== "desk.took-up");
    const { attendance } = read(older);
    expect(attendance.map(({ csr, state }) => `${csr} ${state}`).sort()).to.deep.equal(["ada ready", "ben ready"]);
  });

  it("takes everybody for gone when the desk began anew, until it is told otherwise", () => {
    const restart: Fact = { at: MORNING + HOUR, conversation: null, csr: null, event: "desk.took-up", detail: {} };
    const { attendance } = read([...facts.filter(({ at }) => at <= restart.at), restart]);
    expect(attendance.slice(-2).map(({ csr, state }) => `${csr} ${state}`)).to.deep.equal(["ada off", "ben off"]);
  });
});
