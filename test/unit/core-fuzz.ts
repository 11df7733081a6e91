/** People who do anything in any order, staff and strangers, under rules that change and a desk that starts anew. */
import type { Address, FormattedText, Outbound } from "../../src/core/model.ts";
import { addressKey, CONDITIONS, STYLES } from "../../src/core/model.ts";
import { phraseKeys } from "../../src/core/phrases.ts";
import { Random } from "../simulation/random.ts";
import { COMPANY, company, type PlayConfig, type PlaySetting, playSetting } from "../support/play-rules.ts";
import { CoreDesk, type Said } from "./core-desk.ts";

/** What an invitation's token is told by. */
const LINKS = { link: "im:<{}>", place: "im:there" };
const XMPP: PlayConfig["networks"][string] = {
  title: "XMPP",
  handles: { support: "express", reception: "reception" },
  continuation: LINKS,
  rooms: { place: "im:{}@rooms", showsAddresses: false },
};
const NETWORKS: PlayConfig["networks"] = {
  web: { title: "Web", handles: { support: "express", reception: "reception" }, continuation: LINKS },
  xmpp: XMPP,
  irc: {
    title: "IRC",
    handles: { support: "express" },
    identity: "fixed",
    features: ["reply", "reaction"],
    maxTextBytes: 120,
  },
};
const ADA = { name: "Ada", at: ["csr-ada@xmpp", "csr-ada@irc"], skills: { billing: 3 }, capacity: 2 } as const;
const BEN = {
  name: "Ben",
  at: ["csr-ben@irc"],
  skills: { billing: 2, sales: 2 },
  capacity: 3,
  supervises: "all",
} as const;
const CEM = { name: "Cem", at: ["csr-cem@web"], skills: { sales: 1 } } as const;
/** On the web there is a customer of that id as well. */
const BOTH = { name: "Dora", at: ["cust-1@web"], skills: { billing: 1 } } as const;
const BOT = { name: "Robot", at: ["csr-cem@xmpp"], skills: { billing: 1, sales: 1 }, autoAccept: true } as const;

/** By the rules of these fuzzes it is to be seen nowhere, whoever types it. */
export const CARD = "4111 1111 1111 1111";
export const SECRET = "PRIVATE";
const directory = ["cust-1", "cust-2", "cust-3"].map((id) => ({
  id,
  name: "Anna Meier",
  account: null,
  language: null,
  addresses: ["web", "xmpp", "irc"].map((network) => ({ network, id })),
  attributes: { remark: SECRET },
}));
const LIMITS = { floodMessages: 100_000, maxParts: 6, conversationsPerCustomer: 2 };
const dialogs: PlayConfig["dialogs"] = {
  ...COMPANY.dialogs,
  dialogs: {
    ...COMPANY.dialogs.dialogs,
    express: { steps: [{ identify: { account: false, askName: "Name?" } }, { route: "billing" }] },
  },
};
/** Everything the desk says to CSRs alone begins with a mark that no customer may see. */
const phrases = Object.fromEntries(
  phraseKeys().flatMap((key) => (/^(?:csr|label)\./u.test(key) ? [[key, `${SECRET} ${key} {name}`]] : [])),
);
const queues: PlayConfig["queues"] = {
  billing: {
    ...COMPANY.queues.billing,
    hosting: { network: "xmpp", seconds: 600 },
    room: { seconds: 60 },
    offers: { atOnce: 2, announced: false },
  },
  sales: {
    ...COMPANY.queues.sales,
    hosting: { network: "web", seconds: 60 },
    offers: { atOnce: 100, announced: true },
  },
};
const content: NonNullable<PlayConfig["content"]> = {
  rule: {
    fromCustomer: { cards: "mask", addresses: "mask", phones: "warn" },
    fromCsr: { hosts: "mask", addresses: "warn", cards: "mask" },
  },
  known: { hosts: ["corp.example"], country: "DE" },
};
const base: Partial<PlayConfig> = { networks: NETWORKS, queues, directory, dialogs, phrases, limits: LIMITS, content };
const WITHOUT_BILLING: Partial<PlayConfig> = {
  queues: { sales: { name: "Sales", skills: { sales: 1 }, wrapUpSeconds: 20 } },
  dialogs: {
    person: "sales",
    dialogs: { reception: { steps: [{ route: "sales" }] }, express: { steps: [{ route: "sales" }] } },
  },
};
/** In rooms there everybody sees everybody's address. */
const SHOWN: Partial<PlayConfig> = {
  networks: { ...NETWORKS, xmpp: { ...XMPP, rooms: { place: "im:{}@rooms", showsAddresses: true } } },
  queues: { ...queues, billing: { ...queues.billing, room: { seconds: 60, allowsAddresses: true } } },
};
/** Among these the rules change at random. */
const SETTINGS: readonly PlaySetting[] = [
  company({ ...base, csrs: { ada: ADA, ben: BEN, cem: CEM } }),
  company({ ...base, csrs: { ben: BEN, cem: CEM } }),
  company({ ...base, ...SHOWN, csrs: { ada: ADA, ben: BEN } }),
  company({ ...base, csrs: { ada: ADA, ben: BEN }, ...WITHOUT_BILLING }),
  company({ ...base, csrs: { ada: { ...ADA, at: ["csr-ada@web"] }, dora: BOTH } }),
  company({ ...base, csrs: { ada: ADA, ben: BEN, bot: BOT } }),
  company({
    ...base,
    csrs: { ada: ADA, ben: BEN, cem: CEM },
    queues: {
      ...COMPANY.queues,
      billing: {
        name: "Billing",
        skills: { billing: 1 },
        maxWaiting: 1,
        wrapUpSeconds: 30,
        matchLanguage: true,
        compatibility: "same-network",
        strategies: ["most-skilled", "fewest-losses"],
        hosting: { network: "xmpp", seconds: 600 },
      },
    },
  }),
].map((config) => playSetting(config));

export const PEOPLE = [
  "csr-ada",
  "csr-ben",
  "csr-cem",
  "cust-1",
  "cust-2",
  "cust-3",
  "stranger",
  "__proto__",
  "a b",
  "toString",
];
const TEXTS = [
  "hello",
  "my invoice is wrong",
  "billing",
  "sales",
  "1",
  "stop",
  "status",
  "help",
  "back",
  "Anna",
  "yes",
  "no",
  "ok",
  "/accept",
  "/accept",
  "/accept",
  "/decline",
  "/close",
  "/transfer sales",
  "/monitor ada",
  "/monitor cem",
  "/consult ben why?",
  "/consult sales",
  "/complete",
  "/send",
  "/return",
  "/whisper a word",
  "/barge",
  "/takeover",
  "/leave",
  "/transfer ben",
  "/transfer ada",
  "/transfer",
  "/who",
  "/history",
  "/away",
  "/back",
  "/status",
  "/help",
  "/clsoe",
  "//slash",
  "/me waves",
  "#1 /accept",
  "#2 /accept",
  "#1 hello",
  "#2: hello",
  "#1 /close",
  "#99 hi",
  "#1",
  "",
  " ",
  "\n\n",
  "a\nb\r\n#1 c",
  "{name} {customer}",
  `my card is ${CARD}, or a@b.example, 030 1234567 and https://wiki.corp.example/x`,
  "\u202eevil",
  "x".repeat(3_000),
  "👨‍👩‍👧‍👦".repeat(80),
  "constructor",
  "\ud800",
];
/** What only a CSR says here: most of it must stay between them and the desk. */
const STAFF_TEXTS = [
  "/accept",
  "/accept",
  "/who",
  "/who",
  `/note ${SECRET} thing`,
  "#1 /who",
  "#1 /accept",
  "good morning",
];
const DESKS = ["support", "reception", "desk", "support#1", "", "__proto__", "csr-ada #1"];

/** All addresses that are a CSR's by any of the rules. */
export const STAFF: ReadonlySet<string> = new Set(
  SETTINGS.flatMap(({ rules }) => [...rules.csrs.values()].flatMap(({ addresses }) => addresses.map(addressKey))),
);

const SIGNALS = [
  "edit",
  "retraction",
  "reaction",
  "typing",
  "receipt",
  "presence",
  "presence",
  "software",
  "subscription",
  "arrival",
  "departure",
  "room",
  "bounce",
] as const;

/** Who writes, and to which of the desk's names. */
interface Pair {
  readonly from: Address;
  readonly to: string;
}

/** One play: a desk, chance, and all that could be named again. */
export class Fuzz {
  readonly random: Random;
  readonly core: CoreDesk;
  readonly ids: string[] = ["m0"];
  readonly desks: string[] = [...DESKS];
  /** Of invitations. */
  readonly tokens: string[] = ["none"];
  events = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    const [setting] = SETTINGS;
    if (setting === undefined) throw new Error("there are no rules to begin with");
    this.core = new CoreDesk(setting);
  }

  address(): Address {
    return { network: this.random.pick(["web", "xmpp", "irc", "gone"]), id: this.random.pick(PEOPLE) };
  }

  /** Somebody and one of the desk's names, such as they were written to from, or any. */
  pair(): Pair {
    if (this.core.sent.length > 0 && this.random.chance(0.6)) {
      const { to, from } = this.random.pick(this.core.sent.slice(-30));
      return { from: to, to: from };
    }
    if (this.random.chance(0.3)) return { from: this.address(), to: "support" };
    return { from: this.address(), to: this.random.pick(this.desks.slice(-40).concat(DESKS)) };
  }

  said(): Said {
    const { random } = this;
    const pair = this.pair();
    const shown = this.core.sent.filter(({ to }) => addressKey(to) === addressKey(pair.from)).slice(-8);
    const of = random.pick(shown.length > 0 && random.chance(0.7) ? shown.map(({ key }) => key) : this.ids.slice(-40));
    const isStaff = STAFF.has(addressKey(pair.from));
    const text = isStaff && random.chance(0.4) ? random.pick(STAFF_TEXTS) : random.pick(TEXTS);
    return random.chance(0.4) ? this.#message(pair, of, text) : this.#signal(pair, of, text);
  }

  #message(pair: Pair, of: string, text: string): Said {
    const { random } = this;
    const id = random.chance(0.8) ? `m${this.events}` : null;
    if (id !== null) this.ids.push(id);
    return {
      kind: "message",
      ...pair,
      id,
      ...this.#looks(text),
      language: this.#language(),
      nick: random.pick([null, "Eve"]),
      replyTo: random.chance(0.2) ? of : null,
      sentAt: random.pick([null, 0, this.core.now + 1e9]),
      choice: random.pick([null, null, null, "/accept", "yes", "billing"]),
    };
  }

  /** Some of them nonsense: within characters, beyond the text, the wrong way round. */
  #looks(text: string): FormattedText {
    const { random } = this;
    if (random.chance(0.6)) return { text };
    const place = () => Math.floor(random.next() * (text.length + 4)) - 2;
    const formatting = Array.from({ length: random.pick([1, 2, 6]) }, () => ({
      style: random.pick(STYLES),
      start: place(),
      end: place(),
    }));
    return { text, formatting };
  }

  #language(): string | null {
    return this.random.pick([null, null, "de", "pt-BR", "x\ny"]);
  }

  #signal(pair: Pair, of: string, text: string): Said {
    const { random } = this;
    const kind = random.pick(SIGNALS);
    switch (kind) {
      case "edit":
        return { kind, ...pair, id: `m${this.events}`, of, ...this.#looks(text) };
      case "retraction":
        return { kind, ...pair, of };
      case "reaction":
        return { kind, ...pair, of, reactions: random.pick([[], ["👍"], ["👍", "x\ny"]]) };
      case "typing":
        return { kind, ...pair, state: "composing" };
      case "receipt":
        return { kind, ...pair, of, state: random.pick(["delivered", "read"]) };
      case "presence": {
        const state = random.pick(["available", "chat", "available", "away", "dnd", "offline"] as const);
        return { kind, ...pair, state, text: null, all: random.chance(0.9) };
      }
      case "software": {
        const gateway = random.pick([null, { type: "sms\n", name: null }]);
        const features = random.pick([null, [], ["edit", "choices"] as const]);
        const software = { protocol: "x", name: "Evil\nname", version: null, os: null, features, gateway };
        return { kind, ...pair, language: this.#language(), software };
      }
      case "subscription":
        return { kind, ...pair, state: random.pick(["subscribe", "subscribed", "unsubscribe", "unsubscribed"]) };
      case "arrival":
        return {
          kind,
          ...pair,
          language: this.#language(),
          nick: random.pick([null, "Eve"]),
          ...(random.chance(0.5) ? { token: random.pick(this.tokens.slice(-5)) } : {}),
        };
      case "departure":
        return { kind, ...pair };
      case "room": {
        const acts = this.core.sent.filter((sent) => sent.kind === "room").slice(-3);
        const parties = acts.flatMap(({ act, room }) =>
          (act.kind === "introduce" ? act.parties : act.kind === "invite" ? [act.party] : []).map(({ address }) => ({
            from: address,
            room,
          })),
        );
        const known = parties.length === 0 ? { from: pair.from, room: "none" } : random.pick(parties);
        return {
          kind,
          ...pair,
          ...known,
          state: random.pick(["ready", "entered", "entered", "entered", "left", "declined"]),
        };
      }
      case "bounce":
        return { kind, ...pair, of, reason: random.pick(CONDITIONS), text: null };
    }
  }

  /** A CSR's client says that they are there. */
  comes(): Said {
    const [network = "", id = ""] = this.random.pick([...STAFF]).split(" ");
    return { kind: "presence", from: { network, id }, to: "desk", state: "available", text: null, all: true };
  }

  /** Something happens. Gives whoever wrote, or null when nobody did. */
  happen(): Address | null {
    this.events += 1;
    this.core.now += this.random.between(0, 5_000);
    if (this.random.chance(0.92)) {
      const said = (this.random.chance(0.15) ? this.#sensible() : null) ?? this.#any();
      this.core.hear(said);
      return said.from;
    }
    this.#other();
    return null;
  }

  #any(): Said {
    return this.random.chance(0.15) ? this.comes() : this.said();
  }

  /** What people do who want to talk: chance alone would seldom bring two of them together. Null when nobody can do any of it now. */
  #sensible(): Said | null {
    const { random, core } = this;
    const rows = [...core.table("conversation").values()];
    const able = rows.filter(({ offers, room }) => offers.length > 0 || room != null);
    if (able.length === 0) return null;
    const { legs, offers, room } = random.pick(able);
    if (room != null && random.chance(0.2)) {
      return { kind: "message", from: { network: "irc", id: "csr-ben" }, to: "desk", text: "/monitor ada" };
    }
    if (room != null) {
      const { address: from, desk: to } = random.pick(legs.filter(({ state }) => state === "active"));
      return { kind: "room", from, to, room: room.token, state: random.pick(["ready", "entered", "entered"]) };
    }
    const leg = legs[random.pick(offers).leg];
    if (leg === undefined) return null;
    const text = leg.label === null ? "/accept" : `${leg.label} /accept`;
    return { kind: "message", from: leg.address, to: leg.desk, text };
  }

  #other(): void {
    const { random, core } = this;
    const often = ["ring", "ring", "undelivered", "command"] as const;
    const what = random.chance(0.7) ? random.pick(often) : random.pick(["link", "hours", "rules", "restart"] as const);
    switch (what) {
      case "ring":
        core.ring();
        return;
      case "link":
        core.step({ kind: "link", network: random.pick(["web", "xmpp", "irc"]), online: random.chance(0.7) });
        return;
      case "hours":
        core.step({ kind: "hours", open: { billing: random.chance(0.8), sales: random.chance(0.8) }, opens: {} });
        return;
      case "restart":
        core.restart(random.pick(SETTINGS).rules);
        return;
      case "rules":
        core.adopt(random.pick(SETTINGS).rules);
        return;
      case "command":
        core.step({
          kind: "command",
          command: random.chance(0.5)
            ? { kind: "close", conversation: random.pick([...core.conversations.keys(), "none"]) }
            : { kind: "csr-away", csr: random.pick(["ada", "ben", "nobody"]), away: random.chance(0.5) },
        });
        return;
      case "undelivered": {
        const outbound = random.pick(core.sent);
        const reference = core.reference({ from: outbound.to }, outbound.key);
        core.step({ kind: "undelivered", outbound, reason: random.pick(CONDITIONS), text: null, reference });
        return;
      }
    }
  }

  learn(outbounds: readonly Outbound[]): void {
    for (const outbound of outbounds) {
      const { key, from } = outbound;
      const token = outbound.kind === "message" ? /<([a-z0-9]+)>/u.exec(outbound.text)?.[1] : undefined;
      if (token !== undefined) {
        this.tokens.push(token);
        this.desks.push(token);
      }
      this.ids.push(key);
      if (!this.desks.includes(from)) this.desks.push(from);
    }
  }
}
