import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./ports.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS } from "./wait.ts";
import {
  addresses,
  componentNames,
  type XmppServer,
  type XmppServerAddresses,
  type XmppServerOptions,
} from "./xmpp-server.ts";

/**
 * Erlang's threads turn round for a while before they sleep. On a busy machine the system takes that for work, and gives ejabberd the less
 * of the processor for it when there is some: its start took three to six times as long. Who measures, measures it as it is shipped.
 */
const PATIENT = ["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"];

/**
 * Starts a real ejabberd of the test's own; resolves when it accepts clients, components and HTTP. It runs in an
 * Erlang that is no distributed node, so it needs neither epmd nor a name, and any number run side by side.
 */
export async function startEjabberd(options: XmppServerOptions = {}): Promise<XmppServer> {
  const folder = temporaryFolder("ejabberd");
  const where = addresses(options, await freePorts(3), "ej.test");
  const configuration = join(folder.path, "ejabberd.yml");
  const log = join(folder.path, "ejabberd.log");
  writeFileSync(configuration, configure(where, options, folder.path));
  mkdirSync(join(folder.path, "spool"));
  copyFileSync("/etc/ejabberd/inetrc", join(folder.path, "inetrc"));
  let running: ServerProcess | undefined;
  const accounts = new Map<string, string>();

  const start = async () => {
    running = new ServerProcess({
      name: "ejabberd",
      program: "erl",
      args: [...(options.isLean === true ? [] : PATIENT), ...erlangArguments(join(folder.path, "spool"))],
      folder: folder.path,
      env: {
        HOME: folder.path,
        ERL_LIBS: erlangLibraries(),
        ERL_INETRC: join(folder.path, "inetrc"),
        ERL_CRASH_DUMP: join(folder.path, "erl_crash.dump"),
        EJABBERD_CONFIG_PATH: configuration,
        EJABBERD_LOG_PATH: log,
      },
    });
    await running.listening([where.clientPort, where.componentPort, where.httpPort], START_LIMIT_MS);
    // Mnesia writes to disk a while later: a kill -9 may have taken the newest accounts with it.
    for (const [user, password] of accounts) {
      await register(where, user, password);
    }
  };
  const stop = async () => running?.stop();
  await start();
  return {
    software: "ejabberd",
    ...where,
    get pid() {
      return running?.pid;
    },
    register: async (user, password) => {
      await register(where, user, password);
      accounts.set(user, password);
    },
    start,
    stop,
    kill: async () => running?.kill(),
    remove: async () => {
      await stop();
      folder.remove();
    },
    log: () => readFileSync(log, "utf8").slice(-8_000),
  };
}

/** `spool`: where Mnesia keeps its tables. */
function erlangArguments(spool: string): readonly string[] {
  return ["-noinput", "-mnesia", "dir", JSON.stringify(spool), "-s", "ejabberd"];
}

/** Where ejabberd's Erlang modules are differs by machine type; its own start script knows. */
function erlangLibraries(): string {
  const script = readFileSync(programs.ejabberd.path, "utf8");
  const found = /^ERL_LIBS='?([^'\n]+)'?$/m.exec(script)?.[1];
  if (found === undefined) {
    throw new Error(`${programs.ejabberd.path} has no line ERL_LIBS=..., so ejabberd's modules cannot be found.`);
  }
  return found;
}

async function register(where: XmppServerAddresses, user: string, password: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${where.httpPort}/api/register`, {
    method: "POST",
    body: JSON.stringify({ user, host: where.domain, password }),
  });
  const alreadyThere = response.status === 409;
  if (!response.ok && !alreadyThere) {
    throw new Error(
      `ejabberd refused to register ${user}@${where.domain}: ${response.status} ${await response.text()}`,
    );
  }
}

/** Without mod_stream_mgmt: against it @xmpp/client 0.14 counts wrongly and is thrown out. */
function configure(where: XmppServerAddresses, options: XmppServerOptions, folder: string): string {
  const components = componentNames(options)
    .map((name) => `"${name}.${where.domain}": {password: "${where.componentSecret}"}`)
    .join(", ");
  return `hosts: [${where.domain}, ${where.anonymousDomain}]
loglevel: warning
listen:
  - {port: ${where.clientPort}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: false, access: c2s, shaper: none}
  - {port: ${where.componentPort}, ip: "127.0.0.1", module: ejabberd_service, access: all, shaper: none, global_routes: false,
     hosts: {${components}}}
  - {port: ${where.httpPort}, ip: "127.0.0.1", module: ejabberd_http,
     request_handlers: {"/xmpp-websocket": ejabberd_http_ws, "/upload": mod_http_upload, "/api": mod_http_api}}
auth_method: internal
auth_password_format: plain
host_config:
  ${where.anonymousDomain}: {auth_method: anonymous, anonymous_protocol: sasl_anon}
acl: {local: {user_regexp: ""}, loop: {ip: ["127.0.0.0/8"]}}
access_rules: {c2s: {allow: all}, local: {allow: local}}
api_permissions: {"tests": {from: [mod_http_api], who: [{acl: loop}], what: "*"}}
modules:
  mod_roster: {}
  mod_disco: {}
  mod_ping: {}
${options.isLean === true ? "" : furtherModules(where, folder)}
${options.extraConfiguration ?? ""}
`;
}

function furtherModules(where: XmppServerAddresses, folder: string): string {
  return `  mod_version: {}
  mod_caps: {}
  mod_private: {}
  mod_vcard: {}
  mod_offline: {}
  mod_last: {}
  mod_pubsub: {plugins: [flat, pep]}
  mod_carboncopy: {}
  mod_mam: {default: always}
  mod_blocking: {}
  mod_privacy: {}
  mod_muc: {host: "${where.conferenceDomain}"}
  mod_http_upload:
    put_url: "http://127.0.0.1:${where.httpPort}/upload/@HOST@"
    docroot: ${folder}/uploads
    hosts: ["${where.uploadDomain}"]`;
}
