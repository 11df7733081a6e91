/** An IRC server and a homeserver outside with a customer of each, a company's XMPP server with a CSR inside, and the desk between them. */
import { isIPv6 } from "node:net";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries } from "../support/desk-config.ts";
import { PATIENCE_MS, passwordOf } from "../support/desk-people.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { type IrcTerminal, startIrssi } from "../support/irssi.ts";
import { type MatrixNio, startMatrixNio } from "../support/matrix-nio.ts";
import { startNgircd } from "../support/ngircd.ts";
import { freePort } from "../support/ports.ts";
import { startProsody } from "../support/prosody.ts";
import { type Slixmpp, startSlixmpp } from "../support/slixmpp.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";
import { Capture, hostsOf, includes, streamsOf } from "./capture.ts";
import { type Addressing, IPV6, TwoLegs, WIRE } from "./two-legs.ts";

/** The local part of the CSR's address. */
export const CSR = "clerk.eight";
/** What the customers are called on both networks. */
export const CUSTOMER = "aino_v";
export const METRICS_PORT = 9_180;

interface People {
  readonly irc: IrcTerminal;
  readonly matrix: MatrixNio;
  readonly csr: Slixmpp;
}

/**
 * How the desk is attached to the networks of its customers: `guest`, one nick and one account like any; `part`, a linked IRC server and an
 * application service, to which the homeserver comes by itself.
 */
export type Attachment = "guest" | "part";

/** The two networks with everything that runs in them. */
export class Place {
  readonly #addressing: Addressing;
  readonly #attachment: Attachment;
  readonly #closing: (() => unknown)[] = [];
  #network: TwoLegs | null = null;
  #wires: { readonly outer: Capture; readonly inner: Capture } | null = null;
  #servers: { readonly corp: XmppServer; readonly ngircd: IrcServer; readonly synapse: Synapse } | null = null;
  #people: People | null = null;
  #port = "";

  constructor(addressing: Addressing, attachment: Attachment = "guest") {
    this.#addressing = addressing;
    this.#attachment = attachment;
  }

  get port(): string {
    return this.#port;
  }

  people(): People {
    return there(this.#people);
  }

  servers() {
    return { ...there(this.#servers), network: there(this.#network) };
  }

  async open(): Promise<void> {
    const { outside, inside } = this.#addressing;
    const network = new TwoLegs(this.#addressing);
    this.#network = network;
    this.#closing.push(() => network.remove());
    const { namespace } = network.outerServer;
    const ngircd = this.#keep(await startNgircd({ host: outside.server, namespace }));
    const port = await freePort();
    const serviceUrl = `http://${isIPv6(outside.desk) ? `[${outside.desk}]` : outside.desk}:${port}/matrix`;
    const synapse = this.#keep(await startSynapse({ serviceUrl, address: outside.server, host: network.outerServer }));
    const inner = { domain: "corp.test", host: inside.server, namespace: network.innerServer.namespace };
    const corp = this.#keep(await startProsody(inner));
    this.#servers = { corp, ngircd, synapse };
    await synapse.register("support", passwordOf("support"));
    const { userId } = await synapse.register(CUSTOMER, passwordOf(CUSTOMER));
    await corp.register(CSR, passwordOf(CSR));
    const outer = await Capture.begin(network.outside, WIRE);
    this.#closing.push(() => outer.discard());
    const wires = { outer, inner: await Capture.begin(network.inside, WIRE) };
    this.#closing.push(() => wires.inner.discard());
    this.#wires = wires;
    const desk = this.#keep(await this.#startDesk(port));
    this.#port = new URL(desk.url).port;
    const csr = await startSlixmpp(corp, CSR, passwordOf(CSR), network.csr.namespace);
    this.#closing.push(() => csr.stop());
    const irc = await startIrssi(ngircd, CUSTOMER, network.customer.namespace);
    this.#closing.push(() => irc.stop());
    const matrix = await startMatrixNio(synapse, userId, passwordOf(CUSTOMER), network.customer.namespace);
    this.#closing.push(() => matrix.stop());
    this.#people = { irc, matrix, csr };
    await this.#reportsForWork(desk, corp, csr);
  }

  /** In the opposite order of their coming. */
  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }

  #keep<Kept extends { remove(): Promise<void> }>(kept: Kept): Kept {
    this.#closing.push(() => kept.remove());
    return kept;
  }

  #startDesk(port: number): Promise<Daemon> {
    const { inside, outside, range, bits } = this.#addressing;
    const { corp } = there(this.#servers);
    const isV6 = bits === IPV6.bits;
    return startDaemon({
      port,
      networks: `${this.#attachment === "guest" ? this.#asGuest() : this.#asPart()}
${componentNetwork(corp)
  .replace("  xmpp:", "  corp:")
  .replace(/ {6}billing:.*\n/u, "")}`,
      csrs: csrEntries({ id: "ada", name: "Ada", address: `corp: ${CSR}@${corp.domain}`, skill: "support" }),
      http: `  host: "${isV6 ? "::" : "0.0.0.0"}"
  publicUrl: "http://${isV6 ? `[${outside.desk}]` : outside.desk}:{port}"
  staffFrom: ["${range}"]
  metrics: {host: "${inside.desk}", port: ${METRICS_PORT}, allowFrom: ["${range}"]}`,
      namespace: there(this.#network).desk.namespace,
    });
  }

  #asGuest(): string {
    const { ngircd, synapse } = there(this.#servers);
    return `  irc:
    adapter: irc
    mode: client
    host: "${ngircd.host}"
    port: ${ngircd.port}
    tls: false
    nick: support
    password: ${ngircd.password}
    handles: {support: {name: Support, dialog: welcome}}
  matrix:
    adapter: matrix
    mode: account
    homeserver: "${synapse.url}"
    userId: "@support:mx.test"
    password: "${passwordOf("support")}"
    handles: {support: {name: Support, dialog: welcome}}`;
  }

  /** Transactions are taken from where the homeserver is and from nowhere else. */
  #asPart(): string {
    const { ngircd, synapse } = there(this.#servers);
    return `  irc:
    adapter: irc
    mode: server
    host: "${ngircd.host}"
    port: ${ngircd.port}
    serverName: ${ngircd.linkName}
    password: ${ngircd.linkPassword}
    handles: {support: {name: Support, dialog: welcome}}
  matrix:
    adapter: matrix
    mode: appservice
    homeserver: "${synapse.url}"
    serverName: ${synapse.serverName}
    id: ${synapse.serviceId}
    asToken: ${synapse.asToken}
    hsToken: ${synapse.hsToken}
    allowFrom: ["${this.#addressing.outside.server}"]
    handles: {support: {name: Support, dialog: welcome}}`;
  }

  /** Where customers on Matrix write to. */
  get handle(): string {
    const { serverName, prefix } = there(this.#servers).synapse;
    return `@${this.#attachment === "guest" ? "" : prefix}support:${serverName}`;
  }

  async #reportsForWork(desk: Daemon, corp: XmppServer, csr: Slixmpp): Promise<void> {
    const asks = await csr.nextStanza("the desk's request", ({ type }) => type === "subscribe", PATIENCE_MS);
    csr.presence({ to: asks.sender, type: "subscribed" });
    csr.presence();
    expect(asks.sender).to.equal(`desk@${corp.componentDomain}`);
    await until("Ada to be free", async () => /ada .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
  }

  /** The CSR takes what is offered next; the address they write to. */
  async accepts(): Promise<string> {
    const { csr } = this.people();
    const { sender } = await csr.nextMessage(({ body }) => body.includes("/accept or /decline"), PATIENCE_MS);
    const [window = ""] = sender.split("/");
    csr.message(window, "/accept");
    await csr.nextMessage(({ body }) => body.includes("connected to"), PATIENCE_MS);
    return window;
  }

  async csrHears(words: string): Promise<void> {
    await this.people().csr.nextMessage(({ body }) => body.includes(words), PATIENCE_MS);
  }

  outerWire() {
    return this.#read(there(this.#wires).outer, "outer");
  }

  innerWire() {
    return this.#read(there(this.#wires).inner, "inner");
  }

  /** The hosts in what the desk sent there, and in how many streams of all that passed a word stands. */
  async #read(capture: Capture, leg: "outer" | "inner") {
    const frames = await capture.end();
    const desks = there(this.#network).hardwareAddress(leg);
    const said = [...streamsOf(frames).values()];
    return {
      hosts: hostsOf(frames.filter(({ sender }) => sender === desks)),
      found: (word: string) => said.filter((stream) => includes(stream, word)).length,
    };
  }
}

function there<T>(found: T | null): T {
  if (found === null) throw new Error("The two networks were not set up.");
  return found;
}
