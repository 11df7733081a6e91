/**
 * Whole conversations through the real daemon, for every pair of networks: the customer's words and signs reach the CSR and
 * come back, each as what it is, and neither side's client is ever given anything of the other's address.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import {
  type Contact,
  connectPeople,
  hears,
  leaks,
  passwordOf,
  type Somebody,
  sees,
  webCsr,
  webVisitor,
  xmppPerson,
} from "../support/desk-people.ts";
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

type Network = "xmpp" | "web";

/** By the CSR's network: the handle behind which that CSR sits, and the name customers see. */
const BEHIND = {
  xmpp: { handle: "support", csrName: "Ada" },
  web: { handle: "billing", csrName: "Grace" },
} as const;

const XMPP_CSR = { user: "clerk.eight", resource: "workplace" };
const WEB_LOGIN = "clerk-nine";
const CUSTOMERS: Readonly<Record<Network, string>> = { xmpp: "roth.annelise", web: "mueller.xaver" };

const SERVERS = [
  { software: "prosody", startServer: startProsody, customers: ["xmpp", "web"], csrs: ["xmpp", "web"] },
  { software: "ejabberd", startServer: startEjabberd, customers: ["xmpp"], csrs: ["xmpp"] },
] as const;

for (const { software, startServer, customers, csrs } of SERVERS) {
  describe(`conversations over a real ${software}`, function () {
    this.timeout(400_000);
    requires(software);
    let server: XmppServer;
    let desk: Daemon;
    const staff = new Map<Network, Somebody>();

    before(async () => {
      server = await startServer();
      for (const user of [XMPP_CSR.user, ...Object.values(CUSTOMERS)]) await server.register(user, passwordOf(user));
      desk = await startDaemon({
        networks: componentNetwork(server) + webNetwork(),
        csrs: csrEntries(
          { id: "ada", name: "Ada", address: `xmpp: ${XMPP_CSR.user}@${server.domain}`, skill: "support" },
          { id: "grace", name: "Grace", address: `web: ${WEB_LOGIN}`, skill: "billing" },
        ),
        routing: TWO_QUEUES,
        dialogs: TWO_DIALOGS,
      });
      staff.set("xmpp", await xmppPerson(server, { ...XMPP_CSR, deskDomain: server.componentDomain }));
      staff.set("web", await webCsr(desk, "grace", WEB_LOGIN));
    });
    after(async () => {
      for (const somebody of staff.values()) await somebody.stop();
      await desk?.remove();
      await server?.remove();
    });

    for (const csrNetwork of csrs) {
      for (const customerNetwork of customers) {
        describe(`a customer on ${customerNetwork} and a CSR on ${csrNetwork}`, () => {
          const people = async () => {
            const { handle } = BEHIND[csrNetwork];
            const user = CUSTOMERS[csrNetwork];
            const customer =
              customerNetwork === "web"
                ? await webVisitor(desk, handle)
                : await xmppPerson(server, { user, resource: "pocket", deskDomain: server.componentDomain });
            const csr = staff.get(csrNetwork);
            if (csr === undefined) throw new Error(`Nobody works on ${csrNetwork}.`);
            return { customer, csr, handle, csrName: BEHIND[csrNetwork].csrName, desk };
          };
          aWholeConversation(people);
        });
      }
    }
  });
}

interface People {
  readonly customer: Somebody;
  readonly csr: Somebody;
  readonly handle: string;
  readonly csrName: string;
  readonly desk: Daemon;
}

function aWholeConversation(people: () => Promise<People>): void {
  let here: People;
  let contact: Contact;
  const said = new Map<Somebody, string[]>();
  const say = async (somebody: Somebody, text: string): Promise<string> => {
    const id = (await somebody.person.say(somebody === here.csr ? contact.alias : contact.handle, text)) ?? "";
    said.set(somebody, [...(said.get(somebody) ?? []), id]);
    return id;
  };

  before(async () => {
    here = await people();
    contact = await connectPeople(here.customer, here.csr, here.handle);
  });
  after(async () => {
    await here?.customer.stop();
  });

  it("carries text both ways, unchanged and under the names they go by", async () => {
    const question = "价格€5 👍 <b>&amp;</b>\nsecond line, “quoted”";
    await say(here.customer, question);
    const heard = await hears(here.csr, question);
    expect(heard).to.include({ from: contact.alias, nick: "Anna" });
    await say(here.csr, "//five euros & nothing else");
    const answer = await hears(here.customer, "/five euros & nothing else");
    expect(answer).to.include({ from: contact.handle, nick: here.csrName });
  });

  it("shows each that the other is typing", async () => {
    await here.customer.person.typing(contact.handle, "composing");
    await sees(here.csr, "typing", (event) => event.from === contact.alias && event.state === "composing");
    await here.csr.person.typing(contact.alias, "composing");
    await sees(here.customer, "typing", (event) => event.from === contact.handle && event.state === "composing");
  });

  for (const [who, whom] of [
    ["customer", "csr"],
    ["csr", "customer"],
  ] as const) {
    it(`tells the ${who} received, delivered and read, each when it is so`, async () => {
      const [author, reader] = [here[who], here[whom]];
      const text = `marked ${who} ${Date.now()}`;
      const recordedAtReceipt = new Map<string, boolean>();
      author.person.received.listen((event) => {
        if (event.kind !== "receipt" || event.state !== "received" || recordedAtReceipt.has(event.of)) return;
        recordedAtReceipt.set(event.of, isRecorded(here.desk, text));
      });
      const marks = (id: string) =>
        author.person.received.all.flatMap((event) =>
          event.kind === "receipt" && event.of === id ? [event.state] : [],
        );
      const readerIsOnWeb = reader.person.address.network === "web";

      const id = await say(author, text);
      await sees(author, "receipt", (event) => event.of === id && event.state === "received");
      expect(recordedAtReceipt.get(id), "in the store's files when the receipt came").to.equal(true);
      const heard = await hears(reader, text);
      if (!readerIsOnWeb) {
        // A page confirms by itself what it shows; this XMPP client has said nothing yet.
        expect(marks(id)).to.deep.equal(["received"]);
        await reader.person.receipt(heard.from, heard.id ?? "", "delivered");
      }
      await sees(author, "receipt", (event) => event.of === id && event.state === "delivered");
      expect(marks(id)).to.deep.equal(["received", "delivered"]);
      await reader.person.receipt(heard.from, heard.id ?? "", "read");
      await sees(author, "receipt", (event) => event.of === id && event.state === "read");
    });
  }

  it("shows a correction as one, both ways", async () => {
    const first = await say(here.customer, "see you at 9");
    const shown = await hears(here.csr, "see you at 9");
    await here.customer.person.edit(contact.handle, first, "see you at 10");
    await sees(here.csr, "edit", (event) => event.of === shown.id && event.text === "see you at 10");

    const answer = await say(here.csr, "at tem");
    const shownAnswer = await hears(here.customer, "at tem");
    await here.csr.person.edit(contact.alias, answer, "at ten");
    await sees(here.customer, "edit", (event) => event.of === shownAnswer.id && event.text === "at ten");
  });

  it("shows neither side anything of the other's address, nor the other's ids", () => {
    expect(here.customer.wire(), "the customer's wire").to.contain("five euros");
    expect(here.csr.wire(), "the CSR's wire").to.contain("价格€5");
    const { customer, csr } = here;
    expect(leaks(customer, csr, [...(said.get(csr) ?? []), contact.alias])).to.deep.equal([]);
    expect(leaks(csr, customer, said.get(customer))).to.deep.equal([]);
  });

  it("ends for both, and the alias answers that it is over", async () => {
    await say(here.csr, "/close");
    await hears(here.csr, /is closed/u);
    await hears(here.customer, /has been closed/u);
    const afterwards = here.customer.person.received.all.length;
    await say(here.csr, "one more thing");
    await hears(here.csr, /conversation is closed, so nobody reads this/u);
    expect(here.customer.wire()).not.to.contain("one more thing");
    expect(here.customer.person.received.all.length).to.equal(afterwards);
  });
}

/** Whether the desk's store bears that text in its files, as anybody may read them. */
function isRecorded(desk: Daemon, text: string): boolean {
  return ["frontdesk.sqlite", "frontdesk.sqlite-wal"].some((name) =>
    readFileSync(join(desk.dataFolder, name)).includes(text),
  );
}
