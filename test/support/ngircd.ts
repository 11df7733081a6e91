import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IrcServer, type IrcServerAddresses, ircAddresses } from "./irc-server.ts";
import { freePort } from "./ports.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS } from "./wait.ts";

export interface NgircdOptions {
  /** The address it listens at, 127.0.0.1 when left out; and the network namespace it runs in (`Host`). */
  readonly host?: string;
  readonly namespace?: string;
  /** Its own name, where there are two. */
  readonly name?: string;
  /** Silence after which it asks for a sign of life, and again after which it ends the link. */
  readonly pingSeconds?: number;
  /** Another server of the network: the one without a port waits for the other to call, which it does every five seconds. */
  readonly peer?: { readonly name: string; readonly port: number | null };
}

const BETWEEN_SERVERS = "between-servers";

/** Starts a real ngIRCd of the test's own; resolves when it accepts clients and servers. */
export async function startNgircd(options: NgircdOptions = {}): Promise<IrcServer> {
  const folder = temporaryFolder("ngircd");
  // Started by root it becomes another user, who must be able to read its configuration.
  chmodSync(folder.path, 0o755);
  const addresses = ircAddresses("ngircd", await freePort(), options.host);
  const where = { ...addresses, name: options.name ?? addresses.name };
  const configuration = join(folder.path, "ngircd.conf");
  writeFileSync(configuration, configure(where, options));
  let running: ServerProcess | undefined;
  const start = async () => {
    running = new ServerProcess({
      name: "ngircd",
      program: programs.ngircd.path,
      args: ["--nodaemon", "--config", configuration],
      folder: folder.path,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    });
    await running.listening([where.port], START_LIMIT_MS);
  };
  const stop = async () => running?.stop();
  await start();
  return {
    software: "ngircd",
    ...where,
    start,
    stop,
    kill: async () => running?.kill(),
    remove: async () => {
      await stop();
      folder.remove();
    },
  };
}

/** No look-ups, no slowing down of who sends much, nicks as long as aliases want them. */
function configure(where: IrcServerAddresses, { pingSeconds = 120, peer }: NgircdOptions): string {
  return `[Global]
Name = ${where.name}
Info = Test
Listen = ${where.host}
Ports = ${where.port}
Password = ${where.password}
MotdPhrase = hello
[Limits]
MaxConnectionsIP = 0
MaxNickLength = 30
PingTimeout = ${pingSeconds}
PongTimeout = ${pingSeconds}
ConnectRetry = 5
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
ChrootDir =
[Operator]
Name = root
Password = ${where.operatorPassword}
[Server]
Name = ${where.linkName}
MyPassword = ${where.linkPassword}
PeerPassword = ${where.linkPassword}
Passive = yes
${peer === undefined ? "" : peered(peer)}`;
}

function peered({ name, port }: NonNullable<NgircdOptions["peer"]>): string {
  return `[Server]
Name = ${name}
MyPassword = ${BETWEEN_SERVERS}
PeerPassword = ${BETWEEN_SERVERS}
${port === null ? "Passive = yes" : `Host = 127.0.0.1\nPort = ${port}`}
`;
}
