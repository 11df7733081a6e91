/**
 * Customers with an XMPP client and CSRs on IRC, and what carries their words between the two: the desk, linked to the IRC server, or
 * biboumi. Each at a Prosody of its own, and both at the same ngIRCd.
 */
import { configureBiboumi, startBiboumi } from "../../test/support/biboumi.ts";
import { startDaemon } from "../../test/support/daemon.ts";
import { csrEntries } from "../../test/support/desk-config.ts";
import type { IrcServer } from "../../test/support/irc-server.ts";
import { until } from "../../test/support/wait.ts";
import { connectXmppClient } from "../../test/support/xmpp-client.ts";
import type { XmppServer } from "../../test/support/xmpp-server.ts";
import { type IrcSeat, sitDown } from "./irc-seat.ts";
import { XmppCrowd } from "./xmpp-crowd.ts";
import type { Talk } from "./xmpp-field.ts";
import { logIn, type RawClient } from "./xmpp-login.ts";
import { AS_INSTALLED } from "./xmpp-relays.ts";

export const CONVERSATIONS = 30;
const CSRS = 10;
const EACH = CONVERSATIONS / CSRS;
const PASSWORD = "pw";
const BEGIN_MS = 30_000;

/** One kind of conversation, measured in three ways. */
export interface Talks {
  /** From customers to CSRs. */
  readonly out: Talk;
  /** From CSRs to customers. */
  readonly back: Talk;
  /** From customers to CSRs, who answer each message at once; it has arrived when the answer has. */
  readonly round: Talk;
}

/** How the people of one side write, and where it is told what they read. */
interface Wires {
  customer(number: number, text: string): void;
  csr(number: number, text: string): void;
}

/** What is to be answered, an answer, and what CSRs say of themselves; all else is from customers, unasked. */
const [ASK, ANSWER, UNASKED] = ["?", "!", "="];

class Switchboard implements Talks {
  readonly #wires: Wires;
  readonly out: Talk = { write: (number, text) => this.#wires.customer(this.#in(number), text), onArrival: () => {} };
  readonly back: Talk = {
    write: (number, text) => this.#wires.csr(this.#in(number), UNASKED + text),
    onArrival: () => {},
  };
  readonly round: Talk = {
    write: (number, text) => this.#wires.customer(this.#in(number), ASK + text),
    onArrival: () => {},
  };

  constructor(wires: Wires) {
    this.#wires = wires;
  }

  csrReads(number: number, text: string): void {
    if (text.startsWith(ASK ?? "")) this.#wires.csr(number, ANSWER + text.slice(1));
    else this.out.onArrival(text);
  }

  /** What customers wrote and are shown again in a channel does not count. */
  customerReads(text: string): void {
    if (text.startsWith(ANSWER ?? "")) this.round.onArrival(text.slice(1));
    else if (text.startsWith(UNASKED ?? "")) this.back.onArrival(text.slice(1));
  }

  #in(number: number): number {
    return number % CONVERSATIONS;
  }
}

export interface Side<Kind extends string> {
  readonly talks: Readonly<Record<Kind, Talks>>;
  stop(): Promise<void>;
}

/** The real daemon: a component of the one server, linked to the other, every message synced to the disk before it is passed on. */
export async function openDesk(server: XmppServer, irc: IrcServer): Promise<Side<"desk">> {
  const nicks = Array.from({ length: CSRS }, (_, index) => `csr${index}`);
  const csrs = nicks.map((nick) => ({
    id: nick,
    name: `Csr ${nick.slice(3)}`,
    address: `irc: ${nick}`,
    skill: "support" as const,
    capacity: EACH,
  }));
  const desk = await startDaemon({
    networks: networks(server, irc),
    csrs: csrEntries(...csrs),
    routing:
      "skills: [support]\nqueues:\n  support: {name: Support, skills: {support: 1}, strategies: [longest-idle], offerSeconds: 60}\n",
    dialogs: "person: support\ndialogs:\n  welcome: {steps: [{say: Hello}, {route: support}]}\n",
    limits: "  floodMessages: 10000\n  floodSeconds: 1\n",
    http: AS_INSTALLED,
  });
  const seats = await Promise.all(nicks.map((nick) => sitDown(irc, nick)));
  const crowd = new XmppCrowd(`support@${server.componentDomain}`);
  const customers = await customersOf(server, "desk-customer");
  /** By conversation, its CSR and the nick under which they have its customer; and back. */
  const places = new Map<number, { readonly seat: IrcSeat; readonly alias: string }>();
  const numbers = new Map<string, number>();
  const board = new Switchboard({
    customer: (number, text) => crowd.write(number, text),
    csr(number, text) {
      const place = places.get(number);
      place?.seat.write(`PRIVMSG ${place.alias} :${text}`);
    },
  });
  for (const client of customers) {
    const seat = { jid: client.jid, role: "customer", write: client.write } as const;
    crowd.seat(seat);
    client.listen(crowd.ear(seat));
  }
  for (const seat of seats) {
    seat.onText = (alias, _to, text) => {
      const number = numbers.get(alias);
      if (number !== undefined) return board.csrReads(number, text);
      if (text.includes("/accept")) seat.write(`PRIVMSG ${alias} :/accept`);
      const known = /^I am number (\d+)$/u.exec(text)?.[1];
      if (known === undefined) return;
      const first = Number(known);
      numbers.set(alias, first);
      places.set(first, { seat, alias });
    };
  }
  crowd.onReturn = (text) => board.customerReads(text);
  await crowd.begin();
  for (let number = 0; number < CONVERSATIONS; number += 1) crowd.write(number, `I am number ${number}`);
  await until("all customers to be known to CSRs on IRC", () => places.size === CONVERSATIONS, BEGIN_MS);
  return {
    talks: { desk: board },
    async stop() {
      for (const one of [...seats, ...customers]) one.end();
      await desk.remove();
    },
  };
}

function networks(server: XmppServer, irc: IrcServer): string {
  return `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${server.componentDomain}
    host: 127.0.0.1
    port: ${server.componentPort}
    secret: ${server.componentSecret}
    handles: {support: {name: Support, dialog: welcome}}
  irc:
    adapter: irc
    title: IRC
    mode: server
    host: 127.0.0.1
    port: ${irc.port}
    serverName: ${irc.linkName}
    password: ${irc.linkPassword}
    handles: {help: {name: Support, dialog: welcome}}
`;
}

/**
 * A real biboumi, nothing of it slowed down. `archive`: each conversation in a channel, which biboumi keeps an archive of as installed;
 * `bare`: from one person to the other, of which it keeps none.
 */
export async function openBiboumi(
  server: XmppServer,
  irc: IrcServer,
  component: string,
): Promise<Side<"archive" | "bare">> {
  const biboumi = startBiboumi(server, component);
  const seats = await Promise.all(Array.from({ length: CSRS }, (_, index) => sitDown(irc, `agent${index}`)));
  const seatOf = (number: number): IrcSeat => {
    const seat = seats[number % CSRS];
    if (seat === undefined) throw new Error(`nobody serves conversation ${number}`);
    return seat;
  };
  for (let number = 0; number < CONVERSATIONS; number += 1) seatOf(number).write(`JOIN #c${number}`);
  const customers = await customersOf(server, "customer", (client) => configureBiboumi(biboumi, client, null, irc));
  const address = (local: string): string => `${local}%${irc.name}@${biboumi.domain}`;
  const archive = new Switchboard({
    customer: (number, text) =>
      customers[number]?.write(
        `<message type='groupchat' to='${address(`#c${number}`)}'><body>${text}</body></message>`,
      ),
    csr: (number, text) => seatOf(number).write(`PRIVMSG #c${number} :${text}`),
  });
  const crowd = pairs(customers, (number) => address(seatOf(number).nick));
  const bare = new Switchboard({
    customer: (number, text) => crowd.write(number, text),
    csr: (number, text) => seatOf(number).write(`PRIVMSG c${number} :${text}`),
  });
  for (const seat of seats) {
    seat.onText = (from, to, text) => {
      const board = to.startsWith("#") ? archive : bare;
      board.csrReads(Number((to.startsWith("#") ? to : `#${from}`).slice("#c".length)), text);
    };
  }
  let present = 0;
  for (const [number, client] of customers.entries()) {
    client.listen(
      readMessages(
        (stanza, text) => {
          (stanza.includes("groupchat") ? archive : bare).customerReads(text);
        },
        () => {
          present += 1;
        },
      ),
    );
    client.write(
      `<presence to='${address(`#c${number}`)}/c${number}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    );
  }
  await until("all customers to be in their channels", () => present === CONVERSATIONS, BEGIN_MS).catch(() => {
    throw new Error(`${present} of ${CONVERSATIONS} customers got into their channels.\n${biboumi.log()}`);
  });
  return {
    talks: { archive, bare },
    async stop() {
      for (const one of [...seats, ...customers]) one.end();
      await biboumi.remove();
    },
  };
}

/** Each customer writes to that address, with what those who write to the desk put beside their words. */
function pairs(customers: readonly RawClient[], addressOf: (number: number) => string): XmppCrowd {
  const crowd = new XmppCrowd("nobody");
  for (const { jid, write } of customers) crowd.seat({ jid, role: "customer", write });
  crowd.talkDirectly(customers.map((_, number) => addressOf(number)));
  return crowd;
}

const MESSAGE = /<message ([^>]*)>(?:(?!<\/message>).)*?<body>([^<]*)<\/body>.*?<\/message>/gsu;
/** The word of a channel that somebody is in (XEP-0045 §7.2.2). */
const INSIDE = /<status code=['"]110['"]/u;

/** An ear for a stream: gives the attributes and the body of each message, and tells when its owner is in a channel. */
function readMessages(hear: (attributes: string, text: string) => void, enter: () => void): (more: string) => void {
  let rest = "";
  let isInside = false;
  return (more) => {
    rest += more;
    if (!isInside && INSIDE.test(rest)) {
      isInside = true;
      enter();
    }
    let read = 0;
    for (const { 0: whole, 1: attributes = "", 2: text = "", index } of rest.matchAll(MESSAGE)) {
      hear(attributes, text);
      read = index + whole.length;
    }
    rest = rest.slice(read);
  };
}

/** Accounts of the server, logged in; `prepare` is given each as a client before. */
async function customersOf(
  server: XmppServer,
  prefix: string,
  prepare?: (client: Awaited<ReturnType<typeof connectXmppClient>>) => Promise<void>,
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  for (let number = 0; number < CONVERSATIONS; number += 1) {
    const user = `${prefix}${number}`;
    await server.register(user, PASSWORD);
    if (prepare !== undefined) {
      const client = await connectXmppClient({ server, user, password: PASSWORD });
      await prepare(client);
      await client.stop();
    }
    clients.push(
      await logIn({ port: server.clientPort, domain: server.domain, account: { user, password: PASSWORD } }),
    );
  }
  return clients;
}
