import { expect } from "chai";
import { matchesPattern } from "../../src/core/dialog/conditions.ts";
import { readName } from "../../src/core/dialog/names.ts";
import { advance, NO_FACTS } from "../../src/core/dialog.ts";
import { steps, surroundings } from "./dialog-play.ts";

/** What is kept of an answer to a question of that type, or the first sentence of the refusal. */
function kept(question: string, answer: string, language = "en"): string {
  const around = surroundings(steps(`- ask: "?"\n  as: it\n  ${question}\n- close: Done.`), { languageHint: language });
  const asked = advance(null, NO_FACTS, { kind: "open" }, around);
  const turn = advance(asked.position, asked.facts, { kind: "text", text: answer, choice: null }, around);
  return turn.facts.answers.it ?? `refused: ${turn.says[0]?.text}`;
}

describe("dialog: answers", () => {
  for (const [question, answer, expected, language] of [
    ["type: number", "42", "42"],
    ["type: number", "about 42 of them", "42"],
    ["type: number", "-3", "-3"],
    ["type: number", "1,234.5", "1234.5"],
    ["type: number", "1.234,5", "1234.5", "de"],
    ["type: number", "1 234,5", "1234.5", "de"],
    ["type: number", "٣", "refused: Please answer with a number."],
    ["type: number", "2 or 3", "refused: Please answer with a number."],
    ["type: number", "9".repeat(400), "refused: Please answer with a number."],
    ["type: number\n  integer: true", "2.5", "refused: Please answer with a whole number."],
    ["type: number\n  min: 5", "2", "refused: Please give a number that is at least 5."],
    ["type: number\n  max: 5", "6", "refused: Please give a number that is at most 5."],
    ["type: email", "mail me at Jo.Bloggs+shop@example.co.uk please", "Jo.Bloggs+shop@example.co.uk"],
    [
      "type: email",
      "jo@example",
      "refused: That does not look like an e-mail address. It should look like name@example.com.",
    ],
    [
      "type: email",
      "jo..b@example.com",
      "refused: That does not look like an e-mail address. It should look like name@example.com.",
    ],
    [
      "type: email",
      "a@b.de or c@d.de",
      "refused: That does not look like an e-mail address. It should look like name@example.com.",
    ],
    ["type: phone", "+44 20 7946 0018", "+442079460018"],
    ["type: phone\n  country: DE", "030 / 901820", "+4930901820"],
    ["type: phone\n  country: GB", "it's 020 7946 0018", "+442079460018"],
    [
      "type: phone",
      "030 901820",
      "refused: That does not look like a telephone number. Please give it with the country code, such as +44 20 7946 0018.",
    ],
    [
      "type: phone\n  country: DE",
      "12",
      "refused: That does not look like a telephone number. Please give it with its area code.",
    ],
    ["type: date", "2024-02-29", "2024-02-29"],
    ["type: date", "am 1.3.2025", "2025-03-01"],
    ["type: date", "31/12/2025", "2025-12-31"],
    [
      "type: date",
      "2025-02-29",
      "refused: That does not look like a date. Please write it as year-month-day, such as 2025-12-31.",
    ],
    [
      "type: date",
      "soon",
      "refused: That does not look like a date. Please write it as year-month-day, such as 2025-12-31.",
    ],
    ["type: text", "  two\r\nlines\u0000 \u202eevil ", "two\nlines evil"],
    ["type: text\n  max: 5", "too long", "refused: That is too long for me. Please say it in at most 5 characters."],
    ["type: text", "x".repeat(2001), "refused: That is too long for me. Please say it in at most 2000 characters."],
    ["type: text\n  optional: true", "skip", "refused: Done."],
  ] as const) {
    it(`${question.replace(/\s+/gu, " ")}: ${JSON.stringify(answer.slice(0, 50))} → ${expected}`, () => {
      expect(kept(question, answer, language)).to.equal(expected);
    });
  }

  describe("names", () => {
    for (const [answer, name] of [
      ["Anna", "Anna"],
      ["my name is Anna Schmidt.", "Anna Schmidt"],
      ["Hi, I'm Bob", "Bob"],
      ["ich heiße Jürgen", "Jürgen"],
      ["me llamo Íñigo", "Íñigo"],
      ["je m’appelle Zoé", "Zoé"],
      ["“Max”", "Max"],
      ["An\u200bna\u202e \u0007B.", "Anna B"],
      ["王小明", "王小明"],
      ["محمد", "محمد"],
      ["System", "refused: reserved"],
      ["s.y.s.t.e.m", "refused: reserved"],
      ["Ѕуstеm", "refused: reserved"],
      ["5y5tem", "refused: reserved"],
      ["Ada Lovelace", "refused: reserved"],
      ["???", "refused: empty"],
      ["\u200b", "refused: empty"],
      ["x".repeat(65), "refused: long"],
    ] as const) {
      it(`${JSON.stringify(answer.slice(0, 30))} → ${name}`, () => {
        const read = readName(answer, ["Ada Lovelace"]);
        expect(read.kind === "name" ? read.name : `refused: ${read.why}`).to.equal(name);
      });
    }
  });

  describe("patterns", () => {
    for (const [text, pattern, matches] of [
      ["Conversations", "conversations", true],
      ["Conversations", "conv*", true],
      ["Conversations Legacy", "*leg*", true],
      ["Gajim", "*", true],
      ["", "*", true],
      ["Gajim", "gaj", false],
      ["abc", "ab*bc", false],
      ["ababab", "ab*ab", true],
    ] as const) {
      it(`${text} ${matches ? "is like" : "is not like"} ${pattern}`, () => {
        expect(matchesPattern(text, pattern)).to.equal(matches);
      });
    }
  });
});
