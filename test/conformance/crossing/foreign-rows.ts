/** Matrix and IRC in the crossing table: real Synapse, real ngIRCd. */
import { nickFor } from "../../../adapters/irc/aliases.ts";
import { irc } from "../../../adapters/irc/index.ts";
import { matrix } from "../../../adapters/matrix/index.ts";
import type { AdapterModule } from "../../../src/adapter.ts";
import { IrcClient } from "../../support/irc-client.ts";
import type { IrcServer } from "../../support/irc-server.ts";
import { connectMatrixClient } from "../../support/matrix-client.ts";
import { startNgircd } from "../../support/ngircd.ts";
import { startSynapse } from "../../support/synapse.ts";
import { TcpRelay } from "../../support/tcp-relay.ts";
import type { CrossingNetwork } from "../crossing.ts";
import { IrcFarPerson } from "../irc-far-person.ts";
import { MatrixFarPerson } from "../matrix-far-person.ts";

const HANDLE = "support";
const CLERK = "clerk";
const PASSWORD = "a password nobody has";

export async function openMatrix(): Promise<CrossingNetwork> {
  // The homeserver is told where the desk is before the desk has a port.
  let port: number | null = null;
  const toDesk = await TcpRelay.open(() => port);
  const synapse = await startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` });
  const person = async (url: string, user: string) => {
    port = Number(new URL(url).port);
    const client = await connectMatrixClient(synapse, await synapse.register(user, PASSWORD));
    return { person: new MatrixFarPerson("matrix", client, synapse.prefix), stop: () => client.stop() };
  };
  const { url, serverName, serviceId, asToken, hsToken } = synapse;
  return {
    name: "matrix",
    module: matrix as AdapterModule<unknown>,
    section: `    adapter: matrix
    mode: appservice
    homeserver: ${url}
    serverName: ${serverName}
    id: ${serviceId}
    asToken: ${asToken}
    hsToken: ${hsToken}
    limits: {healthSeconds: 1}`,
    handle: HANDLE,
    csrAddress: `@${CLERK}:${serverName}`,
    csr: async (desk) => {
      const csr = await person(desk.url, CLERK);
      // A CSR makes the desk's contact once; it sees from then on whether they are there.
      await csr.person.subscribe("desk", "subscribe");
      await csr.person.presence("available");
      return csr;
    },
    customer: (desk, name) => person(desk.url, name),
    close: async () => {
      await toDesk.cut();
      await synapse.remove();
    },
  };
}

/** Room for a nick in every line, as the adapter's own default. */
const NICK_LENGTH = 30;

export async function openIrc(name: string, mode: "client" | "server"): Promise<CrossingNetwork> {
  const server = await startNgircd();
  let people = 0;
  const person = async (nick: string) => {
    const client = await IrcClient.connect(server, nick);
    const names = {
      nickOf: (desk: string) => nickFor(desk, NICK_LENGTH),
      // A person knows an alias by its nick, and writes to that.
      deskOf: (from: string) => (from.includes(".") || from === nick ? null : from),
    };
    return { person: new IrcFarPerson(name, client, names), stop: async () => client.stop() };
  };
  return {
    name,
    module: irc as AdapterModule<unknown>,
    section: `    adapter: irc\n    mode: ${mode}\n${mode === "client" ? nickKeys(server) : linkKeys(server)}`,
    handle: HANDLE,
    csrAddress: CLERK,
    csr: () => person(CLERK),
    customer: () => {
      people += 1;
      return person(`anna${people}`);
    },
    close: () => server.remove(),
  };
}

function nickKeys(server: IrcServer): string {
  return `    host: 127.0.0.1
    port: ${server.port}
    tls: false
    nick: ${HANDLE}
    password: ${server.password}
    limits: {burst: 10000, lineMs: 0, presenceSeconds: 1, regainSeconds: 1}`;
}

function linkKeys(server: IrcServer): string {
  return `    host: 127.0.0.1
    port: ${server.port}
    tls: false
    serverName: ${server.linkName}
    password: ${server.linkPassword}
    peerPassword: ${server.linkPassword}
    limits: {regainSeconds: 1}`;
}
