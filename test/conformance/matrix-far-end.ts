/** The far side of a Matrix network: a real Synapse, people with matrix-js-sdk, and the wires both ways. */
import { matrix } from "../../adapters/matrix/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import type { FarEnd, PersonName } from "./far-end.ts";
import { MatrixFarPerson } from "./matrix-far-person.ts";
import { enterMatrixRoom } from "./matrix-far-room.ts";
import { GARBAGE } from "./matrix-garbage.ts";

const PATH = "/matrix";

export class MatrixFarEnd implements FarEnd {
  readonly network = "matrix";
  readonly handles = ["support", "billing"];
  readonly desk = "desk";
  readonly alias = "k3v9x2p8q7w4m5na";
  readonly dials = true;
  /** Matrix tells a sender that their own server has it, and nothing of the desk. */
  readonly acknowledges = false;
  readonly roomsShowAddresses = true;
  /** There is no error for a message that was taken by the server; the desk says it in words. */
  readonly refuses = false;
  readonly stranger = { network: this.network, id: "@nobody:mx.test" };
  readonly secrets: readonly string[];
  readonly synapse: Synapse;
  readonly #toDesk: TcpRelay;
  readonly #toServer: TcpRelay;
  /** Where the desk is led on its way to the homeserver; null: straight there. */
  detour: number | null = null;
  readonly #clients: MatrixTestClient[] = [];
  readonly #where: { context: TestContext | null };
  #people = 0;

  private constructor(synapse: Synapse, toDesk: TcpRelay, toServer: TcpRelay, where: { context: TestContext | null }) {
    this.synapse = synapse;
    this.secrets = [synapse.asToken, synapse.hsToken];
    this.#toDesk = toDesk;
    this.#toServer = toServer;
    this.#where = where;
  }

  static async open(): Promise<MatrixFarEnd> {
    const where: { context: TestContext | null } = { context: null };
    const toDesk = await TcpRelay.open(() => portOf(where.context));
    const synapse = await startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}${PATH}` });
    const toServer = await TcpRelay.open(() => far.detour ?? synapse.port);
    const far: MatrixFarEnd = new MatrixFarEnd(synapse, toDesk, toServer, where);
    return far;
  }

  create(context: TestContext): Adapter {
    return this.createWith(context, {});
  }
  /** The same with more keys of the network's section. */
  createWith(context: TestContext, more: object): Adapter {
    this.#where.context = context;
    // Synapse keeps its connections, and would go on talking to the adapter before.
    this.#toDesk.drop();
    return this.#create(context, { asToken: this.synapse.asToken, ...more });
  }
  createWithWrongSecret = (context: TestContext): Adapter => this.#create(context, { asToken: "guessed" });

  async person(name: PersonName): Promise<MatrixFarPerson> {
    this.#people += 1;
    const account = await this.synapse.register(`${name}${this.#people}`, "a password nobody has");
    const client = await connectMatrixClient(this.synapse, account);
    this.#clients.push(client);
    const { prefix, serverName } = this.synapse;
    const person = new MatrixFarPerson(this.network, client, prefix);
    person.enter = (token) => enterMatrixRoom(client, `#${prefix}${token}:${serverName}`);
    // Signs (typing, presence) reach only who is in a room already.
    await person.subscribe(this.handles[0] ?? "", "subscribe");
    return person;
  }

  async cut(): Promise<void> {
    await Promise.all([this.#toDesk.cut(), this.#toServer.cut()]);
  }
  async heal(): Promise<void> {
    await Promise.all([this.#toDesk.heal(), this.#toServer.heal()]);
  }

  /** The homeserver waits ever longer; a ping of the service makes it try at once. */
  redeliver = async (): Promise<void> => {
    const headers = { authorization: `Bearer ${this.synapse.asToken}` };
    const url = `${this.synapse.url}/_matrix/client/v1/appservice/${this.synapse.serviceId}/ping`;
    await fetch(url, { method: "POST", headers, body: "{}" });
  };

  /** Straight to the desk, with the right token: as a broken homeserver would. */
  async garbage(random: () => number): Promise<void> {
    const piece = GARBAGE[Math.floor(random() * GARBAGE.length)];
    const headers = { authorization: `Bearer ${this.synapse.hsToken}`, "content-type": "application/json" };
    const path = `http://127.0.0.1:${this.#toDesk.port}${PATH}${piece?.path ?? "/"}`;
    await fetch(path, { method: piece?.method ?? "PUT", headers, body: piece?.body ?? "" }).then((answer) =>
      answer.text(),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    await this.cut();
    await this.synapse.remove();
  }

  #create(context: TestContext, more: object): Adapter {
    const { serverName, serviceId, hsToken, prefix } = this.synapse;
    const homeserver = `http://127.0.0.1:${this.#toServer.port}`;
    const section = { mode: "appservice", homeserver, serverName, id: serviceId, hsToken, prefix, path: PATH, ...more };
    return matrix.create(matrix.parseConfig({ ...section, limits: { healthSeconds: 1, roomSeconds: 1 } }), context);
  }
}

function portOf(context: TestContext | null): number | null {
  try {
    return context === null ? null : Number(new URL(context.url).port);
  } catch {
    return null;
  }
}
