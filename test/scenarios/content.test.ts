/** What passes between people, natively or in words, and how it fails: edits, reactions, receipts, long texts, limits. */
import { expect } from "chai";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const POOR = company({
  networks: {
    ...COMPANY.networks,
    sms: { title: "SMS", handles: { support: "express" }, features: [], maxTextBytes: 160 },
  },
});
const talk = (customer: string): PlayLine[] => [
  "ada is available",
  `anna@${customer}: hello`,
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];

describe("content", () => {
  it("passes edits, retractions, reactions, replies, typing and receipts between those who can show them", () =>
    play(company(), [
      ...talk("web"),
      "anna: my invioce is wrong",
      "ada sees: my invioce is wrong",
      "anna edits: invioce -> my invoice is wrong",
      "ada sees the edit: my invoice is wrong",
      "ada types: composing",
      "anna sees typing: composing",
      "ada: I see it",
      "anna sees: I see it",
      "anna reacts 👍 to: I see it",
      "ada sees 👍 on: I see it",
      "ada: ups",
      "anna sees: ups",
      "ada takes back: ups",
      "anna sees taken back: ups",
      "anna got: I see it",
      "ada sees delivered: I see it",
      "anna read: I see it",
      "ada sees read: I see it",
      "ada replies to invioce: which amount?",
      "anna sees: which amount?",
    ]));

  it("passes on no address as a reaction", () =>
    play(company(), [
      ...talk("web"),
      "ada: I see it",
      "anna sees: I see it",
      "anna reacts mxc://im.example/wave to: I see it",
      "anna reacts xmpp:anna@im.example to: I see it",
      "anna reacts :wave: to: I see it",
      "ada sees :wave: on: I see it",
      "ada never sees: im.example",
      (stage) => {
        expect(JSON.stringify(stage.screen("ada").person.received)).not.to.contain("im.example");
      },
    ]));

  it("says in words what a network cannot show", () =>
    play(POOR, [
      ...talk("sms"),
      "ada: see you at 9",
      "anna sees: see you at 9",
      "ada edits: at 9 -> see you at 10",
      "anna sees: (edited) see you at 10",
      "anna: fine",
      "ada sees: fine",
      "ada reacts 🎉 to: fine",
      'anna sees: (🎉 to "fine")',
      "ada takes back: at 9",
      "anna sees: (takes back …)",
      "ada types: composing",
      "anna sees nothing",
    ]));

  it("acknowledges as received only what the desk has", () =>
    play(company(), ["anna@web: hello", "anna sees received: hello"]));

  it("splits a long text and brings it whole", () => {
    const story = Array.from({ length: 60 }, (_, index) => `Sentence ${index + 1} tells of Zürich 🏔️.`).join(" ");
    return play(POOR, [
      ...talk("sms"),
      `ada: ${story}`,
      (stage) => {
        const parts = stage.screen("anna").unseen.map(({ text }) => text);
        expect(parts.length).to.be.greaterThan(5);
        expect(parts.join("")).to.equal(story);
        for (const part of parts) {
          expect(Buffer.byteLength(part)).to.be.at.most(160);
        }
      },
    ]);
  });

  it("tells the author in words what could not be delivered", () =>
    play(company(), [
      ...talk("web"),
      "anna goes offline",
      "ada: are you there?",
      "9 minutes pass",
      "ada sees: Not with customer yet.",
      "ada sees nothing",
      "2 minutes pass",
      'ada sees: Not delivered: "are you there?"',
    ]));

  it("tells the author that what they took back, or put to a message, did not arrive", () =>
    play(company(), [
      ...talk("web"),
      "anna: my number is 4711",
      "ada: at 9",
      "anna sees: at 9",
      "anna goes offline",
      "ada takes back: at 9",
      "ada reacts 👍 to: my number is 4711",
      "11 minutes pass",
      "ada sees: Not taken back there.",
      "ada sees: Reaction not delivered: 👍",
      "ada sees nothing",
    ]));

  it("tells of a text that comes back in parts once", () =>
    play(
      company({
        networks: {
          ...COMPANY.networks,
          sms: { title: "SMS", handles: { support: "express" }, features: ["presence"], maxTextBytes: 160 },
        },
      }),
      [
        ...talk("sms"),
        "anna goes offline",
        `ada: ${"all of it ".repeat(60)}`,
        "9 minutes pass",
        "ada sees: Not with customer yet.",
        "2 minutes pass",
        "ada sees: Not delivered",
        "ada sees nothing",
      ],
    ));

  it("delivers what waited for a person who comes back, once and in order", () =>
    play(company(), [
      ...talk("web"),
      "anna goes offline",
      "ada: one",
      "ada: two",
      "5 minutes pass",
      "anna comes online",
      "anna sees: one",
      "anna sees: two",
      "anna sees nothing more",
    ]));

  it("delivers all once when the link breaks in the middle", () =>
    play(company(), [
      ...talk("web"),
      "ada: one",
      (stage) => stage.desk.network("web").loseAnswers(1),
      "ada: two",
      "the web link breaks",
      "ada: three",
      "anna: meanwhile",
      "the web link is back",
      "anna sees: one",
      "anna sees: two",
      "anna sees: three",
      "anna sees nothing more",
      "ada sees: meanwhile",
      "ada sees nothing more",
    ]));

  it("refuses what is too long, and nothing else happens", () =>
    play(company(), [
      ...talk("web"),
      `anna: ${"x".repeat(20_001)}`,
      "anna is refused: Too long: 20000 bytes at most.",
      "ada sees nothing",
      "anna: sorry",
      "ada sees: sorry",
    ]));

  it("refuses a flood until it calms down; the other customers notice nothing", () =>
    play(company(), [
      ...talk("web"),
      "berta@web: hello",
      ...Array.from({ length: 25 }, (_, index) => `anna: line ${index + 1}`),
      "anna is refused: policy-violation",
      "berta sees: next for billing",
      "11 seconds pass",
      "anna: calm again",
      "ada sees: calm again",
    ]));

  it("refuses more conversations at once than a customer may have", () =>
    play(company({ limits: { conversationsPerCustomer: 1 } }), [
      "anna@web: hello",
      "anna to reception: hello",
      "anna is refused: You have 1 conversations already.",
    ]));
});

describe("an edit", () => {
  it("of a line that waits for the CSR changes it, and a line taken back is not shown", () =>
    play(company(), [
      "anna@web: hello",
      "anna: my invioce",
      "anna: oops, wrong window",
      "anna edits: invioce -> my invoice",
      "anna takes back: wrong window",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada sees from customer: my invoice",
      "ada never sees: invioce",
      "ada never sees: wrong window",
      "ada sees nothing more",
    ]));

  it("of an unknown message, or of somebody else's, is shown as new text", () =>
    play(company(), [
      ...talk("web"),
      "ada: the price is 10",
      "anna sees: the price is 10",
      (stage) => {
        const { person } = stage.screen("anna");
        person.edit("support", "no-such-id", "what was that?");
        person.edit("support", stage.screen("anna").shown("the price is 10").id, "the price is 1");
      },
      "ada sees from customer: what was that?",
      "ada sees from customer: the price is 1",
    ]));

  it("names the message it meant, also after a restart", () =>
    play(company(), [
      ...talk("web"),
      "anna: my invioce is wrong",
      "ada sees: my invioce is wrong",
      "the desk restarts",
      "anna edits: invioce -> my invoice is wrong",
      "ada sees the edit: my invoice is wrong",
    ]));

  it("of a line whose conversation is over is a first word like any other, and not for the CSR of then", () =>
    play(company(), [
      ...talk("web"),
      "anna: see you",
      "ada sees: see you",
      "ada: /close",
      "ada sees: Closed",
      "ada to desk: /away",
      "ada sees: You are away.",
      (stage) => {
        stage.screen("anna").person.edit("support", stage.screen("anna").own("see you").id, "see you never");
      },
      "anna sees: Hello! This is Example.",
      "ada sees nothing more",
    ]));
});

describe("a retraction", () => {
  it("of somebody else's line is refused in words", () =>
    play(company(), [
      ...talk("web"),
      "ada: you owe us 10",
      "anna sees: you owe us 10",
      (stage) => stage.screen("anna").person.retract("support", stage.screen("anna").shown("you owe us").id),
      "anna sees: Only one's own lines",
      "ada sees nothing",
    ]));
});
