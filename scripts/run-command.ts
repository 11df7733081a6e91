import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How to run a command. */
export interface RunOptions {
  readonly folder: string;
  /** After this the command is ended: SIGTERM, and SIGKILL ten seconds later. */
  readonly limitMinutes: number;
  /** Called with each line that the command writes, of stdout and stderr. */
  readonly onLine: (line: string) => void;
}

const KILL_AFTER_MS = 10_000;
const children = new Set<ChildProcess>();

/** Runs a command and resolves with its exit code; 1 when it could not be started, was killed or took too long. */
export async function runCommand(command: readonly string[], options: RunOptions): Promise<number> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  const limit = setTimeout(() => {
    options.onLine(`${args.join(" ")} ran longer than ${options.limitMinutes} minutes and is ended.`);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
  }, options.limitMinutes * 60_000);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", options.onLine);
  }
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(limit);
  children.delete(child);
  return code;
}

/** Sends SIGTERM to every command that is running. */
export function endCommands(): void {
  for (const child of children) {
    child.kill("SIGTERM");
  }
}
