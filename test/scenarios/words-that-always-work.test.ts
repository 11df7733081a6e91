/** Words a customer may say at any time: help, back, repeat, status, a person please, stop. */
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const WITH_SALES = company({ csrs: { ...COMPANY.csrs, ben: { name: "Ben", at: ["web"], skills: { sales: 3 } } } });
const AT_THE_QUESTION = [
  "anna@web to reception: hello",
  "anna sees: What is your name?",
  "anna: Anna",
  "anna sees: Billing or sales?",
];

describe("words that always work", () => {
  it("repeat asks again", () => play(company(), [...AT_THE_QUESTION, "anna: repeat", "anna sees: Billing or sales?"]));
  it("back asks the question before", () =>
    play(company(), [...AT_THE_QUESTION, "anna: back", "anna sees: What is your name?"]));
  it("a person, please leads to one", () =>
    play(WITH_SALES, ["ben is available", ...AT_THE_QUESTION, "anna: a person, please", "ben offered: for sales"]));
  it("stop ends it", () =>
    play(company(), [...AT_THE_QUESTION, "anna: stop", "anna: hello", "anna sees: Hello! This is Example."]));
  it("work in another language of the desk", () =>
    play(company({ people: { anna: { language: "de" } } }), [
      ...AT_THE_QUESTION,
      "anna: nochmal",
      "anna sees: Billing or sales?",
    ]));
  it("stop is a word like any other while talking to a CSR", () =>
    play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "anna: stop",
      "ada sees from customer: stop",
      "ada: ok",
      "anna sees: ok",
    ]));
});
