/** Matrix in the crossing table: one real Synapse for both ways to be there. */
import { matrix } from "../../../adapters/matrix/index.ts";
import type { AdapterModule } from "../../../src/adapter.ts";
import { connectMatrixClient } from "../../support/matrix-client.ts";
import { type Synapse, startSynapse } from "../../support/synapse.ts";
import { TcpRelay } from "../../support/tcp-relay.ts";
import type { CrossingNetwork } from "../crossing.ts";
import { MatrixFarPerson } from "../matrix-far-person.ts";

const HANDLE = "support";
const PASSWORD = "a password nobody has";
/** Of the account's user id, so that it is the desk's for those who write to it. */
const ACCOUNT_PREFIX = "desk_";

interface Homeserver {
  readonly synapse: Synapse;
  readonly toDesk: TcpRelay;
  /** The homeserver is told where the desk is before the desk has a port. */
  readonly desk: { port: number | null };
}
let shared: Promise<Homeserver> | null = null;
let rows = 0;

/** The same for all rows that are open. */
function lend(): Promise<Homeserver> {
  rows += 1;
  shared ??= startHomeserver();
  return shared;
}

async function startHomeserver(): Promise<Homeserver> {
  const desk: Homeserver["desk"] = { port: null };
  const toDesk = await TcpRelay.open(() => desk.port);
  const synapse = await startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` });
  return { synapse, toDesk, desk };
}

async function giveBack({ synapse, toDesk }: Homeserver): Promise<void> {
  rows -= 1;
  if (rows > 0) return;
  shared = null;
  await toDesk.cut();
  await synapse.remove();
}

/** `section`: the keys of its network besides the adapter's name. */
async function open(
  name: string,
  desk: string | null,
  prefixOf: (synapse: Synapse) => string,
  encrypted: boolean,
  section: (synapse: Synapse) => readonly string[],
): Promise<CrossingNetwork> {
  const homeserver = await lend();
  const { synapse } = homeserver;
  const clerk = `clerk-${name}`;
  const person = async (url: string, user: string) => {
    homeserver.desk.port = Number(new URL(url).port);
    const client = await connectMatrixClient(synapse, await synapse.register(user, PASSWORD), { encrypted });
    return { person: new MatrixFarPerson(name, client, prefixOf(synapse)), stop: () => client.stop() };
  };
  return {
    name,
    module: matrix as AdapterModule<unknown>,
    section: ["adapter: matrix", `homeserver: ${synapse.url}`, ...section(synapse)]
      .map((key) => `    ${key}`)
      .join("\n"),
    handle: HANDLE,
    csrAddress: `@${clerk}:${synapse.serverName}`,
    csr: async ({ url }) => {
      const csr = await person(url, clerk);
      // A CSR makes the desk's contact once; it sees from then on whether they are there.
      await csr.person.subscribe(desk ?? HANDLE, "subscribe");
      await csr.person.presence("available");
      return csr;
    },
    customer: ({ url }, user) => person(url, user),
    close: () => giveBack(homeserver),
  };
}

export function openMatrix(name: string): Promise<CrossingNetwork> {
  return open(
    name,
    "desk",
    ({ prefix }) => prefix,
    false,
    ({ serverName, serviceId, asToken, hsToken }) => [
      "mode: appservice",
      `serverName: ${serverName}`,
      `id: ${serviceId}`,
      `asToken: ${asToken}`,
      `hsToken: ${hsToken}`,
      "limits: {healthSeconds: 1}",
    ],
  );
}

/** `encrypted`: every chat with the account is, and the account can. */
export async function openMatrixAccount(name: string, encrypted: boolean): Promise<CrossingNetwork> {
  const homeserver = await lend();
  const prefix = encrypted ? `sealed_${ACCOUNT_PREFIX}` : ACCOUNT_PREFIX;
  const { userId } = await homeserver.synapse.register(`${prefix}${HANDLE}`, PASSWORD);
  const network = await open(
    name,
    null,
    () => prefix,
    encrypted,
    () => [
      "mode: account",
      `userId: "${userId}"`,
      `password: ${PASSWORD}`,
      "limits: {healthSeconds: 1, pollSeconds: 5}",
      ...(encrypted ? ["encryption: {secret: under which nobody else keeps keys}"] : []),
    ],
  );
  rows -= 1; // lent once for its account already
  return network;
}
