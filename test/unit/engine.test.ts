import { expect } from "chai";
import type { Inbound, Verdict } from "../../src/core/model.ts";
import { INBOX_OVERFLOW } from "../../src/engine/limits.ts";
import type { EngineObserver } from "../../src/engine.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, ROMEO, says } from "./echo-desk.ts";
import { nameOf, outcomeOf, setUp } from "./engine-setup.ts";

describe("engine: commit, then act", () => {
  it("answers the adapter and sends only after the commit", async () => {
    const { engine, store, networks } = await setUp();
    const release = store.hold();
    const outcome = outcomeOf(engine.receive(says("hello")));
    await settle();
    expect([outcome.state, networks.texts()]).to.deep.equal(["open", []]);
    release();
    await settle();
    expect([outcome.state, networks.texts()]).to.deep.equal(["taken", ["hello"]]);
  });

  it("gathers what arrives while a commit runs into one further commit, in order", async () => {
    const { engine, store, networks, stepped } = await setUp();
    const release = store.hold();
    const before = store.batches.length;
    void engine.receive(says("1"));
    await settle();
    const verdicts = ["2", "3", "4"].map((text) => engine.receive(says(text)));
    await settle();
    expect(stepped(), "memory does not run ahead of the disk").to.deep.equal(["1"]);
    release();
    await Promise.all(verdicts);
    expect(store.batches.length - before).to.equal(2);
    expect(networks.texts()).to.deep.equal(["1", "2", "3", "4"]);
  });

  it("commits no more events at once than the limit allows", async () => {
    const { engine, store } = await setUp({ limits: { batchEvents: 10 } });
    const before = store.batches.length;
    await Promise.all(Array.from({ length: 25 }, (_, index) => engine.receive(says(`${index}`))));
    expect(store.batches.slice(before).map((batch) => batch.lines.length)).to.deep.equal([10, 10, 5]);
  });

  it("records confirmed sends with a commit that happens anyway, and by itself soon after", async () => {
    const { engine, store, clock } = await setUp();
    await engine.receive(says("1"));
    await settle();
    await engine.receive(says("2"));
    expect(store.batches.at(-1)?.marks.map(({ key }) => key)).to.deep.equal(["e-1-1"]);
    await settle();
    expect((await store.load()).outbox.map(({ id }) => id)).to.deep.equal([2]);
    await clock.advance(10);
    expect((await store.load()).outbox).to.deep.equal([]);
  });

  it("tells the sender's adapter of a refusal, and of nothing else", async () => {
    const { engine } = await setUp();
    const verdict: Verdict = await engine.receive(says("refuse me"));
    expect(verdict).to.deep.equal({ kind: "refused", reason: "not-allowed", text: "No." });
    expect(engine.status().refused).to.equal(1);
  });

  it("shows an observer what was committed, and when", async () => {
    const seen: string[] = [];
    const observer: EngineObserver = {
      stepped: (event, step) => seen.push(`stepped ${nameOf(event)} with ${step.lines.length} line`),
      committed: (ms, events) => seen.push(`committed ${events} in ${typeof ms}`),
      sent: (outbound, outcome) => seen.push(`${outcome.kind} ${outbound.key}`),
    };
    const { engine } = await setUp({ observer });
    seen.length = 0;
    await engine.receive(says("hello"));
    await settle();
    expect(seen).to.deep.equal(["committed 1 in number", "stepped hello with 1 line", "accepted e-1-1"]);
  });
});

describe("engine: order and repeats", () => {
  it("lets no later event of a sender overtake one for which the store has to be asked", async () => {
    const { engine, store, stepped } = await setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.lookUpGate = promise;
    void engine.receive(says("1", { replyTo: "unknown" }));
    void engine.receive(says("2"));
    await settle();
    expect(stepped()).to.deep.equal([]);
    resolve();
    await settle();
    expect(stepped()).to.deep.equal(["1", "2"]);
  });

  it("lets a look-up that takes long hold up its own network alone", async () => {
    const { engine, store, stepped } = await setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.lookUpGate = promise;
    const slow = [engine.receive(says("1", { replyTo: "unknown" })), engine.receive(says("2"))];
    await engine.receive(says("help", { from: JULIET }));
    expect(stepped()).to.deep.equal(["help"]);
    const stopped = engine.stop();
    await settle();
    resolve();
    await Promise.all([...slow, stopped]);
    expect(stepped(), "and is finished before the end").to.deep.equal(["help", "1", "2"]);
  });

  it("takes what a network delivers again once, also within one batch and after a restart", async () => {
    const { engine, store, stepped } = await setUp();
    const again = (): Promise<Verdict> => engine.receive(says("hello", { redelivery: "r1" }));
    const verdicts = await Promise.all([again(), again()]);
    verdicts.push(await again());
    expect(verdicts.map(({ kind }) => kind)).to.deep.equal(["accepted", "accepted", "accepted"]);
    expect(stepped()).to.deep.equal(["hello"]);
    expect(engine.status().duplicates).to.equal(2);
    await engine.stop();
    const next = await setUp({ store });
    expect(await next.engine.receive(says("hello", { redelivery: "r1" }))).to.deep.equal({ kind: "accepted" });
    expect(next.stepped()).to.deep.equal([]);
    await next.engine.receive(says("hello", { redelivery: "r1", from: JULIET }));
    expect(next.stepped(), "another network's id is another id").to.deep.equal(["hello"]);
  });

  it("never lets a client's own id stand for a repeat", async () => {
    const { engine, networks } = await setUp();
    await engine.receive(says("1", { id: "same" }));
    await engine.receive(says("2", { id: "same" }));
    expect(networks.texts()).to.deep.equal(["1", "2"]);
  });

  it("does not let a flood on one network hold up another", async () => {
    const { engine, stepped } = await setUp({ limits: { batchEvents: 10 } });
    for (let index = 0; index < 100; index += 1) void engine.receive(says(`flood ${index}`));
    await engine.receive(says("help", { from: JULIET }));
    expect(stepped().indexOf("help")).to.be.below(10);
  });

  it("does not let many events of its own, as after a restart, hold up the networks", async () => {
    const { engine, stepped } = await setUp({ limits: { batchEvents: 10 } });
    const rung = Array.from({ length: 100 }, () => engine.submit({ kind: "hours", open: {}, opens: {} }));
    await engine.receive(says("help"));
    expect(stepped().slice(0, 5), "its own go first").to.deep.equal(Array(5).fill("hours"));
    expect(stepped().indexOf("help")).to.be.below(10);
    await Promise.all(rung);
  });

  it("refuses what is too much, and rejects it where it comes again by itself", async () => {
    const { engine, store } = await setUp({ limits: { inboxEvents: 2 } });
    const release = store.hold();
    void engine.receive(says("first"));
    await settle();
    for (let index = 0; index < 2 * INBOX_OVERFLOW; index += 1) void engine.receive(says("flood"));
    expect(await engine.receive(says("more"))).to.deep.include({ kind: "refused", reason: "resource-constraint" });
    const rejected = outcomeOf(engine.receive(says("more", { redelivery: "r9" })));
    const other = outcomeOf(engine.receive(says("hello", { from: JULIET })));
    release();
    await settle();
    expect([rejected.state, other.state]).to.deep.equal(["rejected", "taken"]);
    expect(engine.status().overflowed).to.equal(2);
  });

  it("takes nothing new from networks while the outbox is full, but goes on with what makes room", async () => {
    const { engine, networks, stepped } = await setUp({ limits: { outboxRows: 2 } });
    networks.rule = null;
    await Promise.all([engine.receive(says("1")), engine.receive(says("2"))]);
    const third = outcomeOf(engine.receive(says("3")));
    await settle();
    expect([third.state, stepped()]).to.deep.equal(["open", ["1", "2"]]);
    networks.sent[0]?.answer({ kind: "rejected", reason: "gone" });
    await settle();
    expect([third.state, stepped()]).to.deep.equal(["taken", ["1", "2", "undelivered", "3"]]);
  });
});

describe("engine: what an event refers to", () => {
  const receipt = (of: string): Inbound => {
    const base = { redelivery: null, from: JULIET, device: null, to: "desk" };
    return { ...base, kind: "receipt", of, state: "read" };
  };

  it("finds a recent line without asking the store, an older one by asking it", async () => {
    const { engine, store, diary } = await setUp();
    await engine.receive(says("hello", { id: "m1" }));
    store.asked.length = 0;
    await engine.receive(receipt("e-1-1"));
    await engine.receive(says("again", { replyTo: "m1" }));
    expect(store.asked).to.deep.equal([]);
    expect(diary[1]?.event).to.deep.include({ kind: "inbound", replyTo: null });
    expect(diary[1]?.event).to.have.nested.property("reference.line", 1);
    expect(diary[2]?.event).to.have.nested.property("replyTo.line", 1);
    await engine.stop();
    const next = await setUp({ store });
    await next.engine.receive(receipt("e-1-1"));
    expect(store.asked).to.deep.equal(["reference e-1-1"]);
    expect(next.diary[0]?.event).to.have.nested.property("reference.viewer", 1);
  });

  it("finds a line that arrived in the same batch", async () => {
    const { engine, diary } = await setUp();
    const edit: Inbound = { ...says(""), kind: "edit", id: "m2", of: "m1", text: "hello!" };
    await Promise.all([engine.receive(says("hello", { id: "m1" })), engine.receive(edit)]);
    expect(diary[1]?.event).to.have.nested.property("reference.line", 1);
  });

  it("finds a copy by the id that its network gave it as soon as that is known", async () => {
    const { engine, diary, networks, store } = await setUp();
    networks.rule = () => ({ kind: "accepted", id: "$event" });
    await engine.receive(says("hello"));
    await settle();
    store.asked.length = 0;
    await engine.receive(receipt("$event"));
    expect(diary[1]?.event).to.have.nested.property("reference.line", 1);
    expect(store.asked).to.deep.equal([]);
  });

  it("finds nothing for somebody who was not sent it", async () => {
    const { engine, diary } = await setUp();
    await engine.receive(says("hello"));
    await engine.receive({ ...receipt("e-1-1"), from: { ...JULIET, id: "nurse" } });
    expect(diary[1]?.event).to.have.property("reference", null);
  });

  it("answers a wish for history with the lines as they are now", async () => {
    const { engine, diary } = await setUp();
    await engine.receive(says("helo", { id: "m1" }));
    await engine.receive({ ...says(""), kind: "edit", id: "m2", of: "m1", text: "hello" });
    await engine.receive(says("history"));
    await settle();
    const event = diary.at(-1)?.event;
    expect(event).to.deep.include({ kind: "history", conversation: "c1", leg: 1 });
    expect(
      event?.kind === "history" ? event.lines.map(({ content }) => "text" in content && content.text) : [],
    ).to.deep.equal(["hello", "history"]);
  });
});

describe("engine: typing and presence", () => {
  const typing = (state: "composing" | "paused"): Inbound => ({ ...says(""), kind: "typing", state });

  it("takes them at once, steps the newest, and commits nothing", async () => {
    const { engine, store, networks, diary } = await setUp();
    const before = store.batches.length;
    const release = store.hold();
    void engine.receive(says("1"));
    await settle();
    expect(await engine.receive(typing("composing"))).to.deep.equal({ kind: "accepted" });
    await engine.receive(typing("paused"));
    release();
    await settle();
    expect(diary.map(({ event }) => nameOf(event))).to.deep.equal(["1", "typing"]);
    expect(networks.sent.map(({ outbound }) => outbound.kind)).to.deep.equal(["message", "typing"]);
    expect(networks.sent[1]?.outbound).to.have.property("state", "paused");
    expect(store.batches.length - before).to.equal(1);
  });

  it("keeps a bounded number of them", async () => {
    const { engine, store, stepped } = await setUp();
    const release = store.hold();
    void engine.receive(says("1"));
    await settle();
    for (let index = 0; index < 2_000; index += 1) {
      void engine.receive({ ...typing("composing"), from: { ...ROMEO, id: `r${index}` } });
    }
    expect(engine.status().waiting).to.equal(1_024);
    expect(engine.status().volatileDropped).to.equal(2_000 - 1_024);
    release();
    await settle();
    expect(stepped()).to.have.length(1_025);
  });
});
