import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IrcServerAddresses } from "./irc-server.ts";
import { programs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { startTerminal, type Terminal } from "./terminal.ts";

/** A real IRC client in a terminal. */
export interface IrcTerminal extends Terminal {
  /** Opens the conversation with that nick and makes it the one on the screen; lines typed after that go there. */
  open(nick: string): void;
}

/** Starts irssi, in that network namespace, connected to that server; resolves when it says so. */
export async function startIrssi(server: IrcServerAddresses, nick: string, namespace?: string): Promise<IrcTerminal> {
  const folder = temporaryFolder("irssi");
  writeSettings(folder.path, nick);
  const login = ["-c", server.host, "-p", String(server.port), "-w", server.password, "-n", nick];
  const terminal = await startTerminal({
    name: "irssi",
    folder,
    command: [programs.irssi.path, "--home", folder.path, ...login],
    ready: /End of MOTD|MOTD File is missing|Mode change/iu,
    ...(namespace === undefined ? {} : { namespace }),
  });
  return { ...terminal, open: (other) => terminal.type(`/query ${other}`) };
}

/** UTF-8, no logs, and what comes fast is still typed and not pasted. */
function writeSettings(folder: string, nick: string): void {
  const core = `real_name = "A person called ${nick}"; user_name = "${nick}"; nick = "${nick}";`;
  const common = 'term_charset = "UTF-8"; autolog = "no"; beep_msg_level = "NONE";';
  const text = 'paste_detect_time = "0"; paste_verify_line_count = "0"; paste_use_bracketed_mode = "no";';
  const settings = `core = { ${core} }; "fe-common/core" = { ${common} }; "fe-text" = { ${text} };`;
  writeFileSync(join(folder, "config"), `settings = { ${settings} };\n`);
}
