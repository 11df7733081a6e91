/** The queue: places are told, move, and nobody waits while somebody could serve them. */
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const TALK_WITH_ANNA = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
];

describe("the queue", () => {
  it("tells places, and moves the moment capacity frees", () =>
    play(company(), [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "berta sees: next for billing",
      "1 second passes",
      "carl@xmpp: hello",
      "carl sees: number 2 for billing",
      "1 second passes",
      "dora@web: hello",
      "dora sees: number 3 for billing",
      "ada is offered nothing",
      "ada: /close",
      "ada sees: Closed",
      "ada offered: billing on Web",
      "ada: /accept",
      "berta sees: Ada is here.",
      "carl sees: next for billing",
      "dora sees nothing",
    ]));

  it("keeps the order of arrival of those who came in the same instant", () =>
    play(
      company(),
      Array.from({ length: 8 }, (_, round) => {
        const [first, second] = [`first${"abcdefgh"[round]}`, `second${"abcdefgh"[round]}`];
        return [`${first}@web: hello`, `${second}@web: hello`, `${second} sees: number ${2 * round + 2} for billing`];
      }).flat(),
    ));

  it("answers status and help while waiting, and keeps what is written for the CSR", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      "2 minutes pass",
      "anna: status",
      "anna sees: Still number 1 for billing, waiting 2 minutes.",
      "anna: help",
      "anna sees: You are waiting, number 1.",
      "anna: my invoice of May",
      "anna sees: Kept for your representative.",
      "anna: number 4711",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada sees from customer: my invoice of May",
      "ada sees: number 4711",
      "ada never sees: status",
    ]));

  it("lets a waiting customer stop", () =>
    play(company(), [
      "anna@web: hello",
      "anna: stop",
      "anna sees: Goodbye.",
      "ada is available",
      "ada is offered nothing",
    ]));

  it("that is full says so", () =>
    play(company({ queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, maxWaiting: 1 } } }), [
      "anna@web: hello",
      "anna sees: next for billing",
      "berta@web: hello",
      "berta sees: billing is full.",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada is offered nothing",
    ]));

  it("that is closed says when it opens", () =>
    play(company(), [
      "ada is available",
      "billing closes, opens Monday 09:00",
      "anna@web: hello",
      "anna sees: billing is closed, open again Monday 09:00.",
      "ada is offered nothing",
      "billing opens",
      "anna: hello again",
      "ada offered: billing",
    ]));

  it("that nobody could ever serve says so at once", () =>
    play(company(), [
      "ada is available",
      "anna@web to reception: hello",
      "anna: Anna",
      "anna: sales",
      "anna sees: Nobody serves sales at all.",
    ]));

  it("keeps to the customer's own network where the rule says so", () =>
    play(
      company({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
          ben: { name: "Ben", at: ["web"], skills: { billing: 3 } },
        },
        queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, compatibility: "same-network" } },
      }),
      [
        "ada is available",
        "anna@web: hello",
        "ada is offered nothing",
        "ben is available",
        "ben offered: billing on Web",
        "berta@xmpp: hello",
        "ada offered: billing on XMPP",
      ],
    ));

  it("finds a CSR who speaks the customer's language where the rule says so", () =>
    play(
      company({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, languages: ["en"] },
          ben: { name: "Ben", at: ["web"], skills: { billing: 3 }, languages: ["de", "en"] },
        },
        queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, matchLanguage: true } },
        people: { anna: { language: "de" }, berta: { language: "en-GB" } },
      }),
      [
        "ada is available",
        "anna@web: hallo",
        "ada is offered nothing",
        "ben is available",
        "ben offered: billing",
        "berta@web: hello",
        "ada offered: billing",
      ],
    ));

  it("asks the most skilled first where the rule says so, and never the unskilled", () =>
    play(
      company({
        csrs: {
          ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
          ben: { name: "Ben", at: ["web"], skills: { billing: 5 } },
          cem: { name: "Cem", at: ["web"], skills: { billing: 1, sales: 5 } },
        },
        queues: { ...COMPANY.queues, billing: { skills: { billing: 2 }, strategies: ["most-skilled"] } },
      }),
      [
        "ada is available",
        "cem is available",
        "ben is available",
        "anna@web: hello",
        "ben offered: billing",
        "berta@web: hello",
        "ada offered: billing",
        "carl@web: hello",
        "5 minutes pass",
        "cem is offered nothing",
      ],
    ));

  it("leaves a CSR alone while they wrap up", () =>
    play(company({ queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, wrapUpSeconds: 40 } } }), [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "ada: /close",
      "39 seconds pass",
      "ada is offered nothing",
      "1 second passes",
      "ada offered: billing",
    ]));
});
