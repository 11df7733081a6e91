/** The rules of a simulated house: two networks, three queues, a few CSRs, a bot that asks a little. */
import type { Feature } from "../../src/core/model.ts";
import { FEATURES } from "../../src/core/model.ts";
import {
  AFTER_HOURS,
  MAX_OFFERS_AT_ONCE,
  MONITOR_NOTICES,
  type OfferRule,
  ONE_AT_A_TIME,
  type Overflow,
  type Ring,
} from "../../src/core/queue-rules.ts";
import type { Csr, NetworkRules, Queue, Rules, SkillLevel, Strategy } from "../../src/core/rules.ts";
import { ASKS_NAME, ASKS_TOPIC, INVITES } from "./customer.ts";
import type { NetworkTraits } from "./network.ts";
import type { Random } from "./random.ts";
import { ADVISES, LISTENS, OFFERS, TALKS } from "./representative.ts";
import type { Shape } from "./shape.ts";
import type { Subject } from "./subject.ts";

/** `hall`: every alias an address of its own. `booth`: the desk has one address, and CSRs there need labels. */
export function drawNetworks(random: Random): readonly NetworkTraits[] {
  const some = (): readonly Feature[] => FEATURES.filter((feature) => feature === "presence" || random.chance(0.6));
  const place = { place: "{}@rooms", showsAddresses: random.chance(0.5) };
  const common = (): Pick<NetworkTraits, "redelivers" | "namesMessages" | "rooms" | "hosts"> => ({
    hosts: false,
    rooms: null,
    redelivers: random.chance(0.6),
    namesMessages: random.chance(0.5),
  });
  const window = (): number => random.pick([1, 2, 8]);
  return [
    {
      name: "hall",
      desk: "desk",
      handles: ["support", "sales"],
      capabilities: {
        identity: "virtual",
        features: some(),
        maxTextBytes: 65_536,
        window: window(),
        deduplicates: random.chance(0.5),
      },
      ...common(),
      hosts: true,
      rooms: random.chance(0.5) ? place : null,
    },
    {
      name: "booth",
      desk: "counter",
      handles: ["counter"],
      capabilities: {
        identity: "fixed",
        features: some(),
        maxTextBytes: random.pick([120, 4_096]),
        window: window(),
        deduplicates: random.chance(0.5),
      },
      ...common(),
    },
  ];
}

const QUEUES: Readonly<Record<string, Readonly<Record<string, SkillLevel>>>> = {
  billing: { billing: 2 },
  orders: { orders: 1 },
  general: {},
};

const SUPERVISED: readonly NonNullable<Csr["supervises"]>[] = [[], [], ["billing", "general"], "all"];

/** Some CSRs, each on one network or on both; between them they have every skill. */
export function drawCsrs(most: number, random: Random): readonly Csr[] {
  const count = random.between(2, most);
  return Array.from({ length: count }, (_, index): Csr => {
    const number = index + 1;
    const addresses = [
      { network: "hall", id: `real8000${number}` },
      { network: "booth", id: `real8100${number}` },
    ];
    const where = random.pick(["hall", "booth", "both"] as const);
    const skills = new Map<string, SkillLevel>([["billing", random.between(1, 5) as SkillLevel]]);
    if (index === 0) {
      skills.set("billing", 3);
    }
    if (index === 0 || random.chance(0.6)) {
      skills.set("orders", random.between(1, 5) as SkillLevel);
    }
    return {
      id: `csr${number}`,
      name: `Csr ${number}`,
      addresses: where === "both" ? addresses : addresses.filter((address) => address.network === where),
      skills,
      languages: ["en"],
      capacity: random.between(1, 3),
      supervises: random.pick(SUPERVISED),
    };
  });
}

const OFFERS_AT_ONCE: readonly OfferRule[] = [
  ONE_AT_A_TIME,
  ONE_AT_A_TIME,
  { atOnce: 2, announced: false },
  { atOnce: MAX_OFFERS_AT_ONCE, announced: false },
  { atOnce: MAX_OFFERS_AT_ONCE, announced: true },
];

function drawQueue(id: string, random: Random): Queue {
  const strategies: readonly (readonly Strategy[])[] = [
    ["longest-idle"],
    ["least-loaded", "longest-idle"],
    ["most-skilled"],
    ["fewest-losses", "longest-idle"],
  ];
  return {
    id,
    name: id,
    skills: new Map(Object.entries(QUEUES[id] ?? {})),
    matchLanguage: false,
    priority: random.between(0, 2),
    strategies: random.pick(strategies),
    compatibility: random.chance(0.85) ? "translated" : "same-network",
    hours: null,
    maxWaiting: random.pick([1, 3, 20]),
    offers: random.pick(OFFERS_AT_ONCE),
    offerSeconds: random.pick([15, 40]),
    missesUntilAway: 2,
    wrapUpSeconds: random.pick([0, 10]),
    ...drawDetours(random),
    room: random.chance(0.5) ? { seconds: 60, allowsAddresses: true } : null,
    monitorNotice: random.pick(MONITOR_NOTICES),
  };
}

const RING = {
  when: null,
  needs: null,
  levels: {},
  points: 1,
  strategies: null,
  compatibility: null,
  to: null,
} as const;
const RINGS: readonly (readonly Ring[])[] = [
  [],
  [],
  [{ ...RING, afterSeconds: 20, drop: ["billing", "orders"] }],
  [
    { ...RING, afterSeconds: 10, drop: [], compatibility: "translated" },
    { ...RING, afterSeconds: 30, drop: [], to: { kind: "queue", queue: "general" } },
  ],
];
const OVERFLOWS: readonly (readonly Overflow[])[] = [
  [],
  [],
  [{ why: "full", when: null, text: null, to: { kind: "queue", queue: "general" } }],
  [
    { why: "full", when: null, text: "All are busy.", to: { kind: "dialog", dialog: "direct" } },
    { why: "closed", when: null, text: null, to: { kind: "handle", handle: "sales" } },
  ],
];

/** What else may become of those who wait: other needs after a while, another queue, another network. */
function drawDetours(random: Random): Pick<Queue, "rings" | "overflow" | "hosting" | "afterHours"> {
  return {
    rings: random.pick(RINGS),
    overflow: random.pick(OVERFLOWS),
    hosting: random.chance(0.3) ? { network: "hall", seconds: random.pick([30, 120]) } : null,
    afterHours: random.pick(AFTER_HOURS),
  };
}

const DIALOGS: Parameters<Subject["compileDialogs"]>[0] = {
  person: "general",
  phrases: {
    "csr.offer.head": `${OFFERS} {name} · {queue} · {network}`,
    "csr.supervise.listening": `${LISTENS} {name} with {csr}`,
    "csr.consult.asked": `${LISTENS} ${ADVISES} {name}, asked by {csr}: {reason}`,
    "continue.invite": `${INVITES} {network} {minutes}`,
    "csr.accepted": `${TALKS} {name}`,
  },
  dialogs: {
    reception: {
      steps: [
        { say: "Welcome to the simulated house." },
        { identify: { account: false, askName: `What is ${ASKS_NAME}` } },
        {
          ask: `What is it about ${ASKS_TOPIC}`,
          type: "choice",
          as: "topic",
          choices: [
            { value: "billing", label: "Bills", do: [{ route: "billing" }] },
            { value: "orders", label: "Orders", do: [{ route: "orders" }] },
          ],
          noMatch: { say: [`Please choose ${ASKS_TOPIC}`], do: [{ route: "general" }] },
        },
      ],
    },
    direct: { steps: [{ say: "Somebody will be with you." }, { route: "general" }] },
  },
};

export function drawRules(
  subject: Subject,
  networks: readonly NetworkTraits[],
  { mostCsrs }: Shape,
  random: Random,
): Rules {
  const compiled = subject.compileDialogs(DIALOGS, { queues: Object.keys(QUEUES), languages: ["en"] });
  if (compiled.problems.length > 0) {
    throw new Error(`the simulated dialogs are faulty: ${JSON.stringify(compiled.problems)}`);
  }
  const queues = Object.keys(QUEUES).map((id) => [id, drawQueue(id, random)] as const);
  return {
    version: "first",
    networks: new Map(networks.map((traits) => [traits.name, networkRules(traits)])),
    csrs: new Map(drawCsrs(mostCsrs, random).map((csr) => [csr.id, csr])),
    queues: new Map(queues),
    skills: ["billing", "orders"],
    dialogs: compiled.dialogs,
    // Customers here choose by number or not at all; understanding free text has a suite of its own.
    intents: { match: () => [] },
    directory: subject.createDirectory([]),
    limits: {
      conversationsPerCustomer: 2,
      openConversations: 1_000,
      inboundTextBytes: 4_000,
      floodMessages: 20,
      floodSeconds: 10,
      idleSeconds: 600,
      dialogIdleSeconds: 300,
      aliasRestSeconds: 400,
      csrAbsenceSeconds: 60,
      undeliveredSeconds: 240,
      lateSeconds: 30,
      maxParts: 40,
      explainedCsrs: 200,
    },
    phrases: compiled.phrases,
    languages: ["en"],
    company: "Simulated",
  };
}

function networkRules({ name, desk, handles, rooms, hosts }: NetworkTraits): NetworkRules {
  const dialogOf = (handle: string): string => (handle === "sales" ? "direct" : "reception");
  return {
    name,
    title: name,
    desk,
    rooms,
    continuation: hosts ? { link: `${name}:{}`, place: `${name}:{}` } : null,
    handles: handles.map((id) => ({ network: name, id, name: id, dialog: dialogOf(id) })),
  };
}
