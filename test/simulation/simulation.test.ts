/** Very many simulated schedules, each from its seed: whatever happens in them, what docs/simulation.md promises holds. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { PARTS } from "./coverage.ts";
import { accountOf, type Played, play, type Sum } from "./crew.ts";
import { INVARIANTS } from "./invariants.ts";
import { PLANTED_BUGS, plant } from "./planted-bugs.ts";
import { replayCommand, type Schedule, type Shape } from "./shape.ts";
import { simulate } from "./simulation.ts";
import { loadSubject } from "./subject.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCE = `${ROOT}/src`;
/** `SIMULATION_SEEDS=100000 npm test simulation` looks longer. */
const EPISODES = Number(process.env.SIMULATION_SEEDS ?? 10_000);
/** A day is as much as eight episodes, and everything can meet everything in it. */
const DAYS = Math.ceil(EPISODES / 100);
/** So many once more with the store that a desk has. */
const ON_DISK = Math.ceil(EPISODES / 20);
/** Of so many episodes those with the fewest crossings are played again and again, with a crash at each crossing. */
const EPISODES_LOOKED_AT = 150;
const EPISODES_CRASHED = 6;
/** From so many on every part has its turn. */
const EPISODES_FOR_ALL_PARTS = 5_000;
/** A planted bug must be found within that many. */
const EPISODES_FOR_A_BUG = 500;
/** What one schedule may take on a busy machine. */
const MS_EACH = 200;

const firstOf = (shape: Shape["name"], count: number): readonly Schedule[] =>
  Array.from({ length: count }, (_, index) => ({ shape, seed: index + 1 }));

function failure({ schedule, violations }: Played): string {
  const broken = violations.map(({ invariant, detail }) => `${invariant}: ${detail}`).join("\n");
  return `${broken}\nTo see how: ${replayCommand(schedule)}`;
}

/** Plays them until one is broken, which is a failure. */
async function keeps(schedules: readonly Schedule[]): Promise<Sum> {
  const sum = await play(schedules, SOURCE, () => true);
  expect(sum.broken.map(failure).join("\n")).to.equal("");
  expect(sum.schedules, "schedules that were played").to.equal(schedules.length);
  return sum;
}

describe("simulation", () => {
  let episodes: Sum | null = null;

  it(`keeps every invariant in ${EPISODES} episodes`, async () => {
    episodes = await keeps(firstOf("episode", EPISODES));
    expect(episodes.conversations, "conversations, or the episodes were empty").to.be.greaterThan(EPISODES * 2);
    expect(episodes.faults, "faults, or they were too good").to.be.greaterThan(EPISODES);
  }).timeout(60_000 + EPISODES * MS_EACH);

  it("had every feature and every fault take part in them", function everyPart() {
    if (episodes === null || EPISODES < EPISODES_FOR_ALL_PARTS) {
      this.skip();
      return;
    }
    process.stdout.write(`${accountOf(episodes)}\n`);
    expect(PARTS.filter((part) => !episodes?.parts.has(part))).to.deep.equal([]);
  });

  it(`keeps them in ${DAYS} whole days`, async () => {
    const { conversations } = await keeps(firstOf("day", DAYS));
    expect(conversations, "conversations, or the days were empty").to.be.greaterThan(DAYS * 5);
  }).timeout(60_000 + DAYS * 10 * MS_EACH);

  it(`keeps them with its state in SQLite, in ${ON_DISK} episodes`, async () => {
    await keeps(firstOf("episode", ON_DISK).map((schedule) => ({ ...schedule, sqlite: true })));
  }).timeout(60_000 + ON_DISK * MS_EACH);

  it("keeps them when the process dies at any one of its crossings", async () => {
    const subject = await loadSubject(SOURCE);
    const looked = [];
    for (const schedule of firstOf("episode", EPISODES_LOOKED_AT)) looked.push(await simulate(schedule, subject));
    const short = looked
      .filter(({ parts }) => parts.includes("talk") && !parts.includes("crash"))
      .sort((one, other) => one.crossings - other.crossings)
      .slice(0, EPISODES_CRASHED);
    const schedules = short.flatMap(({ schedule, crossings }) =>
      Array.from({ length: crossings }, (_, index) => ({ ...schedule, crashAt: [index + 1] })),
    );
    const { parts } = await keeps(schedules);
    process.stdout.write(`      ${schedules.length} crossings of ${short.length} episodes\n`);
    expect(schedules.length, "crossings").to.be.greaterThan(EPISODES_CRASHED * 100);
    expect(parts.get("crash at a crossing"), "crashes").to.equal(schedules.length);
  }).timeout(120_000 + EPISODES_CRASHED * 400 * MS_EACH);

  it("gives the same again for the same schedule", async () => {
    const subject = await loadSubject(SOURCE);
    const again: Schedule = { shape: "day", seed: 7, crashAt: [1_000] };
    const [one, other] = [await simulate(again, subject, true), await simulate(again, subject, true)];
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
        const { broken } = await play(firstOf("episode", EPISODES_FOR_A_BUG), plot.source, () => true);
        const [found] = broken;
        expect(found, `nothing was found in ${EPISODES_FOR_A_BUG} episodes`).to.not.equal(undefined);
        const [first] = found?.violations ?? [];
        expect(bug.breaks, first?.detail).to.include(first?.invariant);
        if (this.test !== undefined) {
          this.test.title += ` (seed ${found?.schedule.seed}: ${first?.invariant})`;
        }
      } finally {
        await plot.remove();
      }
    }).timeout(60_000 + EPISODES_FOR_A_BUG * MS_EACH);
  }
});
