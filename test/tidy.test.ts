import { expect } from "chai";
import { checkImports, readDrawing } from "./tidy/imports.ts";
import { list, parse, readSources, readText, readTexts, type SourceFile } from "./tidy/source.ts";
import { checkSyntax, syntaxRules } from "./tidy/syntax-rules.ts";
import { textRules } from "./tidy/text-rules.ts";

/** The rules of ARCHITECTURE.md and of the house, as tests; each is also shown a breach that it must find. */

const CORE_PACKAGES = ["minisearch", "@orama/stemmers", "fastest-levenshtein", "libphonenumber-js"];

describe("tidy", () => {
  let sources: SourceFile[];
  let texts: ReturnType<typeof readTexts>;
  const architecture = readText("ARCHITECTURE.md");

  before(() => {
    sources = readSources();
    texts = readTexts();
  });

  describe("imports run as drawn in ARCHITECTURE.md", () => {
    it("everywhere", () => {
      const drawing = readDrawing(architecture);
      expect(sources.flatMap((file) => checkImports(file, drawing, CORE_PACKAGES))).to.deep.equal([]);
    });

    for (const [path, text] of [
      ["src/core/a.ts", 'import { b } from "../engine.ts";'],
      ["src/core/a.ts", 'import type { b } from "../adapter.ts";'],
      ["src/core/a.ts", 'import { readFileSync } from "node:fs";'],
      ["src/core/a.ts", 'export * from "ws";'],
      ["src/core/a.ts", 'const b = await import("../main.ts");'],
      ["src/store/a.ts", 'type B = import("../engine.ts").B;'],
      ["src/store/a.ts", 'const b = new URL("../engine.ts", import.meta.url);'],
      ["src/engine.ts", 'import { b } from "../adapters/index.ts";'],
      ["adapters/xmpp/a.ts", 'import { b } from "../web/index.ts";'],
      ["adapters/web/a.ts", 'import { b } from "../../src/core/desk.ts";'],
      ["adapters/nobody-drew-it/a.ts", ""],
    ] as const) {
      it(`refuses ${text || "a folder that is not drawn"} in ${path}`, () => {
        const findings = checkImports(parse(path, text), readDrawing(architecture), CORE_PACKAGES);
        expect(findings).to.have.lengthOf(1);
      });
    }

    it("lets through what is drawn", () => {
      const text = 'import assert from "node:assert"; import Search from "minisearch"; import { b } from "./b.ts";';
      expect(checkImports(parse("src/core/a.ts", text), readDrawing(architecture), CORE_PACKAGES)).to.deep.equal([]);
    });

    it("is not satisfied with a document without a drawing", () => {
      expect(() => readDrawing("# Architecture")).to.throw("no block");
      expect(() => readDrawing("```imports\nsrc/a: b\nsrc/a: c\n```\n")).to.throw("twice");
    });
  });

  for (const rule of syntaxRules) {
    it(`${rule.name}: kept everywhere, and found when broken`, () => {
      expect(checkSyntax(rule, parse(rule.bad.path, rule.bad.text))).to.have.lengthOf(1);
      expect(sources.flatMap((file) => checkSyntax(rule, file))).to.deep.equal([]);
    });
  }

  for (const rule of textRules) {
    it(`${rule.name}: kept everywhere, and found when broken`, () => {
      expect(rule.wrong(rule.bad.path, rule.bad.text)).to.have.lengthOf(1);
      expect(texts.flatMap(({ path, text }) => rule.wrong(path, text))).to.deep.equal([]);
    });
  }

  it("every folder of src and adapters is named in ARCHITECTURE.md", () => {
    const folders = new Set(list("{src,adapters}/*/**").map((path) => path.replace(/\/[^/]*$/, "")));
    const unnamed = [...folders].filter((folder) => !isNamed(folder, architecture));
    expect(unnamed).to.deep.equal([]);
    expect(isNamed("src/nobody-wrote-about-it", architecture)).to.equal(false);
  });
});

/** By its path, or by its own name as `name/`. */
function isNamed(folder: string, text: string): boolean {
  return text.includes(folder) || text.includes(`\`${folder.replace(/^.*\//, "")}/\``);
}
