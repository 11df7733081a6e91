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
