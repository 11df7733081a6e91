/**
 * Obtains the servers and clients that the tests talk to: `node scripts/test-servers.ts [program ...]`.
 * As root on Debian it installs what is missing with apt-get; anywhere else it names what is missing and how to
 * get it. Ends with 0 when everything is there (or when it is missing and CI is not `true`), else with 1.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isInstalled, type ProgramName, programs } from "../test/support/programs.ts";
import { runCommand } from "./run-command.ts";

const POLICY_FILE = "/usr/sbin/policy-rc.d";
/** How long apt waits for another apt on the same machine before it gives up. */
const LOCK_SECONDS = 300;
const APT_LIMIT_MINUTES = 12;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in programs));
  if (unknown.length > 0) {
    say(`There is no program called ${unknown.join(", ")}; the known ones are ${Object.keys(programs).join(", ")}.`);
    return 1;
  }
  const missing = wanted(names).filter((name) => !isInstalled(name));
  if (missing.length === 0) {
    return 0;
  }
  if (!isDebian() || process.getuid?.() !== 0) {
    return explain(missing);
  }
  return (await install(missing)) ? 0 : explain(missing.filter((name) => !isInstalled(name)));
}

function wanted(names: readonly string[]): ProgramName[] {
  const all = Object.keys(programs) as ProgramName[];
  return all.filter((name) => (names.length === 0 ? programs[name].inTests : names.includes(name)));
}

function isDebian(): boolean {
  return existsSync("/usr/bin/apt-get") && /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** Says what is missing and how to get it. In CI that is a failure: a suite must not be skipped there unseen. */
function explain(missing: readonly ProgramName[]): number {
  const packages = missing.map((name) => programs[name].debianPackage).join(" ");
  for (const name of missing) {
    say(`${name} is not installed (${programs[name].path} is missing); ${programs[name].purpose} need it.`);
  }
  say(`On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages}`);
  if (process.env.CI === "true") {
    say("CI is true, so this is a failure.");
    return 1;
  }
  say("The suites that need them will be skipped.");
  return 0;
}

async function install(missing: readonly ProgramName[]): Promise<boolean> {
  const packages = missing.map((name) => programs[name].debianPackage);
  say(`Installing from Debian: ${packages.join(", ")} (about a minute)`);
  const ownPolicy = !existsSync(POLICY_FILE);
  if (ownPolicy) {
    // Debian starts a freshly installed daemon unless this file forbids it; the tests start their own.
    writeFileSync(POLICY_FILE, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  }
  try {
    await apt(["update"]);
    return await apt(["install", "-y", "--no-install-recommends", ...packages]);
  } finally {
    if (ownPolicy) {
      rmSync(POLICY_FILE, { force: true });
    }
  }
}

/** Runs apt-get, a second time when the first fails: mirrors hiccup. Shows what arrives, and the rest when it failed. */
async function apt(args: readonly string[]): Promise<boolean> {
  const quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", `-oDPkg::Lock::Timeout=${LOCK_SECONDS}`, "-q"];
  for (const attempt of [1, 2]) {
    const started = performance.now();
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (/^(Need to get|Fetched|Setting up)/.test(line)) {
        say(line);
      }
    };
    const code = await runCommand([...quiet, ...args], { folder: "/", limitMinutes: APT_LIMIT_MINUTES, onLine });
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (code === 0) {
      say(`apt-get ${args[0]}: done in ${seconds} s`);
      return true;
    }
    say(`apt-get ${args[0]} failed (attempt ${attempt} of 2, ${seconds} s):\n  ${lines.slice(-15).join("\n  ")}`);
  }
  return false;
}

function say(line: string): void {
  process.stdout.write(`test servers: ${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
