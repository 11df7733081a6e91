/**
 * The XMPP server dies in the middle of a conversation and comes back, and so does a CSR's client: what the desk has taken
 * in meanwhile is delivered after, in order and once.
 */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import {
  accountNetwork,
  componentNetwork,
  csrEntries,
  TWO_DIALOGS,
  TWO_QUEUES,
  webNetwork,
} from "../support/desk-config.ts";
import { metric } from "../support/desk-metrics.ts";
import {
  type Contact,
  connectPeople,
  hears,
  PATIENCE_MS,
  passwordOf,
  type Somebody,
  sees,
  webVisitor,
  type XmppSomebody,
  xmppPerson,
} from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const ACCOUNT = "support";
const CSR = "clerk.eight";
/** Pauses of the desk's back-off are drawn from half to the whole of a second at first (`retryLeastSeconds`). */
const LEAST_PAUSE_MS = 450;

const MODES = [
  {
    mode: "as a component",
    network: (server: XmppServer) => componentNetwork(server),
    domain: (server: XmppServer) => server.componentDomain,
  },
  {
    mode: "as an account",
    network: (server: XmppServer) => accountNetwork(server, ACCOUNT, passwordOf(ACCOUNT)),
    domain: (server: XmppServer) => server.domain,
  },
] as const;

for (const { mode, network, domain } of MODES) {
  describe(`a real Prosody is killed in mid-conversation, the desk being there ${mode}`, function () {
    this.timeout(400_000);
    requires("prosody");
    let server: XmppServer;
    let desk: Daemon;
    let csr: XmppSomebody;
    let customer: Somebody;
    let contact: Contact;

    const csrLogin = () => xmppPerson(server, { user: CSR, resource: "workplace", deskDomain: domain(server) });
    const isOnline = async () => (await metric(desk, "frontdesk_link_online", { network: "xmpp" })) === 1;
    const isAllSent = async () => (await metric(desk, "frontdesk_outbox_rows")) === 0;
    /** Says them one after another, each once the desk has confirmed the one before. */
    const customerSays = async (texts: readonly string[]) => {
      for (const text of texts) {
        const id = await customer.person.say(contact.handle, text);
        await sees(customer, "receipt", (event) => event.of === id && event.state === "received");
      }
    };
    /** What of that prefix reached a CSR's client, in order; with the ids. */
    const arrived = ({ person }: Somebody, prefix: string) =>
      person.received.all.flatMap((event) => {
        const text = event.kind === "message" ? event.text.replace(/^#1 Anna: /u, "") : "";
        return event.kind === "message" && text.startsWith(prefix) ? [{ text, id: event.id }] : [];
      });
    const hasArrived = (somebody: Somebody, prefix: string, texts: readonly string[]) =>
      until(`all of ${prefix} to arrive`, () => arrived(somebody, prefix).length >= texts.length, PATIENCE_MS);
    const expectOnce = (somebody: Somebody, prefix: string, texts: readonly string[]) => {
      const found = arrived(somebody, prefix);
      expect(found.map(({ text }) => text)).to.deep.equal(texts);
      expect(new Set(found.map(({ id }) => id)).size).to.equal(texts.length);
    };

    before(async () => {
      server = await startProsody();
      for (const user of [ACCOUNT, CSR]) await server.register(user, passwordOf(user));
      desk = await startDaemon({
        networks: network(server) + webNetwork(),
        csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
        routing: TWO_QUEUES,
        dialogs: TWO_DIALOGS,
      });
      csr = await csrLogin();
      customer = await webVisitor(desk, "support");
      contact = await connectPeople(customer, csr, "support");
    });
    after(async () => {
      await Promise.all([csr?.stop(), customer?.stop()]);
      await desk?.remove();
      await server?.remove();
    });

    it("goes on taking in, tries again with pauses, and delivers everything once, in order, when it is back", async () => {
      const before = numbered("before", 5);
      await customerSays(before);
      await hasArrived(csr, "before", before);
      await until("all to be confirmed by Prosody", isAllSent, PATIENCE_MS);

      await server.kill();
      await until("the desk to notice", async () => !(await isOnline()), PATIENCE_MS);
      const attempts = () => attemptsToConnect(desk.output());
      const meanwhile = numbered("meanwhile", 12);
      await customerSays(meanwhile);
      expect(await metric(desk, "frontdesk_outbox_rows")).to.be.at.least(meanwhile.length);
      const attemptsBefore = attempts().length;
      await until("three more attempts", () => attempts().length >= attemptsBefore + 3, PATIENCE_MS);
      const pauses = attempts()
        .slice(attemptsBefore)
        .map((at, index, all) => at - (all[index - 1] ?? 0));
      expect(Math.min(...pauses.slice(1)), "shortest pause in ms").to.be.at.least(LEAST_PAUSE_MS);

      await server.start();
      await csr.client.online(PATIENCE_MS);
      await csr.client.presence();
      await hasArrived(csr, "meanwhile", meanwhile);
      await until("the outbox to be empty", isAllSent, PATIENCE_MS);
      const after = numbered("after", 3);
      await customerSays(after);
      await hasArrived(csr, "after", after);
      for (const [prefix, texts] of Object.entries({ before, meanwhile, after })) expectOnce(csr, prefix, texts);
    });

    it("the conversation goes on both ways", async () => {
      await csr.person.say(contact.alias, "here I am again");
      await hears(customer, "here I am again");
    });

    it("a CSR's client that goes away and comes back finds what was said meanwhile, once", async () => {
      await csr.stop();
      const absent = numbered("absent", 4);
      await customerSays(absent);
      await until("all to be confirmed by Prosody", isAllSent, PATIENCE_MS);
      csr = await csrLogin();
      await hasArrived(csr, "absent", absent);
      await csr.person.say(contact.alias, "back at my desk");
      await hears(customer, "back at my desk");
      expectOnce(csr, "absent", absent);
    });

    it("the customer heard of none of it", () => {
      const texts = customer.person.received.all.flatMap((event) => (event.kind === "message" ? [event.text] : []));
      expect(texts.slice(texts.indexOf("You are now connected to Ada.") + 1)).to.deep.equal([
        "here I am again",
        "back at my desk",
      ]);
    });
  });
}

function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);
}

/** When the desk tried to connect, by its own log; milliseconds since the epoch. */
function attemptsToConnect(log: string): readonly number[] {
  return log
    .split("\n")
    .filter((line) => line.includes('"event":"link.connecting"'))
    .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
}
