/**
 * Carries out the Dockerfile where there is no container engine: `npm run dockerfile`, as root on Debian. Each stage
 * becomes a Debian root made by mmdebstrap with this checkout's Node in it; RUN runs there by chroot. Then the daemon
 * is started as the Dockerfile says (its user, its command, a network of its own), must pass its HEALTHCHECK, and must
 * end in order at STOPSIGNAL. Takes about two minutes.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { commandOf, type Instruction, readDockerfile, type Stage } from "./dockerfile.ts";

const checkout = fileURLToPath(new URL("..", import.meta.url));
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const STEP_LIMIT_MINUTES = 10;
/** How long the daemon may take until it is healthy, in tries of half a second. */
const HEALTH_TRIES = 60;

interface Root {
  readonly folder: string;
  workdir: string;
  user: string;
  readonly env: Record<string, string>;
  command: string[];
  health: string[];
  stopSignal: string;
}

function main(): void {
  const obtained = run([process.execPath, join(checkout, "scripts/test-servers.ts"), "mmdebstrap"], checkout);
  if (process.getuid?.() !== 0 || obtained !== 0) {
    throw new Error("Carrying out the Dockerfile needs root on Debian, and mmdebstrap.");
  }
  const work = mkdtempSync(join(tmpdir(), "frontdesk-dockerfile-"));
  try {
    const base = join(work, "base");
    makeBase(base);
    const stages = readDockerfile(readFileSync(join(checkout, "Dockerfile"), "utf8"));
    const roots = new Map<string, Root>();
    for (const stage of stages) {
      roots.set(stage.name, build(stage, base, join(work, stage.name), roots));
    }
    start([...roots.values()].at(-1));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What `node:24-bookworm-slim` is: Debian 12 with Node and npm under /usr/local. */
function makeBase(folder: string): void {
  say("base: Debian 12 with mmdebstrap");
  const include = "--include=ca-certificates,libstdc++6,libatomic1";
  must(["mmdebstrap", "--mode=root", "--variant=minbase", "--quiet", include, "bookworm", folder], checkout);
  cpSync(process.execPath, join(folder, "usr/local/bin/node"));
  const npm = dirname(dirname(realpathSync(find("npm"))));
  cpSync(npm, join(folder, "usr/local/lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(folder, "usr/local/bin/npm"));
  // The machine's own way to the network: its name server, and the authorities it trusts.
  for (const path of ["etc/resolv.conf", AUTHORITIES.slice(1)]) {
    cpSync(`/${path}`, join(folder, path), { dereference: true });
  }
}

/** npm as the machine has it, not as the checkout's node_modules may have it. */
function find(program: string): string {
  const result = spawnSync("which", ["-a", program], { encoding: "utf8" });
  const path = result.stdout.split("\n").find((line) => line !== "" && !line.includes("node_modules/.bin"));
  if (path === undefined) {
    throw new Error(`${program} is not on this machine.`);
  }
  return path;
}

function build(stage: Stage, base: string, folder: string, roots: ReadonlyMap<string, Root>): Root {
  say(`\nstage ${stage.name}, from ${stage.base}`);
  must(["cp", "-a", base, folder], checkout);
  const root: Root = { folder, workdir: "/", user: "root", env: {}, command: [], health: [], stopSignal: "TERM" };
  for (const instruction of stage.instructions) {
    say(`  ${instruction.word} ${instruction.rest}`);
    carryOut(instruction, root, roots);
  }
  return root;
}

function carryOut({ word, rest, flags, line }: Instruction, root: Root, roots: ReadonlyMap<string, Root>): void {
  if (word === "WORKDIR") {
    root.workdir = posix.resolve(root.workdir, rest);
    mkdirSync(join(root.folder, root.workdir), { recursive: true });
  } else if (word === "COPY") {
    copy(rest.split(/\s+/), flags.from === undefined ? checkout : folderOf(flags.from, roots, line), root);
  } else if (word === "RUN") {
    must(inside(root, "root", commandOf(rest)), checkout);
  } else if (word === "ENV") {
    const [name = "", ...value] = rest.split("=");
    root.env[name] = value.join("=");
  } else if (word === "USER") {
    root.user = rest;
  } else if (word === "HEALTHCHECK") {
    root.health = commandOf(rest.replace(/^.*?CMD\s+/s, ""));
  } else if (word === "CMD") {
    root.command = commandOf(rest);
  } else if (word === "STOPSIGNAL") {
    root.stopSignal = rest.replace(/^SIG/, "");
  }
  // VOLUME and EXPOSE tell an engine what to offer; they change nothing in the root.
}

function folderOf(stage: string, roots: ReadonlyMap<string, Root>, line: number): string {
  const folder = roots.get(stage)?.folder;
  if (folder === undefined) {
    throw new Error(`Dockerfile:${line} copies from the stage ${stage}, which is not there.`);
  }
  return folder;
}

/** As COPY does: a folder's content, or a file into a folder when the target ends with a slash or there are several. */
function copy(paths: readonly string[], from: string, root: Root): void {
  const sources = paths.slice(0, -1);
  const target = join(root.folder, posix.resolve(root.workdir, paths.at(-1) ?? "."));
  const isFolder = sources.length > 1 || (paths.at(-1) ?? "").endsWith("/");
  for (const source of sources) {
    const to = isFolder ? join(target, basename(source)) : target;
    cpSync(join(from, source), to, { recursive: true, filter: (path) => !isIgnored(path, from) });
  }
}

function isIgnored(path: string, from: string): boolean {
  const ignored = readFileSync(join(checkout, ".dockerignore"), "utf8").split("\n");
  return from === checkout && ignored.some((name) => name !== "" && path === join(checkout, name));
}

/** The command to run something in a root, by chroot, with /proc and /dev that vanish with it. */
function inside(root: Root, user: string, command: readonly string[], network = "shared"): string[] {
  const env = Object.entries({ PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...root.env });
  const script = `mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; ${
    network === "own" ? "ip link set lo up; " : ""
  }exec chroot --userspec="$2" "$1" /usr/bin/env -i "\${@:4}" 2>&1`;
  return [
    ...["unshare", "--mount", ...(network === "own" ? ["--net"] : []), "bash", "-c", script, "inside"],
    ...[root.folder, user, root.workdir, `--chdir=${root.workdir}`, "HOME=/tmp", `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`],
    ...env.map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
}

/** Runs the image: as its user, in a network where port 8080 is nobody else's, until healthy; then stops it. */
function start(root: Root | undefined): void {
  if (root === undefined || root.command.length === 0 || root.user === "root" || root.health.length === 0) {
    throw new Error("The last stage needs a CMD, a HEALTHCHECK and a USER that is not root.");
  }
  say(`\nstart as ${root.user}: ${root.command.join(" ")}`);
  const script = `
"$@" & daemon=$!
for try in $(seq ${HEALTH_TRIES}); do
  ${quote(root.health)} && healthy=yes && break
  kill -0 $daemon 2>/dev/null || break
  sleep 0.5
done
echo "healthy: \${healthy:-no}; runs as user id $(stat -c %u /proc/$daemon)"
kill -${root.stopSignal} $daemon; wait $daemon; code=$?
echo "ended with $code"
[ "$healthy" = yes ] && [ $code = 0 ]`;
  writeFileSync(join(root.folder, "usr/local/bin/run-image"), `#!/bin/bash${script}\n`, { mode: 0o755 });
  must(inside(root, `${root.user}:${root.user}`, ["/usr/local/bin/run-image", ...root.command], "own"), checkout);
  say("The image is healthy, and it stops when told to.");
}

function quote(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

function must(command: readonly string[], folder: string): void {
  const code = run(command, folder);
  if (code !== 0) {
    throw new Error(`A step of the Dockerfile failed (exit code ${code}): ${command.slice(-3).join(" ")}`);
  }
}

function run(command: readonly string[], folder: string): number {
  const [program = "", ...args] = command;
  return spawnSync(program, args, { cwd: folder, stdio: "inherit", timeout: STEP_LIMIT_MINUTES * 60_000 }).status ?? 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main();
