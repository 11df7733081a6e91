/** What people write in bold stays bold as long as anybody can show it, and is never less than its words. */
import { expect } from "chai";
import { FEATURES } from "../../src/core/model.ts";
import { typed } from "../../src/core/styling-writer.ts";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const { networks } = COMPANY;
const handles = { support: "express" };
const plain = FEATURES.filter((feature) => feature !== "formatting");
const WITHOUT = company({
  networks: {
    ...networks,
    old: { title: "Old", handles, features: plain },
    sms: { title: "SMS", handles, features: [], maxTextBytes: 64 },
    irc: { title: "IRC", handles, features: ["formatting"], maxTextBytes: 64 },
  },
});
const ACCOUNT = company({
  networks: { ...networks, account: { title: "Account", handles, identity: "fixed", features: FEATURES } },
  csrs: { ada: { name: "Ada", at: ["account"], skills: { billing: 3 } } },
});
const talk = (network: string): PlayLine[] => [
  "ada is available",
  `anna@${network}: hello`,
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];

describe("formatting", () => {
  it("passes between those who can show it, corrections too", () =>
    play(company(), [
      ...talk("web"),
      "anna writes: it is *wrong* and _late_",
      "ada sees looks: it is *wrong* and _late_",
      "anna rewrites: wrong -> it is *right*",
      "ada sees the edit with looks: it is *right*",
      "ada writes: try\n```\nmake\n  install\n```\n> late\nsorry",
      "anna sees looks: try\n```\nmake\n  install\n```\n> late\nsorry",
      "anna: 2 *literal* stars",
      "ada sees exactly: 2 *literal* stars",
    ]));

  it("is what people type where it cannot be shown", () =>
    play(WITHOUT, [
      ...talk("old"),
      "ada writes: it is *wrong*\n> late\nno",
      "anna sees exactly: it is *wrong*\n> late\nno",
      "ada rewrites: wrong -> it is ~wrong~ *right*",
      "anna sees the edit: it is ~wrong~ *right*",
      "ada: 2 *literal* stars",
      "anna sees exactly: 2 *literal* stars",
    ]));

  it("is of single lines where every message is one", () =>
    play(WITHOUT, [
      ...talk("sms"),
      "ada writes: try\n```\nmake\n  install\n```\n> late",
      "anna sees exactly: try",
      "anna sees exactly: `make`",
      "anna sees exactly:   `install`",
      "anna sees exactly: > late",
    ]));

  for (const network of ["sms", "irc"]) {
    it(`is in every part of a long text on ${network}, and takes no character of it`, () => {
      const story = "Word after word the story of the bill from Zürich 🏔️ goes on. ".repeat(4).trim();
      return play(WITHOUT, [
        ...talk(network),
        `ada writes: *${story}*`,
        (stage) => {
          const parts = stage.screen("anna").unseen;
          const shown = network === "irc" ? parts.map(typed) : parts.map(({ text }) => text);
          expect(shown.length).to.be.above(3);
          for (const text of shown) {
            expect(text.trim()).to.match(/^\*[^*]+\*$/u);
            expect(Buffer.byteLength(text)).to.be.at.most(66);
          }
          expect(shown.join("").replaceAll("*", "")).to.equal(story);
        },
      ]);
    });
  }

  it("stands behind label and name, on every line of an ordinary account", () =>
    play(ACCOUNT, [
      ...talk("web"),
      "anna writes: *so*\n> quoted\n```\ncode\n```",
      "ada sees looks: #1 customer: *so*\n#1 > quoted\n#1 `code`",
      "ada writes: #1 *yes*, that",
      "anna sees looks: *yes*, that",
      "ada writes: *yes*",
      "anna sees looks: *yes*",
    ]));

  it("waits with the line for who comes, through a restart, and stands in the history", () =>
    play(company(), [
      "anna@web: hello",
      "anna writes: it is *wrong*",
      "anna writes: and lat",
      "anna rewrites: and lat -> and _late_",
      "the desk restarts",
      "ada is available",
      "ada offered: billing",
      "ada: /accept",
      "ada sees looks: it is *wrong*",
      "ada sees looks: and _late_",
      "anna has the history: I: hello | desk: Hello! This is Example. | desk: You are next for Billing. | I: it is *wrong* | desk: Kept for your representative. | I: and _late_ | desk: Ada is here.",
    ]));

  it("is shown again to the CSR who comes next", () =>
    play(company(), [
      ...talk("web"),
      "anna writes: it is *wrong* and\n> late",
      "ada sees looks: it is *wrong* and\n> late",
      "the desk restarts",
      "ada: /history",
      "ada sees: customer: it is wrong and > late",
      (stage) => {
        const history = stage.screen("ada").shown("it is wrong and");
        expect(typed(history)).to.contain("customer: it is *wrong* and > late");
      },
    ]));

  it("is put right where a client says what cannot be", () =>
    play(company(), [
      ...talk("web"),
      (stage) => {
        const { person, window } = stage.screen("anna");
        const formatting = [
          { style: "quote", start: 7, end: 8 },
          { style: "strong", start: 2, end: 99 },
        ] as const;
        person.format(window, { text: "a👍b\nand these", formatting });
      },
      "ada sees: and these",
      (stage) =>
        expect(stage.screen("ada").shown("and these").formatting).to.deep.equal([
          { style: "strong", start: 1, end: 14 },
          { style: "quote", start: 5, end: 14 },
        ]),
    ]));

  it("is no hindrance to the bot, and marks that were meant stay in a CSR's words", () =>
    play(company(), [
      "anna@web to reception: hello",
      "anna sees: What is your name?",
      "anna writes: *Anna*",
      "anna sees: Billing or sales?",
      "anna writes: _billing_",
      "anna sees: next for billing",
      "ada is available",
      "ada offered: Anna",
      "ada: /accept",
      "anna sees: Ada is here.",
      "ada writes: /note see *this*",
      "ada sees: kept",
    ]));
});
