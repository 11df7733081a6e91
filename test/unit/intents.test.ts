import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { dialogsSchema } from "../../src/config/schema-dialogs.ts";
import { CONFIRM_SCORE, createIntents, FLOOR_SCORE, MAX_MATCHES, SURE_SCORE } from "../../src/core/intents.ts";
import { figureRows, labelledSentences, measure, NONE, shippedIntents } from "./sentences.ts";

const TWO = createIntents([
  {
    id: "bill",
    examples: new Map([
      ["en", ["my bill is wrong", "I was charged twice"]],
      ["de", ["meine Rechnung ist falsch"]],
    ]),
  },
  {
    id: "crash",
    examples: new Map([
      ["en", ["the app crashes", "it does not start"]],
      ["de", ["die App stürzt ab"]],
    ]),
  },
]);

describe("intents", () => {
  const shipped = shippedIntents();

  describe("matching", () => {
    it("an example itself is certain, whatever its accents and capitals", () => {
      expect(TWO.match("MY BILL IS WRONG", "en", null)[0]).to.deep.equal({ intent: "bill", score: 1 });
      expect(TWO.match("die App sturzt ab", "de", null)[0]).to.deep.equal({ intent: "crash", score: 1 });
    });

    for (const [text, language, intent] of [
      ["bills are wrong!", "en", "bill"],
      ["i was chargd twise", "en", "bill"],
      ["the apps are crashing", "en", "crash"],
      ["Rechnungen falsch", "de", "bill"],
      ["meine Rechnung ist falsch", "en", "bill"],
      ["my bill is wrong", "pt", "bill"],
      ["my bill is wrong", null, "bill"],
    ] as const) {
      it(`${text} (${language}) is ${intent}`, () => {
        expect(TWO.match(text, language, null)[0]?.intent).to.equal(intent);
      });
    }

    for (const text of ["", "   ", "🦆", "zzz", "\u0000", "constructor __proto__"]) {
      it(`${JSON.stringify(text)} is nothing`, () => {
        expect(TWO.match(text, "en", null)).to.deep.equal([]);
      });
    }

    it("only among those that are asked for", () => {
      expect(TWO.match("my bill is wrong", "en", ["crash"])).to.deep.equal([]);
    });

    it("at most three, best first, none below the floor, none above 1, the same every time", () => {
      for (const { text } of labelledSentences("en")) {
        const matches = shipped.match(text, "en", null);
        expect(matches.length).to.be.at.most(MAX_MATCHES);
        const scores = matches.map((match) => match.score);
        expect(scores).to.deep.equal([...scores].sort((a, b) => b - a));
        expect(scores.filter((score) => !(score >= FLOOR_SCORE && score <= 1))).to.deep.equal([]);
        expect(shipped.match(text, "en", null)).to.deep.equal(matches);
      }
    });

    it("the thresholds are in order", () => {
      expect([0, FLOOR_SCORE, CONFIRM_SCORE, SURE_SCORE, 1]).to.deep.equal(
        [0, FLOOR_SCORE, CONFIRM_SCORE, SURE_SCORE, 1].sort((a, b) => a - b),
      );
    });
  });

  describe("measured on sentences that are not in the configuration", () => {
    const source = dialogsSchema.parse(
      parse(readFileSync(new URL("../../config/dialogs.yaml", import.meta.url), "utf8")),
    );

    it("there are 200 in English, and they are not", () => {
      const bare = (text: string): string =>
        text
          .toLowerCase()
          .replace(/[^\p{L}\p{N}]+/gu, " ")
          .trim();
      const examples = new Set(
        Object.values(source.intents ?? {}).flatMap((intent) => Object.values(intent.examples).flat().map(bare)),
      );
      const sentences = [...labelledSentences("en"), ...labelledSentences("de")];
      expect(sentences.filter((sentence) => examples.has(bare(sentence.text)))).to.deep.equal([]);
      expect(labelledSentences("en")).to.have.lengthOf(200);
      expect(labelledSentences("de").length).to.be.at.least(40);
      const labels = new Set(sentences.map((sentence) => sentence.label));
      expect([...labels].sort()).to.deep.equal([...Object.keys(source.intents ?? {}), NONE].sort());
    });

    for (const language of ["en", "de"] as const) {
      it(`${language}, the half held out: understood or asked rightly at least 80 of 100, misunderstood at most 3`, () => {
        const sentences = labelledSentences(language).filter((sentence) => sentence.heldOut && sentence.label !== NONE);
        const figures = measure(shipped, sentences, language);
        expect((figures.understood + figures["did you mean"]) / figures.sentences).to.be.at.least(0.8);
        expect(figures.misunderstood / figures.sentences).to.be.at.most(0.03);
      });

      it(`${language}: what is about something else is hardly ever taken for an intent`, () => {
        const sentences = labelledSentences(language).filter((sentence) => sentence.label === NONE);
        expect(measure(shipped, sentences, language).misunderstood).to.be.at.most(1);
      });
    }

    it("the figures in docs/bot.md are the measured ones", () => {
      const docs = readFileSync(new URL("../../docs/bot.md", import.meta.url), "utf8");
      for (const row of figureRows(shipped)) {
        expect(docs).to.include(row);
      }
    });
  });
});
