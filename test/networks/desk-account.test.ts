/**
 * The desk as one ordinary account of a server: customers and CSRs write to the same address, so a CSR's conversations are
 * told apart by labels, and a line that names none of them reaches nobody.
 */
import { xml } from "@xmpp/client";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { accountNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { askForPerson, hears, leaks, passwordOf, sees, type XmppSomebody, xmppPerson } from "../support/desk-people.ts";
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const ACCOUNT = "support";
const CSR = "clerk.eight";
const CUSTOMERS = ["roth.annelise", "kurz.berta"] as const;

for (const [software, startServer] of [
  ["prosody", startProsody],
  ["ejabberd", startEjabberd],
] as const) {
  describe(`the desk as an ordinary account of a real ${software}`, function () {
    this.timeout(400_000);
    requires(software);
    let server: XmppServer;
    let desk: Daemon;
    let csr: XmppSomebody;
    let anna: XmppSomebody;
    let berta: XmppSomebody;
    let fences = 0;

    before(async () => {
      server = await startServer();
      const [annasUser, bertasUser] = CUSTOMERS;
      for (const user of [ACCOUNT, CSR, annasUser, bertasUser]) await server.register(user, passwordOf(user));
      desk = await startDaemon({
        networks: accountNetwork(server, ACCOUNT, passwordOf(ACCOUNT)),
        csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
        routing: TWO_QUEUES,
        dialogs: TWO_DIALOGS,
      });
      const person = (user: string, resource: string) =>
        xmppPerson(server, { user, resource, deskDomain: server.domain });
      csr = await person(CSR, "workplace");
      anna = await person(annasUser, "pocket");
      berta = await person(bertasUser, "kitchen");
    });
    after(async () => {
      await Promise.all([csr, anna, berta].map((somebody) => somebody?.stop()));
      await desk?.remove();
      await server?.remove();
    });

    const says = (text: string) => csr.person.say(ACCOUNT, text);
    const textsOf = ({ person }: XmppSomebody) =>
      person.received.all.flatMap((event) => (event.kind === "message" ? [event.text] : []));
    /** Each is sent one more line: the desk keeps the order, so whatever was sent to them before has arrived with it. */
    const reachedNobody = async (text: string) => {
      for (const [label, customer] of [
        ["#1", anna],
        ["#2", berta],
      ] as const) {
        fences += 1;
        await says(`${label} fence ${fences}`);
        await hears(customer, `fence ${fences}`);
        expect(textsOf(customer).filter((heard) => heard.includes(text))).to.deep.equal([]);
      }
    };

    it("a customer talks to the account with no label, and is with a person when the CSR accepts", async () => {
      const { alias } = await askForPerson(anna, csr, ACCOUNT, "Anna");
      expect(alias, "what the CSR writes to").to.equal(ACCOUNT);
      await says("#1 /accept");
      await hears(csr, /^#1 You are connected to Anna/u);
      await hears(anna, "You are now connected to Ada.");
    });

    it("with a single conversation the CSR needs no label, and sees one", async () => {
      await anna.person.say(ACCOUNT, "my bill is wrong");
      await hears(csr, "#1 Anna: my bill is wrong");
      await says("let me see");
      await hears(anna, "let me see");
    });

    it("a second conversation gets a label of its own", async () => {
      await askForPerson(berta, csr, ACCOUNT, "Berta");
      await says("#2 /accept");
      await hears(csr, /^#2 You are connected to Berta/u);
      await berta.person.say(ACCOUNT, "is the blue one there?");
      await hears(csr, "#2 Berta: is the blue one there?");
    });

    it("a line without a label is asked about and reaches nobody", async () => {
      await says("three are left");
      const question = await hears(csr, /Which conversation do you mean\?/u);
      expect(question.text).to.match(/#1 Anna[\s\S]*#2 Berta/u);
      await reachedNobody("three are left");
    });

    it("a label that stands for nothing is said to be so, and its line reaches nobody", async () => {
      await says("#7 three are left");
      await hears(csr, /There is no open conversation #7/u);
      await reachedNobody("three are left");
    });

    it("a labelled line reaches whom it names, and a reply needs no label", async () => {
      await says("#2 three blue ones");
      await hears(berta, "three blue ones");
      await says("#1: the bill is corrected");
      await hears(anna, "the bill is corrected");
      await berta.person.say(ACCOUNT, "and red?");
      const { id } = await hears(csr, "#2 Berta: and red?");
      const jid = `${ACCOUNT}@${server.domain}`;
      await csr.client.message(jid, "two red ones", [xml("reply", { xmlns: "urn:xmpp:reply:0", to: jid, id })]);
      await hears(berta, "> and red?\ntwo red ones");
      expect(textsOf(anna).join()).not.to.contain("two red ones");
    });

    it("receipts and corrections find their conversation without a label", async () => {
      const said = await berta.person.say(ACCOUNT, "see you at 9");
      const { id } = await hears(csr, "#2 Berta: see you at 9");
      await csr.person.receipt(ACCOUNT, id ?? "", "read");
      await sees(berta, "receipt", (event) => event.of === said && event.state === "read");
      await berta.person.edit(ACCOUNT, said ?? "", "see you at 10");
      await sees(csr, "edit", (event) => event.of === id && event.text === "#2 Berta: see you at 10");
    });

    it("closing one leaves the other; while the label rests, a bare line is still asked about", async () => {
      await says("#1 /close");
      await hears(anna, /has been closed/u);
      await hears(csr, /^#1 The conversation with Anna is closed/u);
      await says("thank you, Anna");
      await hears(csr, /Which conversation do you mean\?/u);
      await says("#1 are you there?");
      await hears(csr, /This conversation is closed, so nobody reads this/u);
      await says("#2 still with you");
      await hears(berta, "still with you");
      expect(berta.wire()).not.to.contain("thank you, Anna");
      expect(anna.wire()).not.to.contain("are you there?");
    });

    it("no customer ever saw a label or the CSR's address, nor the CSR a customer's", () => {
      const address = (somebody: XmppSomebody) => ({
        ...somebody,
        secrets: somebody.secrets.filter((secret) => secret !== server.domain),
      });
      for (const customer of [anna, berta]) {
        expect(textsOf(customer).filter((text) => /#\d/u.test(text))).to.deep.equal([]);
        expect(leaks(customer, address(csr))).to.deep.equal([]);
        expect(leaks(csr, address(customer))).to.deep.equal([]);
      }
      expect(leaks(anna, address(berta))).to.deep.equal([]);
    });
  });
}
