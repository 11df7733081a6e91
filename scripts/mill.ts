/**
 * The mill: `npm run mill [-- --count 60] [--json]`. Kills the real desk with -9 and cuts its links under load, a plain relay beside it,
 * and looks for each message; in rounds, until 1,000 kills and 500 cuts are done or `--count` more faults. It may be ended at any moment
 * and goes on where it was: what was found is in `--results FILE`, by default test/durability/results.json, and with that one
 * docs/durability.md is written anew after every round. `--for MINUTES` begins no round after that. `--kills` and `--cuts` set other
 * goals. With --json the last line is the results as JSON. Ends with 1 when a promise was broken in any round so far.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Fault, playRound } from "../test/durability/mill/round.ts";
import { broken } from "../test/durability/mill/totals.ts";
import { type Goals, withReport } from "./mill/report.ts";
import { type Results, readResults, withAbandoned, withAccount, writeResults } from "./mill/results.ts";

const RESULTS = fileURLToPath(new URL("../test/durability/results.json", import.meta.url));
const DOCUMENT = fileURLToPath(new URL("../docs/durability.md", import.meta.url));
/** Faults of a round: few enough that little is lost when it is given up. */
const ROUND = 12;
/** Rounds that may be given up one after another before the mill ends. */
const MOST_ABANDONED = 3;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    cuts: { type: "string", default: "500" },
    count: { type: "string", default: "1000000" },
    for: { type: "string", default: "100000" },
    results: { type: "string", default: RESULTS },
    json: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  const numbers = [values.kills, values.cuts, values.count, values.for].map(Number);
  if (numbers.some((number) => !Number.isInteger(number) || number < 0)) {
    process.stderr.write("--kills, --cuts, --count and --for are whole numbers.\n");
    return 2;
  }
  const [kills = 0, cuts = 0, count = 0, minutes = 0] = numbers;
  const end = performance.now() + minutes * 60_000;
  let results = readResults(values.results, today());
  let left = count;
  let abandoned = 0;
  while (left > 0 && performance.now() < end && abandoned < MOST_ABANDONED) {
    const faults = next(results, { kills, cuts }, Math.min(left, ROUND));
    if (faults.length === 0) break;
    const after = await round(results, faults);
    abandoned = after.rounds === results.rounds ? abandoned + 1 : 0;
    left -= after.rounds === results.rounds ? 0 : faults.length;
    results = after;
    keep(results, { kills, cuts });
    say(summary(results));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return broken(results.desk).length === 0 && abandoned < MOST_ABANDONED ? 0 : 1;
}

/** One more round; what stops it is written down with the results. */
async function round(results: Results, faults: readonly Fault[]): Promise<Results> {
  try {
    const account = await playRound(faults, (done) => say(`  ${done} of ${faults.length}`));
    for (const sentence of account.evidence) say(`  ${sentence}`);
    return withAccount(results, account, today());
  } catch (error) {
    say(String(error));
    return withAbandoned(results, String(error).split("\n")[0] ?? "", today());
  }
}

/** The faults of the next round in random order, of each kind its share of those that are still to be done. */
function next(results: Results, goals: Goals, most: number): readonly Fault[] {
  const [kills, cuts] = [Math.max(0, goals.kills - results.kills), Math.max(0, goals.cuts - results.cuts)];
  const size = Math.min(most, kills + cuts);
  const ofKills = size === 0 ? 0 : Math.round((size * kills) / (kills + cuts));
  return Array.from({ length: size }, (_, index): Fault => (index < ofKills ? "kill" : "cut"))
    .map((fault) => ({ fault, place: Math.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ fault }) => fault);
}

function keep(results: Results, goals: Goals): void {
  writeResults(values.results, results);
  if (values.results === RESULTS) {
    writeFileSync(DOCUMENT, withReport(readFileSync(DOCUMENT, "utf8"), results, goals));
  }
}

function summary({ rounds, kills, cuts, desk, relay, abandoned }: Results): string {
  const counts = [desk, relay].map((side) => broken(side).join(", ") || "nothing broken");
  return `round ${rounds} (${abandoned.length} given up): ${kills} kills, ${cuts} cuts; ${desk.receipted} receipted by the desk: ${counts[0]}, ${desk.repeats} repeats; relay: ${counts[1]}, ${relay.unanswered} gone without a word`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Progress goes where it does not mix with --json. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

// What a client library leaves behind, such as a timer for its next attempt, must not keep it running.
process.exit(await main());
