/**
 * Two desks that share their CSRs through one routing server, with everything going wrong between them: connections that are lost, desks
 * that die and come back, a server that dies and knows nothing, answers that come late. After every event it is looked at whether
 * anybody was given more than they have room for, or anything was offered twice; and after everything has calmed down, whether
 * anybody is left waiting whom somebody could serve.
 */
import type { Address } from "../../src/core/model.ts";
import type { ConversationRow, CsrRow } from "../../src/core/state.ts";
import type { DeskEvent, Step } from "../../src/core/step.ts";
import { Mirror } from "../../src/routing-client/mirror.ts";
import { Exchange } from "../../src/routing-server/exchange.ts";
import type { Random } from "../simulation/random.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const CSRS = 4;
const SKILLS = { billing: 1 } as const;
const LEASE_MS = 30_000;
const DESKS = ["east", "west"] as const;

export interface SharedTally {
  readonly offers: number;
  readonly taken: number;
  /** Answers that counted for nothing, since the request had changed or the CSR could not be asked any more. */
  readonly stale: number;
  readonly disconnects: number;
  readonly deskDeaths: number;
  readonly serverDeaths: number;
}

/** A connection: what was said and has not arrived yet. */
type News = NonNullable<Step["routing"]>;
type Assigned = Extract<DeskEvent, { kind: "matched" }>["answers"];

class Branch {
  readonly name: string;
  readonly core: CoreDesk;
  readonly open = new Map<string, ConversationRow>();
  readonly csrs = new Map<string, CsrRow>();
  readonly steps: Step[] = [];
  mirror = new Mirror();
  /** Null while there is no connection. */
  toServer: News[] | null = null;
  toDesk: Assigned[] = [];
  customers = 0;

  constructor(name: string, setting: ReturnType<typeof playSetting>) {
    this.name = name;
    this.core = new CoreDesk(setting, { delegates: true }, (step) => this.#learn(step));
    this.#everybodyCame();
  }

  /** The process was killed and is started again on the same rows. */
  die(): void {
    this.mirror = new Mirror();
    this.core.restart(this.core.setting.rules);
    this.#everybodyCame();
  }

  #everybodyCame(): void {
    for (const { addresses } of this.core.setting.rules.csrs.values())
      for (const from of addresses) this.presence(from);
  }

  presence(from: Address, state: "available" | "offline" = "available"): void {
    this.core.hear({ kind: "presence", from, to: "desk", state, text: null, all: true });
  }

  say(from: Address, to: string, text: string): void {
    this.core.hear({ kind: "message", from, to, text });
  }

  #learn(step: Step): void {
    this.steps.push(step);
    for (const { table, id, value } of step.changes) {
      if (table === "csr" && value !== null) this.csrs.set(id, value as CsrRow);
      if (table !== "conversation") continue;
      if (value === null) this.open.delete(id);
      else this.open.set(id, value as ConversationRow);
    }
    if (step.routing === undefined) return;
    this.mirror.learn(step.routing);
    this.toServer?.push(step.routing);
  }
}

export class SharedDesks {
  readonly sum = { offers: 0, taken: 0, stale: 0, disconnects: 0, deskDeaths: 0, serverDeaths: 0 };
  readonly #random: Random;
  readonly #branches: readonly Branch[];
  readonly #capacity = new Map<string, number>();
  readonly #winners = new Map<string, string>();
  #exchange: Exchange;
  #now = 0;

  constructor(random: Random) {
    this.#random = random;
    const csrs = Array.from({ length: CSRS }, (_, number): [string, PlayConfig["csrs"][string]] => [
      `csr-${number}`,
      { name: `Csr ${number}`, at: [`csr-${number}@web`], skills: SKILLS, capacity: random.between(1, 3) },
    ]);
    const offers = { atOnce: random.pick([1, 1, 2, 100]), announced: random.chance(0.3) };
    const queue = { skills: SKILLS, offers, missesUntilAway: 0 } as const;
    const config = company({
      networks: { web: { title: "Web", handles: { support: "express" } } },
      csrs: Object.fromEntries(csrs),
      queues: { billing: { name: "Billing", ...queue }, sales: { name: "Sales", ...queue } },
      limits: { floodMessages: 1_000_000, aliasRestSeconds: 60 },
    });
    const setting = playSetting(config);
    for (const { id, capacity } of setting.rules.csrs.values()) this.#capacity.set(id, capacity);
    this.#branches = DESKS.map((name) => new Branch(name, setting));
    this.#now = this.#branches[0]?.core.now ?? 0;
    this.#exchange = this.#newExchange();
    for (const branch of this.#branches) this.#connect(branch);
  }

  /** One thing happens, whatever it is. */
  turn(): void {
    const random = this.#random;
    const branch = random.pick(this.#branches);
    const kind = random.next();
    if (kind < 0.4) this.#deliver(branch);
    else if (kind < 0.8) this.#people(branch);
    else if (kind < 0.92) this.#pass(random.between(1, 400));
    else if (kind < 0.95) this.#disconnect(branch);
    else if (kind < 0.98) this.#connect(branch);
    else if (kind < 0.99) this.#killDesk(branch);
    else if (kind < 0.994) this.#killServer();
    this.#look();
  }

  /** Everything is up and everything arrives, and everybody works: then everybody must have been served in the end. */
  calm(): void {
    for (const branch of this.#branches) {
      for (const { addresses } of branch.core.setting.rules.csrs.values())
        for (const from of addresses) branch.presence(from);
      this.#connect(branch);
    }
    this.#pass(LEASE_MS);
    // Who was asked in vain may be asked again after a while.
    for (let round = 0; round < 30; round += 1) {
      this.#pass(60_000);
      for (const branch of this.#branches) this.#serve(branch);
      this.#deliverAll();
    }
    this.#nobodyStuck();
  }

  #deliverAll(): void {
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const branch of this.#branches) {
        while (this.#deliver(branch)) isQuiet = false;
        this.#look();
      }
    }
  }

  #newExchange(): Exchange {
    return new Exchange({ leaseMs: LEASE_MS, expected: DESKS, now: this.#now });
  }

  #connect(branch: Branch): void {
    if (branch.toServer !== null) return;
    branch.toDesk = [];
    this.#exchange.connect(branch.name);
    this.#exchange.announced(branch.name, branch.mirror.whole());
    branch.toServer = [];
    this.#decide();
  }

  #disconnect(branch: Branch): void {
    if (branch.toServer === null) return;
    this.sum.disconnects += 1;
    branch.toServer = null;
    branch.toDesk = [];
    this.#exchange.disconnect(branch.name, this.#now);
  }

  #killDesk(branch: Branch): void {
    this.sum.deskDeaths += 1;
    this.#disconnect(branch);
    branch.die();
  }

  #killServer(): void {
    this.sum.serverDeaths += 1;
    for (const branch of this.#branches) {
      branch.toServer = null;
      branch.toDesk = [];
    }
    this.#exchange = this.#newExchange();
  }

  /** One frame arrives, on one side or the other. False when there was none. */
  #deliver(branch: Branch): boolean {
    if (branch.toServer === null) return false;
    const isToServer = branch.toDesk.length === 0 || this.#random.chance(0.5);
    const news = isToServer ? branch.toServer.shift() : undefined;
    if (news !== undefined) {
      this.#exchange.changed(branch.name, news, this.#now);
      this.#decide();
      return true;
    }
    const answers = branch.toDesk.shift();
    if (answers !== undefined) branch.core.step({ kind: "matched", answers });
    return answers !== undefined;
  }

  #decide(): void {
    for (const [name, made] of this.#exchange.decide(this.#now)) {
      const branch = this.#branches.find((one) => one.name === name);
      const answers = made.map(({ csr, ...one }) => ({ ...one, csrs: [csr], overrules: false, until: null }));
      branch?.toDesk.push(answers);
    }
  }

  #pass(ms: number): void {
    this.#now += ms;
    for (const branch of this.#branches) {
      branch.core.now = this.#now;
      const due = [...branch.core.timers.values()].filter(({ at }) => at <= this.#now);
      for (const timer of due) {
        branch.core.timers.delete(timer.id);
        branch.core.step({ kind: "timer", timer });
      }
    }
    this.#exchange.tick(this.#now);
    this.#decide();
  }

  #people(branch: Branch): void {
    const random = this.#random;
    if (random.chance(0.4) && branch.open.size < 8) {
      branch.customers += 1;
      branch.say({ network: "web", id: `${branch.name}-${branch.customers}` }, "support", "hello");
      return;
    }
    if (random.chance(0.2)) {
      const [address] = random.pick([...branch.core.setting.rules.csrs.values()]).addresses;
      if (address !== undefined) branch.presence(address, random.pick(["available", "available", "offline"]));
      return;
    }
    if (branch.open.size === 0) return;
    const row = random.pick([...branch.open.values()]);
    const leg = random.pick(row.legs);
    if (leg.role === "customer" && random.chance(0.1)) branch.say(leg.address, leg.desk, "stop");
    if (leg.state === "invited") branch.say(leg.address, leg.desk, random.chance(0.7) ? "/accept" : "/decline");
    else if (leg.role === "csr" && leg.state === "active") {
      branch.say(
        leg.address,
        leg.desk,
        random.pick(["/close", "/close", "/close", "/transfer sales", "/transfer csr-1"]),
      );
    }
  }

  /** Whoever is asked accepts, and whoever talks comes to an end. */
  #serve(branch: Branch): void {
    for (const { id } of [...branch.open.values()]) {
      const leg = branch.open.get(id)?.legs.findLast(({ role, state }) => role === "csr" && state !== "left");
      if (leg !== undefined) branch.say(leg.address, leg.desk, leg.state === "invited" ? "/accept" : "/close");
      this.#look();
    }
  }

  // --- what must hold -------------------------------------------------------------------------------------------------

  #look(): void {
    for (const branch of this.#branches) {
      for (const step of branch.steps.splice(0)) this.#lookAt(branch, step);
      for (const row of branch.open.values()) {
        const active = row.legs.filter(({ role, state }) => role === "csr" && state === "active");
        if (active.length !== (row.state === "talking" ? 1 : 0)) throw new Error(`${row.id} has ${active.length} CSRs`);
        const asked = row.offers.map(({ leg }) => row.legs[leg]?.csr);
        if (new Set(asked).size !== asked.length) throw new Error(`${row.id} is offered twice to ${asked.join()}`);
      }
    }
    for (const [csr, capacity] of this.#capacity) {
      const held = this.#branches.reduce((sum, { csrs }) => sum + (csrs.get(csr)?.hands.length ?? 0), 0);
      if (held > capacity) throw new Error(`${csr} has ${held} in hand and room for ${capacity}`);
    }
  }

  #lookAt(branch: Branch, { facts, routing }: Step): void {
    for (const { event, conversation, csr } of facts) {
      const id = `${branch.name} ${conversation}`;
      if (event === "offer.made") this.sum.offers += 1;
      if (event === "offer.accepted") {
        if (this.#winners.has(id)) throw new Error(`${id} was won by ${this.#winners.get(id)} and by ${csr}`);
        this.#winners.set(id, csr ?? "");
        this.sum.taken += 1;
      }
      if (event === "conversation.transfer" || event === "conversation.closed") this.#winners.delete(id);
    }
    this.sum.stale += routing?.settled.filter(({ csr }) => csr === null).length ?? 0;
  }

  #nobodyStuck(): void {
    for (const { name, open } of this.#branches) {
      for (const { id, state } of open.values()) throw new Error(`${name} ${id} is still ${state}`);
    }
  }
}
