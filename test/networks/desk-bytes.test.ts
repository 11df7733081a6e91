/**
 * Characters of two, three and four bytes, right-to-left text and emoji of several characters, through a wire between desk
 * and server that is cut at every byte: what arrives is what was said.
 */
import { expect } from "chai";
import { ByteWire } from "../support/byte-wire.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { accountNetwork, componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import {
  type Contact,
  connectPeople,
  hears,
  passwordOf,
  sees,
  type XmppSomebody,
  xmppPerson,
} from "../support/desk-people.ts";
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const TEXTS = [
  "价格€5 👍",
  "שלום עולם — مرحبا بالعالم",
  "👩‍👩‍👧‍👦 and 🏳️‍🌈 and 👨🏿‍🚀",
  "e\u0301 is not é, ﷽ is one, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
  "<b>&amp;\u{1F600}</b> “quoted”\nsecond line: ÄÖÜß",
] as const;
/** Several bytes in a name, so that the desk's own words and the nick bear them too. */
const NAME = "安娜 Ångström";
const ACCOUNT = "support";

const PLACES = [
  { software: "prosody", startServer: startProsody, mode: "component" },
  { software: "ejabberd", startServer: startEjabberd, mode: "account" },
] as const;

for (const { software, startServer, mode } of PLACES) {
  describe(`a wire that is cut at every byte, to a real ${software} (${mode})`, function () {
    this.timeout(400_000);
    requires(software);
    let server: XmppServer;
    let wire: ByteWire;
    let desk: Daemon;
    let customer: XmppSomebody;
    let csr: XmppSomebody;
    let contact: Contact;

    before(async () => {
      server = await startServer();
      for (const user of [ACCOUNT, "clerk.eight", "roth.annelise"]) await server.register(user, passwordOf(user));
      const isComponent = mode === "component";
      wire = await ByteWire.open(isComponent ? server.componentPort : server.clientPort);
      desk = await startDaemon({
        networks: isComponent
          ? componentNetwork(server, wire.port)
          : accountNetwork(server, ACCOUNT, passwordOf(ACCOUNT), wire.port),
        csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: clerk.eight@${server.domain}`, skill: "support" }),
        routing: TWO_QUEUES,
        dialogs: TWO_DIALOGS,
      });
      const deskDomain = isComponent ? server.componentDomain : server.domain;
      csr = await xmppPerson(server, { user: "clerk.eight", resource: "workplace", deskDomain });
      customer = await xmppPerson(server, { user: "roth.annelise", resource: "pocket", deskDomain });
      contact = await connectPeople(customer, csr, ACCOUNT, NAME);
    });
    after(async () => {
      await Promise.all([customer?.stop(), csr?.stop()]);
      await desk?.remove();
      await wire?.close();
      await server?.remove();
    });

    /** On an account the CSR's lines bear a label, the first one the name too. */
    const asCsrSees = (text: string) => (mode === "account" ? `#1 ${NAME}: ${text.replaceAll("\n", "\n#1 ")}` : text);

    for (const [index, text] of TEXTS.entries()) {
      it(`carries ${JSON.stringify(text)} to the CSR and back`, async () => {
        const provenBefore = wire.proven;
        await customer.person.say(contact.handle, text);
        const heard = await hears(csr, asCsrSees(text));
        expect(heard.nick, "the name goes with the first message").to.equal(index === 0 ? NAME : null);
        await csr.person.say(contact.alias, text);
        await hears(customer, text);
        if (process.platform === "linux") {
          const fourTimes = 4 * [...Buffer.from(text)].filter((byte) => byte >= 0x80).length;
          expect(wire.proven - provenBefore, "borders known to have been cut").to.be.at.least(fourTimes);
        }
      });
    }

    it("carries a correction with as many", async () => {
      const id = await customer.person.say(contact.handle, "价");
      const { id: shown } = await hears(csr, asCsrSees("价"));
      await customer.person.edit(contact.handle, id ?? "", TEXTS[2]);
      await sees(csr, "edit", (event) => event.of === shown && event.text === asCsrSees(TEXTS[2]));
    });
  });
}
