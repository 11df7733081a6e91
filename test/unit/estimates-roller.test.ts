import { expect } from "chai";
import { noRates } from "../../src/core/estimate/rates.ts";
import { rollJob } from "../../src/estimates/job.ts";
import { createRoller, type Roller } from "../../src/estimates/roller.ts";

const NOW = 10_000_000;

/** One CSR with a talk, and so many who wait. */
function job(waiting: number) {
  const csr = {
    id: "ada",
    skills: {},
    languages: [],
    reachable: [{ address: { network: "web", id: "ada" }, features: [] }],
    willing: true,
    capacity: 1,
    load: 1,
    idleSince: 0,
  };
  return {
    runs: 40,
    budgetMs: 5_000,
    seed: 7,
    rates: noRates(0),
    present: {
      now: NOW,
      queues: [{ id: "sales", wrapUpMs: 0, open: true, newcomers: [] }],
      csrs: [{ csr, talks: [{ queue: "sales", weight: 1, ageMs: 0 }], willingAt: null }],
      waiting: Array.from({ length: waiting }, (_, number) => ({
        since: NOW,
        later: [],
        waiting: {
          conversation: `c${number}`,
          queue: "sales",
          priority: 0,
          turnAt: NOW + number,
          needs: [],
          strategies: [],
          compatibility: "translated" as const,
          customerNetwork: "web",
          customerFeatures: [],
          excluded: [],
          only: null,
        },
      })),
    },
  };
}

describe("the thread that rolls the engine forward", () => {
  let roller: Roller;
  beforeEach(() => {
    roller = createRoller();
  });
  afterEach(() => roller.stop());

  it("answers as it would be answered here, one question after the other", async () => {
    for (const waiting of [1, 3, 0]) {
      const { estimates } = await roller.roll(job(waiting));
      expect(estimates).to.have.length(waiting);
      expect(estimates).to.deep.equal(rollJob(job(waiting)).estimates);
    }
  });

  it("is started anew after it failed, and whoever asked hears of it", async () => {
    const broken = { ...job(1), rates: {} as ReturnType<typeof noRates> };
    const outcome = await roller.roll(broken).then(
      () => "answered",
      (error: unknown) => error,
    );
    expect(outcome).to.be.instanceOf(Error);
    expect((await roller.roll(job(1))).estimates).to.have.length(1);
  });

  it("ends when it is stopped, though somebody still waits for an answer", async () => {
    const asked = roller.roll(job(200)).then(
      () => "answered",
      () => "ended",
    );
    await roller.stop();
    expect(await asked).to.equal("ended");
  });

  it("says nothing where it had no time for enough futures", () => {
    expect(rollJob({ ...job(3), budgetMs: 0 }).estimates).to.deep.equal([]);
  });
});
