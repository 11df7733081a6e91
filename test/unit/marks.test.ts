/** What became of sends, waiting to be recorded: none is left behind when there are more than one batch takes. */
import { expect } from "chai";
import { MARK_DELAY_MS, MARKS_PER_BATCH } from "../../src/engine/limits.ts";
import { Marks } from "../../src/engine/marks.ts";
import type { Mark } from "../../src/store/store.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const mark = (id: number): Mark => ({ id, key: `k-${id}-1`, kind: "sent", foreign: null, conversation: null });

function make() {
  const clock = createVirtualClock();
  let due = 0;
  const marks = new Marks(clock, () => {
    due += 1;
  });
  return { clock, marks, due: () => due };
}

describe("marks", () => {
  it("go with a batch that is written anyway, and wait a moment for one", async () => {
    const { clock, marks, due } = make();
    marks.add(mark(1));
    expect(marks.take(false), "nothing is written for it yet").to.deep.equal([]);
    await clock.advance(MARK_DELAY_MS);
    expect([due(), marks.isDue]).to.deep.equal([1, true]);
    expect(marks.take(false)).to.deep.equal([mark(1)]);
    marks.add(mark(2));
    expect(marks.take(true)).to.deep.equal([mark(2)]);
    expect(marks.isDue).to.equal(false);
  });

  it("stay due as long as there are more than one batch takes", () => {
    const { marks } = make();
    for (let id = 0; id < MARKS_PER_BATCH + 2; id += 1) marks.add(mark(id));
    expect(marks.take(false)).to.have.length(MARKS_PER_BATCH);
    expect(marks.isDue, "two are left").to.equal(true);
    expect(marks.take(false)).to.deep.equal([mark(MARKS_PER_BATCH), mark(MARKS_PER_BATCH + 1)]);
    expect(marks.isDue).to.equal(false);
  });
});
