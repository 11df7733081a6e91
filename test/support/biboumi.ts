import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { IrcServerAddresses } from "./irc-server.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS, until } from "./wait.ts";
import type { XmppComponent } from "./xmpp-component.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** A real biboumi, the gateway between an XMPP server and IRC. */
export interface Biboumi {
  /** Its domain on the XMPP server. People on IRC are `nick%irc-server@domain`, channels `#channel%irc-server@domain`. */
  readonly domain: string;
  /** Starts it (again) on the same data. */
  start(): void;
  stop(): Promise<void>;
  /** kill -9: its IRC connections are gone, and nobody is told so. */
  kill(): Promise<void>;
  remove(): Promise<void>;
  /** The last part of its log, for error messages. */
  log(): string;
}

/** Starts it as the component `name` of that server, which must have been declared there. */
export function startBiboumi(server: XmppServerAddresses, name: string): Biboumi {
  const folder = temporaryFolder("biboumi");
  const domain = `${name}.${server.domain}`;
  const configuration = join(folder.path, "biboumi.cfg");
  const log = join(folder.path, "biboumi.log");
  writeFileSync(
    configuration,
    `hostname=${domain}
password=${server.componentSecret}
xmpp_server_ip=127.0.0.1
port=${server.componentPort}
db_name=${join(folder.path, "biboumi.sqlite")}
log_file=${log}
log_level=1
identd_port=0
`,
  );
  let running: ServerProcess | undefined;
  const start = () => {
    running = new ServerProcess({
      name: "biboumi",
      program: programs.biboumi.path,
      args: [configuration],
      folder: folder.path,
    });
  };
  start();
  return {
    domain,
    start,
    stop: async () => running?.stop(),
    kill: async () => running?.kill(),
    remove: async () => {
      await running?.stop();
      folder.remove();
    },
    log: () => `${running?.output ?? ""}\n${readFileSync(log, "utf8").slice(-8_000)}`,
  };
}

const COMMANDS = "http://jabber.org/protocol/commands";
const FORM = "jabber:x:data";

/** A component or a client that is logged in. */
export interface Session {
  readonly stanzas: XmppComponent["stanzas"];
  send(stanza: Element): unknown;
}

/**
 * Tells biboumi where that IRC server is, for one of its users, by the form it has for it (XEP-0050): ports and password. It keeps
 * that. `owner` is the address a component speaks as; null for an account, whose server writes it. Waits for biboumi to be there.
 */
export async function configureBiboumi(
  biboumi: Biboumi,
  session: Session,
  owner: string | null,
  irc: IrcServerAddresses,
): Promise<void> {
  let tries = 0;
  const ask = async (attributes: Record<string, string>, ...children: ReturnType<typeof xml>[]) => {
    tries += 1;
    const id = `configure-${tries}`;
    const command = xml("command", { xmlns: COMMANDS, node: "configure", ...attributes }, ...children);
    const from = owner === null ? {} : { from: owner };
    session.send(xml("iq", { type: "set", id, ...from, to: `${irc.name}@${biboumi.domain}` }, command));
    const answer = await session.stanzas.next(`the answer to ${id}`, (one) => one.is("iq") && one.attrs.id === id);
    return answer.attrs.type === "result" ? (answer.getChild("command", COMMANDS) ?? null) : null;
  };
  let form = "";
  await until(
    "biboumi to be connected",
    async () => {
      form = String((await ask({ action: "execute" }))?.attrs.sessionid ?? "");
      return form !== "";
    },
    START_LIMIT_MS,
  );
  const values = {
    address: "127.0.0.1",
    ports: String(irc.port),
    tls_ports: "",
    pass: irc.password,
    throttle_limit: "-1",
  };
  const fields = Object.entries(values).map(([name, value]) => xml("field", { var: name }, xml("value", {}, value)));
  const done = await ask({ action: "complete", sessionid: form }, xml("x", { xmlns: FORM, type: "submit" }, ...fields));
  if (done?.attrs.status !== "completed") {
    throw new Error(`biboumi did not take the configuration of ${irc.name}.\n${biboumi.log()}`);
  }
}
