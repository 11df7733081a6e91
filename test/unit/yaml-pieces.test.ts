/** Long files, parsed entry by entry: what is read, and where, is what a parser of the whole would say; entries that stay are the same ones. */
import { expect } from "chai";
import fc from "fast-check";
import { piecesOf } from "../../src/config/yaml-pieces.ts";
import { parseYaml, type YamlSource } from "../../src/config/yaml-source.ts";
import { compile, shipped } from "./config-support.ts";

const ENTRIES = 170;

function entry(index: number): string {
  return [
    `  csr-${index}:  # number ${index}`,
    `    name: "Csr: ${index}"`,
    "    # where",
    "    addresses:",
    `      - web: csr-${index}`,
    `    skills: { billing: ${1 + (index % 5)}, 'sales': 2 }`,
    "    note: >-",
    "      several lines",
    "        of: text",
    "",
    "      # and this is text, too",
  ].join("\n");
}

const LONG = `# People\ncompany: { name: Example }\n\ncsrs:\n\n  # everybody\n${Array.from({ length: ENTRIES }, (_, index) => entry(index)).join("\n")}\n# done\nafter:\n  - 1\n  - 2\n`;
/** A tab is for the parser of the whole to judge; in a comment it changes nothing. */
const whole = (text: string): YamlSource => parseYaml("people.yaml", `${text}\n#\t\n`);

function same(text: string): void {
  const [pieces, all] = [parseYaml("people.yaml", text), whole(text)];
  // A fault at the very end is elsewhere where the end is.
  expect(pieces.problems.length > 0).to.equal(all.problems.length > 0);
  if (pieces.problems.length === 0) expect(pieces.value).to.deep.equal(all.value);
}

describe("a long file", () => {
  it("is taken apart at the entries of its longest section", () => {
    expect(piecesOf(LONG)).to.deep.include({ section: "csrs" });
    expect(piecesOf(LONG)?.entries).to.have.lengthOf(ENTRIES);
    expect(piecesOf(`${LONG}#\t\n`)).to.equal(null);
    expect(piecesOf(LONG.slice(0, 5_000))).to.equal(null);
  });

  it("has the same value as when it is read as a whole", () => same(LONG));

  it("has everything at the same place", () => {
    const [pieces, all] = [parseYaml("people.yaml", LONG), whole(LONG)];
    const paths = [
      ["company", "name"],
      ["csrs"],
      ["csrs", "csr-0"],
      ["csrs", "csr-7", "skills", "sales"],
      ["csrs", "csr-169", "addresses", 0, "web"],
      ["csrs", "csr-12", "nothing"],
      ["csrs", "nobody", "name"],
      ["after", 1],
      ["nowhere"],
    ];
    for (const path of paths) {
      for (const at of ["key", "value"] as const)
        expect(pieces.position(path, at), `${path.join(".")} ${at}`).to.deep.equal(all.position(path, at));
    }
  });

  it("gives the very entries of before where nothing has changed in them", () => {
    const csrs = (text: string) => (parseYaml("people.yaml", text).value as { csrs: Record<string, object> }).csrs;
    const before = csrs(LONG);
    const after = csrs(LONG.replace("Csr: 17", "Csr: seventeen"));
    const changed = Object.keys(before).filter((id) => before[id] !== after[id]);
    expect(changed).to.deep.equal(["csr-17"]);
  });

  it("leads to the very CSRs of before, and to another version of the rules", () => {
    const people = (changed: number): string =>
      `csrs:\n${Array.from({ length: 600 }, (_, n) => `  csr-${n}:\n    name: Csr ${n}\n    addresses: [{ web: csr-${n} }]\n    skills: { support: ${n === changed ? 5 : 1} }\n`).join("")}`;
    const rules = (changed: number) => compile({ ...shipped(), "people.yaml": people(changed) }).rules;
    const [before, after, again] = [rules(-1), rules(7), rules(-1)];
    const others = [...(after?.csrs ?? [])].filter(([id, csr]) => before?.csrs.get(id) !== csr).map(([id]) => id);
    expect(others).to.deep.equal(["csr-7"]);
    expect(after?.csrs.get("csr-7")?.skills.get("support")).to.equal(5);
    expect(after?.version).to.not.equal(before?.version);
    expect(again?.version).to.equal(before?.version);
  });

  const FAULTS: readonly (readonly [what: string, text: string])[] = [
    ["a key written twice within an entry", LONG.replace("    # where\n", "    name: again\n")],
    ["an entry written twice", LONG.replace("  csr-8:", "  csr-7:")],
    ["an entry indented otherwise", LONG.replace("  csr-8:", "   csr-8:")],
    ["an unfinished quotation", LONG.replace('"Csr: 8"', '"Csr: 8')],
    ["an anchor and its alias", LONG.replace("{ billing: 1,", "&a { billing: 1,").replace("{ billing: 2,", "*a #")],
    ["an entry without anything", LONG.replace("csrs:\n", "csrs:\n  empty:\n")],
    ["a list in place of the section", LONG.replace("csrs:\n", "csrs:\n  - 1\n")],
    ["the section written twice", `${LONG}csrs: {}\n`],
    ["a second document", `${LONG}---\na: 1\n`],
    ["a name that would be the prototype", LONG.replace("  csr-8:", "  __proto__:")],
    [
      "a quotation over several lines, with what looks like an entry in it",
      LONG.replace('"Csr: 8"', '"Csr:\n  csr-1000: 8"'),
    ],
  ];
  for (const [what, text] of FAULTS) it(`says the same of ${what}`, () => same(text));

  it("says the same of whatever a character is turned into", () => {
    const characters = fc.constantFrom(..."\n :#-'\"{}[],&*!|>%@`?a1\\");
    fc.assert(
      fc.property(fc.nat(LONG.length - 1), characters, (at, character) =>
        same(LONG.slice(0, at) + character + LONG.slice(at + 1)),
      ),
      { numRuns: 20 },
    );
  }).timeout(60_000);
});
