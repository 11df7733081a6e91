/** A crowd on one network does not hold the desk's thread: it is stepped for a few milliseconds, then everybody else has their turn. */
import { expect } from "chai";
import { STRETCH_EVENTS } from "../../src/engine/limits.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, says } from "./echo-desk.ts";
import { outcomeOf, setUp } from "./engine-setup.ts";

const CROWD = Array.from({ length: 20 * STRETCH_EVENTS }, (_, index) => `crowd ${index}`);

/** An engine each of whose steps takes that long. */
async function slow(stepMs: number) {
  const desk = await setUp();
  const push = desk.diary.push.bind(desk.diary);
  desk.diary.push = (...entries) => {
    desk.clock.jump(stepMs);
    return push(...entries);
  };
  return desk;
}

describe("engine: a crowd is stepped in stretches", () => {
  it("leaves everything else its turn every few milliseconds", async () => {
    const { engine, stepped } = await slow(1);
    const told = Promise.all(CROWD.map((text) => engine.receive(says(text))));
    let [before, most, turns] = [0, 0, 0];
    while (stepped().length < CROWD.length) {
      await settle();
      most = Math.max(most, stepped().length - before);
      before = stepped().length;
      turns += 1;
    }
    await told;
    expect(stepped()).to.deep.equal(CROWD);
    expect(most, "steps between two turns of the event loop").to.be.at.most(STRETCH_EVENTS);
    expect(turns).to.be.at.least(CROWD.length / STRETCH_EVENTS);
  });

  it("steps whoever comes on another network next, and records it before the crowd is through", async () => {
    const { engine, store, stepped } = await slow(1);
    const crowd = CROWD.map((text) => engine.receive(says(text)));
    while (stepped().length === 0) await settle();
    const meanwhile = stepped().length;
    await engine.receive(says("help", { from: JULIET }));
    expect(stepped().indexOf("help") - meanwhile).to.be.below(STRETCH_EVENTS);
    expect(stepped().length, "the crowd is not through").to.be.below(CROWD.length);
    await Promise.all(crowd);
    expect(stepped().filter((text) => text !== "help")).to.deep.equal(CROWD);
    expect(store.batches.flatMap(({ lines }) => lines)).to.have.length(CROWD.length + 1);
  });

  it("is through with the crowd before it has stopped", async () => {
    const { engine, stepped } = await slow(1);
    const crowd = CROWD.map((text) => outcomeOf(engine.receive(says(text))));
    while (stepped().length === 0) await settle();
    await engine.stop();
    expect(stepped()).to.deep.equal(CROWD);
    await settle();
    expect(crowd.every(({ state }) => state === "taken")).to.equal(true);
  });

  it("tells everybody of the crowd when the disk fails between two stretches, and steps no more", async () => {
    const { engine, store, stepped, fatal } = await slow(1);
    const release = store.hold();
    store.break("disk");
    const crowd = CROWD.map((text) => outcomeOf(engine.receive(says(text))));
    while (stepped().length === 0) await settle();
    release();
    for (let turns = 0; turns < 5; turns += 1) await settle();
    const most = stepped().length;
    expect(most).to.be.below(CROWD.length);
    expect(fatal).to.have.length(1);
    expect(crowd.every(({ state }) => state === "rejected")).to.equal(true);
    for (let turns = 0; turns < 5; turns += 1) await settle();
    expect(stepped()).to.have.length(most);
  });

  it("shares one commit among all that is stepped in no time", async () => {
    const { engine, store, stepped } = await slow(0);
    const before = store.batches.length;
    await Promise.all(CROWD.slice(0, 100).map((text) => engine.receive(says(text))));
    expect(stepped()).to.have.length(100);
    expect(store.batches.length - before).to.equal(1);
  });
});

describe("engine: refusals have a pace", () => {
  it("answers so many of one network in a second, whatever they are refused for, and holds nothing that is taken", async () => {
    const { engine, clock } = await setUp({ limits: { floodRefusalsPerSecond: 40 } });
    const refused = Array.from({ length: 10 }, () => outcomeOf(engine.receive(says("refuse me"))));
    const answered = (): number => refused.filter(({ state }) => state === "taken").length;
    await engine.receive(says("hello"));
    await engine.receive(says("refuse me", { from: JULIET }));
    expect(answered()).to.equal(2);
    await clock.advance(100);
    expect(answered()).to.equal(6);
    await clock.advance(100);
    expect(answered()).to.equal(10);
  });
});
