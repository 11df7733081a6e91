/**
 * One round of the mill: a real Prosody, two customers and two CSRs who all write without pause, through the desk and through the plain
 * relay beside it; both are killed with -9 and their links are cut at the same moments. Then everybody falls silent, and the account is
 * drawn up.
 */
import { randomUUID } from "node:crypto";
import { xml } from "@xmpp/client";
import { startProsody } from "../../support/prosody.ts";
import { beats, until } from "../../support/wait.ts";
import { connectXmppClient, type XmppClient } from "../../support/xmpp-client.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import { approveContacts, bodyOf, RECEIPT_REQUEST, receiptOf, talk } from "../../support/xmpp-talk.ts";
import { Ledger } from "./ledger.ts";
import type { PlainRelayTable } from "./plain-table.ts";
import { DOMAINS, openDesk, openPlainRelay, type Side } from "./sides.ts";
import type { Totals } from "./totals.ts";

/** What is done to both sides. */
export type Fault = "kill" | "cut";

/** What came of a round. */
export interface Account {
  readonly kills: number;
  readonly cuts: number;
  readonly desk: Totals;
  readonly relay: Totals;
  /** One sentence for each thing that went wrong, at the desk or at the relay. */
  readonly evidence: readonly string[];
}

interface Flow {
  readonly name: string;
  readonly writer: XmppClient;
  readonly to: string;
}

/** Customer and CSR by their user names, and the addresses that they write to. */
type Pair = PlainRelayTable["talks"][number];

/** Pause between two messages of a flow, of which there are eight. */
const PACE_MS = 60;
const PATIENCE_MS = 90_000;
/** Until the next fault at most so many messages are relayed. */
const MOST_BETWEEN = 40;
const PAIRS = [
  { customer: "anna", csr: "ada", handle: "support" },
  { customer: "ben", csr: "bob", handle: "billing" },
] as const;

/** Somebody's own link broke, which is not part of the mill: their client has missed messages, and the round says nothing. */
class ClientLost extends Error {}

/** Plays these faults in that order. `onFault` is called after each, with how many are done. */
export async function playRound(
  faults: readonly Fault[],
  onFault: (done: number) => void = () => {},
): Promise<Account> {
  const round = await Round.open();
  try {
    return await round.play(faults, onFault);
  } finally {
    await round.close();
  }
}

class Round {
  readonly #ledger = new Ledger();
  readonly #flows: Flow[] = [];
  readonly #server: XmppServer;
  readonly #clients = new Map<string, XmppClient>();
  readonly #sides: Side[] = [];
  readonly #written = new Map<string, number>();
  #isSilent = false;
  /** Why the round cannot be counted. */
  #broken: string | null = null;

  private constructor(server: XmppServer) {
    this.#server = server;
  }

  static async open(): Promise<Round> {
    const server = await startProsody({
      components: [...DOMAINS.desk, ...DOMAINS.relay],
      // Archiving thousands of messages in files would be the load, not relaying them.
      extraConfiguration: `modules_disabled = { "s2s"; "tls"; "limits"; "mam"; "offline" }`,
    });
    const round = new Round(server);
    try {
      await round.#begin();
      return round;
    } catch (error) {
      await round.close();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const users = PAIRS.flatMap(({ customer, csr }) => [csr, customer]);
    for (const user of users) await this.#server.register(user, "secret");
    this.#sides.push(await openDesk(this.#server));
    for (const user of users) await this.#logIn(user);
    const talks = PAIRS.map((pair) => plainTalk(pair, this.#server));
    this.#sides.push(await openPlainRelay(this.#server, talks));
    await this.#introduce();
  }

  async #logIn(user: string): Promise<void> {
    const client = await connectXmppClient({ server: this.#server, user, password: "secret" });
    this.#clients.set(user, client);
    approveContacts(client);
    client.onStanza((stanza) => {
      if (!stanza.is("message")) return;
      if (stanza.attrs.type === "error") return this.#ledger.returned(String(stanza.attrs.id));
      const receipt = receiptOf(stanza);
      if (receipt !== null) this.#ledger.receipted(receipt);
      const as = String(stanza.attrs.from).replace(/\/.*$/u, "");
      this.#ledger.shown({ reader: user, as, text: bodyOf(stanza), id: String(stanza.attrs.id) });
    });
  }

  /** Both conversations at the desk; those at the relay are always there. */
  async #introduce(): Promise<void> {
    const domain = (label: string) => `${label}.${this.#server.domain}`;
    for (const pair of PAIRS) {
      const [customer, csr] = [this.#client(pair.customer), this.#client(pair.csr)];
      const at = await talk(customer, csr, `${pair.handle}@${domain(DOMAINS.desk[0])}`, capitalized(pair.customer));
      this.#flow("desk", { ...pair, ...at });
      const { handle, alias } = plainTalk(pair, this.#server);
      this.#flow("relay", { ...pair, handle, alias });
    }
  }

  #flow(side: string, { customer, csr, handle, alias }: Pair): void {
    const both = [
      { direction: "in", writer: customer, to: handle, reader: csr, as: alias },
      { direction: "out", writer: csr, to: alias, reader: customer, as: handle },
    ];
    for (const { direction, writer, to, reader, as } of both) {
      const name = `${side}-${customer}-${direction}`;
      this.#ledger.open({ name, reader, as });
      this.#flows.push({ name, writer: this.#client(writer), to });
    }
  }

  async play(faults: readonly Fault[], onFault: (done: number) => void): Promise<Account> {
    const load = this.#flows.map((flow) => this.#load(flow));
    const done = { kill: 0, cut: 0 };
    try {
      for (const fault of faults) {
        await this.#moment();
        await this.#do(fault);
        done[fault] += 1;
        onFault(done.kill + done.cut);
      }
      await this.#carrying(1);
    } finally {
      this.#isSilent = true;
      await Promise.all(load);
    }
    await this.#drain();
    const [desk, relay] = [this.#ledger.totals("desk"), this.#ledger.totals("relay")];
    return { kills: done.kill, cuts: done.cut, desk, relay, evidence: this.#evidence() };
  }

  async #load(flow: Flow): Promise<void> {
    try {
      for await (const _beat of beats(PACE_MS)) {
        if (this.#isSilent) return;
        await this.#write(flow);
      }
    } catch (error) {
      this.#broken = `The client that writes ${flow.name} lost its own link: ${String(error)}`;
    }
  }

  async #write({ name, writer, to }: Flow): Promise<number> {
    const number = (this.#written.get(name) ?? 0) + 1;
    this.#written.set(name, number);
    const id = randomUUID();
    this.#ledger.sent(name, number, id);
    await writer.send(xml("message", { to, id, type: "chat" }, xml("body", {}, `${name} ${number}`), RECEIPT_REQUEST));
    return number;
  }

  /** Half of the faults come at any moment, half the very moment a message is out: between the write and its mark. */
  async #moment(): Promise<void> {
    await this.#carrying(1 + Math.floor(Math.random() * MOST_BETWEEN));
    if (Math.random() < 0.5) await this.#ledger.nextArrival("desk");
  }

  /** Both sides work, and the desk has relayed so many more. */
  async #carrying(more: number): Promise<void> {
    const before = this.#sides.map(({ name }) => this.#ledger.arrived(name));
    const counts = this.#sides.map(({ name }, index) => ({
      name,
      goal: (before[index] ?? 0) + (name === "desk" ? more : 1),
    }));
    await this.#until("both sides to relay", () =>
      counts.every(({ name, goal }) => this.#ledger.arrived(name) >= goal),
    );
  }

  async #do(fault: Fault): Promise<void> {
    switch (fault) {
      case "kill":
        await Promise.all(this.#sides.map((side) => side.kill()));
        await Promise.all(this.#sides.map((side) => side.start()));
        return;
      case "cut":
        return this.#cut();
    }
  }

  /** The link to customers, that to CSRs, or both; for a moment, or until the server has refused something because of it. */
  async #cut(): Promise<void> {
    const which = Math.floor(Math.random() * 3);
    const links = this.#sides.flatMap(({ links }) => links.filter((_link, index) => which === 2 || which === index));
    if (Math.random() < 0.5) {
      for (const link of links) link.drop();
      return;
    }
    const before = this.#sides.map(({ name }) => ({ name, returned: this.#ledger.returnedOf(name) }));
    await Promise.all(links.map((link) => link.cut()));
    const isNoticed = () => before.every(({ name, returned }) => this.#ledger.returnedOf(name) > returned);
    await this.#until("the server to refuse messages", isNoticed);
    await Promise.all(links.map((link) => link.heal()));
  }

  /** One more message in each flow, again and again until it is through: then whatever was before it is through, or lost. */
  async #drain(): Promise<void> {
    await Promise.all(
      this.#flows.map(async (flow) => {
        const last = await this.#write(flow);
        let [number, tries] = [last, 0];
        await this.#until(`the last message of ${flow.name}`, async () => {
          tries += 1;
          if (tries % 50 === 0) number = await this.#write(flow);
          return this.#ledger.hasArrived(flow.name, last) || this.#ledger.hasArrived(flow.name, number);
        });
      }),
    );
    try {
      await until("what was receipted to arrive", () => this.#ledger.missing("desk").length === 0, PATIENCE_MS);
    } catch {
      // It is counted as lost; the account says how many.
      this.#ledger.evidence.push(...(await Promise.all(this.#sides.map((side) => side.status()))));
    }
  }

  #evidence(): readonly string[] {
    const lost = this.#sides.flatMap(({ name }) => this.#ledger.missing(name));
    return [...lost.map((message) => `${message} was receipted and never shown`), ...this.#ledger.evidence];
  }

  async #until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await until(what, async () => this.#broken !== null || (await isSo()), PATIENCE_MS);
    } catch (error) {
      const said = await Promise.all(this.#sides.map((side) => side.status().catch(String)));
      throw new Error([error instanceof Error ? error.message : String(error), ...said].join("\n"));
    }
    if (this.#broken !== null) throw new ClientLost(`${this.#broken}\n${this.#server.log()}`);
  }

  #client(user: string): XmppClient {
    const client = this.#clients.get(user);
    if (client === undefined) throw new Error(`Nobody is called ${user}.`);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.stop()));
    await Promise.all(this.#sides.map((side) => side.remove()));
    await this.#server.remove();
  }
}

/** Where the two of a pair write to when they talk through the relay. */
function plainTalk({ customer, csr, handle }: (typeof PAIRS)[number], { domain }: XmppServer) {
  const [outer, inner] = DOMAINS.relay;
  return {
    customer: `${customer}@${domain}`,
    csr: `${csr}@${domain}`,
    handle: `${handle}@${outer}.${domain}`,
    alias: `alias-of-${customer}@${inner}.${domain}`,
  };
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
