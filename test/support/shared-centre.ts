/**
 * A contact centre of two desks that share their CSRs: one IM server with a component for each desk, CSRs with one account each who are
 * contacts of both, and customers. Customers and CSRs are automata: whoever does not hear what they wait for says it again.
 */
import { join } from "node:path";
import type { Element } from "@xmpp/xml";
import Database from "better-sqlite3";
import { type Daemon, startDaemon } from "./daemon.ts";
import { startProsody } from "./prosody.ts";
import { beats } from "./wait.ts";
import { connectXmppClient, type XmppClient } from "./xmpp-client.ts";
import type { XmppServer } from "./xmpp-server.ts";
import { approveContacts, bodyOf } from "./xmpp-talk.ts";

export const DESKS = ["east", "west"] as const;
export type DeskName = (typeof DESKS)[number];

export interface SharedCentreOptions {
  /** By CSR: how many conversations at a time. */
  readonly csrs: Readonly<Record<string, number>>;
  /** Of each desk. */
  readonly customers: number;
  /** `routing:` of frontdesk.yaml, indented by two. */
  readonly routing: (desk: DeskName) => string;
  readonly sections?: string;
}

const BEAT_MS = 250;
/** Beats after which somebody who hears nothing says it again. */
const PATIENCE = 12;
/** Beats for which a CSR talks. */
const TALK = 3;

const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - route: support
`;

interface Automaton {
  beat(): Promise<void>;
}

export class SharedCentre implements Automaton {
  readonly server: XmppServer;
  readonly desks: Readonly<Record<DeskName, Daemon>>;
  readonly customers: readonly Customer[];
  readonly csrs: readonly Representative[];
  #over: Promise<void> | null = null;
  #isRunning = false;

  private constructor(
    server: XmppServer,
    desks: SharedCentre["desks"],
    customers: readonly Customer[],
    csrs: readonly Representative[],
  ) {
    this.server = server;
    this.desks = desks;
    this.customers = customers;
    this.csrs = csrs;
  }

  static async open(options: SharedCentreOptions): Promise<SharedCentre> {
    const quiet = `modules_disabled = { "s2s"; "tls"; "limits"; "mam" }`;
    const server = await startProsody({ components: [...DESKS], extraConfiguration: quiet });
    const names = Object.keys(options.csrs);
    const customers = DESKS.flatMap((desk) =>
      Array.from({ length: options.customers }, (_, at) => [desk, `${desk}-${at}`] as const),
    );
    for (const user of [...names, ...customers.map(([, user]) => user)]) await server.register(user, `pw-${user}`);
    const open = (user: string) => connectXmppClient({ server, user, password: `pw-${user}` });
    const csrs = await Promise.all(names.map(async (name) => new Representative(name, await open(name))));
    const started = await Promise.all(DESKS.map((desk) => startDaemon(configuration(server, desk, options))));
    const [east, west] = started;
    if (east === undefined || west === undefined) throw new Error("two desks are started");
    const people = await Promise.all(
      customers.map(async ([desk, user]) => new Customer(`support@${desk}.${server.domain}`, await open(user))),
    );
    return new SharedCentre(server, { east, west }, people, csrs);
  }

  /** From now on everybody works. */
  begin(): void {
    this.#isRunning = true;
    this.#over = (async () => {
      for await (const _ of beats(BEAT_MS)) {
        if (!this.#isRunning) return;
        await this.beat();
      }
    })();
  }

  async beat(): Promise<void> {
    // A client that is cut off at the moment says it again later.
    await Promise.allSettled([...this.customers, ...this.csrs].map((one) => one.beat()));
  }

  async end(): Promise<void> {
    this.#isRunning = false;
    await this.#over;
  }

  get served(): number {
    return this.customers.reduce((sum, { served }) => sum + served, 0);
  }

  async close(): Promise<void> {
    await this.end();
    await Promise.all([...this.customers, ...this.csrs].map(({ client }) => client.stop()));
    await Promise.all(Object.values(this.desks).map((desk) => desk.remove()));
    await this.server.remove();
  }
}

/** Writes to the desk, waits for a person, and comes again when it is over. */
export class Customer implements Automaton {
  readonly client: XmppClient;
  readonly #handle: string;
  readonly #heard = new Set<string>();
  #isTalking = false;
  #patience = 0;
  served = 0;
  comesAgain = true;

  constructor(handle: string, client: XmppClient) {
    this.client = client;
    this.#handle = handle;
    client.onStanza((stanza) => this.#hear(stanza));
  }

  get isServed(): boolean {
    return this.#isTalking || (!this.comesAgain && this.served > 0);
  }

  async beat(): Promise<void> {
    this.#patience -= 1;
    if (this.#isTalking || this.#patience > 0 || (!this.comesAgain && this.served > 0)) return;
    this.#patience = PATIENCE;
    await this.client.message(this.#handle, "hello");
  }

  #hear(stanza: Element): void {
    const text = stanza.is("message") ? bodyOf(stanza) : "";
    const id = String(stanza.attrs.id);
    // After a kill a message may come once more, under its id.
    if (text === "" || this.#heard.has(id)) return;
    this.#heard.add(id);
    if (text.startsWith("You are now connected to")) {
      this.#isTalking = true;
      this.served += 1;
    }
    if (text.startsWith("This conversation has been closed")) {
      this.#isTalking = false;
      this.#patience = 0;
    }
  }
}

interface Window {
  state: "offered" | "talking" | "over";
  beats: number;
}

/** Accepts what is offered, talks a moment and closes. */
export class Representative implements Automaton {
  readonly name: string;
  readonly client: XmppClient;
  readonly #windows = new Map<string, Window>();

  constructor(name: string, client: XmppClient) {
    this.name = name;
    this.client = client;
    approveContacts(client);
    client.onStanza((stanza) => this.#hear(stanza));
  }

  async beat(): Promise<void> {
    for (const [alias, window] of this.#windows) {
      window.beats += 1;
      const isTime = window.state === "offered" ? window.beats % PATIENCE === 1 : window.beats % PATIENCE === TALK;
      if (window.state === "over" || !isTime) continue;
      await this.client.message(alias, window.state === "offered" ? "/accept" : "/close");
    }
  }

  #hear(stanza: Element): void {
    if (!stanza.is("message")) return;
    const text = bodyOf(stanza);
    const alias = String(stanza.attrs.from).replace(/\/.*$/u, "");
    const now = (state: Window["state"]) => this.#windows.set(alias, { state, beats: 0 });
    if (text.includes("/accept")) now("offered");
    else if (text.startsWith("You are connected to")) now("talking");
    else if (/^(?:The conversation with|This offer|This conversation|The customer has ended)/u.test(text)) now("over");
  }
}

/** One thing that became of a conversation, as that desk's store has it. */
export interface StoredFact {
  readonly at: number;
  readonly desk: DeskName;
  readonly conversation: string;
  readonly csr: string;
  readonly event: string;
}

/** Every fact of both desks, in the order of time; of the same millisecond, what gives room back first. */
export function factsOf(desks: SharedCentre["desks"]): readonly StoredFact[] {
  const all = DESKS.flatMap((desk) => {
    const database = new Database(join(desks[desk].dataFolder, "frontdesk.sqlite"), { readonly: true });
    try {
      const rows = database.prepare("SELECT at, conversation, csr, event FROM facts ORDER BY seq").all();
      return (rows as Omit<StoredFact, "desk">[]).map((row) => ({ ...row, desk }));
    } finally {
      database.close();
    }
  });
  const rank = ({ event }: StoredFact): number => (event === "offer.made" ? 1 : 0);
  return all.sort((one, other) => one.at - other.at || rank(one) - rank(other));
}

function configuration(server: XmppServer, desk: DeskName, { csrs, routing, sections = "" }: SharedCentreOptions) {
  const people = Object.entries(csrs).map(
    ([name, capacity]) =>
      `  ${name}:\n    name: ${name}\n    addresses:\n      - xmpp: ${name}@${server.domain}\n    skills:\n      support: 3\n    capacity: ${capacity}\n`,
  );
  return {
    networks: `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${desk}.${server.domain}
    host: 127.0.0.1
    port: ${server.componentPort}
    secret: ${server.componentSecret}
    handles:
      support:
        name: Support
        dialog: welcome
`,
    csrs: people.join(""),
    dialogs: DIALOGS,
    limits: "  floodMessages: 10000\n  csrAbsenceSeconds: 600\n",
    sections: `routing:\n${routing(desk)}\n${sections}`,
  };
}
