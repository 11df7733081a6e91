/**
 * The two sides of the group `loopback`, on the same two loopback networks: customers on `web`, CSRs on `xmpp`, every customer
 * in a conversation with one of them. What differs is what stands between the two adapters.
 */

import { join } from "node:path";
import {
  closeLoopbackExchange,
  type LoopbackPerson,
  loopback,
  loopbackExchange,
} from "../../adapters/loopback/index.ts";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";
import type { Adapter, AdapterContext } from "../../src/adapter.ts";
import { createClock } from "../../src/clock.ts";
import { ACCEPTED, type Inbound, type Outbound } from "../../src/core/model.ts";
import { openDatabase } from "../../src/store/sqlite-open.ts";
import { company, playSetting } from "../../test/support/play-rules.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { until } from "../../test/support/wait.ts";
import { FAULTLESS, openDurableDesk } from "./durable-desk.ts";

/** A relay with people on both of its sides. */
export interface Relay {
  readonly customers: readonly LoopbackPerson[];
  /** Called with the text of each message that reaches a CSR. */
  onArrival: (text: string) => void;
  stop(): Promise<void>;
}

/** Conversations that run at a time, and CSRs who share them. */
export const CONVERSATIONS = 100;
const CSRS = 10;
/** To whom customers write. */
export const HANDLE = "support";
const NETWORKS = ["web", "xmpp"] as const;
type NetworkName = (typeof NETWORKS)[number];

/** Frontdesk's own pipeline: engine, core and SQLite on the disk of the temporary folder, every message synced. */
export async function openDurableRelay(): Promise<Relay> {
  const exchange = exchangeNames("durable");
  const { rules } = playSetting(staffed());
  const folder = temporaryFolder("bench");
  const people = seat(exchange);
  const path = join(folder.path, "bench.sqlite");
  const desk = await openDurableDesk({ rules, path, exchanges: exchange, handles: [HANDLE] });
  const relay: Relay = {
    customers: people.customers,
    onArrival: () => {},
    async stop() {
      await desk.stop();
      forget(exchange);
      folder.remove();
    },
  };
  await openConversations(
    people,
    () =>
      desk.engine
        .desk()
        .conversations()
        .filter(({ state }) => state === "talking").length,
  );
  listen(people, relay);
  return relay;
}

/**
 * The least that can stand between two adapters: who writes is looked up, and the message is sent on. `durable`: after a row of it
 * was committed and synced, one commit a message; else nothing is kept.
 */
export async function openBareRelay(kind: "durable" | "forgetful"): Promise<Relay> {
  const exchange = exchangeNames("bare");
  const people = seat(exchange);
  const journal = kind === "durable" ? openJournal() : null;
  let lastKey = 0;
  const adapters = new Map<NetworkName, Adapter>();
  const pass = async (inbound: Inbound) => {
    const number = people.customers.findIndex(({ id }) => id === inbound.from.id);
    if (inbound.kind === "message" && number >= 0) {
      lastKey += 1;
      const to = { network: "xmpp", id: `csr-${number % CSRS}` };
      journal?.write(inbound.text);
      void adapters.get("xmpp")?.send(bareMessage(`bare-${lastKey}`, `alias-${number}`, to, inbound.text), NEVER);
    }
    return ACCEPTED;
  };
  for (const name of NETWORKS) {
    const config = loopback.parseConfig({ exchange: exchange[name] });
    adapters.set(name, loopback.create(config, bareContext(name, pass)));
  }
  await Promise.all([...adapters.values()].map((adapter) => adapter.start(NEVER)));
  const relay: Relay = {
    customers: people.customers,
    onArrival: () => {},
    async stop() {
      await Promise.all([...adapters.values()].map((adapter) => adapter.stop()));
      forget(exchange);
      journal?.close();
    },
  };
  listen(people, relay);
  return relay;
}

/** One row and one synced commit a message, with the store's own pragmas. */
function openJournal() {
  const folder = temporaryFolder("bench-journal");
  const { database, lock } = openDatabase(join(folder.path, "journal.sqlite"));
  database.exec("CREATE TABLE journal (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  database.pragma("wal_autocheckpoint = 1000");
  const insert = database.prepare<[string]>("INSERT INTO journal (text) VALUES (?)");
  return {
    write: (text: string) => void insert.run(text),
    close() {
      database.close();
      lock.close();
      folder.remove();
    },
  };
}

const NEVER = new AbortController().signal;

function bareMessage(key: string, from: string, to: Outbound["to"], text: string): Outbound {
  const shape = { device: null, conversation: null, choices: [], replyTo: null, nick: null, language: null };
  return { kind: "message", key, from, to, text, sentAt: Date.now(), notice: false, ...shape };
}

function bareContext(network: string, receive: AdapterContext["receive"]): AdapterContext {
  return {
    network,
    handles: [HANDLE],
    desk: "desk",
    receive,
    status: () => {},
    reachable: () => {},
    identity: () => null,
    history: async () => [],
    contacts: () => [],
    backoffMs: () => 1_000,
    count: () => {},
    state: { get: async () => undefined, set: async () => {}, setAll: async () => {}, keys: async () => [] },
    accounts: NO_ACCOUNTS,
    http: { mount: () => {} },
    log: FAULTLESS,
    clock: createClock(),
  };
}

let runs = 0;

function exchangeNames(side: string): Readonly<Record<NetworkName, string>> {
  runs += 1;
  return { web: `bench-${side}-${runs}-web`, xmpp: `bench-${side}-${runs}-xmpp` };
}

function forget(exchange: Readonly<Record<NetworkName, string>>): void {
  for (const name of NETWORKS) closeLoopbackExchange(exchange[name]);
}

/** A company whose limits do not take the load for a flood. */
function staffed() {
  const csrs = Array.from({ length: CSRS }, (_, index) => {
    const csr = { name: `Csr ${index}`, at: ["xmpp"], skills: { billing: 3 as const } };
    return [`csr-${index}`, { ...csr, capacity: CONVERSATIONS / CSRS }] as const;
  });
  const limits = { floodMessages: 1_000_000_000, openConversations: 10_000, newConversationsPerMinute: 10_000 };
  return company({ csrs: Object.fromEntries(csrs), limits });
}

interface People {
  readonly customers: readonly LoopbackPerson[];
  readonly csrs: readonly LoopbackPerson[];
}

function seat(exchange: Readonly<Record<NetworkName, string>>): People {
  const persons = (network: NetworkName, name: string, count: number) =>
    Array.from({ length: count }, (_, index) => loopbackExchange(exchange[network]).person(`${name}-${index}`));
  return { customers: persons("web", "customer", CONVERSATIONS), csrs: persons("xmpp", "csr", CSRS) };
}

/** Every customer writes once, every CSR accepts whatever they are offered. */
async function openConversations({ customers, csrs }: People, talking: () => number): Promise<void> {
  for (const csr of csrs) {
    csr.onReceived = (event) => {
      if (event.kind === "message" && event.choices.some(({ value }) => value === "/accept")) {
        csr.say(event.from, "/accept");
      }
    };
  }
  for (const customer of customers) customer.say(HANDLE, "hello");
  await until(`${CONVERSATIONS} conversations to be under way`, () => talking() === CONVERSATIONS, 60_000);
}

function listen({ csrs }: People, relay: Relay): void {
  for (const csr of csrs) {
    csr.onReceived = (event) => {
      // The client's memory is not what is measured.
      csr.received.length = 0;
      if (event.kind === "message") relay.onArrival(event.text);
    };
  }
}
