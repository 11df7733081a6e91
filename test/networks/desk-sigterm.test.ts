/**
 * SIGTERM in the middle of traffic, both ways: the desk ends in order, and after the next start every single message was either
 * confirmed to its sender, and has arrived, in order and once, or has come back to them as an error.
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

const ROUNDS = 5;
/** Messages that one side has under way at once. */
const UNDER_WAY = 60;
/** Receipts in one round before the signal. */
const RECEIPTS_BEFORE = 100;

/** What one side says to the other in one round. */
class Direction {
  readonly author: XmppSomebody;
  readonly reader: XmppSomebody;
  readonly to: string;
  readonly prefix: string;
  /** Texts for which the author was given a receipt. */
  readonly confirmed: string[] = [];
  readonly #said = new Map<string, string>();
  readonly #answers = new Map<string, "receipt" | "refusal">();
  #answered = 0;

  constructor(author: XmppSomebody, reader: XmppSomebody, to: string, prefix: string) {
    this.author = author;
    this.reader = reader;
    this.to = to;
    this.prefix = prefix;
    author.person.received.listen((event) => {
      const isAnswer = event.kind === "refusal" || (event.kind === "receipt" && event.state === "received");
      if (!isAnswer || event.of === null) return;
      this.#answers.set(event.of, event.kind);
      this.#settle(event.of);
    });
  }

  /** Talks on and on until the desk is down. */
  async keepTalking(isDown: () => boolean): Promise<void> {
    for (let number = 1; !isDown(); number += 1) {
      const text = `${this.prefix} ${number}`;
      const id = (await this.author.person.say(this.to, text)) ?? "";
      this.#said.set(id, text);
      this.#settle(id);
      const isRoom = () => isDown() || this.#said.size - this.#answered < UNDER_WAY;
      await until("earlier messages to be answered", isRoom, PATIENCE_MS);
    }
  }

  /** The answer may be here before the client says that the message has gone. */
  #settle(id: string): void {
    const text = this.#said.get(id);
    const answer = this.#answers.get(id);
    if (text === undefined || answer === undefined) return;
    this.#answered += 1;
    if (answer === "receipt") this.confirmed.push(text);
  }

  /** Texts that came back. */
  refused(): readonly string[] {
    return [...this.#said].flatMap(([id, text]) => (this.#answers.get(id) === "refusal" ? [text] : []));
  }

  /** Texts with neither receipt nor error. */
  unanswered(): readonly string[] {
    return [...this.#said].flatMap(([id, text]) => (this.#answers.has(id) ? [] : [text]));
  }

  toString(): string {
    const refused = this.#answered - this.confirmed.length;
    const unanswered = this.#said.size - this.#answered;
    return `${this.#said.size} said, ${this.confirmed.length} confirmed, ${refused} refused, ${unanswered} unanswered`;
  }

  /** What reached the other side, in the order of arrival. */
  arrived(): readonly string[] {
    return this.reader.person.received.all.flatMap((event) =>
      event.kind === "message" && event.text.startsWith(`${this.prefix} `) ? [event.text] : [],
    );
  }
}

describe("SIGTERM in the middle of traffic (real Prosody)", function () {
  this.timeout(400_000);
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

  for (let round = 1; round <= ROUNDS; round += 1) {
    it(`round ${round}: every message is confirmed and delivered, or comes back`, async () => {
      const directions = [
        new Direction(customer, csr, contact.handle, `question ${round}.`),
        new Direction(csr, customer, contact.alias, `answer ${round}.`),
      ];
      let isDown = false;
      const traffic = directions.map((direction) => direction.keepTalking(() => isDown));
      const confirmedSoFar = () => directions.every(({ confirmed }) => confirmed.length >= RECEIPTS_BEFORE);
      await until("traffic both ways", confirmedSoFar, PATIENCE_MS);
      expect(await desk.stop()).to.equal("ended with exit code 0");
      isDown = true;
      await Promise.all(traffic);
      await desk.start();

      for (const direction of directions) await expectKept(direction);
      await customer.person.say(contact.handle, `there again ${round}?`);
      await hears(csr, `there again ${round}?`);
      process.stdout.write(`      ${directions.map(String).join("; ")}\n`);
    });
  }
});

async function expectKept(direction: Direction): Promise<void> {
  const isAnswered = () => direction.unanswered().length === 0;
  await until("an answer to everything that was said", isAnswered, PATIENCE_MS).catch(() =>
    expect.fail(`${direction}: without any answer: ${direction.unanswered().slice(0, 20)}`),
  );
  const promised = [...direction.confirmed];
  const missing = () => {
    const there = new Set(direction.arrived());
    return promised.filter((text) => !there.has(text));
  };
  await until("all that was confirmed to arrive", () => missing().length === 0, PATIENCE_MS).catch(() =>
    expect.fail(`${missing().length} of ${promised.length} confirmed are missing: ${missing().slice(0, 20)}`),
  );
  const texts = direction.arrived();
  expect(texts, "none twice").to.have.lengthOf(new Set(texts).size);
  const refused = new Set(direction.refused());
  expect(
    texts.filter((text) => refused.has(text)),
    "none that came back",
  ).to.deep.equal([]);
  expect(texts, "in order").to.deep.equal(texts.toSorted((one, other) => numberOf(one) - numberOf(other)));
}

function numberOf(text: string): number {
  return Number(text.split(" ").at(-1));
}
