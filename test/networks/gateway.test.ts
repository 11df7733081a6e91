/**
 * A customer on IRC, behind a real biboumi: the desk's handle is in a channel through it, so people on IRC can write to its nick,
 * and rules, CSR and reports see IRC.
 */
import { expect } from "chai";
import type { ConversationView } from "../../src/core/step.ts";
import { type Biboumi, configureBiboumi, startBiboumi } from "../support/biboumi.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { accountNetwork, componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { hears, leaks, PATIENCE_MS, passwordOf, type XmppSomebody, xmppPerson } from "../support/desk-people.ts";
import { IrcClient } from "../support/irc-client.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startIrssi } from "../support/irssi.ts";
import { startNgircd } from "../support/ngircd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import { connectXmppClient } from "../support/xmpp-client.ts";
import { connectXmppComponent } from "../support/xmpp-component.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const CSR = "clerk.nine";
const NICK = "helpdesk";
const VERSION = "\u0001VERSION\u0001";

/** Whoever says that they are of type irc is on IRC, where a message is words and nothing else. */
const GATEWAYS = `
gateways:
  irc:
    name: IRC
    match:
      - {network: xmpp, type: irc}
    features: [multiline]
`;

/** Waits until the desk's nick is on IRC. */
async function comesOnIrc(person: IrcClient): Promise<void> {
  const isThere = async () => {
    person.write(`ISON ${NICK}`);
    return (await person.next("303")).params.at(-1)?.trim() === NICK;
  };
  await until(`${NICK} to be on IRC`, isThere, PATIENCE_MS);
}

/** Waits until the desk has written that to them. */
async function reads(person: IrcClient, text: string | RegExp): Promise<void> {
  const isIt = (said: string) => (typeof text === "string" ? said === text : text.test(said));
  await person.lines.next(
    `${person.nick} to be shown ${String(text)}`,
    ({ nick, command, params }) => nick === NICK && command === "PRIVMSG" && isIt(params.at(-1) ?? ""),
    PATIENCE_MS,
  );
}

describe("a customer on IRC behind biboumi, between a real Prosody and a real ngircd", function () {
  this.timeout(400_000);
  requires("prosody", "ngircd", "biboumi", "irssi", "tmux");
  let server: XmppServer;
  let irc: IrcServer;
  let biboumi: Biboumi;
  let desk: Daemon;
  let csr: XmppSomebody;
  let anna: IrcClient;
  let alias = "";

  before(async () => {
    [server, irc] = await Promise.all([startProsody({ components: ["gw", "irc"] }), startNgircd()]);
    biboumi = startBiboumi(server, "irc");
    const component = await connectXmppComponent(server);
    await configureBiboumi(biboumi, component, `support@${server.componentDomain}/desk`, irc);
    component.stop();
    await server.register(CSR, passwordOf(CSR));
    desk = await startDaemon({
      networks: `${componentNetwork(server)}    joins:
      - {room: "#desk%${irc.name}@${biboumi.domain}", handle: support, nick: ${NICK}}
    limits: {idleSeconds: 5}
`,
      csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
      routing: `${TWO_QUEUES}${GATEWAYS}`,
      dialogs: TWO_DIALOGS,
    });
    csr = await xmppPerson(server, { user: CSR, resource: "workplace", deskDomain: server.componentDomain });
    anna = await IrcClient.connect(irc, "anna");
  });
  after(async () => {
    anna?.stop();
    await csr?.stop();
    await desk?.remove();
    await biboumi?.remove();
    await irc?.remove();
    await server?.remove();
  });

  const deskIsOnIrc = () => comesOnIrc(anna);
  const says = (text: string) => anna.write(`PRIVMSG ${NICK} :${text}`);
  const shown = (text: string | RegExp) => reads(anna, text);
  const conversations = async () =>
    JSON.parse(await desk.command("conversations", "--json")) as readonly ConversationView[];

  it("finds the desk under its nick and is answered by the bot", async () => {
    await deskIsOnIrc();
    says("hello");
    await shown(/your name/u);
  });

  it("is asked for their software as anybody on IRC is", async () => {
    await shown(VERSION);
    anna.write(`NOTICE ${NICK} :\u0001VERSION irssi v1.4.3\u0001`);
    await until("the desk to know irssi", async () => (await conversations())[0]?.software?.version === "1.4.3");
  });

  it("is offered to the CSR as being on IRC", async () => {
    says("Anna");
    const offer = await hears(csr, /Anna[\s\S]*\/accept/u);
    alias = offer.from;
    expect(offer.text).to.match(/Anna · Support · IRC$/mu);
    expect(offer.text).to.contain("irssi 1.4.3 ← Biboumi XMPP-IRC gateway");
    const title = await csr.client.next("the title", (one) => one.toString().includes("Anna · Support · IRC"));
    expect(String(title.attrs.from)).to.match(new RegExp(`^${alias}@`, "u"));
  });

  it("is on IRC for admins and metrics too, and nobody else is a customer: not the IRC server, not the channel", async () => {
    const [first, ...others] = await conversations();
    expect(others).to.deep.equal([]);
    expect(first).to.include({ network: "xmpp", origin: "IRC", gateway: "irc" });
    expect(first?.software?.gateway).to.deep.equal({ type: "irc", name: "Biboumi XMPP-IRC gateway" });
    expect(await desk.command("conversations")).to.match(/ IRC \(xmpp\) /u);
    const metrics = await (await fetch(`${desk.url}/metrics`)).text();
    expect(metrics).to.contain('frontdesk_gateway_conversations{gateway="irc"} 1');
  });

  it("talks with the CSR both ways, line by line", async () => {
    await csr.person.say(alias, "/accept");
    await shown(/connected to Ada/u);
    says("my bill is wrong 😀");
    await hears(csr, "my bill is wrong 😀");
    await csr.person.say(alias, "let me see:\nit is the one of March");
    await shown("let me see:");
    await shown("it is the one of March");
  });

  it("is told in words what IRC has no form for", async () => {
    const said = await csr.person.say(alias, "it is 40 euros");
    await shown("it is 40 euros");
    await csr.person.edit(alias, said ?? "", "it is 50 euros");
    await shown("corrected: it is 50 euros");
  });

  it("never sees the CSR's address, nor the CSR theirs", () => {
    const lines = anna.lines.all.map((line) => JSON.stringify(line)).join("\n");
    expect(lines).not.to.contain(CSR);
    const customer = { ...csr, secrets: [`anna%${irc.name}`, biboumi.domain, irc.name], own: [] };
    expect(leaks(csr, customer)).to.deep.equal([]);
  });

  it("goes on after biboumi was killed: the desk finds out and is on IRC again", async () => {
    await biboumi.kill();
    await until("the desk to be gone from IRC", async () => {
      anna.write(`ISON ${NICK}`);
      return (await anna.next("303")).params.at(-1)?.trim() === "";
    });
    biboumi.start();
    await deskIsOnIrc();
    says("are you still there?");
    await hears(csr, "are you still there?");
    await csr.person.say(alias, "yes");
    await shown("yes");
    await csr.person.say(alias, "/close");
    await shown(/closed/u);
  });

  it("in the real irssi is recognised by irssi's own answer, and reads what the CSR writes", async () => {
    const irssi = await startIrssi(irc, "berta");
    try {
      irssi.open(NICK);
      irssi.type("hello");
      await irssi.waitFor(/your name/u, PATIENCE_MS);
      const isKnown = async () => (await conversations())[0]?.software?.name === "irssi";
      await until("the desk to know irssi", isKnown, PATIENCE_MS);
      irssi.type("Berta");
      const offer = await hears(csr, /Berta[\s\S]*\/accept/u);
      expect(offer.text).to.match(/Berta · Support · IRC$/mu);
      expect(offer.text).to.match(/irssi \d+\.\d+\S* ← Biboumi XMPP-IRC gateway/u);
      await csr.person.say(offer.from, "/accept");
      await irssi.waitFor(/connected to Ada/u, PATIENCE_MS);
      irssi.type("Öffnet ihr um 9?");
      await hears(csr, "Öffnet ihr um 9?");
      await csr.person.say(offer.from, "ja, um 9 Uhr ✓");
      await irssi.waitFor(/ja, um 9 Uhr ✓/u, PATIENCE_MS);
    } finally {
      await irssi.stop();
    }
  });
});

describe("a customer on IRC behind biboumi, and the desk as an ordinary account", function () {
  this.timeout(400_000);
  requires("prosody", "ngircd", "biboumi");
  const ACCOUNT = "support";
  let server: XmppServer;
  let irc: IrcServer;
  let biboumi: Biboumi;
  let desk: Daemon;
  let csr: XmppSomebody;
  let anna: IrcClient;

  before(async () => {
    [server, irc] = await Promise.all([startProsody({ components: ["irc"] }), startNgircd()]);
    biboumi = startBiboumi(server, "irc");
    for (const user of [ACCOUNT, CSR]) await server.register(user, passwordOf(user));
    const admin = await connectXmppClient({ server, user: ACCOUNT, password: passwordOf(ACCOUNT), available: false });
    await configureBiboumi(biboumi, admin, null, irc);
    await admin.stop();
    desk = await startDaemon({
      networks: `${accountNetwork(server, ACCOUNT, passwordOf(ACCOUNT))}    joins:
      - {room: "#desk%${irc.name}@${biboumi.domain}", nick: ${NICK}}
`,
      csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
      routing: `${TWO_QUEUES}${GATEWAYS}`,
      dialogs: TWO_DIALOGS,
    });
    csr = await xmppPerson(server, { user: CSR, resource: "workplace", deskDomain: server.domain });
    anna = await IrcClient.connect(irc, "anna");
  });
  after(async () => {
    anna?.stop();
    await csr?.stop();
    await desk?.remove();
    await biboumi?.remove();
    await irc?.remove();
    await server?.remove();
  });

  it("is recognised, offered with a label, and talked to", async () => {
    await comesOnIrc(anna);
    anna.write(`PRIVMSG ${NICK} :hello`);
    await reads(anna, /your name/u);
    anna.write(`PRIVMSG ${NICK} :Anna`);
    const offer = await hears(csr, /Anna[\s\S]*\/accept/u);
    expect(offer.text).to.match(/^#1 .*Anna · Support · IRC$/mu);
    await csr.person.say(ACCOUNT, "#1 /accept");
    await reads(anna, /connected to Ada/u);
    anna.write(`PRIVMSG ${NICK} :my bill is wrong`);
    await hears(csr, "#1 Anna: my bill is wrong");
    await csr.person.say(ACCOUNT, "#1 let me see");
    await reads(anna, "let me see");
  });
});
