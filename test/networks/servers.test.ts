import { xml } from "@xmpp/client";
import { expect } from "chai";
import { startEjabberd } from "../support/ejabberd.ts";
import { type Profanity, startProfanity } from "../support/profanity.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { type Slixmpp, startSlixmpp } from "../support/slixmpp.ts";
import { connectXmppClient, type XmppClient } from "../support/xmpp-client.ts";
import { connectXmppComponent, type XmppComponent } from "../support/xmpp-component.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

/** Shows that the far ends of the other suites do what those suites take for granted. Frontdesk has no part in it. */

const TEXT = "价格€5 👍 <b>&amp;</b> “quoted”";
const servers = [
  { software: "prosody", startServer: startProsody },
  { software: "ejabberd", startServer: startEjabberd },
] as const;

for (const { software, startServer } of servers) {
  describe(`a real ${software} of a test's own`, function () {
    this.timeout(400_000);
    requires(software);
    let server: XmppServer;
    let alice: XmppClient;
    let bob: XmppClient;

    before(async () => {
      server = await startServer();
      await server.register("alice", `a"lice's \\ password`);
      await server.register("bob", "bob");
      alice = await connectXmppClient({ server, user: "alice", password: `a"lice's \\ password` });
      bob = await connectXmppClient({ server, user: "bob", password: "bob", websocket: true, software: robot });
    });
    after(async () => {
      await Promise.all([alice?.stop(), bob?.stop()]);
      await server?.remove();
    });

    it("carries a message between two clients, one on TCP and one on WebSocket", async () => {
      const id = await alice.message(bob.jid, TEXT);
      const message = await bob.nextMessage();
      expect(message.getChildText("body")).to.equal(TEXT);
      expect(message.attrs).to.include({ id, from: alice.jid });
    });

    it("lets a client ask another for its software", async () => {
      const answer = await alice.request("get", bob.jid, xml("query", { xmlns: "jabber:iq:version" }));
      expect(answer?.getChildText("name")).to.equal(robot.name);
    });

    it("connects an external component, which hears and answers an anonymous client", async () => {
      const component = await connectXmppComponent(server);
      echo(component);
      const stranger = await connectXmppClient({ server });
      await stranger.message(`desk@${component.domain}`, TEXT);
      const answer = await stranger.nextMessage();
      expect(answer.getChildText("body")).to.equal(TEXT);
      expect(answer.attrs.from).to.equal(`desk@${component.domain}`);
      await stranger.stop();
      component.stop();
    });

    it("offers rooms and HTTP upload", async () => {
      const disco = () => xml("query", { xmlns: "http://jabber.org/protocol/disco#info" });
      const rooms = await alice.request("get", server.conferenceDomain, disco());
      expect(rooms?.toString()).to.contain("http://jabber.org/protocol/muc");
      const upload = await alice.request("get", server.uploadDomain, disco());
      expect(upload?.toString()).to.contain("urn:xmpp:http:upload:0");
    });

    it("is killed, and is back on the same ports with the same accounts", async () => {
      await server.kill();
      await server.start();
      await Promise.all([alice.online(), bob.online()]);
      await bob.message(alice.bareJid, "back again");
      expect((await alice.nextMessage()).getChildText("body")).to.equal("back again");
    });

    it("runs beside another of its kind", async () => {
      const other = await startServer();
      try {
        const stranger = await connectXmppClient({ server: other });
        expect(other.clientPort).not.to.equal(server.clientPort);
        await stranger.stop();
      } finally {
        await other.remove();
      }
    });
  });
}

const robot = { name: "Test client", version: "1.0", os: "none" };

function echo(component: XmppComponent): void {
  component.onStanza((stanza) => {
    const body = stanza.getChildText("body");
    if (stanza.is("message") && body !== null) {
      const { from, to } = stanza.attrs;
      component.send(xml("message", { to: from, from: to, type: "chat" }, xml("body", {}, body)));
    }
  });
}

describe("real clients on a real Prosody", function () {
  this.timeout(400_000);
  requires("prosody", "profanity", "slixmpp", "tmux");
  let server: XmppServer;
  let alice: XmppClient;
  let profanity: Profanity;
  let slixmpp: Slixmpp;

  before(async () => {
    server = await startProsody();
    await Promise.all(["alice", "csr", "bob"].map((user) => server.register(user, user)));
    alice = await connectXmppClient({ server, user: "alice", password: "alice" });
    profanity = await startProfanity({ server, user: "csr", password: "csr" });
    slixmpp = await startSlixmpp(server, "bob", "bob");
  });
  after(async () => {
    await Promise.all([profanity?.stop(), slixmpp?.stop(), alice?.stop()]);
    await server?.remove();
  });

  it("profanity sends what is typed and shows what arrives", async () => {
    profanity.open(alice.bareJid);
    profanity.type(TEXT);
    expect((await alice.nextMessage()).getChildText("body")).to.equal(TEXT);
    await alice.message(`csr@${server.domain}`, "grüße 价格 €5");
    await profanity.waitFor(/grüße 价格 €5/);
  });

  it("slixmpp answers and gets receipts", async () => {
    slixmpp.message(alice.bareJid, TEXT, { id: "m1", receipt: true, markable: true, state: "active" });
    const message = await alice.nextMessage();
    expect(message.getChildText("body")).to.equal(TEXT);
    expect(message.getChild("request", "urn:xmpp:receipts")).not.to.equal(undefined);
    expect(message.getChild("markable", "urn:xmpp:chat-markers:0")).not.to.equal(undefined);
    await alice.send(
      xml("message", { to: slixmpp.jid }, xml("received", { xmlns: "urn:xmpp:receipts", id: message.attrs.id })),
    );
    await slixmpp.nextReceipt("m1");

    const id = await alice.message(slixmpp.jid, TEXT, [xml("request", { xmlns: "urn:xmpp:receipts" })]);
    const heard = await slixmpp.nextMessage();
    expect(heard).to.include({ body: TEXT, id, sender: alice.jid });
    expect(heard.xml).to.contain("urn:xmpp:receipts");
    const receipt = await alice.next("a receipt", (stanza) => stanza.getChild("received") !== undefined);
    expect(receipt.getChild("received")?.attrs.id).to.equal(id);
  });

  it("slixmpp corrects, types, marks as displayed, and does not ask for a receipt unless told to", async () => {
    slixmpp.message(alice.bareJid, "corrected", { id: "m2", replaces: "m1" });
    const correction = await alice.nextMessage();
    expect(correction.getChild("replace", "urn:xmpp:message-correct:0")?.attrs.id).to.equal("m1");
    expect(correction.getChild("request")).to.equal(undefined);
    slixmpp.state(alice.bareJid, "composing");
    await alice.next("typing", (stanza) => stanza.getChild("composing") !== undefined);
    slixmpp.displayed(alice.bareJid, "m9");
    await alice.next("a displayed marker", (stanza) => stanza.getChild("displayed")?.attrs.id === "m9");
  });

  it("slixmpp learns which software profanity is", async () => {
    const answer = await slixmpp.software(`csr@${server.domain}/profanity`);
    expect(answer.name).to.equal("Profanity");
  });

  it("slixmpp sends XML as it is given", async () => {
    slixmpp.raw("<presence/>");
    await slixmpp.nextStanza("its own presence", (stanza) => stanza.kind === "presence");
    expect(slixmpp.events.some((event) => event.event === "error")).to.equal(false);
  });
});
