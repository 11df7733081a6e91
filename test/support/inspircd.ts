import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IrcServer, type IrcServerAddresses, ircAddresses } from "./irc-server.ts";
import { freePort } from "./ports.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS } from "./wait.ts";

export interface InspircdOptions {
  /** Lines a client may send in a second, after twice as many at once; who sends more is thrown out. Without: as many as they like. */
  readonly linesPerSecond?: number;
  /** Where services may link, and the name and password they must give. */
  readonly services?: ServicesLink;
}

export interface ServicesLink {
  readonly name: string;
  readonly port: number;
  readonly password: string;
}

/** Starts a real InspIRCd of the test's own; resolves when it accepts clients. */
export async function startInspircd(options: InspircdOptions = {}): Promise<IrcServer> {
  const folder = temporaryFolder("inspircd");
  const where = ircAddresses("inspircd", await freePort());
  const configuration = join(folder.path, "inspircd.conf");
  writeFileSync(configuration, configure(where, folder.path, options));
  let running: ServerProcess | undefined;
  const start = async () => {
    running = new ServerProcess({
      name: "inspircd",
      program: programs.inspircd.path,
      args: [...(process.getuid?.() === 0 ? ["--runasroot"] : []), "--nofork", "--config", configuration],
      folder: folder.path,
    });
    await running.listening([where.port], START_LIMIT_MS);
  };
  const stop = async () => running?.stop();
  await start();
  return {
    software: "inspircd",
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

/** The capabilities of IRCv3 that the adapter asks for, and MONITOR. */
function configure(where: IrcServerAddresses, folder: string, { linesPerSecond, services }: InspircdOptions): string {
  const modules = ["cap", "ircv3", "ircv3_accounttag", "ircv3_batch", "ircv3_ctctags", "ircv3_servertime", "monitor"];
  const pace =
    linesPerSecond === undefined
      ? 'threshold="10000" commandrate="1000000"'
      : `threshold="${linesPerSecond * 2}" commandrate="${linesPerSecond * 1_000}"`;
  return `<server name="${where.name}" description="Test" network="Test" id="1TS">
<admin name="Admin" nick="admin" email="admin@${where.name}">
<bind address="127.0.0.1" port="${where.port}" type="clients">
<connect allow="*" password="${where.password}" timeout="60" pingfreq="120" ${pace}
  fakelag="no" resolvehostnames="no" useident="no" localmax="200" globalmax="200" softsendq="1048576" hardsendq="1048576"
  recvq="1048576">
<class name="shutdown" commands="KILL">
<type name="operator" classes="shutdown">
<oper name="root" password="${where.operatorPassword}" host="*@*" type="operator">
<performance nouserdns="yes">
<pid file="${folder}/inspircd.pid">
<options casemapping="rfc1459">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="${folder}/inspircd.log">
<limits maxnick="30" maxident="10" maxhost="64">
${modules.map((name) => `<module name="${name}">`).join("\n")}
${services === undefined ? "" : withServices(services)}
`;
}

/** Accounts, and logging in to them by SASL, are the business of a linked server. */
function withServices({ name, port, password }: ServicesLink): string {
  return `<module name="spanningtree">
<module name="services_account">
<module name="sasl">
<sasl target="${name}" requiressl="no">
<bind address="127.0.0.1" port="${port}" type="servers">
<link name="${name}" ipaddr="127.0.0.1" port="${port}" allowmask="127.0.0.1" sendpass="${password}" recvpass="${password}">
<uline server="${name}" silent="yes">`;
}
