/**
 * The mill: `npm run mill [-- --count 60] [--write] [--json]`. Kills the real desk with -9 and cuts its links under load on XMPP, Matrix and
 * IRC, a plain relay beside it, and looks for each message; in rounds, until 1,000 kills and 500 cuts are done or `--count` more faults. It
 * may be ended at any moment and goes on where it was: what was found is in `--results FILE`, by default .mill/results.json, which is not
 * tracked; with `--write` docs/durability.md is written anew after every round. `--for MINUTES` begins no round after that. `--kills` and
 * `--cuts` set other goals, `--round` how many faults a round has. `--networks xmpp,irc` leaves the others out; without it, all whose servers
 * are installed take part. With --json the last line is the results as JSON. Ends with 1 when a promise was broken in any round so far.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Fault, playRound } from "../test/durability/mill/round.ts";
import { MILL_NETWORKS, type MillNetwork } from "../test/durability/mill/talks.ts";
import { broken } from "../test/durability/mill/totals.ts";
import { isInstalled } from "../test/support/programs.ts";
import { readOptions } from "./command-line.ts";
import { type Goals, withReport } from "./mill/report.ts";
import {
  ofTheDesk,
  type Results,
  readResults,
  roundsOf,
  withAbandoned,
  withAccount,
  writeResults,
} from "./mill/results.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = `${ROOT}.mill/results.json`;
const DOCUMENT = `${ROOT}docs/durability.md`;
/** Rounds that may be given up one after another before the mill ends. */
const MOST_ABANDONED = 3;
const SERVERS = { xmpp: "prosody", matrix: "synapse", irc: "ngircd" } as const satisfies Record<MillNetwork, string>;

const { values } = readOptions(import.meta.url, {
  options: {
    kills: { type: "string", default: "1000" },
    cuts: { type: "string", default: "500" },
    count: { type: "string", default: "1000000" },
    round: { type: "string", default: "20" },
    for: { type: "string", default: "100000" },
    networks: { type: "string" },
    results: { type: "string", default: RESULTS },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  const numbers = [values.kills, values.cuts, values.count, values.for, values.round].map(Number);
  const networks = chosenNetworks();
  if (numbers.some((number) => !Number.isInteger(number) || number < 0) || networks === null) {
    say(
      `--kills, --cuts, --count, --round and --for are whole numbers, --networks some of ${MILL_NETWORKS.join(",")}.`,
    );
    return 2;
  }
  const [kills = 0, cuts = 0, count = 0, minutes = 0, size = 0] = numbers;
  const end = performance.now() + minutes * 60_000;
  startQuickly();
  let results = readResults(values.results);
  let left = count;
  let abandoned = 0;
  while (left > 0 && performance.now() < end && abandoned < MOST_ABANDONED) {
    const faults = next(results, { kills, cuts }, Math.min(left, size));
    if (faults.length === 0) break;
    const after = await round(results, faults, networks);
    const isCounted = roundsOf(after) > roundsOf(results);
    abandoned = isCounted ? 0 : abandoned + 1;
    left -= isCounted ? faults.length : 0;
    results = after;
    keep(results, { kills, cuts });
    say(summary(results));
  }
  keep(results, { kills, cuts });
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return broken(ofTheDesk(results)).length === 0 && abandoned < MOST_ABANDONED ? 0 : 1;
}

/** Those asked for, or those whose servers are here; null when there is no such network. */
function chosenNetworks(): ReadonlySet<MillNetwork> | null {
  if (values.networks === undefined) return new Set(MILL_NETWORKS.filter((network) => isInstalled(SERVERS[network])));
  const asked = values.networks.split(",");
  const known = MILL_NETWORKS.filter((network) => asked.includes(network));
  return known.length === asked.length ? new Set(known) : null;
}

/** Most of a fault's time is the start of the desk: what Node makes of its sources is kept. */
function startQuickly(): void {
  const folder = `${ROOT}.mill/compiled`;
  mkdirSync(folder, { recursive: true });
  process.env.NODE_COMPILE_CACHE ??= folder;
}

/** One more round; what stops it is written down with the results. */
async function round(results: Results, faults: readonly Fault[], networks: ReadonlySet<MillNetwork>): Promise<Results> {
  try {
    const account = await playRound(faults, networks, (done) => say(`  ${done} of ${faults.length}`));
    for (const sentence of account.evidence) say(`  ${sentence}`);
    return withAccount(results, account, new Date().toISOString().slice(0, 10), version());
  } catch (error) {
    say(error instanceof Error ? `${error.stack}` : String(error));
    return withAbandoned(results, String(error).split("\n")[0] ?? "");
  }
}

/** The commit that is tried, or the package's version where there is no checkout. */
function version(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: ROOT, encoding: "utf8" }).trim();
  } catch {
    return (JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { readonly version: string }).version;
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
  if (values.write) writeFileSync(DOCUMENT, withReport(readFileSync(DOCUMENT, "utf8"), results, goals));
}

function summary(results: Results): string {
  const desk = ofTheDesk(results);
  const counts = [desk, results.relay].map((side) => broken(side).join(", ") || "nothing broken");
  return `round ${roundsOf(results)} (${results.abandoned.length} given up): ${results.kills} kills, ${results.cuts} cuts; ${desk.receipted} receipted: ${counts[0]}, ${desk.repeats} repeats; relay: ${counts[1]}, ${results.relay.unanswered} gone without a word`;
}

/** Progress goes where it does not mix with --json. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

// What a client library leaves behind, such as a timer for its next attempt, must not keep it running.
process.exit(await main());
