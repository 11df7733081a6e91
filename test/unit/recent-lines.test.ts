/** What the engine remembers of the last lines, beside the index that the memory store has of all. */
import { expect } from "chai";
import fc from "fast-check";
import type { Line } from "../../src/core/step.ts";
import { RecentLines } from "../../src/engine/recent-lines.ts";
import { LineIndex } from "../../src/store/line-index.ts";
import { CSR, CUSTOMER, line, outbound } from "../conformance/store.ts";

const EPOCH = "e";
const ROOM = 8;
/** Ids that differ in what is not looked at first, or in nothing but whose they are. */
const IDS = ["m1", "m2", "a much longer id of 123456789012", "another longer id 123456789012", `${EPOCH}-3-1`];
const MANY = 1_000;
/** Ids that somebody might choose so that looking for one takes long. */
const ALIKE: Readonly<Record<string, (each: number) => string>> = {
  "end alike": (each) => `${each} and then the same`,
  "begin alike": (each) => `the same and then ${each}`,
  "have the same middle": (each) => `${each} and then the same, ${each}`,
};
const PEOPLE = [CUSTOMER, CSR, { network: CSR.network, id: CUSTOMER.id }];

const number = fc.integer({ min: 1, max: ROOM });
const person = fc.constantFrom(...PEOPLE);
const key = fc
  .tuple(number, fc.constantFrom(0, 1), fc.constantFrom("", ".1"))
  .map(([of, leg, part]) => `${EPOCH}-${of}-${leg}${part}`);
const act = fc.oneof(
  fc.record({ kind: fc.constant("line"), number, viewers: fc.constantFrom([], [1]) }),
  fc.record({ kind: fc.constant("copy"), key, to: person }),
  fc.record({ kind: fc.constant("foreign"), key, id: fc.constantFrom(...IDS) }),
);
/** A line that is handed out again is by the same author, under the same id. */
const authors = fc.array(fc.record({ from: fc.option(person), foreign: fc.option(fc.constantFrom(...IDS)) }), {
  minLength: ROOM + 1,
  maxLength: ROOM + 1,
});

type Act = typeof act extends fc.Arbitrary<infer Made> ? Made : never;

function tell(index: LineIndex | RecentLines, what: Act, by: readonly Partial<Line>[]): void {
  if ("viewers" in what) index.addLine(line(what.number, { ...by[what.number], viewers: what.viewers }));
  else if ("to" in what) index.addCopy(outbound(what.key, what.to));
  else index.addForeign(what.key, what.id);
}

/** Gives how often that line's id was looked at since. */
function addWatched(recent: RecentLines, { foreign, ...rest }: Line): () => number {
  let looks = 0;
  const watched = {
    ...rest,
    get foreign() {
      looks += 1;
      return foreign;
    },
  };
  recent.addLine(watched);
  looks = 0;
  return () => looks;
}

describe("recent lines", () => {
  it("are found as in the index of all lines", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), authors, (acts, by) => {
        const recent = new RecentLines(EPOCH, ROOM);
        const all = new LineIndex(EPOCH);
        for (const what of acts) {
          tell(recent, what, by);
          tell(all, what, by);
        }
        expect(recent.highest).to.equal(all.highest);
        for (const { network, id } of PEOPLE)
          for (const named of [...IDS, ...acts.flatMap((what) => ("key" in what ? [what.key] : []))])
            expect(recent.reference(network, id, named), named).to.deep.equal(all.reference(network, id, named));
      }),
      { numRuns: 2_000 },
    );
  });

  for (const [how, idOf] of Object.entries(ALIKE)) {
    it(`are found without looking at others, though ids ${how}`, () => {
      const recent = new RecentLines(EPOCH, MANY);
      const numbers = Array.from({ length: MANY }, (_, index) => index + 1);
      const looks = numbers.map((each) => addWatched(recent, line(each, { from: CSR, foreign: idOf(each) })));
      for (const each of numbers)
        expect(recent.reference(CSR.network, CSR.id, idOf(each))?.line, `line ${each}`).to.equal(each);
      // To describe what was found looks once more; the rest is who shares a chain by chance.
      expect(looks.reduce((sum, looksAt) => sum + looksAt(), 0) / MANY).to.be.below(4);
    });
  }

  it("are found without looking at others', though they say the same id over and over", () => {
    const recent = new RecentLines(EPOCH, MANY);
    addWatched(recent, line(1, { from: CSR, foreign: "m1" }));
    const others = Array.from({ length: MANY - 1 }, (_, index) =>
      addWatched(recent, line(index + 2, { from: CUSTOMER, foreign: "m1" })),
    );
    for (let question = 0; question < 10; question += 1)
      expect(recent.reference(CSR.network, CSR.id, "m1")?.line).to.equal(1);
    expect(recent.reference(CUSTOMER.network, CUSTOMER.id, "m1")?.line, "the newest of theirs").to.equal(MANY);
    const looks = others.reduce((sum, looksAt) => sum + looksAt(), 0);
    expect(looks, "once, to put them elsewhere").to.be.below(2 * MANY);
  });

  it("have room for so many, and forget all at once", () => {
    const recent = new RecentLines(EPOCH, 2);
    for (const each of [5, 6, 7]) recent.addLine(line(each, { foreign: `m${each}` }));
    recent.addCopy(outbound(`${EPOCH}-6-1`));
    expect([recent.isFull, recent.has(5), recent.has(6), recent.has(7)]).to.deep.equal([true, true, true, false]);
    recent.clear(7);
    expect([recent.isFull, recent.has(5), recent.highest]).to.deep.equal([false, false, 7]);
    expect(recent.reference(CUSTOMER.network, CUSTOMER.id, "m5")).to.equal(null);
    recent.addLine(line(6, { foreign: "m6" }));
    expect(recent.reference(CSR.network, CSR.id, `${EPOCH}-6-1`), "the copy of before").to.equal(null);
    expect(recent.reference(CUSTOMER.network, CUSTOMER.id, "m6"), "an old line takes no id").to.equal(null);
  });
});
