/**
 * Runs seeds from the command line:
 *
 *     node test/simulation/run.ts --seed 17            one seed, with a trace of everything that happened
 *     node test/simulation/run.ts --from 1 --count 500 many seeds, one line for each that breaks an invariant
 *
 * `--source FOLDER` runs another copy of src/. The exit status is 1 when an invariant was broken.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Report, simulate } from "./simulation.ts";
import { loadSubject } from "./subject.ts";

const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function summary({ seed, conversations, messages, steps, faults, simulatedMs, violations }: Report): string {
  const minutes = Math.round(simulatedMs / 60_000);
  const what = `seed ${seed}: ${minutes} minutes, ${conversations} conversations, ${messages} messages, ${steps} steps, ${faults} faults`;
  return [what, ...violations.map(({ invariant, detail }) => `  BROKEN ${invariant}: ${detail}`)].join("\n");
}

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    count: { type: "string", default: "100" },
    source: { type: "string", default: SOURCE },
  },
});
const subject = await loadSubject(resolve(values.source));
const only = values.seed === undefined ? null : Number(values.seed);
const first = only ?? Number(values.from);
const count = only === null ? Number(values.count) : 1;
let broken = 0;
let conversations = 0;
let simulatedMs = 0;
const began = performance.now();
for (let seed = first; seed < first + count; seed += 1) {
  const report = await simulate(seed, subject, only !== null);
  conversations += report.conversations;
  simulatedMs += report.simulatedMs;
  broken += report.violations.length > 0 ? 1 : 0;
  report.trace.forEach((line) => void print(line));
  if (report.violations.length > 0 || only !== null) {
    print(summary(report));
  }
}
const seconds = (performance.now() - began) / 1000;
const speed = Math.round(simulatedMs / 1000 / seconds);
print(
  `${count} seeds, ${broken} broken; ${conversations} conversations in ${seconds.toFixed(1)} s, ${speed} times as fast as real time`,
);
process.exitCode = broken > 0 ? 1 : 0;
