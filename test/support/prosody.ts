import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** Starts a real Prosody of the test's own; resolves when it accepts clients, components and HTTP. */
export async function startProsody(options: XmppServerOptions = {}): Promise<XmppServer> {
  const folder = temporaryFolder("prosody");
  const where = addresses(options, await freePorts(3), "im.test");
  const configuration = join(folder.path, "prosody.cfg.lua");
  writeFileSync(configuration, configure(where, options, folder.path));
  let running: ServerProcess | undefined;

  const start = async () => {
    running = new ServerProcess({
      name: "prosody",
      program: programs.prosody.path,
      args: ["--config", configuration, "-F"],
      folder: folder.path,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    });
    await running.listening([where.clientPort, where.componentPort, where.httpPort], START_LIMIT_MS);
  };
  const stop = async () => running?.stop();
  await start();
  return {
    software: "prosody",
    ...where,
    get pid() {
      return running?.pid;
    },
    register: async (user, password) => writeAccount(join(folder.path, "data"), where.domain, user, password),
    start,
    stop,
    kill: async () => running?.kill(),
    remove: async () => {
      await stop();
      folder.remove();
    },
    log: () => readFileSync(join(folder.path, "prosody.log"), "utf8").slice(-8_000),
  };
}

/**
 * Writes the account's file as Prosody's own store would. That takes no time, where `prosodyctl register` starts a
 * second Lua; Prosody hashes the password at the first login.
 */
function writeAccount(folder: string, domain: string, user: string, password: string): void {
  const accounts = join(folder, fileName(domain), "accounts");
  mkdirSync(accounts, { recursive: true });
  writeFileSync(join(accounts, `${fileName(user)}.dat`), `return { ["password"] = ${luaString(password)}; };\n`);
}

/** Prosody's file names: every byte that is no ASCII letter or digit becomes %xx. */
function fileName(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => String.fromCharCode(byte))
    .map((character) => (/[A-Za-z0-9]/.test(character) ? character : `%${hex(character)}`))
    .join("");
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, "0");
}

function luaString(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))}"`;
}

/** Later settings take the place of earlier ones. */
const LEAN = `
modules_enabled = { "roster"; "saslauth"; "disco"; "ping"; "posix" }
modules_disabled = { "s2s"; "tls"; "limits"; "offline" }
authentication = "internal_plain"
log = { { levels = { min = "error" }, to = "console" } }
`;

/** Few hashing rounds and no Nagle: otherwise the tests would measure those. */
function configure(where: XmppServerAddresses, options: XmppServerOptions, folder: string): string {
  const components = componentNames(options).map(
    (name) => `Component "${name}.${where.domain}"\n  component_secret = "${where.componentSecret}"`,
  );
  return `pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
certificates = "${folder}/certs"
${process.getuid?.() === 0 ? "run_as_root = true" : ""}
network_backend = "epoll"
network_settings = { nagle = false }
interfaces = { "${where.host}" }
local_interfaces = { "${where.host}" }
component_interfaces = { "${where.host}" }
c2s_ports = { ${where.clientPort} }
s2s_ports = {}
component_ports = { ${where.componentPort} }
http_ports = { ${where.httpPort} }
https_ports = {}
authentication = "internal_hashed"
default_iteration_count = 32
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
modules_enabled = {
  "roster"; "saslauth"; "disco"; "presence"; "message"; "iq"; "ping"; "version"; "time"; "private"; "vcard4";
  "vcard_legacy"; "pep"; "blocklist"; "carbons"; "mam"; "smacks"; "csi_simple"; "websocket"; "http"; "posix";
}
modules_disabled = { "s2s"; "tls"; "limits" }
log = { { levels = { min = "info" }, to = "file", filename = "${folder}/prosody.log" } }
http_default_host = "${where.domain}"
${options.isLean === true ? LEAN : ""}
${options.extraConfiguration ?? ""}

VirtualHost "${where.domain}"
VirtualHost "${where.anonymousDomain}"
  authentication = "anonymous"
Component "${where.uploadDomain}" "http_file_share"
  http_external_url = "http://${where.host}:${where.httpPort}/"
  http_host = "${where.host}"
Component "${where.conferenceDomain}" "muc"
${components.join("\n")}
`;
}
