/** The far side of an ordinary Matrix account: a real Synapse, people with matrix-js-sdk, and the wire between desk and server. */
import { matrix } from "../../adapters/matrix/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { type Account, type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import type { FarEnd, PersonName } from "./far-end.ts";
import { MatrixFarPerson } from "./matrix-far-person.ts";

const PASSWORD = "a password nobody has";
const SECRET = "under which nobody else keeps keys";
const PREFIX = "desk_";
const HANDLE = "support";

export class MatrixAccountFarEnd implements FarEnd {
  readonly network = "matrix";
  readonly handles = [HANDLE];
  readonly desk = "desk";
  readonly alias = null;
  readonly dials = true;
  readonly acknowledges = false;
  readonly refuses = false;
  readonly stranger = { network: this.network, id: "@nobody:mx.test" };
  readonly secrets = [PASSWORD, SECRET];
  readonly synapse: Synapse;
  readonly #account: Account;
  readonly #encrypted: boolean;
  readonly #wire: TcpRelay;
  /** Where the desk is led on its way to the homeserver; null: straight there. */
  detour: number | null = null;
  readonly #clients: MatrixTestClient[] = [];
  #troublemaker: { readonly account: Account; readonly room: string } | null = null;
  #last: TestContext | null = null;
  #people = 0;

  private constructor(synapse: Synapse, account: Account, wire: TcpRelay, encrypted: boolean) {
    this.#encrypted = encrypted;
    this.synapse = synapse;
    this.#account = account;
    this.#wire = wire;
  }

  /** `encrypted`: all chats of the people are end-to-end encrypted. */
  static async open(encrypted: boolean): Promise<MatrixAccountFarEnd> {
    // No application service listens there, and nobody minds.
    const synapse = await startSynapse({ serviceUrl: "http://127.0.0.1:9" });
    const account = await synapse.register(`${PREFIX}${HANDLE}`, PASSWORD);
    const wire = await TcpRelay.open(() => far.detour ?? synapse.port);
    const far: MatrixAccountFarEnd = new MatrixAccountFarEnd(synapse, account, wire, encrypted);
    return far;
  }

  /** The desk goes on where the one before it was stopped, as the same device: as it does over restarts. */
  create(context: TestContext): Adapter {
    for (const [key, value] of this.#last?.stored ?? []) {
      context.stored.set(key, value);
    }
    this.#last = context;
    return this.#create(context, PASSWORD);
  }
  createWithWrongSecret = (context: TestContext): Adapter => this.#create(context, "guessed");

  async person(name: PersonName): Promise<MatrixFarPerson> {
    this.#people += 1;
    const account = await this.synapse.register(`${name}${this.#people}`, PASSWORD);
    const client = await connectMatrixClient(this.synapse, account, { encrypted: this.#encrypted });
    this.#clients.push(client);
    const person = new MatrixFarPerson(this.network, client, PREFIX);
    // Signs (typing, presence) reach only who is in a room already.
    await person.subscribe(HANDLE, "subscribe");
    return person;
  }

  async cut(): Promise<void> {
    await this.#wire.cut();
  }
  async heal(): Promise<void> {
    await this.#wire.heal();
  }
  /** What was not taken is asked for again by the adapter itself. */
  redeliver = async (): Promise<void> => {};

  /** Events that homeservers take from anybody, in a room with the desk. */
  async garbage(random: () => number): Promise<void> {
    this.#troublemaker ??= await this.#invite(await this.synapse.register("troublemaker", PASSWORD));
    const { account, room } = this.#troublemaker;
    const [type, content] = GARBAGE[Math.floor(random() * GARBAGE.length)] ?? ["m.room.message", {}];
    const path = `rooms/${encodeURIComponent(room)}/send/${type}/${random()}`;
    await this.#request(account, "PUT", path, content);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    await this.cut();
    await this.synapse.remove();
  }

  async #invite(account: Account): Promise<{ account: Account; room: string }> {
    const body = { is_direct: true, preset: "trusted_private_chat", invite: [this.#account.userId] };
    const { room_id } = await this.#request(account, "POST", "createRoom", body);
    return { account, room: String(room_id) };
  }

  async #request(account: Account, method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${account.accessToken}`, "content-type": "application/json" };
    const url = `${this.synapse.url}/_matrix/client/v3/${path}`;
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  }

  #create(context: TestContext, password: string): Adapter {
    const homeserver = `http://127.0.0.1:${this.#wire.port}`;
    const encryption = this.#encrypted ? { encryption: { secret: SECRET } } : {};
    const section = { mode: "account", homeserver, userId: this.#account.userId, password, ...encryption };
    return matrix.create(
      matrix.parseConfig({ ...section, limits: { healthSeconds: 1, pollSeconds: 5, roomSeconds: 1 } }),
      context,
    );
  }
}

const GARBAGE: readonly (readonly [type: string, content: object])[] = [
  ["m.room.message", {}],
  ["m.room.message", { msgtype: 7, body: ["x"] }],
  ["m.room.message", { msgtype: "m.text", body: "x", "m.relates_to": "y" }],
  ["m.room.message", { msgtype: "m.image", body: "", url: "mxc://", info: null }],
  ["m.room.message", { msgtype: "m.text", body: "", "m.relates_to": { rel_type: "m.replace", event_id: "$none" } }],
  ["m.reaction", { "m.relates_to": { rel_type: "m.annotation" } }],
  ["m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$none", key: "x" } }],
  ["m.room.encrypted", {}],
  ["m.room.encrypted", { algorithm: "m.megolm.v1.aes-sha2", ciphertext: "AAAA", session_id: "x", sender_key: "y" }],
  ["m.room.encrypted", { algorithm: "m.olm.v1", ciphertext: { x: 1 } }],
  ["m.sticker", { body: 1 }],
  ["com.example.unheard-of", { nested: [[[[[]]]]] }],
];
