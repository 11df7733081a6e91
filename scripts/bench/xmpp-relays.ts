/** What stands between customers and CSRs in the XMPP measurements, each in a process of its own: the desk, or a bare relay. */
import { fileURLToPath } from "node:url";
import { type Daemon, LAUNCHER, startDaemon } from "../../test/support/daemon.ts";
import { ServerProcess } from "../../test/support/server-process.ts";
import { until } from "../../test/support/wait.ts";

/** Where a component connects to, and as what. */
export interface Place {
  readonly componentDomain: string;
  readonly componentPort: number;
  readonly componentSecret: string;
}

export interface Relay {
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * `desk`: the real daemon on a disk. `parser`: a bare relay on this project's socket and parser. `journal`: the same with a synced row for each
 * message. `stock`: one on @xmpp/component.
 */
export type RelayKind = "desk" | "parser" | "journal" | "stock";

const BARE_RELAY = fileURLToPath(new URL("bare-relay.ts", import.meta.url));
const START_MS = 30_000;
/** `http:` of a desk that is measured: nobody reads its metrics, as in the configuration that is shipped, so it measures nothing itself. */
export const AS_INSTALLED = "  host: 127.0.0.1\n  metrics: off";

/** Bare addresses of the CSRs; each of them takes `capacity` conversations. */
export async function openRelay(
  kind: RelayKind,
  place: Place,
  csrs: readonly string[],
  capacity: number,
  options: StartOptions = {},
): Promise<Relay> {
  return kind === "desk" ? openDesk(place, csrs, capacity, options) : openBare(kind, place, csrs);
}

async function openBare(kind: RelayKind, place: Place, csrs: readonly string[]): Promise<Relay> {
  const relay = new ServerProcess({
    name: `the bare relay (${kind})`,
    program: process.execPath,
    args: [BARE_RELAY, kind, `${place.componentPort}`, place.componentDomain, place.componentSecret, ...csrs],
  });
  let isReady = false;
  relay.onLine(() => {
    isReady = true;
  });
  await until(`the bare relay (${kind})`, () => isReady || relay.ended !== undefined, START_MS);
  if (relay.ended !== undefined) throw new Error(`The bare relay ${relay.ended}. It wrote:\n${relay.output}`);
  return { pid: relay.pid ?? 0, stop: () => relay.stop() };
}

async function openDesk(
  place: Place,
  csrs: readonly string[],
  capacity: number,
  options: StartOptions,
): Promise<Relay> {
  const desk = await startDesk(place, csrs, capacity, options);
  return { pid: desk.pid ?? 0, stop: () => desk.remove() };
}

/** How the daemon is started, where it is not as usual. */
export interface StartOptions {
  readonly launcher?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: string;
  readonly xmpp?: string;
}

/** The daemon alone; `env`: environment variables for it; `limits`: further lines of `limits:`, indented by two; `xmpp`: of the network, by four. */
export function startDesk(
  place: Place,
  csrs: readonly string[],
  capacity: number,
  { launcher = LAUNCHER, env = {}, limits = "", xmpp = "" }: StartOptions = {},
): Promise<Daemon> {
  return startDaemon({
    networks: `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${place.componentDomain}
    host: 127.0.0.1
    port: ${place.componentPort}
    secret: ${place.componentSecret}
${xmpp}    handles:
      support: {name: Support, dialog: welcome}
`,
    csrs: csrs.map((address, index) => csrEntry(address, index, capacity)).join(""),
    routing: ROUTING,
    dialogs: DIALOGS,
    limits: LIMITS + limits,
    http: AS_INSTALLED,
    env,
    launcher,
  });
}

function csrEntry(address: string, index: number, capacity: number): string {
  return `  csr${index}:
    name: Csr ${index}
    addresses:
      - xmpp: ${address}
    skills: {support: 3}
    capacity: ${capacity}
`;
}

const ROUTING = `
skills: [support]
queues:
  support:
    name: Support
    skills: {support: 1}
    strategies: [longest-idle]
    offerSeconds: 60
`;

const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - say: "Hello! This is Example."
      - route: support
`;

/** What protects against one person's flood is not what is measured. */
const LIMITS = "  floodMessages: 10000\n  floodSeconds: 1\n  openConversations: 10000\n";
