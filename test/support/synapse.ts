/**
 * A real Synapse of the test's own: Debian's package in a root of its own (scripts/test-servers.ts makes it), started by
 * chroot with a private folder, database and port.
 */
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { Host } from "./namespaces.ts";
import { freePort } from "./ports.ts";
import { programs } from "./programs.ts";
import { ServerProcess } from "./server-process.ts";
import { START_LIMIT_MS } from "./wait.ts";

/** The Debian root that holds Synapse. */
export const SYNAPSE_ROOT = programs.synapse.ownRoot.folder;

export interface SynapseOptions {
  /** Where Synapse finds the application service: `http://127.0.0.1:port/path`. */
  readonly serviceUrl: string;
  /** The address it listens at, 127.0.0.1 when left out; and the host it runs on, if not this one. */
  readonly address?: string;
  readonly host?: Host;
}

export interface Account {
  readonly userId: string;
  readonly accessToken: string;
  readonly deviceId: string;
}

export interface Synapse {
  readonly serverName: string;
  /** `http://127.0.0.1:port` where it is on this host. */
  readonly url: string;
  readonly port: number;
  readonly serviceId: string;
  readonly asToken: string;
  readonly hsToken: string;
  /** Reserved for the application service: `@<prefix>.*`. */
  readonly prefix: string;
  /** Makes an ordinary user, logged in on one device. */
  register(user: string, password: string): Promise<Account>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  log(): string;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

/** Starts it; resolves when it answers. */
export async function startSynapse({ serviceUrl, address = "127.0.0.1", host }: SynapseOptions): Promise<Synapse> {
  const name = `s${randomBytes(6).toString("hex")}`;
  const inside = `/srv/${name}`;
  const folder = join(SYNAPSE_ROOT, inside);
  const port = await freePort();
  const where = { serverName: "mx.test", address, port, serviceId: "frontdesk", prefix: "frontdesk_" };
  const tokens = { asToken: `as-${randomBytes(12).toString("hex")}`, hsToken: `hs-${randomBytes(12).toString("hex")}` };
  const secret = randomBytes(12).toString("hex");
  mkdirSync(folder, { recursive: true });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write("homeserver.yaml", homeserverYaml(where, inside, secret));
  write("service.yaml", registrationYaml(where, tokens, serviceUrl));
  write("log.yaml", logYaml(inside));
  write("signing.key", `ed25519 a_test ${randomBytes(32).toString("base64").replace(/=+$/u, "")}\n`);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

  const url = `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
  let running: ServerProcess | undefined;
  const start = async () => {
    running = new ServerProcess({
      name: "synapse",
      program: "/usr/sbin/chroot",
      args: [SYNAPSE_ROOT, "/usr/bin/synapse_homeserver", "-c", `${inside}/homeserver.yaml`],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
      ...(host === undefined ? {} : { namespace: host.namespace }),
    });
    await running.listening([port], START_LIMIT_MS);
  };
  const stop = async () => running?.stop();
  await start();
  return {
    ...where,
    ...tokens,
    url,
    register: async (user, password) =>
      host === undefined
        ? await register(url, secret, user, password)
        : registerFrom(host, url, secret, user, password),
    start,
    stop,
    kill: async () => running?.kill(),
    log: () =>
      existsSync(join(folder, "synapse.log")) ? readFileSync(join(folder, "synapse.log"), "utf8").slice(-8_000) : "",
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Synapse's own way to register users by a shared secret; much faster than its program for it. */
export async function register(url: string, secret: string, user: string, password: string): Promise<Account> {
  const path = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(path)).json()) as { nonce: string };
  const mac = createHmac("sha1", secret).update([nonce, user, password, "notadmin"].join("\0")).digest("hex");
  const body = JSON.stringify({ nonce, username: user, password, admin: false, mac });
  const answer = await fetch(path, { method: "POST", body });
  const account = (await answer.json()) as { user_id?: string; access_token?: string; device_id?: string };
  if (account.user_id === undefined || account.access_token === undefined || account.device_id === undefined) {
    throw new Error(`Synapse did not register ${user}: HTTP ${answer.status} ${JSON.stringify(account)}`);
  }
  return { userId: account.user_id, accessToken: account.access_token, deviceId: account.device_id };
}

/** The same from within its namespace, where this process has no way to it. */
function registerFrom(
  host: Host,
  ...all: readonly [url: string, secret: string, user: string, password: string]
): Account {
  const script = `import { register } from ${JSON.stringify(import.meta.url)};
    process.stdout.write(JSON.stringify(await register(...process.argv.slice(1))));`;
  return JSON.parse(host.run(process.execPath, "--input-type=module", "-e", script, ...all)) as Account;
}

interface Where {
  readonly address: string;
  readonly serverName: string;
  readonly port: number;
  readonly serviceId: string;
  readonly prefix: string;
}

/** No federation, no limits on speed: those would be tested instead of the desk. */
function homeserverYaml({ serverName, address, port }: Where, inside: string, secret: string): string {
  const fast = "{per_second: 10000, burst_count: 10000}";
  return `server_name: "${serverName}"
pid_file: ${inside}/homeserver.pid
listeners:
  - {port: ${port}, tls: false, type: http, bind_addresses: ["${address}"], resources: [{names: [client], compress: false}]}
database: {name: sqlite3, args: {database: ${inside}/homeserver.db}}
log_config: ${inside}/log.yaml
media_store_path: ${inside}/media
signing_key_path: ${inside}/signing.key
registration_shared_secret: "${secret}"
macaroon_secret_key: "${secret}m"
form_secret: "${secret}f"
report_stats: false
enable_registration: false
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
url_preview_enabled: false
presence: {enabled: true}
experimental_features: {msc3026_enabled: true}
app_service_config_files: ["${inside}/service.yaml"]
rc_message: ${fast}
rc_registration: ${fast}
rc_login: {address: ${fast}, account: ${fast}, failed_attempts: ${fast}}
rc_joins: {local: ${fast}, remote: ${fast}}
rc_joins_per_room: ${fast}
rc_invites: {per_room: ${fast}, per_user: ${fast}, per_issuer: ${fast}}
rc_room_creation: ${fast}
rc_presence: {per_user: ${fast}}
`;
}

/** As docs/operators.md tells operators to write it. */
function registrationYaml(
  { serverName, serviceId, prefix }: Where,
  tokens: { readonly asToken: string; readonly hsToken: string },
  serviceUrl: string,
): string {
  return `id: ${serviceId}
url: "${serviceUrl}"
as_token: "${tokens.asToken}"
hs_token: "${tokens.hsToken}"
sender_localpart: ${serviceId}
rate_limited: false
receive_ephemeral: true
de.sorunome.msc2409.push_ephemeral: true
namespaces:
  users: [{exclusive: true, regex: "@${prefix}.*:${serverName.replaceAll(".", "\\\\.")}"}]
  aliases: [{exclusive: true, regex: "#${prefix}.*:${serverName.replaceAll(".", "\\\\.")}"}]
  rooms: []
`;
}

function logYaml(inside: string): string {
  return `version: 1
formatters: {plain: {format: '%(asctime)s %(name)s %(levelname)s %(message)s'}}
handlers: {file: {class: logging.FileHandler, filename: ${inside}/synapse.log, formatter: plain}}
root: {level: WARNING, handlers: [file]}
`;
}
