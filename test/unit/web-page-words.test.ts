/** What the pages say around a conversation, in the visitor's language. */
import { expect } from "chai";
import { PAGE_WORDS, type PageWords, said, speak, wordsIn } from "../../adapters/web/pages/page-words.ts";
import { CATALOGUES } from "../../src/core/phrases.ts";

const [english] = PAGE_WORDS;

/** Every text of a catalogue by where it stands; places are filled with what cannot be missed. */
function texts(words: PageWords): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words) as [string, unknown][]) {
    if (typeof value === "function") found.set(key, String(value("ONE", "TWO")));
    else if (typeof value === "string") found.set(key, value);
    else for (const [state, text] of Object.entries(value as object)) found.set(`${key}.${state}`, String(text));
  }
  return found;
}

describe("the words of the pages", () => {
  it("are there in every language that the desk has words of its own in", () => {
    expect(PAGE_WORDS.map(({ language }) => language)).to.have.members([...CATALOGUES.keys()]);
  });

  for (const words of PAGE_WORDS) {
    it(`say in ${words.language} all that they say in English, with all that belongs into it`, () => {
      const mine = texts(words);
      for (const [key, text] of texts(english ?? words)) {
        const here = mine.get(key);
        expect(here === "", key).to.equal(text === "");
        for (const place of ["ONE", "TWO"]) expect(here?.includes(place), key).to.equal(text.includes(place));
      }
    });
  }

  it("are in the first of a person's languages that is there, English for everybody else", () => {
    const of = (...tags: readonly string[]) => wordsIn(tags).language;
    expect(of("de-AT", "en")).to.equal("de");
    expect(of("cs", "FR-ca")).to.equal("fr");
    expect(of("ja")).to.equal("en");
    expect(of()).to.equal("en");
  });

  it("are English until the page has said to whom it speaks", () => {
    expect(said().language).to.equal("en");
    speak(["es-MX"]);
    expect(said().endChat).to.equal("Terminar");
    speak([]);
  });
});
