import { readFileSync } from "node:fs";
import { expect } from "chai";
import { STEP_KINDS } from "../../src/core/dialog/source.ts";
import { universalWord } from "../../src/core/dialog.ts";
import { EN } from "../../src/core/phrases/en.ts";
import { act, compiled, surroundings } from "./dialog-play.ts";

/** docs/bot.md: its recipes are played, its tables compared with the code. */
const docs = readFileSync(new URL("../../docs/bot.md", import.meta.url), "utf8");

interface Recipe {
  readonly title: string;
  readonly yaml: string;
  readonly plays: string[];
}

function recipes(): readonly Recipe[] {
  const found: Recipe[] = [];
  let title = "";
  for (const [, heading, language, body = ""] of docs.matchAll(/^##+ (.+)$|^```(yaml|play)\n([\s\S]*?)^```$/gmu)) {
    if (heading !== undefined) {
      title = heading;
    } else if (language === "yaml") {
      found.push({ title, yaml: body, plays: [] });
    } else {
      found.at(-1)?.plays.push(body);
    }
  }
  return found;
}

/** The first cells of the table under a heading line. */
function firstCells(headings: string): readonly string[] {
  const table = docs.slice(docs.indexOf(headings)).split("\n").slice(2);
  return table
    .slice(
      0,
      table.findIndex((line) => !line.startsWith("|")),
    )
    .map((line) => line.split("|")[1]?.trim() ?? "");
}

describe("dialog: docs/bot.md", () => {
  it("has recipes, each with a play", () => {
    expect(recipes().length).to.be.at.least(8);
    expect(recipes().filter((recipe) => recipe.plays.length === 0)).to.deep.equal([]);
  });

  for (const recipe of recipes()) {
    recipe.plays.forEach((play, index) => {
      it(`${recipe.title}, play ${index + 1}`, () => {
        act(surroundings(compiled(recipe.yaml), { languageHint: play.includes("Guten") ? null : "en" }), play);
      });
    });
  }

  it("names every kind of step, and every key that goes with it", () => {
    const rows = docs.split("\n").filter((line) => /^\| `[a-z]+` \|/u.test(line));
    for (const [kind, keys] of Object.entries(STEP_KINDS)) {
      const row = rows.find((line) => line.startsWith(`| \`${kind}\``)) ?? "";
      expect(
        keys.filter((key) => !row.includes(`\`${key}\``)),
        kind,
      ).to.deep.equal([]);
      expect(row, kind).to.not.equal("");
    }
  });

  it("lists every phrase as it is", () => {
    const listed = firstCells("| key | text |\n");
    expect(listed).to.deep.equal(Object.keys(EN).map((key) => `\`${key}\``));
    for (const text of Object.values(EN)) {
      expect(docs).to.include(`| ${text.replaceAll("\n", "<br>")} |`);
    }
  });

  it("the words that always work do", () => {
    const meanings = ["help", "back", "repeat", "status", "person", "stop"] as const;
    const rows = docs.slice(docs.indexOf("| | English |")).split("\n").slice(2, 8);
    rows.forEach((row, index) => {
      const words = row
        .split("|")
        .slice(2, 6)
        .map((cell) => cell.trim());
      ["en", "de", "es", "fr"].forEach((language, at) => {
        expect(universalWord(words[at] ?? "", [language]), words[at]).to.equal(meanings[index]);
      });
    });
  });
});
