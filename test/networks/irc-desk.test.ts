/** Whole conversations over real IRC servers through the real daemon: irssi, labels, long texts, a server that is killed. */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import {
  askForPerson,
  connectPeople,
  hears,
  leaks,
  PATIENCE_MS,
  type Somebody,
  textsOf,
  webCsr,
  webVisitor,
} from "../support/desk-people.ts";
import { startInspircd } from "../support/inspircd.ts";
import type { IrcClient } from "../support/irc-client.ts";
import { ircPerson, linkedNetwork, nickNetwork } from "../support/irc-network.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startIrssi } from "../support/irssi.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

/** As much as the web chat can be configured to take at once. */
const LONG_BYTES = 32_768;
const WEB_LOGIN = "clerk-nine";
const IRC_CSR = "clerkeight";

/** Room for long texts everywhere; only IRC's lines are short. */
const ROOMY = { limits: "  maxParts: 1000\n  floodMessages: 5000\n" };
const roomyWeb = () => webNetwork().replace("graceSeconds: 1", `graceSeconds: 1\n    maxTextBytes: ${LONG_BYTES}`);

/** One line of that many bytes, of characters of every size and with spaces in awkward places. */
function longText(bytes: number): string {
  const words = "价格 €5  👩‍👩‍👧‍👦 e\u0301 trailing   x ".repeat(Math.ceil(bytes / 40));
  let text = "";
  let size = 0;
  for (const character of words) {
    size += Buffer.byteLength(character);
    if (size > bytes - 3) break;
    text += character;
  }
  return `${text}end`;
}

describe("a desk linked to a real ngircd", function () {
  this.timeout(400_000);
  requires("ngircd", "irssi", "tmux");
  let server: IrcServer;
  let desk: Daemon;
  let webStaff: Somebody;
  let ircStaff: Somebody & { client: IrcClient };

  before(async () => {
    server = await startNgircd();
    desk = await startDaemon({
      networks: linkedNetwork(server) + roomyWeb(),
      csrs: csrEntries(
        { id: "ada", name: "Ada", address: `irc: ${IRC_CSR}`, skill: "support" },
        { id: "grace", name: "Grace", address: `web: ${WEB_LOGIN}`, skill: "billing" },
      ),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      ...ROOMY,
    });
    webStaff = await webCsr(desk, "grace", WEB_LOGIN);
    ircStaff = await ircPerson(server, IRC_CSR);
  });
  after(async () => {
    await webStaff?.stop();
    await ircStaff?.stop();
    await desk?.remove();
    await server?.remove();
  });

  it("a customer types in irssi and a CSR in the browser answers; the desk knows that it is irssi", async () => {
    const customer = await startIrssi(server, "annelise");
    try {
      customer.open("billing");
      customer.type("hello");
      await customer.waitFor(/your name/u, PATIENCE_MS);
      customer.type("Anna");
      const offer = await hears(webStaff, /Anna[\s\S]*\/accept/u);
      await webStaff.person.say(offer.from, "/accept");
      await customer.waitFor(/connected to/u, PATIENCE_MS);
      customer.type("was kostet das? 价格€5 👍");
      await hears(webStaff, "was kostet das? 价格€5 👍");
      customer.type("/me waves");
      await hears(webStaff, "* waves");
      await webStaff.person.say(offer.from, "fünf Euro 👍");
      await customer.waitFor(/<billing> fünf Euro 👍/u, PATIENCE_MS);
      const software = await until(
        "irssi to have told its version",
        async () => (await desk.command("conversations", "--json")).match(/irssi/u),
        PATIENCE_MS,
      );
      expect(software[0]).to.equal("irssi");
      expect(customer.screen()).not.to.match(new RegExp(`${WEB_LOGIN}|grace@|grace!`, "u"));
      await webStaff.person.say(offer.from, "/close");
      await customer.waitFor(/has been closed/u, PATIENCE_MS);
    } finally {
      await customer.stop();
    }
  });

  it("a text of 32 kB from the web reaches a CSR on IRC byte by byte, in parts", async () => {
    const customer = await webVisitor(desk, "support");
    const { alias } = await connectPeople(customer, ircStaff, "support");
    const text = longText(LONG_BYTES);
    const before = textsOf(ircStaff).length;
    await customer.person.say("support", text);
    await until(
      "the end of the text",
      () => textsOf(ircStaff).slice(before).join("").length >= text.length,
      PATIENCE_MS,
    );
    const parts = textsOf(ircStaff).slice(before);
    expect(parts.length).to.be.greaterThan(50);
    expect(parts.join("") === text, "the parts joined are the text").to.equal(true);
    // And from IRC, as clients cut it: every line a message of its own, in order.
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1} ${"x".repeat(300)}`);
    for (const line of lines) ircStaff.client.write(`PRIVMSG ${alias} :${line}`);
    await hears(customer, lines.at(-1) ?? "");
    expect(textsOf(customer).slice(-lines.length)).to.deep.equal(lines);
    expect(leaks(customer, ircStaff, [alias])).to.deep.equal([]);
    await ircStaff.person.say(alias, "/close");
    await hears(customer, /has been closed/u);
    await customer.stop();
  });

  it("a server that is killed comes back, and nothing is lost or doubled", async () => {
    const customer = await webVisitor(desk, "support");
    const { alias } = await connectPeople(customer, ircStaff, "support");
    await customer.person.say("support", "before");
    await hears(ircStaff, "before");
    await server.kill();
    const during = ["one", "two", "three", "four"].map((word) => `${word} while it was down`);
    for (const text of during) await customer.person.say("support", text);
    await server.start();
    for (const text of during) await hears(ircStaff, text);
    await ircStaff.person.say(alias, "here I am again");
    await hears(customer, "here I am again");
    const heard = textsOf(ircStaff).filter((text) => text.includes("while it was down"));
    expect(heard).to.deep.equal(during);
    await ircStaff.person.say(alias, "/close");
    await hears(customer, /has been closed/u);
    await customer.stop();
  });

  it("an alias goes on as the same nick when the desk itself was killed, and leaves when it is closed", async () => {
    const customer = await webVisitor(desk, "support");
    const { alias } = await connectPeople(customer, ircStaff, "support");
    await desk.kill();
    await desk.start();
    await ircStaff.person.say(alias, "still there?");
    await hears(customer, "still there?");
    await ircStaff.person.say(alias, "/close");
    await hears(ircStaff, /is closed/u);
    await until("the alias to be gone", async () => {
      ircStaff.client.write(`ISON ${alias}`);
      const { params } = await ircStaff.client.next("303");
      return (params.at(-1) ?? "").trim() === "";
    });
    await customer.stop();
  });
});

describe("a desk that is one nick on a real inspircd", function () {
  this.timeout(400_000);
  requires("inspircd");
  let server: IrcServer;
  let desk: Daemon;
  let csr: Somebody & { client: IrcClient };

  before(async () => {
    server = await startInspircd();
    desk = await startDaemon({
      networks: nickNetwork(server, "helpdesk") + webNetwork(),
      csrs: csrEntries({ id: "ada", name: "Ada", address: `irc: ${IRC_CSR}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    csr = await ircPerson(server, IRC_CSR);
  });
  after(async () => {
    await csr?.stop();
    await desk?.remove();
    await server?.remove();
  });

  it("a CSR with two conversations tells them apart by labels, and an unlabelled line is never guessed", async () => {
    const [anna, ben] = [await webVisitor(desk, "support"), await webVisitor(desk, "support")];
    await askForPerson(anna, csr, "support", "Anna");
    await csr.person.say("helpdesk", "/accept");
    await hears(anna, /connected to/u);
    await askForPerson(ben, csr, "support", "Ben");
    await csr.person.say("helpdesk", "#2 /accept");
    await hears(ben, /connected to/u);
    await anna.person.say("support", "I am Anna");
    await ben.person.say("support", "I am Ben");
    await hears(csr, "#1 Anna: I am Anna");
    await hears(csr, "#2 Ben: I am Ben");
    await csr.person.say("helpdesk", "#2 hello Ben");
    await csr.person.say("helpdesk", "#1 hello Anna");
    await hears(ben, "hello Ben");
    await hears(anna, "hello Anna");
    await csr.person.say("helpdesk", "hello whoever");
    await hears(csr, /Which conversation/u);
    expect([...textsOf(anna), ...textsOf(ben)]).not.to.include("hello whoever");
    for (const label of ["#1", "#2"]) await csr.person.say("helpdesk", `${label} /close`);
    await hears(anna, /has been closed/u);
    await hears(ben, /has been closed/u);
    await anna.stop();
    await ben.stop();
  });
});
