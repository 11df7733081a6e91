/** Formatting as people type it: what is read from it, and how it is written. */
import { expect } from "chai";
import fc from "fast-check";
import { checked } from "../../src/core/formatting.ts";
import { type FormattedText, MAX_SPANS, STYLES } from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { type Piece, piecesOf, typed } from "../../src/core/styling-writer.ts";
import { cpuMs } from "../support/cpu-time.ts";

/** `<strong>so</strong>`, so that tables can be read. */
function drawn(formatted: FormattedText): string {
  const draw = (piece: Piece): string =>
    typeof piece === "string" ? piece : `<${piece.style}>${piece.pieces.map(draw).join("")}</${piece.style}>`;
  return piecesOf(formatted).map(draw).join("");
}

describe("typed formatting", () => {
  const READ: readonly (readonly [string, string])[] = [
    ["plain words", "plain words"],
    ["*strong*", "<strong>strong</strong>"],
    ["plain *strong* plain", "plain <strong>strong</strong> plain"],
    ["*strong* plain *strong*", "<strong>strong</strong> plain <strong>strong</strong>"],
    ["*strong*plain*", "<strong>strong</strong>plain*"],
    ["* plain *strong*", "* plain <strong>strong</strong>"],
    ["not strong*", "not strong*"],
    ["*not strong", "*not strong"],
    ["*not \n strong*", "*not \n strong*"],
    ["*not *strong", "*not *strong"],
    ["**", "**"],
    ["****", "****"],
    ["**bold** of elsewhere", "**bold** of elsewhere"],
    ["_one_ ~two~ `three`", "<emphasis>one</emphasis> <strike>two</strike> <code>three</code>"],
    ["Everyone ~dis~likes cake.", "Everyone <strike>dis</strike>likes cake."],
    ["This is `*monospace*`", "This is <code>*monospace*</code>"],
    ["*`monospace and bold`*", "<strong><code>monospace and bold</code></strong>"],
    ["_so *very* sure_", "<emphasis>so <strong>very</strong> sure</emphasis>"],
    ["_so *very sure_ and* more", "<emphasis>so *very sure</emphasis> and* more"],
    ["3*4*5, snake_case_name, ~5, `", "3*4*5, snake_case_name, ~5, `"],
    ["```ignored\n(println 1)\n```\n\nafter", "<preformatted>ignored\n(println 1)</preformatted>\n\nafter"],
    ["```\n*a*\n> b\n```", "<preformatted>*a*\n> b</preformatted>"],
    ["> ```\n> (println 1)\n\nplain", "<quote><preformatted>(println 1)</preformatted></quote>\n\nplain"],
    ["```ls -la```", "<preformatted>ls -la</preformatted>"],
    ["```\n```", "```\n```"],
    ["> That that is, is.\n\nSaid he", "<quote>That that is, is.</quote>\n\nSaid he"],
    [">> deep\n> less", "<quote><quote>deep</quote>\nless</quote>"],
    [">  one space stays", "<quote> one space stays</quote>"],
    ["> *so*\n> it is\nno", "<quote><strong>so</strong>\nit is</quote>\nno"],
    [">", ">"],
    ["a > b and c >= d", "a > b and c >= d"],
  ];
  for (const [text, expected] of READ) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(expected)}`, () => {
      expect(drawn(readTyped(text))).to.equal(expected);
    });
  }

  const WRITTEN: readonly (readonly [string, FormattedText, string])[] = [
    ["a part of a word", { text: "unbelievable", formatting: [{ style: "strong", start: 2, end: 9 }] }, "unbelievable"],
    ["words with the mark", { text: "2*3 is 6", formatting: [{ style: "strong", start: 0, end: 3 }] }, "2*3 is 6"],
    ["spaces at the ends", { text: "a b c", formatting: [{ style: "strong", start: 1, end: 4 }] }, "a *b* c"],
    ["underlining", { text: "a b", formatting: [{ style: "underline", start: 0, end: 1 }] }, "_a_ b"],
    ["brackets", { text: "(so)", formatting: [{ style: "emphasis", start: 1, end: 3 }] }, "(_so_)"],
    ["several lines", { text: "a\n\nb", formatting: [{ style: "strong", start: 0, end: 4 }] }, "*a*\n\n*b*"],
    [
      "two styles of the same words",
      {
        text: "so",
        formatting: [
          { style: "strong", start: 0, end: 2 },
          { style: "strike", start: 0, end: 2 },
        ],
      },
      "*~so~*",
    ],
    ["a fence within", { text: "a\n```\nb", formatting: [{ style: "preformatted", start: 0, end: 7 }] }, "a\n```\nb"],
    [
      "blocks side by side",
      {
        text: "a\nb\nc",
        formatting: [
          { style: "preformatted", start: 0, end: 1 },
          { style: "preformatted", start: 2, end: 3 },
          { style: "quote", start: 4, end: 5 },
        ],
      },
      "```\na\n```\n```\nb\n```\n> c",
    ],
  ];
  for (const [what, formatted, expected] of WRITTEN) {
    it(`${what}: ${JSON.stringify(expected)}`, () => {
      expect(typed(formatted)).to.equal(expected);
    });
  }
});

/** Signs of every kind, so that chance makes formatting often. */
const SIGNS = fc.constantFrom("*", "_", "~", "`", "```", ">", " ", "\n", "a", "so", "é", "👍", "(", ".");
const TYPED = fc.array(SIGNS, { maxLength: 60 }).map((signs) => signs.join(""));
const ANY = fc
  .tuple(
    fc.array(SIGNS, { maxLength: 40 }).map((signs) => signs.join("")),
    fc.array(fc.tuple(fc.constantFrom(...STYLES), fc.integer({ min: -2, max: 90 }), fc.integer({ min: -2, max: 90 })), {
      maxLength: 12,
    }),
  )
  .map(([text, spans]): FormattedText => {
    const formatting = spans.map(([style, one, other]) => ({
      style,
      start: Math.min(one, other),
      end: Math.max(one, other),
    }));
    return checked({ text, formatting });
  });
/** Words of which typed marks can say everything: whole words, styles within each other. */
const SAYABLE = fc
  .array(
    fc.record({
      words: fc.constantFrom("so", "two words", "naïve 👍", "x=1"),
      styles: fc.subarray(["strong", "emphasis", "strike", "code"] as const),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts): FormattedText => {
    let text = "";
    const formatting = parts.flatMap(({ words, styles }) => {
      const start = text === "" ? 0 : text.length + 1;
      text += text === "" ? words : ` ${words}`;
      return styles.map((style) => ({ style, start, end: start + words.length }));
    });
    return checked({ text, formatting });
  });

function words(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : words(piece.pieces))).join("");
}
/** Whether all of it stands in the other in that order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part.startsWith(character, at)) at += character.length;
  return at === part.length;
}

describe("typed formatting, whatever is typed", () => {
  it("loses no character but marks, and no look leaves its words", () => {
    fc.assert(
      fc.property(TYPED, (text) => {
        const read = readTyped(text);
        expect(isWithin(read.text, text), "in the order it was typed").to.equal(true);
        const marks = /[*_~`>\s]/gu;
        expect(read.text.replace(marks, "")).to.equal(text.replace(marks, ""));
        expect(checked(read)).to.deep.equal(read);
        expect(words(piecesOf(read))).to.equal(read.text);
      }),
      { numRuns: 3_000 },
    );
  });

  it("is read again as it was written", () => {
    fc.assert(
      fc.property(SAYABLE, (formatted) => {
        expect(drawn(readTyped(typed(formatted)))).to.equal(drawn(formatted));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is written without a character lost, whatever the looks", () => {
    fc.assert(
      fc.property(ANY, (formatted) => {
        expect(isWithin(formatted.text, typed(formatted)), typed(formatted)).to.equal(true);
        expect(words(piecesOf(formatted))).to.equal(formatted.text);
      }),
      { numRuns: 3_000 },
    );
  });

  const HOSTILE: Readonly<Record<string, string>> = {
    "marks that nothing closes": "*a ".repeat(20_000),
    "marks within marks": "*_~`".repeat(16_000),
    "quotes within quotes": ">".repeat(64_000),
    "quotes between lines": "> a\nb\n".repeat(10_000),
    "fences alone": "```\n".repeat(16_000),
    "one word in bold after the other": "*a* ".repeat(16_000),
    "closed far away": `${"*a _b ~c ".repeat(6_000)}d* e_ f~`,
  };
  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`takes time in proportion to its length: ${what}`, () => {
      const read = readTyped(text);
      expect(read.formatting?.length ?? 0).to.be.at.most(MAX_SPANS);
      const ms = cpuMs(() => [readTyped(text), typed(read), piecesOf(read)]);
      expect(ms, "milliseconds").to.be.below(2_000);
    });
  }

  it("keeps texts of many lines under looks of the whole quick to write", () => {
    const text = "a\n".repeat(30_000);
    const formatting = STYLES.map((style) => ({ style, start: 0, end: text.length }));
    expect(
      cpuMs(() => typed(checked({ text, formatting }))),
      "milliseconds",
    ).to.be.below(4_000);
  });
});
