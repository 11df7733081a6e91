/** The tokenizer of XMPP streams beside saxes: what one takes the other takes, with the same tags and texts, however it is cut. */
import { expect } from "chai";
import fc from "fast-check";
import { limitMs, runs } from "./runs.ts";
import { type Reading, readBySaxes, readByTokenizer } from "./xml-oracle.ts";

const SPACES = [" ", "  ", "\n", "\t", "\r\n"];
const NAMES = [
  "a",
  "b",
  "stream:stream",
  "xmlns",
  "xmlns:x",
  "ä",
  "_",
  "a-b.c1",
  "__proto__",
  "𐌰x",
  "A:",
  "n".repeat(40),
];
const TEXTS = [
  "hello ",
  "&amp;",
  "&lt;",
  "ä",
  "👍",
  "\r\n",
  "\n",
  "]]",
  "]",
  "&#10;",
  "&#x1F44D;",
  "'",
  '"',
  ">",
  "\t",
];
const SECTIONS = ["<![CDATA[<&]]]>", "<![CDATA[]]>", "<![CDATA[\r\n>]]]]>"];
const HEADS = [
  "",
  "\ufeff",
  " ",
  "<?xml version='1.0'?>",
  '<?xml version="1.1" encoding="utf-8" standalone=\'no\' ?>\n',
];
/** What is put into a text that was sound. */
const BITS = [
  ...[
    ...SPACES,
    ...TEXTS,
    ...SECTIONS,
    "<",
    ">",
    "/",
    "=",
    "</",
    "/>",
    "<!--",
    "-->",
    "<?x?>",
    "<!DOCTYPE",
    "<![CDATA[",
  ],
  ...[
    "]]>",
    "&foo;",
    "&#;",
    "&;",
    "& ",
    "&#0;",
    "&#xD800;",
    "&#00000000000000065;",
    "&#X41;",
    "\u0001",
    "\ufffe",
    "\ufeff",
  ],
  ...["\u0085", "\u2028", "\u007f", "\ud7ff", "\ue000", "\ufffd", "!", "?", "xml", "[", "-", "utf-16", "\r", "&#38;"],
];

const spaces = fc.constantFrom(...SPACES);
const maybe = fc.constantFrom("", "", " ", "\r\n");
const attribute = fc
  .tuple(spaces, fc.constantFrom(...NAMES), fc.nat(3), maybe, maybe, fc.constantFrom("'", '"'), fc.subarray(TEXTS))
  .map(([before, name, number, left, right, quote, parts]) => {
    const value = parts.filter((part) => part !== quote).join("");
    return `${before}${name}${number}${left}=${right}${quote}${value}${quote}`;
  });
const element: fc.Memo<string> = fc.memo((depth) => {
  const leaf = fc.constantFrom(...TEXTS, ...SECTIONS);
  const parts = fc.array(depth <= 1 ? leaf : fc.oneof(leaf, element(depth - 1)), { maxLength: 4 });
  const attributes = fc.array(attribute, { maxLength: 3 }).map((all) => all.join(""));
  return fc
    .tuple(fc.constantFrom(...NAMES), attributes, maybe, fc.option(parts))
    .map(([name, attrs, space, inside]) =>
      inside === null ? `<${name}${attrs}${space}/>` : `<${name}${attrs}${space}>${inside.join("")}</${name}${space}>`,
    );
});
const sound = fc.tuple(fc.constantFrom(...HEADS), element(4)).map((parts) => parts.join(""));
const change = fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom("", ...BITS));
const spoilt = fc.tuple(sound, fc.array(change, { maxLength: 3 })).map(([text, changes]) => {
  const characters = [...text];
  for (const [at, removed, bit] of changes) characters.splice(at % (characters.length + 1), removed, bit);
  return characters.join("");
});

/** Cut at each of these places, which may be inside a character of two units. */
function cut(text: string, places: readonly number[]): readonly string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((left, right) => left - right);
  return [0, ...ends].map((start, at) => text.slice(start, ends[at] ?? text.length));
}

/** What was told of a refused text is what was read until then; who reads further before refusing has more to tell. */
function agree(ours: Reading, theirs: Reading): void {
  const common = Math.min(ours.told.length, theirs.told.length);
  const until = ours.end === "refused" ? common : Number.MAX_SAFE_INTEGER;
  expect(ours.told.slice(0, until)).to.deep.equal(theirs.told.slice(0, until));
  // What cannot become right any more is refused at once, and by saxes at the end of the tag or reference.
  const isEarlier = ours.end === "refused" && theirs.end === "open";
  expect(isEarlier ? theirs.end : ours.end).to.equal(theirs.end);
}

describe("the tokenizer of XMPP streams", function () {
  this.timeout(limitMs(20_000));

  it("takes what saxes takes and nothing else, and tells the same of it", () => {
    fc.assert(
      fc.property(spoilt, (text) => agree(readByTokenizer([text]), readBySaxes(text))),
      runs(1_500),
    );
  });

  it("takes all that is sound, as saxes does", () => {
    fc.assert(
      fc.property(sound, (text) => {
        const theirs = readBySaxes(text);
        if (theirs.end === "closed") expect(readByTokenizer([text])).to.deep.equal(theirs);
        else expect(readByTokenizer([text]).end).to.equal("refused"); // an attribute that is there twice
      }),
      runs(700),
    );
  });

  it("tells the same however the text is cut", () => {
    fc.assert(
      fc.property(spoilt, fc.array(fc.nat(), { maxLength: 12 }), (text, places) => {
        expect(readByTokenizer(cut(text, places))).to.deep.equal(readByTokenizer([text]));
        expect(readByTokenizer([...text])).to.deep.equal(readByTokenizer([text]));
      }),
      runs(700),
    );
  });

  it("refuses half a character, which saxes does not look for", () => {
    for (const half of ["\ud83d", "\udc4d", "\udc4d\ud83d", "\ud83dx"]) {
      for (const text of [`<a>${half}</a>`, `<a b='${half}'/>`, `<a><![CDATA[${half}]]></a>`, `<a${half}/>`]) {
        expect(readByTokenizer([text]).end, JSON.stringify(text)).to.equal("refused");
        expect(readByTokenizer(text.split("")).end, JSON.stringify(text)).to.equal("refused");
      }
    }
  });
});
