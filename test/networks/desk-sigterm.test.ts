/**
 * SIGTERM in the middle of traffic, both ways: the desk finishes what it has confirmed, ends in order, and after the next
 * start every confirmed message has arrived, in order and once.
 */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import {
  type Contact,
  connectPeople,
  hears,
  PATIENCE_MS,
  passwordOf,
  type XmppSomebody,
  xmppPerson,
} from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

/** Receipts after which the signal is sent, counted in each burst anew: at its beginning, in its middle, near its end. */
const SIGNALS_AFTER = [1, 40, 90, 140, 190];
const BURST = 200;

describe("SIGTERM in the middle of traffic (real Prosody)", function () {
  this.timeout(180_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;
  let customer: XmppSomebody;
  let csr: XmppSomebody;
  let contact: Contact;

  const login = (user: string) =>
    xmppPerson(server, { user, resource: "somewhere", deskDomain: server.componentDomain });

  before(async () => {
    server = await startProsody();
    for (const user of ["ada", "anna"]) await server.register(user, passwordOf(user));
    desk = await startDaemon({
      networks: componentNetwork(server),
      csrs: csrEntries({ id: "ada", name: "Ada", address: `xmpp: ada@${server.domain}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      limits: "  floodMessages: 10000",
    });
    csr = await login("ada");
    customer = await login("anna");
    contact = await connectPeople(customer, csr, "support");
  });
  after(async () => {
    await Promise.all([customer?.stop(), csr?.stop()]);
    await desk?.remove();
    await server?.remove();
  });

  /** Ids that a client was given a receipt for. */
  const receipted = ({ person }: XmppSomebody) =>
    new Set(
      person.received.all.flatMap((event) =>
        event.kind === "receipt" && event.state === "received" ? [event.of] : [],
      ),
    );
  const burst = async (author: XmppSomebody, to: string, prefix: string, sent: Map<string, string>) => {
    for (let number = 1; number <= BURST; number += 1) {
      const text = `${prefix} ${number}`;
      const id = await author.person.say(to, text);
      sent.set(id ?? "", text);
    }
  };
  const arrived = ({ person }: XmppSomebody, prefix: string) =>
    person.received.all.flatMap((event) =>
      event.kind === "message" && event.text.startsWith(`${prefix} `) ? [event.text] : [],
    );

  for (const [round, count] of SIGNALS_AFTER.entries()) {
    it(`after ${count} of ${BURST} receipts: ends in order; nothing confirmed is lost, doubled or out of order`, async () => {
      const directions = [
        { author: customer, reader: csr, to: contact.handle, prefix: `question ${round}.`, sent: new Map() },
        { author: csr, reader: customer, to: contact.alias, prefix: `answer ${round}.`, sent: new Map() },
      ];
      const alreadyReceipted = receipted(customer).size;
      const bursts = directions.map(({ author, to, prefix, sent }) => burst(author, to, prefix, sent));
      await until("the moment to stop", () => receipted(customer).size >= alreadyReceipted + count, PATIENCE_MS);
      expect(await desk.stop()).to.equal("ended with exit code 0");
      await Promise.all(bursts);
      await desk.start();

      for (const { author, reader, prefix, sent } of directions) {
        const confirmed = [...receipted(author)].flatMap((id) => (sent.has(id) ? [sent.get(id) as string] : []));
        const missing = () => confirmed.filter((text) => !arrived(reader, prefix).includes(text));
        await until(`all ${confirmed.length} to arrive`, () => missing().length === 0, PATIENCE_MS).catch(() =>
          expect.fail(`${missing().length} of ${confirmed.length} confirmed are missing: ${missing().slice(0, 20)}`),
        );
        const texts = arrived(reader, prefix);
        expect(texts, "none twice").to.have.lengthOf(new Set(texts).size);
        expect(texts, "in order").to.deep.equal(texts.toSorted((one, other) => numberOf(one) - numberOf(other)));
      }
      await customer.person.say(contact.handle, `there again ${round}?`);
      await hears(csr, `there again ${round}?`);
    });
  }
});

function numberOf(text: string): number {
  return Number(text.split(" ").at(-1));
}
