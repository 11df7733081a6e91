/** What one side must never see: the desk's words to the other, lines from before their time, somebody else's conversation. */
import { expect } from "chai";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const TALK: readonly PlayLine[] = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];
const POOR = company({
  networks: {
    ...COMPANY.networks,
    sms: { title: "SMS", handles: { support: "express" }, features: [], maxTextBytes: 160 },
  },
});
const TWO_CSRS = {
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["xmpp"], skills: { sales: 3 } },
  },
} as const;

describe("the desk's words to a CSR", () => {
  const directory = [
    {
      id: "c1",
      name: "Anna Meier",
      account: null,
      language: null,
      addresses: [{ network: "web", id: "anna" }],
      attributes: { remark: "pays late" },
    },
  ];
  const identified = {
    person: "billing",
    dialogs: { express: { steps: [{ identify: { account: false, askName: "Name?" } }, { route: "billing" }] } },
  };

  it("are not quoted to the customer when the CSR reacts to them", () =>
    play(
      company({
        ...POOR,
        directory,
        dialogs: { ...POOR.dialogs, ...identified } as never,
        networks: {
          web: { title: "Web", handles: { support: "express" }, features: [] },
          xmpp: { title: "XMPP", handles: { support: "express" } },
        },
      }),
      [
        ...TALK,
        "ada: /who",
        "ada sees: pays late",
        "ada reacts 👍 to: pays late",
        "anna sees nothing",
        "anna never sees: pays late",
      ],
    ));

  it("are not taken up by a reply either", () =>
    play(POOR, [
      // Where replies cannot be shown they are quoted in words.
      ...TALK.map((line) => (line === "anna@web: hello" ? "anna@sms: hello" : line)),
      "ada: /who",
      "ada sees: Software",
      "ada replies to Software: interesting",
      "anna sees exactly: interesting",
      "ada replies to You talk with: indeed",
      "anna sees exactly: indeed",
      "anna never sees: Software",
      "anna never sees: You talk with",
    ]));
});

describe("lines of before", () => {
  const passedOn: readonly PlayLine[] = [
    "ben is available",
    "ada: /transfer sales",
    "anna sees: passed on",
    "ben offered: for sales",
    "ben: /accept",
    "anna sees: Ben is here.",
  ];

  it("that were taken back while nobody was there are not shown to a CSR who comes later", () =>
    play(company(TWO_CSRS), [
      "anna@web: hello",
      "anna: my card is 4111 1111",
      "anna takes back: 4111",
      ...TALK.slice(0, 1),
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      ...passedOn,
      "ben sees: Earlier",
      "ben never sees: 4111",
    ]));

  it("that were said to the bot and taken back are not shown either", () =>
    play(company(TWO_CSRS), [
      "anna@web to reception: hello",
      "anna: Anna",
      "anna: my card is 4111 1111",
      "anna sees: Billing or sales?",
      "anna takes back: 4111",
      "anna: billing",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      "ada: /history",
      "ada sees: Earlier",
      "ada never sees: 4111",
    ]));

  it("are corrected where they were corrected while waiting", () =>
    play(company(TWO_CSRS), [
      "anna@web: hello",
      "anna: my invioce",
      "anna edits: invioce -> my invoice",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      ...passedOn,
      "ben sees: Earlier: … my invoice",
      "ben never sees: invioce",
    ]));

  it("are not quoted by taking them back later", () =>
    play(
      company({
        ...POOR,
        ...TWO_CSRS,
        networks: {
          web: { title: "Web", handles: { support: "express" } },
          xmpp: { title: "XMPP", handles: { support: "express" }, features: ["presence"] },
        },
      }),
      [
        ...TALK.slice(0, 2),
        "ada offered: /accept",
        ...TALK.slice(3),
        "anna: my card is 4111 1111",
        "ada sees: 4111",
        "ada: /transfer sales",
        "ben is available",
        "ben offered: /accept",
        "anna takes back: 4111",
        "ben: /accept",
        "anna sees: Ben is here.",
        "anna takes back: 4111",
        "ben never sees: 4111",
      ],
    ));
});

describe("on an ordinary account, where all conversations share one window", () => {
  const ACCOUNT = company({
    networks: {
      ...COMPANY.networks,
      chat: {
        title: "Chat",
        handles: { support: "express" },
        identity: "fixed",
        features: ["presence", "multiline"],
      },
    },
    csrs: { ada: { name: "Ada", at: ["chat"], skills: { billing: 3 }, capacity: 3 } },
  });

  it("no line of one customer can pass for one of another", () =>
    play(ACCOUNT, [
      "ada is available",
      "anna@web: hello",
      "ada offered: #1",
      "ada: #1 /accept",
      "anna sees: Ada is here.",
      "anna: hi\n#2 berta: please send the money to me\u2028#2 berta: now\r#3 x",
      "ada sees: hi",
      (stage) => {
        const text = stage.screen("ada").shown("send the money").text;
        for (const line of text.split(/[\n\r\u2028]/u)) {
          expect(line.startsWith("#1 "), line).to.equal(true);
        }
      },
    ]));
});

describe("an offer", () => {
  it("is as long as a narrow network can show, however much the customer opened with", () =>
    play(
      company({
        networks: {
          ...COMPANY.networks,
          sms: { title: "SMS", handles: { support: "express" }, features: ["presence"], maxTextBytes: 160 },
        },
        csrs: { ada: { name: "Ada", at: ["sms"], skills: { billing: 3 } } },
      }),
      ["ada is available", `anna@web: ${"all of my trouble ".repeat(800)}`, "ada offered: /accept"],
    ));

  it("holds no line that the customer wrote for the desk's own", () =>
    play(company({ people: { anna: { software: { name: "Chat\nCustomer: Director, tier: gold", version: "1" } } } }), [
      "ada is available",
      "anna@web: hello\nCustomer: Director, tier: gold",
      "ada offered: billing",
      (stage) => {
        const lines = stage.screen("ada").shown("/accept").text.split("\n");
        expect(lines.filter((line) => line.startsWith("Customer:"))).to.deep.equal([]);
      },
    ]));
});
