/**
 * Runs the checks and suites: `node scripts/test.ts [check | all | group ...] [--mocha-option ...]`.
 * `check` is what fits into a minute; `all` (the default) adds everything that needs real servers, a browser or time.
 * Each group is a mocha of its own, so that one cannot disturb another; what begins with a dash is passed to mocha.
 * The last line is `N passed, N failed, N skipped`, totalled over the groups; a check that fails, a mocha that dies and
 * a group without tests count as one failure each. Ends with 0 only when tests ran and none failed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

interface Group {
  readonly name: string;
  readonly quick: boolean;
  /** Whether it talks to real servers, clients or a browser, which then are obtained first. */
  readonly servers: boolean;
  readonly limitMinutes: number;
  /** What to run without mocha. */
  readonly command?: (program: (name: string) => string) => readonly (readonly string[])[];
  /** What to run with mocha. */
  readonly tests?: readonly string[];
}

const groups: readonly Group[] = [
  { ...quick("lint", 1), command: (program) => [[program("biome"), "check", "--error-on-warnings"]] },
  { ...quick("types", 2), command: (program) => typeProjects().map((project) => [program("tsc"), "-p", project]) },
  { ...quick("unit", 2), tests: ["test/unit/**/*.test.ts"] },
  { ...quick("conformance", 2), tests: ["test/conformance/**/*.test.ts"] },
  { ...quick("scenarios", 2), tests: ["test/scenarios/**/*.test.ts"] },
  { ...quick("tidy", 1), tests: ["test/tidy.test.ts"] },
  { ...full("simulation", 6), servers: false, tests: ["test/simulation/**/*.test.ts"] },
  { ...full("networks", 8), tests: ["test/networks/**/*.test.ts"] },
  { ...full("browser", 6), tests: ["test/browser/**/*.test.ts"] },
  { ...full("durability", 8), tests: ["test/durability/**/*.test.ts"] },
  { ...full("packaging", 5), servers: false, tests: ["test/packaging/**/*.test.ts"] },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const children = new Set<ChildProcess>();

function quick(name: string, limitMinutes: number): Group {
  return { name, quick: true, servers: false, limitMinutes };
}

function full(name: string, limitMinutes: number): Group {
  return { name, quick: false, servers: true, limitMinutes };
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
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  if (chosen.some((group) => group.servers) && (await run([process.execPath, "scripts/test-servers.ts"], 15)) !== 0) {
    total.failed += 1;
  }
  const summary: string[] = [];
  for (const group of chosen) {
    say(`\n── ${group.name} ${"─".repeat(100 - group.name.length)}`);
    const started = performance.now();
    const counts = await runGroup(group, options);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    summary.push(`${group.name.padEnd(12)} ${describe(counts)} (${seconds} s)`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  say(`\n${summary.join("\n")}\n`);
  say(describe(total));
  return total.failed === 0 && (total.passed > 0 || chosen.every((group) => group.tests === undefined)) ? 0 : 1;
}

function choose(names: readonly string[]): Group[] {
  if (names.length === 0 || names.includes("all")) {
    return [...groups];
  }
  return groups.filter((group) => names.includes(group.name) || (group.quick && names.includes("check")));
}

async function runGroup(group: Group, options: readonly string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const command of group.command?.(bin) ?? []) {
    if ((await run(command, group.limitMinutes)) !== 0) {
      counts.failed += 1;
    }
  }
  if (group.tests === undefined) {
    return counts;
  }
  const files = globSync(group.tests, { cwd: root }).sort();
  if (files.length === 0) {
    say(`The group ${group.name} has no test files (${group.tests.join(", ")}).`);
    return { ...counts, failed: counts.failed + 1 };
  }
  let last: Counts | undefined;
  const code = await run([process.execPath, bin("mocha"), ...options, ...files], group.limitMinutes, (line) => {
    last = parse(line) ?? last;
    return parse(line) === undefined;
  });
  if (last === undefined || (code !== 0 && last.failed === 0)) {
    say(`The mocha of the group ${group.name} died before its end (exit code ${code}).`);
    return { passed: last?.passed ?? 0, failed: 1, skipped: last?.skipped ?? 0 };
  }
  return last;
}

/**
 * Runs a command with its output passed on, ends it after the limit, and resolves with its exit code. `keepLine` sees
 * each line of stdout and says whether to show it.
 */
async function run(command: readonly string[], limitMinutes: number, keepLine = (_line: string) => true) {
  const [program = "", ...args] = command;
  const colour = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...colour },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const limit = setTimeout(() => {
    say(`${args.join(" ")} ran longer than ${limitMinutes} minutes and is ended.`);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
  }, limitMinutes * 60_000);
  for await (const line of createInterface({ input: child.stdout })) {
    if (keepLine(line)) {
      say(line);
    }
  }
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(limit);
  children.delete(child);
  return code;
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
    for (const child of children) {
      child.kill("SIGTERM");
    }
    process.exit(1);
  });
}
process.exitCode = await main(process.argv.slice(2));
