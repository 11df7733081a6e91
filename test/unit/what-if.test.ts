/** Every example of docs/what-if.md is run on a store with recorded days; what the page shows is what it prints. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { said } from "../support/command-line.ts";
import { FILES, recordedBy, workingDays, writeRules, writeStore } from "../support/recorded-desk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PAGE = join(import.meta.dirname, "../../docs/what-if.md");
/** `UPDATE_DOCS=1 npm test` writes what the commands print now into the page. */
const IS_UPDATE = process.env.UPDATE_DOCS === "1";
/** Monday, 9 March 2026, midnight in Berlin; three weeks from Monday to Friday. */
const MONDAY = Date.UTC(2026, 2, 8, 23);
const DAYS = [0, 7, 14].flatMap((week) => [0, 1, 2, 3, 4].map((day) => week + day));

interface Example {
  readonly line: string;
  /** What the page shows of it; null: nothing. */
  readonly shown: string | null;
}

/** Blocks of one command each, with the block of its output where there is one before the next command. */
function examplesOf(page: string): readonly Example[] {
  return page
    .split("```sh\n")
    .slice(1)
    .map((part) => {
      const [line = "", ...after] = part.split("\n```\n");
      const shown = /^```text\n([\s\S]*?)```$/mu.exec(after.join("\n```\n"));
      return { line, shown: shown?.[1] ?? null };
    });
}

/** As a shell takes it apart, so far as the page needs it. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/gu)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

describe("docs/what-if.md", () => {
  const folder = temporaryFolder("what-if");
  const [config, changed] = [join(folder.path, "config"), join(folder.path, "next-rules")];
  after(() => folder.remove());

  before(async () => {
    writeRules(config);
    writeRules(changed, { "people.yaml": FILES["people.yaml"].replaceAll("capacity: 1", "capacity: 2") });
    await writeStore(join(folder.path, "data"), recordedBy(workingDays(MONDAY, DAYS, 20)));
  });

  const examples = examplesOf(readFileSync(PAGE, "utf8"));

  it("has examples of both commands", () => {
    expect(new Set(examples.map(({ line }) => words(line)[1]))).to.deep.equal(new Set(["replay", "simulate"]));
    expect(examples.filter(({ shown }) => shown !== null)).to.have.lengthOf(2);
  });

  for (const { line, shown } of examples) {
    it(line, async () => {
      const [program, ...args] = words(line).map((word) => (word === "next-rules" ? changed : word));
      expect(program).to.equal("frontdesk");
      const { out, err, code } = await said(...args, "-c", config);
      expect({ err, code }).to.deep.equal({ err: "", code: 0 });
      if (shown === null) return;
      if (IS_UPDATE) {
        const page = readFileSync(PAGE, "utf8");
        const before = `${line}\n\`\`\``;
        const at = page.indexOf("```text\n", page.indexOf(before)) + "```text\n".length;
        writeFileSync(PAGE, `${page.slice(0, at)}${out}\n${page.slice(at + shown.length)}`);
      } else expect(shown).to.equal(`${out}\n`);
    });
  }
});
