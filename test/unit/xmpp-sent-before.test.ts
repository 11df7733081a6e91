/** What is known after a cut of the sends that were not confirmed, where the server continues the stream (XEP-0198). */
import { expect } from "chai";
import { SentBefore } from "../../adapters/xmpp/sent-before.ts";

const SENDS = [
  { key: "a", number: 3 },
  { key: "b", number: 5 },
  { key: "c", number: 6 },
];
const WRITTEN = 6;

/** What the server says it has handled, and of which sends it is known that they need not go again. */
const CASES: readonly (readonly [what: string, h: number | null, taken: readonly string[]])[] = [
  ["all that was written", 6, ["a", "b", "c"]],
  ["some of it", 5, ["a", "b"]],
  ["less than a send of several stanzas", 4, ["a"]],
  ["nothing", 0, []],
  ["more than was written, so that its number proves nothing", 7, []],
  ["that it does not continue the stream", null, []],
];

describe("sends that a cut left open", () => {
  for (const [what, h, taken] of CASES) {
    it(`when the server says it has handled ${what}`, () => {
      const before = new SentBefore();
      before.cut(SENDS, WRITTEN);
      before.again(h);
      expect(SENDS.map(({ key }) => key).filter((key) => before.isTaken(key))).to.deep.equal(taken);
      expect(before.isTaken("a"), "asked a second time").to.equal(false);
    });
  }

  it("are forgotten with the login after the next", () => {
    const before = new SentBefore();
    before.cut(SENDS, WRITTEN);
    before.again(6);
    before.cut([], 7);
    before.again(7);
    expect(before.isTaken("a")).to.equal(false);
  });
});
