import { expect } from "chai";
import type { Inbound, Verdict } from "../../src/core/model.ts";
import type { DeskEvent } from "../../src/core/step.ts";
import { ENGINE_LIMITS, type EngineLimits, INBOX_OVERFLOW } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine, EngineClosed, type EngineObserver } from "../../src/engine.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { type Batch, type Store, StoreFault } from "../../src/store/store.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";
import { createEchoDesk, type Diary, JULIET, ROMEO, says } from "./echo-desk.ts";
import { ACCEPT, FakeNetworks } from "./fake-networks.ts";

/** A store whose commits and look-ups the test can hold back or let fail, and which counts them. */
function watched(store: Store) {
  const batches: Batch[] = [];
  const asked: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  let fault: StoreFault | null = null;
  const looking = async <T>(what: string, answer: () => Promise<T>): Promise<T> => {
    asked.push(what);
    return await answer();
  };
  return {
    ...store,
    batches,
    asked,
    lookUpGate: Promise.resolve(),
    async commit(batch: Batch): Promise<void> {
      await gate;
      if (fault !== null) throw fault;
      await store.commit(batch);
      batches.push(batch);
    },
    seen(network: string, id: string): Promise<boolean> {
      return looking(`seen ${id}`, () => store.seen(network, id));
    },
    async reference(network: string, person: string, id: string) {
      return await looking(`reference ${id}`, async () => {
        await this.lookUpGate;
        return await store.reference(network, person, id);
      });
    },
    /** Commits wait until the returned function is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    break(kind: "disk" | "data"): void {
      fault = new StoreFault(kind, "the disk is full");
    },
    close: async () => {},
  };
}

interface SetUp {
  readonly limits?: Partial<EngineLimits>;
  readonly store?: ReturnType<typeof watched>;
  readonly observer?: EngineObserver;
}

async function setUp({ limits = {}, store = watched(createMemoryStore("e")), observer }: SetUp = {}) {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const networks = new FakeNetworks();
  const diary: Diary = [];
  const fatal: StoreFault[] = [];
  const engine = createEngine({
    createDesk: (snapshot) => createEchoDesk(snapshot, diary),
    store,
    clock,
    log,
    limits: { ...ENGINE_LIMITS, ...limits },
    undeliveredSeconds: 3_600,
    token: createTokens(),
    random: () => 0.5,
    onFatal: (fault) => fatal.push(fault),
    ...(observer === undefined ? {} : { observer }),
  });
  await engine.start(networks);
  engine.link(ROMEO.network, true);
  engine.link(JULIET.network, true);
  await settle();
  diary.length = 0;
  const stepped = (): string[] => diary.map(({ event }) => nameOf(event));
  return { engine, store, clock, log, networks, diary, fatal, stepped };
}

/** An event in a word: what was said, or its kind. */
function nameOf(event: DeskEvent): string {
  if (event.kind !== "inbound") return event.kind;
  const { inbound } = event;
  return inbound.kind === "message" ? inbound.text : inbound.kind;
}

/** What became of a receive, to be looked at while it may still be open. */
function outcomeOf(promise: Promise<unknown>): { state: "open" | "taken" | "rejected"; error: unknown } {
  const outcome = { state: "open" as "open" | "taken" | "rejected", error: null as unknown };
  promise.then(
    () => {
      outcome.state = "taken";
    },
    (error: unknown) => {
      outcome.state = "rejected";
      outcome.error = error;
    },
  );
  return outcome;
}

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
    expect(store.batches.at(-1)?.marks).to.deep.equal([{ id: 1, key: "e-1-1", kind: "failed", foreign: null }]);
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
    expect((await store.load()).timers).to.deep.equal([]);
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
    expect((await store.load()).timers.map(({ generation }) => generation)).to.deep.equal([2]);
    await clock.advance(400);
    expect(diary.at(-1)?.event).to.have.nested.property("timer.generation", 2);
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

  it("keeps small things for adapters, durable when it says so", async () => {
    const { engine, store } = await setUp();
    await engine.setAdapterState("web", "session:1", { login: "anna" });
    expect(await store.adapterState("web", "session:1")).to.deep.equal({ login: "anna" });
    await engine.setAdapterState("web", "session:1", undefined);
    expect(await store.adapterState("web", "session:1")).to.equal(undefined);
    expect(outcomeOf(engine.setAdapterState("web", "k", 1n))).to.have.property("state", "open");
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
