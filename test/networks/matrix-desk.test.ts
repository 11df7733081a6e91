/**
 * Whole conversations through the real daemon with people on a real Synapse: a customer there and a CSR at the web console,
 * a customer on the web and a CSR there, with Synapse killed in the middle; and a customer with matrix-nio.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, matrixNetwork, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import {
  connectPeople,
  hears,
  leaks,
  PATIENCE_MS,
  type Somebody,
  sees,
  webCsr,
  webVisitor,
} from "../support/desk-people.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { startMatrixNio } from "../support/matrix-nio.ts";
import { requires } from "../support/requires.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { until } from "../support/wait.ts";

/** As if that much more time had gone by since the desk took what it remembers to have taken. */
function grownOlder({ dataFolder }: Daemon, milliseconds: number): void {
  const store = new Database(join(dataFolder, "frontdesk.sqlite"));
  const { changes } = store.prepare("UPDATE inbox SET at = at - ?").run(milliseconds);
  store.close();
  expect(changes, "what the desk remembers").to.be.above(0);
}

const PASSWORD = "a password nobody has";
const WEB_LOGIN = "clerk-nine";
const MATRIX_CSR = "clerk.eleven";

describe("conversations over a real Synapse", function () {
  this.timeout(400_000);
  requires("synapse", "matrixNio");
  let synapse: Synapse;
  let toDesk: TcpRelay;
  let desk: Daemon;
  let grace: Somebody;
  let ada: Somebody & { readonly client: MatrixTestClient };
  const people: Somebody[] = [];

  const matrixPerson = async (user: string): Promise<Somebody & { readonly client: MatrixTestClient }> => {
    const account = await synapse.register(user, PASSWORD);
    const client = await connectMatrixClient(synapse, account);
    const fromDesk = ({ sender }: { readonly sender: string | null }) =>
      sender?.startsWith(`@${synapse.prefix}`) === true;
    const somebody = {
      person: new MatrixFarPerson("matrix", client, synapse.prefix),
      client,
      wire: () =>
        client.events.all
          .filter(fromDesk)
          .map((event) => JSON.stringify(event))
          .join("\n"),
      secrets: [user, account.userId, account.deviceId],
      own: [account.userId],
      stop: () => client.stop(),
    };
    people.push(somebody);
    return somebody;
  };

  before(async () => {
    const where: { desk: Daemon | null } = { desk: null };
    toDesk = await TcpRelay.open(() => (where.desk === null ? null : Number(new URL(where.desk.url).port)));
    synapse = await startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` });
    desk = await startDaemon({
      networks: webNetwork() + matrixNetwork(synapse),
      csrs: csrEntries(
        { id: "grace", name: "Grace", address: `web: ${WEB_LOGIN}`, skill: "billing" },
        { id: "ada", name: "Ada", address: `matrix: "@${MATRIX_CSR}:${synapse.serverName}"`, skill: "support" },
      ),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    where.desk = desk;
    grace = await webCsr(desk, "grace", WEB_LOGIN);
    ada = await matrixPerson(MATRIX_CSR);
    // A CSR makes the desk's contact once; it sees from then on whether they are there.
    await ada.person.subscribe("desk", "subscribe");
    await ada.person.presence("available");
  });
  after(async () => {
    for (const somebody of [...people, grace]) await somebody?.stop();
    await desk?.remove();
    await toDesk?.cut();
    await synapse?.remove();
  });

  it("a customer on Matrix reaches a CSR on the web and is answered; Synapse dies in between; neither sees the other's address", async () => {
    const customer = await matrixPerson("roth.annelise");
    const contact = await connectPeople(customer, grace, "billing");
    const question = "价格€5 👍 <b>&amp;</b>\nsecond line, “quoted”";
    const id = (await customer.person.say("billing", question)) ?? "";
    const heard = await hears(grace, question);
    expect(heard.nick).to.equal("Anna");
    await grace.person.say(contact.alias, "//five euros & nothing else");
    const answer = await hears(customer, "/five euros & nothing else");
    expect(answer.nick, "shown above the answer").to.equal("Grace");
    await grace.person.receipt(contact.alias, heard.id ?? "", "read");
    await sees(customer, "receipt", ({ of, state }) => of === id && state === "read");
    await customer.person.edit("billing", id, "what does it cost?");
    await sees(grace, "edit", ({ text }) => text === "what does it cost?");
    await customer.person.typing("billing", "composing");
    await sees(grace, "typing", ({ state }) => state === "composing");

    await synapse.kill();
    await grace.person.say(contact.alias, "are you still there?");
    await synapse.start();
    await hears(customer, "are you still there?");
    await customer.person.say("billing", "yes, I am");
    await hears(grace, "yes, I am");
    const asked = customer.person.received.all.filter(
      (event) => "text" in event && event.text === "are you still there?",
    );
    expect(asked).to.have.length(1);

    expect(customer.wire()).to.contain("five euros");
    expect(leaks(customer, grace, [contact.alias])).to.deep.equal([]);
    expect(leaks(grace, customer, [id, synapse.serverName])).to.deep.equal([]);
    await grace.person.say(contact.alias, "/close");
    await hears(customer, /has been closed/u);
  });

  it("a customer on the web reaches a CSR on Matrix, in a chat that bears the customer's name", async () => {
    const customer = await webVisitor(desk, "support");
    people.push(customer);
    const contact = await connectPeople(customer, ada, "support", "Xaver");
    expect((await nameOf(ada, contact.alias)) ?? "").to.contain("Xaver");
    await customer.person.say("support", "hello from the web");
    await hears(ada, "hello from the web");
    await ada.person.say(contact.alias, "hello from Matrix");
    await hears(customer, "hello from Matrix");
    expect(leaks(customer, ada, [synapse.serverName, contact.alias])).to.deep.equal([]);
    expect(leaks(ada, customer)).to.deep.equal([]);
    await ada.person.say(contact.alias, "/close");
    await hears(customer, /has been closed/u);
  });

  it("offers nothing to a CSR who is not to be disturbed, and does when they are back", async () => {
    await ada.person.presence("dnd");
    const isAway = async () => /^ada\s.*\baway\b/mu.test(await desk.command("csrs"));
    await until("the desk to know that Ada is busy", isAway, PATIENCE_MS);
    const customer = await webVisitor(desk, "support");
    people.push(customer);
    await customer.person.say("support", "hello");
    await hears(customer, /your name/u);
    await customer.person.say("support", "Waltraud");
    await ada.person.presence("available");
    const offer = await hears(ada, /Waltraud.*\/accept/su);
    await ada.person.say(offer.from, "/accept");
    await hears(customer, /connected to/u);
    await ada.person.say(offer.from, "/close");
  });

  it("a customer with matrix-nio is served like one with any other client", async () => {
    const { userId } = await synapse.register("niobe", PASSWORD);
    const nio = await startMatrixNio(synapse, userId, PASSWORD);
    try {
      const room = await nio.chat(`@${synapse.prefix}billing:${synapse.serverName}`);
      nio.say(room, "hello");
      await nio.hears((body) => /your name/u.test(body), PATIENCE_MS);
      nio.say(room, "Niobe");
      const offer = await hears(grace, /Niobe.*\/accept/su);
      await grace.person.say(offer.from, "/accept");
      await nio.hears((body) => /connected to/u.test(body), PATIENCE_MS);
      nio.say(room, "> no quote, just words");
      await hears(grace, "> no quote, just words");
      await grace.person.say(offer.from, "here is Grace");
      const answer = await nio.hears((body) => body === "here is Grace", PATIENCE_MS);
      expect(answer.sender).to.equal(`@${synapse.prefix}billing:${synapse.serverName}`);
      expect(answer.name).to.contain("Grace");
      expect(answer.source).not.to.contain(WEB_LOGIN);
      await grace.person.say(offer.from, "/close");
    } finally {
      await nio.stop();
    }
  });

  it("takes an event once: under another transaction, with other words in it, after kill -9, half an hour later", async () => {
    const customer = await matrixPerson("said.once");
    const contact = await connectPeople(customer, grace, "billing");
    const words = "said but once";
    const event_id = (await customer.person.say("billing", words)) ?? "";
    await hears(grace, words);
    const room = await customer.client.chatWith(`@${synapse.prefix}billing:${synapse.serverName}`);
    const deliver = async (transaction: string, body: string): Promise<void> => {
      const event = { type: "m.room.message", room_id: room, sender: customer.client.userId, event_id };
      const said = { ...event, origin_server_ts: Date.now(), content: { msgtype: "m.text", body } };
      const answer = await fetch(`${desk.url}/matrix/_matrix/app/v1/transactions/${transaction}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${synapse.hsToken}`, "content-type": "application/json" },
        body: JSON.stringify({ events: [said] }),
      });
      expect(answer.status).to.equal(200);
    };
    await deliver("another", words);
    await deliver("another", "said but once, they say");
    await desk.kill();
    grownOlder(desk, 35 * 60_000);
    await desk.start();
    await deliver("another", words);
    await deliver("one-more", "said but once, and twice");
    await customer.person.say("billing", "and what came after it");
    await hears(grace, "and what came after it");
    const heard = grace.person.received.all.flatMap((event) => ("text" in event ? [String(event.text)] : []));
    expect(heard.filter((text) => text.includes(words))).to.deep.equal([words]);
    await grace.person.say(contact.alias, "/close");
    await hears(customer, /has been closed/u);
  });

  it("keeps the tokens out of its log", () => {
    expect(desk.output()).not.to.contain(synapse.asToken);
    expect(desk.output()).not.to.contain(synapse.hsToken);
  });

  const nameOf = async ({ client }: { readonly client: MatrixTestClient }, alias: string): Promise<string | null> => {
    const ghost = `@${synapse.prefix}${alias}:${synapse.serverName}`;
    const room = client.roomWith(ghost);
    return room === null ? null : (client.sdk.getRoom(room)?.getMember(ghost)?.rawDisplayName ?? null);
  };
});
