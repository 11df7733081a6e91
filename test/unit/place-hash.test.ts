import { expect } from "chai";
import { createPlaceHash } from "../../src/store/place-hash.ts";

const KEY = "00112233445566ff";
const IDS = 20_000;

describe("names of places", () => {
  const hash = createPlaceHash(KEY);

  it("are the same for the same key, and others for another one", () => {
    expect(createPlaceHash(KEY).conversation("c1")).to.equal(hash.conversation("c1"));
    expect(createPlaceHash("00112233445566fe").conversation("c1")).not.to.equal(hash.conversation("c1"));
    expect(createPlaceHash("10112233445566ff").conversation("c1")).not.to.equal(hash.conversation("c1"));
  });

  it("tell texts apart by every letter, by their length and by what is whose", () => {
    const names = [
      ...["", "\0", "a", "a\0", "aa", "ab", "ba", "aaa", "a".repeat(300), "é", "\u{1f600}"].map(hash.conversation),
      hash.foreign("xmpp", "ab", "c"),
      hash.foreign("xmpp", "a", "bc"),
      hash.foreign("xmp", "pab", "c"),
      hash.foreign("irc", "ab", "c"),
    ];
    expect(new Set(names).size).to.equal(names.length);
  });

  it("are spread evenly over the parts, of ids in a row too", () => {
    const parts = new Array<number>(256).fill(0);
    const names = new Set<number>();
    for (let id = 0; id < IDS; id += 1) {
      const name = hash.foreign("xmpp", "anna@example.org", `m${id}`);
      names.add(name);
      parts[name >>> 24] = (parts[name >>> 24] ?? 0) + 1;
    }
    // 78 are expected in each; six standard deviations on either side.
    expect(Math.min(...parts)).to.be.above(25);
    expect(Math.max(...parts)).to.be.below(131);
    // Of 20,000 names of 32 bits 0.05 pairs are expected to be alike.
    expect(names.size).to.be.above(IDS - 3);
  });

  it("need a whole key", () => {
    for (const key of ["", "0011", `${KEY}0`]) expect(() => createPlaceHash(key), key).to.throw(/16 hex digits/u);
  });
});
