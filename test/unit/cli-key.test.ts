/** `frontdesk key`: a key is made once, for its owner alone, and known by its id. */
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { runCommandLine } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { createSealing, isKey } from "../../src/sealing.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

describe("frontdesk key", () => {
  let folder: TemporaryFolder;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder("key");
    file = join(folder.path, "store-key");
  });
  afterEach(() => folder.remove());

  async function frontdesk(...args: readonly string[]) {
    let said = "";
    const say = (text: string) => {
      said += `${text}\n`;
    };
    const terminal: Terminal = { out: say, err: say, paint: (_style, text) => text, leave: () => {}, exitCode: 0 };
    await runCommandLine(["key", ...args], terminal);
    return { said, code: terminal.exitCode };
  }

  it("makes a key for its owner alone, and tells its id and never itself", async () => {
    const umask = process.umask(0);
    const { said, code } = await frontdesk("create", file).finally(() => process.umask(umask));
    const key = readFileSync(file, "utf8");
    expect([code, statSync(file).mode & 0o777, isKey(key)]).to.deep.equal([0, 0o600, true]);
    const id = createSealing({ current: key, former: [] }).current ?? "none";
    expect(said).to.include(id).and.to.include(`key: {file: "${file}"}`).and.not.to.include(key.trim());
    expect(await frontdesk("id", file)).to.deep.equal({ said: `${id}\n`, code: 0 });
  });

  it("names the file as frontdesk.yaml finds it, however it was named here", async () => {
    const { said } = await frontdesk("create", relative(process.cwd(), file));
    expect(said).to.include(`key: {file: "${file}"}`);
  });

  it("makes another one each time", async () => {
    await frontdesk("create", file);
    await frontdesk("create", `${file}2`);
    expect(readFileSync(file, "utf8")).not.to.equal(readFileSync(`${file}2`, "utf8"));
  });

  for (const [what, prepare] of [
    ["a file", () => writeFileSync(file, "as it was")],
    ["a folder", () => mkdirSync(file)],
    ["a link to nowhere", () => symlinkSync(join(folder.path, "nowhere"), file)],
  ] as const) {
    it(`writes over nothing: ${what}`, async () => {
      prepare();
      const { said, code } = await frontdesk("create", file);
      expect(code).to.equal(1);
      expect(said).to.match(/was not made: there is a file of that name, and it was left as it is\.$/mu);
      if (what === "a file") expect(readFileSync(file, "utf8")).to.equal("as it was");
    });
  }

  it("says what is wrong with a folder that is not there, and with a file that is no key", async () => {
    expect((await frontdesk("create", join(file, "key"))).said).to.match(/was not made: ENOENT/u);
    writeFileSync(file, "secret");
    chmodSync(file, 0o600);
    const { said, code } = await frontdesk("id", file);
    expect([code, said.includes("secret\n")]).to.deep.equal([1, false]);
    expect(said).to.match(/There is no key in .*: a key is 32 bytes in base64 or hex/u);
  });
});
