/**
 * The same with real servers: the desk as a daemon, a customer and a CSR with real clients for each pair of networks, who do all that
 * their clients can; everything that either client is given, as it came over the wire, is looked through for the other.
 */
import type { AdapterModule } from "../../src/adapter.ts";
import type { Inbound, Outbound } from "../../src/core/model.ts";
import { type CrossingDesk, startCrossingDesk } from "../conformance/crossing/desk.ts";
import type { Exchange, Side } from "../conformance/crossing/exchange.ts";
import { CROSSING_ROWS, type CrossingRow } from "../conformance/crossing/networks.ts";
import { WEBHOOK_ROW } from "../conformance/crossing/webhook-row.ts";
import { type CrossingNetwork, connect, hears, reportForWork } from "../conformance/crossing.ts";
import type { FarPerson } from "../conformance/far-end.ts";
import { IrcFarPerson } from "../conformance/irc-far-person.ts";
import { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { WebFarPerson } from "../conformance/web-far-person.ts";
import { WebhookFarPerson } from "../conformance/webhook-far-person.ts";
import { XmppFarPerson } from "../conformance/xmpp-far-person.ts";
import { Random } from "../simulation/random.ts";
import { TELLTALE } from "../support/pictures.ts";
import { words } from "./acts.ts";
import type { Hidden } from "./hidden-person.ts";
import { type Finding, Sieve } from "./sieve.ts";

export interface RealLeak extends Finding {
  readonly customer: string;
  readonly csr: string;
  /** Whose it is. */
  readonly of: "customer" | "csr";
  readonly wire: string;
}

export interface RealResult {
  readonly pairs: number;
  /** What people did, and how much of it their clients had a word for. */
  readonly acts: number;
  readonly done: number;
  /** Characters that were looked through. */
  readonly looked: number;
  readonly files: number;
  readonly leaks: readonly RealLeak[];
}

/** Everything that client was given since it came, as it came over the wire. */
function wireOf(person: FarPerson): readonly string[] {
  if (person instanceof XmppFarPerson) return person.client.stanzas.all.map(String);
  if (person instanceof IrcFarPerson) return person.client.lines.all.map((line) => JSON.stringify(line));
  if (person instanceof MatrixFarPerson) return person.client.synced;
  if (person instanceof WebhookFarPerson) return person.program.wire;
  if (person instanceof WebFarPerson) return person.person.frames.all.map((frame) => JSON.stringify(frame));
  throw new Error(`Nothing is known of what ${person.address.network} writes to its clients.`);
}

/** What of a person the other must not learn; not what the other's own address says as well, being of the same server. */
function hiddenOf(person: FarPerson, viewer: FarPerson, isCsr: boolean): readonly Hidden[] {
  const { id } = person.address;
  const [local = id, host = ""] = id.replace(/^@/u, "").split(/[@:]/u);
  const isElsewhere = host !== "" && !viewer.address.id.includes(host);
  const isXmpp = person instanceof XmppFarPerson;
  return [
    { what: "local part", value: local },
    ...(isElsewhere ? [{ what: "host", value: host }] : []),
    ...(isXmpp && !(viewer instanceof XmppFarPerson) ? [{ what: "device", value: "pocket" }] : []),
    ...(isCsr && person.software !== null ? [{ what: "software", value: person.software.name }] : []),
    ...(person instanceof WebhookFarPerson ? placeOf(person) : []),
    { what: "what a camera wrote", value: TELLTALE },
  ];
}

/** Where a program is, and what it signs with. */
function placeOf({ program: { url, secret } }: WebhookFarPerson): readonly Hidden[] {
  return [
    { what: "address", value: new URL(url).host },
    { what: "secret", value: secret },
  ];
}

type Act = (talk: { readonly exchange: Exchange; readonly random: Random; readonly own: string[] }) => Promise<unknown>;

/** The last messages that this client was shown. */
function shown({ person }: Side): readonly { readonly id: string; readonly text: string }[] {
  return person.received.all.flatMap((event) =>
    event.kind === "message" && event.id !== null ? [{ id: event.id, text: event.text }] : [],
  );
}

/** A name of a person as a link, and a quote, as a rich client writes them; the person's own server is in both. */
function rich({ person, to }: Side, text: string): string {
  const host = person.address.id.split(/[@:]/u).at(-1) ?? "";
  const other = `@${to}:${host}`;
  return `<mx-reply>${person.address.id}</mx-reply><a href="https://matrix.to/#/${other}">${other}</a> <b>${text}</b> <img data-mx-emoticon src="mxc://${host}/wave" alt=":wave:"/>`;
}

const KNOWN = 5;
const ACTS: readonly (readonly [weight: number, act: Act])[] = [
  [
    8,
    async ({ exchange, random, own }) => {
      const id = await exchange.say(words(random));
      if (id !== null) own.push(id);
    },
  ],
  [
    3,
    ({ exchange: { author }, random }) => {
      const text = words(random).replaceAll("\n", " ");
      return (
        author.person.format?.(author.to, `${author.label}*${text}*`, `${author.label}${rich(author, "soon")}`) ??
        unknown()
      );
    },
  ],
  [
    3,
    ({ exchange: { author }, random, own }) =>
      author.person.edit(author.to, random.pick(own.slice(-KNOWN)), `${author.label}${words(random)}`),
  ],
  [1, ({ exchange: { author }, random, own }) => author.person.retract(author.to, random.pick(own.slice(-KNOWN)))],
  [
    3,
    ({ exchange: { author }, random }) => {
      const { id } = random.pick(shown(author).slice(-KNOWN));
      const host = author.person.address.id.split(/[@:]/u).at(-1) ?? "";
      return author.person.react(author.to, id, [
        random.pick(["👍", "🎉", `mxc://${host}/wave`, `xmpp:${author.person.address.id}`]),
      ]);
    },
  ],
  [
    3,
    ({ exchange: { author }, random }) => {
      const { id, text } = random.pick(shown(author).slice(-KNOWN));
      return author.person.reply?.(author.to, id, text, `${author.label}${words(random)}`) ?? unknown();
    },
  ],
  [
    1,
    ({ exchange: { author }, random }) =>
      author.person.typing(author.to, random.pick(["composing", "paused"] as const)),
  ],
  [
    2,
    ({ exchange: { author }, random }) => {
      const { id } = random.pick(shown(author).slice(-KNOWN));
      return author.person.receipt(author.to, id, random.pick(["delivered", "read"] as const));
    },
  ],
  [1, ({ exchange: { author } }) => author.person.presence("available")],
  [0.5, ({ exchange: { author } }) => author.person.offerFile?.(author.to) ?? unknown()],
];
const TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);
const STAFF_WORDS = ["/who", "/history", "/hold", "/resume", "/note remark", "/set order 7"];

async function unknown(): Promise<never> {
  throw new Error("This network has no word for it.");
}

function drawn(random: Random): Act {
  let place = random.next() * TOTAL;
  for (const [weight, act] of ACTS) {
    place -= weight;
    if (place < 0) return act;
  }
  return unknown;
}

/** One conversation, and what was found in it. */
class Conversation {
  readonly leaks: RealLeak[] = [];
  done = 0;
  looked = 0;
  files = 0;
  readonly #exchange: Exchange;
  readonly #csr: Exchange;
  readonly #random: Random;
  readonly #seen = new Map<FarPerson, number>();
  readonly #fetched = new Set<string>();
  readonly #own = new Map<FarPerson, string[]>();
  #fences = 0;

  /** From the customer to the CSR. */
  constructor(exchange: Exchange, random: Random) {
    this.#exchange = exchange;
    this.#csr = exchange.turned();
    this.#random = random;
    // The CSR's client has been here longer; what it was given of others was looked through with them.
    this.#seen.set(exchange.reader.person, wireOf(exchange.reader.person).length);
  }

  async act(): Promise<void> {
    const random = this.#random;
    const exchange = random.chance(0.5) ? this.#exchange : this.#csr;
    const { person } = exchange.author;
    const own = this.#own.get(person) ?? [];
    this.#own.set(person, own);
    const isWord = exchange === this.#csr && random.chance(0.05);
    const act: Act = isWord ? () => exchange.say(random.pick(STAFF_WORDS)) : drawn(random);
    let isDone = true;
    try {
      await act({ exchange, random, own });
    } catch {
      isDone = false; // no word for it there, or nothing yet to which it could be done
    }
    this.done += isDone ? 1 : 0;
  }

  /** Words go both ways behind everything else, and then both wires are looked through. */
  async look(): Promise<void> {
    for (const exchange of [this.#exchange, this.#csr]) {
      this.#fences += 1;
      await exchange.heard(`fence ${this.#fences} of ${this.#exchange.author.person.address.network}`);
    }
    const [customer, csr] = [this.#exchange.author.person, this.#exchange.reader.person];
    await this.#lookThrough(customer, csr, "csr");
    await this.#lookThrough(csr, customer, "customer");
  }

  async #lookThrough(viewer: FarPerson, other: FarPerson, of: RealLeak["of"]): Promise<void> {
    const sieve = new Sieve(hiddenOf(other, viewer, of === "csr"));
    const given = wireOf(viewer);
    const pieces = given.slice(this.#seen.get(viewer) ?? 0);
    this.#seen.set(viewer, given.length);
    for (const piece of [...pieces, ...(await this.#filesOf(viewer, pieces))]) {
      this.looked += piece.length;
      const finding = sieve.find(piece);
      const [customer, csr] = of === "csr" ? [viewer, other] : [other, viewer];
      if (finding !== null)
        this.leaks.push({ ...finding, of, wire: piece, customer: customer.address.network, csr: csr.address.network });
    }
  }

  /** The files that the wire tells of, each once, with the headers of the answer. */
  async #filesOf(viewer: FarPerson, pieces: readonly string[]): Promise<readonly string[]> {
    const links = pieces.flatMap((piece) => piece.match(/http:\/\/[\w.:]+\/files\/[a-z2-7]{32}\/[\w.%-]+/gu) ?? []);
    const natives = viewer.received.all.flatMap((event) => (event.kind === "message" ? (event.file ?? []) : []));
    const fresh = [...new Set([...links, ...natives])].filter(
      (link) => !this.#fetched.has(`${viewer.address.id} ${link}`),
    );
    return await Promise.all(
      fresh.map(async (link) => {
        this.#fetched.add(`${viewer.address.id} ${link}`);
        this.files += 1;
        if (!link.startsWith("http")) return Buffer.from((await viewer.fetchFile?.(link)) ?? "").toString("latin1");
        const answer = await fetch(link);
        if (!answer.ok) throw new Error(`${link} is not to be had: HTTP ${answer.status}.`);
        return `${JSON.stringify([...answer.headers])}\n${Buffer.from(await answer.arrayBuffer()).toString("latin1")}`;
      }),
    );
  }
}

export interface RealPlan {
  readonly rows: readonly CrossingRow[];
  /** "web:irc", the customer's network first; left out: every pair of the rows. */
  readonly pairs?: ReadonlySet<string>;
  /** What is done in each conversation. */
  readonly acts: number;
  readonly seed: number;
  /** What goes wrong on purpose with all that is sent; `heard`: what came last. */
  readonly fault?: (outbound: Outbound, heard: Inbound | null) => Outbound;
  /** Told of each pair that is done, and what came of it. */
  onPair?(customer: string, csr: string, result: RealResult): void;
}

const ACTS_BETWEEN_LOOKS = 25;

/** Every network that there is a real server for, or that needs none. */
export const LEAK_ROWS: readonly CrossingRow[] = [...CROSSING_ROWS, WEBHOOK_ROW];

/** Every customer network with every CSR network; those with different CSRs at the same time. */
export async function runOnServers(plan: RealPlan): Promise<RealResult> {
  const networks: CrossingNetwork[] = [];
  try {
    for (const row of plan.rows) networks.push(await row.open());
    const last: LastHeard = { inbound: null };
    const modules = [...new Set(networks.map(({ module }) => module))].map((module) =>
      faulty(module, plan.fault, last),
    );
    const desk = await startCrossingDesk(networks, modules);
    try {
      const all = await Promise.all(networks.map((network) => withCsr(desk, networks, network, plan)));
      return all.flat().reduce(sum);
    } finally {
      await desk.remove();
    }
  } finally {
    await Promise.all(networks.map((network) => network.close()));
  }
}

/** What anybody said last, on whatever network. */
interface LastHeard {
  inbound: Inbound | null;
}

/** The same module, whose adapters send what the fault makes of it. */
function faulty(module: AdapterModule<unknown>, fault: RealPlan["fault"], last: LastHeard): AdapterModule<unknown> {
  if (fault === undefined) return module;
  return {
    ...module,
    create: (config, context) => {
      const receive: typeof context.receive = (inbound) => {
        last.inbound = inbound.kind === "message" ? inbound : last.inbound;
        return context.receive(inbound);
      };
      const adapter = module.create(config, { ...context, receive });
      const send: typeof adapter.send = (outbound, signal) => adapter.send(fault(outbound, last.inbound), signal);
      const { capabilities } = adapter;
      return { capabilities, send, start: (signal) => adapter.start(signal), stop: () => adapter.stop() };
    },
  };
}

function sum(one: RealResult, other: RealResult): RealResult {
  return {
    pairs: one.pairs + other.pairs,
    acts: one.acts + other.acts,
    done: one.done + other.done,
    looked: one.looked + other.looked,
    files: one.files + other.files,
    leaks: [...one.leaks, ...other.leaks],
  };
}

async function withCsr(
  desk: CrossingDesk,
  networks: readonly CrossingNetwork[],
  csrNetwork: CrossingNetwork,
  plan: RealPlan,
): Promise<readonly RealResult[]> {
  const results: RealResult[] = [];
  const wanted = networks.filter(({ name }) => plan.pairs?.has(`${name}:${csrNetwork.name}`) ?? true);
  if (wanted.length === 0) return results;
  const csr = await csrNetwork.csr(desk);
  await reportForWork(desk, csrNetwork, csr);
  for (const customerNetwork of wanted) {
    const random = new Random(plan.seed).fork(`${customerNetwork.name} ${csrNetwork.name}`);
    const customer = await customerNetwork.customer(desk, nameless(random));
    const exchange = await connect(desk, customerNetwork, customer, csrNetwork, csr);
    const result = await converse(exchange, random, plan.acts);
    results.push(result);
    plan.onPair?.(customerNetwork.name, csrNetwork.name, result);
    await exchange.turned().say("/close");
    await hears(csr, /is closed/u);
    await customer.stop();
  }
  await csr.stop();
  return results;
}

/** Nobody is called so, so it is nowhere but where it should not be. */
function nameless(random: Random): string {
  return `q${random.token().replace(/\d/gu, "z")}`;
}

async function converse(exchange: Exchange, random: Random, acts: number): Promise<RealResult> {
  const conversation = new Conversation(exchange, random);
  for (let count = 1; count <= acts; count += 1) {
    await conversation.act();
    if (count % ACTS_BETWEEN_LOOKS === 0 || count === acts) await conversation.look();
  }
  const { done, looked, files, leaks } = conversation;
  return { pairs: 1, acts, done, looked, files, leaks };
}
