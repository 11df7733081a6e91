/** Automated systems as CSRs, behind real HTTP through the real daemon: they take customers, answer, pay, and hand back to a person. */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import { hears, type Somebody, textsOf, webCsr, webVisitor } from "../support/desk-people.ts";
import { until } from "../support/wait.ts";
import { type Brought, WebhookProgram } from "../support/webhook-program.ts";

const SECRET = "whsec-like-secret-0123456789";

const CSRS = `  ada:
    name: Ada
    addresses:
      - web: ada
    skills: {support: 3}
  orders:
    name: Order desk
    addresses:
      - bots: orders
    skills: {billing: 3}
    capacity: 100
    autoAccept: true
`;
const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - route: support
  money:
    steps:
      - route: billing
`;

describe("an automated system behind an HTTP address", function () {
  this.timeout(400_000);
  const program = new WebhookProgram(SECRET);
  let desk: Daemon;
  let ada: Somebody;

  const said = (brought: Brought): boolean => brought.from === "customer";
  const call = async (conversation: string, ...actions: readonly object[]) =>
    await program.call(`${desk.url}/webhook/orders`, { conversation, actions });

  before(async () => {
    await program.open();
    const bots = `  bots:
    adapter: webhook
    title: Programs
    handles: {}
    bots:
      orders: {url: "${program.url}", secret: "${SECRET}"}
    limits: {timeoutSeconds: 5}
`;
    desk = await startDaemon({ networks: webNetwork() + bots, csrs: CSRS, routing: TWO_QUEUES, dialogs: DIALOGS });
    ada = await webCsr(desk, "ada", "ada");
  });
  after(async () => {
    await ada?.stop();
    await desk?.remove();
    await program.shut();
  });

  it("answers a customer, calls later about the payment, and hands over to a person with all it knows", async () => {
    program.answering = (brought) => {
      if (!said(brought)) return {};
      if (brought.text === "where is 4711?") return { set: { order: 4711 }, text: "Order 4711 is on its way." };
      if (brought.text === "I want to pay") return { text: "One moment." };
      return {
        actions: [{ text: "That is for a person." }, { transfer: { to: "support", reason: "wants a refund" } }],
      };
    };
    const anna = await webVisitor(desk, "billing");
    await anna.person.say("billing", "hello");
    await hears(anna, /connected to Order desk/u);
    await anna.person.say("billing", "where is 4711?");
    await hears(anna, "Order 4711 is on its way.");
    await anna.person.say("billing", "I want to pay");
    await hears(anna, "One moment.");
    const { id } = program.received.find(({ text }) => text === "I want to pay")?.conversation ?? { id: "" };
    expect(await call(id, { text: "Paid, thank you." })).to.deep.equal({ status: 200, body: { ok: true } });
    await hears(anna, "Paid, thank you.");
    await anna.person.say("billing", "my money back!");
    await hears(anna, "That is for a person.");
    const offer = await hears(ada, /Passed on by Order desk: wants a refund/u);
    expect(offer.text).to.include("order: 4711");
    await ada.person.say(offer.from, "/accept");
    await hears(ada, /Order 4711 is on its way/u);
    await hears(anna, /connected to Ada/u);
    await ada.person.say(offer.from, "Good morning, Ada here.");
    await hears(anna, "Good morning, Ada here.");
    // The conversation has left the program: what it still says reaches nobody.
    await call(id, { text: "Is it me?" });
    await ada.person.say(offer.from, "/close");
    await hears(anna, /closed/u);
    expect(textsOf(anna)).not.to.include("Is it me?");
    expect(program.unsigned).to.deep.equal([]);
    await anna.stop();
  });

  it("is believed with its signature alone", async () => {
    const stranger = new WebhookProgram("another-secret-0123456789");
    const forged = await stranger.call(`${desk.url}/webhook/orders`, { conversation: "x", actions: [{ text: "hi" }] });
    expect(forged.status).to.equal(401);
    expect((await program.call(`${desk.url}/webhook/nobody`, { conversation: "x", actions: [] })).status).to.equal(401);
    expect((await program.call(`${desk.url}/webhook/orders`, "{")).status).to.equal(400);
    expect((await call("nowhere", { text: "hi" })).status).to.equal(404);
  });

  it("gets what was said again until it answers, and is away meanwhile", async () => {
    await program.shut();
    const berta = await webVisitor(desk, "billing");
    await berta.person.say("billing", "hello");
    await until(
      "the program to count as away",
      async () => /orders.*offline/u.test(await desk.command("csrs")),
      60_000,
    );
    program.answering = (brought) => (said(brought) ? { text: `You said ${brought.text}.` } : {});
    await program.open();
    await until("the program to be back", async () => !/orders.*offline/u.test(await desk.command("csrs")), 60_000);
    await hears(berta, /connected to Order desk/u);
    await berta.person.say("billing", "are you there?");
    await hears(berta, "You said are you there?.");
    await berta.stop();
  });
});
