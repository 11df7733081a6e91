/** What goes through the mill: the real desk, and beside it a plain relay. Each has a link for customers and one for CSRs that can be cut. */
import { fileURLToPath } from "node:url";
import { startDaemon } from "../../support/daemon.ts";
import { csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../../support/desk-config.ts";
import { ServerProcess } from "../../support/server-process.ts";
import { TcpRelay } from "../../support/tcp-relay.ts";
import { until } from "../../support/wait.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import { type PlainRelayTable, READY } from "./plain-table.ts";

/** The first labels of the components' domains, for customers and for CSRs. */
export const DOMAINS = { desk: ["desk", "inner"], relay: ["plain", "plaininner"] } as const;

export type SideName = keyof typeof DOMAINS;

/** One of the two; their faults come at the same moment. */
export interface Side {
  readonly name: SideName;
  /** Towards customers, and towards CSRs. */
  readonly links: readonly TcpRelay[];
  /** kill -9 */
  kill(): Promise<void>;
  /** Again, on what it had. Resolves when it is ready. */
  start(): Promise<void>;
  /** What it says of itself, for a message that tells what went wrong. */
  status(): Promise<string>;
  remove(): Promise<void>;
}

const START_MS = 60_000;
const PLAIN_RELAY = fileURLToPath(new URL("plain-relay.ts", import.meta.url));
/** One customer's flood is just what the mill is made of. */
const LIMITS = "  floodMessages: 10000\n  csrAbsenceSeconds: 600\n";

/** The daemon with two XMPP networks, of which the one has customers and the other CSRs: ada for support, bob for billing. */
export async function openDesk(server: XmppServer): Promise<Side> {
  const links = await openLinks(server);
  const [outer = "", inner = ""] = DOMAINS.desk;
  const desk = await orCut(
    links,
    startDaemon({
      networks: network("outer", outer, links[0], server) + network("inner", inner, links[1], server),
      csrs: csrEntries(
        { id: "ada", name: "Ada", address: `inner: ada@${server.domain}`, skill: "support" },
        { id: "bob", name: "Bob", address: `inner: bob@${server.domain}`, skill: "billing" },
      ),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      limits: LIMITS,
    }),
  );
  return {
    name: "desk",
    links,
    kill: desk.kill,
    start: desk.start,
    status: () => desk.command("status"),
    remove: async () => {
      await desk.remove();
      await Promise.all(links.map((link) => link.cut()));
    },
  };
}

/** @xmpp/component as published, twice, in a process of its own. */
export async function openPlainRelay(server: XmppServer, talks: PlainRelayTable["talks"]): Promise<Side> {
  const links = await openLinks(server);
  const [customers, csrs] = DOMAINS.relay.map((label, index) => ({
    domain: `${label}.${server.domain}`,
    port: links[index]?.port ?? 0,
  }));
  const table = JSON.stringify({ secret: server.componentSecret, customers, csrs, talks });
  let running: ServerProcess | undefined;
  const start = async () => {
    const started = new ServerProcess({
      name: "the plain relay",
      program: process.execPath,
      args: [PLAIN_RELAY, table],
    });
    running = started;
    await until("the plain relay", () => started.output.includes(READY) || started.ended !== undefined, START_MS);
    if (started.ended !== undefined) throw new Error(`The plain relay ${started.ended}:\n${started.output}`);
  };
  const kill = async () => running?.kill();
  await orCut(links, start());
  return {
    name: "relay",
    links,
    kill,
    start,
    status: async () => running?.output ?? "",
    remove: async () => {
      await kill();
      await Promise.all(links.map((link) => link.cut()));
    },
  };
}

function openLinks(server: XmppServer): Promise<readonly [TcpRelay, TcpRelay]> {
  const open = () => TcpRelay.open(() => server.componentPort);
  return Promise.all([open(), open()]);
}

/** What could not be started leaves no listener behind. */
async function orCut<T>(links: readonly TcpRelay[], started: Promise<T>): Promise<T> {
  try {
    return await started;
  } catch (error) {
    await Promise.all(links.map((link) => link.cut()));
    throw error;
  }
}

function network(name: string, label: string, link: TcpRelay, server: XmppServer): string {
  return `  ${name}:
    adapter: xmpp
    title: XMPP ${name}
    mode: component
    domain: ${label}.${server.domain}
    host: 127.0.0.1
    port: ${link.port}
    secret: ${server.componentSecret}
    handles:
      support: {name: Support, dialog: welcome}
      billing: {name: Billing, dialog: money}
`;
}
