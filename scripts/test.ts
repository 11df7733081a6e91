/**
 * Runs the checks and suites: `node scripts/test.ts [check | all | group ...] [--mocha-option ...]`.
 * `check` is what fits into a minute; `all` (the default) adds everything that needs real servers, a browser or time.
 * Each group is a mocha of its own, so that one cannot disturb another; what begins with a dash is passed to mocha.
 * What failed is said again at the end, where it is found in a long log.
 * In the groups with real servers and a browser a test that fails is tried a second time, and named at the end when it needed that: a
 * server that a busy machine held up for once is no defect, one that does it often is. More than {@link MOST_TRIED_AGAIN} fail the run.
 * The last line is `N passed, N failed, N skipped`, totalled over the groups; a check that fails, a mocha that dies and
 * a group without tests count as one failure each. Ends with 0 only when tests ran and none failed.
 */
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endCommands, runCommand } from "./run-command.ts";
import { TRIED_AGAIN } from "./tried-again.ts";

interface Group {
  readonly name: string;
  readonly quick: boolean;
  /** Whether it talks to real servers, clients or a browser, which then are obtained first. */
  readonly servers: boolean;
  readonly limitMinutes: number;
  /** Of those that are not quick; see `AT_ONCE`. */
  readonly kind: "working" | "waiting" | "alone";
  /** What to run without mocha. */
  readonly command?: (program: (name: string) => string) => readonly (readonly string[])[];
  /** What to run with mocha, and what of it not. */
  readonly tests?: readonly string[];
  readonly except?: readonly string[];
  /** Mochas that share the files; left out: one. */
  readonly mochas?: number;
}

/** Conformance of the adapters whose far end is a real server: too long for the quick groups. */
const onRealServers = [
  "test/conformance/xmpp*.test.ts",
  "test/conformance/irc*.test.ts",
  "test/conformance/matrix*.test.ts",
];

/** A real desk for each, or very many turns of chance: too long for the quick groups. */
const longer = [
  ...["api", "console", "openid", "secrets", "http-tls", "offer-races"],
  ...["shared-desks", "routing-link", "what-if", "shift", "simulate", "routing-suite"],
  ...["core-property", "sealing", "store-sends", "nat"],
].map((name) => `test/unit/${name}.test.ts`);
const guided = "test/fuzz/guided.test.ts";

const groups: readonly Group[] = [
  { ...quick("unit", 15), tests: ["test/unit/**/*.test.ts"], except: longer, mochas: 2 },
  { ...quick("lint", 3), command: (program) => [[program("biome"), "check", "--error-on-warnings"]] },
  { ...quick("types", 4), command: (program) => typeProjects().map((project) => [program("tsc"), "-p", project]) },
  { ...quick("conformance", 6), tests: ["test/conformance/**/*.test.ts"], except: onRealServers },
  { ...quick("scenarios", 5), tests: ["test/scenarios/**/*.test.ts"] },
  { ...quick("leaks", 5), tests: ["test/leaks/**/*.test.ts"] },
  { ...quick("fuzz", 6), tests: ["test/fuzz/**/*.test.ts"], except: [guided] },
  { ...quick("tidy", 5), tests: ["test/tidy.test.ts"] },
  ...networks(),
  { ...full("browser", 10), tests: ["test/browser/**/*.test.ts"] },
  { ...full("packaging", 5), servers: false, tests: ["test/packaging/**/*.test.ts"] },
  { ...full("longer", 10), servers: false, tests: [...longer, guided] },
  { ...full("simulation", 30), servers: false, kind: "alone", tests: ["test/simulation/**/*.test.ts"] },
];

/**
 * With real servers, most of them by protocol, so that they can run beside each other: they mostly wait, for timeouts of servers, for
 * people at terminals, for desks that were killed. (IRC's conformance: 5 seconds of the processor in a minute.)
 */
function networks(): readonly Group[] {
  const of = (protocol: string) => [`test/networks/${protocol}*.test.ts`, `test/conformance/${protocol}*.test.ts`];
  const [irc, matrix] = [of("irc"), of("matrix")];
  const rest = ["test/networks/**/*.test.ts", "test/conformance/xmpp*.test.ts"];
  return [
    { ...full("networks", 30), kind: "waiting", tests: rest, except: [...irc, ...matrix] },
    { ...full("durability", 20), kind: "waiting", tests: ["test/durability/**/*.test.ts"] },
    { ...full("networks-matrix", 30), kind: "waiting", tests: matrix },
    { ...full("networks-irc", 30), kind: "waiting", tests: irc },
    { ...full("firewall", 8), kind: "waiting", tests: ["test/nat/**/*.test.ts", "test/firewall/**/*.test.ts"] },
  ];
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Which lines of a group's output to say again at the end. */
interface Failures {
  hear(line: string): void;
  lines(): readonly string[];
}

interface Result {
  readonly name: string;
  readonly counts: Counts;
  /** What mocha says of the tests that failed, or the end of what a check said that failed. */
  readonly failures: readonly string[];
  /** The tests of the group that failed and were tried again, with what was wrong the first time. */
  readonly triedAgain: readonly string[];
  readonly summary: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => join(root, "node_modules", ".bin", name);
/**
 * Groups that share the machine, in the order of the table, which has the longest first. Those that mostly wait come before those
 * that work the processors; the simulation uses all of them by itself.
 */
const AT_ONCE = { quick: 3, waiting: 4, working: 2, alone: 1 } as const;

function quick(name: string, limitMinutes: number): Group {
  return { name, quick: true, kind: "working", servers: false, limitMinutes };
}

function full(name: string, limitMinutes: number): Group {
  return { name, quick: false, kind: "working", servers: true, limitMinutes };
}

/** The project itself, and each folder of browser pages, which see the DOM and not Node. */
function typeProjects(): string[] {
  const pages = globSync("{src,adapters}/**/pages/tsconfig.json", { cwd: root });
  return [".", ...pages.filter((path) => globSync(`${dirname(path)}/**/*.ts`, { cwd: root }).length > 0)];
}

async function main(args: readonly string[]): Promise<number> {
  const firstOption = args.findIndex((argument) => argument.startsWith("-"));
  const names = firstOption === -1 ? args : args.slice(0, firstOption);
  const options = firstOption === -1 ? [] : args.slice(firstOption);
  const chosen = choose(names);
  if (chosen.length === 0) {
    say(`There is no group ${names.join(", ")}; the groups are check, all, ${groups.map((g) => g.name).join(", ")}.`);
    return 1;
  }
  const obtained = chosen.some((group) => group.servers) ? await obtainServers() : true;
  const results = await withCompiled(() => runAll(chosen, options));
  const { passed, failed, skipped } = total(results.map((result) => result.counts));
  const triedAgain = results.flatMap(({ name, triedAgain }) => triedAgain.map((line) => `${name}: ${line}`));
  const unsteady = triedAgain.length > MOST_TRIED_AGAIN;
  const counts = { passed, failed: failed + (obtained ? 0 : 1) + (unsteady ? 1 : 0), skipped };
  for (const { name, failures } of results) {
    if (failures.length > 0) say(`\n── failed in ${name} ${"─".repeat(90 - name.length)}\n${failures.join("\n")}`);
  }
  if (triedAgain.length > 0) {
    say(
      `\n── failed once (${triedAgain.length}; a run may have ${MOST_TRIED_AGAIN}) ${"─".repeat(70)}\n${triedAgain.join("\n")}`,
    );
  }
  say(`\n${results.map((result) => result.summary).join("\n")}\n`);
  say(describe(counts));
  return counts.failed === 0 && (counts.passed > 0 || chosen.every((group) => group.tests === undefined)) ? 0 : 1;
}

/**
 * What Node makes of a source when it reads it first (types stripped, compiled) is kept for as long as the run: every group and every
 * desk that a test starts reads the same hundreds of files.
 */
async function withCompiled<T>(work: () => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "frontdesk-compiled-"));
  process.env.NODE_COMPILE_CACHE = folder;
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function obtainServers(): Promise<boolean> {
  return (await run([process.execPath, "scripts/test-servers.ts"], 15, say)) === 0;
}

/** What groups have said that are not over yet. */
const underWay = new Set<readonly string[]>();

async function runAll(chosen: readonly Group[], options: readonly string[]): Promise<Result[]> {
  const results = new Map<string, Result>();
  const atOnce = async (most: number, waiting: Group[]) => {
    const work = async () => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        const lines: string[] = [];
        underWay.add(lines);
        // What others say at the same time must not come in between.
        const print = most === 1 ? say : (line: string): void => void lines.push(line);
        results.set(group.name, await runGroup(group, options, print));
        underWay.delete(lines);
        if (most > 1) say(lines.join("\n"));
      }
    };
    await Promise.all(Array.from({ length: most }, work));
  };
  await atOnce(
    AT_ONCE.quick,
    chosen.filter((group) => group.quick),
  );
  for (const kind of ["waiting", "working", "alone"] as const) {
    await atOnce(
      AT_ONCE[kind],
      chosen.filter((group) => !group.quick && group.kind === kind),
    );
  }
  return chosen.flatMap((group) => results.get(group.name) ?? []);
}

function choose(names: readonly string[]): Group[] {
  if (names.length === 0 || names.includes("all")) {
    return [...groups];
  }
  return groups.filter(
    ({ name, quick }) =>
      names.some((one) => name === one || name.startsWith(`${one}-`)) || (quick && names.includes("check")),
  );
}

async function runGroup(group: Group, options: readonly string[], print: (line: string) => void): Promise<Result> {
  print(`\n── ${group.name} ${"─".repeat(100 - group.name.length)}`);
  const started = performance.now();
  const failures = group.tests === undefined ? lastLines() : afterFailing();
  const triedAgain: string[] = [];
  const heard = (line: string): void => {
    failures.hear(line);
    if (line.startsWith(TRIED_AGAIN)) triedAgain.push(line.slice(TRIED_AGAIN.length));
    print(line);
  };
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const command of group.command?.(bin) ?? []) {
    counts.failed += (await run(command, group.limitMinutes, heard)) === 0 ? 0 : 1;
  }
  const result = group.tests === undefined ? counts : await runMocha(group, options, heard);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return {
    name: group.name,
    counts: result,
    failures: result.failed > 0 ? failures.lines() : [],
    triedAgain,
    summary: `${group.name.padEnd(12)} ${describe(result)} (${seconds} s)`,
  };
}

/** How many tests of a run may need a second time: more is no chance of one machine. */
const MOST_TRIED_AGAIN = 3;
/** The most lines said again of one group: what stands before them is in the log above. */
const MOST_FAILURE_LINES = 200;

function lastLines(): Failures {
  const heard: string[] = [];
  return {
    hear: (line) => {
      heard.push(line);
      if (heard.length > MOST_FAILURE_LINES) heard.shift();
    },
    lines: () => heard,
  };
}

/** From `1 failing`, by which mocha heads them, to the counts; and what {@link runFiles} says of a mocha that died. */
function afterFailing(): Failures {
  const heard: string[] = [];
  let failing = false;
  return {
    hear: (line) => {
      failing = (failing || /^\s+\d+ failing$/.test(line)) && !/^\s+\d+ passing /.test(line);
      if ((failing || line.startsWith("The mocha of ")) && heard.length < MOST_FAILURE_LINES) heard.push(line);
    },
    lines: () => heard,
  };
}

async function runMocha(group: Group, options: readonly string[], print: (line: string) => void): Promise<Counts> {
  const files = globSync(group.tests ?? [], { cwd: root, exclude: group.except ?? [] }).sort();
  if (files.length === 0) {
    print(`The group ${group.name} has no test files (${group.tests?.join(", ")}).`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const mochas = group.mochas ?? 1;
  const shares = Array.from({ length: Math.min(mochas, files.length) }, (_, share) =>
    files.filter((_file, index) => index % mochas === share),
  );
  const lines = shares.map((): string[] => []);
  const counts = await Promise.all(
    shares.map((share, index) =>
      runFiles(group, share, options, mochas === 1 ? print : (line) => void lines[index]?.push(line)),
    ),
  );
  lines.flat().forEach(print);
  return total(counts);
}

async function runFiles(
  group: Group,
  files: readonly string[],
  options: readonly string[],
  print: (line: string) => void,
): Promise<Counts> {
  const colour = process.stdout.isTTY ? [] : ["--no-color"];
  const again = group.servers ? ["--retries", "1"] : [];
  let last: Counts | undefined;
  const code = await run(
    [process.execPath, bin("mocha"), ...colour, ...again, ...options, ...files],
    group.limitMinutes,
    (line) => {
      const counts = parse(line);
      last = counts ?? last;
      if (counts === undefined) {
        print(line);
      }
    },
  );
  if (last === undefined || (code !== 0 && last.failed === 0)) {
    print(`The mocha of the group ${group.name} died before its end (exit code ${code}).`);
    return { passed: last?.passed ?? 0, failed: 1, skipped: last?.skipped ?? 0 };
  }
  return last;
}

function run(command: readonly string[], limitMinutes: number, onLine: (line: string) => void): Promise<number> {
  return runCommand(command, { folder: root, limitMinutes, onLine });
}

function total(counts: readonly Counts[]): Counts {
  const sum = (field: keyof Counts): number => counts.reduce((all, one) => all + one[field], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

function parse(line: string): Counts | undefined {
  const match = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line);
  return match === null ? undefined : { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}

function describe(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    endCommands();
    // Whoever ends the run wants to know how far it had come.
    for (const lines of underWay) say(lines.join("\n"));
    say(`Ended by ${signal}.`);
    process.exit(1);
  });
}
process.exitCode = await main(process.argv.slice(2));
