/**
 * Obtains the servers and clients that the tests talk to: `node scripts/test-servers.ts [program ...]`.
 * As root on Debian it installs what is missing with apt-get; what that Debian does not have goes into a Debian root of its
 * own under .servers/ (mmdebstrap, about a minute, once); anywhere else it names what is missing and how to
 * get it. Ends with 0 when everything is there (or when it is missing and CI is not `true`), else with 1.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isInstalled, type Program, type ProgramName, programs } from "../test/support/programs.ts";
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
  const packages = missing.filter((name) => !hasOwnRoot(name)).map((name) => programs[name].debianPackage);
  for (const name of missing) {
    say(`${name} is not installed (${programs[name].path} is missing); ${programs[name].purpose} need it.`);
  }
  if (packages.length > 0) {
    say(`On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages.join(" ")}`);
  }
  if (missing.some(hasOwnRoot)) {
    say("The rest is made by this script, as root on Debian.");
  }
  if (process.env.CI === "true") {
    say("CI is true, so this is a failure.");
    return 1;
  }
  say("The suites that need them will be skipped.");
  return 0;
}

function hasOwnRoot(name: ProgramName): boolean {
  return "ownRoot" in programs[name];
}

async function install(missing: readonly ProgramName[]): Promise<boolean> {
  const builder: readonly ProgramName[] = missing.some(hasOwnRoot) && !isInstalled("mmdebstrap") ? ["mmdebstrap"] : [];
  const ordinary = [...new Set([...missing, ...builder])].filter((name) => !hasOwnRoot(name));
  let isComplete = ordinary.length === 0 || (await installPackages(ordinary));
  for (const name of isComplete ? missing.filter(hasOwnRoot) : []) {
    isComplete = (await makeRoot(programs[name])) && isComplete;
  }
  return isComplete;
}

/** A Debian root of another suite with the one package in it; it stands in its place only when it is complete. */
async function makeRoot({ name, debianPackage, ownRoot }: Program): Promise<boolean> {
  if (ownRoot === undefined) {
    return false;
  }
  const { folder, suite } = ownRoot;
  const part = `${folder}.${process.pid}.part`;
  const started = performance.now();
  const lines: string[] = [];
  say(`Making a Debian root for ${name} from ${suite} (about a minute)`);
  mkdirSync(dirname(folder), { recursive: true });
  // The archive of a machine whose clock is off, or of a snapshot, is as good.
  const unchecked = ["Check-Valid-Until", "Check-Date"].map((check) => `--aptopt=Acquire::${check} "false"`);
  const options = ["--mode=root", "--variant=minbase", "--skip=check/qemu", ...unchecked];
  const keyring = "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg";
  const code = await runCommand(
    ["mmdebstrap", ...options, keyring, `--include=${debianPackage}`, suite, part, `deb ${mirror()} ${suite} main`],
    { folder: "/", limitMinutes: APT_LIMIT_MINUTES, onLine: (line) => lines.push(line) },
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (code !== 0) {
    say(`mmdebstrap failed (${seconds} s):\n  ${lines.slice(-15).join("\n  ")}`);
    rmSync(part, { recursive: true, force: true });
    return false;
  }
  if (existsSync(folder)) {
    // Another run was faster.
    rmSync(part, { recursive: true, force: true });
  } else {
    renameSync(part, folder);
  }
  say(`${name}: done in ${seconds} s`);
  return true;
}

/** Where this machine gets its own packages, in either form that apt reads. */
function mirror(): string {
  const forms: readonly (readonly [file: string, uri: RegExp])[] = [
    ["/etc/apt/sources.list.d/debian.sources", /^URIs:\s*(\S+)/m],
    ["/etc/apt/sources.list", /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m],
  ];
  for (const [file, uri] of forms) {
    const found = existsSync(file) ? uri.exec(readFileSync(file, "utf8"))?.[1] : undefined;
    if (found !== undefined) return found;
  }
  throw new Error(`No Debian mirror is named in ${forms.map(([file]) => file).join(" or ")}.`);
}

async function installPackages(missing: readonly ProgramName[]): Promise<boolean> {
  const packages = missing.flatMap((name) => programs[name].debianPackage.split(" "));
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
