/** What a text becomes on its way to somebody: parts, quotes, lengths. */
import { expect } from "chai";
import { byteLength, partsOf } from "../../src/core/parts.ts";
import { excerpt } from "../../src/core/rendering.ts";

const FAMILY = "👨‍👩‍👧‍👦";
const FLAG = "🏳️‍🌈";
const TEXTS: Readonly<Record<string, string>> = {
  "plain words": "The quick brown fox jumps over the lazy dog. ".repeat(700),
  "one long word": "x".repeat(5_000),
  "emoji and their joiners": `${FAMILY}${FLAG}👍🏽🇩🇪`.repeat(400),
  "emoji between words": `so ${FAMILY} many `.repeat(500),
  "combining marks": `${"e\u0301"}${"o\u0308\u0323"} `.repeat(1_500),
  "spaces that bear marks": `a \u0301`.repeat(1_000),
  CJK: "请问我的账单为什么比上个月多了三十元".repeat(200),
  "words, then CJK": `${"word ".repeat(5)}${"账".repeat(24)}`.repeat(100),
  "Devanagari clusters": "क्षत्रिय नमस्ते ".repeat(400),
  "right to left": "שלום עולם! مرحبا بالعالم ".repeat(300),
  lines: "first\r\nsecond\nthird\n\n".repeat(400),
  "a mark upon a mark": `Z${"\u0335\u0321\u0323".repeat(60)}`.repeat(20),
  "64 kB of all": `Zürich 🏔️ ${FAMILY} 东京 e\u0301\n`.repeat(1_600).slice(0, 21_800),
};
const LIMITS = [20, 21, 23, 33, 64, 140, 400, 512] as const;
const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

function borders(text: string): ReadonlySet<number> {
  return new Set([...Array.from(GRAPHEMES.segment(text), ({ index }) => index), text.length]);
}

describe("parts of a long text", () => {
  for (const [name, text] of Object.entries(TEXTS)) {
    it(`are the text when joined, none too long: ${name}`, () => {
      for (const limit of LIMITS) {
        const parts = partsOf(text, limit, true);
        expect(parts.join("") === text, `joined at ${limit}`).to.equal(true);
        for (const part of parts) {
          expect(Buffer.byteLength(part), `a part at ${limit}`).to.be.within(1, limit);
        }
      }
    });

    it(`end between graphemes: ${name}`, () => {
      const whole = borders(text);
      const largest = Math.max(...Array.from(GRAPHEMES.segment(text), ({ segment }) => byteLength(segment)));
      for (const limit of LIMITS.filter((each) => each >= largest)) {
        let at = 0;
        for (const part of partsOf(text, limit, true)) {
          at += part.length;
          expect(whole.has(at), `a border at ${at} for ${limit} bytes`).to.equal(true);
        }
      }
    });
  }

  it("divide a grapheme only where it is larger than a message, and then between code points", () => {
    expect(partsOf(FAMILY, 12, true)).to.deep.equal(["👨‍👩", "‍👧‍", "👦"]);
    expect(partsOf("👍", 4, true)).to.deep.equal(["👍"]);
  });

  it("are words where there are words", () => {
    expect(partsOf("one two three four", 9, true)).to.deep.equal(["one two ", "three ", "four"]);
    expect(partsOf("one\ntwo\nthree", 9, true)).to.deep.equal(["one\ntwo\n", "three"]);
  });

  it("have room for a large grapheme after a space", () => {
    const text = `${"a".repeat(26)} ${"账".repeat(24)}${"e\u0301\u0323\u0335".repeat(1)}${FAMILY}${FAMILY}`;
    for (const part of partsOf(text, 100, true)) {
      expect(Buffer.byteLength(part)).to.be.at.most(100);
    }
    const large = `Z${"\u0335".repeat(40)}`;
    for (const part of partsOf(`${"a".repeat(26)} ${"账".repeat(24)}${large}`, 100, true)) {
      expect(Buffer.byteLength(part)).to.be.at.most(100);
    }
  });

  const LINES: readonly (readonly [string, readonly string[]])[] = [
    ["one\ntwo", ["one", "two"]],
    ["one\r\ntwo\r\n", ["one", "two"]],
    ["one\rPRIVMSG #ops :two", ["one", "PRIVMSG #ops :two"]],
    ["one\n\n \ntwo", ["one", "two"]],
    ["", [""]],
    ["\n \r\n", [""]],
  ];
  for (const [text, parts] of LINES) {
    it(`are its lines where a message is one line: ${JSON.stringify(text)}`, () => {
      expect(partsOf(text, 100, false)).to.deep.equal(parts);
    });
  }
});

describe("the length of a text", () => {
  for (const text of ["", "a", "é", "€", "😀", "\ud800", "a\u0000b", ...Object.values(TEXTS)]) {
    it(`is that of its UTF-8: ${JSON.stringify(text.slice(0, 12))}`, () => {
      expect(byteLength(text)).to.equal(Buffer.byteLength(text));
    });
  }
});

describe("an excerpt", () => {
  const CASES: readonly (readonly [string, string])[] = [
    ["short", "short"],
    ["  two\n\nlines\t ", "two lines"],
    ["x".repeat(80), "x".repeat(80)],
    ["x".repeat(81), `${"x".repeat(79)}…`],
    ["👍".repeat(90), `${"👍".repeat(79)}…`],
    ["", ""],
  ];
  for (const [text, shown] of CASES) {
    it(`of ${JSON.stringify(text.slice(0, 16))} is one line of 80 characters at most`, () => {
      expect(excerpt(text)).to.equal(shown);
    });
  }
});
