/** What people type themselves: addresses, internal computers, telephone and card numbers, by queue and by who writes. */
import { expect } from "chai";
import type { ContentRule } from "../../src/core/content-rule.ts";
import { fileWords, type HostedFile } from "../../src/core/model.ts";
import { type PlayLine, play } from "../support/play.ts";
import { COMPANY, company, filedSetting, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "../unit/core-desk.ts";

const CARD = "4111 1111 1111 1111";
const RULE: ContentRule = {
  fromCustomer: { cards: "mask", phones: "warn", addresses: "mask" },
  fromCsr: { addresses: "mask", hosts: "mask" },
};
const KNOWN = { hosts: ["corp.example"], country: "DE" };
const desk = (changes: Partial<PlayConfig> = {}): PlayConfig =>
  company({ content: { rule: RULE, known: KNOWN }, ...changes });

const TALK: readonly PlayLine[] = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];
const TWO_CSRS = {
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["xmpp"], skills: { sales: 3 } },
  },
} as const;
const POOR = { title: "SMS", handles: { support: "express" }, features: ["presence"] } as const;

/** What is kept of the one conversation. */
const kept =
  (check: (whole: string, counted: readonly string[]) => void): PlayLine =>
  async ({ desk: { engine, store } }) => {
    const [{ id } = { id: "" }] = engine.desk().conversations();
    const facts = (await store.facts(id)).filter(({ event }) => event.startsWith("content."));
    check(
      JSON.stringify(await store.transcript(id, 100)),
      facts.map(({ event, detail }) => `${event} ${JSON.stringify(detail)}`),
    );
  };

describe("what customers type", () => {
  it("is made unreadable before anybody has it, and its author is told, once", () =>
    play(desk(), [
      ...TALK,
      `anna: it is ${CARD}, or write to anna@example.org`,
      "anna sees exactly: Masked: address, card.",
      "ada sees exactly: it is ••• 1111, or write to •••",
      `anna: again ${CARD}`,
      "anna sees nothing",
      "ada sees exactly: again ••• 1111",
      kept((whole, counted) => {
        expect(whole).not.to.contain("4111");
        expect(whole).not.to.contain("example.org");
        expect(counted).to.deep.equal([
          'content.masked {"from":"customer","addresses":1,"cards":1}',
          'content.masked {"from":"customer","cards":1}',
        ]);
      }),
    ]));

  it("is passed on with a word to its author where the rule only warns", () =>
    play(desk(), [
      ...TALK,
      "anna: call 030 1234567",
      "anna sees exactly: Mind: phone.",
      "ada sees exactly: call 030 1234567",
      "the desk restarts",
      "anna: or 030 1234568",
      "ada sees: 030 1234568",
      "anna sees nothing",
    ]));

  it("keeps its looks where they were", () =>
    play(desk(), [
      ...TALK,
      "anna writes: *mail* anna@example.org _now_, *anna@example.org*",
      "ada sees looks: *mail* ••• _now_, *•••*",
    ]));

  it("is not quoted either, nor told in words where it is corrected or taken back", () =>
    play(
      desk({
        networks: { web: { title: "Web", handles: { support: "express" } }, xmpp: POOR },
        csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } },
      }),
      [
        "ada is available",
        "anna@web: hello",
        "ada offered: /accept",
        "ada: /accept",
        "anna sees: Ada is here.",
        `anna: ${CARD}`,
        "ada sees exactly: ••• 1111",
        "ada replies to 1111: thanks",
        "anna sees: thanks",
        `anna replies to thanks: and ${CARD}`,
        "ada sees: and ••• 1111",
        "anna: two",
        `anna edits: two -> now ${CARD}`,
        "ada sees: now ••• 1111",
        `anna takes back: ${CARD}`,
        "ada sees: takes back",
        "ada never sees: 4111",
      ],
    ));

  it("is so in corrections, in a talk and while they wait", () =>
    play(desk(TWO_CSRS), [
      "anna@web: hello",
      "anna: my card",
      `anna edits: my card -> my card ${CARD}`,
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada sees: my card ••• 1111",
      "anna sees: Ada is here.",
      "anna: my mail",
      "ada sees: my mail",
      "anna edits: my mail -> anna@example.org",
      "ada sees the edit: •••",
      "ada: /transfer sales",
      "ben is available",
      "ben offered: /accept",
      "ben: /accept",
      "ben sees: Earlier: … my card ••• 1111 …",
      "ben never sees: 4111",
      "ben never sees: example.org",
    ]));

  it("is understood by the bot, and in the offer as the queue allows", () =>
    play(
      desk({
        dialogs: {
          person: "billing",
          dialogs: {
            ...COMPANY.dialogs.dialogs,
            express: {
              steps: [
                { ask: "Your mail?", type: "email", as: "mail" },
                { say: "Thanks, {mail}." },
                { ask: "And what is it about?", as: "reason", reason: true },
                { route: "billing" },
              ],
            },
          },
        },
      }),
      [
        "ada is available",
        `anna@web: hello, my card is ${CARD}`,
        "anna sees: Masked: card.",
        "anna: anna@example.org",
        "anna sees: Thanks, anna@example.org.",
        `anna: the card ${CARD}`,
        "ada offered: … Reason: the card ••• 1111 … mail: •••",
        "ada never sees: 4111",
        kept((whole) => expect(whole).not.to.contain("4111")),
      ],
    ));
});

describe("a name that is an address", () => {
  it("is not the one that a CSR is shown, in no place", () =>
    play(desk(), [
      "ada is available",
      "anna@web to reception: hello",
      "anna: my name is Anna anna@example.org",
      "anna: billing",
      "ada offered: Anna ••• for Billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      "anna: hi",
      "ada sees: hi",
      (stage) => {
        expect(JSON.stringify(stage.screen("ada").person.received)).not.to.contain("example.org");
      },
    ]));

  it("nor the label of their lines where that is all they gave", () =>
    play(
      desk({
        networks: { ...COMPANY.networks, chat: { title: "Chat", handles: { support: "express" }, identity: "fixed" } },
        csrs: { ada: { name: "Ada", at: ["chat"], skills: { billing: 3 } } },
      }),
      [
        "ada is available",
        "anna@web to reception: hello",
        "anna: anna@example.org",
        "anna: billing",
        "ada offered: #1",
        "ada: #1 /accept",
        "anna sees: Ada is here.",
        "anna: hi",
        "ada sees exactly: #1 •••: hi",
      ],
    ));
});

describe("what CSRs type", () => {
  it("goes by a rule of its own", () =>
    play(desk(), [
      ...TALK,
      "ada: write to me@example.org, see https://wiki.corp.example/x or 10.1.2.3",
      "ada sees exactly: Masked: address, host.",
      "anna sees exactly: write to •••, see ••• or •••",
      `ada: the card ${CARD} is yours?`,
      `anna sees exactly: the card ${CARD} is yours?`,
      "anna: I found https://wiki.corp.example/x",
      "ada sees exactly: I found https://wiki.corp.example/x",
    ]));

  it("is kept as it is in notes, but for cards", () =>
    play(desk({ content: { rule: { fromCustomer: {}, fromCsr: { cards: "mask", phones: "mask" } }, known: KNOWN } }), [
      ...TALK,
      `ada: /note 030 1234567, ${CARD}`,
      "ada sees: Note kept.",
      kept((whole) => {
        expect(whole).to.contain("030 1234567");
        expect(whole).not.to.contain("4111");
      }),
    ]));

  it("nor do cards stand in what colleagues are told: why it is handed on, what they are asked, what is whispered", () =>
    play(
      desk({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
          ben: { name: "Ben", at: ["web"], skills: { sales: 1 } },
        },
        content: { rule: { fromCustomer: {}, fromCsr: { cards: "mask", phones: "mask" } }, known: KNOWN },
      }),
      [
        ...TALK,
        "ben is available",
        `ada: /consult ben 030 1234567, ${CARD}`,
        "ben sees: about customer: 030 1234567, ••• 1111",
        `ada: /whisper ${CARD}`,
        "ben sees: whispers) ••• 1111",
        `ben: it is ${CARD}`,
        "ada sees: whispers) it is ••• 1111",
        "ada: /return",
        `ada: /transfer sales 030 1234567, ${CARD}`,
        "ben sees: 030 1234567, ••• 1111",
        kept((whole) => expect(whole).not.to.contain("4111")),
      ],
    ));
});

describe("a queue's own rule", () => {
  it("goes before the one for all", () =>
    play(
      desk({
        queues: {
          ...COMPANY.queues,
          billing: {
            name: "Billing",
            skills: { billing: 1 },
            content: { fromCustomer: {}, fromCsr: { phones: "mask" } },
          },
        },
      }),
      [...TALK, `anna: ${CARD}`, `ada sees exactly: ${CARD}`, "ada: call 030 1234567", "anna sees exactly: call •••"],
    ));
});

describe("what was said under a laxer rule", () => {
  const strict = desk({
    ...TWO_CSRS,
    content: { rule: { fromCustomer: {}, fromCsr: {} }, known: KNOWN },
    queues: {
      ...COMPANY.queues,
      sales: {
        name: "Sales",
        skills: { sales: 1 },
        content: { fromCustomer: { cards: "mask" }, fromCsr: { hosts: "mask", cards: "mask" } },
      },
    },
  });
  const ADA_BEFORE: readonly PlayLine[] = [
    ...TALK,
    `anna: it is ${CARD}`,
    `ada sees exactly: it is ${CARD}`,
    "ada: see wiki.corp.example",
    "anna sees: wiki.corp.example",
    `ada: /note paid with ${CARD}`,
    "ada sees: Note kept.",
  ];

  it("is shown by the rule of the queue to whoever comes there, by themselves and by /history", () =>
    play(strict, [
      ...ADA_BEFORE,
      "ada: /transfer sales",
      "ben is available",
      "ben offered: /accept",
      "ben: /accept",
      "ben sees: Earlier: … it is ••• 1111 … see •••",
      "ben: /history",
      "ben sees: Earlier: … it is ••• 1111 … see •••",
      "ben never sees: 4111",
      "ben never sees: wiki",
      "anna never sees: Masked",
    ]));

  it("so is what they wrote while they waited for another queue", () => {
    const ring = { afterSeconds: 60, when: null, needs: null, drop: [], levels: {}, points: 0 } as const;
    const on = { ...ring, strategies: null, compatibility: null, to: { kind: "queue", queue: "sales" } } as const;
    const billing = { ...strict.queues.billing, rings: [on] };
    return play({ ...strict, queues: { ...strict.queues, billing } }, [
      "anna@web: hello",
      `anna: it is ${CARD}`,
      "60 seconds pass",
      "ben is available",
      "ben offered: Sales",
      "ben: /accept",
      "ben sees: it is ••• 1111",
      "ben never sees: 4111",
    ]);
  });
});

describe("the rules as admins write them", () => {
  const files = {
    "frontdesk.yaml": `company: Example
networks:
  web: { adapter: web, handles: { sales: { name: Sales, dialog: sales }, billing: { name: Billing, dialog: billing } } }
  xmpp: { adapter: xmpp, handles: { desk-xmpp: { name: Sales, dialog: sales } } }
`,
    "routing.yaml": `skills: []
content: { fromCustomer: { cards: mask, phones: mask }, fromCsr: { hosts: warn }, hosts: [.Corp.example], country: DE }
queues:
  sales: { name: Sales }
  billing: { name: Billing, content: { fromCustomer: { cards: allow }, fromCsr: { hosts: mask } } }
`,
    "people.yaml": "csrs: { ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 2 } }\n",
    "dialogs.yaml":
      "person: sales\ndialogs: { sales: { steps: [{ route: sales }] }, billing: { steps: [{ route: billing }] } }\n",
  };
  const talk = (queue: string): readonly PlayLine[] => [
    "ada is available",
    `anna@web to ${queue}: hello`,
    "ada offered: /accept",
    "ada: /accept",
    "anna sees: Ada",
    `anna: ${CARD}, 030 1234567`,
  ];

  it("count for all queues", () =>
    play(filedSetting(files), [
      ...talk("sales"),
      "ada sees: ••• 1111, •••",
      "ada: see wiki.corp.example",
      "ada sees: the name of an internal computer",
      "anna sees exactly: see wiki.corp.example",
    ]));

  it("and a queue's own go before them, kind by kind", () =>
    play(filedSetting(files), [
      ...talk("billing"),
      `ada sees: ${CARD}, •••`,
      "ada: see wiki.corp.example",
      "anna sees exactly: see •••",
    ]));
});

describe("a file", () => {
  const url = "https://desk.corp.example/files/abcdefghabcdefghabcdefghabcdefgh/card%204111%201111%201111%201111.jpg";
  const file: HostedFile = { name: `card ${CARD}.jpg`, type: "image/jpeg", bytes: 5_000, url, kind: "image" };
  const text = `see ${CARD}\n${fileWords(file)}`;

  it("whose name has such things in it has no name, and is found all the same", () => {
    const core = new CoreDesk(
      playSetting(
        desk({ content: { rule: { ...RULE, fromCustomer: { cards: "mask", hosts: "mask" } }, known: KNOWN } }),
      ),
    );
    const [anna, ada] = ["web", "xmpp"].map((network) => ({ network, id: network === "web" ? "anna" : "ada" }));
    if (anna === undefined || ada === undefined) throw new Error("nobody is there");
    core.hear({ kind: "presence", from: ada, to: "desk", state: "available", text: null, all: true });
    core.hear({ kind: "message", from: anna, to: "support", text: "hello" });
    const offer = core.sent.find((one) => one.kind === "message" && one.choices.length > 0);
    core.hear({ kind: "message", from: ada, to: offer?.from ?? "", text: "/accept" });
    core.hear({ kind: "message", from: anna, to: "support", text, file });
    const shown = core.sent.findLast((one) => one.kind === "message" && one.to.network === "xmpp");
    const address = "https://desk.corp.example/files/abcdefghabcdefghabcdefghabcdefgh/file.jpg";
    expect(shown).to.deep.include({
      text: `see ••• 1111\nfile.jpg (5 kB): ${address}`,
      file: { ...file, name: "file.jpg", url: address },
    });
    expect(JSON.stringify(core.transcript)).not.to.contain("4111");
  });
});
