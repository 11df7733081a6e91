/**
 * A customer on one network and a CSR on another, who do whatever people do, through the codecs of both and the real core; all that
 * either is given is looked through for the other. One case is one desk with people of its own, and follows from its seed alone.
 */
import type { Inbound, Outbound } from "../../src/core/model.ts";
import { addressKey } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import { Random } from "../simulation/random.ts";
import { company, type PlaySetting, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "../unit/core-desk.ts";
import { type Act, act, type Named } from "./acts.ts";
import { type HiddenPerson, hiddenPerson } from "./hidden-person.ts";
import type { Fault } from "./planted-leaks.ts";
import { type Finding, Sieve } from "./sieve.ts";
import type { LeakWire } from "./wire.ts";

/** Something that one of them was given and the other wanted hidden. */
export interface Leak extends Finding {
  readonly customer: string;
  readonly csr: string;
  readonly seed: number;
  /** Whose it is, and what they had done. */
  readonly of: "customer" | "csr";
  readonly act: Act | string;
  readonly raw: string;
  /** What went over the wire. */
  readonly wire: string;
}

export interface CaseResult {
  readonly messages: number;
  /** What was written to either of them and looked through. */
  readonly written: number;
  readonly leaks: readonly Leak[];
}

/** What people did in one case. */
export const ACTS_IN_CASE = 250;
const MOST_LEAKS = 5;
const MINUTE_MS = 60_000;
/** Messages a person remembers, to answer and to correct. */
const KNOWN = 12;
const STAFF_WORDS = [
  "/who",
  "/history",
  "/hold",
  "/resume",
  "/note remark",
  "/set order 7",
  "/status",
  "/close",
  "/away",
  "/back",
];

class Side {
  readonly person: HiddenPerson;
  readonly wire: LeakWire;
  readonly sieve: Sieve;
  /** Where they write to, and what their lines begin with. */
  to = "support";
  label = "";
  number = 0;
  known: Named[] = [];

  constructor(person: HiddenPerson, wire: LeakWire) {
    this.person = person;
    this.wire = wire;
    this.sieve = new Sieve(person.hidden);
  }

  get address() {
    return { network: this.wire.name, id: this.wire.address(this.person) };
  }

  knows(named: Named): void {
    this.known = [...this.known.slice(1 - KNOWN), named];
  }
}

/** One case with that seed. `fault`: what goes wrong on purpose. */
export async function runCase(customer: LeakWire, csr: LeakWire, seed: number, fault: Fault = {}): Promise<CaseResult> {
  const talk = new Talk(customer, csr, seed, fault);
  for (let done = 0; done < ACTS_IN_CASE && talk.leaks.length < MOST_LEAKS; done += 1) await talk.goOn();
  return { messages: talk.messages, written: talk.written, leaks: talk.leaks };
}

class Talk {
  readonly leaks: Leak[] = [];
  messages = 0;
  written = 0;
  readonly #random: Random;
  readonly #seed: number;
  readonly #fault: Fault;
  readonly #customer: Side;
  readonly #csr: Side;
  readonly #core: CoreDesk;
  /** What was done last, for the report. */
  #act: Act | string = "begin";
  #raw = "";
  #heard: Inbound | null = null;

  constructor(customer: LeakWire, csr: LeakWire, seed: number, fault: Fault) {
    this.#random = new Random(seed);
    this.#seed = seed;
    this.#fault = fault;
    this.#customer = new Side(hiddenPerson("customer", this.#random.fork("customer")), customer);
    this.#csr = new Side(hiddenPerson("csr", this.#random.fork("csr")), csr);
    this.#core = new CoreDesk(setting(this.#customer, this.#csr));
  }

  /** Brings them together where they are not, else one of them does something. */
  async goOn(): Promise<void> {
    const random = this.#random;
    const [view] = this.#core.desk.conversations();
    if (view === undefined) return this.#meet();
    if (view.state !== "talking") return this.#connect(view.state);
    const side = random.chance(0.5) ? this.#customer : this.#csr;
    this.#core.now += random.between(1, 3) * 1_000;
    if (side === this.#csr && random.chance(0.04)) return this.#says(side, random.pick(STAFF_WORDS));
    if (random.chance(0.02)) return this.#fails(side);
    const doing = act(random, ++side.number, side.known);
    await this.#does(side, labelled(side, doing));
    if ("text" in doing || doing.kind === "file") side.knows({ kind: "own", number: doing.number });
    if (random.chance(0.05)) this.#ask();
  }

  async #meet(): Promise<void> {
    const from = this.#csr.address;
    this.#core.now += MINUTE_MS;
    const here = { from, to: "desk", state: "available", text: null, all: true } as const;
    this.#core.hear({ kind: "presence", ...here });
    this.#core.hear({ kind: "message", from, to: "desk", text: "/back" });
    await this.#says(this.#customer, "hello");
    await this.#says(this.#customer, "Anna");
  }

  async #connect(state: string): Promise<void> {
    if (state === "dialog") return this.#says(this.#customer, "Anna");
    if (state === "offered") return this.#says(this.#csr, "/accept");
    // Whoever waits although the CSR is there was left by them; time will tell.
    if (!this.#core.ring()) throw new Error(`seed ${this.#seed}: nothing will happen in the state ${state}`);
    await this.#show();
  }

  async #says(side: Side, text: string): Promise<void> {
    const said = { kind: "message", answers: null, quote: "none", rich: false, action: false } as const;
    await this.#does(side, { ...said, number: ++side.number, text: `${side.label}${text}` });
  }

  async #does(side: Side, doing: Act): Promise<void> {
    const { raw, inbounds } = await side.wire.hears(side.person, side.to, doing);
    this.#act = doing;
    this.#raw = raw;
    this.messages += 1;
    for (const inbound of inbounds) {
      const heard = this.#fault.heard?.(inbound, raw) ?? inbound;
      this.#heard = heard;
      this.#core.hear(heard);
    }
    await this.#show();
  }

  /** A message that cannot be brought to them comes back, with words of their server's about them. */
  async #fails(side: Side): Promise<void> {
    const last = side.known.findLast((named) => named.kind === "shown");
    const reference = last?.kind === "shown" ? this.#core.reference({ from: side.address }, last.key) : null;
    const { local, host, ip } = side.person;
    const text = `There is no ${local}@${host} (${ip}).`;
    this.#act = "a message that could not be brought";
    this.#raw = text;
    const lost = {
      key: last?.kind === "shown" ? last.key : "",
      from: side.to,
      to: side.address,
      device: null,
      conversation: null,
    };
    this.#core.step({
      kind: "undelivered",
      outbound: { ...lost, kind: "watch" },
      reason: "item-not-found",
      text,
      reference,
    });
    await this.#show();
  }

  /** Everything that was said since goes out, and is looked at on its wire. */
  async #show(): Promise<void> {
    for (const outbound of this.#core.sent.splice(0)) {
      const side = addressKey(outbound.to) === addressKey(this.#csr.address) ? this.#csr : this.#customer;
      const other = side === this.#csr ? this.#customer : this.#csr;
      const about = { author: other.person, heard: this.#heard, raw: this.#raw };
      const said = this.#fault.said?.(outbound, about) ?? outbound;
      const written = await side.wire.shows(said);
      this.#look(other, this.#fault.written?.(written, about) ?? written);
      this.#notice(side, outbound);
    }
    this.#core.transcript.splice(0, this.#core.transcript.length - KNOWN);
  }

  #look(other: Side, wire: string): void {
    this.written += 1;
    const finding = other.sieve.find(wire);
    if (finding === null) return;
    const pair = { customer: this.#customer.wire.name, csr: this.#csr.wire.name };
    const { role: of } = other.person;
    this.leaks.push({ ...finding, ...pair, seed: this.#seed, of, act: this.#act, raw: this.#raw, wire });
  }

  #notice(side: Side, outbound: Outbound): void {
    if (outbound.kind === "message") {
      side.knows({ kind: "shown", key: outbound.key });
      if (outbound.choices.some(({ value }) => value === "/accept")) {
        side.label = /^#\d+ /u.exec(outbound.text)?.[0] ?? "";
        side.to = side.wire.capabilities.identity === "fixed" ? "support" : outbound.from;
      }
    }
  }

  /** Both look up whom they are talking to. */
  #ask(): void {
    for (const [side, other] of [
      [this.#customer, this.#csr],
      [this.#csr, this.#customer],
    ] as const) {
      const { desk } = this.#core;
      const identity = desk.identity(side.wire.name, side.to, side.address);
      const state = identity?.state === "offline" ? "offline" : "available";
      const answer = side.wire.asks?.(identity === null ? null : { name: identity.name, state }) ?? "";
      this.#act = "asked about";
      this.#look(other, answer + JSON.stringify([identity, desk.contacts(side.address)]));
    }
  }
}

/** Where several conversations share a window every line says which it belongs to. */
function labelled(side: Side, doing: Act): Act {
  return "text" in doing ? { ...doing, text: `${side.label}${doing.text}` } : doing;
}

/** The small company of the plays on these two networks, with the desk's own phrases, and Ada where the CSR is. */
function setting(customer: Side, csr: Side): PlaySetting {
  const handles = { support: "express" };
  const wires = new Map([customer, csr].map(({ wire }) => [wire.name, wire]));
  const networks = [...wires.values()].map(({ name, capabilities }) => [
    name,
    { title: "IM", handles, ...capabilities },
  ]);
  const played = playSetting(
    company({
      networks: Object.fromEntries(networks),
      csrs: { ada: { name: "Ada", at: [csr.wire.name], skills: { billing: 3 } } },
      limits: { floodMessages: 1_000_000, idleSeconds: 1_000_000, maxParts: 200, aliasRestSeconds: 1 },
      dialogs: {
        person: "billing",
        dialogs: { express: { steps: [{ identify: { account: false, askName: "Name?" } }, { route: "billing" }] } },
      },
    }),
  );
  const ada = played.rules.csrs.get("ada");
  if (ada === undefined) throw new Error("Ada is not there.");
  const rules: Rules = {
    ...played.rules,
    csrs: new Map([["ada", { ...ada, addresses: [csr.address] }]]),
    phrases: new Map(),
  };
  const able = [...wires.values()].map((wire) => [wire.name, { ...wire.capabilities, handles: ["support"] }]);
  return { ...played, rules, networks: Object.fromEntries(able) };
}
