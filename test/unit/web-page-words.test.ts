/** What the pages say around a conversation, in the visitor's language. */
import { expect } from "chai";
import { CONSOLE_WORDS, tells } from "../../adapters/web/pages/console-words.ts";
import { PAGE_WORDS, said, speak, wordsIn } from "../../adapters/web/pages/page-words.ts";
import { CATALOGUES } from "../../src/core/phrases.ts";

const [english] = PAGE_WORDS;

/** Every text of a catalogue by where it stands; places are filled with what cannot be missed. */
function texts(words: object): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
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
    const { language } = words;
    for (const [what, here, there] of [
      ["around a conversation", words, english],
      ["in the console", CONSOLE_WORDS.get(language), CONSOLE_WORDS.get("en")],
    ] as const) {
      it(`say in ${language} all that they say in English ${what}, with all that belongs into it`, () => {
        const mine = texts(here ?? {});
        for (const [key, text] of texts(there ?? { nothing: "is there" })) {
          const said = mine.get(key);
          expect(said === "", key).to.equal(text === "");
          for (const place of ["ONE", "TWO"]) expect(said?.includes(place), key).to.equal(text.includes(place));
        }
      });
    }
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
    expect([said().endChat, tells().signIn]).to.deep.equal(["Terminar", "Iniciar sesión"]);
    speak([]);
  });
});
