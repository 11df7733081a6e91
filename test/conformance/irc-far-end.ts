/** The far side of an IRC network: a real server, people with real connections, and the wire between it and the adapter. */
import { nickFor } from "../../adapters/irc/aliases.ts";
import { irc } from "../../adapters/irc/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { IrcClient } from "../support/irc-client.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { until } from "../support/wait.ts";
import type { FarEnd, PersonName } from "./far-end.ts";
import { type DeskNames, IrcFarPerson } from "./irc-far-person.ts";
import { FATAL, ODD } from "./irc-garbage.ts";
import { XmppWire } from "./xmpp-wire.ts";

export type IrcMode = "client" | "server";

const HANDLE = "support";
const ALIAS = "k3v9x2p8q7w4m5na";
const NICK_LENGTH = 30;
/** So that tests wait for the adapter and not for its patience. */
const QUICK = { regainSeconds: 1, versionsPerMinute: 10_000, answerSeconds: 5 };
const UNPACED = { burst: 100_000, lineMs: 0, presenceSeconds: 1 };

export class IrcFarEnd implements FarEnd {
  readonly network = "irc";
  readonly handles: readonly string[];
  readonly desk = "desk";
  readonly alias: string | null;
  readonly dials = true;
  readonly acknowledges = false;
  readonly refuses = true;
  readonly redeliver = null;
  readonly stranger = { network: "irc", id: "nobody" };
  readonly secrets: readonly string[];
  readonly wire: XmppWire;
  readonly server: IrcServer;
  /** `limits` of the configuration of the next adapter made, over those of the tests. */
  limits: Readonly<Record<string, number>> = {};
  readonly names: DeskNames;
  readonly #mode: IrcMode;
  readonly #clients: IrcClient[] = [];
  /** Clients of nobody yet: InspIRCd takes a second for each login. */
  readonly #spare: Promise<IrcClient>[] = [];
  #people = 0;
  #context: TestContext | null = null;
  #adapter: Adapter | null = null;

  private constructor(server: IrcServer, mode: IrcMode, wire: XmppWire) {
    this.server = server;
    this.wire = wire;
    this.#mode = mode;
    this.handles = mode === "server" ? [HANDLE, "billing"] : [HANDLE];
    this.alias = mode === "server" ? ALIAS : null;
    this.secrets = [server.password, server.linkPassword];
    const all = new Map([...this.handles, this.desk, ALIAS].map((desk) => [nickFor(desk, NICK_LENGTH), desk]));
    this.names = {
      nickOf: (desk) => nickFor(desk, NICK_LENGTH),
      // On a fixed identity the desk may for a moment bear another nick.
      deskOf: (nick) => all.get(nick) ?? (mode === "client" && nick.startsWith(`${HANDLE}_`) ? HANDLE : null),
    };
  }

  /** Takes the server over: `close` removes it. */
  static async open(server: IrcServer, mode: IrcMode): Promise<IrcFarEnd> {
    const far = new IrcFarEnd(server, mode, await XmppWire.open(server.port));
    far.#prepare();
    far.#prepare();
    return far;
  }

  create(context: TestContext): Adapter {
    return this.#create(context, this.#mode === "server" ? this.server.linkPassword : this.server.password);
  }
  createWithWrongSecret = (context: TestContext): Adapter => this.#create(context, "guessed");

  async person(_name: PersonName): Promise<IrcFarPerson> {
    this.#prepare();
    const client = await (this.#spare.shift() ?? this.#connect());
    if (this.#mode === "server") {
      await this.#introduceAlias(client);
    }
    return new IrcFarPerson(this.network, client, this.names);
  }

  #prepare(): void {
    const connecting = this.#connect();
    connecting.catch(() => undefined); // whoever takes it is told
    this.#spare.push(connecting);
  }
  async #connect(): Promise<IrcClient> {
    this.#people += 1;
    const client = await IrcClient.connect(this.server, `person${this.#people}`);
    this.#clients.push(client);
    return client;
  }

  /** An alias comes to the network with the first message from it, as an offer does. */
  async #introduceAlias(client: IrcClient): Promise<void> {
    const to = { network: this.network, id: client.nick };
    const content = { choices: [], replyTo: null, sentAt: 0, nick: null, language: null, notice: true };
    const envelope = { key: `offer-${client.nick}`, from: ALIAS, to, device: null, conversation: null };
    const signal = new AbortController().signal;
    await until("the alias to be on the network", async () => {
      const outbound = { ...envelope, ...content, kind: "message", text: "an offer" } as const;
      return (await this.#adapter?.send(outbound, signal))?.kind === "accepted";
    });
    await client.next("PRIVMSG");
  }

  cut(): Promise<void> {
    return this.wire.cut();
  }
  heal(): Promise<void> {
    return this.wire.heal();
  }

  async garbage(random: () => number): Promise<void> {
    const all = [...FATAL, ...ODD];
    const piece = all[Math.floor(random() * all.length)] ?? "";
    const before = this.wire.connections;
    const bytes = typeof piece === "string" ? piece.replaceAll("{desk}", HANDLE) : piece;
    this.wire.inject(Buffer.concat([Buffer.from(bytes), Buffer.from("\r\n")]));
    if (typeof piece === "string" && FATAL.includes(piece)) {
      await this.wire.reconnected(before);
      await until("the adapter to be online again", () => this.#context?.statuses.all.at(-1) === "online");
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#spare);
    for (const client of this.#clients) client.stop();
    await this.wire.cut();
    await this.server.remove();
  }

  #create(context: TestContext, password: string): Adapter {
    this.#context = context;
    const where = { host: "127.0.0.1", port: this.wire.port, tls: false };
    const section =
      this.#mode === "server"
        ? {
            ...where,
            mode: "server",
            serverName: this.server.linkName,
            password,
            peerPassword: this.server.linkPassword,
            limits: { ...QUICK, ...this.limits },
          }
        : { ...where, mode: "client", nick: HANDLE, password, limits: { ...QUICK, ...UNPACED, ...this.limits } };
    const adapter = irc.create(irc.parseConfig(section), context);
    this.#adapter = adapter;
    return adapter;
  }
}
