/** The table of threats: complete, and of pieces and tests that are there. Whether each defence is needed is what `npm run threats` shows. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { pageOf } from "../threats/page.ts";
import { THREATS } from "../threats/table.ts";

const read = (path: string) => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
/** Those of SIP come with SIP. */
const NOT_YET = [21];

describe("threats", () => {
  it("are all in the table, in order", () => {
    const numbers = Array.from({ length: 34 }, (_, index) => index + 1).filter((number) => !NOT_YET.includes(number));
    expect(THREATS.map(({ number }) => number)).to.deep.equal(numbers);
    expect(THREATS.filter(({ defences }) => defences.length === 0)).to.deep.equal([]);
  });

  for (const { number, defences } of THREATS) {
    for (const { what, file, text, replacement, shownBy } of defences) {
      it(`${number}: the desk ${what}`, async () => {
        expect((await read(file)).split(text).length - 1, `places of that piece in ${file}`).to.equal(1);
        expect(replacement).not.to.equal(text);
        for (const [test, title] of shownBy) {
          expect(await Promise.all(sources(test).map(read)).then((all) => all.join("\n")), test).to.include(title);
        }
      });
    }
  }

  it("are on the page of docs/threats.md (npm run threats -- --write)", async () => {
    expect(await read("docs/threats.md")).to.equal(pageOf(THREATS));
  });
});

/** Suites of which a part, or the titles, stand elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "test/conformance/store.test.ts": "test/conformance/store.ts",
  "test/unit/xmpp-parser.test.ts": "test/support/forbidden-xml.ts",
};

function sources(test: string): readonly string[] {
  return [test, ...(ELSEWHERE[test] === undefined ? [] : [ELSEWHERE[test]])];
}
