/** Much that comes while a commit runs is stepped meanwhile: nobody hears of it before its own commit, and a batch that fails takes it along. */
import { expect } from "chai";
import { CROWD_EVENTS } from "../../src/engine/limits.ts";
import { settle } from "../support/virtual-clock.ts";
import { says } from "./echo-desk.ts";
import { outcomeOf, setUp } from "./engine-setup.ts";

const CROWD = Array.from({ length: CROWD_EVENTS }, (_, index) => `${index + 2}`);

describe("engine: stepping ahead of the disk", () => {
  it("steps a crowd while a commit runs, and answers and sends nothing of it before its own commit", async () => {
    const { engine, store, networks, stepped } = await setUp();
    const before = store.batches.length;
    let release = store.hold();
    void engine.receive(says("1"));
    await settle();
    const outcomes = CROWD.map((text) => outcomeOf(engine.receive(says(text))));
    await settle();
    expect(stepped()).to.deep.equal(["1", ...CROWD]);
    expect(networks.texts()).to.deep.equal([]);
    const releaseFirst = release;
    release = store.hold();
    releaseFirst();
    await settle();
    expect(networks.texts(), "the first alone is on disk").to.deep.equal(["1"]);
    expect(outcomes.map(({ state }) => state)).to.deep.equal(CROWD.map(() => "open"));
    release();
    await settle();
    expect(networks.texts()).to.deep.equal(["1", ...CROWD]);
    expect(outcomes.map(({ state }) => state)).to.deep.equal(CROWD.map(() => "taken"));
    expect(store.batches.length - before).to.equal(2);
  });

  it("hands a crowd to the store while that writes, once, and what comes later when it has heard of the first", async () => {
    const { engine, store } = await setUp();
    const before = store.handedOver;
    const release = store.hold();
    void engine.receive(says("1"));
    await settle();
    for (const text of CROWD.slice(1)) void engine.receive(says(text));
    await settle();
    expect(store.handedOver - before, "fewer than a crowd").to.equal(1);
    void engine.receive(says("the last of a crowd"));
    await settle();
    expect(store.handedOver - before, "a crowd").to.equal(2);
    const later = CROWD.map((text) => engine.receive(says(text)));
    await settle();
    expect(store.handedOver - before, "another crowd").to.equal(2);
    release();
    await Promise.all(later);
    expect(store.handedOver - before).to.equal(3);
  });

  it("steps the crowd anew, in order, when what it stood on could not be recorded", async () => {
    const { engine, store, networks } = await setUp();
    const release = store.hold();
    const first = engine.receive(says("poison"));
    await settle();
    const others = CROWD.map((text) => engine.receive(says(text)));
    await settle();
    release();
    expect((await first).kind).to.equal("refused");
    expect((await Promise.all(others)).map(({ kind }) => kind)).to.deep.equal(CROWD.map(() => "accepted"));
    expect(networks.texts()).to.deep.equal(CROWD);
    const { snapshot } = await store.load();
    expect(snapshot.conversation.get("c1")).to.deep.equal({ count: CROWD.length });
    await engine.receive(says("last"));
    expect(networks.texts()).to.deep.equal([...CROWD, "last"]);
  });

  it("asks the store about a crowd that came before memory was thrown away, and is stepped after it", async () => {
    const { engine, store, networks } = await setUp();
    await engine.receive(says("1", { redelivery: "r1" }));
    const release = store.hold();
    const poison = engine.receive(says("poison"));
    await settle();
    const { promise: reading, resolve: read } = Promise.withResolvers<void>();
    const load = store.load.bind(store);
    store.load = () => reading.then(load);
    release();
    await settle();
    const repeats = CROWD.map(() => engine.receive(says("1", { redelivery: "r1" })));
    await settle();
    read();
    expect((await poison).kind).to.equal("refused");
    await Promise.all(repeats);
    expect(networks.texts()).to.deep.equal(["1"]);
  });

  it("rejects the crowd as well when the disk fails under what it stood on", async () => {
    const { engine, store, networks, fatal } = await setUp();
    store.break("disk");
    const release = store.hold();
    const outcomes = [outcomeOf(engine.receive(says("1")))];
    await settle();
    outcomes.push(...CROWD.map((text) => outcomeOf(engine.receive(says(text)))));
    await settle();
    release();
    await settle();
    expect(outcomes.map(({ state }) => state)).to.deep.equal(["1", ...CROWD].map(() => "rejected"));
    expect(networks.texts()).to.deep.equal([]);
    expect(fatal).to.have.length(1);
  });

  it("does not step a timer that was set anew by what is not on disk yet", async () => {
    const { engine, store, clock, stepped } = await setUp();
    await engine.receive(says("in 500"));
    const release = store.hold();
    void engine.receive(says("in 900"));
    await settle();
    await clock.advance(500);
    for (const text of CROWD) void engine.receive(says(text));
    await settle();
    release();
    await settle();
    expect(stepped()).to.deep.equal(["in 500", "in 900", ...CROWD]);
  });

  it("is done with stopping when all of it is on disk", async () => {
    const { engine, store, networks } = await setUp();
    const release = store.hold();
    void engine.receive(says("1"));
    await settle();
    for (const text of CROWD) void engine.receive(says(text));
    await settle();
    const stopped = outcomeOf(engine.stop().then(() => ({ kind: "accepted" }) as const));
    await settle();
    expect(stopped.state).to.equal("open");
    release();
    await settle();
    expect(stopped.state).to.equal("taken");
    expect(networks.texts()).to.deep.equal(["1", ...CROWD]);
  });
});
