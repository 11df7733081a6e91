/** What is put aside of a Matrix room: when, how long it is tried, and how it ends. */
import { expect } from "chai";
import { Aside, type Piece } from "../../adapters/matrix/aside.ts";
import type { RoomEvent } from "../../adapters/matrix/codec-inbound.ts";
import { NotTaken } from "../../adapters/matrix/hand.ts";
import { TestContext } from "../support/adapter-context.ts";

const SECONDS = 30;
const ROOM = "!r:x";
const NO_ANSWER = new NotTaken("HTTP 502");

function event(id: string, room = ROOM, body = "hello"): RoomEvent {
  const content = { msgtype: "m.text", body };
  return { type: "m.room.message", room_id: room, event_id: id, sender: "@anna:x", origin_server_ts: 1, content };
}

describe("what is put aside of a Matrix room", () => {
  const begin = (context = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null })) => {
    const time = { now: 1_000_000 };
    context.clock.now = () => time.now;
    const [taken, givenUp]: [string[], string[][]] = [[], []];
    const troubles = { rooms: new Set<string>([ROOM]) };
    const id = (piece: Piece) => piece.event?.event_id ?? `before ${piece.gap}`;
    const aside = new Aside({
      context,
      limits: { roomSeconds: SECONDS, aside: 3, rooms: 100 },
      take: async (piece) => {
        if (troubles.rooms.has(piece.room)) throw NO_ANSWER;
        taken.push(id(piece));
      },
      giveUp: async (pieces) => void givenUp.push(pieces.map(id)),
    });
    return { context, time, taken, givenUp, troubles, aside };
  };

  it("is waited for by everybody for some seconds and some tries, and then no more", async () => {
    const { aside, time } = begin();
    const outcomes: boolean[] = [];
    for (const at of [0, 20, 40]) {
      time.now = 1_000_000 + at * 1_000;
      outcomes.push(await aside.putAside(event("$1"), NO_ANSWER));
    }
    expect(outcomes).to.deep.equal([false, false, true]);
    expect(await aside.putAside(event("$2", "!other:x"), NO_ANSWER), "another room").to.equal(false);
  });

  it("failures long ago do not count", async () => {
    const { aside, time } = begin();
    for (const at of [0, 1_000, 2_000]) {
      time.now = 1_000_000 + at * 1_000;
      expect(await aside.putAside(event("$1"), NO_ANSWER)).to.equal(false);
    }
  });

  it("is taken in its order when the room is well again, also after a restart", async () => {
    const { aside, context } = begin();
    await aside.keep({ room: ROOM, since: "s1", gap: "t1", event: null }, NO_ANSWER);
    await aside.keep({ room: ROOM, since: "s1", gap: null, event: event("$2") }, NO_ANSWER);
    await aside.keep({ room: ROOM, since: "s1", gap: null, event: event("$1") }, NO_ANSWER);
    await aside.keep({ room: ROOM, since: "s2", gap: null, event: event("$1") }, NO_ANSWER);
    const later = begin(context);
    expect(await later.aside.holds(ROOM)).to.equal(true);
    later.troubles.rooms.clear();
    expect(await later.aside.retry()).to.equal(null);
    expect(later.taken).to.deep.equal(["before t1", "$2", "$1"]);
    expect(await context.state.keys("")).to.deep.equal([]);
  });

  it("one room that fails again ends the round, and is tried ever later; another one is taken", async () => {
    const { aside, time, taken } = begin();
    await aside.keep({ room: ROOM, since: null, gap: null, event: event("$1") }, NO_ANSWER);
    await aside.keep({ room: "!well:x", since: null, gap: null, event: event("$2", "!well:x") }, NO_ANSWER);
    expect(await aside.retry(), "not before its time").to.equal(SECONDS * 1_000);
    time.now += SECONDS * 1_000;
    expect(await aside.retry(), "news first").to.equal(0);
    expect(await aside.retry()).to.equal(2 * SECONDS * 1_000);
    expect(taken).to.deep.equal(["$2"]);
  });

  it("is given up after hours, all of the room at once, and nothing of it is kept", async () => {
    const { aside, time, givenUp, context } = begin();
    await aside.keep({ room: ROOM, since: null, gap: null, event: event("$1") }, NO_ANSWER);
    await aside.keep({ room: ROOM, since: null, gap: null, event: event("$2") }, NO_ANSWER);
    const began = time.now;
    for (let tries = 0; givenUp.length === 0 && tries < 100; tries += 1) time.now += (await aside.retry()) ?? 0;
    expect(givenUp).to.deep.equal([["$1", "$2"]]);
    expect(time.now - began).to.be.above(3_600_000);
    expect(await context.state.keys("")).to.deep.equal([]);
    expect(await aside.retry()).to.equal(null);
  });

  it("too much of it, or too large, is given up at once", async () => {
    const { aside, givenUp } = begin();
    for (const id of ["$1", "$2", "$3", "$4"]) await aside.putAside(event(id), NO_ANSWER);
    await aside.keep(
      { room: ROOM, since: null, gap: null, event: event("$large", ROOM, "x".repeat(60_000)) },
      NO_ANSWER,
    );
    expect(givenUp).to.deep.equal([["$large"]]);
    for (const id of ["$1", "$2", "$3", "$4"]) {
      await aside.keep({ room: ROOM, since: null, gap: null, event: event(id) }, NO_ANSWER);
    }
    expect(givenUp).to.deep.equal([["$large"], ["$4"]]);
  });

  it("a defect of the desk is no failure of the room", async () => {
    const { context } = begin();
    const aside: Aside = new Aside({
      context,
      limits: { roomSeconds: SECONDS, aside: 3, rooms: 100 },
      take: () => Promise.reject(new Error("the disk is full")),
      giveUp: async () => undefined,
    });
    await aside.keep({ room: ROOM, since: null, gap: null, event: event("$1") }, NO_ANSWER);
    context.clock.now = () => 2_000_000;
    const error = await aside.retry().catch(String);
    expect(error).to.match(/disk is full/u);
    expect(await aside.holds(ROOM)).to.equal(true);
  });
});
