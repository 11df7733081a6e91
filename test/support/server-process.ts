import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { commandIn } from "./namespaces.ts";
import { until, within } from "./wait.ts";

/** What to run. */
export interface Command {
  /** Names the process in errors. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** The network namespace it runs in (`Host`); this process's own when left out. */
  readonly namespace?: string;
}

/** How much of a process's output is kept for error messages, in characters. */
const OUTPUT_LIMIT = 64 * 1024;
const STOP_LIMIT_MS = 30_000;

const running = new Set<ChildProcess>();

// Servers must not outlive the test run, however it ends. A signal alone would skip the exit event; a test that sends
// itself a signal has a listener of its own, and then it is not for us.
process.on("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});
for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) {
      process.exit(code);
    }
  });
}

/** A child process of a test: started at once, killed at the latest when the test run ends. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #isElsewhere: boolean;
  readonly #exited: Promise<void>;
  #output = "";
  #ended: string | undefined;

  constructor(command: Command) {
    this.#name = command.name;
    this.#isElsewhere = command.namespace !== undefined;
    const [program = "", ...args] = commandIn(command.namespace, [command.program, ...command.args]);
    this.#child = spawn(program, args, {
      cwd: command.folder,
      env: { ...process.env, ...command.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    running.add(this.#child);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
    this.#child.stdin?.on("error", (error) => this.#keep(`stdin: ${error.message}\n`));
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#end(`could not be started: ${error.message}`, resolve));
      this.#child.once("exit", (code, signal) => this.#end(`ended with ${signal ?? `exit code ${code}`}`, resolve));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended, undefined while it runs. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The last part of what it wrote to stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  /** Hands each complete line of stdout to the listener from now on. */
  onLine(listener: (line: string) => void): void {
    let rest = "";
    this.#child.stdout?.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(listener);
    });
  }

  /** Writes one line to its stdin. */
  writeLine(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves when every port accepts a connection; rejects when the process ends before, or after the limit, and then it is killed. */
  async listening(ports: readonly number[], limitMs: number): Promise<void> {
    for (const port of ports) {
      const what = `${this.#name} to accept connections on port ${port}`;
      try {
        await until(what, () => this.#accepts(port), limitMs);
      } catch (error) {
        await this.kill();
        throw new Error(`${error instanceof Error ? error.message : String(error)} It wrote:\n${this.#output}`);
      }
      if (this.#ended !== undefined) {
        throw new Error(`${this.#name} ${this.#ended} before it accepted connections. It wrote:\n${this.#output}`);
      }
    }
  }

  /** Sends a signal without waiting for what it does. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that is not obeyed within half a minute. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    try {
      await within(STOP_LIMIT_MS, `${this.#name} to stop`, this.#exited);
    } catch {
      await this.kill();
    }
  }

  /** kill -9. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Resolves with how it ended. */
  async wait(limitMs: number): Promise<string> {
    await within(limitMs, `${this.#name} to end`, this.#exited);
    return this.#ended ?? "";
  }

  async #accepts(port: number): Promise<boolean> {
    if (this.#ended !== undefined) return true;
    return this.#isElsewhere ? this.#listens(port) : await acceptsConnections(port);
  }

  /** By the kernel's table of that namespace, to which nobody here can connect: state 0A is TCP_LISTEN. */
  #listens(port: number): boolean {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const listener = new RegExp(`^ *\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, "mu");
    return ["tcp", "tcp6"].some((table) => listener.test(readFileSync(`/proc/${this.pid}/net/${table}`, "ascii")));
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_LIMIT);
  }

  #end(how: string, resolve: () => void): void {
    this.#ended = how;
    running.delete(this.#child);
    resolve();
  }
}

/** Whether something listens on that port of 127.0.0.1. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (accepts: boolean) => {
      socket.destroy();
      resolve(accepts);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
