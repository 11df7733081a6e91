/** The desk stops and starts in the middle: everything goes on where it was, and nothing is said twice. */
import { play } from "../support/play.ts";
import { COMPANY, company, playSetting } from "../support/play-rules.ts";

const TWO = company({
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["web"], skills: { billing: 3 } },
  },
});

describe("a restart", () => {
  it("in mid-conversation is not noticed", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna: one",
      "the desk restarts",
      "ada sees: one",
      "ada: two",
      "anna sees: two",
      "anna: three",
      "ada sees: three",
      "ada sees nothing more",
      "2 hours pass",
      "anna sees: Closed, since it was quiet",
    ]));

  it("while the bot asks goes on with the question", () =>
    play(company(), [
      "anna@web to reception: hello",
      "anna sees: What is your name?",
      "the desk restarts",
      "anna: Anna",
      "anna sees: Billing or sales?",
      "anna: billing",
      "anna sees: next for billing",
    ]));

  it("keeps places in the queue and the time waited", () =>
    play(company(), [
      "anna@web: hello",
      "1 minute passes",
      "berta@web: hello",
      "berta sees: number 2 for billing",
      "1 minute passes",
      "the desk restarts",
      "ada is available",
      "ada offered: Waiting: 2 minutes",
      "ada: /accept",
      "anna sees: Ada is here.",
      "berta sees: next for billing",
    ]));

  it("with an offer out: it stands", () =>
    play(TWO, [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "the desk restarts",
      "ada sees nothing",
      "ada: /accept",
      "ada sees: You talk with",
      "anna sees: Ada is here.",
    ]));

  it("with an offer out that ran out meanwhile: it begins anew", () =>
    play(TWO, [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      (stage) => stage.desk.restart(300_000),
      "20 seconds pass",
      "ada sees nothing",
      "ada: /accept",
      "ada sees: You talk with",
      "anna sees: Ada is here.",
    ]));

  it("delivers what was said while it was down", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada sees: You talk with",
      (stage) => stage.desk.restart(60_000, () => stage.screen("anna").say("is anybody there?")),
      "ada sees: is anybody there?",
      "ada sees nothing more",
    ]));

  it("delivers what had not been delivered", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      "anna goes offline",
      "ada: one",
      "ada: two",
      "the desk restarts",
      "anna comes online",
      "2 minutes pass",
      "anna sees: one",
      "anna sees: two",
      "anna sees nothing more",
    ]));

  it("keeps a CSR away who was away", () =>
    play(company(), [
      "ada is available",
      "ada to desk: /away",
      "ada sees: You are away.",
      "the desk restarts",
      "anna@web: hello",
      "5 minutes pass",
      "ada is offered nothing",
    ]));
});

describe("a reload", () => {
  const before = company();
  it("keeps conversations, and the dialog they began with", () =>
    play(before, [
      "ada is available",
      "anna@web to reception: hello",
      "anna sees: What is your name?",
      "berta@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "berta sees: Ada is here.",
      ({ desk }) =>
        desk.reload(
          playSetting(
            company({
              dialogs: {
                person: "sales",
                dialogs: {
                  reception: { steps: [{ say: "Welcome to the new desk." }, { route: "billing" }] },
                  express: { steps: [{ say: "Welcome to the new desk." }, { route: "billing" }] },
                },
              },
            }),
          ),
        ),
      "berta: still there?",
      "ada sees: still there?",
      "anna: Anna",
      "anna sees: Billing or sales?",
      "anna: billing",
      "anna sees: next for billing",
      "carl@web: hello",
      "carl sees: Welcome to the new desk.",
    ]));

  it("applies new rules to the next decision, and to those who wait", () =>
    play(before, [
      "ben@web is available",
      "anna@web: hello",
      "anna sees: next for billing",
      "ben sees nothing",
      ({ desk }) =>
        desk.reload(
          playSetting(
            company({ csrs: { ...COMPANY.csrs, ben: { name: "Ben", at: ["web"], skills: { billing: 2 } } } }),
          ),
        ),
      "ben offered: for billing",
      "ben: /accept",
      "anna sees: Ben is here.",
    ]));

  it("keeps the conversation of a CSR who is no longer in the rules reachable for the customer", () =>
    play(before, [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna sees: Ada is here.",
      ({ desk }) =>
        desk.reload(playSetting(company({ csrs: { ben: { name: "Ben", at: ["xmpp"], skills: { billing: 2 } } } }))),
      "anna: are you still there?",
      "5 minutes pass",
      (stage) => {
        const heard = stage
          .screen("ada")
          .messages()
          .some(({ text }) => text === "are you still there?");
        const told = stage.screen("anna").unseen.length > 0;
        if (!heard && !told) {
          throw new Error("Anna writes to nobody and is not told.");
        }
      },
    ]));
});
