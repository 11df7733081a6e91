/**
 * Who is next, over random days of a whole core: no CSR is idle while somebody waits whom they may serve, and nobody is passed over
 * for whom came later and asks for the same. By rule, whoever declined or let an offer pass is not asked again in that round, and
 * whoever is meant for one CSR waits for them.
 */
import { expect } from "chai";
import type { ConversationRow, CsrRow } from "../../src/core/state.ts";
import { Random } from "../simulation/random.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const CSRS = {
  ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, capacity: 2 },
  ben: { name: "Ben", at: ["xmpp"], skills: { billing: 1, sales: 2 }, capacity: 1 },
  cem: { name: "Cem", at: ["xmpp"], skills: { sales: 5, repairs: 1 }, capacity: 3 },
  eva: { name: "Eva", at: ["xmpp"], skills: { billing: 2, sales: 1, repairs: 3 }, capacity: 1 },
} as const;
const QUEUES = { billing: 2, sales: 1, repairs: 1 } as const;
const STATES = ["available", "available", "away", "offline"] as const;
const WORDS = ["/accept", "/accept", "/accept", "/decline", "/close", "/close", "/transfer sales", "/transfer ada"];

const SETTING = playSetting(
  company({
    networks: {
      web: { title: "Web", handles: Object.fromEntries(Object.keys(QUEUES).map((queue) => [queue, queue])) },
      xmpp: { title: "XMPP", handles: {} },
    },
    csrs: CSRS,
    queues: Object.fromEntries(
      Object.entries(QUEUES).map(([queue, least]) => [queue, { skills: { [queue]: least as 1 | 2 } }]),
    ),
    dialogs: {
      person: "sales",
      dialogs: Object.fromEntries(Object.keys(QUEUES).map((queue) => [queue, { steps: [{ route: queue }] }])),
    },
    limits: { floodMessages: 1_000_000 },
  }),
);

type Csr = keyof typeof CSRS;

/** One day: things happen, and after each of them it is looked who waits and who is free. */
class Day {
  readonly #random: Random;
  readonly #desk = new CoreDesk(SETTING);
  readonly #present = new Set<Csr>();
  #customers = 0;
  /** Offers that somebody could have been passed over for. */
  offers = 0;

  constructor(random: Random) {
    this.#random = random;
    for (const csr of Object.keys(CSRS) as Csr[]) this.#appear(csr, "available");
  }

  happen(): void {
    const before = this.#conversations();
    const random = this.#random;
    const chance = random.between(0, 99);
    if (chance < 40) this.#come();
    else if (chance < 85) this.#answer(before);
    else if (chance < 93) this.#appear(random.pick(Object.keys(CSRS) as Csr[]), random.pick(STATES));
    else if (chance < 95) this.#desk.restart(SETTING.rules);
    else this.#desk.ring();
    if (chance >= 93 && chance < 95) for (const csr of this.#present) this.#appear(csr, "available");
    this.#desk.now += random.between(1, 2_000);
    this.#nobodyIdle();
    this.#nobodyPassedOver(before);
  }

  #conversations(): ReadonlyMap<string, ConversationRow> {
    return new Map(this.#desk.table("conversation") as ReadonlyMap<string, ConversationRow>);
  }

  #come(): void {
    this.#customers += 1;
    const from = { network: "web", id: `customer-${this.#customers}` };
    this.#desk.hear({ kind: "message", from, to: this.#random.pick(Object.keys(QUEUES)), text: "hello" });
  }

  /** Some CSR says something in one of their conversations. */
  #answer(conversations: ReadonlyMap<string, ConversationRow>): void {
    const legs = [...conversations.values()].flatMap((row) =>
      row.legs.filter(({ role, state }) => role === "csr" && state !== "left"),
    );
    if (legs.length === 0) return;
    const { address, desk } = this.#random.pick(legs);
    this.#desk.hear({ kind: "message", from: address, to: desk, text: this.#random.pick(WORDS) });
  }

  #appear(csr: Csr, state: (typeof STATES)[number]): void {
    if (state === "available") this.#present.add(csr);
    else this.#present.delete(csr);
    this.#desk.hear({ kind: "presence", from: { network: "xmpp", id: csr }, to: "desk", state, text: null, all: true });
  }

  #nobodyIdle(): void {
    for (const row of this.#conversations().values()) {
      if (row.state !== "waiting") continue;
      for (const csr of this.#present)
        if (this.#mayServe(csr, row) && this.#hasRoom(csr)) expect.fail(`${csr} is idle while ${row.id} waits`);
    }
  }

  #nobodyPassedOver(before: ReadonlyMap<string, ConversationRow>): void {
    const after = this.#conversations();
    for (const row of after.values()) {
      const asked = row.state === "offered" && before.get(row.id)?.state !== "offered" ? row.offers[0] : undefined;
      const csr = row.legs[asked?.leg ?? -1]?.csr as Csr | undefined;
      if (csr === undefined || row.only !== null) continue;
      this.offers += 1;
      for (const other of after.values()) {
        const hasWaited = other.state === "waiting" && before.get(other.id)?.state === "waiting";
        if (hasWaited && other.queue === row.queue && isEarlier(other, row) && this.#mayServe(csr, other))
          expect.fail(`${csr} is asked for ${row.id}, and ${other.id} has waited longer for the same`);
      }
    }
  }

  #mayServe(csr: Csr, { queue, excluded, only }: ConversationRow): boolean {
    if (only !== null) return only === csr;
    const skills: Readonly<Record<string, number>> = CSRS[csr].skills;
    return (skills[queue ?? ""] ?? 0) >= QUEUES[queue as keyof typeof QUEUES] && !excluded.includes(csr);
  }

  #hasRoom(csr: Csr): boolean {
    const row = this.#desk.table("csr").get(csr) as CsrRow | undefined;
    return row === undefined || (row.away === null && row.hands.length < CSRS[csr].capacity);
  }
}

function isEarlier(one: ConversationRow, other: ConversationRow): boolean {
  const [since, otherSince] = [one.waitingSince ?? 0, other.waitingSince ?? 0];
  return since < otherSince || (since === otherSince && one.id < other.id);
}

describe("who is next", () => {
  it("leaves no CSR idle while somebody waits whom they may serve, and passes nobody over for whom came later", () => {
    let offers = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const day = new Day(new Random(seed));
      try {
        for (let event = 0; event < 120; event += 1) day.happen();
      } catch (error) {
        throw new Error(`day ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      offers += day.offers;
    }
    expect(offers, "offers that were looked at").to.be.greaterThan(400);
  }).timeout(60_000);
});
