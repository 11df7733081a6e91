import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IrcServerAddresses } from "./irc-server.ts";
import { programs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { DEFAULT_LIMIT_MS, until } from "./wait.ts";

/** The real terminal client irssi, driven as a person drives it: by typing and by looking at its screen. */
export interface Irssi {
  /** Types a line and presses Enter. A line that begins with `/` is one of irssi's commands. */
  type(line: string): void;
  /** Opens the conversation with that nick and makes it the one on the screen; lines typed after that go there. */
  open(nick: string): void;
  /** What the screen shows now, lines without trailing blanks. */
  screen(): string;
  /** Resolves with the screen when it matches; the error shows the last screen. */
  waitFor(expected: RegExp, limitMs?: number): Promise<string>;
  /** Quits it and its terminal. */
  stop(): Promise<void>;
}

const LOGIN_LIMIT_MS = 20_000;
const SESSION = "irssi";

/** Starts irssi connected to that server; resolves when it says so. */
export async function startIrssi(server: IrcServerAddresses, nick: string): Promise<Irssi> {
  const folder = temporaryFolder("irssi");
  writeSettings(folder.path, nick);
  const tmux = (...args: string[]): string => runTmux(folder.path, args);
  const killTerminal = () => {
    spawnSync(programs.tmux.path, ["-S", join(folder.path, "tmux"), "kill-server"], { stdio: "ignore" });
  };
  process.once("exit", killTerminal);
  const login = ["-c", "127.0.0.1", "-p", String(server.port), "-w", server.password, "-n", nick];
  const command = ["exec", programs.irssi.path, "--home", folder.path, ...login].join(" ");
  tmux("-f", "/dev/null", "new-session", "-d", "-s", SESSION, "-x", "150", "-y", "40", command);

  const screen = () => tmux("capture-pane", "-p", "-t", SESSION).replace(/[ \t]+$/gm, "");
  const waitFor = async (expected: RegExp, limitMs = DEFAULT_LIMIT_MS) => {
    try {
      const shown = () => (expected.test(screen()) ? screen() : undefined);
      return await until(`irssi's screen to show ${expected}`, shown, limitMs);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)} It shows:\n${screen()}`);
    }
  };
  const type = (line: string) => {
    tmux("send-keys", "-t", SESSION, "-l", "--", line);
    tmux("send-keys", "-t", SESSION, "Enter");
  };
  const stop = async () => {
    killTerminal();
    process.removeListener("exit", killTerminal);
    folder.remove();
  };
  try {
    await waitFor(/End of MOTD|MOTD File is missing|Mode change/iu, LOGIN_LIMIT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { type, open: (other) => type(`/query ${other}`), screen, waitFor, stop };
}

/** Its own socket, home and locale: nothing of the machine's user or of another test's terminal is met. */
function runTmux(folder: string, args: readonly string[]): string {
  const result = spawnSync(programs.tmux.path, ["-u", "-S", join(folder, "tmux"), ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: "C.UTF-8", TERM: "xterm-256color", SHELL: "/bin/sh" },
  });
  if (result.status !== 0) {
    throw new Error(`tmux ${args.join(" ")} failed: ${result.stderr || result.error?.message || result.stdout}`);
  }
  return result.stdout;
}

/** UTF-8, no logs, and what comes fast is still typed and not pasted. */
function writeSettings(folder: string, nick: string): void {
  const core = `real_name = "A person called ${nick}"; user_name = "${nick}"; nick = "${nick}";`;
  const common = 'term_charset = "UTF-8"; autolog = "no"; beep_msg_level = "NONE";';
  const text = 'paste_detect_time = "0"; paste_verify_line_count = "0"; paste_use_bracketed_mode = "no";';
  const settings = `core = { ${core} }; "fe-common/core" = { ${common} }; "fe-text" = { ${text} };`;
  writeFileSync(join(folder, "config"), `settings = { ${settings} };\n`);
}
