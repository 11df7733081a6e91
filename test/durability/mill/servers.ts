/** The real servers around the desk, and the wires between them and the desk, which can be cut. */
import type { IrcServer } from "../../support/irc-server.ts";
import { startNgircd } from "../../support/ngircd.ts";
import { startProsody } from "../../support/prosody.ts";
import { type Synapse, startSynapse } from "../../support/synapse.ts";
import { TcpRelay } from "../../support/tcp-relay.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import type { MillNetwork } from "./talks.ts";

/** The first labels of the components' domains, for customers and for CSRs. */
export const DOMAINS = { desk: ["desk", "inner"], relay: ["plain", "plaininner"] } as const;

/** Where the desk's HTTP server takes the homeserver's transactions. */
const MATRIX_PATH = "/matrix";

export interface MillServers {
  /** Always there: CSRs are on XMPP. */
  readonly prosody: XmppServer;
  readonly synapse: Synapse | null;
  readonly ngircd: IrcServer | null;
  /** The desk's wires: towards customers and CSRs on XMPP, from and to the homeserver, to the IRC server. */
  readonly wires: Readonly<Record<MillNetwork, readonly TcpRelay[]>>;
  /** To be called once it is known where the desk's HTTP server listens. */
  deskListens(port: number): void;
  remove(): Promise<void>;
}

/** Starts what these networks need; resolves when all of it answers. */
export async function openServers(networks: ReadonlySet<MillNetwork>): Promise<MillServers> {
  const started: { remove(): Promise<void> }[] = [];
  const kept = <T extends { remove(): Promise<void> }>(server: T): T => {
    started.push(server);
    return server;
  };
  let deskPort: number | null = null;
  const wire = async (port: () => number | null): Promise<TcpRelay> => {
    const relay = await TcpRelay.open(port);
    started.push({ remove: () => relay.cut() });
    return relay;
  };
  const remove = async (): Promise<void> => {
    for (const server of started.splice(0).reverse()) await server.remove();
  };
  try {
    const prosody = kept(await startProsody(PROSODY));
    const xmpp = [await wire(() => prosody.componentPort), await wire(() => prosody.componentPort)];
    const ngircd = networks.has("irc") ? kept(await startNgircd()) : null;
    const irc = ngircd === null ? [] : [await wire(() => ngircd.port)];
    const fromServer = await wire(() => deskPort);
    const serviceUrl = `http://127.0.0.1:${fromServer.port}${MATRIX_PATH}`;
    const synapse = networks.has("matrix") ? kept(await startSynapse({ serviceUrl })) : null;
    const matrix = synapse === null ? [] : [await wire(() => synapse.port), fromServer];
    const deskListens = (port: number): void => {
      deskPort = port;
    };
    return { prosody, synapse, ngircd, wires: { xmpp, matrix, irc }, deskListens, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const PROSODY = {
  components: [...DOMAINS.desk, ...DOMAINS.relay],
  // Archiving thousands of messages in files would be the load, not relaying them.
  extraConfiguration: `modules_disabled = { "s2s"; "tls"; "limits"; "mam"; "offline" }`,
};
