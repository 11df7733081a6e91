/** What a careless or hostile person, a restless client and a bad night may do without anybody being worse off for it. */
import { expect } from "chai";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const TALK: readonly PlayLine[] = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];
const ADA_AND_BEN: Partial<PlayConfig> = {
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["xmpp"], skills: { billing: 3 } },
  },
};
const NARROW: Partial<PlayConfig> = {
  networks: {
    ...COMPANY.networks,
    sms: { title: "SMS", handles: { support: "express" }, features: ["edit"], maxTextBytes: 160 },
  },
};

describe("a CSR whose client comes and goes", () => {
  it("keeps the customer while merely away or busy", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      "ada is away",
      "5 minutes pass",
      "ada is dnd",
      "5 minutes pass",
      "ben is available",
      "anna: thinking?",
      "ada sees: thinking?",
      "ada: yes",
      "anna sees: yes",
      "ben is offered nothing",
    ]));

  it("loses the customer when offline for long, however often it is said", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      "ben is available",
      "ada goes offline",
      "59 seconds pass",
      "ben is offered nothing",
      "2 seconds pass",
      "anna sees: had to leave",
      "ben offered: billing",
    ]));

  it("loses the customer, too, when gone while the desk was down", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      ({ desk }) => desk.restart(10_000, () => desk.person("ada", "xmpp").disconnect()),
      "ben is available",
      "ben is offered nothing",
      "2 minutes pass",
      "anna sees: had to leave",
      "ben offered: billing",
    ]));

  it("keeps the customer over a restart when still there", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      "the desk restarts",
      "ada is available",
      "ben is available",
      "5 minutes pass",
      "ben is offered nothing",
      "anna: still there?",
      "ada sees: still there?",
    ]));

  it("is asked nothing on the strength of a /back of last week", () =>
    play(company(ADA_AND_BEN), [
      "ada is available",
      "ada to desk: /back",
      "ada goes offline",
      ({ desk }) => desk.restart(10_000),
      "anna@web: hello",
      "ada is offered nothing",
      "ben is available",
      "ben offered: billing",
    ]));
});

describe("misses in a row", () => {
  it("are not in a row with a decline between them", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "31 seconds pass",
      "ada sees: Missed (1)",
      "60 seconds pass",
      "ada offered: billing",
      "ada: /decline",
      "60 seconds pass",
      "ada offered: billing",
      "31 seconds pass",
      "ada sees: Missed (1)",
    ]));
});

describe("those behind somebody who leaves the queue", () => {
  it("are told that they are next now", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "berta@web: hello",
      "berta sees: number 2 for Billing",
      "anna: stop",
      "anna sees: Goodbye",
      "berta sees: next for Billing",
    ]));
});

describe("a transfer", () => {
  it("to a queue that nobody serves is refused, and the customer stays", () =>
    play(company(), [
      ...TALK,
      "ada: /transfer sales",
      "ada sees: Sales is",
      "anna sees nothing",
      "anna: are you there?",
      "ada sees: are you there?",
    ]));

  it("to a queue that is closed is refused, and the customer stays", () =>
    play(company({ csrs: { ...ADA_AND_BEN.csrs, cem: { name: "Cem", at: ["xmpp"], skills: { sales: 1 } } } }), [
      ...TALK,
      "sales closes, opens Monday 09:00",
      "ada: /transfer sales",
      "ada sees: Sales is",
      "anna sees nothing",
    ]));
});

describe("a message that takes long", () => {
  it("is told of once to its sender, and again when it is through", () =>
    play(company({ limits: { csrAbsenceSeconds: 600 } }), [
      ...TALK,
      "the xmpp link breaks",
      "anna: are you there?",
      "20 seconds pass",
      "anna sees nothing",
      "anna: hello?",
      "20 seconds pass",
      "anna sees: Not with Ada yet.",
      "10 seconds pass",
      "anna sees nothing",
      "the xmpp link is back",
      "ada sees: are you there?",
      "ada sees: hello?",
      "anna sees: With Ada now.",
      "anna sees nothing",
    ]));
});

describe("an edit", () => {
  it("that cannot be brought to the other side is said to be undelivered", () =>
    play(company({ ...NARROW, limits: { maxParts: 5 } }), [
      "ada is available",
      "anna@sms: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      "ada: short",
      "anna sees: short",
      `ada edits: short -> ${"long ".repeat(600)}`,
      "ada sees: Not delivered: … long long",
      "anna sees nothing",
    ]));

  it("of a line that waits is bound by the same limit as what waits", () =>
    play(company(), [
      "anna@web: hello",
      ...Array.from({ length: 5 }, (_, index) => `anna: note number ${index}`),
      ...Array.from(
        { length: 5 },
        (_, index) => `anna edits: note number ${index} -> note number ${index} ${"x".repeat(19_000)}`,
      ),
      "anna is refused: resource-constraint",
    ]));
});

describe("what was written while waiting", () => {
  it("comes back to the customer where it cannot be brought to the CSR", () =>
    play(
      company({
        ...NARROW,
        limits: { maxParts: 5 },
        csrs: { ada: { name: "Ada", at: ["sms"], skills: { billing: 3 } } },
      }),
      [
        "ada comes online",
        "anna@web: hello",
        `anna: ${"my long story ".repeat(200)}`,
        "ada to desk: /back",
        "ada offered: /accept",
        "ada: /accept",
        "anna sees: Not delivered: … my long story",
      ],
    ));
});

describe("a history", () => {
  it("too long for one message is cut at the old end, and says so", () =>
    play(
      company({
        ...ADA_AND_BEN,
        limits: { maxParts: 5, floodMessages: 1_000 },
        networks: { ...COMPANY.networks, xmpp: { title: "XMPP", handles: { support: "express" }, maxTextBytes: 500 } },
      }),
      [
        ...TALK,
        ...Array.from({ length: 25 }, (_, index) => `anna: line ${index} ${"word ".repeat(60)}`),
        "ben is available",
        "ada: /transfer ben",
        "ben offered: billing",
        "ben: /accept",
        "ben sees: Earlier",
        "ben sees: line 24",
        "ben never sees: line 0",
      ],
    ));
});

describe("a client that repeats itself", () => {
  it("is passed on once: receipts", () =>
    play(company(), [
      ...TALK,
      "ada: here is the amount",
      "anna sees: here is the amount",
      ...Array.from({ length: 30 }, () => "anna read: here is the amount"),
      (stage) => {
        const receipts = stage
          .screen("ada")
          .person.received.filter((event) => event.kind === "receipt" && event.state === "read");
        expect(receipts.length).to.equal(1);
      },
    ]));

  it("is refused in the end, a CSR's autoresponder too", () =>
    play(company(), [
      "ada is available",
      (stage) => {
        for (let time = 0; time < 1_001; time += 1) {
          stage.screen("ada").person.say("desk", "I am not at my desk just now.");
        }
      },
      "ada is refused: policy-violation",
      "11 seconds pass",
      "ada to desk: /status",
      "ada sees: You are free",
    ]));

  it("is refused reactions without end", () =>
    play(company(), [
      ...TALK,
      "ada: hi there",
      "anna sees: hi there",
      (stage) => {
        const { person } = stage.screen("anna");
        const { from, id } = stage.screen("anna").shown("hi there");
        person.react(
          from,
          id,
          Array.from({ length: 90 }, () => "x".repeat(10_000)),
        );
      },
      "anna is refused: not-acceptable",
      "ada sees nothing",
    ]));
});

describe("a CSR on an ordinary account", () => {
  const account = company({
    networks: {
      ...COMPANY.networks,
      irc: { title: "IRC", handles: { support: "express" }, identity: "fixed", features: ["presence"] },
    },
    csrs: { ada: { name: "Ada", at: ["irc"], skills: { billing: 3 }, capacity: 2 } },
  });
  it("may say a customer what is a word of the desk elsewhere", () =>
    play(account, [
      "ada is available",
      "anna@web: the front or the back?",
      "ada offered: #1",
      "ada: /accept",
      "anna sees: Ada is here.",
      "ada: back",
      "anna sees from Ada: back",
      "ada: /away for lunch",
      "ada sees: You are away.",
      "anna sees nothing",
    ]));
  it("is told by name who writes, however long the name", () =>
    play(
      company({
        ...account,
        networks: {
          ...account.networks,
          irc: {
            title: "IRC",
            handles: { support: "express" },
            identity: "fixed",
            features: ["presence"],
            maxTextBytes: 100,
          },
        },
      }),
      [
        "ada is available",
        "anna@web to reception: hello",
        `anna: ${"🎈Annabella".repeat(6)}`,
        "anna: billing",
        "ada offered: /accept",
        "ada: /accept",
        "anna sees: Ada is here.",
        "anna: my invoice is wrong",
        "ada sees: #1 🎈Anna … my invoice is wrong",
      ],
    ));
});

describe("limits of which most desks never think", () => {
  it("whoever declined is asked again when the operator says", () =>
    play(company({ limits: { askAgainSeconds: 7 } }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for billing",
      "ada: /decline",
      "6 seconds pass",
      "ada is offered nothing",
      "1 second passes",
      "ada offered: for billing",
    ]));

  it("very many addresses on one network open so many conversations in a minute, and no other network has fewer for it", () =>
    play(company({ limits: { newConversationsPerMinute: 2 } }), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "berta@web: hello",
      "berta sees: number 2 for Billing",
      "clara@web: hello",
      "clara is refused: The desk is full.",
      "dora@xmpp: hello",
      "dora sees: number 3 for Billing",
      "anna: one more thing",
      "anna sees: Kept for",
      "60 seconds pass",
      "clara: hello",
      "clara sees: number 4 for Billing",
    ]));

  it("a customer who waits may write as many lines as the operator keeps, and is told of those that are not", () =>
    play(company({ limits: { heldLines: 2 } }), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "anna: one",
      "anna: two",
      "anna: three",
      "anna is refused: wait before you write more",
    ]));

  it("who comes to a talk is shown as many lines of it as the operator says", () =>
    play(company({ limits: { historyLines: 2 } }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for billing",
      "ada: /accept",
      "anna: one",
      "anna: two",
      "anna: three",
      "ada sees from customer: three",
      "ada: /history",
      "ada sees: two",
      "ada sees nothing",
    ]));
});
