/** What goes through the mill: the real desk, and beside it a plain relay of XMPP alone. Their links can be cut. */
import { fileURLToPath } from "node:url";
import { startDaemon } from "../../support/daemon.ts";
import type { IrcServer } from "../../support/irc-server.ts";
import { ServerProcess } from "../../support/server-process.ts";
import type { Synapse } from "../../support/synapse.ts";
import { TcpRelay } from "../../support/tcp-relay.ts";
import { until } from "../../support/wait.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import { type PlainRelayTable, READY } from "./plain-table.ts";
import { DOMAINS, type MillServers } from "./servers.ts";
import { csrsFor, dialogsFor, handlesFor, type MillNetwork, type MillTalk, routingFor } from "./talks.ts";

export type SideName = keyof typeof DOMAINS;

/** One of the two; their faults come at the same moment. */
export interface Side {
  readonly name: SideName;
  /** Its wires to each network, as in `MillServers`. */
  readonly wires: Readonly<Record<MillNetwork, readonly TcpRelay[]>>;
  /** kill -9 */
  kill(): Promise<void>;
  /** Again, on what it had. Resolves when it is ready. */
  start(): Promise<void>;
  /** What it says of itself, for a message that tells what went wrong. */
  status(): Promise<string>;
  remove(): Promise<void>;
}

const START_MS = 60_000;
const START_TRIES = 5;
const PLAIN_RELAY = fileURLToPath(new URL("plain-relay.ts", import.meta.url));
/** One customer's flood is just what the mill is made of. */
const LIMITS = "  floodMessages: 10000\n  csrAbsenceSeconds: 600\n";

/** The daemon with an XMPP network for CSRs, and one for customers of each network that these talks are on. */
export async function openDesk(servers: MillServers, talks: readonly MillTalk[]): Promise<Side> {
  const desk = await startDaemon({
    networks: networksFor(servers, talks),
    csrs: csrsFor(talks, servers.prosody.domain),
    routing: routingFor(talks),
    dialogs: dialogsFor(talks),
    limits: LIMITS,
  });
  servers.deskListens(Number(new URL(desk.url).port));
  const { kill, start, remove } = desk;
  return { name: "desk", wires: servers.wires, kill, start, status: () => desk.command("status"), remove };
}

/** @xmpp/component as published, twice, in a process of its own. */
export async function openPlainRelay(server: XmppServer, talks: PlainRelayTable["talks"]): Promise<Side> {
  const open = () => TcpRelay.open(() => server.componentPort);
  const links = await Promise.all([open(), open()]);
  const [customers, csrs] = DOMAINS.relay.map((label, index) => ({
    domain: `${label}.${server.domain}`,
    port: links[index]?.port ?? 0,
  }));
  const table = JSON.stringify({ secret: server.componentSecret, customers, csrs, talks });
  let running: ServerProcess | undefined;
  /** Its library gives up when the server is slow to answer, as on a busy machine; then it is started once more. */
  const start = async (triesLeft = START_TRIES): Promise<void> => {
    const started = new ServerProcess({
      name: "the plain relay",
      program: process.execPath,
      args: [PLAIN_RELAY, table],
    });
    running = started;
    await until("the plain relay", () => started.output.includes(READY) || started.ended !== undefined, START_MS);
    if (started.ended === undefined) return;
    if (triesLeft <= 1) throw new Error(`The plain relay ${started.ended}:\n${started.output}`);
    await start(triesLeft - 1);
  };
  const kill = async () => running?.kill();
  const cut = async () => void (await Promise.all(links.map((link) => link.cut())));
  try {
    await start();
  } catch (error) {
    // What could not be started leaves no listener behind.
    await cut();
    throw error;
  }
  return {
    name: "relay",
    wires: { xmpp: links, matrix: [], irc: [] },
    kill,
    start: () => start(),
    status: async () => running?.output ?? "",
    remove: async () => {
      await kill();
      await cut();
    },
  };
}

function networksFor({ prosody, synapse, ngircd, wires }: MillServers, talks: readonly MillTalk[]): string {
  const on = (network: MillNetwork) => handlesFor(talks.filter((talk) => talk.network === network));
  const port = (network: MillNetwork, index = 0) => wires[network][index]?.port ?? 0;
  const sections = [component("inner", DOMAINS.desk[1], port("xmpp", 1), prosody), handlesFor(talks.slice(0, 1))];
  if (talks.some(({ network }) => network === "xmpp")) {
    sections.push(component("xmpp", DOMAINS.desk[0], port("xmpp"), prosody), on("xmpp"));
  }
  if (synapse !== null) sections.push(service(synapse, port("matrix")), on("matrix"));
  if (ngircd !== null) sections.push(linked(ngircd, port("irc")), on("irc"));
  return sections.join("");
}

function component(name: string, label: string, port: number, server: XmppServer): string {
  return `  ${name}:
    adapter: xmpp
    title: XMPP ${name}
    mode: component
    domain: ${label}.${server.domain}
    host: 127.0.0.1
    port: ${port}
    secret: ${server.componentSecret}
`;
}

function service({ serverName, serviceId, asToken, hsToken }: Synapse, port: number): string {
  return `  matrix:
    adapter: matrix
    title: Matrix
    mode: appservice
    homeserver: http://127.0.0.1:${port}
    serverName: ${serverName}
    id: ${serviceId}
    asToken: ${asToken}
    hsToken: ${hsToken}
    limits: {healthSeconds: 1}
`;
}

function linked(server: IrcServer, port: number): string {
  return `  irc:
    adapter: irc
    title: IRC
    mode: server
    host: 127.0.0.1
    port: ${port}
    serverName: ${server.linkName}
    password: ${server.linkPassword}
    limits: {regainSeconds: 1}
`;
}
