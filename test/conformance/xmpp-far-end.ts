/** The far side of an XMPP network: a real server, people with real clients, and the wire between it and the adapter. */
import { xml } from "@xmpp/client";
import { xmpp } from "../../adapters/xmpp/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { until } from "../support/wait.ts";
import { connectXmppClient, type XmppClient } from "../support/xmpp-client.ts";
import type { XmppServer } from "../support/xmpp-server.ts";
import type { FarEnd, PersonName } from "./far-end.ts";
import { SOFTWARE, XmppFarPerson } from "./xmpp-far-person.ts";
import { FATAL, ODD } from "./xmpp-garbage.ts";
import { XmppWire } from "./xmpp-wire.ts";

export type XmppMode = "component" | "account";

const PASSWORD = "a-password-nobody-has";
const HANDLE = "support";

export class XmppFarEnd implements FarEnd {
  readonly network = "xmpp";
  readonly handles: readonly string[];
  readonly desk = "desk";
  readonly alias: string | null;
  readonly dials = true;
  readonly acknowledges = true;
  readonly refuses = true;
  readonly redeliver: (() => Promise<void>) | null;
  readonly stranger;
  readonly secrets: readonly string[];
  readonly wire: XmppWire;
  readonly server: XmppServer;
  /** `limits` of the configuration of the next adapter made. */
  limits: Readonly<Record<string, number>> = {};
  readonly #mode: XmppMode;
  readonly #clients: XmppClient[] = [];
  #people = 0;
  #context: TestContext | null = null;

  private constructor(server: XmppServer, mode: XmppMode, wire: XmppWire) {
    this.server = server;
    this.wire = wire;
    this.#mode = mode;
    const isComponent = mode === "component";
    this.handles = isComponent ? [HANDLE, "billing"] : [HANDLE];
    this.alias = isComponent ? "k3v9x2p8q7w4m5na" : null;
    this.stranger = { network: this.network, id: `nobody@${server.domain}` };
    this.secrets = isComponent ? [server.componentSecret] : [PASSWORD];
    // A component has no acknowledgement that the server would wait for; an account has XEP-0198's.
    this.redeliver = isComponent ? null : () => this.#redeliver();
  }

  /** Takes the server over: `close` removes it. */
  static async open(server: XmppServer, mode: XmppMode): Promise<XmppFarEnd> {
    await server.register(HANDLE, PASSWORD);
    const wire = await XmppWire.open(mode === "component" ? server.componentPort : server.clientPort);
    return new XmppFarEnd(server, mode, wire);
  }

  create(context: TestContext): Adapter {
    return this.#create(context, this.#mode === "component" ? this.server.componentSecret : PASSWORD);
  }
  createWithWrongSecret = (context: TestContext): Adapter => this.#create(context, "guessed");

  async person(name: PersonName): Promise<XmppFarPerson> {
    this.#people += 1;
    const user = `${name}${this.#people}`;
    await this.server.register(user, PASSWORD);
    const features = ["urn:xmpp:receipts", "urn:xmpp:message-correct:0"];
    const options = { server: this.server, user, password: PASSWORD, resource: "phone" };
    const client = await connectXmppClient({ ...options, software: { ...SOFTWARE, features } });
    this.#clients.push(client);
    // Contact requests are shown only to clients that have asked for the roster (RFC 6121 §3.1.3).
    await client.request("get", client.bareJid, xml("query", { xmlns: "jabber:iq:roster" }));
    return new XmppFarPerson(
      this.network,
      client,
      this.domain,
      this.#mode === "component" ? this.server.conferenceDomain : null,
    );
  }

  /** That of the desk's own addresses. */
  get domain(): string {
    return this.#mode === "component" ? this.server.componentDomain : this.server.domain;
  }

  cut(): Promise<void> {
    return this.wire.cut();
  }
  heal(): Promise<void> {
    return this.wire.heal();
  }

  /** An account's server counts what it sends, and not what is forged on the wire. */
  get saidAfterGarbage(): number {
    return this.#mode === "account" ? 3 : 1;
  }

  async garbage(random: () => number): Promise<void> {
    const all = [...FATAL, ...ODD];
    const piece = all[Math.floor(random() * all.length)] ?? "";
    const from = `mallory@${this.server.domain}/x`;
    const before = this.wire.connections;
    this.wire.inject(piece.replaceAll("{from}", from).replaceAll("{to}", `${HANDLE}@${this.domain}`));
    if (FATAL.includes(piece)) {
      await this.wire.reconnected(before);
      await until("the adapter to be online again", () => this.#context?.statuses.all.at(-1) === "online");
    }
  }

  /** Resolves when every person's client is logged in. */
  async online(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.online()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    await this.wire.cut();
    await this.server.remove();
  }

  #create(context: TestContext, secret: string): Adapter {
    this.#context = context;
    const { port } = this.wire;
    const section =
      this.#mode === "component"
        ? {
            mode: "component",
            domain: this.server.componentDomain,
            port,
            secret,
            roomService: this.server.conferenceDomain,
          }
        : {
            mode: "account",
            jid: `${HANDLE}@${this.server.domain}`,
            password: secret,
            host: "127.0.0.1",
            port,
            tls: "none",
          };
    return xmpp.create(xmpp.parseConfig({ ...section, limits: this.limits }), context);
  }

  /** The server delivers again what was not acknowledged as soon as the adapter is back. */
  async #redeliver(): Promise<void> {
    this.wire.drop();
  }
}
