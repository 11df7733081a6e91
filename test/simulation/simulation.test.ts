/** A bounded number of simulated days, each from its seed: whatever happens in them, what docs/simulation.md promises holds. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { INVARIANTS } from "./invariants.ts";
import { PLANTED_BUGS, plant } from "./planted-bugs.ts";
import { type Report, simulate } from "./simulation.ts";
import { loadSubject } from "./subject.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** `SIMULATION_SEEDS=2000 npm test` looks longer. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 120);
/** A planted bug must be found within that many. */
const SEEDS_FOR_A_BUG = 1_000;

function failure({ seed, violations }: Report): string {
  const broken = violations.map(({ invariant, detail }) => `${invariant}: ${detail}`).join("\n");
  return `${broken}\nTo see how: node test/simulation/run.ts --seed ${seed}`;
}

describe("simulation", () => {
  it(`keeps every invariant in ${SEEDS} simulated days`, async () => {
    const subject = await loadSubject(`${ROOT}/src`);
    let conversations = 0;
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const report = await simulate(seed, subject);
      expect(report.violations, failure(report)).to.deep.equal([]);
      conversations += report.conversations;
      faults += report.faults;
    }
    expect(conversations, "conversations, or the days were empty").to.be.greaterThan(SEEDS * 5);
    expect(faults, "faults, or the days were too good").to.be.greaterThan(SEEDS);
  }).timeout(60_000 + SEEDS * 500);

  it("gives the same day again for the same seed", async () => {
    const subject = await loadSubject(`${ROOT}/src`);
    const [one, other] = [await simulate(7, subject, true), await simulate(7, subject, true)];
    expect(one.trace.length).to.be.greaterThan(100);
    expect(one.trace).to.deep.equal(other.trace);
  }).timeout(20_000);

  it("promises in docs/simulation.md what it checks, and nothing else", async () => {
    const page = await readFile(`${ROOT}/docs/simulation.md`, "utf8");
    const promised = [...page.matchAll(/^\| `([a-z-]+)` \| (.+?) \|$/gmu)].map(([, name, sentence]) => [
      name,
      sentence,
    ]);
    expect(promised).to.deep.equal(Object.entries(INVARIANTS));
  });
});

describe("bugs planted on purpose", () => {
  for (const bug of PLANTED_BUGS) {
    it(`finds: ${bug.name}`, async function () {
      const plot = await plant(ROOT, bug);
      try {
        const subject = await loadSubject(plot.source);
        const found = await firstViolation(subject);
        expect(found, `nothing was found in ${SEEDS_FOR_A_BUG} seeds`).to.not.equal(null);
        const [first] = found?.violations ?? [];
        expect(bug.breaks, first?.detail).to.include(first?.invariant);
        if (this.test !== undefined) {
          this.test.title += ` (seed ${found?.seed}: ${first?.invariant})`;
        }
      } finally {
        await plot.remove();
      }
    }).timeout(300_000);
  }
});

async function firstViolation(subject: Parameters<typeof simulate>[1]): Promise<Report | null> {
  for (let seed = 1; seed <= SEEDS_FOR_A_BUG; seed += 1) {
    const report = await simulate(seed, subject);
    if (report.violations.length > 0) {
      return report;
    }
  }
  return null;
}
