import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { endonym, languageName, languageSpellings } from "../../src/core/phrases/languages.ts";
import { CATALOGUES, phrase, phraseKeys, placesIn, placesOf } from "../../src/core/phrases.ts";

const NO_OVERRIDES = new Map<string, ReadonlyMap<string, string>>();

/** Keys that only some languages, rightly, word as English does. */
const SAME_AS_ENGLISH = new Set(["no", "minutes", "csr.offer.answer", "csr.who.head", "csr.state.offline"]);

describe("phrases", () => {
  for (const [language, catalogue] of CATALOGUES) {
    describe(language, () => {
      it("has every phrase, none empty, and no other", () => {
        expect(Object.keys(catalogue).sort()).to.deep.equal([...phraseKeys()].sort());
        expect(
          Object.entries(catalogue).filter(([, text]) => text.trim() === "" || text !== text.trim()),
        ).to.deep.equal([]);
      });

      it("has the same places in every phrase", () => {
        const different = Object.entries(catalogue).filter(
          ([key, text]) => placesIn(text).join() !== placesOf(key).join(),
        );
        expect(different).to.deep.equal([]);
      });

      it("is translated, quotes as the language does, and names every CSR's word", () => {
        const english = Object.entries(catalogue).filter(
          ([key, text]) => CATALOGUES.get("en")?.[key as "yes"] === text && !SAME_AS_ENGLISH.has(key),
        );
        expect(language === "en" ? [] : english).to.deep.equal([]);
        expect(Object.entries(catalogue).filter(([, text]) => text.includes('"'))).to.deep.equal([]);
        for (const word of [
          "/accept",
          "/decline",
          "/transfer",
          "/close",
          "/note",
          "/set",
          "/who",
          "/away",
          "/back",
          "/status",
          "/help",
          "//",
        ]) {
          expect(catalogue["csr.help"]).to.include(word);
        }
      });
    });
  }

  it("fills places once, and never reads values for places", () => {
    expect(phrase(NO_OVERRIDES, "waiting.next", "en", { queue: "{place} $&" })).to.include("queue for {place} $&;");
    expect(phrase(NO_OVERRIDES, "waiting.place", "de-AT", { queue: "Verkauf", place: 2 })).to.match(
      /^Vielen Dank. Sie sind Nummer 2 in der Warteschlange für Verkauf\./u,
    );
  });

  it("a place without a value stays empty", () => {
    expect(phrase(NO_OVERRIDES, "label.unknown", "en")).to.equal("There is no open conversation .");
  });

  it("falls back to English, and to the key, and is not fooled by names of JavaScript's own", () => {
    expect(phrase(NO_OVERRIDES, "yes", "pt")).to.equal("yes");
    expect(phrase(NO_OVERRIDES, "yes", null)).to.equal("yes");
    expect(phrase(NO_OVERRIDES, "yes", "constructor")).to.equal("yes");
    expect(phrase(NO_OVERRIDES, "toString", "en")).to.equal("toString");
  });

  it("admins' own wording goes first: for the very language, else for any", () => {
    const own = new Map([
      ["de", new Map([["yes", "jawohl"]])],
      [
        "*",
        new Map([
          ["yes", "aye"],
          ["no", "nay"],
        ]),
      ],
    ]);
    expect(["de-CH", "de", "en", null].map((language) => phrase(own, "yes", language))).to.deep.equal([
      "jawohl",
      "jawohl",
      "aye",
      "aye",
    ]);
    expect(phrase(own, "no", "de")).to.equal("nay");
  });

  it("every phrase the core asks for by name is there", () => {
    const core = new URL("../../src/core/", import.meta.url);
    const sources = readdirSync(core, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && !name.startsWith("phrases"),
    );
    const families = /"((?:csr|waiting|talking|closed|label|alias|dialog|answer|identify|language)\.[a-z0-9.-]+)"/gu;
    const calls =
      /\b(?:say|tell|speak|phrase|toPerson|fault)\((?:[a-zA-Z.()]+, )*(?:[^"()?]*\? )?"([a-z-]+(?:\.[a-z0-9-]+)*)"/gu;
    /** Names of facts that look like such a family. */
    const facts = new Set(["csr.state"]);
    const asked = sources.flatMap((name) => {
      const text = readFileSync(new URL(name, core), "utf8");
      return [families, calls].flatMap((pattern) =>
        Array.from(text.matchAll(pattern), ([, key = ""]) => `${name}: ${key}`),
      );
    });
    expect(asked.length, "the pattern finds them").to.be.greaterThan(150);
    const known = new Set(phraseKeys());
    const isThere = (key: string) => known.has(key) || facts.has(key);
    expect(asked.filter((each) => !isThere(each.split(": ")[1] ?? ""))).to.deep.equal([]);
  });

  it("knows the names of languages", () => {
    expect([endonym("de"), endonym("zh-Hant"), endonym("tlh")]).to.deep.equal(["Deutsch", "中文", "tlh"]);
    expect(["en", "de", "es", "fr", "pt"].map((language) => languageName("de", language))).to.deep.equal([
      "German",
      "Deutsch",
      "alemán",
      "allemand",
      "German",
    ]);
    expect(languageSpellings("en")).to.include("inglés");
  });
});
