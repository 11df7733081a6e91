/**
 * What strangers send to a real desk over a real Prosody: each is answered in the protocol's own terms or in a sentence, is
 * counted, and changes nothing else: after every case the conversation beside it goes on.
 */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { metric } from "../support/desk-metrics.ts";
import {
  type Contact,
  connectPeople,
  hears,
  PATIENCE_MS,
  passwordOf,
  type XmppSomebody,
  xmppPerson,
} from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppClient } from "../support/xmpp-client.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const CSR = "clerk.eight";
const USERS = [CSR, "roth.annelise", "mallory", "trudy"];
/** An alias as the desk makes them, but nobody's. */
const UNKNOWN_ALIAS = "anna.support.aaaaaaaaaaaaaaaa";
const TEXT_LIMIT = 65_536;
/** Higher than the default, since the tests talk faster than a person. */
const FLOOD_LIMIT = 100;

/** Payloads that say nothing anybody could act on. */
const NONSENSE: Readonly<Record<string, () => readonly Element[]>> = {
  "an empty body": () => [xml("body")],
  "no payload at all": () => [],
  "a payload nobody knows": () => [xml("surprise", { xmlns: "urn:example:nobody-knows" }, xml("deeper"))],
  "a receipt for a message that never was": () => [xml("received", { xmlns: "urn:xmpp:receipts", id: "never-was" })],
  "a receipt that names nothing": () => [xml("received", { xmlns: "urn:xmpp:receipts" })],
  "a displayed marker for another's message": () => [
    xml("displayed", { xmlns: "urn:xmpp:chat-markers:0", id: "00000000-1-0" }),
  ],
  "a reaction to nothing": () => [
    xml("reactions", { xmlns: "urn:xmpp:reactions:0", id: "never-was" }, xml("reaction", {}, "👍")),
  ],
  "a retraction of nothing": () => [xml("retract", { xmlns: "urn:xmpp:message-retract:1", id: "never-was" })],
  "a body of a foreign namespace": () => [xml("body", { xmlns: "http://www.w3.org/1999/xhtml" }, xml("p", {}, "boo"))],
};

describe("bad input over a real Prosody", function () {
  this.timeout(400_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;
  let csr: XmppSomebody;
  let anna: XmppSomebody;
  let mallory: XmppClient;
  let trudy: XmppSomebody;
  let contact: Contact;
  let rounds = 0;

  const at = (name: string) => `${name}@${server.componentDomain}`;
  const counted = (event: string) => metric(desk, "frontdesk_facts_total", { event });
  const refused = (reason: string) => metric(desk, "frontdesk_refused_total", { network: "xmpp", reason });
  const login = (user: string) =>
    xmppPerson(server, { user, resource: "somewhere", deskDomain: server.componentDomain });

  before(async () => {
    server = await startProsody();
    for (const user of USERS) await server.register(user, passwordOf(user));
    desk = await startDaemon({
      networks: componentNetwork(server),
      csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      limits: `  floodMessages: ${FLOOD_LIMIT}`,
    });
    csr = await login(CSR);
    anna = await login("roth.annelise");
    mallory = (await login("mallory")).client;
    contact = await connectPeople(anna, csr, "support");
  });
  after(async () => {
    await Promise.all([csr?.stop(), anna?.stop(), mallory?.stop(), trudy?.stop()]);
    await desk?.remove();
    await server?.remove();
  });

  /** Sends a message and resolves with the error that came back for it. */
  const refusalOf = async (client: XmppClient, to: string, text: string, extra: readonly Element[] = []) => {
    const id = await client.message(to, text, extra);
    return errorIn(await client.next(`an error for ${text.slice(0, 40)}`, isErrorFor(id), PATIENCE_MS));
  };

  afterEach("the conversation beside it goes on, and nothing met a defect", async () => {
    rounds += 1;
    await anna.person.say(contact.handle, `still here ${rounds}`);
    await hears(csr, `still here ${rounds}`);
    await csr.person.say(contact.alias, `so am I ${rounds}`);
    await hears(anna, `so am I ${rounds}`);
    expect(await metric(desk, "frontdesk_quarantined_total")).to.equal(0);
  });

  it("a stranger at somebody else's alias hears what one hears at an address that does not exist", async () => {
    const before = await counted("address.unknown");
    const beforeRefused = await refused("item-not-found");
    const atAnothers = await refusalOf(mallory, at(contact.alias), "let me in");
    const atNobodys = await refusalOf(mallory, at(UNKNOWN_ALIAS), "let me in");
    expect(atAnothers).to.deep.equal({
      type: "cancel",
      condition: "item-not-found",
      text: "There is no conversation for you at this address. Please write to our public address.",
    });
    expect(atNobodys).to.deep.equal(atAnothers);
    expect(await counted("address.unknown")).to.equal(before + 2);
    expect(await refused("item-not-found")).to.equal(beforeRefused + 2);
    expect(csr.wire()).not.to.contain("let me in");
  });

  it("questions about an alias and contact requests to it are answered alike too", async () => {
    for (const namespace of ["http://jabber.org/protocol/disco#info", "jabber:iq:version", "vcard-temp"]) {
      const question = () => xml(namespace === "vcard-temp" ? "vCard" : "query", { xmlns: namespace });
      const answers = [];
      for (const alias of [contact.alias, UNKNOWN_ALIAS]) {
        const answer = await mallory.request("get", at(alias), question()).catch(conditionOf);
        answers.push(answer);
      }
      expect(answers, namespace).to.deep.equal(["service-unavailable", "service-unavailable"]);
    }
    for (const alias of [contact.alias, UNKNOWN_ALIAS]) {
      await mallory.presence({ to: at(alias), type: "subscribe" });
      await mallory.next("a refusal", isPresence("unsubscribed", at(alias)), PATIENCE_MS);
    }
  });

  it("a CSR's words from somebody who is none are not obeyed", async () => {
    expect(await refusalOf(mallory, at(contact.alias), "/close")).to.include({ condition: "item-not-found" });
    expect(await refusalOf(mallory, at("desk"), "/away")).to.include({ condition: "item-not-found" });
    // In a customer's mouth they are words like any others.
    for (const word of ["/close", "/transfer billing", "/away"]) {
      await anna.person.say(contact.handle, word);
      await hears(csr, word);
    }
    expect(await desk.command("csrs")).to.match(/ada .* free/u);
    expect(await desk.command("conversations")).to.match(/talking/u);
  });

  it("a text over the limit is refused with a sentence that tells the limit", async () => {
    const before = await counted("size.refused");
    const refusal = await refusalOf(anna.client, at("support"), "€".repeat(TEXT_LIMIT / 3 + 1));
    expect(refusal).to.include({ condition: "not-acceptable" });
    expect(refusal.text).to.contain(`${TEXT_LIMIT} bytes`);
    expect(await counted("size.refused")).to.equal(before + 1);
    await anna.person.say(contact.handle, "€".repeat(Math.floor(TEXT_LIMIT / 3)));
    await hears(csr, /^€{21845}$/u);
  });

  it("a stanza too deep to be meant is refused", async () => {
    const refusal = await refusalOf(mallory, at("support"), "deep", [nested(40)]);
    expect(refusal).to.include({ condition: "policy-violation" });
  });

  it("an encrypted message is answered with a sentence, not with silence", async () => {
    const encrypted = xml("encrypted", { xmlns: "eu.siacs.conversations.axolotl" }, xml("payload", {}, "AAAA"));
    const id = crypto.randomUUID();
    await anna.client.send(xml("message", { to: at("support"), type: "chat", id }, encrypted));
    const refusal = errorIn(await anna.client.next("an error", isErrorFor(id), PATIENCE_MS));
    expect(refusal.condition).to.equal("not-acceptable");
    expect(refusal.text).to.contain("encrypted");
  });

  it("an unknown question gets service-unavailable", async () => {
    const question = xml("query", { xmlns: "urn:example:nobody-knows" });
    for (const type of ["get", "set"] as const) {
      expect(await mallory.request(type, at("support"), question).catch(conditionOf)).to.equal("service-unavailable");
    }
  });

  for (const [what, payload] of Object.entries(NONSENSE)) {
    it(`${what} changes nothing`, async () => {
      const conversations = await metric(desk, "frontdesk_conversations");
      const heard = textsOf(csr).length;
      await anna.client.send(xml("message", { to: at("support"), type: "chat", id: "odd" }, ...payload()));
      await mallory.send(xml("message", { to: at("support"), type: "chat", id: "odd" }, ...payload()));
      // Prosody and the desk keep the order: what is answered later was taken in later.
      await mallory.request("get", at("support"), xml("ping", { xmlns: "urn:xmpp:ping" }));
      await anna.person.say(contact.handle, `after ${what}`);
      await hears(csr, `after ${what}`);
      expect(textsOf(csr).slice(heard)).to.deep.equal([`after ${what}`]);
      expect(await metric(desk, "frontdesk_conversations")).to.equal(conversations);
    });
  }

  it("a flood from one address is refused beyond its limit, counted once, and hinders nobody else", async () => {
    trudy = await login("trudy");
    const before = await counted("flood.refused");
    const beforeRefused = await refused("policy-violation");
    const flood = Array.from({ length: 2 * FLOOD_LIMIT }, (_, index) =>
      trudy.client.message(at("support"), `${index}`),
    );
    await anna.person.say(contact.handle, "in the middle of it");
    await hears(csr, "in the middle of it");
    await Promise.all(flood);
    const refusals = (condition: string) =>
      trudy.client.stanzas.all
        .filter((stanza) => stanza.is("message") && stanza.attrs.type === "error")
        .map(errorIn)
        .filter((error) => error.condition === condition);
    await until("the flood to be refused", () => refusals("policy-violation").length >= FLOOD_LIMIT, PATIENCE_MS);
    expect(refusals("policy-violation")[0]).to.deep.equal({
      type: "wait",
      condition: "policy-violation",
      text: "That is more messages than we can take at once. Please wait a moment, then go on; what you sent last was not taken.",
    });
    // Before that limit another was reached: lines that are kept for the CSR to come.
    expect(refusals("resource-constraint")[0]?.text).to.match(/^You have written a great deal already/u);
    expect(await counted("flood.refused")).to.equal(before + 1);
    expect(await refused("policy-violation")).to.equal(beforeRefused + FLOOD_LIMIT);
  });
});

function nested(depth: number): Element {
  return depth === 0 ? xml("bottom") : xml("level", { xmlns: "urn:example:deep" }, nested(depth - 1));
}

function textsOf({ person }: XmppSomebody): readonly string[] {
  return person.received.all.flatMap((event) => (event.kind === "message" ? [event.text] : []));
}

function isErrorFor(id: string): (stanza: Element) => boolean {
  return (stanza) => stanza.is("message") && stanza.attrs.type === "error" && stanza.attrs.id === id;
}

function isPresence(type: string, from: string): (stanza: Element) => boolean {
  return (stanza) => stanza.is("presence") && stanza.attrs.type === type && stanza.attrs.from === from;
}

/** RFC 6120 §8.3: type, defined condition and text. */
function errorIn(stanza: Element): { type: string; condition: string; text: string } {
  const error = stanza.getChild("error");
  const [condition] = error?.getChildElements().filter((child) => child.name !== "text") ?? [];
  return {
    type: String(error?.attrs.type),
    condition: condition?.name ?? "",
    text: error?.getChildText("text") ?? "",
  };
}

function conditionOf(error: unknown): string {
  return typeof error === "object" && error !== null && "condition" in error ? String(error.condition) : String(error);
}
