/** A flood on one network is answered at a pace, and nobody else waits for it. */
import { expect } from "chai";
import { FloodBrake } from "../../src/engine/flood-brake.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";

describe("the brake of floods", () => {
  const setUp = (perSecond: number) => {
    const clock = createVirtualClock(0);
    const brake = new FloodBrake(clock, perSecond);
    let answered = 0;
    const refuse = (network: string): boolean => {
      const held = brake.hold(network);
      if (held === null) answered += 1;
      else void held.then(() => (answered += 1));
      return held !== null;
    };
    return { clock, brake, refuse, answered: () => answered };
  };

  it("answers so many in a second", async () => {
    const { clock, refuse, answered } = setUp(100);
    for (let count = 0; count < 1_000; count += 1) refuse("irc");
    expect(answered()).to.equal(5);
    await clock.advance(1_000);
    await settle();
    expect(answered()).to.be.within(100, 106);
    await clock.advance(10_000);
    await settle();
    expect(answered()).to.equal(1_000);
  });

  it("lets other networks pass, and this one again when it is quiet", async () => {
    const { clock, refuse } = setUp(100);
    for (let count = 0; count < 50; count += 1) refuse("irc");
    expect(refuse("irc")).to.equal(true);
    expect(refuse("xmpp")).to.equal(false);
    await clock.advance(2_000);
    await settle();
    expect(refuse("irc")).to.equal(false);
  });

  it("holds nobody any more when the desk stops", async () => {
    const { brake, refuse, answered } = setUp(100);
    for (let count = 0; count < 50; count += 1) refuse("irc");
    brake.release();
    await settle();
    expect(answered()).to.equal(50);
    expect(refuse("irc")).to.equal(false);
  });
});
