/**
 * Measures what survives the crossing: the real desk with every network given, a CSR on each, and for each ordered pair a
 * conversation between real clients in which both sides try all twelve features. docs/crossing.md is written from it.
 */
import type { AdapterModule } from "../../src/adapter.ts";
import type { Capabilities } from "../../src/core/model.ts";
import { CROSSING_FEATURES, type CrossingCell } from "./crossing/cell.ts";
import { type CrossingDesk, type CrossingSection, QUESTION, startCrossingDesk } from "./crossing/desk.ts";
import { Exchange, type Side } from "./crossing/exchange.ts";
import { TRIALS } from "./crossing/features.ts";
import type { FarEventOf, FarPerson } from "./far-end.ts";

/** A client somebody uses for one conversation, or for all of them. */
export interface CrossingPerson {
  readonly person: FarPerson;
  stop(): Promise<void>;
}

/** One network of the table with its server running. One row of `networks.ts` makes one. */
export interface CrossingNetwork extends CrossingSection {
  readonly module: AdapterModule<unknown>;
  /** Connects the CSR, once; the desk runs. */
  csr(desk: CrossingDesk): Promise<CrossingPerson>;
  /** Connects a customer; `name` is another each time and is made of a-z and hyphens. */
  customer(desk: CrossingDesk, name: string): Promise<CrossingPerson>;
  close(): Promise<void>;
}

/** Where the network does not tell who is there, CSRs say so themselves. */
export async function reportForWork(
  desk: CrossingDesk,
  network: CrossingNetwork,
  { person }: CrossingPerson,
): Promise<void> {
  const { features, identity } = desk.capabilities(network.name);
  if (!features.includes("presence")) await person.say(identity === "fixed" ? network.handle : "desk", "/back");
}

export interface Measured {
  readonly cells: readonly CrossingCell[];
  readonly capabilities: ReadonlyMap<string, Capabilities>;
}

const PATIENCE_MS = 60_000;

/** Resolves with a cell for every feature, ordered pair and role. `onPair` is told of each conversation, for progress. */
export async function measureCrossing(
  networks: readonly CrossingNetwork[],
  onPair: (customer: string, csr: string) => void = () => undefined,
): Promise<Measured> {
  const modules = [...new Set(networks.map(({ module }) => module))];
  const desk = await startCrossingDesk(networks, modules);
  try {
    const all = await Promise.all(networks.map((network) => measureWithCsr(desk, networks, network, onPair)));
    return {
      cells: all.flat(),
      capabilities: new Map(networks.map(({ name }) => [name, desk.capabilities(name)])),
    };
  } finally {
    await desk.remove();
  }
}

/** One customer after the other, so that the CSR of a network with one window has one conversation in it. */
async function measureWithCsr(
  desk: CrossingDesk,
  networks: readonly CrossingNetwork[],
  csrNetwork: CrossingNetwork,
  onPair: (customer: string, csr: string) => void,
): Promise<CrossingCell[]> {
  const cells: CrossingCell[] = [];
  const csr = await csrNetwork.csr(desk);
  await reportForWork(desk, csrNetwork, csr);
  for (const customerNetwork of networks) {
    onPair(customerNetwork.name, csrNetwork.name);
    const customer = await customerNetwork.customer(desk, `anna-${customerNetwork.name}-${csrNetwork.name}`);
    const exchange = await connect(desk, customerNetwork, customer, csrNetwork, csr);
    cells.push(...(await measureConversation(exchange, customerNetwork.name, csrNetwork.name)));
    await exchange.turned().say("/close");
    await hears(csr, /is closed/u);
    await customer.stop();
  }
  await csr.stop();
  return cells;
}

async function measureConversation(exchange: Exchange, customer: string, csr: string): Promise<CrossingCell[]> {
  const cells: CrossingCell[] = [];
  for (const feature of CROSSING_FEATURES) {
    const there = await TRIALS[feature](exchange).catch((error: unknown) => failed(error, feature, customer, csr));
    cells.push({ feature, author: customer, reader: csr, by: "customer", outcome: there });
    const back = await TRIALS[feature](exchange.turned()).catch((error: unknown) =>
      failed(error, feature, csr, customer),
    );
    cells.push({ feature, author: csr, reader: customer, by: "csr", outcome: back });
  }
  return cells;
}

function failed(error: unknown, feature: string, author: string, reader: string): never {
  throw new Error(`${feature} from ${author} to ${reader}: ${error instanceof Error ? error.message : String(error)}`);
}

/** From hello to a person; the exchange goes from the customer to the CSR. */
export async function connect(
  desk: CrossingDesk,
  customerNetwork: CrossingNetwork,
  customer: CrossingPerson,
  csrNetwork: CrossingNetwork,
  csr: CrossingPerson,
): Promise<Exchange> {
  const { handle } = customerNetwork;
  const answers: readonly (readonly [RegExp, string])[] = [
    [/your name/u, "Anna"],
    [new RegExp(QUESTION.replace("?", "\\?"), "u"), csrNetwork.name],
  ];
  await customer.person.say(handle, "hello");
  for (const [question, answer] of answers) {
    await hears(customer, question);
    await customer.person.say(handle, answer);
  }
  const offer = await hears(csr, /\/accept or \/decline/u);
  const label = /^#\d+ /u.exec(offer.text)?.[0] ?? "";
  await csr.person.say(offer.from, `${label}/accept`);
  await hears(csr, /connected to/u);
  await hears(customer, /connected to/u);
  const side = (network: CrossingNetwork, { person }: CrossingPerson, to: string, mark: string): Side => ({
    person,
    capabilities: desk.capabilities(network.name),
    to,
    label: mark,
  });
  return new Exchange(side(customerNetwork, customer, handle, ""), side(csrNetwork, csr, offer.from, label));
}

/** The next message with such words that their client shows, and no other wait has taken. */
export async function hears({ person }: CrossingPerson, words: RegExp): Promise<FarEventOf<"message">> {
  const found = await person.received.next(
    `${person.address.network} ${person.address.id} to hear ${String(words)}`,
    (event) => event.kind === "message" && words.test(event.text),
    PATIENCE_MS,
  );
  return found as FarEventOf<"message">;
}
