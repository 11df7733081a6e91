/** The CSR's words, the same in every client, and what they do to customer and colleagues. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { CSR_WORDS } from "../../src/core/csr-words.ts";
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const TEAM = company({
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, capacity: 3 },
    ben: { name: "Ben", at: ["web"], skills: { sales: 3 } },
  },
});
const ADA_TALKS = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];

describe("a CSR", () => {
  it("has one window for each conversation, named for a human eye", () =>
    play(TEAM, [
      "ada is available",
      "anna@web to reception: hello",
      "anna: Anna",
      "anna: billing",
      "ada offered: Anna",
      "ada: /accept",
      "berta@xmpp to reception: hello",
      "berta: Berta",
      "berta: billing",
      "ada offered: Berta",
      "ada: /accept",
      "carl@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada has the windows: Anna · Billing · Web | Berta · Billing · XMPP | customer · Billing · Web",
      "berta: from berta",
      "ada sees in Berta: from berta",
      "anna: from anna",
      "ada sees in Anna: from anna",
      "ada to Berta: to berta",
      "ada to Anna: to anna",
      "anna sees: to anna",
      "anna never sees: to berta",
      "berta sees: to berta",
      "berta never sees: to anna",
      "carl never sees: to",
    ]));

  it("is told that a closed conversation is over when writing to its window", () =>
    play(company(), [
      ...ADA_TALKS,
      "ada: /close",
      "ada sees: Closed",
      "ada: one more thing",
      "ada sees: The conversation with … is over.",
      "anna never sees: one more thing",
      "2 days pass",
      "ada: are you there?",
      "ada is refused: item-not-found",
    ]));

  it("keeps notes inside", () =>
    play(company(), [
      ...ADA_TALKS,
      "ada: /note customer sounds tired",
      "ada sees: Note kept.",
      "ada: /note",
      "ada sees: A note needs words.",
      "ada: good morning",
      "anna sees: good morning",
      "anna sees nothing more",
      "anna has the history: I: hello | desk: Hello! This is Example. | desk: You are next for Billing. | desk: Ada is here. | Ada: good morning",
    ]));

  it("asks who the customer is", () =>
    play(company({ people: { anna: { software: { name: "Gajim", version: "1.9" } } } }), [
      ...ADA_TALKS,
      "ada: /who",
      "ada sees: Billing · Web … Software: Gajim 1.9",
      "anna sees nothing",
    ]));

  it("passes a customer on to another queue, with what was said", () =>
    play(TEAM, [
      ...ADA_TALKS,
      "ben is available",
      "anna: I want to buy something",
      "ada: a moment please",
      "anna sees: a moment please",
      "ada: /transfer sales",
      "ada sees: Passed on to sales.",
      "anna sees: You are being passed on to sales.",
      "ben offered: for sales",
      "ben: /accept",
      "ben sees: You talk with",
      "ben sees: Earlier: … I want to buy something … Ada: a moment please",
      "anna sees: Ben is here.",
      "anna: thank you",
      "ben sees: thank you",
      "ada never sees: thank you",
    ]));

  it("hands over what waited once, not again to the colleague who follows", () =>
    play(TEAM, [
      "anna@web: hello",
      "anna: my invoice of May",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada sees from customer: my invoice of May",
      "ben is available",
      "ada: /transfer sales",
      "ben offered: for sales",
      "ben: /accept",
      "ben sees: Earlier: … my invoice of May",
      "ben sees nothing more",
    ]));

  it("shows a colleague what was said before once, and what waited meanwhile as it was written", () =>
    play(TEAM, [
      ...ADA_TALKS,
      "ada: /transfer sales",
      "anna: and one thing more",
      "ben is available",
      "ben offered: for sales",
      "ben: /accept",
      "ben sees from customer: and one thing more",
      "ben sees: Earlier",
      "ben never sees: customer: and one thing more",
    ]));

  it("passes a customer on to a colleague alone", () =>
    play(
      company({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
          ben: { name: "Ben", at: ["web"], skills: { sales: 3 } },
          cem: { name: "Cem", at: ["web"], skills: { billing: 5 } },
        },
      }),
      [
        ...ADA_TALKS,
        "ada: /transfer ben",
        "ada sees: ben is offline",
        "ben is dnd",
        "ada: /transfer ben",
        "ada sees: ben is away",
        "ben is available",
        "cem is available",
        "ada: /transfer nobody",
        "ada sees: No queue or CSR is called nobody.",
        "ada: /transfer Cem",
        "ada sees: Passed on to Cem.",
        "anna sees: You are being passed on to Cem.",
        "cem offered: for billing",
        "ben is offered nothing",
      ],
    ));

  it("passes a customer on to a colleague who lacks the queue's skills", () =>
    play(TEAM, [
      ...ADA_TALKS,
      "ben is available",
      "ada: /transfer ben",
      "anna sees: You are being passed on to Ben.",
      "ben offered: for billing",
    ]));

  it("whose colleague goes away before the offer does not leave the customer waiting for them alone", () =>
    play(
      company({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
          cem: { name: "Cem", at: ["web"], skills: { billing: 5 } },
          dan: { name: "Dan", at: ["web"], skills: { billing: 1 }, capacity: 2 },
        },
      }),
      [
        ...ADA_TALKS,
        "cem is available",
        "berta@xmpp: hello",
        "cem offered: billing",
        "cem: /accept",
        "ada: /transfer cem",
        "anna sees: You are being passed on to Cem.",
        "cem goes offline",
        "dan is available",
        "10 minutes pass",
        "dan offered: billing on Web",
      ],
    ));

  it("goes away and comes back by word and by presence", () =>
    play(company(), [
      "ada is available",
      "ada to desk: /away",
      "ada sees: You are away.",
      "anna@web: hello",
      "ada is offered nothing",
      "ada to desk: /back",
      "ada sees: You are back.",
      "ada offered: billing",
      "ada: /decline",
      "ada is dnd",
      "5 minutes pass",
      "ada sees: Declined.",
      "ada is offered nothing",
      "ada is available",
      "ada offered: billing",
    ]));

  it("asks for the state of things", () =>
    play(company(), [
      ...ADA_TALKS,
      "berta@web: hello",
      "ada to desk: /status",
      "ada sees: You are … with 1 of 1; 1 waiting.",
      "ada: /help",
      "ada sees: To the desk: /away /back /status",
      "ada to billing: /help",
      "ada sees: Words: /accept",
      "anna sees nothing",
    ]));

  it("is asked what was meant by a word that is none, and nothing of it reaches the customer", () =>
    play(company(), [
      ...ADA_TALKS,
      "ada: /clsoe",
      "ada sees: /clsoe is no word here; did you mean /close?",
      "anna sees nothing",
      "ada: //close is how it ends",
      "anna sees exactly: /close is how it ends",
      "ada: /me waves",
      "anna sees exactly: /me waves",
      "ada: see /usr/bin for that",
      "anna sees exactly: see /usr/bin for that",
    ]));

  it("who goes offline for long in mid-conversation loses it to the queue, and the customer is told", () =>
    play(TEAM, [
      ...ADA_TALKS,
      "ada goes offline",
      "50 seconds pass",
      "anna sees nothing",
      "ada comes online",
      "50 minutes pass",
      "anna: still there?",
      "ada sees: still there?",
      "ada goes offline",
      "61 seconds pass",
      "anna sees: Your representative had to leave.",
      "anna sees: next for billing",
      "ada comes online",
      "ada sees: You were gone",
      "1 minute passes",
      "ada offered: for billing",
    ]));

  it("is the only one whose words are commands", () =>
    play(company(), [
      ...ADA_TALKS,
      "anna: /close",
      "ada sees from customer: /close",
      "anna: /transfer sales",
      "ada sees: /transfer sales",
      "ada: still here",
      "anna sees: still here",
    ]));
});

describe("a CSR whose client keeps slashes to itself", () => {
  it("has the words with the sign that the operator gave them, and the customer has not", () =>
    play(company({ wordSign: "!" }), [
      ...ADA_TALKS,
      "ada: !note called twice",
      "ada sees: Note kept.",
      "ada: !important",
      "anna sees: !important",
      "ada: !!close the lid",
      "anna sees: !close the lid",
      "ada: !clos",
      "ada sees: /close",
      "ada: !help",
      "ada sees: Words: /accept",
      "ada sees: And ! for /.",
      "anna: !close",
      "ada sees from customer: !close",
      "ada: !close",
      "anna sees: Ada has closed",
    ]));
});

describe("docs/csr.md", () => {
  it("explains every word, and none that is not there", () => {
    const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "csr.md"), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| `/"));
    const explained = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`\/([a-z]+)/gu)].map(([, word]) => word),
    );
    expect([...new Set(explained)].toSorted()).to.deep.equal([...CSR_WORDS].toSorted());
  });
});

describe("a customer", () => {
  it("a customer's slash is a text like any other, and so is a label", () =>
    play(company(), [
      ...ADA_TALKS,
      "anna: /close",
      "ada sees exactly: /close",
      "anna: #2 for somebody else",
      "ada sees exactly: #2 for somebody else",
    ]));
});

describe("a stranger", () => {
  const intrudes = (words: string) => [
    ...ADA_TALKS,
    (stage: import("../support/play.ts").Stage) => {
      const mallory = stage.screen("mallory@xmpp");
      mallory.window = stage.window(stage.screen("ada"), "billing");
      mallory.say(words);
    },
    "mallory is refused: item-not-found",
    "mallory sees nothing",
    "anna sees nothing",
    "ada sees nothing",
  ];
  it("writing to somebody else's alias is refused", () => play(company(), intrudes("let me in")));
  it("giving a CSR's command there is refused", () => play(company(), intrudes("/close")));
  it("writing to an address nobody ever had is refused in the same words", () =>
    play(COMPANY, [
      (stage) => {
        const mallory = stage.screen("mallory@xmpp");
        mallory.window = "abcdefghijklmnop";
        mallory.say("hello?");
      },
      "mallory is refused: There is nobody here by that name.",
    ]));
  it("writing to the desk contact is refused", () =>
    play(company(), ["mallory@web to desk: /status", "mallory is refused: item-not-found"]));
});
