/** Hosts of a test's own on one machine: network namespaces of Linux, joined by cables, with the kernel's real routing between them. */
import { spawnSync } from "node:child_process";
import { programs } from "./programs.ts";

const IP = programs.iproute2.path;
const COMMAND_LIMIT_MS = 60_000;
/** Namespaces are the whole machine's: another run's have other names. */
const RUN = `fd${process.pid}`;

const standing = new Set<Host>();

// What a test leaves behind would be there for ever: namespaces are nobody's children.
process.on("exit", () => {
  for (const host of standing) host.remove();
});

/** To be called first in a `describe`: skips the suite, with CI=true fails it, where this user may make no network namespaces. */
export function requiresNamespaces(): void {
  before(function probeNamespaces() {
    const name = `${RUN}-probe`;
    const made = spawnSync(IP, ["netns", "add", name], { encoding: "utf8" });
    spawnSync(IP, ["netns", "delete", name]);
    if (made.status === 0) return;
    const reason = `network namespaces cannot be made here (${(made.stderr ?? String(made.error)).trim()}); run it as root on Linux`;
    if (process.env.CI === "true") throw new Error(reason);
    process.stdout.write(`    skipped: ${reason}\n`);
    this.skip();
  });
}

/** The words that run a command there. */
export function commandIn(namespace: string | undefined, command: readonly string[]): readonly string[] {
  return namespace === undefined ? command : [IP, "netns", "exec", namespace, ...command];
}

/** One host: a namespace with a loopback interface, and whatever cables are plugged in. Forwards nothing unless told to. */
export class Host {
  readonly namespace: string;

  /** `ipv6`: it has IPv6 addresses, those it is given by `cable` and no others. */
  constructor(name: string, ipv6 = false) {
    this.namespace = `${RUN}-${name}`;
    ip("netns", "add", this.namespace);
    standing.add(this);
    this.ip("link", "set", "lo", "up");
    // Neighbours' chatter of IPv6 would be in every capture.
    for (const devices of ["all", "default"]) this.set(`ipv6/conf/${devices}/disable_ipv6`, ipv6 ? "0" : "1");
    if (ipv6) this.set("ipv6/conf/default/addr_gen_mode", "1");
  }

  /** Runs a command there to its end; what it wrote to standard output. Throws when it fails. */
  run(...command: readonly string[]): string {
    return run([IP, "netns", "exec", this.namespace, ...command]);
  }

  /** The same without a throw: whether it succeeded. */
  succeeds(...command: readonly string[]): boolean {
    const [program = "", ...args] = commandIn(this.namespace, command);
    return spawnSync(program, args, { timeout: COMMAND_LIMIT_MS }).status === 0;
  }

  /** Sets one of the kernel's settings of that host's network (below /proc/sys/net), where the kernel has it. */
  set(setting: string, value: string): void {
    const path = `/proc/sys/net/${setting}`;
    this.run("sh", "-c", `[ ! -e ${path} ] || echo ${value} > ${path}`);
  }

  /** One `ip` command there. */
  ip(...args: readonly string[]): void {
    ip("-n", this.namespace, ...args);
  }

  /** One HTTP request from there, as a program of its own; the status and the body, or null when there was no answer. */
  fetch(url: string): { readonly status: number; readonly body: string } | null {
    const script = `const answer = await fetch(process.argv[1], { signal: AbortSignal.timeout(10_000) });
      process.stdout.write(JSON.stringify({ status: answer.status, body: await answer.text() }));`;
    const command = [process.execPath, "--input-type=module", "-e", script, url];
    const [program = "", ...args] = commandIn(this.namespace, command);
    const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: COMMAND_LIMIT_MS });
    return status === 0 ? (JSON.parse(stdout) as { status: number; body: string }) : null;
  }

  /** With it go its interfaces. Processes in it live on without a network. */
  remove(): void {
    standing.delete(this);
    spawnSync(IP, ["netns", "delete", this.namespace]);
  }
}

/** One end of a cable. */
export interface Plug {
  readonly host: Host;
  /** The interface's name there. */
  readonly device: string;
  /** "10.77.0.1/24"; left out: none, as for a port of a switch. */
  readonly address?: string;
}

/** Joins two hosts. */
export function cable(a: Plug, b: Plug): void {
  const end = ({ host, device }: Plug) => ["name", device, "netns", host.namespace];
  ip("link", "add", ...end(a), "type", "veth", "peer", ...end(b));
  for (const { host, device, address } of [a, b]) {
    for (const one of address === undefined ? [] : addressesOf(address)) {
      // Nobody else has that address, so it need not be asked for a second whether somebody has.
      host.ip("address", "add", one, "dev", device, ...(one.includes(":") ? ["nodad"] : []));
    }
    host.ip("link", "set", device, "up");
  }
}

/** With IPv6 a link-local one, too: without it Linux asks for no neighbour that it answers from another interface's address. */
function addressesOf(address: string): readonly string[] {
  return address.includes(":") ? [address, address.replace(/^.*:/u, "fe80::").replace(/\/.*$/u, "/64")] : [address];
}

/** A switch within a host, to which cables without an address can be plugged. */
export function bridge(host: Host, device: string, ports: readonly string[], address?: string): void {
  host.ip("link", "add", device, "type", "bridge");
  for (const port of ports) host.ip("link", "set", port, "master", device);
  if (address !== undefined) host.ip("address", "add", address, "dev", device);
  host.ip("link", "set", device, "up");
}

function ip(...args: readonly string[]): void {
  run([IP, ...args]);
}

function run([program = "", ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", timeout: COMMAND_LIMIT_MS });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${stderr || error?.message || stdout}`);
  return stdout;
}
