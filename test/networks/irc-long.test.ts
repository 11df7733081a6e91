/** 64 kB from XMPP to IRC and back through the real daemon: in parts that fit into IRC's lines, and byte by byte the same. */
import { expect } from "chai";
import { nickFor } from "../../adapters/irc/aliases.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { connectPeople, PATIENCE_MS, passwordOf, type Somebody, textsOf, xmppPerson } from "../support/desk-people.ts";
import type { IrcClient } from "../support/irc-client.ts";
import { ircPerson, linkedNetwork } from "../support/irc-network.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startNgircd } from "../support/ngircd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const BYTES = 65_536;
const CSR = "clerkeight";
const CUSTOMER = "roth.annelise";
/** Characters of one to four bytes, graphemes of many, spaces in awkward places, and what must not be taken for a command. */
const WORDS = "价格 €5  👩‍👩‍👧‍👦 e\u0301 trailing   :x /quit ";

/** One line of exactly that many bytes. */
function longLine(): string {
  const times = Math.floor((BYTES - 64) / Buffer.byteLength(WORDS));
  const text = WORDS.repeat(times);
  return text + "x".repeat(BYTES - Buffer.byteLength(text));
}

/** What that person is told after `before`, joined, once it is that long. */
async function joined(somebody: Somebody, before: number, length: number): Promise<readonly string[]> {
  const parts = () => textsOf(somebody).slice(before);
  await until("all parts", () => parts().join("").length >= length, PATIENCE_MS);
  return parts();
}

describe("64 kB between a real Prosody and a real ngircd", function () {
  this.timeout(400_000);
  requires("prosody", "ngircd");
  let xmpp: XmppServer;
  let irc: IrcServer;
  let desk: Daemon;
  let customer: Somebody;
  let csr: Somebody & { client: IrcClient };
  let alias = "";

  before(async () => {
    [xmpp, irc] = await Promise.all([startProsody(), startNgircd()]);
    await xmpp.register(CUSTOMER, passwordOf(CUSTOMER));
    desk = await startDaemon({
      networks: componentNetwork(xmpp) + linkedNetwork(irc),
      csrs: csrEntries({ id: "ada", name: "Ada", address: `irc: ${CSR}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      limits: "  maxParts: 1000\n  floodMessages: 5000\n",
    });
    customer = await xmppPerson(xmpp, { user: CUSTOMER, resource: "pocket", deskDomain: xmpp.componentDomain });
    csr = await ircPerson(irc, CSR);
    alias = (await connectPeople(customer, csr, "support")).alias;
  });
  after(async () => {
    await customer?.stop();
    await csr?.stop();
    await desk?.remove();
    await irc?.remove();
    await xmpp?.remove();
  });

  it("arrives on IRC", async () => {
    const text = longLine();
    const before = textsOf(csr).length;
    await customer.person.say("support", text);
    const parts = await joined(csr, before, text.length);
    expect(Buffer.byteLength(parts.join(""))).to.equal(BYTES);
    expect(parts.join("") === text, "the parts joined are the text").to.equal(true);
    expect(parts.length).to.be.within(BYTES / 510, 250);
    for (const part of parts)
      expect(part).not.to.match(/^[\u200d\u0301]|\u200d$/u, "a part begins or ends within a grapheme");
  });

  it("comes back from IRC, as a client cuts it", async () => {
    const text = longLine();
    const lines = text.match(/.{1,90}/gsu) ?? [];
    const before = textsOf(customer).length;
    // A client that keeps spaces at the end of a line ends it in a reset, as the desk does. A CSR's slash at the beginning is doubled.
    for (const line of lines) {
      csr.client.write(`PRIVMSG ${nickFor(alias, 30)} :${line.replace(/^\s*\//u, "$&/")}\u000f`);
    }
    const parts = await joined(customer, before, text.length);
    expect(parts.join("") === text, "the lines joined are the text").to.equal(true);
  });
});
