/** Receipts, edits and replies that name ids nobody knows: the store is not asked for ever. */
import { expect } from "chai";
import type { Address, Inbound } from "../../src/core/model.ts";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, ROMEO, says } from "./echo-desk.ts";
import { setUp } from "./engine-setup.ts";

const { unknownIdsPerMinute: UNKNOWN_IDS } = ENGINE_LIMITS;
const MINUTE_MS = 60_000;
const MANY = 4 * UNKNOWN_IDS;

describe("engine: ids that nobody knows", () => {
  it("are looked for in the store so many times of one person, of others as ever", async () => {
    const { engine, store, log } = await setUp();
    for (let index = 0; index < MANY; index += 1) await engine.receive(received(ROMEO, `made up ${index}`));
    expect(store.asked).to.have.length(UNKNOWN_IDS);
    await engine.receive(received({ ...ROMEO, id: "tybalt@example.org" }, "made up"));
    expect(store.asked).to.have.length(UNKNOWN_IDS + 1);
    const told = log.records.filter(({ event }) => event === "ids.unknown");
    expect(told.map(({ level, fields }) => [level, fields.network])).to.deep.equal([["warn", ROMEO.network]]);
  });

  it("are not looked for as long as it goes on, and again when that person was quiet for a while", async () => {
    const { engine, store, clock } = await setUp();
    const flood = async (): Promise<number> => {
      const before = store.asked.length;
      for (let index = 0; index < MANY; index += 1) void engine.receive(received(ROMEO, `made up ${index}`));
      await settle();
      return store.asked.length - before;
    };
    // Nothing was counted yet when the first of them were asked for.
    expect(await flood()).to.be.within(UNKNOWN_IDS, MANY);
    for (let stretch = 0; stretch < 3; stretch += 1) {
      await clock.advance(MINUTE_MS);
      expect(await flood(), `stretch ${stretch}`).to.equal(0);
    }
    await clock.advance(2 * MINUTE_MS);
    await engine.receive(received(ROMEO, "made up"));
    expect(store.asked.at(-1)).to.equal("reference made up");
  });

  it("do not keep the same person's receipts of recent lines from being found", async () => {
    const { engine, store, diary } = await setUp();
    await engine.receive(says("hello"));
    for (let index = 0; index < MANY; index += 1) await engine.receive(received(JULIET, `made up ${index}`));
    await engine.receive(received(JULIET, "e-1-1"));
    expect(diary.at(-1)?.event).to.have.nested.property("reference.line", 1);
    expect(store.asked).to.have.length(UNKNOWN_IDS);
  });

  it("are none of those that somebody got, however many and however old: all are found", async () => {
    const before = await setUp();
    for (let index = 0; index < MANY; index += 1) await before.engine.receive(says(`${index}`));
    await before.engine.stop();
    const { engine, store, diary } = await setUp({ store: before.store });
    const already = store.asked.length;
    for (let line = 1; line <= MANY; line += 1) void engine.receive(received(JULIET, `e-${line}-1`));
    await settle();
    await settle();
    const found = diary.map(({ event }) => ("reference" in event ? event.reference?.line : null));
    expect(found).to.deep.equal(Array.from({ length: MANY }, (_, index) => index + 1));
    expect(store.asked.length - already).to.equal(MANY);
  });

  it("are none of what the desk says beside conversations: for those nobody looks", async () => {
    const { engine, store } = await setUp();
    for (let line = 1; line <= MANY; line += 1) await engine.receive(received(JULIET, `e-${line}-desk`));
    expect(store.asked).to.deep.equal([]);
    await engine.receive(received(JULIET, "an id"));
    expect(store.asked).to.deep.equal(["reference an id"]);
  });

  it("are looked for when it is the desk that names them: a send that came back", async () => {
    const { engine, networks, diary, store } = await setUp();
    networks.rule = () => ({ kind: "deferred", reason: "recipient-unavailable" });
    await engine.receive(says("hello", { id: "m1" }));
    // What cannot be recorded has the desk built anew, with nothing in memory.
    await engine.receive(says("poison"));
    for (let index = 0; index < MANY; index += 1) await engine.receive(received(JULIET, `made up ${index}`));
    networks.rule = () => ({ kind: "rejected", reason: "item-not-found", text: "No such user." });
    engine.reachable(JULIET);
    await settle();
    expect(store.asked.at(-1)).to.equal("reference e-1-1");
    expect(diary.at(-1)?.event).to.have.nested.property("reference.foreign", "m1");
  });
});

function received(from: Address, of: string): Inbound {
  return { kind: "receipt", redelivery: null, from, device: null, to: "support", of, state: "read" };
}
