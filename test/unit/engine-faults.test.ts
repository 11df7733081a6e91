import { expect } from "chai";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine, EngineClosed } from "../../src/engine.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { StoreFault } from "../../src/store/store.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";
import { createEchoDesk, type Diary, ROMEO, says } from "./echo-desk.ts";
import { nameOf, outcomeOf, setUp } from "./engine-setup.ts";
import { ACCEPT, FakeNetworks } from "./fake-networks.ts";

describe("engine: faults", () => {
  it("sets an event aside that the core cannot process, and goes on", async () => {
    const { engine, store, log, networks } = await setUp();
    const verdicts = await Promise.all(["1", "defect", "2"].map((text) => engine.receive(says(text))));
    expect(verdicts.map(({ kind }) => kind)).to.deep.equal(["accepted", "refused", "accepted"]);
    expect(verdicts[1]).to.include({ reason: "internal-server-error" });
    expect(networks.texts()).to.deep.equal(["1", "2"]);
    const [kept] = store.batches.flatMap(({ quarantine }) => quarantine);
    expect(JSON.parse(kept?.event ?? "")).to.have.nested.property("inbound.text", "defect");
    expect(kept?.error).to.include("a defect of the core");
    const [record] = log.records.filter(({ event }) => event === "event.quarantined");
    expect(record).to.deep.include({ level: "error" });
    expect(JSON.stringify(record), "no message text in the log").not.to.include('"defect"');
    expect((await store.load()).snapshot.conversation.get("c1")).to.deep.equal({ count: 2 });
  });

  it("does not take an event again that it set aside", async () => {
    const { engine, store } = await setUp();
    await engine.receive(says("defect", { redelivery: "r1" }));
    await engine.receive(says("defect", { redelivery: "r1" }));
    expect(store.batches.flatMap(({ quarantine }) => quarantine)).to.have.length(1);
  });

  it("finds the event that the store cannot record, and lets the others happen", async () => {
    const { engine, store, networks, stepped, log } = await setUp();
    await engine.submit({ kind: "hours", open: { billing: true }, opens: {} });
    const verdicts = await Promise.all(["1", "poison", "2"].map((text) => engine.receive(says(text))));
    expect(verdicts.map(({ kind }) => kind)).to.deep.equal(["accepted", "refused", "accepted"]);
    await settle();
    expect(networks.texts()).to.deep.equal(["1", "2"]);
    const { snapshot, lastLine } = await store.load();
    expect(snapshot.conversation.get("c1")).to.deep.equal({ count: 2 });
    expect(lastLine).to.equal(2);
    expect(stepped().filter((name) => name === "hours" || name === "link")).to.deep.equal([
      "hours",
      ...["link", "link", "hours"],
      ...["link", "link", "hours"],
    ]);
    expect(log.records.map(({ event }) => event)).to.include.members(["batch.refused", "event.quarantined"]);
    await engine.receive(says("3"));
    expect(networks.texts()).to.deep.equal(["1", "2", "3"]);
  });

  it("records what became of sends although the event it was to be recorded with cannot be", async () => {
    const { engine, store, networks } = await setUp();
    await engine.receive(says("1"));
    await settle();
    expect(networks.texts()).to.deep.equal(["1"]);
    expect((await store.load()).outbox, "sent, and not marked yet").to.have.length(1);
    expect((await engine.receive(says("poison"))).kind).to.equal("refused");
    expect((await store.load()).outbox, "what a start would send again").to.deep.equal([]);
  });

  it("takes a repeat once that was asked about before the first was recorded, though memory was thrown away between", async () => {
    const { engine, store, networks } = await setUp({ limits: { batchEvents: 1 } });
    const release = store.hold();
    const texts = ["0", "1", "poison", "1"];
    const ids = [null, "r1", null, "r1"];
    const verdicts = texts.map((text, index) => engine.receive(says(text, { redelivery: ids[index] ?? null })));
    await settle();
    release();
    expect((await Promise.all(verdicts)).map(({ kind }) => kind)).to.deep.equal([
      ...["accepted", "accepted", "refused", "accepted"],
    ]);
    expect(networks.texts()).to.deep.equal(["0", "1"]);
  });

  it("sets an event aside whose reference cannot be read, and lets the others happen", async () => {
    const { engine, store, networks, fatal } = await setUp();
    store.unreadable = new SyntaxError("a row that somebody damaged");
    const guilty = says("1", { replyTo: "damaged", redelivery: "r1" });
    const verdicts = await Promise.all([engine.receive(guilty), engine.receive(says("2"))]);
    expect(verdicts.map(({ kind }) => kind)).to.deep.equal(["refused", "accepted"]);
    expect(networks.texts()).to.deep.equal(["2"]);
    expect(store.batches.flatMap(({ quarantine }) => quarantine.map(({ error }) => error))[0]).to.include("damaged");
    expect((await engine.receive(guilty)).kind, "a repeat is not told that it was received").to.equal("refused");
    expect([fatal, engine.status().state]).to.deep.equal([[], "running"]);
  });

  it("stops when a look-up finds that the disk is broken", async () => {
    const { engine, store, fatal } = await setUp();
    store.unreadable = new StoreFault("disk", "the disk is gone");
    const outcome = outcomeOf(engine.receive(says("1", { replyTo: "unknown" })));
    await settle();
    expect([outcome.state, fatal.length]).to.deep.equal(["rejected", 1]);
  });

  it("tells the repeat of an event that could not be recorded what its first sender was told", async () => {
    const { engine } = await setUp();
    const poison = says("poison", { redelivery: "r1" });
    expect((await engine.receive(poison)).kind).to.equal("refused");
    expect((await engine.receive(poison)).kind).to.equal("refused");
  });

  it("stops at a fault of the disk: nothing is acknowledged, nothing sent, nothing taken any more", async () => {
    const { engine, store, networks, fatal } = await setUp();
    await engine.receive(says("1"));
    store.break("disk");
    const outcomes = ["2", "3"].map((text) => outcomeOf(engine.receive(says(text))));
    await settle();
    outcomes.push(outcomeOf(engine.receive(says("4"))));
    await settle();
    expect(outcomes.map(({ state }) => state)).to.deep.equal(["rejected", "rejected", "rejected"]);
    expect(outcomes[0]?.error).to.be.instanceOf(StoreFault);
    expect(outcomes[2]?.error).to.be.instanceOf(EngineClosed);
    expect(fatal.map(({ message }) => message)).to.deep.equal(["the disk is full"]);
    expect(networks.texts()).to.deep.equal(["1"]);
    expect(engine.status().state).to.equal("failed");
    await engine.stop();
  });

  it("gives a clock that goes back no power over time", async () => {
    const { engine, clock, diary } = await setUp();
    await engine.receive(says("1"));
    clock.jump(-3_600_000);
    await engine.receive(says("2"));
    clock.jump(7_200_000);
    await engine.receive(says("3"));
    const [first, second, third] = diary.map(({ now }) => now);
    expect(second).to.equal(first);
    expect(third).to.equal((first ?? 0) + 3_600_000);
  });

  it("tells the sender when a send fails for good, with the line it was", async () => {
    const { engine, store, networks, diary } = await setUp();
    networks.rule = () => ({ kind: "rejected", reason: "item-not-found", text: "No such user." });
    await engine.receive(says("hello", { id: "m1" }));
    await settle();
    expect(diary[1]?.event).to.deep.include({ kind: "undelivered", reason: "item-not-found", text: "No such user." });
    expect(diary[1]?.event).to.have.nested.property("reference.foreign", "m1");
    const mark = { id: 1, key: "e-1-1", kind: "failed", foreign: null, conversation: "c1" };
    expect(store.batches.at(-1)?.marks).to.deep.equal([mark]);
    expect((await store.load()).outbox).to.deep.equal([]);
  });
});

describe("engine: timers", () => {
  it("steps a timer when it is due, once, and forgets it with the same commit", async () => {
    const { engine, store, clock, stepped } = await setUp();
    await engine.receive(says("in 500"));
    await clock.advance(499);
    expect(stepped()).to.deep.equal(["in 500"]);
    await clock.advance(1);
    expect(stepped()).to.deep.equal(["in 500", "timer"]);
    expect((await store.load()).timers.size).to.equal(0);
    await clock.advance(10_000);
    expect(stepped()).to.have.length(2);
  });

  it("does not step a timer that was set anew while its event waited", async () => {
    const { engine, store, clock, stepped, diary } = await setUp();
    await engine.receive(says("in 500"));
    const release = store.hold();
    void engine.receive(says("in 900"));
    await settle();
    await clock.advance(500);
    release();
    await settle();
    expect(stepped()).to.deep.equal(["in 500", "in 900"]);
    expect([...(await store.load()).timers].map(({ generation }) => generation)).to.deep.equal([2]);
    await clock.advance(400);
    expect(diary.at(-1)?.event).to.have.nested.property("timer.generation", 2);
  });

  it("does not step a timer that an event before it in the same batch cancelled", async () => {
    const { engine, clock, diary } = await setUp();
    await engine.receive(says("both in 500"));
    await clock.advance(500);
    const rung = diary.flatMap(({ event }) => (event.kind === "timer" ? [event.timer.id] : []));
    expect(rung).to.deep.equal(["t1"]);
  });

  it("steps at once what came due while the desk was down", async () => {
    const { engine, store, clock } = await setUp();
    await engine.receive(says("in 500"));
    await engine.stop();
    await clock.advance(5_000);
    const next = await setUp({ store });
    next.clock.jump(5_000);
    await next.clock.advance(500);
    expect(next.stepped()).to.deep.equal(["timer"]);
  });
});

describe("engine: beginning and end", () => {
  it("sends again under the same key what was not confirmed, and nothing else", async () => {
    const { engine, store, networks } = await setUp();
    networks.rule = ({ key }) => (key === "e-1-1" ? ACCEPT : { kind: "deferred", reason: "recipient-unavailable" });
    await engine.receive(says("1"));
    await engine.receive(says("2"));
    await engine.stop();
    const next = await setUp({ store });
    expect(next.networks.sent.map(({ outbound }) => outbound.key)).to.deep.equal(["e-2-1"]);
    await next.engine.receive(says("3"));
    expect(next.networks.sent[1]?.outbound.key, "numbers go on").to.equal("e-3-1");
    const desk = next.engine.desk() as ReturnType<typeof createEchoDesk>;
    expect(desk.count, "the state goes on").to.equal(3);
  });

  it("steps what it was told before the start first", async () => {
    const diary: Diary = [];
    const engine = createEngine({
      createDesk: (snapshot) => createEchoDesk(snapshot, diary),
      store: createMemoryStore("e"),
      clock: createVirtualClock(),
      log: createMemoryLog(),
      limits: ENGINE_LIMITS,
      undeliveredSeconds: 60,
      lateSeconds: 30,
      token: createTokens(),
      random: Math.random,
      onFatal: () => {},
    });
    const told = engine.submit({ kind: "hours", open: {}, opens: {} });
    expect(outcomeOf(engine.receive(says("too early"))).state).to.equal("open");
    await engine.start(new FakeNetworks());
    await engine.receive(says("hello"));
    await told;
    expect(diary.map(({ event }) => nameOf(event))).to.deep.equal(["hours", "hello"]);
  });

  it("finishes what it has taken when it stops, and refuses what is new", async () => {
    const { engine, store, networks } = await setUp({ limits: { batchEvents: 2 } });
    const release = store.hold();
    const taken = ["1", "2", "3", "4", "5"].map((text) => outcomeOf(engine.receive(says(text))));
    await settle();
    const stopped = engine.stop();
    const late = outcomeOf(engine.receive(says("6")));
    release();
    await stopped;
    expect(taken.map(({ state }) => state)).to.deep.equal(Array(5).fill("taken"));
    expect(late.error).to.be.instanceOf(EngineClosed);
    expect(networks.texts()).to.deep.equal(["1", "2", "3", "4", "5"]);
    expect((await store.load()).outbox, "what was sent is recorded as sent").to.deep.equal([]);
    expect(engine.status().state).to.equal("stopped");
    await engine.stop();
  });

  it("takes on while it drains, and leaves the sends of that to the next start", async () => {
    const { engine, store, networks } = await setUp();
    const release = store.hold();
    const before = outcomeOf(engine.receive(says("before")));
    await settle();
    const drained = engine.drain();
    release();
    await drained;
    expect([before.state, networks.texts()]).to.deep.equal(["taken", ["before"]]);
    expect((await engine.receive(says("meanwhile"))).kind).to.equal("accepted");
    await engine.setAdapterState("web", "owed", ["a receipt"]);
    expect(engine.status().state).to.equal("draining");
    await engine.stop();
    expect(await engine.receive(says("too late")).catch((error: unknown) => error), "once stopped").to.be.instanceOf(
      EngineClosed,
    );
    expect(networks.texts(), "nothing new is sent").to.deep.equal(["before"]);
    const { outbox } = await store.load();
    expect(outbox.map(({ outbound }) => "text" in outbound && outbound.text)).to.deep.equal(["meanwhile"]);
    expect(await store.adapterState("web", "owed")).to.deep.equal(["a receipt"]);
  });

  it("keeps small things for adapters, durable when it says so", async () => {
    const { engine, store } = await setUp();
    await engine.setAdapterState("web", "session:1", { login: "anna" });
    expect(await store.adapterState("web", "session:1")).to.deep.equal({ login: "anna" });
    await engine.setAdapterState("web", "session:1", undefined);
    expect(await store.adapterState("web", "session:1")).to.equal(undefined);
    for (const value of [1n, () => 1, Symbol("s")]) {
      expect(await engine.setAdapterState("web", "k", value).catch((error) => error)).to.be.instanceOf(TypeError);
    }
  });

  it("tells adapters that what they keep could not be recorded, or not any more", async () => {
    const { engine, store } = await setUp();
    const commit = store.commit.bind(store);
    store.commit = (batch) =>
      batch.adapterState.some(({ key }) => key === "bad")
        ? Promise.reject(new StoreFault("data", "it cannot be stored"))
        : commit(batch);
    const fault = async (key: string): Promise<unknown> =>
      await engine.setAdapterState("web", key, 1).catch((error: unknown) => error);
    expect(String(await fault("bad"))).to.include('"bad" of web (1 entries) could not be recorded');
    expect(await fault("good")).to.equal(undefined);
    expect(await store.adapterState("web", "good")).to.equal(1);
    await engine.stop();
    expect(await fault("late")).to.be.instanceOf(EngineClosed);
  });

  it("forgets what is old by itself", async () => {
    const { engine, store, clock } = await setUp({ limits: { inboxDays: 1 } });
    await engine.receive(says("hello", { redelivery: "r1" }));
    await clock.advance(86_400_000 - 1);
    expect(await store.seen(ROMEO.network, "r1")).to.equal(true);
    await clock.advance(7_200_000);
    expect(await store.seen(ROMEO.network, "r1")).to.equal(false);
  });
});
