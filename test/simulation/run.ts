/**
 * Plays schedules from the command line:
 *
 *     node test/simulation/run.ts --seed 17                  one episode, with a trace of everything that happened
 *     node test/simulation/run.ts --shape day --seed 17      a whole day of it
 *     node test/simulation/run.ts --seed 17 --crash-at 230   the same, the process dying at its 230th crossing
 *     node test/simulation/run.ts --from 1 --count 5000      many; a line for each that breaks an invariant
 *     node test/simulation/run.ts --seed 17 --each-crossing  the same one again and again, dying at each crossing in turn
 *
 * `--sqlite` keeps the desk's state in SQLite instead of memory. `--source FOLDER` runs another copy of src/. The exit status is 1 when an invariant was broken.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readOptions } from "../../scripts/command-line.ts";
import { accountOf, type Played, play } from "./crew.ts";
import { replayCommand, type Schedule, SHAPES } from "./shape.ts";
import { simulate } from "./simulation.ts";
import { loadSubject } from "./subject.ts";

const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function summary({
  schedule,
  conversations,
  messages,
  steps,
  faults,
  crossings,
  simulatedMs,
  violations,
}: Played): string {
  const minutes = Math.round(simulatedMs / 60_000);
  const what = `${schedule.shape} ${schedule.seed}: ${minutes} minutes, ${conversations} conversations, ${messages} messages, ${steps} steps, ${faults} faults, ${crossings} crossings`;
  return [what, ...violations.map(({ invariant, detail }) => `  BROKEN ${invariant}: ${detail}`)].join("\n");
}

const { values } = readOptions(import.meta.url, {
  options: {
    shape: { type: "string", default: "episode" },
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
    "crash-at": { type: "string" },
    "each-crossing": { type: "boolean", default: false },
    sqlite: { type: "boolean", default: false },
    source: { type: "string", default: SOURCE },
  },
});
const source = resolve(values.source);
const shape = values.shape === "day" ? "day" : "episode";
const { sqlite } = values;
if (!(values.shape in SHAPES))
  throw new Error(`There is no shape "${values.shape}"; there are ${Object.keys(SHAPES).join(", ")}.`);

/** One schedule, traced. */
async function playOne(schedule: Schedule): Promise<number> {
  const report = await simulate(schedule, await loadSubject(source), true);
  report.trace.forEach((line) => void print(line));
  print(summary(report));
  return report.violations.length;
}

async function playMany(schedules: readonly Schedule[]): Promise<number> {
  const began = performance.now();
  const played = await play(schedules, source, (report) => {
    print(`${summary(report)}\n  ${replayCommand(report.schedule)}`);
    return false;
  });
  const seconds = (performance.now() - began) / 1000;
  print(accountOf(played));
  print(
    `${schedules.length} schedules, ${played.broken.length} broken, ${played.conversations} conversations in ${seconds.toFixed(1)} s`,
  );
  return played.broken.length;
}

async function main(): Promise<number> {
  const seed = values.seed === undefined ? null : Number(values.seed);
  if (seed === null) {
    const from = Number(values.from);
    return playMany(
      Array.from({ length: Number(values.count) }, (_, index) => ({ shape, sqlite, seed: from + index })),
    );
  }
  if (values["each-crossing"]) {
    const { crossings } = await simulate({ shape, seed, sqlite }, await loadSubject(source));
    return playMany(Array.from({ length: crossings }, (_, index) => ({ shape, seed, sqlite, crashAt: [index + 1] })));
  }
  return playOne({ shape, seed, sqlite, crashAt: values["crash-at"]?.split(",").map(Number) ?? [] });
}

process.exitCode = (await main()) > 0 ? 1 : 0;
