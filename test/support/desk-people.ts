/**
 * People at a running desk, each with a client of their own network: who they are, what their client was given, and what of
 * them nobody else may ever see. What they do is in the words of the conformance suite's `FarPerson`, so one play fits
 * every pair of networks.
 */

import { xml } from "@xmpp/client";
import { expect } from "chai";
import type { FarEvent, FarEventOf, FarPerson } from "../conformance/far-end.ts";
import { WebFarPerson } from "../conformance/web-far-person.ts";
import { SOFTWARE, XmppFarPerson } from "../conformance/xmpp-far-person.ts";
import type { Daemon } from "./daemon.ts";
import { signIn, WebPerson } from "./web-person.ts";
import { connectXmppClient, type XmppClient } from "./xmpp-client.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** What waits take here: servers, desk and clients share the machine with other suites. */
export const PATIENCE_MS = 60_000;

export interface Somebody {
  readonly person: FarPerson;
  /** Everything the desk gave this client, as it came over the wire. */
  wire(): string;
  /** Their own address and its parts: what must never reach the other side. */
  readonly secrets: readonly string[];
  /** What their own wire may bear although it contains a secret of somebody else: their own address, the desk's. */
  readonly own: readonly string[];
  stop(): Promise<void>;
}

export interface XmppSomebody extends Somebody {
  readonly client: XmppClient;
}

/** How an XMPP person logs in. The account is made first; the server must be running. */
export interface XmppLogin {
  readonly user: string;
  readonly resource: string;
  /** The domain of the desk's addresses: the component's, or the server's own for an account. */
  readonly deskDomain: string;
  /** Namespaces the client announces (XEP-0030); that it shows corrections and answers receipts when left out. */
  readonly features?: readonly string[];
}

/** What the far person's client announces: that it shows corrections and answers receipts. */
const FEATURES = ["urn:xmpp:receipts", "urn:xmpp:message-correct:0", "http://jabber.org/protocol/chatstates"];

export async function xmppPerson(server: XmppServerAddresses, login: XmppLogin): Promise<XmppSomebody> {
  const { user, resource, deskDomain, features = FEATURES } = login;
  const software = { ...SOFTWARE, features };
  const options = { server, user, password: passwordOf(user), resource, software, available: false };
  const client = await connectXmppClient(options);
  // Contact requests are shown only to clients that have asked for the roster (RFC 6121 §3.1.3).
  await client.request("get", client.bareJid, xml("query", { xmlns: "jabber:iq:roster" }));
  const person = new XmppFarPerson("xmpp", client, deskDomain);
  await client.presence();
  return {
    person,
    client,
    wire: () => client.stanzas.all.filter(isFrom(deskDomain)).map(String).join("\n"),
    secrets: [user, client.bareJid, client.jid, resource, server.domain],
    own: [client.jid, client.bareJid, deskDomain],
    stop: () => client.stop(),
  };
}

/** The password of every account these people have. */
export function passwordOf(user: string): string {
  return `password of ${user}`;
}

function isFrom(domain: string) {
  const address = new RegExp(`(^|@)${domain.replaceAll(".", "\\.")}(/|$)`, "u");
  return (stanza: { attrs: { from?: unknown } }) => address.test(String(stanza.attrs.from ?? ""));
}

/** A visitor of the chat page of that handle. */
export async function webVisitor(desk: Daemon, handle: string): Promise<Somebody> {
  return webSomebody(await WebPerson.open({ url: `${desk.url}/`, desk: handle }), []);
}

/** A CSR at the console, signed in with a new password that the command line makes. */
export async function webCsr(desk: Daemon, id: string, login: string): Promise<Somebody> {
  const password = (await desk.command("csrs", "password", id)).trim().split(/\s+/u)[1] ?? "";
  const { cookie, status } = await signIn(`${desk.url}/`, login, password);
  if (cookie === null) throw new Error(`${login} could not sign in: HTTP ${status}.`);
  return webSomebody(await WebPerson.open({ url: `${desk.url}/`, cookie, csr: true }), [login]);
}

function webSomebody(web: WebPerson, logins: readonly string[]): Somebody {
  const person = new WebFarPerson("web", web);
  return {
    person,
    wire: () => web.frames.all.map((frame) => JSON.stringify(frame)).join("\n"),
    secrets: [...logins, person.address.id, web.cookie.split("=")[1] ?? ""],
    own: [],
    stop: async () => web.close(),
  };
}

/** Parts of the other one's address that this one's client was shown; none, if the desk does its work. */
export function leaks(viewer: Somebody, other: Somebody, further: readonly string[] = []): readonly string[] {
  const wire = viewer.own.reduce((text, own) => text.replaceAll(own, "(own)"), viewer.wire());
  return [...other.secrets, ...further].filter((secret) => wire.toLowerCase().includes(secret.toLowerCase()));
}

/** Waits for a message: with exactly that text, or one that matches. */
export function hears({ person }: Somebody, said: string | RegExp): Promise<FarEventOf<"message">> {
  const isIt = ({ text }: FarEventOf<"message">) => (typeof said === "string" ? text === said : said.test(text));
  return sees({ person }, "message", isIt, `to hear ${String(said)}`);
}

/** Texts of all messages their client showed, in order. */
export function textsOf({ person }: Pick<Somebody, "person">): readonly string[] {
  return person.received.all.flatMap((event) => (event.kind === "message" ? [event.text] : []));
}

/** Waits for something their client shows. */
export async function sees<K extends FarEvent["kind"]>(
  { person }: Pick<Somebody, "person">,
  kind: K,
  matches: (event: FarEventOf<K>) => boolean,
  description = `to see ${kind}`,
): Promise<FarEventOf<K>> {
  const isIt = (event: FarEvent) => event.kind === kind && matches(event as FarEventOf<K>);
  const found = await person.received.next(`${person.address.id} ${description}`, isIt, PATIENCE_MS);
  return found as FarEventOf<K>;
}

/** A conversation under way: what each side writes to. */
export interface Contact {
  readonly handle: string;
  readonly alias: string;
}

/** The customer greets and gives their name; resolves with the alias under which the offer reached the CSR. */
export async function askForPerson(customer: Somebody, csr: Somebody, handle: string, name: string): Promise<Contact> {
  await customer.person.say(handle, "hello");
  await hears(customer, /your name/u);
  await customer.person.say(handle, name);
  // Where a message is a line, the name comes before the question.
  const offer = await hears(csr, /\/accept/u);
  expect(textsOf(csr).join("\n"), "what was offered").to.include(name);
  return { handle, alias: offer.from };
}

/** From hello to a person, both of them knowing that they talk. */
export async function connectPeople(
  customer: Somebody,
  csr: Somebody,
  handle: string,
  name = "Anna",
): Promise<Contact> {
  const contact = await askForPerson(customer, csr, handle, name);
  await csr.person.say(contact.alias, "/accept");
  await hears(csr, /connected to/u);
  await hears(customer, /connected to/u);
  return contact;
}
