/** Every recipe of docs/rules.md and docs/gateways.md, put into the shipped configuration, has neither errors nor warnings. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { FILES } from "../../src/config/compile.ts";
import { problemsOf, SHIPPED, shipped, type Texts } from "./config-support.ts";

interface Recipe {
  readonly title: string;
  /** What it writes, by file. */
  readonly blocks: readonly { readonly file: string; readonly text: string }[];
}

function recipesOf(markdown: string): readonly Recipe[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .map((section) => ({
      title: section.split("\n", 1)[0] ?? "",
      blocks: [...section.matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = "", text = ""]) => ({
        file,
        text,
      })),
    }));
}

/** `added` over `base`: sections are joined, everything else is replaced, as an admin would edit the file. */
function merged(base: unknown, added: unknown): unknown {
  const isSection = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isSection(base) || !isSection(added)) {
    return added;
  }
  return {
    ...base,
    ...Object.fromEntries(Object.entries(added).map(([key, value]) => [key, merged(base[key], value)])),
  };
}

function withRecipe({ blocks }: Recipe): Texts {
  const texts = shipped();
  for (const { file, text } of blocks) {
    const name = FILES.find((known) => known === file);
    expect(name, `${file} is a file of the configuration`).not.to.equal(undefined);
    if (name !== undefined) {
      texts[name] = stringify(merged(parse(texts[name] ?? ""), parse(text)));
    }
  }
  return texts;
}

describe("the recipes of docs/rules.md and docs/gateways.md", () => {
  const pages = ["rules.md", "gateways.md"].map((page) => readFileSync(join(SHIPPED, "../docs", page), "utf8"));
  const recipes = pages.flatMap(recipesOf);
  const secrets = ["XMPP_SECRET", "XMPP_PASSWORD", "MATRIX_AS_TOKEN", "MATRIX_HS_TOKEN"];
  const env = Object.fromEntries(secrets.map((name) => [`FRONTDESK_${name}`, "hush"]));

  it("are there, each with something to write", () => {
    expect(recipes).to.have.length.greaterThan(10);
    expect(recipes.filter(({ blocks }) => blocks.length === 0)).to.deep.equal([]);
  });

  for (const recipe of recipes) {
    it(recipe.title, () => {
      expect(problemsOf(withRecipe(recipe), { env, analyse: true })).to.deep.equal([]);
    });
  }

  it("are really looked at: a slip in one is found", () => {
    const [recipe] = recipesOf("### Slip\n```yaml\n# routing.yaml\nqueues:\n  support: { priorty: 1 }\n```\n");
    expect(recipe === undefined ? [] : problemsOf(withRecipe(recipe), { env })).to.have.length(1);
  });
});
