/** Sends that are under way: each runs out at its own time, however many others were answered before it. */
import { expect } from "chai";
import { type Flight, Flights } from "../../src/outbox/flights.ts";
import { Lane } from "../../src/outbox/lane.ts";
import { outbound } from "../conformance/store.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const LIMIT_MS = 1_000;
const MANY = 5_000;

function make() {
  const clock = createVirtualClock();
  const late: Flight[] = [];
  const flights = new Flights(clock, LIMIT_MS, (flight) => late.push(flight));
  const lane = new Lane("xmpp", "anna@im.test");
  const begin = (): Flight => {
    const row = { id: 1, at: 0, outbound: outbound("k-1-1") };
    return flights.begin(lane, { row, state: "sent" }, clock.now());
  };
  return { clock, late, flights, begin };
}

describe("sends that are under way", () => {
  for (const [which, stay] of [
    ["the first and the last", [0, MANY - 1]],
    ["some in the middle", [1_024, 1_025, 3_000]],
    ["none", []],
  ] as const) {
    it(`run out in their order when ${which} of many are not answered`, async () => {
      const { clock, late, flights, begin } = make();
      const begun: Flight[] = [];
      for (let count = 0; count < MANY; count += 1) {
        begun.push(begin());
        if (count % 1_000 === 0) await clock.advance(1);
      }
      for (const [at, flight] of begun.entries()) if (!(stay as readonly number[]).includes(at)) flights.end(flight);
      await clock.advance(1);
      const later = begin();
      await clock.advance(LIMIT_MS - 1);
      expect(late).to.deep.equal(stay.map((at) => begun[at]));
      expect(late.every(({ isOver, controller }) => isOver && controller.signal.aborted)).to.equal(true);
      expect([later.isOver, later.controller.signal.aborted]).to.deep.equal([false, false]);
      await clock.advance(1);
      expect(late.at(-1)).to.equal(later);
    });
  }

  it("are all given up at the end, and then nothing runs out any more", async () => {
    const { clock, late, flights, begin } = make();
    const begun = [begin(), begin(), begin()];
    const [, second] = begun;
    if (second !== undefined) flights.end(second);
    flights.abortAll();
    expect(begun.map(({ isOver }) => isOver)).to.deep.equal([true, true, true]);
    await clock.advance(LIMIT_MS);
    expect(late).to.deep.equal([]);
  });
});
