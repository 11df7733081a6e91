/** Redirect between a real XMPP server and the web, through the real daemon: there by a link, and there by an address. */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import { hears, passwordOf, webVisitor, xmppPerson } from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { WebPerson } from "../support/web-person.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const USERS = ["lind.greta", "moreau.jules"] as const;

describe("redirect over a real Prosody", function () {
  this.timeout(400_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;

  before(async () => {
    server = await startProsody();
    for (const user of USERS) await server.register(user, passwordOf(user));
    const redirect = (queue: string, to: string) => (text: string) =>
      text.replace(`  ${queue}:\n`, `  ${queue}:\n    hosting: redirect\n    redirectTo: ${to}\n`);
    desk = await startDaemon({
      networks: componentNetwork(server) + webNetwork(),
      csrs: csrEntries(
        { id: "ada", name: "Ada", address: "web: ada", skill: "support" },
        { id: "grace", name: "Grace", address: "web: grace", skill: "billing" },
      ),
      routing: redirect("billing", "xmpp")(redirect("support", "web")(TWO_QUEUES)),
      dialogs: TWO_DIALOGS,
    });
  });
  after(async () => {
    await desk?.remove();
    await server?.remove();
  });

  it("to the web: the former address says so, and answers with the error that names the new one", async () => {
    const customer = await xmppPerson(server, {
      user: USERS[0],
      resource: "pocket",
      deskDomain: server.componentDomain,
    });
    await customer.person.say("support", "hello");
    await hears(customer, /your name/u);
    await customer.person.say("support", "Greta");
    const { text } = await hears(customer, /continue this conversation/u);
    const token = /\/continue\/([a-z2-7]+)/u.exec(text)?.[1] ?? "";

    const page = await WebPerson.open({ url: `${desk.url}/`, desk: "support" });
    page.send({ kind: "continue", desk: "support", token });
    const history = await page.next("history", ({ lines }) => lines.length > 0);
    expect(history.lines.filter(({ own }) => own).map((line) => line.text)).to.deep.equal(["hello", "Greta"]);
    await hears(customer, /from now on/u);

    const id = await customer.client.message(`support@${server.componentDomain}`, "hello?");
    const error = await customer.client.next("an error", ({ attrs }) => attrs.type === "error" && attrs.id === id);
    const place = error.getChild("error")?.getChildText("redirect", "urn:ietf:params:xml:ns:xmpp-stanzas");
    expect(place).to.equal(`${desk.url}/chat?to=support`);

    page.say("support", "status");
    await page.next("line", (line) => /next|number/u.test(line.text));
    page.close();
    await customer.stop();
  });

  it("to an XMPP address: whoever writes to it goes on there, and is shown what was said", async () => {
    const visitor = await webVisitor(desk, "billing");
    await visitor.person.say("billing", "hello");
    await hears(visitor, /your name/u);
    await visitor.person.say("billing", "Jules");
    const { text } = await hears(visitor, /continue this conversation/u);
    const token = /xmpp:([a-z2-7]+)@/u.exec(text)?.[1] ?? "";
    expect(text).to.contain(`xmpp:${token}@${server.componentDomain}`);

    const user = USERS[1];
    const there = await xmppPerson(server, { user, resource: "pocket", deskDomain: server.componentDomain });
    await there.person.say(token, "status");
    await hears(there, /continues here/u);
    await hears(there, /Jules: hello\nJules: Jules/u);
    await hears(there, /next|number/u);
    await hears(visitor, /from now on/u);
    await visitor.stop();
    await there.stop();
  });
});
