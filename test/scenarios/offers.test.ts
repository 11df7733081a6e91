/** Offers: accepted, declined, missed, revoked; nobody loses their waiting time, and no CSR is asked twice for nothing. */
import { play } from "../support/play.ts";
import { company } from "../support/play-rules.ts";

const TWO = company({
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["web"], skills: { billing: 3 } },
  },
});

describe("an offer", () => {
  it("tells who, why, since when, from which software, and what the bot learned", () =>
    play(
      company({
        people: { anna: { software: { name: "Conversations", version: "2.13.4", os: "Android" }, language: "en" } },
        directory: [
          {
            id: "c-17",
            name: "Anna Berg",
            account: "17",
            language: null,
            addresses: [{ network: "xmpp", id: "anna" }],
            attributes: { tier: "gold" },
          },
        ],
      }),
      [
        "anna@xmpp to reception: hello",
        "anna sees: Billing or sales?",
        "anna: billing",
        "3 minutes pass",
        "ada is available",
        "ada offered: Anna Berg for billing on XMPP … Software: Conversations 2.13.4 (Android) … tier: gold … Reason: billing … Waiting: 3 minutes … Language: en",
        "ada has the windows: Anna Berg · Billing · XMPP",
      ],
    ));

  it("is accepted or declined by button, word, or plain word", async () => {
    for (const answer of ["ada: /accept", "ada: accept", "ada: Yes!", "ada: /ACCEPT ", "ada picks: Accept"]) {
      await play(company({ phrases: { "csr.offer.accept": "Accept" } }), [
        "ada is available",
        "anna@web: hello",
        "ada offered: billing",
        answer,
        "ada sees: You talk with",
        "anna sees: Ada is here.",
      ]);
    }
    for (const answer of ["ada: /decline", "ada: no", "ada: Decline."]) {
      await play(company(), [
        "ada is available",
        "anna@web: hello",
        "ada offered: billing",
        answer,
        "ada sees: Declined.",
      ]);
    }
  });

  it("does not take other words for an answer", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: who is that?",
      "ada sees: Answer the offer first",
      "anna never sees: who is that?",
    ]));

  it("that was declined goes to the next CSR, with the waiting time kept", () =>
    play(TWO, [
      "anna@web: hello",
      "5 minutes pass",
      "ada is available",
      "ada offered: Waiting: 5 minutes",
      "ben is available",
      "ben is offered nothing",
      "ada: /decline",
      "ada sees: Declined.",
      "ben offered: Waiting: 5 minutes",
      "ben: /accept",
      "anna sees: Ben is here.",
      "ada is offered nothing",
    ]));

  it("that is not answered goes to the next CSR; after two misses the CSR counts as away", () =>
    play(TWO, [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "29 seconds pass",
      "ada sees nothing",
      "1 second passes",
      "ada sees: Missed (1).",
      "ben is available",
      "ben offered: billing",
      "ben: /accept",
      "berta@web: hello",
      "ada offered: billing",
      "30 seconds pass",
      "ada sees: Missed (2): you count as away.",
      "carl@web: hello",
      "5 minutes pass",
      "ada is offered nothing",
      "ada to desk: /back",
      "ada sees: You are back.",
      "ada offered: billing",
    ]));

  it("that is accepted ends the count of misses", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "30 seconds pass",
      "ada sees: Missed (1).",
      "1 minute passes",
      "ada offered: billing",
      "ada: /accept",
      "ada: /close",
      "ada sees: Closed",
      "anna: hello again",
      "ada offered: billing",
      "30 seconds pass",
      "ada sees: Missed (1).",
    ]));

  it("is withdrawn when the customer leaves", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "anna: stop",
      "anna sees: Goodbye.",
      "ada sees: The offer is withdrawn.",
      "ada: /accept",
      "ada sees: The conversation with … is over.",
      "berta@web: hello",
      "ada offered: billing",
    ]));

  it("is withdrawn when the CSR goes offline, and made anew when they return", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada goes offline",
      "ada comes online",
      "ada offered: billing",
    ]));

  it("too late accepted takes nothing from anybody", () =>
    play(TWO, [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "30 seconds pass",
      "ben is available",
      "ben offered: billing",
      "ben: /accept",
      "anna sees: Ben is here.",
      "ada: /accept",
      "ada sees: There is nothing to accept here.",
      "anna: who is there?",
      "ben sees: who is there?",
      "ada never sees: who is there?",
    ]));

  it("asks those who declined again, rather than let a customer wait for ever", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /decline",
      "30 seconds pass",
      "ada sees: Declined.",
      "ada is offered nothing",
      "5 minutes pass",
      "ada offered: billing",
    ]));
});
