/** Hosted by the IM server: both sides are introduced in a room of theirs; until both have come, and when they do not, the desk relays. */
import { expect } from "chai";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const PHRASES = {
  "room.invitation": "Take the name {nick}.",
  "room.invite": "Meet {name} at {place} as {nick} within {minutes}.",
  "room.who": "Here are {customer} and {csr}.",
  "room.history": "Said:",
  "room.left": "I leave.",
  "room.failed": "No room: go on here.",
  "closed.in-room": "Go on in the room.",
  "csr.closed-in-room": "Handed over; /done.",
};

const hosted = (queue: Partial<PlayConfig["queues"][string]> = {}): PlayConfig =>
  company({
    networks: {
      web: { ...COMPANY.networks.web, title: "Web", handles: { support: "express" } },
      xmpp: { title: "XMPP", handles: { support: "express" }, rooms: "im:{}@rooms" },
    },
    csrs: {
      ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
      ben: { name: "Ben", at: ["xmpp"], skills: { sales: 3 } },
    },
    queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, room: { seconds: 300 }, ...queue } },
    phrases: PHRASES,
  });

const TALKING: readonly PlayLine[] = [
  "ada is available",
  "anna@xmpp: hello",
  "ada offered: for billing",
  "ada: /accept",
  "anna sees: Ada is here.",
];
const acts = (...kinds: readonly string[]): PlayLine => {
  return ({ desk }) => void expect(desk.rooms.map(({ act }) => act.kind)).to.deep.equal(kinds);
};
const room = (id: string, state: "ready" | "entered" | "left"): PlayLine => {
  return ({ desk }) => desk.tellRoom(id, state);
};

describe("hosted by the IM server", () => {
  it("both are told the place once it is there, the desk relays until both have come, hands over and closes", () =>
    play(hosted({ wrapUp: { room: 600 } }), [
      ...TALKING,
      acts("introduce"),
      "anna never sees: Meet",
      room("anna", "ready"),
      "anna sees: Meet Ada at im:",
      "anna: my invoice is wrong",
      "ada sees: my invoice is wrong",
      "ada: /note seems upset",
      room("anna", "entered"),
      "ada: which one?",
      "anna sees from Ada: which one?",
      room("anna", "left"),
      room("ada", "entered"),
      acts("introduce"),
      room("anna", "entered"),
      acts("introduce", "hand-over"),
      ({ desk }) => {
        const act = desk.rooms.at(-1)?.act;
        expect(act?.kind === "hand-over" ? act.lines : []).to.deep.equal([
          "Here are customer and Ada.",
          "Said:",
          "customer: hello",
          "customer: my invoice is wrong",
          "Ada: which one?",
          "I leave.",
        ]);
      },
      "anna sees: Go on in the room.",
      "ada sees: Handed over; /done.",
      "ada has no windows",
      "berta@web: hello",
      "ada is offered nothing",
      "ada to desk: /done",
      "ada offered: for billing on Web",
      "anna: something new",
      "anna sees: next for billing",
    ]));

  it("who does not come in time is served by the desk, both are told, and the room is closed", () =>
    play(hosted(), [
      ...TALKING,
      room("anna", "ready"),
      room("anna", "entered"),
      "6 minutes pass",
      acts("introduce", "dissolve"),
      "anna sees: No room: go on here.",
      "ada sees: No room: go on here.",
      room("ada", "entered"),
      "anna: hello?",
      "ada sees: hello?",
      acts("introduce", "dissolve"),
    ]));

  it("a room that cannot be made is nobody's business", () =>
    play(hosted(), [
      ({ desk }) => {
        desk.roomOutcome = { kind: "rejected", reason: "not-acceptable", text: "No such rooms." };
      },
      ...TALKING,
      acts("introduce", "dissolve"),
      "anna: hello?",
      "ada sees: hello?",
      "anna never sees: room",
      "ada never sees: room",
    ]));

  it("a restart between any two steps loses nothing", () =>
    play(hosted(), [
      ...TALKING,
      "the desk restarts",
      room("anna", "ready"),
      "the desk restarts",
      room("anna", "ready"),
      room("anna", "entered"),
      "the desk restarts",
      room("ada", "entered"),
      acts("introduce", "hand-over"),
      "anna sees: Meet Ada",
      "anna sees: Go on in the room.",
      "anna sees nothing more",
    ]));

  it("ends with the conversation, and when the customer is passed on", () =>
    play(hosted(), [
      ...TALKING,
      room("anna", "ready"),
      "ada: /close",
      acts("introduce", "dissolve"),
      "anna: again",
      "ada offered: for billing",
      "ada: /accept",
      acts("introduce", "dissolve", "introduce"),
      "ada: /transfer sales",
      acts("introduce", "dissolve", "introduce", "dissolve"),
    ]));

  it("is for two of one network: customers of another are relayed", () =>
    play(hosted(), [
      "ada is available",
      "berta@web: hello",
      "ada offered: on Web",
      "ada: /accept",
      acts(),
      "berta: hello?",
      "ada sees: hello?",
    ]));
});
