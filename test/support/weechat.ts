import type { IrcServerAddresses } from "./irc-server.ts";
import type { IrcTerminal } from "./irssi.ts";
import { programs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { startTerminal, type Terminal } from "./terminal.ts";
import { START_LIMIT_MS } from "./wait.ts";

/** Nothing of what a test does not look at: no logs, no list of windows, no question whether a long line was pasted. */
const QUIET = ["/set weechat.look.paste_max_lines -1", "/set weechat.look.day_change off", "/mouse disable"];

const SERVER_WINDOW = 2;

/** WeeChat as an IRC client, connected to that server; resolves when the server has welcomed it. */
export async function startWeechat(server: IrcServerAddresses, nick: string): Promise<IrcTerminal> {
  const login = `-password=${server.password} -nicks=${nick} -username=${nick} -nossl`;
  const commands = [
    `/server add test 127.0.0.1/${server.port} ${login}`,
    "/set irc.look.server_buffer independent",
    "/connect test",
    "/buffer irc.server.test",
  ];
  const terminal = await start("irc", commands, /End of MOTD|MOTD File is missing|Message of the day file/iu);
  return { ...terminal, open: (other) => terminal.type(`/query ${other}`) };
}

export interface WeechatMatrixOptions {
  /** A port of 127.0.0.1 that speaks TLS; weechat-matrix speaks nothing else. Whatever its certificate is, it is taken. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A Matrix client in a terminal. Its windows are numbered: the rooms begin at 3, in the order they were joined. */
export interface MatrixTerminal extends Terminal {
  /** Waits for the invitation by whoever's address begins like that, and joins the room; shows its window, which has that number. */
  joinRoomOf(inviter: string, window: number): Promise<void>;
  /** Makes that window the one on the screen; lines typed after that go there. */
  show(window: number): void;
}

/** WeeChat as a Matrix client (weechat-matrix), logged in. */
export async function startWeechatMatrix({ port, user, password }: WeechatMatrixOptions): Promise<MatrixTerminal> {
  const commands = [
    `/python load ${programs.weechatMatrix.path}`,
    `/matrix server add test 127.0.0.1:${port}`,
    "/set matrix.server.test.ssl_verify off",
    `/set matrix.server.test.username ${user}`,
    `/set matrix.server.test.password ${password}`,
    "/set matrix.look.server_buffer independent",
    "/matrix connect test",
    `/buffer ${SERVER_WINDOW}`,
  ];
  const terminal = await start("python", commands, /Logged in as/iu);
  const show = (window: number) => terminal.type(`/buffer ${window}`);
  return {
    ...terminal,
    show,
    joinRoomOf: async (inviter, window) => {
      show(SERVER_WINDOW);
      const invitation = new RegExp(`invited to [^(]*\\((![^)]+)\\)\\s+by\\s+@${inviter}`, "u");
      const [, room = ""] = invitation.exec(await terminal.waitFor(invitation, START_LIMIT_MS)) ?? [];
      terminal.type(`/join ${room}`);
      await terminal.waitFor(new RegExp(`^\\[\\d+:\\d+\\] \\[${window}\\]`, "mu"), START_LIMIT_MS);
      show(window);
    },
  };
}

function start(plugin: string, commands: readonly string[], ready: RegExp): Promise<Terminal> {
  const folder = temporaryFolder("weechat");
  const run = [...QUIET, ...commands].flatMap((command) => ["--run-command", command]);
  const command = [programs.weechat.path, "--dir", folder.path, "--plugins", plugin, ...run];
  return startTerminal({ name: "WeeChat", folder, command, ready });
}
