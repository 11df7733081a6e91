/** Texts by key in arrays of bytes: a map like any other, whatever the keys and texts are. */
import { expect } from "chai";
import fc from "fast-check";
import { CHUNK_BYTES, KeyedTexts } from "../../src/core/keyed-texts.ts";
import { Random } from "../simulation/random.ts";

const KEYS = [
  "",
  "a",
  "b",
  "web anna",
  "ä",
  "日本 語",
  "😀",
  "\ud800",
  "\udc00x",
  '"\\ud800"',
  "\u0000",
  "\u007f",
  "\ufeff",
];

/** The record of that key and text, as a database writes it. */
function record(key: string, text: string): Buffer {
  const digits = (number: number, count: number): number[] =>
    Array.from({ length: count }, (_, digit) => (Math.floor(number / 127 ** digit) % 127) + 1);
  const [one, other] = [Buffer.from(key), Buffer.from(text)];
  return Buffer.concat([Buffer.from([...digits(one.length, 3), ...digits(other.length, 4)]), one, other]);
}

describe("texts by key in bytes", () => {
  it("are what a map would be", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = new Random(seed);
      const expected = new Map<string, string>();
      const texts = new KeyedTexts();
      const text = () => random.pick(["", "x", "ü", "\ufeffbom", "😀"]).repeat(random.pick([1, 3, 40, 3_000, 40_000]));
      for (let step = 0; step < 400; step += 1) {
        const key = random.pick([...KEYS, ...Array.from({ length: 60 }, (_, index) => `key ${index}`)]);
        if (random.between(0, 2) > 0) {
          const value = text();
          const slot = texts.set(key, value);
          expected.set(key, value);
          expect([texts.keyAt(slot), texts.textAt(slot)]).to.deep.equal([key, value]);
        } else {
          expect(texts.delete(key) >= 0).to.equal(expected.delete(key));
        }
        expect(texts.size).to.equal(expected.size);
        expect(texts.get(key)).to.equal(expected.get(key));
      }
      expect(new Map(texts)).to.deep.equal(expected);
      expect(new Set(texts.keys())).to.deep.equal(new Set(expected.keys()));
      for (const key of KEYS) expect(texts.has(key)).to.equal(expected.has(key));
    }
  });

  it("take over records that were put together elsewhere, large ones too", () => {
    const rows = new Map([
      ["web anna", '{"state":"talking"}'],
      ["ä", "ü".repeat(200)],
      ["long", "x".repeat(20_000)],
      ["", ""],
    ]);
    const large = new Map([
      ["large", "y".repeat(CHUNK_BYTES)],
      ["next", "z"],
    ]);
    const texts = new KeyedTexts();
    for (const one of [rows, large]) texts.adopt(Buffer.concat([...one].map(([key, text]) => record(key, text))));
    expect(new Map(texts)).to.deep.equal(new Map([...rows, ...large]));
    texts.set("web anna", "other");
    texts.delete("long");
    expect(texts.get("web anna")).to.equal("other");
    expect(texts.get("long")).to.equal(undefined);
    expect(texts.get("ä")).to.equal("ü".repeat(200));
    expect(() => texts.adopt(record("cut", "off").subarray(0, 12))).to.throw("cut off");
  });

  it("hold no more bytes than twice what is in them, however often it was written", () => {
    const texts = new KeyedTexts();
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 60; round += 1)
      for (let key = 0; key < 500; key += 1) texts.set(`key ${key}`, `${round} `.repeat(200 + ((key * 7) % 100)));
    expect(texts.size).to.equal(500);
    expect(texts.bytes).to.be.below(2.5 * 500 * 800);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(1_000_000_000);
  });

  it("compare keys by their bytes, and find words behind the key", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (one, other, words) => {
        const texts = new KeyedTexts();
        const [a, b] = [texts.set(one, `{"${one}${words}${other}`), texts.set(`${other}+`, one)];
        const expected = Buffer.compare(Buffer.from(one), Buffer.from(`${other}+`));
        expect(Math.sign(texts.compareKeys(a, b))).to.equal(expected);
        if (a === b) return;
        expect(texts.says(a, 2, Buffer.from(words))).to.equal(true);
        expect(texts.says(a, 2, Buffer.from(`${words}${other}+`))).to.equal(false);
        const behind = Buffer.from(one).subarray(2 + Buffer.byteLength(`${other}+`));
        const isThere = behind.subarray(0, Buffer.byteLength(words)).equals(Buffer.from(words));
        expect(texts.says(b, 2, Buffer.from(words))).to.equal(isThere);
      }),
    );
  });
});
