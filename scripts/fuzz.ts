/**
 * The fuzzer that is led by what runs: `node scripts/fuzz.ts [--target xmpp,irc] [--texts 50000] [--seed 1] [--corpus FOLDER]`. What made
 * something new run is kept in the folder, and tried first the next time. Each finding is printed as a text of JSON. Ends with 1 when there
 * was one.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProgress } from "../src/cli/progress.ts";
import { watchCoverage } from "../test/fuzz/coverage.ts";
import { fuzzGuided, type Target } from "../test/fuzz/guided.ts";
import { TARGETS } from "../test/fuzz/targets.ts";
import { readOptions } from "./command-line.ts";

const { values } = readOptions(import.meta.url, {
  options: {
    target: { type: "string", default: TARGETS.map(({ name }) => name).join(",") },
    texts: { type: "string", default: "50000" },
    seed: { type: "string", default: "1" },
    corpus: { type: "string" },
  },
});
const [texts, seed] = [Number(values.texts), Number(values.seed)];
if (!Number.isInteger(texts) || texts < 1 || !Number.isInteger(seed)) {
  say("--texts and --seed are whole numbers.");
  process.exit(1);
}

let findings = 0;
for (const name of values.target.split(",")) {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) {
    say(`There is no target ${name}. There are ${TARGETS.map((one) => one.name).join(", ")}.`);
    process.exit(1);
  }
  findings += fuzz(target);
}
say(findings === 0 ? "Nothing found." : `${findings} found.`);
process.exit(findings === 0 ? 0 : 1);

function fuzz(target: Target): number {
  const begun = performance.now();
  const coverage = watchCoverage((url) => /\/(?:src|adapters)\//u.test(url), target.countsCalls);
  const progress = createProgress(target.name);
  const before = known(target);
  const result = fuzzGuided({
    target,
    coverage,
    seed,
    texts,
    corpus: before,
    onBatch: (done) => progress.at(done / texts),
  });
  progress.done();
  const { functions, open } = coverage.totals;
  coverage.end();
  keep(target, result.corpus);
  for (const { text, fault } of result.findings) say(`${target.name}: ${fault}\n  ${JSON.stringify(text)}`);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  say(
    `${target.name}: ${texts} texts in ${seconds} s, ${result.corpus.length} kept; ${functions} functions ran, ${open} branches of them never.`,
  );
  return result.findings.length;
}

function known({ name }: Target): readonly string[] {
  if (values.corpus === undefined) return [];
  const folder = join(values.corpus, name);
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
}

function keep({ name }: Target, corpus: readonly string[]): void {
  if (values.corpus === undefined) return;
  for (const text of corpus) {
    const file = createHash("sha256").update(text).digest("hex").slice(0, 16);
    writeFileSync(join(values.corpus, name, file), text);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
