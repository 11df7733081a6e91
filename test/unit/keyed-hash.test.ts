import { expect } from "chai";
import { createKeyedHash } from "../../src/store/keyed-hash.ts";
import { idOfPerson } from "../../src/store/line-index.ts";

const KEY = "00112233445566ff";
const IDS = 20_000;

describe("short names", () => {
  const hash = createKeyedHash(KEY);

  it("are the same for the same key, and others for another one", () => {
    expect(createKeyedHash(KEY)("c1")).to.equal(hash("c1"));
    expect(createKeyedHash("00112233445566fe")("c1")).not.to.equal(hash("c1"));
    expect(createKeyedHash("10112233445566ff")("c1")).not.to.equal(hash("c1"));
  });

  it("tell texts apart by every letter, by their length and by what is whose", () => {
    const names = [
      ...["", "\0", "a", "a\0", "aa", "ab", "ba", "aaa", "a".repeat(300), "é", "\u{1f600}"].map(hash),
      hash(idOfPerson("xmpp", "ab", "c")),
      hash(idOfPerson("xmpp", "a", "bc")),
      hash(idOfPerson("xmp", "pab", "c")),
      hash(idOfPerson("irc", "ab", "c")),
    ];
    expect(new Set(names).size).to.equal(names.length);
  });

  it("are spread evenly over the parts, of ids in a row too", () => {
    const parts = new Array<number>(256).fill(0);
    const names = new Set<number>();
    for (let id = 0; id < IDS; id += 1) {
      const name = hash(idOfPerson("xmpp", "anna@example.org", `m${id}`));
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
    for (const key of ["", "0011", `${KEY}0`]) expect(() => createKeyedHash(key), key).to.throw(/16 hex digits/u);
  });
});
