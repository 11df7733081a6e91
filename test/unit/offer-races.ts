/**
 * CSRs who are asked several at a time and do everything at the same moment: accept, decline, lose their connection, end what they
 * had; customers who leave just then; offers that run out. Time stands still within a round, so everything in it is simultaneous
 * and chance alone says what comes first. After every single event it is looked at whether anybody won twice.
 */
import type { ConversationRow, CsrRow } from "../../src/core/state.ts";
import type { Step } from "../../src/core/step.ts";
import type { Random } from "../simulation/random.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const CSRS = 8;
const CUSTOMERS = 6;
/** Rounds on one desk, so that its rows do not pile up. */
const ROUNDS = 60;
const SKILLS = { billing: 1 } as const;

export interface Races {
  /** Conversations of whom several CSRs were asked at the same time, and all offers made. */
  readonly parallel: number;
  readonly offers: number;
  readonly taken: number;
  /** Accepted when somebody else had been quicker in the same moment. */
  readonly late: number;
}

/** Throws at the first event after which something does not hold. */
export function race(random: Random, conversations: number): Races {
  const sum = { parallel: 0, offers: 0, taken: 0, late: 0 };
  while (sum.parallel < conversations) {
    const centre = new Centre(random);
    for (let round = 0; round < ROUNDS && sum.parallel + centre.sum.parallel < conversations; round += 1)
      centre.round();
    for (const count of ["parallel", "offers", "taken", "late"] as const) sum[count] += centre.sum[count];
  }
  return sum;
}

function settingFor(random: Random) {
  const at = (number: number): string => random.pick([`csr-${number}@xmpp`, `csr-${number}@web`]);
  const csrs = Array.from({ length: CSRS }, (_, number): [string, PlayConfig["csrs"][string]] => [
    `csr-${number}`,
    { name: `Csr ${number}`, at: [at(number)], skills: SKILLS, capacity: random.between(1, 3) },
  ]);
  const offers = random.pick([
    { atOnce: 2, announced: false },
    { atOnce: 3, announced: false },
    { atOnce: 100, announced: false },
    { atOnce: 100, announced: true },
  ]);
  const billing = { name: "Billing", skills: SKILLS, offers, missesUntilAway: 0 } as const;
  const sales = { name: "Sales", skills: SKILLS, offers, missesUntilAway: 3 } as const;
  const limits = { floodMessages: 1_000_000, aliasRestSeconds: 60 };
  return playSetting(company({ csrs: Object.fromEntries(csrs), queues: { billing, sales }, limits }));
}

class Centre {
  readonly sum = { parallel: 0, offers: 0, taken: 0, late: 0 };
  readonly #random: Random;
  readonly #core: CoreDesk;
  readonly #open = new Map<string, ConversationRow>();
  readonly #csrs = new Map<string, CsrRow>();
  /** Those of whom several were asked. */
  readonly #parallel = new Set<string>();
  /** Who talks with whom. */
  readonly #winners = new Map<string, string>();
  #newcomers = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#core = new CoreDesk(settingFor(random));
    for (const { addresses } of this.#core.setting.rules.csrs.values()) for (const from of addresses) this.#come(from);
  }

  /** Some customers come; then everything that anybody can do is done at once, in the order of chance. */
  round(): void {
    const random = this.#random;
    for (let count = random.between(1, 3); count > 0 && this.#open.size < CUSTOMERS; count -= 1) this.#newcomer();
    const acts: (() => void)[] = [];
    for (const row of this.#open.values()) acts.push(...this.#actsIn(row));
    for (const { addresses } of this.#core.setting.rules.csrs.values()) {
      for (const from of addresses) {
        if (random.chance(0.1)) acts.push(() => this.#presence(from, "offline"));
        acts.push(() => this.#come(from));
      }
    }
    shuffle(acts, random);
    for (const act of acts) act();
    if (random.chance(0.3)) this.#ring();
  }

  /** What the people of one conversation do, by what they see now: whether it is still so when their turn comes is the question. */
  #actsIn(row: ConversationRow): readonly (() => void)[] {
    const random = this.#random;
    const acts: (() => void)[] = [];
    for (const leg of row.legs) {
      if (leg.role === "csr" && leg.state === "invited" && random.chance(0.8)) {
        const answer = random.chance(0.75) ? "/accept" : "/decline";
        acts.push(() => {
          if (answer === "/accept" && !this.#isAsked(row.id, leg.index)) this.sum.late += 1;
          this.#say(leg.address, leg.desk, answer);
        });
      }
      if (leg.role === "csr" && leg.state === "active" && random.chance(0.5)) {
        const word = random.pick(["/close", "/close", "/transfer sales", "/transfer csr-1"]);
        acts.push(() => this.#say(leg.address, leg.desk, word));
      }
      if (leg.role === "customer" && random.chance(0.08)) acts.push(() => this.#say(leg.address, leg.desk, "stop"));
    }
    return acts;
  }

  #isAsked(conversation: string, leg: number): boolean {
    return this.#open.get(conversation)?.legs[leg]?.state === "invited";
  }

  #newcomer(): void {
    this.#newcomers += 1;
    this.#say({ network: this.#random.pick(["web", "xmpp"]), id: `customer-${this.#newcomers}` }, "support", "hello");
  }

  #come(from: { readonly network: string; readonly id: string }): void {
    this.#presence(from, "available");
  }

  #presence(from: { readonly network: string; readonly id: string }, state: "available" | "offline"): void {
    this.#learn(this.#core.hear({ kind: "presence", from, to: "desk", state, text: null, all: true }));
  }

  #say(from: { readonly network: string; readonly id: string }, to: string, text: string): void {
    this.#learn(this.#core.hear({ kind: "message", from, to, text }));
  }

  /** The next timer rings, whatever it is for. */
  #ring(): void {
    const [next] = [...this.#core.timers.values()].sort((one, other) => one.at - other.at);
    if (next === undefined) return;
    this.#core.timers.delete(next.id);
    this.#core.now = Math.max(this.#core.now, next.at);
    this.#learn(this.#core.step({ kind: "timer", timer: next }));
  }

  #learn(step: Step): void {
    for (const { event, conversation, csr } of step.facts) {
      if (conversation === null) continue;
      if (event === "offer.made") this.sum.offers += 1;
      if (event === "offer.accepted") this.#won(conversation, csr ?? "");
      if (event === "conversation.transfer" || event === "conversation.absent" || event === "conversation.closed")
        this.#winners.delete(conversation);
      if (event === "offer.lost" && !step.outbounds.some((sent) => isTold(sent, csr ?? "")))
        throw new Error(`${csr} was not told that ${conversation} is taken`);
    }
    const before = new Map(this.#csrs);
    for (const { table, id, value } of step.changes) {
      if (table === "csr" && value !== null) this.#csrs.set(id, value as CsrRow);
      if (table !== "conversation") continue;
      if (value === null) this.#open.delete(id);
      else this.#open.set(id, value as ConversationRow);
    }
    for (const { table, id } of step.changes) if (table === "conversation") this.#conversation(id);
    for (const { event, csr } of step.facts) if (event === "offer.lost") this.#keptPlace(before, csr ?? "");
    for (const [id, row] of this.#csrs) this.#capacity(id, row);
    this.#nobodyIdle();
  }

  #won(conversation: string, csr: string): void {
    const other = this.#winners.get(conversation);
    if (other !== undefined) throw new Error(`${conversation} was won by ${other} and by ${csr}`);
    this.#winners.set(conversation, csr);
    if (this.#parallel.has(conversation)) this.sum.taken += 1;
  }

  #conversation(id: string): void {
    const row = this.#open.get(id);
    if (row === undefined) return;
    const active = row.legs.filter(({ role, state }) => role === "csr" && state === "active");
    const invited = row.legs.filter(({ state }) => state === "invited").map(({ index }) => index);
    if (active.length !== (row.state === "talking" ? 1 : 0))
      throw new Error(`${id} is ${row.state} with ${active.length}`);
    if (
      invited.join() !==
      row.offers
        .map(({ leg }) => leg)
        .sort((a, b) => a - b)
        .join()
    )
      throw new Error(`${id} asks the legs ${invited.join()} and says otherwise`);
    if (row.offers.length > 0 !== (row.state === "offered")) throw new Error(`${id} is ${row.state} with offers`);
    if (active.length === 1 && this.#winners.get(id) !== active[0]?.csr) throw new Error(`${id} has another winner`);
    if (row.offers.length > 1 && !this.#parallel.has(id)) {
      this.#parallel.add(id);
      this.sum.parallel += 1;
    }
  }

  #capacity(id: string, row: CsrRow): void {
    const held = row.hands.filter((conversation) => {
      const one = this.#open.get(conversation);
      const offer = one?.offers.find(({ leg }) => one.legs[leg]?.csr === id);
      return offer?.announced !== true;
    });
    const capacity = this.#core.setting.rules.csrs.get(id)?.capacity ?? 0;
    if (held.length > capacity) throw new Error(`${id} has ${held.length} in hand and room for ${capacity}`);
    for (const conversation of row.hands) {
      const isIn = this.#open.get(conversation)?.legs.some(({ csr, state }) => csr === id && state !== "left");
      if (isIn !== true) throw new Error(`${id} is said to have ${conversation} in hand`);
    }
  }

  #keptPlace(before: ReadonlyMap<string, CsrRow>, csr: string): void {
    const [was, is] = [before.get(csr)?.idleSince, this.#csrs.get(csr)?.idleSince];
    if (was !== is) throw new Error(`${csr} was idle since ${was} and, after losing an offer, since ${is}`);
  }

  /** Nobody who may serve somebody who waits has nothing to do. */
  #nobodyIdle(): void {
    const free = this.#core.desk.csrs().filter(({ state }) => state === "free");
    for (const row of this.#open.values()) {
      if (row.state !== "waiting") continue;
      const idle = free.find(({ id }) => !row.excluded.includes(id) && (row.only === null || row.only === id));
      if (idle !== undefined) throw new Error(`${idle.id} is free while ${row.id} waits`);
    }
  }
}

function isTold(sent: Step["outbounds"][number], csr: string): boolean {
  return sent.kind === "message" && sent.to.id === csr && sent.text.includes("has taken it");
}

function shuffle(list: unknown[], random: Random): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last);
    [list[last], list[other]] = [list[other], list[last]];
  }
}
