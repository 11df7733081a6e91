import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programs } from "./programs.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { startTerminal, type Terminal } from "./terminal.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** How to log in. */
export interface ProfanityOptions {
  readonly server: XmppServerAddresses;
  readonly user: string;
  readonly password: string;
  /** The network namespace it runs in (`Host`). */
  readonly namespace?: string;
  /** Size of its terminal in characters. */
  readonly columns?: number;
  readonly rows?: number;
}

/** The real terminal client profanity. */
export interface Profanity extends Terminal {
  /** Opens the chat with that address and makes it the one on the screen; lines typed after that go there. */
  open(address: string): void;
}

/** Starts profanity logged in; resolves when it says so. */
export async function startProfanity(options: ProfanityOptions): Promise<Profanity> {
  const { columns, rows, namespace } = options;
  const folder = temporaryFolder("profanity");
  const jid = `${options.user}@${options.server.domain}`;
  writeSettings(folder.path, jid, options);
  const terminal = await startTerminal({
    name: "profanity",
    folder,
    command: [programs.profanity.path, "-a", jid],
    env: { XDG_CONFIG_HOME: join(folder.path, "config"), XDG_DATA_HOME: join(folder.path, "share") },
    ready: new RegExp(`logged in successfully|${jid}.*online`, "i"),
    ...(namespace === undefined ? {} : { namespace }),
    ...(columns === undefined ? {} : { columns }),
    ...(rows === undefined ? {} : { rows }),
  });
  return { ...terminal, open: (address) => terminal.type(`/msg ${address}`) };
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
    `server=${options.server.host}`,
    `port=${options.server.clientPort}`,
    "tls.policy=disable",
  ];
  writeFileSync(join(data, "accounts"), `${account.join("\n")}\n`);
  writeFileSync(
    join(config, "profrc"),
    "[ui]\nsplash=false\nbeep=false\nflash=false\nwrap=true\n[connection]\nreconnect=1\n",
  );
}
