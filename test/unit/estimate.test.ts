import { expect } from "chai";
import fc from "fast-check";
import { type AuditView, audited, auditView, type QueueAudit } from "../../src/core/estimate/audit.ts";
import { chanceFrom } from "../../src/core/estimate/chance.ts";
import { drawRest, fade, known, learn, meanOf, noDurations, ratesOf } from "../../src/core/estimate/durations.ts";
import { Learner } from "../../src/core/estimate/learning.ts";
import { estimateByLength, inMinutes, rangeOf } from "../../src/core/estimate/range.ts";
import { again, frequency, noRates, slowness } from "../../src/core/estimate/rates.ts";
import { HORIZON_MS, type Present, rollForward } from "../../src/core/estimate/roll.ts";
import type { Fact } from "../../src/core/step.ts";

const MINUTE = 60_000;
const OPTIONS = { runs: 40, mayGoOn: () => true, seed: 1 };

/** So many CSRs with one talk each, and so many who wait, the first one for the longest. */
function office(csrs: number, waiting: number, talking = csrs): Present {
  const now = 10_000_000;
  const one = { weight: 1, queue: "sales", ageMs: 0 };
  return {
    now,
    queues: [{ id: "sales", wrapUpMs: 0, open: true, newcomers: [] }],
    csrs: Array.from({ length: csrs }, (_, number) => ({
      csr: {
        id: `csr-${number}`,
        skills: {},
        languages: [],
        reachable: [{ address: { network: "web", id: `csr-${number}` }, features: [] }],
        willing: true,
        capacity: 1,
        load: number < talking ? 1 : 0,
        idleSince: 0,
      },
      talks: number < talking ? [one] : [],
      willingAt: null,
    })),
    waiting: Array.from({ length: waiting }, (_, number) => ({
      since: now - (waiting - number) * 1_000,
      later: [],
      waiting: {
        conversation: `c${number}`,
        queue: "sales",
        priority: 0,
        turnAt: now - (waiting - number) * 1_000,
        needs: [],
        strategies: [],
        compatibility: "translated" as const,
        customerNetwork: "web",
        customerFeatures: [],
        excluded: [],
        only: null,
      },
    })),
  };
}

function fact(at: number, event: string, conversation: string, detail: Fact["detail"] = {}, csr = "ann"): Fact {
  return { at, event, conversation, csr, detail };
}

/** A talk that begins and ends then, after a wait of so long. */
function talk(id: string, from: number, to: number, waited = 0, csr = "ann"): readonly Fact[] {
  return [
    fact(from - waited, "queue.entered", id, { queue: "sales" }),
    fact(from, "offer.made", id, { queue: "sales" }, csr),
    fact(from, "offer.accepted", id, {}, csr),
    fact(to, "conversation.closed", id, { queue: "sales", why: "closed" }, csr),
  ];
}

function learned(facts: readonly Fact[]): Learner {
  const learner = new Learner(0);
  for (const one of [...facts].sort((left, right) => left.at - right.at)) learner.hear(one);
  return learner;
}

describe("what lasts, learned from what lasted", () => {
  it("has the mean of what it saw once it saw enough, and the guess before", () => {
    const durations = noDurations();
    expect(meanOf(ratesOf(durations, 8 * MINUTE))).to.be.closeTo(8 * MINUTE, 1_000);
    const chance = chanceFrom(5);
    for (let talks = 0; talks < 5_000; talks += 1) learn(durations, 3 * MINUTE * (0.5 + chance()), true);
    expect(meanOf(ratesOf(durations, 8 * MINUTE))).to.be.closeTo(3 * MINUTE, 0.1 * MINUTE);
  });

  it("takes what was cut off for what it is: patience seen only by those who were served early", () => {
    const durations = noDurations();
    for (let waits = 0; waits < 1_000; waits += 1) {
      learn(durations, MINUTE, waits % 10 === 0);
    }
    expect(meanOf(ratesOf(durations, 20 * MINUTE)) / MINUTE).to.be.within(8, 12);
  });

  it("draws what remains of something that has lasted for a while, and never less than nothing", () => {
    const rates = ratesOf(noDurations(), 8 * MINUTE);
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: -MINUTE, max: 24 * 3_600_000, noNaN: true }), (seed, age) => {
        expect(drawRest(rates, age, 1, chanceFrom(seed))).to.be.at.least(0);
      }),
    );
  });

  it("forgets by and by", () => {
    const durations = noDurations();
    for (let talks = 0; talks < 100; talks += 1) learn(durations, MINUTE, true);
    fade(durations, 0.5);
    expect(known(durations)).to.equal(50);
  });
});

describe("rates learned from facts", () => {
  const day = Array.from({ length: 200 }, (_, number) =>
    talk(`c${number}`, number * 600_000, number * 600_000 + 4 * MINUTE),
  );

  it("knows how long talks take", () => {
    const { rates } = learned(day.flat());
    const talks = rates.queues.sales?.talks ?? noDurations();
    expect(known(talks)).to.be.closeTo(200, 20);
    expect(meanOf(ratesOf(talks, 8 * MINUTE)) / MINUTE).to.be.within(3, 5.5);
  });

  it("survives a restart in the middle of talks", () => {
    const facts = day.flat();
    const before = learned(facts.slice(0, 399));
    const after = new Learner(0, JSON.parse(JSON.stringify(before.learned())));
    for (const one of facts.slice(399)) after.hear(one);
    expect(after.rates).to.deep.equal(learned(facts).rates);
  });

  it("sees that three at a time slow each other down", () => {
    const alone = Array.from({ length: 150 }, (_, n) => talk(`a${n}`, n * 3_600_000, n * 3_600_000 + 4 * MINUTE));
    const three = Array.from({ length: 150 }, (_, n) =>
      [0, 1, 2].flatMap((slot) =>
        talk(`t${n}-${slot}`, n * 3_600_000 + 1_800_000, n * 3_600_000 + 1_800_000 + 12 * MINUTE),
      ),
    );
    expect(slowness(learned([...alone, ...three].flat()).rates.load)).to.be.within(0.85, 1);
    expect(slowness(noRates(0).load)).to.equal(0.5);
  });

  it("knows who gave up, and that one who was served did not", () => {
    const gone = Array.from({ length: 50 }, (_, n) => [
      fact(n * MINUTE, "queue.entered", `g${n}`, { queue: "sales" }),
      fact(n * MINUTE + 30_000, "conversation.closed", `g${n}`, { why: "customer", queue: "sales" }),
    ]);
    const patience = learned([...gone.flat(), ...talk("c", 100, 200)]).rates.queues.sales?.patience ?? noDurations();
    expect(known(patience)).to.be.closeTo(50, 0.1);
  });

  it("counts what happens again and again, of the last while", () => {
    let arrivals = { since: 0, at: 0, count: 0 };
    for (let at = 0; at <= 3_600_000; at += MINUTE) arrivals = again(arrivals, at);
    expect(frequency(arrivals, 3_600_000) * MINUTE).to.be.closeTo(1, 0.1);
    expect(frequency(arrivals, 3_600_000 + 4 * 3_600_000) * MINUTE).to.be.below(0.01);
  });

  it("keeps a bounded number of queues", () => {
    const facts = Array.from({ length: 700 }, (_, n) => fact(n, "queue.entered", `c${n}`, { queue: `q${n}` }));
    expect(Object.keys(learned(facts).rates.queues)).to.have.length(500);
  });
});

describe("rolling the engine forward", () => {
  const { rates } = learned(
    Array.from({ length: 300 }, (_, n) => talk(`c${n}`, n * 600_000, n * 600_000 + 4 * MINUTE)).flat(),
  );

  it("gives the same for the same seed", () => {
    expect(rollForward(office(3, 9), rates, OPTIONS)).to.deep.equal(rollForward(office(3, 9), rates, OPTIONS));
  });

  it("has those who come first wait less, among equals, in every single future", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 12 }), fc.nat(), (csrs, waiting, seed) => {
        const waits = [
          ...rollForward(
            office(csrs, waiting),
            { ...rates, answers: { count: 1e9, ms: 0 } },
            { ...OPTIONS, seed, runs: 4 },
          ).values(),
        ];
        for (const [index, one] of waits.entries()) {
          expect(one).to.have.length(4);
          for (const [run, wait] of one.entries()) {
            expect(wait).to.be.within(0, HORIZON_MS);
            // What it takes to answer an offer is drawn, however short.
            expect(wait).to.be.at.least((waits[index - 1]?.[run] ?? 0) - 1);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("counts on CSRs who come back from wrap-up, and not on those who are away", () => {
    const [only] = office(1, 1, 0).csrs;
    if (only === undefined) throw new Error("there is a CSR");
    const tired = { ...only, csr: { ...only.csr, willing: false } };
    const back = { ...office(1, 1), csrs: [{ ...tired, willingAt: 10_000_000 + 3 * MINUTE }] };
    expect(rangeOf(rollForward(back, rates, OPTIONS).get("c0") ?? [])?.low).to.be.within(3 * MINUTE, 3.1 * MINUTE);
    expect(rangeOf(rollForward({ ...back, csrs: [tired] }, rates, OPTIONS).get("c0") ?? [])).to.equal(null);
  });

  it("does not count on somebody who is away, though their wrap-up ends", () => {
    const plain = office(1, 1);
    const [queue, csr] = [plain.queues[0], plain.csrs[0]];
    if (queue === undefined || csr === undefined) throw new Error("there is a queue, and a CSR");
    const away = { ...csr, csr: { ...csr.csr, willing: false } };
    const present = { ...plain, queues: [{ ...queue, wrapUpMs: MINUTE }], csrs: [away] };
    expect(rangeOf(rollForward(present, rates, OPTIONS).get("c0") ?? [])).to.equal(null);
    const low = (csrs: Present["csrs"]) =>
      rangeOf(rollForward({ ...present, csrs }, rates, OPTIONS).get("c0") ?? [])?.low ?? 0;
    expect(low([csr]), "wrap-up comes after the talk").to.be.above(MINUTE);
  });

  it("is stopped by whoever has no more time, after one run at least", () => {
    expect(rollForward(office(2, 2), rates, { ...OPTIONS, mayGoOn: () => false }).get("c0")).to.have.length(1);
  });

  it("takes the request as it will be after a ring", () => {
    const plain = office(1, 1, 0);
    const [first] = plain.waiting;
    if (first === undefined) throw new Error("somebody waits");
    const picky = { ...first.waiting, needs: [{ kind: "skill" as const, skill: "gold", least: 1 as const }] };
    const widens = { ...first, waiting: picky, later: [{ at: plain.now + 2 * MINUTE, waiting: first.waiting }] };
    const range = rangeOf(rollForward({ ...plain, waiting: [widens] }, rates, OPTIONS).get("c0") ?? []);
    expect(range?.low).to.be.within(2 * MINUTE, 2.2 * MINUTE);
  });
});

describe("ranges", () => {
  it("are never negative and never turned round, whatever was rolled", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: HORIZON_MS, noNaN: true }), { minLength: 2, maxLength: 60 }),
        (waits) => {
          const range = rangeOf(waits);
          if (range === null) return;
          expect(range.low).to.be.at.least(0);
          if (range.high !== null) expect(range.high).to.be.at.least(range.low);
          const { from, to } = inMinutes(range);
          expect(from).to.be.at.least(0);
          // What is said holds all that is known.
          if (range.high === null) expect(to).to.equal(null);
          else expect(to ?? 0).to.be.at.least(range.high / MINUTE);
          expect(from === 1 && to === null ? 0 : from * MINUTE).to.be.at.most(range.low);
          if (to !== null) expect(to).to.be.above(from);
        },
      ),
    );
  });

  for (const [low, high, from, to] of [
    [0, 20_000, 0, 1],
    [3.2, 6.1, 3, 7],
    [11, 19, 10, 20],
    [33, 71, 30, 80],
    [130, 190, 120, 210],
    [4, null, 4, null],
  ] as const) {
    it(`of ${low} to ${high ?? "nobody knows"} are said as ${from} to ${to ?? "more"}`, () => {
      const scale = high === 20_000 ? 1 : MINUTE;
      expect(inMinutes({ low: low * scale, mean: 0, high: high === null ? null : high * scale })).to.deep.equal({
        from,
        to,
      });
    });
  }

  it("by the length of the queue grow with it, and are wider the less is known", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), (place, slots) => {
        const here = estimateByLength(noRates(0), "sales", place, slots, 0);
        const behind = estimateByLength(noRates(0), "sales", place + 1, slots, 0);
        if (here === null || behind === null) throw new Error("there are slots, so it can be estimated");
        expect(here.low).to.be.at.least(0);
        expect(behind.mean).to.be.at.least(here.mean);
        if (here.high !== null) expect(here.high).to.be.above(here.mean);
      }),
    );
    expect(estimateByLength(noRates(0), "sales", 1, 0, 0)).to.equal(null);
  });
});

describe("the desk audits itself", () => {
  it("counts what was within the range, and how far off", () => {
    const estimate = { low: 2 * MINUTE, mean: 4 * MINUTE, high: 7 * MINUTE };
    let audit: QueueAudit | undefined;
    for (const waited of [3, 5, 9, 1]) audit = audited(audit, estimate, waited * MINUTE, 1_000);
    const expected: AuditView = {
      queue: "sales",
      estimates: 4,
      coverage: 0.5,
      meanErrorMs: 2.5 * MINUTE,
      biasMs: 0.5 * MINUTE,
      meanWaitMs: 4.5 * MINUTE,
    };
    expect(auditView("sales", audit)).to.deep.equal(expected);
    expect(auditView("sales", undefined).coverage).to.equal(null);
  });
});
