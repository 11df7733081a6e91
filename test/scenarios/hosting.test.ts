/** Hosted by the IM server: both sides are introduced in a room of theirs; until both have come, and when they do not, the desk relays. */
import { expect } from "chai";
import type { RoomState, ServerRooms } from "../../src/core/model.ts";
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig, playSetting } from "../support/play-rules.ts";

const PHRASES = {
  "room.invitation": "Take the name {nick}.",
  "room.invite": "Meet {name} at {place} as {nick} within {minutes}.",
  "room.who": "Here are {customer} and {csr}.",
  "room.history": "Said:",
  "room.left": "I leave.",
  "room.invite-shown": "Meet {name}, seen, at {place} within {minutes}?",
  "csr.room-asked": "{name} is asked.",
  "room.failed": "No room: go on here.",
  "closed.in-room": "Go on in the room.",
  "csr.closed-in-room": "Handed over; /done.",
};

const HIDING: ServerRooms = { place: "im:{}@rooms", showsAddresses: false };
const hosted = (queue: Partial<PlayConfig["queues"][string]> = {}, rooms = HIDING): PlayConfig =>
  company({
    networks: {
      web: { ...COMPANY.networks.web, title: "Web", handles: { support: "express" } },
      xmpp: { title: "XMPP", handles: { support: "express" }, rooms },
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
const invites = (id: string): PlayLine => {
  return ({ desk }) => {
    const act = desk.rooms.at(-1)?.act;
    expect(act?.kind === "invite" ? act.party.address.id : null).to.equal(id);
    expect(desk.rooms.at(-1)?.to.id, "in whose lane it goes").to.equal(id);
  };
};
const room = (id: string, state: RoomState): PlayLine => {
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

  it("who declines is served by the desk at once", () =>
    play(hosted(), [
      ...TALKING,
      room("anna", "ready"),
      room("anna", "declined"),
      acts("introduce", "dissolve"),
      "anna sees: No room: go on here.",
      "ada sees: No room: go on here.",
      "anna: hello?",
      "ada sees: hello?",
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

const shown = (queue: Partial<PlayConfig["queues"][string]> = {}): PlayConfig =>
  hosted({ room: { seconds: 300, allowsAddresses: true }, ...queue }, { place: "im:{}@rooms", showsAddresses: true });

describe("hosted by the IM server, where its rooms show addresses", () => {
  it("the customer is asked first, the CSR once they have come; each is told before the invitation", () =>
    play(shown(), [
      ...TALKING,
      ({ desk }) => {
        const act = desk.rooms[0]?.act;
        expect(act?.kind === "introduce" ? act.parties : null).to.deep.equal([]);
      },
      room("anna", "ready"),
      "anna sees: Meet Ada, seen, at im:",
      "ada sees: customer is asked.",
      "ada never sees: Meet",
      acts("introduce", "invite"),
      invites("anna"),
      room("anna", "ready"),
      acts("introduce", "invite"),
      room("anna", "entered"),
      "ada sees: Meet customer, seen, at im:",
      acts("introduce", "invite", "invite"),
      invites("ada"),
      room("anna", "entered"),
      "anna: still here",
      "ada sees: still here",
      "the desk restarts",
      room("ada", "entered"),
      acts("introduce", "invite", "invite", "hand-over"),
      "anna sees: Go on in the room.",
      "ada sees: Handed over; /done.",
    ]));

  it("a customer who says no, or nothing, is never seen and goes on with the desk", () =>
    play(shown(), [
      ...TALKING,
      room("anna", "ready"),
      room("anna", "declined"),
      acts("introduce", "invite", "dissolve"),
      "anna sees: No room: go on here.",
      "ada sees: No room: go on here.",
      "anna: rather here",
      "ada sees: rather here",
    ]));

  it("an invitation that cannot be brought ends it", () =>
    play(shown(), [
      ...TALKING,
      ({ desk }) => {
        desk.roomOutcome = { kind: "rejected", reason: "forbidden", text: "Not to them." };
      },
      room("anna", "ready"),
      acts("introduce", "invite", "dissolve"),
      "anna sees: No room: go on here.",
    ]));

  it("is given up when a reload allows it no more: nobody is shown to anybody", () =>
    play(shown(), [
      ...TALKING,
      room("anna", "ready"),
      ({ desk }) => desk.reload(playSetting(shown({ room: { seconds: 300 } }))),
      room("anna", "entered"),
      acts("introduce", "invite", "dissolve"),
      "anna sees: No room: go on here.",
      "ada sees: No room: go on here.",
      "ada never sees: Meet",
    ]));

  it("is used where the queue says that addresses may be seen, and nowhere else", () =>
    play(shown({ room: { seconds: 300 } }), [...TALKING, acts(), "anna: hello?", "ada sees: hello?"]));
});

describe("a room that waits for both, and a third", () => {
  const company = (config: PlayConfig): PlayConfig => ({
    ...config,
    csrs: {
      ...config.csrs,
      ben: { name: "Ben", at: ["xmpp"], skills: { sales: 3 } },
      eve: { name: "Eve", at: ["web"], supervises: ["billing"] },
    },
  });
  const WAITING: readonly PlayLine[] = [...TALKING, room("anna", "ready"), "anna sees: Meet Ada", "ada sees: Meet"];

  it("is given up when a supervisor begins to listen, who is not given away by it", () =>
    play(company(hosted({ monitorNotice: "none" })), [
      ...WAITING,
      room("anna", "entered"),
      "eve is available",
      "eve to desk: /monitor ada",
      "eve sees: You listen to Ada",
      acts("introduce", "dissolve"),
      "anna sees: No room: go on here.",
      "ada sees: No room: go on here.",
      room("ada", "entered"),
      acts("introduce", "dissolve"),
      "anna: my bill",
      "ada sees: my bill",
      "eve sees: customer: my bill",
      "eve to billing: /leave",
      acts("introduce", "dissolve"),
      "ada never sees: Eve",
      "anna never sees: Eve",
    ]));

  it("is given up when a colleague is asked, and made anew for the colleague who goes on with the customer", () =>
    play(company(hosted()), [
      ...WAITING,
      "ben is available",
      "ada: /consult ben may she?",
      "ben sees: Ada asks you",
      acts("introduce", "dissolve"),
      "anna sees: No room: go on here.",
      "ada: /complete",
      "anna sees: Ben is here.",
      acts("introduce", "dissolve", "introduce"),
      room("anna", "ready"),
      "anna sees: Meet Ben",
      room("anna", "entered"),
      room("ben", "entered"),
      acts("introduce", "dissolve", "introduce", "hand-over"),
      "anna sees: Go on in the room.",
      "ben sees: Handed over; /done.",
    ]));

  it("is not made for a CSR whom the colleague returned the customer to: they go on where they are", () =>
    play(company(hosted()), [
      ...WAITING,
      "ben is available",
      "ada: /consult ben may she?",
      "ben sees: Ada asks you",
      "ada: /return",
      "ben sees: You listen no longer.",
      acts("introduce", "dissolve"),
      "ada: here I am again",
      "anna sees: here I am again",
    ]));

  it("is not made for a supervisor who takes over from another network", () =>
    play(company(hosted()), [
      ...WAITING,
      "eve is available",
      "eve to desk: /monitor ada",
      "eve sees: You listen to Ada",
      "eve to billing: /takeover",
      "anna sees: Eve is here.",
      acts("introduce", "dissolve"),
      "anna: hello Eve",
      "eve sees: hello Eve",
    ]));

  it("a customer who comes to another network by an invitation of before is told, and so is the CSR", () => {
    const config = hosted();
    const links = { link: "im:continue:{}", place: "im:there:{}" };
    const web = { ...COMPANY.networks.web, title: "Web", handles: { support: "express" }, continuation: links };
    const sales = { name: "Sales", skills: { sales: 1 }, hosting: { network: "web", seconds: 600 } } as const;
    return play(
      {
        ...config,
        networks: { ...config.networks, web },
        queues: { ...config.queues, sales },
        dialogs: { ...COMPANY.dialogs, dialogs: { express: { steps: [{ route: "sales" }] } } },
      },
      [
        "anna@xmpp: hello",
        "ben is available",
        "ben offered: for Sales",
        "ben: /accept",
        acts(),
        "ada is available",
        "ben: /transfer billing",
        "ada offered: for billing",
        "ada: /accept",
        room("anna", "ready"),
        "anna@xmpp sees: Meet Ada",
        "ada sees: Meet",
        "anna@web comes by the invitation of anna@xmpp",
        acts("introduce", "dissolve"),
        "anna@web sees: No room: go on here.",
        "ada sees: No room: go on here.",
        "anna@web: here I am",
        "ada sees: here I am",
      ],
    );
  });

  it("a customer who was told of it is told when they are handed on", () =>
    play(company(hosted()), [
      ...WAITING,
      "ben is available",
      "ada: /transfer sales",
      acts("introduce", "dissolve"),
      "anna sees: No room: go on here.",
      "ada never sees: No room",
    ]));
});
