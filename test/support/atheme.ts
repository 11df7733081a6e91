/** Real services of an IRC network (Atheme): accounts of nicks, NickServ, and logging in by SASL. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServicesLink } from "./inspircd.ts";
import { IrcClient } from "./irc-client.ts";
import type { IrcServerAddresses } from "./irc-server.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./wait.ts";

export interface Services {
  /** Links them again, with the accounts there were; resolves when NickServ is on the network. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends them and deletes their folder. */
  remove(): Promise<void>;
}

/** Links services to an InspIRCd that was started with the same `link`; resolves when NickServ is on the network. */
export async function startAtheme(link: ServicesLink, server: IrcServerAddresses): Promise<Services> {
  const folder = temporaryFolder("atheme");
  const file = (name: string) => join(folder.path, name);
  writeFileSync(file("atheme.conf"), configure(link, server.name));
  let running: ServerProcess | undefined;
  const start = async () => {
    running = new ServerProcess({
      name: "atheme",
      program: programs.atheme.path,
      args: ["-n", "-c", file("atheme.conf"), "-D", folder.path, "-l", file("atheme.log"), "-p", file("atheme.pid")],
      folder: folder.path,
    });
    await nickServ(server);
  };
  const stop = async () => running?.stop();
  await start();
  return {
    start,
    stop,
    remove: async () => {
      await stop();
      folder.remove();
    },
  };
}

async function nickServ(server: IrcServerAddresses): Promise<void> {
  const client = await IrcClient.connect(server, "waiting");
  try {
    await until("NickServ to be on the network", async () => {
      client.write("ISON NickServ");
      return ((await client.next("303")).params.at(-1) ?? "").trim() !== "";
    });
  } finally {
    client.stop();
  }
}

/** Makes an account of that nick; nobody may bear it. */
export async function registerNick(server: IrcServerAddresses, nick: string, password: string): Promise<void> {
  const client = await IrcClient.connect(server, nick);
  client.write(`PRIVMSG NickServ :REGISTER ${password} ${nick}@example.com`);
  await client.next("NOTICE", ({ params }) => /is now registered/u.test(params[1] ?? ""));
  client.stop();
}

const MODULES = [
  "protocol/inspircd",
  "backend/opensex",
  "crypto/pbkdf2v2",
  "nickserv/main",
  "nickserv/register",
  "nickserv/identify",
  "nickserv/ghost",
  "saslserv/main",
  "saslserv/plain",
];

/** Whoever registers a nick has it at once, without a mail. */
function configure({ name, port, password }: ServicesLink, uplink: string): string {
  return `${MODULES.map((module) => `loadmodule "modules/${module}";`).join("\n")}
serverinfo {
  name = "${name}"; desc = "Services"; numeric = "00A"; recontime = 1; netname = "Test";
  adminname = "Admin"; adminemail = "admin@${name}"; registeremail = "noreply@${name}"; hidehostsuffix = "users.test";
  loglevel = { error; info; }; maxlogins = 5; maxusers = 0; maxnicks = 5; maxchans = 5; mdlimit = 30;
  auth = none; casemapping = rfc1459;
};
uplink "${uplink}" { host = "127.0.0.1"; send_password = "${password}"; receive_password = "${password}"; port = ${port}; };
nickserv { nick = "NickServ"; user = "NickServ"; host = "${name}"; real = "Nickname Services"; };
saslserv { nick = "SaslServ"; user = "SaslServ"; host = "${name}"; real = "SASL"; };
`;
}
