/** Texts with looks: checked where they come in; cut, joined and split with their words. */
import { expect } from "chai";
import fc from "fast-check";
import { checked, ending, flattened, joined, quoted, replaced, sliced } from "../../src/core/formatting.ts";
import { type FormattedText, MAX_SPANS, type Span, STYLES } from "../../src/core/model.ts";
import { byteLength, formattedParts } from "../../src/core/parts.ts";
import { formattedExcerpt } from "../../src/core/rendering.ts";
import { typed } from "../../src/core/styling-writer.ts";
import { cpuMs } from "../support/cpu-time.ts";

const span = (style: Span["style"], start: number, end: number): Span => ({ style, start, end });

describe("looks that come in", () => {
  const CHECKED: readonly (readonly [string, FormattedText, readonly Span[]])[] = [
    ["are kept", { text: "so", formatting: [span("strong", 0, 2)] }, [span("strong", 0, 2)]],
    [
      "are put in order, the longer first",
      { text: "so it is", formatting: [span("code", 3, 5), span("strong", 0, 2), span("strike", 0, 8)] },
      [span("strike", 0, 8), span("strong", 0, 2), span("code", 3, 5)],
    ],
    ["end with the text", { text: "so", formatting: [span("strong", -3, 9)] }, [span("strong", 0, 2)]],
    ["have something in them", { text: "so", formatting: [span("strong", 1, 1), span("code", 2, 1)] }, []],
    ["are whole numbers", { text: "so", formatting: [span("strong", 0.5, 2), span("code", Number.NaN, 2)] }, []],
    ["never divide a character", { text: "a👍b", formatting: [span("strong", 2, 4)] }, [span("strong", 1, 4)]],
    [
      "of one style that touch are one",
      { text: "abcd", formatting: [span("code", 0, 2), span("code", 2, 3)] },
      [span("code", 0, 3)],
    ],
    ["of blocks are whole lines", { text: "a\nbcd\ne", formatting: [span("quote", 3, 4)] }, [span("quote", 2, 5)]],
    [
      "of quotes are one within the other",
      { text: "a\nb\nc", formatting: [span("quote", 0, 3), span("quote", 2, 5), span("quote", 0, 3)] },
      [span("quote", 0, 3), span("quote", 0, 3), span("quote", 2, 3)],
    ],
    [
      "are at most so many, or none",
      {
        text: "a".repeat(5_000),
        formatting: Array.from({ length: MAX_SPANS + 1 }, (_, n) => span("code", 2 * n, 2 * n + 1)),
      },
      [],
    ],
    ["have a style that is known", { text: "so", formatting: [{ style: "blink" as "code", start: 0, end: 2 }] }, []],
  ];
  for (const [what, formatted, expected] of CHECKED) {
    it(what, () => {
      expect(checked(formatted).formatting ?? []).to.deep.equal(expected);
      expect(checked(formatted).text).to.equal(formatted.text);
    });
  }
});

const ANY = fc
  .tuple(
    fc
      .array(fc.constantFrom("word", " ", "\n", "\r\n", "👍", "é", "*", ">", "账", "\u2028"), { maxLength: 60 })
      .map((words) => words.join("")),
    fc.array(fc.tuple(fc.constantFrom(...STYLES), fc.nat(150), fc.nat(150)), { maxLength: 10 }),
  )
  .map(([text, spans]) =>
    checked({ text, formatting: spans.map(([style, a, b]) => span(style, Math.min(a, b), Math.max(a, b))) }),
  );

/** In order, within the text, between characters. */
function expectSound({ text, formatting = [] }: FormattedText): void {
  let before = 0;
  for (const { start, end } of formatting) {
    expect(start).to.be.within(before, end - 1);
    expect(end).to.be.at.most(text.length);
    for (const at of [start, end])
      expect(/^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))).to.equal(false);
    before = start;
  }
}

/** For each character the looks it has. */
function looks({ text, formatting = [] }: FormattedText): readonly string[] {
  return Array.from({ length: text.length }, (_, at) => {
    const here = formatting.filter(({ start, end }) => start <= at && at < end);
    return [...new Set(here.map(({ style }) => style))].sort().join(" ");
  });
}

describe("texts with looks, whatever they say", () => {
  const RUNS = { numRuns: 2_000 };

  it("are the same when cut and joined again, and each part is sound", () => {
    fc.assert(
      fc.property(ANY, fc.nat(150), (whole, chance) => {
        // Texts are cut between characters.
        const at = [...whole.text].slice(0, chance).join("").length;
        const parts = [sliced(whole, 0, at), sliced(whole, at)];
        const again = joined(parts);
        for (const one of [...parts, again, whole]) expectSound(one);
        expect(again.text).to.equal(whole.text);
        expect(looks(again)).to.deep.equal(looks(whole));
        const rest = whole.text.slice(at);
        expect(ending(whole, rest).text).to.equal(rest);
      }),
      RUNS,
    );
  });

  it("stay on their words where something is put between, and never on that", () => {
    fc.assert(
      fc.property(ANY, (whole) => {
        const between = replaced(whole, /\n/gu, "\n#1 ");
        expectSound(between);
        expect(between.text).to.equal(whole.text.replaceAll("\n", "\n#1 "));
        const own = looks(between);
        for (const { index } of between.text.matchAll(/\n#1 /gu))
          expect(own.slice(index, index + 4).join("")).to.equal("");
      }),
      RUNS,
    );
  });

  it("lose no character when laid flat or shortened", () => {
    fc.assert(
      fc.property(ANY, fc.integer({ min: 1, max: 80 }), (whole, length) => {
        const flat = flattened(whole);
        expectSound(flat);
        expect(flat.text.replaceAll("> ", "")).to.equal(whole.text.replaceAll("> ", ""));
        expect((flat.formatting ?? []).filter(({ style }) => style === "quote" || style === "preformatted")).to.be
          .empty;
        const short = formattedExcerpt(whole, length);
        expectSound(short);
        expect([...short.text].length).to.be.at.most(length);
      }),
      RUNS,
    );
  });

  it("are cut into parts that hold them within the limit and are the text when joined", () => {
    const MARKS: readonly ((part: FormattedText) => number)[] = [
      (part) => byteLength(typed(part)) - byteLength(part.text),
      ({ formatting = [] }) => formatting.length * 2,
    ];
    fc.assert(
      fc.property(ANY, fc.integer({ min: 30, max: 200 }), fc.constantFrom(...MARKS), (whole, limit, marks) => {
        const parts = formattedParts(whole, limit, true, marks);
        expect(parts.map(({ text }) => text).join("")).to.equal(whole.text);
        for (const part of parts) {
          expectSound(part);
          expect(byteLength(part.text) + marks(part)).to.be.at.most(limit);
        }
        for (const part of formattedParts(flattened(whole), limit, false, marks)) {
          expectSound(part);
          expect(part.text).not.to.match(/[\r\n]/u);
          expect(byteLength(part.text) + marks(part)).to.be.at.most(limit);
        }
      }),
      RUNS,
    );
  });

  it("take time in proportion to their length, however many lines and looks they have", () => {
    const text = "a\n".repeat(250_000);
    const bold = Array.from({ length: MAX_SPANS - 1 }, (_none, at) => span("strong", at * 500, at * 500 + 1));
    const whole = checked({ text, formatting: [span("quote", 0, text.length), ...bold] });
    const ms = cpuMs(() => {
      expect(formattedParts(whole, 400, false, () => 10)).to.have.lengthOf(250_000);
      expect(replaced(whole, /\n/gu, "\n#1 ").text).to.have.lengthOf(text.length + 3 * 250_000);
    });
    expect(ms, "milliseconds").to.be.below(10_000); // looked at again for every line it took minutes
  });

  it("are quoted as a whole", () => {
    expect(typed(joined([quoted("blue or green?"), "\n", { text: "green" }]))).to.equal("> blue or green?\ngreen");
    expect(quoted("")).to.deep.equal({ text: "" });
  });
});
