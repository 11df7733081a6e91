import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandIn } from "./namespaces.ts";
import { programs } from "./programs.ts";
import type { TemporaryFolder } from "./temporary-folder.ts";
import { DEFAULT_LIMIT_MS, START_LIMIT_MS, until } from "./wait.ts";

/** A client in a terminal of its own (tmux), driven as a person drives it: by typing and by looking at its screen. */
export interface Terminal {
  /** Types a line and presses Enter. A line that begins with `/` is one of the client's commands. */
  type(line: string): void;
  /** Types what is not a whole line yet. */
  write(text: string): void;
  /** What the screen shows now, lines without trailing blanks. */
  screen(): string;
  /** Resolves with the screen when it matches; the error shows the last screen. */
  waitFor(expected: RegExp, limitMs?: number): Promise<string>;
  /** Quits the client and its terminal. */
  stop(): Promise<void>;
}

export interface TerminalOptions {
  /** Names the client in errors. */
  readonly name: string;
  /** The client's home, with its settings in it; `stop` removes it. */
  readonly folder: TemporaryFolder;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the screen shows once the client is ready. */
  readonly ready: RegExp;
  /** The network namespace it runs in (`Host`). */
  readonly namespace?: string;
  /** Size in characters. */
  readonly columns?: number;
  readonly rows?: number;
}

const SESSION = "client";

/** Starts it; resolves when it is ready. */
export async function startTerminal(options: TerminalOptions): Promise<Terminal> {
  const { name, folder, command, env = {}, ready, columns = 150, rows = 40 } = options;
  const tmux = (...args: string[]): string => runTmux(folder.path, env, args, options.namespace);
  const killTerminal = () => {
    spawnSync(programs.tmux.path, ["-S", join(folder.path, "tmux"), "kill-server"], { stdio: "ignore" });
  };
  // Before the folder is removed at the exit, since the terminal's socket is in it.
  process.prependOnceListener("exit", killTerminal);

  const screen = () => tmux("capture-pane", "-p", "-t", SESSION).replace(/[ \t]+$/gm, "");
  const waitFor = async (expected: RegExp, limitMs = DEFAULT_LIMIT_MS) => {
    const matching = (shown: string) => (expected.test(shown) ? shown : undefined);
    try {
      return await until(`${name}'s screen to show ${expected}`, () => matching(screen()), limitMs);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)} It shows:\n${screen()}`);
    }
  };
  const write = (text: string) => {
    tmux("send-keys", "-t", SESSION, "-l", "--", text);
  };
  const type = (line: string) => {
    write(line);
    tmux("send-keys", "-t", SESSION, "Enter");
  };
  const stop = async () => {
    killTerminal();
    process.removeListener("exit", killTerminal);
    folder.remove();
  };
  try {
    const size = ["-x", String(columns), "-y", String(rows)];
    tmux("-f", "/dev/null", "new-session", "-d", "-s", SESSION, ...size, "--", ...command);
    await waitFor(ready, START_LIMIT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { type, write, screen, waitFor, stop };
}

/** Its own socket, home and locale: nothing of the machine's user or of another test's terminal is met. */
function runTmux(
  folder: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  namespace?: string,
): string {
  const locale = { LC_ALL: "C.UTF-8", TERM: "xterm-256color", SHELL: "/bin/sh" };
  const [program = "", ...words] = commandIn(namespace, [
    programs.tmux.path,
    "-u",
    "-S",
    join(folder, "tmux"),
    ...args,
  ]);
  const result = spawnSync(program, words, {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, ...locale, ...env },
  });
  if (result.status !== 0) {
    throw new Error(`tmux ${args.join(" ")} failed: ${result.stderr || result.error?.message || result.stdout}`);
  }
  return result.stdout;
}
