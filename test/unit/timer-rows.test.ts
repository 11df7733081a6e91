/** Timers in bytes: a map of timers by id that also knows which is next. */
import { expect } from "chai";
import type { Timer } from "../../src/core/step.ts";
import { TimerRows } from "../../src/core/timer-rows.ts";
import { Random } from "../simulation/random.ts";

const ODD: readonly Timer[] = [
  { id: "after hours", at: 7, generation: 0, conversation: null, name: "after-hours" },
  { id: "rest web ä 👍", at: 8, generation: 0, conversation: "c1", name: "rest" },
  { id: "two words c1", at: 9, generation: 3, conversation: "c1", name: "two words" },
  { id: "idle ", at: 10, generation: 1, conversation: "", name: "idle" },
  { id: "offer c1 4", at: 1_795_253_356_969, generation: 4_000_000_000, conversation: "c1", name: "offer" },
];

describe("timers in bytes", () => {
  it("come back as they were", () => {
    const timers = new TimerRows(ODD);
    for (const timer of ODD) expect(timers.get(timer.id)).to.deep.equal(timer);
    expect([...timers]).to.deep.equal([...ODD]);
    expect(timers.get("nobody")).to.equal(null);
    expect(timers.delete("nobody")).to.equal(false);
  });

  it("are the same as a map that is sorted each time", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = new Random(seed);
      const expected = new Map<string, Timer>();
      const timers = new TimerRows();
      const next = () => [...expected.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))[0] ?? null;
      for (let step = 0; step < 400; step += 1) {
        const conversation = `c${random.between(0, 60)}`;
        const name = random.pick(["idle", "silence"]);
        const timer = {
          id: `${name} ${conversation}`,
          at: random.between(0, 40),
          generation: step,
          conversation,
          name,
        };
        const kind = random.pick(["set", "set", "delete", "take"] as const);
        if (kind === "set") {
          timers.set(timer);
          expected.set(timer.id, timer);
        } else if (kind === "delete") {
          expect(timers.delete(timer.id)).to.equal(expected.delete(timer.id));
        } else {
          const first = next();
          expect(timers.take()).to.deep.equal(first);
          if (first !== null) expected.delete(first.id);
        }
        expect(timers.size).to.equal(expected.size);
        expect(timers.nextAt).to.equal(next()?.at ?? null);
      }
    }
  });
});
