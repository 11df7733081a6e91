/**
 * From freed capacity to the offer, in the group `routing`: a real desk, its store on the disk, everybody on loopback networks. A CSR closes a
 * conversation; measured is until the offer of the next one is with them. Beside it, what one durable commit takes at that moment.
 */
import { join } from "node:path";
import { closeLoopbackExchange, type LoopbackPerson, loopbackExchange } from "../../adapters/loopback/index.ts";
import type { Rules, SkillLevel } from "../../src/core/rules.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { Random } from "../../test/simulation/random.ts";
import { company, playSetting } from "../../test/support/play-rules.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { until, within } from "../../test/support/wait.ts";
import { openDurableDesk } from "./durable-desk.ts";
import { percentile, type Row } from "./measure.ts";

const CSRS = 1_000;
const WAITING = 10_000;
const SKILLS = 50;
const SKILLS_OF_ONE = 5;
const OFFERS = 400;
/** Offers that do not count: until everything was done once. */
const WARM_UP = 50;
/** Customers who come at once; more would be more than the desk takes in at a time. */
const ARRIVALS = 250;
const LIMIT_MS = 300_000;
const EXCHANGES = { web: "bench-offers-web", xmpp: "bench-offers-xmpp" } as const;

/** The 99th percentiles of both. */
export async function freedToOffer(): Promise<Row> {
  const folder = temporaryFolder("bench-offers");
  // They are there before the desk is, which asks who is present when it comes.
  const office = new Office();
  const desk = await openDurableDesk({
    rules: rules(),
    path: join(folder.path, "desk.sqlite"),
    exchanges: EXCHANGES,
    handles: numbered(SKILLS, "handle"),
  });
  const beside = await openSqliteStore({ path: join(folder.path, "beside.sqlite") });
  try {
    await office.fill();
    const offers: number[] = [];
    const commits: number[] = [];
    for (let done = 0; done < WARM_UP + OFFERS; done += 1) {
      const [offer, commit] = [await office.freeOne(), await commitOnce(beside, done)];
      if (done < WARM_UP) continue;
      offers.push(offer);
      commits.push(commit);
    }
    return {
      id: "routing.freed-to-offer-p99",
      unit: "ms",
      ours: percentile(offers, 0.99),
      theirs: percentile(commits, 0.99),
      against: "one durable commit",
      goal: { atMost: 5 },
    };
  } finally {
    await desk.stop();
    await beside.close();
    for (const name of Object.values(EXCHANGES)) closeLoopbackExchange(name);
    folder.remove();
  }
}

function numbered(count: number, name: string): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`);
}

/** A queue, a handle and a dialog that leads from one to the other for each skill; who has which is drawn. */
function rules(): Rules {
  const random = new Random(CSRS);
  const csrs = numbered(CSRS, "csr").map((id) => {
    const skills: Record<string, SkillLevel> = {};
    while (Object.keys(skills).length < SKILLS_OF_ONE)
      skills[`skill-${random.between(0, SKILLS - 1)}`] = random.between(1, 5) as SkillLevel;
    return [id, { name: id, at: ["xmpp"], skills }] as const;
  });
  const numbers = Array.from({ length: SKILLS }, (_, number) => number);
  const handles = Object.fromEntries(numbers.map((number) => [`handle-${number}`, `dialog-${number}`]));
  const queue = (number: number) => ({
    skills: { [`skill-${number}`]: random.between(1, 3) as SkillLevel },
    maxWaiting: CSRS + WAITING,
    offerSeconds: 3_600,
  });
  const setting = playSetting(
    company({
      networks: { web: { title: "Web", handles }, xmpp: { title: "XMPP", handles: {} } },
      csrs: Object.fromEntries(csrs),
      queues: Object.fromEntries(numbers.map((number) => [`queue-${number}`, queue(number)])),
      dialogs: {
        person: "queue-0",
        dialogs: Object.fromEntries(
          numbers.map((number) => [`dialog-${number}`, { steps: [{ route: `queue-${number}` }] }]),
        ),
      },
      limits: {
        openConversations: CSRS + WAITING + 1,
        floodMessages: 1_000_000_000,
        newConversationsPerMinute: 1_000_000_000,
        explainedCsrs: 0,
      },
    }),
  );
  return setting.rules;
}

/** Everybody at their clients. CSRs take what they are offered. */
class Office {
  readonly #csrs: readonly LoopbackPerson[];
  /** With whom each of them talks, as they see it. */
  readonly #talks = new Map<string, string>();
  #next = 0;
  #onOffer: (csr: string) => void = () => {};

  constructor() {
    this.#csrs = numbered(CSRS, "csr").map((id) => loopbackExchange(EXCHANGES.xmpp).person(id));
    for (const csr of this.#csrs) {
      csr.onReceived = (event) => {
        // The client's memory is not what is measured.
        csr.received.length = 0;
        if (event.kind !== "message" || !event.choices.some(({ value }) => value === "/accept")) return;
        this.#onOffer(csr.id);
        this.#talks.set(csr.id, event.from);
        csr.say(event.from, "/accept");
      };
    }
  }

  /** Customers come until every CSR talks and so many wait. */
  async fill(): Promise<void> {
    const random = new Random(WAITING);
    const all = CSRS + WAITING;
    const answered = new Set<string>();
    for (let come = 0; come < all; come += ARRIVALS) {
      for (let number = come; number < Math.min(all, come + ARRIVALS); number += 1) {
        const customer = loopbackExchange(EXCHANGES.web).person(`customer-${number}`);
        customer.onReceived = () => {
          customer.received.length = 0;
          answered.add(customer.id);
        };
        customer.say(`handle-${random.between(0, SKILLS - 1)}`, "hello");
      }
      const open = Math.min(all, come + ARRIVALS);
      await until(`${open} customers to be answered`, () => answered.size >= open, LIMIT_MS);
    }
    await until("every CSR to talk", () => this.#talks.size === CSRS, LIMIT_MS);
  }

  /** Milliseconds from a CSR's last word to the offer of the next conversation. */
  async freeOne(): Promise<number> {
    const csr = this.#csrs[this.#next % CSRS];
    this.#next += 7;
    const customer = this.#talks.get(csr?.id ?? "");
    if (csr === undefined || customer === undefined)
      throw new Error(`CSR ${this.#next} of the bench talks with nobody.`);
    const offered = Promise.withResolvers<number>();
    this.#onOffer = (id) => {
      if (id === csr.id) offered.resolve(performance.now());
    };
    const began = performance.now();
    csr.say(customer, "/close");
    const ms = (await within(LIMIT_MS, "the next offer", offered.promise)) - began;
    this.#onOffer = () => {};
    return ms;
  }
}

/** Milliseconds until one small row is on the disk. */
async function commitOnce(store: Store, number: number): Promise<number> {
  const began = performance.now();
  const none = { inbox: [], changes: [], lines: [], outbox: [], timers: [], facts: [], marks: [], quarantine: [] };
  await store.commit({ ...none, adapterState: [{ network: "bench", key: "number", value: number }] });
  return performance.now() - began;
}
