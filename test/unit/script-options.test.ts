import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { usageIn } from "../../scripts/command-line.ts";

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function run(name: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script(name), ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe("the project's scripts: what they are asked", () => {
  for (const name of ["bench", "mill", "leaks", "soak", "fuzz", "threats"]) {
    it(`says how ${name} is used, by its first comment`, () => {
      const usage = usageIn(readFileSync(script(name), "utf8"));
      expect(usage).to.match(/`(?:npm run|node scripts\/).*?`/su);
      expect(usage).to.not.match(/^\s*\*|\*\//mu);
    });
  }

  it("prints that for --help and does nothing else", async () => {
    const { code, stdout } = await run("threats", "--help");
    expect([code, stdout]).to.deep.equal([0, usageIn(readFileSync(script("threats"), "utf8"))]);
  });

  it("does nothing for an option that is none, and says so", async () => {
    const { code, stdout, stderr } = await run("threats", "1", "--jsn");
    expect([code, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.contain("--jsn").and.to.contain("--help");
  });

  it("takes options behind a second --, as npm hands them on", async () => {
    const { code, stderr } = await run("threats", "0", "--", "--json");
    expect(code).to.equal(2);
    expect(stderr).to.contain("There is no threat 0;");
  });
});
