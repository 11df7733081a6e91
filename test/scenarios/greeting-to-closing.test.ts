/** From hello to closing: what customer and CSR see of one conversation. */
import { play } from "../support/play.ts";
import { company } from "../support/play-rules.ts";

describe("a conversation from greeting to closing", () => {
  it("is greeted, asked, queued, handed over, talked and closed", () =>
    play(company(), [
      "ada is available",
      "anna@web to reception: hello",
      "anna sees: Hello! This is Example.",
      "anna sees: What is your name?",
      "anna: Anna",
      "anna sees: Billing or sales? … 1. billing … 2. sales",
      "anna: billing",
      "anna sees: next for billing",
      "ada offered: Anna for billing on Web … Reason: billing … Waiting: less than a minute … /accept or /decline within 30 seconds",
      "ada: /accept",
      "ada sees: You talk with Anna now.",
      "anna sees: Ada is here.",
      "anna: my invoice is wrong",
      "ada sees from Anna: my invoice is wrong",
      "ada: which one?",
      "anna sees from Ada: which one?",
      "anna: the one of May",
      "ada sees: the one of May",
      "ada: /close",
      "ada sees: Closed: Anna",
      "anna sees: Ada has closed the conversation.",
      "ada has no windows",
      "anna sees nothing more",
      "ada sees nothing more",
    ]));

  it("goes across networks in every pairing", async () => {
    for (const [customer, csr] of [
      ["web", "xmpp"],
      ["xmpp", "web"],
      ["xmpp", "xmpp"],
      ["web", "web"],
    ] as const) {
      await play(company({ csrs: { ada: { name: "Ada", at: [csr], skills: { billing: 3 } } } }), [
        "ada is available",
        `anna@${customer}: hello`,
        "ada offered: for billing",
        "ada: /accept",
        "anna: do you hear me?",
        "ada sees: do you hear me?",
        "ada: I do",
        "anna sees from Ada: I do",
      ]);
    }
  });

  it("shows the customer nothing but the handle they wrote to", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada: good morning",
      "anna sees: good morning",
      (stage) => {
        const senders = new Set(stage.screen("anna").person.received.map(({ from }) => from));
        if (senders.size !== 1 || !senders.has("support")) {
          throw new Error(`Anna saw ${[...senders].join(", ")}.`);
        }
        const shown = JSON.stringify(stage.screen("ada").person.received);
        if (/"anna|anna@|web/u.test(shown.replaceAll("on Web", ""))) {
          throw new Error(`Ada was shown an address of Anna's: ${shown}`);
        }
      },
    ]));

  it("ends when the customer leaves, and begins anew with the next word", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna leaves",
      "anna sees: Goodbye.",
      "ada sees: has left.",
      "anna: one more thing",
      "anna sees: Hello! This is Example.",
      "ada offered: billing",
    ]));

  it("opens when the customer comes without a word", () =>
    play(company(), [
      "anna@web arrives",
      "anna sees: Hello! This is Example.",
      "anna arrives",
      "anna sees: next for billing",
      "anna sees nothing more",
    ]));

  it("closes when it was quiet for long, and tells both", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada sees: You talk with",
      "anna sees: Ada is here.",
      "59 minutes pass",
      "anna: still there?",
      "59 minutes pass",
      "ada: I am",
      "59 minutes pass",
      "anna sees: I am",
      "anna sees nothing",
      "2 minutes pass",
      "anna sees: Closed, since it was quiet",
      "ada sees: Closed for silence",
    ]));

  it("closes when the customer does not answer the bot", () =>
    play(company(), [
      "anna@web to reception: hello",
      "anna sees: What is your name?",
      "2 hours pass",
      "anna: Anna",
      "anna sees: Hello! This is Example.",
    ]));
});
