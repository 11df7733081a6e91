/** docs/adapters.md is a tutorial that works: its code, as printed, is put through the conformance suite. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");
const BLOCK = /^```ts file=(\S+)\n([\s\S]*?)^```$/gmu;

const blocks = [...readFileSync(join(root, "docs", "adapters.md"), "utf8").matchAll(BLOCK)];
const folder = temporaryFolder("tutorial");
// The printed files stand in a tree of their own, beside the real src and test/support, as they would in a checkout.
for (const shared of ["src", "node_modules", "test/support", "test/conformance/adapter.ts"]) {
  mkdirSync(dirname(join(folder.path, shared)), { recursive: true });
  symlinkSync(join(root, shared), join(folder.path, shared));
}
writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
for (const [, file = "", code = ""] of blocks) {
  mkdirSync(dirname(join(folder.path, file)), { recursive: true });
  writeFileSync(join(folder.path, file), code);
}

describe("the tutorial for adapter authors", () => {
  it("prints an adapter and its test", () => {
    expect(blocks.map(([, file]) => file)).to.deep.equal([
      "adapters/maildrop/config.ts",
      "adapters/maildrop/codec.ts",
      "adapters/maildrop/index.ts",
      "test/conformance/maildrop.test.ts",
    ]);
  });
});

await import(pathToFileURL(join(folder.path, "test/conformance/maildrop.test.ts")).href);
