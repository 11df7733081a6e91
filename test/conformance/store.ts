/** What every store must do, whatever it is made of. A contract is its suite: no store is used that does not pass it. */
import { expect } from "chai";
import type { Address, Outbound } from "../../src/core/model.ts";
import type { Change, Fact, Line, LineContent, Timer } from "../../src/core/step.ts";
import { asItReads, type Batch, type OutboxRow, type Store, StoreFault } from "../../src/store/store.ts";
import { describeAuditRows } from "./store-audit.ts";
import { describeErasing } from "./store-erasing.ts";
import { describeSends } from "./store-sends.ts";
import { describeSuccession } from "./store-succession.ts";

/** One place where a store may keep its rows; opened again it shows what was committed. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

export const CUSTOMER: Address = { network: "xmpp", id: "romeo@example.org" };
export const CSR: Address = { network: "web", id: "anna" };
const NOBODY: Address = { network: "xmpp", id: "mercutio@example.org" };

export const NOTHING: Batch = {
  inbox: [],
  changes: [],
  lines: [],
  outbox: [],
  timers: [],
  facts: [],
  marks: [],
  quarantine: [],
  adapterState: [],
};

export function message(text: string): LineContent {
  return { kind: "message", text, choices: [], replyTo: null };
}

export function line(number: number, fields: Partial<Line> = {}): Line {
  return {
    line: number,
    conversation: "c1",
    at: number,
    author: 0,
    from: CUSTOMER,
    desk: "support",
    foreign: null,
    viewers: [1],
    nick: "Romeo",
    content: message(`line ${number}`),
    ...fields,
  };
}

export function outbound(key: string, to: Address = CSR, text = "hello"): Outbound {
  return {
    kind: "message",
    key,
    from: "alias1",
    to,
    device: null,
    conversation: "c1",
    text,
    choices: [],
    replyTo: null,
    sentAt: 1,
    nick: "Romeo",
    language: null,
    notice: false,
  };
}

export function row(id: number, key: string, to?: Address): OutboxRow {
  return { id, at: id, outbound: outbound(key, to) };
}

export async function failure(promise: Promise<unknown>): Promise<StoreFault> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(StoreFault);
    return error as StoreFault;
  }
  throw new Error("It was expected to fail, and did not.");
}

export function describeStore(name: string, createPlace: () => StorePlace): void {
  describe(`store: ${name}`, () => {
    let place: StorePlace;
    let store: Store;
    beforeEach(async () => {
      place = createPlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const reopen = async (): Promise<Store> => {
      await store.close();
      store = await place.open();
      return store;
    };
    describeLoading(() => store, reopen);
    describeReference(() => store, reopen);
    describeReading(() => store);
    describePruning(() => store);
    describeErasing(() => store);
    describeSends(() => store, reopen);
    describeSuccession(() => store, reopen);
    describeAuditRows(() => store, reopen);
  });
}

type Get = () => Store;
type Reopen = () => Promise<Store>;

function describeLoading(get: Get, reopen: Reopen): void {
  it("begins empty, with an epoch that stays", async () => {
    const first = await get().load();
    expect(first).to.deep.include({ outbox: [], lastLine: 0, lastOutbox: 0 });
    expect(first.timers.size).to.equal(0);
    expect(first.epoch).to.match(/^[a-z0-9]+$/);
    expect([...first.snapshot.conversation]).to.deep.equal([]);
    expect((await (await reopen()).load()).epoch).to.equal(first.epoch);
  });

  it("shows after a restart exactly what was committed", async () => {
    const { epoch } = await get().load();
    const changes: Change[] = [
      { table: "conversation", id: "c1", value: { state: "waiting", text: "价格€5 👍 \u0000 '\"" } },
      { table: "alias", id: "a1", value: { viewer: CSR } },
      { table: "csr", id: "anna", value: { hands: ["c1"] } },
    ];
    const timer: Timer = { id: "t1", at: 500, generation: 3, conversation: "c1", name: "idle" };
    const rows = [row(4, `${epoch}-1-1`), row(5, `${epoch}-9-presence`)];
    await get().commit({
      ...NOTHING,
      changes,
      lines: [line(1)],
      outbox: rows,
      timers: [{ kind: "set", timer }],
    });
    const loaded = await (await reopen()).load();
    expect(loaded.snapshot.conversation.get("c1")).to.deep.equal(changes[0]?.value);
    expect(loaded.snapshot.alias.get("a1")).to.deep.equal({ viewer: CSR });
    expect(loaded.snapshot.csr.get("anna")).to.deep.equal({ hands: ["c1"] });
    expect([...loaded.timers]).to.deep.equal([timer]);
    expect(loaded.outbox).to.deep.equal(rows);
    expect(loaded.lastOutbox).to.equal(5);
    expect(loaded.lastLine, "a key uses a number up even where no line bears it").to.equal(9);
  });

  it("gives back rows of every table, with any ids and of any size", async () => {
    const ids = ["web anna", "价格 👍", "nul\u0000inside", '"quoted"', "last customer 7", "'); --"];
    const wide = ids.map((id, at): Change => ({ table: "conversation", id, value: { text: id.repeat(40_000), at } }));
    const many = Array.from({ length: 6_000 }, (_, at): Change => {
      const table = (["alias", "contact", "desk"] as const)[at % 3] ?? "desk";
      return { table, id: `row ${at}`, value: { at } };
    });
    await get().commit({ ...NOTHING, changes: [...wide, ...many] });
    const { snapshot } = await (await reopen()).load();
    for (const { table, id, value } of [...wide, ...many]) expect(snapshot[table].get(id)).to.deep.equal(value);
    expect(new Set(snapshot.conversation.keys())).to.deep.equal(new Set(ids));
    expect([...snapshot.desk].length).to.equal(2_000);
  });

  it("replaces and deletes rows of the state and timers", async () => {
    const timer: Timer = { id: "t1", at: 500, generation: 1, conversation: null, name: "idle" };
    await get().commit({
      ...NOTHING,
      changes: [
        { table: "conversation", id: "c1", value: { state: "dialog" } },
        { table: "conversation", id: "c2", value: { state: "dialog" } },
      ],
      timers: [
        { kind: "set", timer },
        { kind: "set", timer: { ...timer, id: "t2" } },
      ],
    });
    await get().commit({
      ...NOTHING,
      changes: [
        { table: "conversation", id: "c1", value: { state: "closed" } },
        { table: "conversation", id: "c2", value: null },
      ],
      timers: [
        { kind: "set", timer: { ...timer, at: 900, generation: 2 } },
        { kind: "cancel", id: "t2" },
      ],
    });
    const { snapshot, timers } = await (await reopen()).load();
    expect([...snapshot.conversation]).to.deep.equal([["c1", { state: "closed" }]]);
    expect([...timers]).to.deep.equal([{ ...timer, at: 900, generation: 2 }]);
  });

  it("never gives a number out twice, even when nothing bears it any more", async () => {
    await get().commit({ ...NOTHING, outbox: [row(7, "x-1")], lastLine: 42 });
    await get().commit({ ...NOTHING, marks: [{ id: 7, key: "x-1", kind: "sent", foreign: null }] });
    expect(await (await reopen()).load()).to.deep.include({ outbox: [], lastOutbox: 7, lastLine: 42 });
  });

  it("keeps a send until it is marked, and finds pending ones by number", async () => {
    await get().commit({ ...NOTHING, outbox: [row(1, "x-1"), row(2, "x-2"), row(3, "x-3")] });
    await get().commit({
      ...NOTHING,
      marks: [
        { id: 1, key: "x-1", kind: "sent", foreign: "f1" },
        { id: 2, key: "x-2", kind: "failed", foreign: null },
      ],
    });
    expect((await get().load()).outbox.map(({ id }) => id)).to.deep.equal([3]);
    expect(await get().outbox([1, 3, 99])).to.deep.equal([row(3, "x-3")]);
  });

  it("records all of a batch or nothing of it", async () => {
    await get().commit({ ...NOTHING, outbox: [row(1, "x-1")] });
    const fault = await failure(
      get().commit({
        ...NOTHING,
        inbox: [{ network: "xmpp", redelivery: "r1", at: 1 }],
        changes: [{ table: "conversation", id: "c1", value: { state: "dialog" } }],
        lines: [line(1, { foreign: "m1" })],
        outbox: [row(2, "x-2"), row(1, "x-1")],
        adapterState: [{ network: "xmpp", key: "cursor", value: 7 }],
        marks: [{ id: 1, key: "x-1", kind: "sent", foreign: null }],
      }),
    );
    expect(fault.kind).to.equal("data");
    const loaded = await (await reopen()).load();
    expect(loaded.snapshot.conversation.size).to.equal(0);
    expect(loaded.outbox.map(({ id }) => id)).to.deep.equal([1]);
    expect(await get().seen("xmpp", "r1")).to.equal(false);
    expect(await get().reference(CUSTOMER.network, CUSTOMER.id, "m1")).to.equal(null);
    expect(await get().adapterState("xmpp", "cursor")).to.equal(undefined);
  });

  it("refuses what is no JSON as a fault of the data and goes on", async () => {
    const fault = await failure(
      get().commit({ ...NOTHING, changes: [{ table: "desk", id: "d", value: { count: 1n } }] }),
    );
    expect(fault.kind).to.equal("data");
    await get().commit({ ...NOTHING, changes: [{ table: "desk", id: "d", value: { count: 1 } }] });
    expect((await get().load()).snapshot.desk.get("d")).to.deep.equal({ count: 1 });
  });

  it("does not share objects with those who write and read", async () => {
    const value = { hands: ["c1"] };
    await get().commit({ ...NOTHING, changes: [{ table: "csr", id: "anna", value }] });
    value.hands.push("c2");
    expect((await get().load()).snapshot.csr.get("anna")).to.deep.equal({ hands: ["c1"] });
  });
}

function describeReference(get: Get, reopen: Reopen): void {
  const find = async (person: Address, id: string) => await get().reference(person.network, person.id, id);

  it("finds a line by the author's own id", async () => {
    await get().commit({ ...NOTHING, lines: [line(1, { foreign: "m1" })] });
    const expected = {
      line: 1,
      conversation: "c1",
      author: 0,
      from: CUSTOMER,
      desk: "support",
      foreign: "m1",
      viewer: null,
      viewers: [1],
      content: message("line 1"),
    };
    expect(await find(CUSTOMER, "m1")).to.deep.equal(expected);
    await reopen();
    expect(await find(CUSTOMER, "m1")).to.deep.equal(expected);
  });

  it("finds a line by the key of a copy, and of each of its parts, for its recipient", async () => {
    const { epoch } = await get().load();
    const key = `${epoch}-1-1`;
    await get().commit({ ...NOTHING, lines: [line(1)], outbox: [row(1, `${key}.1`), row(2, key)] });
    expect(await find(CSR, key)).to.deep.include({ line: 1, author: 0, viewer: 1 });
    expect(await find(CSR, `${key}.1`)).to.deep.include({ line: 1, viewer: 1 });
    expect(await find(CSR, `${key}.2`)).to.equal(null);
  });

  it("finds a line by the id that the network gave to the copy", async () => {
    const { epoch } = await get().load();
    await get().commit({ ...NOTHING, lines: [line(1)], outbox: [row(1, `${epoch}-1-1`)] });
    expect(await find(CSR, "$event")).to.equal(null);
    await get().commit({ ...NOTHING, marks: [{ id: 1, key: `${epoch}-1-1`, kind: "sent", foreign: "$event" }] });
    expect(await find(CSR, "$event")).to.deep.include({ line: 1, viewer: 1 });
    expect(await find(CSR, `${epoch}-1-1`), "the key goes on to name it after it was sent").to.deep.include({
      line: 1,
    });
    await reopen();
    expect(await find(CSR, "$event")).to.deep.include({ line: 1, viewer: 1 });
  });

  it("never finds somebody else's copy or somebody else's own id", async () => {
    const { epoch } = await get().load();
    await get().commit({ ...NOTHING, lines: [line(1, { foreign: "m1" })], outbox: [row(1, `${epoch}-1-1`)] });
    await get().commit({ ...NOTHING, marks: [{ id: 1, key: `${epoch}-1-1`, kind: "sent", foreign: "$event" }] });
    for (const stranger of [CUSTOMER, NOBODY, { ...CSR, network: "xmpp" }, { ...CSR, id: "bert" }]) {
      expect(await find(stranger, `${epoch}-1-1`), "a key").to.equal(null);
      expect(await find(stranger, "$event"), "an id of the network").to.equal(null);
    }
    for (const stranger of [CSR, NOBODY, { ...CUSTOMER, network: "web" }]) {
      expect(await find(stranger, "m1"), "an own id").to.equal(null);
    }
  });

  it("tells two senders of one id apart, and takes the newest line of the same sender", async () => {
    await get().commit({
      ...NOTHING,
      lines: [line(1, { foreign: "1" }), line(2, { foreign: "1", from: CSR, author: 1 }), line(3, { foreign: "1" })],
    });
    expect(await find(CUSTOMER, "1")).to.deep.include({ line: 3 });
    expect(await find(CSR, "1")).to.deep.include({ line: 2 });
    await get().commit({ ...NOTHING, lines: [line(4, { foreign: "1" })] });
    expect(await find(CUSTOMER, "1")).to.deep.include({ line: 4 });
  });

  it("knows nothing of ids that are unknown, foreign keys of another store, and text that only looks like one", async () => {
    const { epoch } = await get().load();
    await get().commit({ ...NOTHING, lines: [line(1)], outbox: [row(1, `${epoch}-1-1`)] });
    for (const id of [
      "",
      "m9",
      "ffffffff-1-1",
      `${epoch}-2-1`,
      `${epoch}-1-2`,
      `${epoch}-1`,
      `${epoch}-1-1x`,
      "__proto__",
    ]) {
      expect(await find(CSR, id), id).to.equal(null);
    }
  });

  it("takes a line that is handed out again whole, with its new viewers", async () => {
    const { epoch } = await get().load();
    await get().commit({ ...NOTHING, lines: [line(1, { foreign: "m1", viewers: [] })] });
    await get().commit({
      ...NOTHING,
      lines: [line(1, { foreign: "m1", viewers: [1] })],
      outbox: [row(1, `${epoch}-1-1`)],
    });
    expect(await find(CUSTOMER, "m1")).to.deep.include({ line: 1, viewers: [1] });
    expect(await find(CSR, `${epoch}-1-1`)).to.deep.include({ line: 1, viewers: [1] });
    expect(await get().transcript("c1", 10)).to.have.length(1);
  });
}

const BOLD = [{ style: "strong", start: 0, end: 5 }] as const;

function describeReading(get: Get): void {
  it("recognises a redelivery by network and id", async () => {
    await get().commit({ ...NOTHING, inbox: [{ network: "web", redelivery: "s1-7", at: 1 }] });
    await get().commit({ ...NOTHING, inbox: [{ network: "web", redelivery: "s1-7", at: 2 }] });
    expect(await get().seen("web", "s1-7")).to.equal(true);
    expect(await get().seen("xmpp", "s1-7")).to.equal(false);
    expect(await get().seen("web", "s1-8")).to.equal(false);
  });

  it("shows a transcript with what later lines made of it", async () => {
    const by = (number: number, content: LineContent): Line => line(number, { content });
    await get().commit({
      ...NOTHING,
      lines: [
        line(1, { content: message("helo") }),
        line(2, { content: message("oops") }),
        line(3, { content: { kind: "note", text: "calls back" } }),
        by(4, { kind: "edit", of: 1, text: "hellp" }),
        by(5, { kind: "edit", of: 1, text: "hello", formatting: BOLD }),
        by(6, { kind: "retraction", of: 2 }),
        by(7, { kind: "receipt", of: 1, state: "read" }),
        by(8, { kind: "receipt", of: 1, state: "delivered" }),
        by(9, { kind: "receipt", of: 2, state: "delivered" }),
        by(10, { kind: "reaction", of: 1, reactions: ["👍"] }),
        line(11, { conversation: "c2" }),
      ],
    });
    const shown = await get().transcript("c1", 10);
    expect(shown.map((entry) => [entry.line, entry.edited, entry.retracted, entry.state])).to.deep.equal([
      [1, "hello", false, "read"],
      [2, null, true, "delivered"],
      [3, null, false, null],
      [10, null, false, null],
    ]);
    expect(shown[0]).to.deep.include({
      conversation: "c1",
      at: 1,
      author: 0,
      from: CUSTOMER,
      viewers: [1],
      nick: "Romeo",
    });
    expect(shown[0]?.content).to.deep.equal(message("helo"));
    expect(shown.map(asItReads)).to.deep.equal([
      { text: "hello", formatting: BOLD },
      { text: "oops" },
      { text: "calls back" },
      null,
    ]);
    expect((await get().transcript("c1", 2)).map((entry) => entry.line)).to.deep.equal([3, 10]);
    expect(await get().transcript("c1", 0)).to.deep.equal([]);
    expect(await get().transcript("nobody", 10)).to.deep.equal([]);
  });

  it("keeps facts by conversation", async () => {
    const fact = (event: string, conversation: string | null): Fact => ({
      at: 1,
      conversation,
      csr: null,
      event,
      detail: { queue: "billing", place: 2, first: true, name: null },
    });
    const opened = fact("conversation.opened", "c1");
    const made = fact("offer.made", "c1");
    await get().commit({
      ...NOTHING,
      facts: [opened, fact("flood.refused", null), fact("conversation.opened", "c2"), made],
    });
    expect(await get().facts("c1")).to.deep.equal([opened, made]);
    expect(await get().facts("c9")).to.deep.equal([]);
  });

  it("keeps a small map for each adapter", async () => {
    const set = (network: string, key: string, value: unknown) =>
      get().commit({ ...NOTHING, adapterState: [{ network, key, value }] });
    await set("web", "session:b", { login: "anna" });
    await set("web", "session:a", null);
    await set("web", "cursor", 7);
    await set("xmpp", "session:c", "x");
    await set("web", "cursor", 8);
    expect(await get().adapterState("web", "session:b")).to.deep.equal({ login: "anna" });
    expect(await get().adapterState("web", "session:a")).to.equal(null);
    expect(await get().adapterState("web", "cursor")).to.equal(8);
    expect(await get().adapterState("web", "session:c")).to.equal(undefined);
    expect(await get().adapterKeys("web", "session:")).to.deep.equal(["session:a", "session:b"]);
    expect(await get().adapterKeys("web", "%")).to.deep.equal([]);
    expect(await get().adapterKeys("web", "")).to.deep.equal(["cursor", "session:a", "session:b"]);
    await set("web", "session:b", undefined);
    expect(await get().adapterKeys("web", "session:")).to.deep.equal(["session:a"]);
  });
}

async function pruneAll(store: Store, before: number, inboxBefore?: number): Promise<void> {
  for (let round = 0; await store.prune(before, inboxBefore); round += 1) {
    expect(round, "pruning comes to an end").to.be.below(1_000);
  }
}

function describePruning(get: Get): void {
  it("forgets a conversation that is closed and old, with its copies and facts, and no other", async () => {
    const { epoch } = await get().load();
    const fact: Fact = { at: 1, conversation: "old", csr: null, event: "conversation.opened", detail: {} };
    await get().commit({
      ...NOTHING,
      changes: [{ table: "conversation", id: "open", value: {} }],
      lines: [
        line(1, { conversation: "old", foreign: "m1", at: 10 }),
        line(2, { conversation: "open", foreign: "m2", at: 10 }),
        line(3, { conversation: "lasting", foreign: "m3", at: 10 }),
        line(4, { conversation: "lasting", foreign: "m4", at: 200 }),
      ],
      outbox: [1, 2, 3].map((number) => row(number, `${epoch}-${number}-1`)),
      facts: [fact, { ...fact, conversation: null }, { ...fact, conversation: "open" }],
    });
    await pruneAll(get(), 100);
    const left = await Promise.all(["old", "open", "lasting"].map((id) => get().transcript(id, 10)));
    expect(left.map((lines) => lines.length)).to.deep.equal([0, 1, 2]);
    expect(await get().reference(CUSTOMER.network, CUSTOMER.id, "m1")).to.equal(null);
    expect(await get().reference(CSR.network, CSR.id, `${epoch}-1-1`)).to.equal(null);
    expect(await get().reference(CSR.network, CSR.id, `${epoch}-2-1`)).to.deep.include({ line: 2 });
    expect(await get().facts("old")).to.deep.equal([]);
    expect(await get().facts("open")).to.have.length(1);
    expect((await get().load()).outbox, "what is still to be sent is not old").to.have.length(3);
    expect((await get().load()).lastLine).to.equal(4);
  });

  it("forgets redelivery ids by an age of their own", async () => {
    const inbox = [1, 50, 99].map((at) => ({ network: "web", redelivery: `r${at}`, at }));
    await get().commit({ ...NOTHING, inbox });
    await pruneAll(get(), 10, 60);
    const seen = await Promise.all(["r1", "r50", "r99"].map((id) => get().seen("web", id)));
    expect(seen).to.deep.equal([false, false, true]);
  });

  it("forgets very much in small rounds", async () => {
    const lines: Line[] = [];
    for (let number = 1; number <= 3_000; number += 1) {
      lines.push(line(number, { conversation: number <= 2_500 ? "long" : `c${number}`, at: 1 }));
    }
    const facts: Fact[] = [{ at: 1, conversation: "long", csr: null, event: "conversation.opened", detail: {} }];
    await get().commit({ ...NOTHING, changes: [{ table: "conversation", id: "c2600", value: {} }], lines, facts });
    await pruneAll(get(), 100);
    expect(await get().facts("long")).to.deep.equal([]);
    expect(await get().transcript("long", 10)).to.deep.equal([]);
    expect(await get().transcript("c2999", 10)).to.deep.equal([]);
    expect(await get().transcript("c2600", 10)).to.have.length(1);
  });
}
