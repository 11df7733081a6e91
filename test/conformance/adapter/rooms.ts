/**
 * Rooms of the server in which two people are introduced: neither sees the other's address (or not before both were asked, where
 * rooms show it), and the desk steps out or closes it.
 */
import { expect } from "chai";
import type { RoomAct } from "../../../src/core/model.ts";
import type { FarPerson, FarRoom } from "../far-end.ts";
import { type ConformanceTest, freshKey, type Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;

function token(): string {
  return `room${freshKey().replaceAll(/[^a-z0-9]/gu, "")}`;
}

function act(stage: Stage, room: string, what: RoomAct, to: FarPerson = stage.anna) {
  return stage.outbound("room", to, { room, act: what });
}

const partyOf = (person: FarPerson, nick: string) => ({ address: person.address, nick, invitation: `Be ${nick}.` });

async function introduce(stage: Stage): Promise<string> {
  const room = token();
  const isShown = stage.far.roomsShowAddresses === true;
  const parties = isShown ? [] : [partyOf(stage.anna, "Anna"), partyOf(stage.ben, "Ben")];
  const until = Date.now() + HOUR_MS;
  await stage.deliver(act(stage, room, { kind: "introduce", nick: "Example", subject: "Billing", parties, until }));
  expect(await stage.context.next("room", stage.anna.address)).to.include({ room, state: "ready" });
  return room;
}

async function enters(stage: Stage, person: FarPerson, room: string, nick: string): Promise<FarRoom> {
  if (person.enter === undefined) throw new Error("This network claims no rooms.");
  if (stage.far.roomsShowAddresses === true) {
    const invitation = act(stage, room, { kind: "invite", party: partyOf(person, nick) }, person);
    await stage.deliver(invitation);
    await stage.deliver(invitation);
  }
  const inside = await person.enter(room, nick);
  expect(await stage.context.next("room", person.address)).to.include({ room, state: "entered" });
  return inside;
}

async function handsOver(stage: Stage): Promise<void> {
  const room = await introduce(stage);
  const anna = await enters(stage, stage.anna, room, "Anna");
  const isSeen = (inside: FarRoom, other: FarPerson) => {
    return inside.given().toLowerCase().includes(other.address.id.toLowerCase());
  };
  expect(isSeen(anna, stage.ben), "seen before being asked").to.equal(false);
  const ben = await enters(stage, stage.ben, room, "Ben");
  const lines = ["Here are Anna and Ben.", "Anna: <b>5 & 6</b>", "I leave."];
  const over = act(stage, room, { kind: "hand-over", lines });
  await stage.deliver(over);
  await stage.deliver(over);
  for (const inside of [anna, ben]) for (const line of lines) await inside.hears(line);
  await anna.say("between us");
  await ben.hears("between us");
  const isShown = stage.far.roomsShowAddresses === true;
  expect([isSeen(anna, stage.ben), isSeen(ben, stage.anna)]).to.deep.equal([isShown, isShown]);
}

async function dissolves(stage: Stage): Promise<void> {
  const room = await introduce(stage);
  const anna = await enters(stage, stage.anna, room, "Anna");
  await stage.deliver(act(stage, room, { kind: "dissolve", text: "Nobody came." }));
  await anna.ended();
}

/** The link is cut while one is in: after it the desk is there again, and is told who is. */
async function survivesCut(stage: Stage): Promise<void> {
  const room = await introduce(stage);
  await enters(stage, stage.anna, room, "Anna");
  const tries = stage.context.backoffs.length;
  await stage.far.cut();
  try {
    await stage.context.backedOff(tries + 1);
  } finally {
    await stage.far.heal();
  }
  expect(await stage.context.next("room", stage.anna.address)).to.include({ room });
  const ben = await enters(stage, stage.ben, room, "Ben");
  await stage.deliver(act(stage, room, { kind: "hand-over", lines: ["After all."] }));
  await ben.hears("After all.");
}

const claimed = {
  needs: "started",
  unexceptionable: false,
  applies: ({ anna }: Stage) => anna.enter !== undefined,
} as const;

export const roomTests: readonly ConformanceTest[] = [
  {
    title: "a room of the server: both come, hear what was said, and see no address that they may not",
    ...claimed,
    run: handsOver,
  },
  { title: "a room of the server: closed when it is not needed", ...claimed, run: dissolves },
  { title: "a room of the server: after a cut link the desk is there again", ...claimed, run: survivesCut },
  {
    title: "a room is refused by name where the network hosts none",
    ...claimed,
    applies: ({ anna }) => anna.enter === undefined,
    run: async (stage) => {
      const outcome = await stage.send(act(stage, token(), { kind: "dissolve", text: "Nobody came." }));
      expect(outcome).to.include({ kind: "rejected", reason: "feature-not-implemented" });
      expect(outcome.kind === "rejected" ? outcome.text : "").to.contain("room");
    },
  },
];
