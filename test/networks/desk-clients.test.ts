/**
 * Frontdesk between two clients nobody here wrote: a CSR who types into profanity in a terminal, and customers on slixmpp.
 * docs/csr.md tells what a CSR does in profanity; this is where it is shown.
 */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { PATIENCE_MS, passwordOf } from "../support/desk-people.ts";
import { type Profanity, startProfanity } from "../support/profanity.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { type Slixmpp, startSlixmpp } from "../support/slixmpp.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const CSR = "clerk.eight";
const MARKERS = "urn:xmpp:chat-markers:0";

describe("a CSR in profanity and customers on slixmpp (real Prosody)", function () {
  this.timeout(400_000);
  requires("prosody", "profanity", "slixmpp", "tmux");
  let server: XmppServer;
  let desk: Daemon;
  let csr: Profanity;
  let anna: Slixmpp;
  let berta: Slixmpp;
  let support: string;

  /** The desk's `ask` in plain text: hello, a name, and the place in the queue. */
  const greet = async (customer: Slixmpp, name: string) => {
    customer.message(support, "hello");
    await customer.nextMessage(({ body }) => body.includes("your name"), PATIENCE_MS);
    await until("the desk to know the customer's software", () => knowsSoftware(desk, customer), PATIENCE_MS);
    customer.message(support, name);
    await customer.nextMessage(({ body }) => body.includes("in the queue for Support"), PATIENCE_MS);
  };
  /** Profanity's console names the new window; the CSR goes there. Resolves with the alias. */
  const goToWindowOf = async (name: string) => {
    const news = new RegExp(`chat message: (${name}\\.support\\.[a-z2-7]{16}@\\S+)/\\S+ \\(win (\\d+)\\)`, "u");
    csr.type("/win 1");
    const [, alias = "", window = ""] = news.exec(await csr.waitFor(news, PATIENCE_MS)) ?? [];
    csr.type(`/win ${window}`);
    await csr.waitFor(new RegExp(`^ ${alias.replaceAll(".", "\\.")}`, "mu"));
    return { alias, window };
  };

  before(async () => {
    server = await startProsody();
    support = `support@${server.componentDomain}`;
    for (const user of [CSR, "roth.annelise", "berta"]) await server.register(user, passwordOf(user));
    desk = await startDaemon({
      networks: componentNetwork(server),
      csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    csr = await startProfanity({ server, user: CSR, password: passwordOf(CSR), columns: 200 });
    anna = await startSlixmpp(server, "roth.annelise", passwordOf("roth.annelise"));
    berta = await startSlixmpp(server, "berta", passwordOf("berta"));
  });
  after(async () => {
    await Promise.all([csr?.stop(), anna?.stop(), berta?.stop()]);
    await desk?.remove();
    await server?.remove();
  });

  let annasWindow: string;
  let annasAlias: string;

  it("the desk asks to see the CSR's presence, and once that is allowed they count as there", async () => {
    await csr.waitFor(/authorization request from desk@/u, PATIENCE_MS);
    csr.type(`/sub allow desk@${server.componentDomain}`);
    await until("Ada to be free", async () => /ada .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
  });

  it("an offer is a chat window of its own, bearing the alias, and tells the customer's software", async () => {
    await greet(anna, "Anna");
    ({ alias: annasAlias, window: annasWindow } = await goToWindowOf("anna"));
    const screen = await csr.waitFor(/\/accept or \/decline/u, PATIENCE_MS);
    expect(screen).to.match(/New conversation: Anna · Support · XMPP/u);
    expect(screen).to.match(/Writes from: Slixmpp 1\.\d/u);
    expect(screen).not.to.contain("annelise");
  });

  it("a line that begins with one slash is profanity's own, and never reaches the desk", async () => {
    csr.type("/accept");
    csr.type("/win 1");
    await csr.waitFor(/Unknown command: \/accept/u);
    csr.type(`/win ${annasWindow}`);
    expect(await desk.command("conversations")).to.contain("offered");
  });

  it("two slashes send one: //accept takes the offer", async () => {
    csr.type("//accept");
    await csr.waitFor(/You are connected to Anna/u, PATIENCE_MS);
    await anna.nextMessage(({ body }) => body === "You are now connected to Ada.", PATIENCE_MS);
  });

  it("both talk; the customer gets the receipt, then that it was delivered", async () => {
    anna.message(support, "价格€5 👍, how much is that?", { id: "q1", receipt: true, markable: true });
    await csr.waitFor(/价格€5 .*how much is that\?/u, PATIENCE_MS);
    await anna.nextReceipt("q1", PATIENCE_MS);
    const isDelivered = (xml: string) => xml.includes(MARKERS) && /<received[^>]*q1/u.test(xml);
    await anna.nextStanza("that q1 was delivered", ({ xml }) => isDelivered(xml), PATIENCE_MS);
    csr.type("Five euros — grüße");
    const answer = await anna.nextMessage(({ body }) => body === "Five euros — grüße", PATIENCE_MS);
    expect(answer.sender).to.match(/^support@gw\.im\.test/u);
    expect(answer.xml).to.contain(">Ada</nick>");
  });

  it("each sees that the other is typing", async () => {
    anna.state(support, "composing");
    await csr.waitFor(/typing/u, PATIENCE_MS);
    csr.write("wait a");
    await anna.nextStanza("that Ada is typing", ({ xml }) => xml.includes("<composing "), PATIENCE_MS);
    csr.type(" moment");
    await anna.nextMessage(({ body }) => body === "wait a moment", PATIENCE_MS);
  });

  it("a second customer is a second window; the plain word accept takes an offer too", async () => {
    await greet(berta, "Berta");
    await goToWindowOf("berta");
    csr.type("accept");
    await csr.waitFor(/You are connected to Berta/u, PATIENCE_MS);
    csr.type("for berta alone");
    await berta.nextMessage(({ body }) => body === "for berta alone", PATIENCE_MS);
    csr.type(`/win ${annasWindow}`);
    csr.type("for anna alone");
    await anna.nextMessage(({ body }) => body === "for anna alone", PATIENCE_MS);
    expect(anna.events.some((event) => event.event === "stanza" && event.body.includes("berta alone"))).to.equal(false);
  });

  it("//who, //note and //help are answered in the window, and the customer sees nothing of it", async () => {
    csr.type("//who");
    await csr.waitFor(/me: \/who[\s\S]*Writes from: Slixmpp/u, PATIENCE_MS);
    csr.type("//note called twice");
    await csr.waitFor(/Note kept/u, PATIENCE_MS);
    csr.type("//help");
    await csr.waitFor(/\/close – end the conversation/u, PATIENCE_MS);
    csr.type("that is all");
    await anna.nextMessage(({ body }) => body === "that is all", PATIENCE_MS);
    const bodies = anna.events.all.flatMap((event) => (event.event === "stanza" ? [event.body] : []));
    expect(bodies.filter((body) => /who|called twice|help|close/u.test(body))).to.deep.equal([]);
  });

  it("a line that really begins with a slash is written with three", async () => {
    csr.type("///home is where it is");
    await anna.nextMessage(({ body }) => body === "/home is where it is", PATIENCE_MS);
  });

  it("the state set in profanity is the CSR's availability", async () => {
    csr.type("/status set away");
    await until("Ada not to be free", async () => /ada .* away/u.test(await desk.command("csrs")), PATIENCE_MS);
    csr.type("/status set online");
    await until("Ada to be free again", async () => /ada .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
  });

  it("//close ends the conversation; what is written to its alias later is answered, and goes to nobody", async () => {
    csr.type("//close");
    await csr.waitFor(/The conversation with Anna is closed/u, PATIENCE_MS);
    await anna.nextMessage(({ body }) => body.includes("has been closed"), PATIENCE_MS);
    csr.type("are you still there?");
    await csr.waitFor(/This conversation is closed, so nobody reads this/u, PATIENCE_MS);
    expect(anna.events.some((event) => event.event === "stanza" && event.body.includes("still there"))).to.equal(false);
    expect(await desk.command("conversations"))
      .to.contain("Berta")
      .and.not.to.contain("Anna");
  });

  it("no customer was ever shown the CSR's address or an alias", () => {
    for (const customer of [anna, berta]) {
      const wire = customer.events.all
        .flatMap((event) => (event.event === "stanza" && /@?gw\.im\.test/u.test(event.sender) ? [event.xml] : []))
        .join("\n");
      expect(wire).to.contain("Ada");
      expect(wire).not.to.contain(CSR);
      expect(wire).not.to.contain("profanity");
      expect(wire).not.to.contain(annasAlias);
    }
  });
});

/** Its log says so once the customer's client has answered what it is. */
function knowsSoftware(desk: Daemon, customer: Slixmpp): boolean {
  const asked = customer.events.all.some(
    (event) => event.event === "stanza" && event.xml.includes("jabber:iq:version"),
  );
  return asked && desk.output().includes("software.known");
}
