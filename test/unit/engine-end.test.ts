/** A defect of the shell itself ends the engine: what each sender is told then agrees with what is on disk. */
import { expect } from "chai";
import { CROWD_EVENTS } from "../../src/engine/limits.ts";
import type { EngineObserver } from "../../src/engine.ts";
import { settle } from "../support/virtual-clock.ts";
import { says } from "./echo-desk.ts";
import { outcomeOf, setUp } from "./engine-setup.ts";

const CROWD = Array.from({ length: CROWD_EVENTS }, (_, index) => `${index}`);
/** Turns of promises behind each other, from taking an event to looking for the next. */
const MOMENTS = 12;

/** What is called behind a commit, and breaks. */
const DEFECTS: Readonly<Record<string, () => EngineObserver>> = {
  "what is told of a step": () => ({
    stepped(event) {
      if (event.kind === "inbound" && event.inbound.kind === "message" && event.inbound.text === "break") throw BROKEN;
    },
  }),
  "what is told of a commit": () => ({
    committed() {
      throw BROKEN;
    },
  }),
};
const BROKEN = new TypeError("a defect of the shell");

type Outcome = ReturnType<typeof outcomeOf>;

describe("engine: an end by a defect", () => {
  for (const [what, observe] of Object.entries(DEFECTS)) {
    it(`says of what is on disk that it was received, and sends it after the next start (${what})`, async () => {
      const { engine, store, networks, fatal } = await setUp({ observer: observe() });
      const outcomes = ["break", "2"].map((text) => outcomeOf(engine.receive(says(text))));
      await settle();
      expect([outcomes[0]?.state, fatal.length, engine.status().state]).to.deep.equal(["taken", 1, "failed"]);
      await engine.stop();
      const next = await setUp({ store });
      const sent = [...networks.sent, ...next.networks.sent].map(({ outbound }) => outbound.key);
      expect([...new Set(sent)], "what was under way goes out again under its key").to.deep.equal(["e-1-1", "e-2-1"]);
      expect(next.networks.texts()).to.deep.equal(["break", "2"]);
      expect(statesOf(outcomes)).to.deep.equal(["taken", "taken"]);
    });
  }

  it("answers a crowd that was handed ahead when the store has written it", async () => {
    const { engine, store, outcomes, releaseFirst, release } = await brokenUnderACrowd();
    releaseFirst();
    await settle();
    expect([engine.status().state, ...statesOf(outcomes)]).to.deep.equal([
      "failed",
      "taken",
      ...CROWD.map(() => "open"),
    ]);
    const stopped = outcomeOf(engine.stop());
    await settle();
    expect(stopped.state, "the end waits for it").to.equal("open");
    release();
    await settle();
    expect([stopped.state, ...statesOf(outcomes)]).to.deep.equal(["taken", "taken", ...CROWD.map(() => "taken")]);
    const next = await setUp({ store });
    expect(next.networks.texts()).to.deep.equal(["break", ...CROWD]);
  });

  it("rejects a crowd that was handed ahead when the store could not write it", async () => {
    const { store, outcomes, releaseFirst, release } = await brokenUnderACrowd();
    releaseFirst();
    await settle();
    store.break("data");
    release();
    await settle();
    expect(statesOf(outcomes)).to.deep.equal(["taken", ...CROWD.map(() => "rejected")]);
    expect(textsOf(store)).to.deep.equal(["break"]);
  });

  it("hands nothing to the store any more: at whatever moment it ends, who was rejected is not on disk", async () => {
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const { engine, store, outcomes, releaseFirst, release } = await brokenUnderACrowd();
      const later = [...CROWD, ...CROWD].map((_, index) => `later ${index}`);
      outcomes.push(...later.map((text) => outcomeOf(engine.receive(says(text)))));
      releaseFirst();
      for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
      release();
      for (let turn = 0; turn < 10; turn += 1) await settle();
      await engine.stop();
      const onDisk = new Set(textsOf(store));
      const texts = ["break", ...CROWD, ...later];
      const expected = texts.map((text) => (onDisk.has(text) ? "taken" : "rejected"));
      expect(statesOf(outcomes), `moment ${moment}`).to.deep.equal(expected);
    }
  });

  it("takes the repeat of what is on disk as received, and once", async () => {
    const { engine, store } = await setUp({ observer: DEFECTS["what is told of a commit"]?.() ?? {} });
    const said = says("break", { redelivery: "r1" });
    await engine.receive(said);
    await engine.stop();
    const next = await setUp({ store });
    expect((await next.engine.receive(said)).kind).to.equal("accepted");
    expect(textsOf(store)).to.deep.equal(["break"]);
  });

  it("ends a stop that had begun before", async () => {
    const { engine, outcomes, releaseFirst, release } = await brokenUnderACrowd();
    const stopped = outcomeOf(engine.stop());
    releaseFirst();
    release();
    for (let turn = 0; turn < 10; turn += 1) await settle();
    expect([stopped.state, engine.status().state]).to.deep.equal(["taken", "failed"]);
    expect(new Set(statesOf(outcomes))).to.deep.equal(new Set(["taken"]));
  });
});

/** "break" is being written, and a crowd was handed to the store behind it. */
async function brokenUnderACrowd() {
  const { engine, store } = await setUp({ observer: DEFECTS["what is told of a step"]?.() ?? {} });
  const releaseFirst = store.hold();
  const outcomes = [outcomeOf(engine.receive(says("break")))];
  await settle();
  const handedOver = store.handedOver;
  const release = store.hold();
  outcomes.push(...CROWD.map((text) => outcomeOf(engine.receive(says(text)))));
  await settle();
  expect(store.handedOver - handedOver, "handed ahead").to.equal(1);
  return { engine, store, outcomes, releaseFirst, release };
}

function statesOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ state }) => state);
}

function textsOf({ batches }: Awaited<ReturnType<typeof setUp>>["store"]): string[] {
  return batches.flatMap(({ lines }) => lines.map(({ content }) => ("text" in content ? content.text : content.kind)));
}
