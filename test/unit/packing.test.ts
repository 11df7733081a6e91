/** Rows that nobody asks for are packed: nothing of them is lost, and a table does not show which they are. */
import { expect } from "chai";
import fc from "fast-check";
import { CoolingRows } from "../../src/core/cooling-rows.ts";
import { KeyedTexts } from "../../src/core/keyed-texts.ts";
import { createPacking } from "../../src/core/packing.ts";
import { StoredRows } from "../../src/core/stored-rows.ts";
import { Random } from "../simulation/random.ts";

/** What rows are made of: fields of the pattern and others, times, and texts with everything in them that packing itself writes. */
const NAMES = ["id", "state", "network", "queue", "text", "at", "legs", "facts", "on", 'a "name"\\', "\u0001"];
const row = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, 15, 16, -1, 1.5, 1_795_245_569_515, "", "=1", "@0", "!", "\u0001", '"'),
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.array(again("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), again("value"), { maxKeys: 5 }),
  ),
  row: fc.dictionary(fc.constantFrom(...NAMES), again("value"), { maxKeys: 6 }),
})).row as fc.Arbitrary<object>;

describe("packing of rows", () => {
  for (const [kind, maxPatterns] of [
    ["by patterns", 1_000],
    ["whole, where there are too many patterns", 1],
  ] as const) {
    it(`gives back what JSON gives back: ${kind}`, () => {
      const packing = createPacking(maxPatterns);
      fc.assert(
        fc.property(row, fc.string({ unit: "binary" }), (one, id) => {
          for (const named of [one, { ...one, id, text: `xmpp ${id}`, again: id.slice(1) }]) {
            const expected = JSON.parse(JSON.stringify(named));
            expect(packing.unpack(packing.pack(named, id), id)).to.deep.equal(expected);
          }
        }),
        { numRuns: 500 },
      );
    });
  }

  it("keeps of a row what is its own", () => {
    const packing = createPacking();
    const told = (id: string, at: number, text: string) => ({
      id,
      state: "talking",
      queue: "billing",
      at,
      since: at,
      text,
    });
    expect(packing.pack(told("c-first", 1_795_245_569_515, "hello"), "c-first")).to.have.length.below(40);
    const [one, other] = ["c-first", "c-other"].map((id) => packing.pack(told(id, 7_000, "hello"), id));
    expect(one, "all but their ids is the same").to.equal(other);
  });
});

function stored(rows: ReadonlyMap<string, object>): StoredRows {
  const texts = new KeyedTexts();
  for (const [id, one] of rows) texts.set(id, JSON.stringify(one));
  return new StoredRows(texts);
}

describe("rows that cool", () => {
  it("are a table like any other, whichever of them are packed", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new Random(seed);
      const expected = new Map<string, object>();
      for (let at = 0; at < 20; at += 1) expected.set(`c${at}`, { id: `c${at}`, state: "talking", at });
      const rows = new CoolingRows<object>(seed % 2 === 0 ? new Map(expected) : stored(expected), createPacking(), 4);
      for (let step = 0; step < 200; step += 1) {
        const id = `c${random.between(0, 30)}`;
        const kind = random.pick(["get", "set", "delete", "cool", "cool"] as const);
        if (kind === "get") expect(rows.get(id)).to.deep.equal(expected.get(id) ?? null);
        else if (kind === "cool") rows.cool(random.between(1, 5));
        else if (kind === "set") {
          const next = { id, state: random.pick(["talking", "waiting"]), at: step };
          rows.set(id, next);
          expected.set(id, next);
          expect(rows.get(id), "one and the same while it is warm").to.equal(next);
        } else {
          rows.delete(id);
          expected.delete(id);
        }
        expect(rows.size).to.equal(expected.size);
        expect(rows.has(id)).to.equal(expected.has(id));
      }
      expect(new Map(rows.entries())).to.deep.equal(expected);
      expect([...rows.keys()].sort()).to.deep.equal([...expected.keys()].sort());
    }
  });

  it("give those of which something holds, without reading what shows that it does not", () => {
    const states = ["talking", "waiting", "talking", "offered", "talking"];
    const expected = new Map(states.map((state, at) => [`c${at}`, { id: `c${at}`, state, told: '"state":"talking"' }]));
    for (const loaded of [expected, stored(expected)]) {
      const rows = new CoolingRows<{ id: string; state: string }>(loaded, createPacking(), 2);
      const looked: string[] = [];
      const waits = ({ id, state }: { id: string; state: string }): boolean => {
        looked.push(id);
        return state !== "talking";
      };
      rows.get("c4");
      expect([...rows.idsWhere(waits, '"state":"talking"')].sort()).to.deep.equal(["c1", "c3"]);
      if (loaded !== expected) expect(looked.sort()).to.deep.equal(["c1", "c3", "c4"]);
    }
  });

  it("come once each to whoever goes through them, though they are asked for meanwhile", () => {
    const expected = new Map(Array.from({ length: 20 }, (_, at) => [`c${at}`, { id: `c${at}`, at }]));
    const rows = new CoolingRows<object>(stored(expected), createPacking(), 4);
    const seen: string[] = [];
    for (const [id] of rows.entries()) {
      seen.push(id);
      rows.get(id);
    }
    expect(seen.sort()).to.deep.equal([...expected.keys()].sort());
  });

  it("are packed when nobody asks for them, but not before", () => {
    const packed: string[] = [];
    const real = createPacking();
    const watched = {
      ...real,
      pack(one: object, id: string) {
        packed.push(id);
        return real.pack(one, id);
      },
    };
    const five = new Map(["a", "b", "c", "d", "e"].map((id) => [id, { id }]));
    const rows = new CoolingRows<object>(five, watched, 2);
    rows.get("b");
    rows.cool(10);
    expect(packed.sort()).to.deep.equal(["a", "c", "d", "e"]);
    rows.get("a");
    rows.cool(10);
    expect(packed.length, "a and b were asked for lately").to.equal(4);
    for (const id of ["c", "d", "e", "a"]) {
      rows.get(id);
      rows.cool(10);
    }
    expect(packed.slice(4), "b was not, since so many others were").to.include("b");
    const before = packed.length;
    expect(new CoolingRows<object>(new Map([["a", { id: "a" }]]), watched, 2).size, "a small table").to.equal(1);
    expect(packed.length, "is never packed").to.equal(before);
  });
});
