/**
 * `kill -9` under load, for real: a real Prosody, the real daemon in a process of its own, two XMPP clients. A message
 * whose receipt went out is delivered, in order; a repeat bears the same id.
 */

import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { beats, until } from "../support/wait.ts";
import { connectXmppClient, type XmppClient } from "../support/xmpp-client.ts";
import type { XmppServer } from "../support/xmpp-server.ts";
import { approveContacts, bodyOf, RECEIPT_REQUEST, receiptOf, type Talk, talk } from "../support/xmpp-talk.ts";

const KILLS = 30;
/** Pause between two messages of the customer. */
const PACE_MS = 10;
const WORD = /^load (\d+)$/u;

interface Arrival {
  readonly number: number;
  readonly id: string;
}

describe("kill -9 under relayed load (real Prosody)", function killUnderLoad() {
  this.timeout(300_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;
  let customer: XmppClient;
  let csr: XmppClient;

  before(async () => {
    // Archiving thousands of messages in files would be the load, not relaying them.
    server = await startProsody({ extraConfiguration: `modules_disabled = { "s2s"; "tls"; "limits"; "mam" }` });
    await server.register("anna", "pw-anna");
    await server.register("ada", "pw-ada");
    desk = await startDaemon({
      networks: component(server),
      csrs: `  ada:\n    name: Ada\n    addresses:\n      - xmpp: ada@${server.domain}\n    skills:\n      support: 3\n    capacity: 3\n`,
      // The flood limit protects against one customer's flood, which is just what this test is.
      limits: "  floodMessages: 10000\n  csrAbsenceSeconds: 600\n",
    });
    csr = await connectXmppClient({ server, user: "ada", password: "pw-ada" });
    approveContacts(csr);
    customer = await connectXmppClient({ server, user: "anna", password: "pw-anna" });
  });

  after(async () => {
    await Promise.all([customer?.stop(), csr?.stop()]);
    await desk?.remove();
    await server?.remove();
  });

  it(`loses, doubles and reorders nothing it has given a receipt for, killed ${KILLS} times`, async () => {
    const conversation = await talk(customer, csr, `support@${server.componentDomain}`);
    const sent = new Map<string, number>();
    const load = startLoad(customer, conversation, sent);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await momentToKill(csr, kill);
      await desk.kill();
      await desk.start();
    }
    const before = receipts(customer, sent).size;
    await until("receipts after the last kill", () => receipts(customer, sent).size > before, 30_000);
    await load.stop();

    const receipted = receipts(customer, sent);
    const missing = () => {
      const arrived = new Set(arrivals(csr).map((one) => one.number));
      return [...receipted].filter((number) => !arrived.has(number));
    };
    try {
      await until(`all ${receipted.size} receipted messages to arrive`, () => missing().length === 0, 60_000);
    } catch {
      expect.fail(
        `${missing().length} of ${receipted.size} receipted messages are missing: ${missing().slice(0, 50)}\n${await desk.command("status")}`,
      );
    }
    const arrived = arrivals(csr);
    expect(receipted.size, "receipts given").to.be.greaterThan(KILLS);
    expectSameIdForRepeats(arrived);
    expectInOrder(arrived);
    const repeats = arrived.length - new Set(arrived.map((one) => one.number)).size;
    process.stdout.write(
      `      ${sent.size} sent, ${receipted.size} receipted, ${arrived.length} arrived, ${repeats} repeats\n`,
    );
  });
});

function component(server: XmppServer): string {
  return `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${server.componentDomain}
    host: 127.0.0.1
    port: ${server.componentPort}
    secret: ${server.componentSecret}
    handles:
      support:
        name: Support
        dialog: welcome
`;
}

/** Half of the kills at any moment, half the very moment a message is out: between the write and its mark. */
async function momentToKill(csr: XmppClient, kill: number): Promise<void> {
  const seen = arrivals(csr).length;
  const more = 1 + Math.floor(Math.random() * 60);
  if (kill % 2 === 0) {
    await until("relayed messages", () => arrivals(csr).length >= seen + more, 60_000);
    return;
  }
  await new Promise<void>((resolve) => {
    let left = more;
    csr.stanzas.listen((stanza) => {
      if (WORD.test(bodyOf(stanza)) && arrivals(csr).length > seen) left -= 1;
      if (left === 0) resolve();
    });
  });
}

function startLoad(customer: XmppClient, conversation: Talk, sent: Map<string, number>) {
  let running = true;
  const over = (async () => {
    for await (const number of beats(PACE_MS)) {
      if (!running) return;
      const id = await customer.message(conversation.handle, `load ${number}`, [RECEIPT_REQUEST]);
      sent.set(id, number);
    }
  })();
  return {
    stop: () => {
      running = false;
      return over;
    },
  };
}

function receipts(customer: XmppClient, sent: ReadonlyMap<string, number>): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const stanza of customer.stanzas.all) {
    const number = sent.get(receiptOf(stanza) ?? "");
    if (number !== undefined) numbers.add(number);
  }
  return numbers;
}

function arrivals(csr: XmppClient): readonly Arrival[] {
  return csr.stanzas.all.filter((stanza) => stanza.is("message")).flatMap(arrival);
}

function arrival(stanza: Element): readonly Arrival[] {
  const number = WORD.exec(bodyOf(stanza))?.[1];
  return number === undefined ? [] : [{ number: Number(number), id: String(stanza.attrs.id) }];
}

function expectSameIdForRepeats(arrived: readonly Arrival[]): void {
  const ids = new Map<number, string>();
  for (const { number, id } of arrived) {
    expect(ids.get(number) ?? id, `message ${number} came twice under different ids`).to.equal(id);
    ids.set(number, id);
  }
}

/** First arrivals rise; a repeat may only be of something that had been sent shortly before the kill. */
function expectInOrder(arrived: readonly Arrival[]): void {
  let last = 0;
  const seen = new Set<number>();
  for (const { number } of arrived) {
    if (seen.has(number)) continue;
    seen.add(number);
    expect(number, `message ${number} came after ${last}`).to.be.greaterThan(last);
    last = number;
  }
}
