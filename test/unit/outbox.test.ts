import { expect } from "chai";
import type { Outbound } from "../../src/core/model.ts";
import { LANE_ROWS } from "../../src/outbox/lane.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, message, ROMEO } from "./echo-desk.ts";
import { ACCEPT, type Sent, WAIT } from "./fake-networks.ts";
import { setUp } from "./outbox-setup.ts";

const MINUTE = 60_000;

describe("outbox", () => {
  it("sends nothing while the link is down, and everything in order once it is up", async () => {
    const { add, online, texts, networks } = setUp();
    add(1, 2, 3);
    expect(texts()).to.deep.equal([]);
    networks.rule = () => ACCEPT;
    online();
    await settle();
    expect(texts()).to.deep.equal(["1", "2", "3"]);
  });

  it("keeps at most as many sends to one person unanswered as the network allows, and each person apart", async () => {
    const { add, online, texts, networks, answer, outbox, row } = setUp();
    networks.window = 2;
    online();
    online(ROMEO.network);
    add(1, 2, 3, 4);
    outbox.add([row(9, ROMEO)]);
    expect(texts()).to.deep.equal(["1", "2", "9"]);
    await answer(0);
    expect(texts()).to.deep.equal(["1", "2", "9", "3"]);
    expect(outbox.status()).to.include({ rows: 4, inFlight: 3 });
  });

  it("marks what was accepted, with the network's own id", async () => {
    const { add, online, answer, marks, outbox } = setUp();
    online();
    add(1, 2);
    await answer(1, { kind: "accepted", id: "$event" });
    await answer(0);
    expect(marks).to.deep.equal([
      { id: 2, key: "e-2-1", kind: "sent", foreign: "$event", conversation: "c1" },
      { id: 1, key: "e-1-1", kind: "sent", foreign: null, conversation: "c1" },
    ]);
    expect(outbox.status()).to.include({ rows: 0, inFlight: 0 });
  });

  it("goes back to the first unconfirmed row when one is deferred, waits, and overtakes nothing", async () => {
    const { add, online, answer, texts, clock } = setUp();
    online();
    add(1, 2, 3, 4, 5);
    expect(texts()).to.deep.equal(["1", "2", "3", "4"]);
    await answer(0);
    await answer(1, { kind: "deferred", reason: "resource-constraint", retryAfterMs: 5_000 });
    await answer(2, WAIT);
    await answer(3);
    expect(texts(), "nothing new leaves while it waits").to.deep.equal(["1", "2", "3", "4", "5"]);
    await answer(4, WAIT);
    await clock.advance(4_999);
    expect(texts()).to.have.length(5);
    await clock.advance(1);
    expect(texts().slice(5)).to.deep.equal(["2", "3", "5"]);
  });

  it("does not begin again before every send under way was answered", async () => {
    const { add, online, answer, texts, clock } = setUp();
    online();
    add(1, 2);
    await answer(0, { kind: "deferred", reason: "resource-constraint", retryAfterMs: 1_000 });
    await clock.advance(20_000);
    expect(texts()).to.deep.equal(["1", "2"]);
    await answer(1);
    await clock.advance(1_000);
    expect(texts()).to.deep.equal(["1", "2", "1"]);
  });

  it("backs off longer each time where the network names no pause, and starts anew after a success", async () => {
    const { add, online, answer, texts, clock, networks } = setUp();
    networks.window = 1;
    online();
    add(1, 2);
    await answer(0, WAIT);
    await clock.advance(1_000);
    expect(texts()).to.deep.equal(["1", "1"]);
    await answer(1, WAIT);
    await clock.advance(1_999);
    expect(texts()).to.have.length(2);
    await clock.advance(1);
    await answer(2);
    expect(texts()).to.deep.equal(["1", "1", "1", "2"]);
    await answer(3, WAIT);
    await clock.advance(1_000);
    expect(texts()).to.have.length(5);
  });

  it("tries again at once when the link comes back or the person can be reached", async () => {
    const { add, online, answer, texts, outbox } = setUp();
    online();
    add(1);
    await answer(0, WAIT);
    outbox.reachable({ ...JULIET, id: "nurse" });
    expect(texts()).to.have.length(1);
    outbox.reachable(JULIET);
    expect(texts()).to.have.length(2);
    await answer(1, WAIT);
    outbox.link(JULIET.network, false);
    outbox.reachable(JULIET);
    expect(texts()).to.have.length(2);
    online();
    expect(texts()).to.have.length(3);
  });

  it("skips the pause when the person came back while sends were under way", async () => {
    const { add, online, answer, texts, outbox, clock } = setUp();
    online();
    add(1, 2);
    await answer(0, WAIT);
    outbox.reachable(JULIET);
    await answer(1, WAIT);
    await clock.advance(1);
    expect(texts()).to.deep.equal(["1", "2", "1", "2"]);
  });

  it("reports what was rejected and goes on with the next", async () => {
    const { add, online, answer, undelivered, marks, texts, networks } = setUp();
    networks.window = 1;
    online();
    add(1, 2);
    await answer(0, { kind: "rejected", reason: "item-not-found", text: "No such user." });
    expect(undelivered).to.deep.equal([{ id: 1, reason: "item-not-found", text: "No such user." }]);
    expect(marks).to.deep.equal([]);
    expect(texts()).to.deep.equal(["1", "2"]);
  });

  it("gives up what is too old, while the link is down and before a try", async () => {
    const { add, online, answer, undelivered, texts, clock, outbox } = setUp();
    add(1);
    await clock.advance(30 * MINUTE);
    add(2);
    await clock.advance(30 * MINUTE - 1);
    expect(undelivered).to.deep.equal([]);
    await clock.advance(1);
    expect(undelivered).to.deep.equal([{ id: 1, reason: "remote-server-timeout", text: null }]);
    online();
    expect(texts()).to.deep.equal(["2"]);
    await answer(0, { kind: "deferred", reason: "recipient-unavailable", retryAfterMs: 50 * MINUTE });
    await clock.advance(30 * MINUTE);
    expect(undelivered[1]).to.deep.equal({ id: 2, reason: "recipient-unavailable", text: null });
    expect(outbox.status().rows).to.equal(0);
    expect(clock.waiting, "no alarm is left behind").to.equal(0);
  });

  it("does not send what has become too old while the desk was down", () => {
    const old = { id: 1, at: -61 * MINUTE, outbound: message("e-1-1", JULIET, "text 1", 0) };
    const { add, online, undelivered, texts } = setUp({ loaded: [old] });
    add(2);
    online();
    expect(texts()).to.deep.equal(["2"]);
    expect(undelivered).to.deep.equal([{ id: 1, reason: "remote-server-timeout", text: null }]);
  });

  it("tells when a conversation's messages take long, and when they arrive again, each once", async () => {
    const { add, online, answer, deliveries, clock } = setUp();
    add(1, 2);
    await clock.advance(30_000 - 1);
    expect(deliveries).to.deep.equal([]);
    await clock.advance(2 * MINUTE);
    const late = `c1 ${JULIET.id} late`;
    expect(deliveries).to.deep.equal([late]);
    online();
    await answer(0);
    await answer(1);
    expect(deliveries).to.deep.equal([late, `c1 ${JULIET.id} through`]);
  });

  it("sleeps until the next is late, though one before it is younger: the machine's clock was set back", async () => {
    const { outbox, row, deliveries, clock } = setUp();
    const words = row(1);
    const ofTheDesk: Outbound = { ...words.outbound, notice: true } as Outbound;
    outbox.add([{ ...words, outbound: ofTheDesk, at: clock.now() + 10 * MINUTE }, row(2)]);
    await clock.advance(31_000);
    expect(deliveries).to.deep.equal([`c1 ${JULIET.id} late`]);
  });

  it("tells it of a message behind words of the desk, which nobody waits for", async () => {
    const { outbox, row, deliveries, clock } = setUp();
    const words = row(1);
    outbox.add([{ ...words, outbound: { ...words.outbound, notice: true } as Outbound }, row(2)]);
    await clock.advance(31_000);
    expect(deliveries).to.deep.equal([`c1 ${JULIET.id} late`]);
  });

  it("tells that nothing is waited for any more when all of it was given up", async () => {
    const { add, deliveries, clock } = setUp();
    add(1);
    await clock.advance(61 * MINUTE);
    expect(deliveries.map((told) => told.split(" ").at(-1))).to.deep.equal(["late", "over"]);
  });

  it("keeps to the pause though the first row becomes too old in it", async () => {
    const { outbox, row, online, answer, undelivered, texts, clock } = setUp();
    online();
    outbox.add([{ ...row(1), at: clock.now() - 10 * MINUTE }, row(2)]);
    await answer(0, { kind: "deferred", reason: "recipient-unavailable", retryAfterMs: 55 * MINUTE });
    await answer(1, WAIT);
    await clock.advance(50 * MINUTE);
    expect(undelivered.map(({ id }) => id)).to.deep.equal([1]);
    expect(texts()).to.have.length(2);
    await clock.advance(5 * MINUTE);
    expect(texts().slice(2)).to.deep.equal(["2"]);
  });

  it("gives up a try that is never answered, tells the adapter so, and tries again", async () => {
    const { add, online, networks, clock, texts } = setUp();
    online();
    add(1);
    await clock.advance(29_999);
    expect(networks.sent[0]?.signal.aborted).to.equal(false);
    await clock.advance(1);
    expect(networks.sent[0]?.signal.aborted).to.equal(true);
    await clock.advance(1_000);
    expect(texts()).to.deep.equal(["1", "1"]);
    expect(networks.sent[1]?.signal.aborted).to.equal(false);
  });

  it("counts once what is accepted after it was given up, and by the next try as well", async () => {
    const { outbox, add, online, answer, clock, marks, texts } = setUp();
    add(1, 2);
    online();
    await clock.advance(30_000);
    await clock.advance(1_000);
    const again = texts().lastIndexOf("1");
    expect(again, "tried again").to.be.greaterThan(0);
    await answer(0);
    await answer(again);
    expect(marks.filter(({ id }) => id === 1)).to.have.length(1);
    expect(outbox.status().rows).to.equal(1);
  });

  it("believes an acceptance that comes too late but before the next try", async () => {
    const { add, online, answer, marks, clock, texts, outbox } = setUp();
    online();
    add(1);
    await clock.advance(30_000);
    await answer(0);
    expect(marks.map(({ key, kind }) => `${key} ${kind}`)).to.deep.equal(["e-1-1 sent"]);
    await clock.advance(60_000);
    expect(texts()).to.deep.equal(["1"]);
    expect(outbox.status()).to.include({ rows: 0, inFlight: 0 });
  });

  it("loses nothing to an adapter that throws", async () => {
    const { add, online, networks, log, clock, texts } = setUp();
    online();
    add(1);
    networks.sent[0]?.fail(new Error("a defect of the adapter"));
    await settle();
    expect(log.records.map(({ level, event }) => `${level} ${event}`)).to.include("error send.failed");
    await clock.advance(1_000);
    expect(texts()).to.deep.equal(["1", "1"]);
  });

  it("keeps only the first rows of a long lane in memory and reads the others when their turn comes", async () => {
    const { outbox, row, online, networks, texts, fetched } = setUp();
    const ids = Array.from({ length: 3 * LANE_ROWS }, (_, index) => index + 1);
    outbox.add(ids.map((id) => row(id)));
    networks.rule = () => ACCEPT;
    online();
    for (let turn = 0; turn < 2_000 && outbox.status().rows > 0; turn += 1) {
      await settle();
    }
    expect(texts()).to.deep.equal(ids.map(String));
    expect(fetched.flat()).to.deep.equal(ids.slice(LANE_ROWS));
    outbox.add([row(9_999)]);
    await settle();
    expect(texts().at(-1)).to.equal("9999");
  });

  it("says when it is full and when there is room again", async () => {
    const { outbox, add, online, answer, rooms } = setUp({ outboxRows: 3 });
    online();
    add(1, 2);
    expect(outbox.isFull).to.equal(false);
    add(3, 4);
    expect(outbox.isFull).to.equal(true);
    await answer(0);
    expect([outbox.isFull, rooms()]).to.deep.equal([true, 0]);
    await answer(1, { kind: "rejected", reason: "gone" });
    expect([outbox.isFull, rooms()]).to.deep.equal([false, 1]);
  });

  it("waits at the end for sends under way, then leaves the rest to the next start", async () => {
    const { outbox, add, online, answer, networks, texts, clock, marks } = setUp();
    networks.window = 1;
    online();
    add(1, 2);
    const stopped = outbox.stop(10_000);
    await answer(0);
    expect(marks).to.have.length(1);
    await clock.advance(10_000);
    await stopped;
    expect(networks.sent[1]?.signal.aborted).to.equal(true);
    add(3);
    online();
    await clock.advance(60_000);
    expect(texts()).to.deep.equal(["1", "2"]);
  });
});

describe("outbox: what is stale a minute later", () => {
  const typing = (state: "composing" | "paused", from = "desk", to = JULIET): Outbound => {
    return { kind: "typing", state, key: "k", from, to, device: null, conversation: null };
  };
  const states = (sent: readonly Sent[]): string[] =>
    sent.map(({ outbound }) => (outbound.kind === "typing" ? `${outbound.from} ${outbound.state}` : outbound.kind));

  it("goes at once, and is dropped while the link is down", async () => {
    const { outbox, online, networks } = setUp();
    outbox.addVolatile(typing("composing"));
    online();
    await settle();
    expect(networks.sent).to.deep.equal([]);
    outbox.addVolatile(typing("paused"));
    expect(states(networks.sent)).to.deep.equal(["desk paused"]);
    expect(outbox.status().volatileDropped).to.equal(1);
  });

  it("is bounded, and the newest of a kind replaces the older ones that wait", async () => {
    const { outbox, online, networks } = setUp();
    online();
    for (let index = 0; index < 64; index += 1) {
      outbox.addVolatile(typing("composing", `busy${index}`));
    }
    for (let index = 0; index < 3_000; index += 1) {
      outbox.addVolatile(typing("composing", `flood${index}`));
    }
    outbox.addVolatile(typing("composing"));
    outbox.addVolatile(typing("paused"));
    expect(networks.sent).to.have.length(64);
    networks.rule = () => ACCEPT;
    for (const sent of networks.sent.slice(0, 64)) {
      sent.answer(ACCEPT);
    }
    await settle();
    await settle();
    expect(networks.sent.length).to.be.at.most(64 + 1_024);
    expect(states(networks.sent).filter((state) => state.startsWith("desk"))).to.deep.equal(["desk paused"]);
  });

  it("is not blocked for ever by sends that are never answered", async () => {
    const { outbox, online, networks, clock } = setUp();
    online();
    for (let index = 0; index < 65; index += 1) {
      outbox.addVolatile(typing("composing", `busy${index}`));
    }
    expect(networks.sent).to.have.length(64);
    await clock.advance(30_000);
    expect(networks.sent).to.have.length(65);
    expect(networks.sent[0]?.signal.aborted).to.equal(true);
  });
});
