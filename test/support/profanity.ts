import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { DEFAULT_LIMIT_MS, until } from "./wait.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** How to log in. */
export interface ProfanityOptions {
  readonly server: XmppServerAddresses;
  readonly user: string;
  readonly password: string;
  /** Size of its terminal in characters. */
  readonly columns?: number;
  readonly rows?: number;
}

/** The real terminal client profanity, driven as a person drives it: by typing and by looking at its screen. */
export interface Profanity {
  /** Types a line and presses Enter. A line that begins with `/` is one of profanity's commands. */
  type(line: string): void;
  /** Opens the chat with that address and makes it the one on the screen; lines typed after that go there. */
  open(address: string): void;
  /** What the screen shows now, lines without trailing blanks. */
  screen(): string;
  /** Resolves with the screen when it matches; the error shows the last screen. */
  waitFor(expected: RegExp, limitMs?: number): Promise<string>;
  /** Quits it and its terminal. */
  stop(): Promise<void>;
}

const LOGIN_LIMIT_MS = 20_000;
const SESSION = "profanity";

/** Starts profanity logged in; resolves when it says so. */
export async function startProfanity(options: ProfanityOptions): Promise<Profanity> {
  const folder = temporaryFolder("profanity");
  const jid = `${options.user}@${options.server.domain}`;
  writeSettings(folder.path, jid, options);
  const tmux = (...args: string[]): string => runTmux(folder.path, args);
  const killTerminal = () => {
    spawnSync(programs.tmux.path, ["-S", join(folder.path, "tmux"), "kill-server"], { stdio: "ignore" });
  };
  // Before the folder is removed at the exit, since the terminal's socket is in it.
  process.prependOnceListener("exit", killTerminal);
  const size = ["-x", String(options.columns ?? 150), "-y", String(options.rows ?? 40)];
  tmux("-f", "/dev/null", "new-session", "-d", "-s", SESSION, ...size, `exec ${programs.profanity.path} -a ${jid}`);

  const screen = () => tmux("capture-pane", "-p", "-t", SESSION).replace(/[ \t]+$/gm, "");
  const waitFor = async (expected: RegExp, limitMs = DEFAULT_LIMIT_MS) => {
    try {
      return await until(`profanity's screen to show ${expected}`, () => matching(screen(), expected), limitMs);
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
    await waitFor(new RegExp(`logged in successfully|${jid}.*online`, "i"), LOGIN_LIMIT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { type, open: (address) => type(`/msg ${address}`), screen, waitFor, stop };
}

function matching(screen: string, expected: RegExp): string | undefined {
  return expected.test(screen) ? screen : undefined;
}

/** Its own socket, home and locale: nothing of the machine's user or of another test's terminal is met. */
function runTmux(folder: string, args: readonly string[]): string {
  const result = spawnSync(programs.tmux.path, ["-u", "-S", join(folder, "tmux"), ...args], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, "config"),
      XDG_DATA_HOME: join(folder, "share"),
      LC_ALL: "C.UTF-8",
      TERM: "xterm-256color",
      SHELL: "/bin/sh",
    },
  });
  if (result.status !== 0) {
    throw new Error(`tmux ${args.join(" ")} failed: ${result.stderr || result.error?.message || result.stdout}`);
  }
  return result.stdout;
}

function writeSettings(folder: string, jid: string, options: ProfanityOptions): void {
  const data = join(folder, "share", "profanity");
  const config = join(folder, "config", "profanity");
  mkdirSync(data, { recursive: true });
  mkdirSync(config, { recursive: true });
  const account = [
    `[${jid}]`,
    "enabled=true",
    `jid=${jid}`,
    `password=${options.password}`,
    "resource=profanity",
    "server=127.0.0.1",
    `port=${options.server.clientPort}`,
    "tls.policy=disable",
  ];
  writeFileSync(join(data, "accounts"), `${account.join("\n")}\n`);
  writeFileSync(
    join(config, "profrc"),
    "[ui]\nsplash=false\nbeep=false\nflash=false\nwrap=true\n[connection]\nreconnect=1\n",
  );
}
