/**
 * Shows that each defence is needed: in a throw-away copy of the tree it is taken out, and the tests that are said to show it have to fail;
 * with it they have to pass. `npm run threats [-- NUMBER ...] [-- --quick] [-- --json]`; `--quick` leaves out what needs a real server,
 * `--write` writes docs/threats.md instead.
 * Ends with 0 only when every defence was shown. About three seconds a defence.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyOf, type Plot } from "../test/support/planting.ts";
import { pageOf } from "../test/threats/page.ts";
import { THREATS } from "../test/threats/table.ts";
import type { Defence, Threat } from "../test/threats/threat.ts";
import { readOptions } from "./command-line.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PARTS = ["src", "adapters", "config", "scripts", "test", "docs", "package.json", "tsconfig.json", "README.md"];
const TEST_MINUTES = 5;

/** `shown`: red without it and green with it. */
type Verdict = "shown" | "not needed" | "broken test" | "no such test" | "no such piece" | "does not load";

interface Row {
  readonly number: number;
  readonly threat: string;
  readonly defence: string;
  readonly verdict: Verdict;
  readonly holds: boolean;
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions(import.meta.url, {
    options: { quick: { type: "boolean" }, json: { type: "boolean" }, write: { type: "boolean" } },
    allowPositionals: true,
  });
  const wrong = positionals.filter((word) => !THREATS.some(({ number }) => String(number) === word));
  if (wrong.length > 0) {
    process.stderr.write(`There is no threat ${wrong.join(", ")}; docs/threats.md has their numbers.\n`);
    return 2;
  }
  if (values.write) {
    await writeFile(join(ROOT, "docs/threats.md"), pageOf(THREATS));
    return 0;
  }
  const numbers = positionals.map(Number);
  const chosen = THREATS.filter(({ number }) => numbers.length === 0 || numbers.includes(number));
  const tasks = chosen.flatMap((threat) =>
    threat.defences
      .filter((defence) => !values.quick || !needsServers(defence))
      .map((defence) => ({ threat, defence })),
  );
  const plot = await copyOf(ROOT, PARTS);
  if (existsSync(join(ROOT, ".servers"))) {
    await symlink(join(ROOT, ".servers"), join(plot.folder, ".servers"));
  }
  const rows: Row[] = [];
  try {
    for (const { threat, defence } of tasks) {
      const row = await tried(plot, threat, defence);
      rows.push(row);
      say(values.json ? JSON.stringify(row) : line(row, rows.length, tasks.length));
    }
  } finally {
    await plot.remove();
  }
  const failed = rows.filter(({ holds }) => !holds).length;
  if (!values.json) {
    say(`\n${rows.length - failed} of ${rows.length} defences were seen to be needed.`);
  }
  return failed === 0 && rows.length > 0 ? 0 : 1;
}

async function tried(plot: Plot, threat: Threat, defence: Defence): Promise<Row> {
  const verdict = await verdictOf(plot, defence);
  const about = { number: threat.number, threat: threat.title, defence: defence.what };
  return { ...about, verdict, holds: verdict === "shown" };
}

async function verdictOf(plot: Plot, defence: Defence): Promise<Verdict> {
  const before = await run(plot.folder, defence);
  if (before.tests === 0) return "no such test";
  if (before.failed) return "broken test";
  let restore: () => Promise<void>;
  try {
    restore = await plot.plant(defence);
  } catch {
    return "no such piece";
  }
  try {
    const without = await run(plot.folder, defence);
    // Red because nothing can be loaded any more would show nothing.
    if (without.tests === 0) return "does not load";
    return without.failed ? "shown" : "not needed";
  } finally {
    await restore();
  }
}

/** The tests that show it, and no others: mocha in the copy. */
async function run(
  folder: string,
  { shownBy }: Defence,
): Promise<{ readonly tests: number; readonly failed: boolean }> {
  const files = [...new Set(shownBy.map(([file]) => file))];
  const titles = shownBy.map(([, title]) => title.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")).join("|");
  const mocha = join(ROOT, "node_modules/mocha/bin/mocha.js");
  const args = [mocha, "--no-config", "--exit", "--timeout", "10000", "--reporter", "json", "--grep", titles, ...files];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const limit = setTimeout(() => child.kill("SIGKILL"), TEST_MINUTES * 60_000);
  let output = "";
  child.stdout.on("data", (bytes) => {
    output += String(bytes);
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(limit);
  const passes = Number(/"passes": (\d+)/u.exec(output)?.[1] ?? 0);
  const failures = Number(/"failures": (\d+)/u.exec(output)?.[1] ?? 0);
  return { tests: passes + failures, failed: code !== 0 || failures > 0 };
}

function needsServers({ shownBy }: Defence): boolean {
  return shownBy.some(([file]) => file.startsWith("test/networks/") || file.startsWith("test/durability/"));
}

function line({ number, defence, verdict }: Row, done: number, all: number): string {
  return `${String(done).padStart(3)}/${all}  ${String(number).padStart(2)}  ${verdict.padEnd(13)} ${defence}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main();
