/**
 * One round of the mill: real servers, customers on each network and CSRs who all write without pause, through the desk and, on XMPP,
 * through the plain relay beside it; both are killed with -9 and their links are cut at the same moments. Then everybody falls silent, and
 * the account is drawn up.
 */
import { randomUUID } from "node:crypto";
import { beats, until } from "../../support/wait.ts";
import { type Flow, logIn, meetAtDesk, meetAtRelay, plainTalk } from "./crowd.ts";
import { Ledger } from "./ledger.ts";
import type { MillPerson } from "./people.ts";
import { type MillServers, openServers } from "./servers.ts";
import { openDesk, openPlainRelay, type Side } from "./sides.ts";
import { MILL_NETWORKS, type MillNetwork, type MillTalk, TALKS } from "./talks.ts";
import { type Cause, NO_CAUSES, type Totals } from "./totals.ts";

/** What is done to both sides. */
export type Fault = "kill" | "cut";

/** What came of a round. */
export interface Account {
  readonly kills: number;
  readonly cuts: number;
  /** Of each network that was part of it. */
  readonly networks: Readonly<Partial<Record<MillNetwork, NetworkAccount>>>;
  /** Of the plain relay, which is on XMPP alone. */
  readonly relay: Totals | null;
  /** One sentence for each thing that went wrong at the desk. */
  readonly evidence: readonly string[];
}

export interface NetworkAccount {
  /** Of what customers of this network and their CSRs said to each other through the desk. */
  readonly totals: Totals;
  /** Kills while this network carried messages, and cuts of its own links. */
  readonly faults: Readonly<Record<Cause, number>>;
  /** What was shown again on this network. */
  readonly repeats: Readonly<Record<Cause, number>>;
}

const PATIENCE_MS = 90_000;
/** Until the next fault at most so many messages are relayed on the network that it is aimed at. */
const MOST_BETWEEN: Readonly<Record<MillNetwork, number>> = { xmpp: 40, matrix: 6, irc: 30 };
/** One in so many messages is written while nobody is there: the rest would only be refused, and slow down the start. */
const SELDOM = 10;
/** A person waits when so many of their messages have not been shown: a slow server's queue is not what is tried here. */
const MOST_UNDER_WAY = 25;
/** Messages that each flow writes while its link stays cut, at most. */
const MOST_MEANWHILE = 5;
/** A link comes back after so long, however little was written. */
const LONGEST_CUT_MS = 15_000;

/** Somebody's own link broke, which is not part of the mill: their client has missed messages, and the round says nothing. */
class ClientLost extends Error {}

/** Plays these faults in that order, on these networks. `onFault` is called after each, with how many are done. */
export async function playRound(
  faults: readonly Fault[],
  networks: ReadonlySet<MillNetwork>,
  onFault: (done: number) => void = () => {},
): Promise<Account> {
  const round = new Round(await openServers(networks), networks);
  try {
    await round.begin();
    return await round.play(faults, onFault);
  } finally {
    await round.close();
  }
}

class Round {
  readonly #ledger = new Ledger();
  readonly #flows: Flow[] = [];
  readonly #servers: MillServers;
  readonly #networks: readonly MillNetwork[];
  readonly #talks: readonly MillTalk[];
  readonly #people: MillPerson[] = [];
  readonly #sides: Side[] = [];
  readonly #written = new Map<string, number>();
  readonly #faults: Readonly<Record<MillNetwork, Record<Cause, number>>> = {
    xmpp: { ...NO_CAUSES },
    matrix: { ...NO_CAUSES },
    irc: { ...NO_CAUSES },
  };
  #isSilent = false;
  /** Both sides were killed and are being started. */
  #isDown = false;
  /** Why the round cannot be counted. */
  #broken: string | null = null;

  constructor(servers: MillServers, networks: ReadonlySet<MillNetwork>) {
    this.#servers = servers;
    this.#networks = MILL_NETWORKS.filter((network) => networks.has(network));
    this.#talks = TALKS.filter(({ network }) => networks.has(network));
  }

  async begin(): Promise<void> {
    this.#sides.push(await openDesk(this.#servers, this.#talks));
    const plain = this.#talks.filter(({ network }) => network === "xmpp");
    if (plain.length > 0) {
      const talks = plain.map((talk) => plainTalk(this.#servers, talk));
      this.#sides.push(await openPlainRelay(this.#servers.prosody, talks));
    }
    for (const talk of this.#talks) {
      const people = await logIn(this.#servers, talk, this.#ledger);
      this.#people.push(...people);
      this.#open(await meetAtDesk(this.#servers, talk, people));
      if (plain.includes(talk)) this.#open(meetAtRelay(this.#servers, talk, people));
    }
    for (const { name, heard } of this.#people) {
      heard.listen(({ from, text, id }) => this.#ledger.shown({ reader: name, as: from, text, id }));
    }
  }

  #open(flows: readonly Flow[]): void {
    for (const flow of flows) {
      this.#ledger.open(flow.aim);
      this.#flows.push(flow);
    }
  }

  async play(faults: readonly Fault[], onFault: (done: number) => void): Promise<Account> {
    const load = this.#flows.map((flow) => this.#load(flow));
    let done = 0;
    try {
      for (const fault of faults) {
        await this.#fault(fault, this.#anyNetwork());
        done += 1;
        onFault(done);
      }
      await this.#carrying(this.#anyNetwork(), 1);
    } finally {
      this.#isSilent = true;
      await Promise.all(load);
    }
    await this.#drain();
    const kills = faults.filter((fault) => fault === "kill").length;
    return {
      kills,
      cuts: faults.length - kills,
      networks: Object.fromEntries(this.#networks.map((network) => [network, this.#account(network)])),
      relay: this.#networks.includes("xmpp") ? this.#ledger.totals("relay", "xmpp") : null,
      evidence: this.#evidence(),
    };
  }

  #account(network: MillNetwork): NetworkAccount {
    const [totals, repeats] = [this.#ledger.totals("desk", network), this.#ledger.repeats(network)];
    return { totals, repeats, faults: this.#faults[network] };
  }

  #anyNetwork(): MillNetwork {
    return this.#networks[Math.floor(Math.random() * this.#networks.length)] ?? "xmpp";
  }

  async #load(flow: Flow): Promise<void> {
    try {
      for await (const beat of beats(flow.paceMs)) {
        if (this.#isSilent) return;
        const isDue = !this.#isDown || beat % SELDOM === 0;
        if (isDue && this.#ledger.underWay(flow.aim.name) < MOST_UNDER_WAY) await this.#write(flow);
      }
    } catch (error) {
      this.#broken = `The client that writes ${flow.aim.name} lost its own link: ${String(error)}`;
    }
  }

  async #write({ aim: { name }, writer, to }: Flow): Promise<number> {
    const number = (this.#written.get(name) ?? 0) + 1;
    this.#written.set(name, number);
    const id = randomUUID();
    this.#ledger.sent(name, number, id);
    await writer.write(to, `${name} ${number}`, id);
    return number;
  }

  /** Once every network carries again: half of the faults at any moment, half the very moment a message is out on that network. */
  async #fault(fault: Fault, network: MillNetwork): Promise<void> {
    await this.#carrying(network, 1 + Math.floor(Math.random() * MOST_BETWEEN[network]));
    const isAimed = Math.random() < 0.5;
    if (isAimed) await this.#ledger.nextArrival("desk", network);
    const cause: Cause = isAimed ? `${fault} aimed` : fault;
    this.#ledger.cause = cause;
    for (const concerned of fault === "kill" ? this.#networks : [network]) this.#faults[concerned][cause] += 1;
    switch (fault) {
      case "kill":
        this.#isDown = true;
        await Promise.all(this.#sides.map((side) => side.kill()));
        await Promise.all(this.#sides.map((side) => side.start()));
        this.#isDown = false;
        return;
      case "cut":
        return this.#cut(network);
    }
  }

  /** Both sides work, on every network, and the desk has relayed so many more on this one. */
  async #carrying(network: MillNetwork, more: number): Promise<void> {
    const goals = [
      ...this.#networks.map((one) => ({ side: "desk", one, more: one === network ? more : 1 })),
      ...(this.#networks.includes("xmpp") ? [{ side: "relay", one: "xmpp" as const, more: 1 }] : []),
    ].map(({ side, one, more: further }) => ({ side, one, goal: this.#ledger.arrived(side, one) + further }));
    await this.#until("both sides to relay", () =>
      goals.every(({ side, one, goal }) => this.#ledger.arrived(side, one) >= goal),
    );
  }

  /** One of the network's links or all of them; for a moment, or while some more is written. */
  async #cut(network: MillNetwork): Promise<void> {
    const random = Math.random();
    const wires = this.#sides.flatMap((side) => {
      const all = side.wires[network];
      const which = Math.floor(random * (all.length + 1));
      return which === all.length ? all : all.slice(which, which + 1);
    });
    if (Math.random() < 0.5) {
      for (const wire of wires) wire.drop();
      return;
    }
    const goal = this.#ledger.leastWritten(network) + 1 + Math.floor(Math.random() * MOST_MEANWHILE);
    await Promise.all(wires.map((wire) => wire.cut()));
    try {
      const isWritten = () => this.#ledger.leastWritten(network) >= goal;
      await until("messages to be written", () => this.#broken !== null || isWritten(), LONGEST_CUT_MS);
    } catch {
      // Whoever has as much under way as they may waits for this very link. What does not arrive after it is found in the end.
    }
    await Promise.all(wires.map((wire) => wire.heal()));
  }

  /** One more message in each flow, again and again until it is through: then whatever was before it is through, or lost. */
  async #drain(): Promise<void> {
    await Promise.all(
      this.#flows.map(async (flow) => {
        const { name } = flow.aim;
        const last = await this.#write(flow);
        let [number, tries] = [last, 0];
        await this.#until(`the last message of ${name}`, async () => {
          tries += 1;
          if (tries % 50 === 0) number = await this.#write(flow);
          return this.#ledger.hasArrived(name, last) || this.#ledger.hasArrived(name, number);
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
    return [
      ...this.#ledger.missing("desk").map((message) => `${message} was receipted and never shown`),
      ...this.#ledger.evidence,
    ];
  }

  async #until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await until(what, async () => this.#broken !== null || (await isSo()), PATIENCE_MS);
    } catch (error) {
      const said = await Promise.all(this.#sides.map((side) => side.status().catch(String)));
      throw new Error([error instanceof Error ? error.message : String(error), ...said].join("\n"));
    }
    if (this.#broken !== null) throw new ClientLost(`${this.#broken}\n${this.#servers.prosody.log()}`);
  }

  async close(): Promise<void> {
    for (const part of this.#people) await part.stop();
    for (const side of this.#sides) await side.remove();
    await this.#servers.remove();
  }
}
