import { expect } from "chai";
import { createBackoff } from "../../src/backoff.ts";
import { createClock } from "../../src/clock.ts";
import type { Timer, TimerChange } from "../../src/core/step.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createTimers } from "../../src/timers.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import { within } from "../support/wait.ts";

const START = 1_000_000;

function timer(id: string, at: number, generation = 1): Timer {
  return { id, at: START + at, generation, conversation: null, name: "idle" };
}
const set = (id: string, at: number, generation?: number): TimerChange => ({
  kind: "set",
  timer: timer(id, at, generation),
});
const cancel = (id: string): TimerChange => ({ kind: "cancel", id });

function setUp(...loaded: Timer[]) {
  const clock = createVirtualClock(START);
  const fired: string[] = [];
  const timers = createTimers(clock, loaded, ({ id, generation }) =>
    fired.push(`${id}.${generation} at ${clock.now() - START}`),
  );
  return { clock, fired, timers };
}

describe("timers", () => {
  it("fire in order of time, each when it is due and once", async () => {
    const { clock, fired, timers } = setUp();
    timers.apply([set("late", 500), set("soon", 100), set("later", 900), set("b", 300), set("a", 300)]);
    await clock.advance(500);
    expect(fired).to.deep.equal(["soon.1 at 100", "a.1 at 300", "b.1 at 300", "late.1 at 500"]);
    await clock.advance(10_000);
    expect(fired.slice(4)).to.deep.equal(["later.1 at 900"]);
  });

  it("that came due while the desk was down fire at once", async () => {
    const { clock, fired } = setUp(timer("old", -5_000), timer("older", -9_000), timer("new", 100));
    expect(fired).to.deep.equal([]);
    await clock.advance(0);
    expect(fired).to.deep.equal(["older.1 at 0", "old.1 at 0"]);
  });

  it("do not fire when cancelled, and at the new time when set anew", async () => {
    const { clock, fired, timers } = setUp(timer("a", 100), timer("b", 100), timer("c", 100));
    timers.apply([cancel("a"), set("b", 400, 2), set("c", 50, 2), cancel("unknown")]);
    await clock.advance(1_000);
    expect(fired).to.deep.equal(["c.2 at 50", "b.2 at 400"]);
  });

  it("stand until what they led to is recorded", async () => {
    const first = timer("a", 100);
    const { clock, timers } = setUp(first);
    await clock.advance(100);
    expect(timers.stands(first)).to.equal(true);
    timers.apply([set("a", 300, 2)]);
    expect(timers.stands(first)).to.equal(false);
    timers.apply([cancel("a")]);
    expect(timers.size).to.equal(0);
  });

  it("arm one alarm at a time, however many there are and however often they are set", async () => {
    const { clock, fired, timers } = setUp();
    for (let round = 1; round <= 20; round += 1) {
      timers.apply(
        Array.from({ length: 500 }, (_, index) => set(`t${index}`, 10_000 + ((index * 7_919) % 500), round)),
      );
      expect(clock.waiting).to.equal(1);
    }
    expect(timers.size).to.equal(500);
    await clock.advance(20_000);
    expect(fired).to.have.length(500);
    const times = fired.map((text) => Number(text.split(" at ")[1]));
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
  });

  it("notice within a minute that the clock was set forward, and wait when it was set back", async () => {
    const { clock, fired } = setUp(timer("a", 3_600_000), timer("b", 7_200_000));
    clock.jump(3_600_000);
    await clock.advance(60_000);
    expect(fired).to.have.length(1);
    clock.jump(-3_600_000);
    await clock.advance(7_200_000 - 60_000 - 1);
    expect(fired).to.have.length(1);
    await clock.advance(60_001);
    expect(fired).to.have.length(2);
  });

  it("are silent once stopped", async () => {
    const { clock, fired, timers } = setUp(timer("a", 100));
    timers.stop();
    timers.apply([set("b", 200)]);
    await clock.advance(1_000);
    expect(fired).to.deep.equal([]);
  });
});

describe("the real clock", () => {
  it("calls back after the delay and not when cancelled", async () => {
    const clock = createClock();
    const began = clock.now();
    const cancelled = clock.after(5, () => expect.fail("it was cancelled"));
    cancelled();
    await within(5_000, "the callback", new Promise<void>((resolve) => clock.after(20, resolve)));
    expect(clock.now() - began).to.be.at.least(19);
  });

  it("does not take a delay of more than 24 days for none", async () => {
    const clock = createClock();
    const cancelLong = clock.after(40 * 86_400_000, () => expect.fail("40 days have not passed"));
    await within(5_000, "a short delay", new Promise<void>((resolve) => clock.after(30, resolve)));
    cancelLong();
  });

  it("never goes back: set back, it goes at half speed until the machine's clock has caught up", () => {
    let [wall, monotonic] = [1_000_000, 50];
    const clock = createClock({ wall: () => wall, monotonic: () => monotonic });
    const pass = (ms: number): number => {
      wall += ms;
      monotonic += ms;
      return clock.now();
    };
    expect(pass(1_000)).to.equal(1_001_000);
    wall -= 3_600_000;
    expect(clock.now(), "set back by an hour").to.equal(1_001_000);
    expect(pass(60_000), "a minute later").to.equal(1_031_000);
    expect(pass(3_600_000), "an hour later").to.equal(2_831_000);
    expect(pass(3_540_000), "after two hours").to.equal(4_601_000);
    expect(wall).to.equal(4_601_000);
    expect(pass(1_000), "at full speed again").to.equal(4_602_000);
    wall += 3_600_000;
    expect(clock.now(), "set forward, it follows").to.equal(8_202_000);
  });
});

describe("back-off", () => {
  const limits = { retryLeastSeconds: 1, retryMostSeconds: 60 };

  it("doubles up to the longest pause, with a jitter of half of it", () => {
    const least = [0, 1, 2, 5, 6, 7, 1_000].map(createBackoff(limits, () => 0));
    const most = [0, 1, 2, 5, 6, 7, 1_000].map(createBackoff(limits, () => 0.999_999));
    expect(least).to.deep.equal([500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
    expect(most).to.deep.equal([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  });
});

describe("tokens", () => {
  it("are 16 characters of base 32, and different", () => {
    const token = createTokens();
    const made = new Set(Array.from({ length: 2_000 }, token));
    expect(made.size).to.equal(2_000);
    for (const one of made) expect(one).to.match(/^[a-z2-7]{16}$/);
  });
});
