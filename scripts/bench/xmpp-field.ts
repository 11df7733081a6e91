/** A server, a relay at it and a crowd that talks through it: what one side of an XMPP measurement is made of. */
import { startProsody } from "../../test/support/prosody.ts";
import type { XmppServer } from "../../test/support/xmpp-server.ts";
import { cpuMs } from "./process-status.ts";
import { type Seat, XmppCrowd } from "./xmpp-crowd.ts";
import { logIn, type RawClient } from "./xmpp-login.ts";
import { openRelay, type RelayKind, type StartOptions } from "./xmpp-relays.ts";
import { openStub, STUB } from "./xmpp-stub.ts";

/** Conversations that run at a time, and CSRs who share them, where a group does not say otherwise. */
export const CONVERSATIONS = 60;
const CSRS = 6;
/** Messages that are under way at once when as many as possible are to get through. */
const UNDER_WAY = 600;
const HANDLE = "support";
const PASSWORD = "pw";

/** People who write to others, and what tells of each message that has arrived. */
export interface Talk {
  /** The person of that number (any) writes. */
  write(number: number, text: string): void;
  onArrival: (text: string) => void;
}

export interface Field {
  readonly crowd: Talk;
  /** The relay's process. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** The first label of the component that each kind of relay is, so that all of them are at one server at once. */
export const COMPONENTS: Readonly<Record<RelayKind, string>> = {
  desk: "gw",
  parser: "gw-parser",
  journal: "gw-journal",
  stock: "gw-stock",
};

export interface Size {
  readonly conversations: number;
  readonly csrs: number;
}

/** Through a real server. CSRs are accounts of it, customers are whoever it makes of them. */
export async function openField(
  kind: RelayKind,
  server: XmppServer,
  { conversations, csrs }: Size = { conversations: CONVERSATIONS, csrs: CSRS },
  options: StartOptions = {},
): Promise<Field> {
  const componentDomain = `${COMPONENTS[kind]}.${server.domain}`;
  const crowd = new XmppCrowd(`${HANDLE}@${componentDomain}`);
  const names = Array.from({ length: csrs }, (_, index) => `${kind}-csr${index}`);
  const clients = await takeCsrs(crowd, server, names);
  const relay = await openRelay(
    kind,
    { ...server, componentDomain },
    names.map((name) => `${name}@${server.domain}`),
    Math.ceil(conversations / csrs),
    options,
  );
  for (let customer = 0; customer < conversations; customer += 1) {
    clients.push(await take(crowd, "customer", { port: server.clientPort, domain: server.anonymousDomain }));
  }
  await crowd.begin();
  return {
    crowd,
    pid: relay.pid,
    async stop() {
      await relay.stop();
      for (const client of clients) client.end();
    },
  };
}

/** A field that has a server to itself. */
export interface ServedField extends Field {
  readonly serverPid: number;
}

/** Starts a Prosody for what `open` opens, and stops it with that. `components`: first labels of their names. */
export async function openServed(
  components: readonly string[],
  open: (server: XmppServer) => Promise<Field>,
): Promise<ServedField> {
  const server = await startProsody({ isLean: true, components });
  try {
    const field = await open(server);
    const stop = async () => {
      await field.stop();
      await server.remove();
    };
    return { ...field, serverPid: server.pid ?? 0, stop };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

/** The same people with nothing between them: what the server alone takes. */
export async function openDirect(server: XmppServer): Promise<Field> {
  const crowd = new XmppCrowd("nobody");
  const names = Array.from({ length: CSRS }, (_, index) => `direct-csr${index}`);
  const csrs = await takeCsrs(crowd, server, names);
  const customers: RawClient[] = [];
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) {
    customers.push(await take(crowd, "customer", { port: server.clientPort, domain: server.anonymousDomain }));
  }
  crowd.talkDirectly(csrs.map(({ jid }) => jid));
  return {
    crowd,
    pid: process.pid,
    async stop() {
      for (const client of [...csrs, ...customers]) client.end();
    },
  };
}

async function takeCsrs(crowd: XmppCrowd, server: XmppServer, names: readonly string[]): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (const user of names) {
    await server.register(user, PASSWORD);
    const account = { user, password: PASSWORD };
    clients.push(await take(crowd, "csr", { port: server.clientPort, domain: server.domain, account }));
  }
  return clients;
}

async function take(crowd: XmppCrowd, role: Seat["role"], login: Parameters<typeof logIn>[0]) {
  const client = await logIn(login);
  const seat = { jid: client.jid, role, write: client.write };
  crowd.seat(seat);
  client.listen(crowd.ear(seat));
  return client;
}

/** Through a component listener with nothing behind it. */
export async function openStubField(kind: RelayKind, options: StartOptions = {}): Promise<Field> {
  const crowd = new XmppCrowd(`${HANDLE}@${STUB.componentDomain}`);
  const stub = await openStub(crowd);
  const csrs = Array.from({ length: CSRS }, (_, index) => stub.person(`csr${index}`, "csr"));
  for (let customer = 0; customer < CONVERSATIONS; customer += 1) stub.person(`customer${customer}`, "customer");
  const addresses = csrs.map(({ jid }) => jid.replace(/\/.*/u, ""));
  const place = { ...STUB, componentPort: stub.port };
  const relay = await openRelay(kind, place, addresses, CONVERSATIONS / CSRS, options);
  await crowd.begin();
  return {
    crowd,
    pid: relay.pid,
    async stop() {
      await relay.stop();
      stub.stop();
    },
  };
}

/** Messages a second when the next one is written as soon as one has arrived, and milliseconds of CPU for a thousand of them by process. */
export interface Speed {
  readonly perSecond: number;
  /** Microseconds of CPU a message, in the order of `pids`. */
  readonly cpu: readonly number[];
}

export async function fullSpeed(
  { crowd }: Pick<Field, "crowd">,
  messages: number,
  pids: readonly number[] = [],
): Promise<Speed> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let written = 0;
  let arrived = 0;
  const write = (): void => {
    if (written < messages) {
      crowd.write(written, `I have a question about my bill, number ${written}`);
      written += 1;
    }
  };
  crowd.onArrival = () => {
    arrived += 1;
    if (arrived === messages) resolve();
    write();
  };
  const before = pids.map(cpuMs);
  const began = performance.now();
  for (let first = 0; first < UNDER_WAY; first += 1) write();
  await promise;
  const seconds = (performance.now() - began) / 1_000;
  const cpu = pids.map((pid, index) => ((cpuMs(pid) - (before[index] ?? 0)) * 1_000) / messages);
  return { perSecond: messages / seconds, cpu };
}

/** Milliseconds from when each message was due to when it arrived, at a constant pace. */
export async function paced(
  { crowd }: Pick<Field, "crowd">,
  messages: number,
  perSecond: number,
): Promise<readonly number[]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const delays: number[] = [];
  const began = performance.now();
  const dueAt = (message: number): number => began + (message * 1_000) / perSecond;
  crowd.onArrival = (text) => {
    delays.push(performance.now() - dueAt(Number(text)));
    if (delays.length === messages) resolve();
  };
  for (let message = 0; message < messages; ) {
    for (; message < messages && dueAt(message) <= performance.now(); message += 1) crowd.write(message, `${message}`);
    // A pace kept by immediates would take a whole core from those that are measured; a millisecond's bunch is the same for all sides.
    await new Promise((turn) => setTimeout(turn, 1));
  }
  await promise;
  return delays;
}
