/** The desk as people on a real XMPP server see it: what strangers learn, contact requests, receipts, refusals, logins. */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { xmpp } from "../../adapters/xmpp/index.ts";
import { ConfigProblem } from "../../src/adapter.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { XmppFarEnd } from "../conformance/xmpp-far-end.ts";
import type { XmppFarPerson } from "../conformance/xmpp-far-person.ts";
import { TestContext } from "../support/adapter-context.ts";
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";

const SERVERS = [
  { software: "prosody", startServer: startProsody },
  { software: "ejabberd", startServer: startEjabberd },
] as const;
const QUESTIONS: readonly (readonly [what: string, question: () => Element])[] = [
  ["its features", () => xml("query", { xmlns: "http://jabber.org/protocol/disco#info" })],
  ["its items", () => xml("query", { xmlns: "http://jabber.org/protocol/disco#items" })],
  ["its version", () => xml("query", { xmlns: "jabber:iq:version" })],
  ["its card", () => xml("vCard", { xmlns: "vcard-temp" })],
  ["its idleness", () => xml("query", { xmlns: "jabber:iq:last" })],
  ["a sign of life", () => xml("ping", { xmlns: "urn:xmpp:ping" })],
];

for (const { software, startServer } of SERVERS) {
  describe(`the desk as a component of a real ${software}`, function () {
    this.timeout(400_000);
    requires(software);
    let far: XmppFarEnd;
    let stage: Stage;
    before(async () => {
      far = await XmppFarEnd.open(await startServer(), "component");
    });
    after(async () => far?.close());
    beforeEach(async () => {
      stage = new Stage(far);
      await stage.start();
    });
    afterEach(async () => stage.end());

    const client = () => (stage.anna as XmppFarPerson).client;
    const ask = (desk: string, question: Element) =>
      client()
        .request("get", `${desk}@${far.domain}/desk`, question)
        .then(
          (answer) => String(answer ?? "a result without content"),
          (error: unknown) => `refused: ${String(error)}`,
        );

    for (const [what, question] of QUESTIONS) {
      it(`tells ${what}, and of somebody else's alias what it tells of nobody`, async () => {
        expect(await ask("support", question())).not.to.contain("refused");
        const ofStranger = await ask("somebody-elses-alias", question());
        expect(ofStranger).to.equal(await ask("nobody-at-all", question()));
        expect(ofStranger).to.contain("service-unavailable");
      });
    }

    it("shows presence to those who may know, and to others nothing", async () => {
      const probe = (desk: string) => client().presence({ to: `${desk}@${far.domain}`, type: "probe" });
      stage.context.identities.set("support", { kind: "handle", name: "Support", state: "away", text: "2 waiting" });
      await probe("somebody-elses-alias");
      await stage.anna.subscribe("support", "subscribe");
      await stage.context.next("subscription", stage.anna.address);
      await stage.deliver(stage.outbound("subscription", stage.anna, { state: "subscribed", nick: "Support" }));
      await stage.sees(stage.anna, "subscription", ({ state }) => state === "subscribed");
      await client().presence({ type: "unavailable" });
      await client().presence();
      const seen = await stage.sees(stage.anna, "presence", ({ state }) => state === "away");
      expect(seen).to.deep.include({ from: "support", text: "2 waiting" });
      expect(stage.anna.received.some(({ from }) => from === "somebody-elses-alias")).to.equal(false);
    });

    it("denies a contact request the desk refuses", async () => {
      stage.context.receive = async () => ({ kind: "refused", reason: "item-not-found", text: "Nobody is here." });
      await stage.anna.subscribe("nobody-at-all", "subscribe");
      await stage.sees(stage.anna, "subscription", (event) => event.state === "unsubscribed");
    });

    it("answers a message to the domain itself with an error", async () => {
      await client().message(far.domain, "hello, domain");
      const error = await client().next("an error", ({ attrs }) => attrs.type === "error" && attrs.from === far.domain);
      expect(String(error)).to.contain("service-unavailable");
    });

    it("lists its handles", async () => {
      const items = await client().request(
        "get",
        far.domain,
        xml("query", { xmlns: "http://jabber.org/protocol/disco#items" }),
      );
      expect(items?.getChildElements().map(({ attrs }) => attrs.jid)).to.deep.equal([
        `support@${far.domain}`,
        `billing@${far.domain}`,
      ]);
    });

    it("reports what came back after it was accepted as a bounce", async () => {
      await stage.deliver(stage.message(stage.anna, "ping"));
      const { id } = await stage.sees(stage.anna, "message");
      const error = xml("error", { type: "cancel" }, xml("gone", { xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas" }));
      await client().send(xml("message", { to: `support@${far.domain}/desk`, type: "error", id: id ?? "" }, error));
      const bounce = await stage.context.next("bounce", stage.anna.address);
      expect(bounce).to.include({ of: id, reason: "gone" });
    });

    it("says in a sentence why a login can never work", async () => {
      const { server } = far;
      const reason = async (section: object): Promise<string> => {
        const adapter = xmpp.create(
          xmpp.parseConfig(section),
          new TestContext({ handles: ["support"], network: "xmpp", desk: "desk", alias: null }),
        );
        const starting = adapter.start(new AbortController().signal);
        const said = await starting.then(
          () => "It started.",
          (error: unknown) => String(error),
        );
        await adapter.stop();
        return said;
      };
      const { componentPort: port, componentDomain: domain } = server;
      expect(await reason({ mode: "component", domain, port, secret: "wrong" })).to.match(
        /does not accept this secret/,
      );
      const account = { mode: "account", jid: `support@${server.domain}`, host: "127.0.0.1", port: server.clientPort };
      expect(await reason({ ...account, tls: "none", password: "wrong" })).to.match(
        /does not accept this account's password/,
      );
    });
  });
}

describe("an XMPP account", () => {
  it("stands for one handle only", () => {
    const context = new TestContext({ network: "xmpp", handles: ["support", "billing"], desk: "desk", alias: null });
    const config = xmpp.parseConfig({ mode: "account", jid: "support@im.test", password: "pw" });
    expect(() => xmpp.create(config, context)).to.throw(ConfigProblem, /one handle, not 2/);
  });
});
