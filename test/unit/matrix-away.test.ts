/** A homeserver that is away, or a disk that is, in the middle of something: it is done later, and nothing is taken for an answer. */
import { expect } from "chai";
import { EncryptedHomeserver } from "../../adapters/matrix/account/encrypted-homeserver.ts";
import type { RoomEvent } from "../../adapters/matrix/codec-inbound.ts";
import { KEY_FIELD } from "../../adapters/matrix/codec-outbound.ts";
import type { Limits } from "../../adapters/matrix/config.ts";
import type { Ghosts } from "../../adapters/matrix/ghosts.ts";
import type { Answer, Homeserver, Request } from "../../adapters/matrix/homeserver.ts";
import { Invitations } from "../../adapters/matrix/invitations.ts";
import { Ledger } from "../../adapters/matrix/ledger.ts";
import { type Attempt, Link } from "../../adapters/matrix/link.ts";
import type { Media } from "../../adapters/matrix/media.ts";
import { Membership } from "../../adapters/matrix/membership.ts";
import { Reactions } from "../../adapters/matrix/reactions.ts";
import { Reception } from "../../adapters/matrix/reception.ts";
import { type Room, Rooms } from "../../adapters/matrix/rooms.ts";
import { Sender } from "../../adapters/matrix/sender.ts";
import type { Signs } from "../../adapters/matrix/signs.ts";
import type { Inbound, OutboundOf } from "../../src/core/model.ts";
import { TestContext } from "../support/adapter-context.ts";

const AWAY: Answer = { kind: "unreachable", text: "nobody is there" };
const ROOM: Room = { room: "!r:x", local: "support", person: "@anna:x", nick: null, shown: null };
const EDIT: OutboundOf<"edit"> = {
  kind: "edit",
  key: "1-2-a",
  from: "support",
  to: { network: "matrix", id: ROOM.person },
  device: null,
  conversation: null,
  of: "1-1-a",
  text: "hello",
  nick: null,
};

/** A homeserver that answers as it is told, and says what it was asked. */
class Told implements Homeserver {
  readonly asked: string[] = [];
  answer: (request: Request) => Answer = () => AWAY;

  async request(request: Request): Promise<Answer> {
    this.asked.push(`${request.method} ${request.path.slice(3).join("/")}`);
    return this.answer(request);
  }
}

const ghosts: Ghosts = { id: () => "@support:x", prepare: async () => null, isPrepared: () => true };
const signal = new AbortController().signal;

function desk() {
  const context = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });
  const homeserver = new Told();
  /** All that is kept in memory begins anew, as after a restart. */
  const begin = () => {
    const ledger = new Ledger(100);
    const rooms = new Rooms(context.state, homeserver, ghosts, 100);
    const reactions = new Reactions(homeserver, ghosts, ledger, context.state);
    const limits = { rooms: 100, historyEvents: 100, eventBytes: 60_000 } as ConstructorParameters<
      typeof Sender
    >[0]["limits"];
    const media = {} as Media;
    const parts = { context, limits, homeserver, ghosts, rooms, ledger, reactions, media, watch: () => {} };
    return { rooms, reactions, sender: new Sender(parts) };
  };
  return { context, homeserver, begin };
}

describe("a Matrix homeserver that is away in the middle of something", () => {
  it("has not said that a message is not there: its edit waits, and is sent", async () => {
    const { homeserver, begin } = desk();
    const { rooms, sender } = begin();
    await rooms.put(ROOM);
    expect(await sender.send(EDIT, signal)).to.deep.include({ kind: "deferred" });
    homeserver.answer = ({ method }) =>
      method === "GET"
        ? {
            kind: "ok",
            body: { chunk: [{ event_id: "$1", sender: "@support:x", content: { [KEY_FIELD]: EDIT.of } }] },
          }
        : { kind: "ok", body: { event_id: "$2" } };
    expect(await sender.send(EDIT, signal)).to.deep.equal({ kind: "accepted", id: "$2" });
    homeserver.answer = () => ({ kind: "ok", body: { chunk: [] } });
    const unknown = await begin().sender.send({ ...EDIT, of: "1-9-a" }, signal);
    expect(unknown).to.deep.include({ kind: "rejected", reason: "item-not-found" });
  });

  it("tells of a reaction that was taken back nothing but that: what it belonged to is known after a restart", async () => {
    const { context, begin } = desk();
    const before = begin();
    await before.rooms.put(ROOM);
    await before.reactions.remember(ROOM, "$reaction", "$message");
    expect(await begin().reactions.reactedTo(ROOM, "$reaction")).to.equal("$message");
    expect(await begin().reactions.reactedTo(ROOM, "$message"), "no reaction").to.equal(null);
    for (let at = 0; at < 300; at += 1) await before.reactions.remember(ROOM, `$${at}`, "$message");
    expect(JSON.stringify(await context.state.get("reactions !r:x")).length, "bytes kept").to.be.below(20_000);
    await before.rooms.forget(ROOM);
    expect(await context.state.keys("")).to.deep.equal([]);
  });

  it("keeps nothing of a person who is forgotten, whichever of their rooms it wrote to last", async () => {
    const { context, begin } = desk();
    const { rooms } = begin();
    await rooms.put(ROOM);
    await rooms.put({ ...ROOM, room: "!later:x" });
    await rooms.put({ ...ROOM, room: "!other:x", person: "@other:x" });
    for (const room of await begin().rooms.ofPerson(ROOM.person)) await begin().rooms.forget(room);
    expect([...(await context.state.keys(""))].sort()).to.deep.equal(["room !other:x", "to support @other:x"]);
  });

  it("is asked again when greeting it meets a failing disk, and the link comes", async () => {
    const { context } = desk();
    const attempts: (() => Promise<Attempt>)[] = [
      () => Promise.reject(new Error("the disk is away")),
      async () => ({ kind: "online" }),
    ];
    const attempt = async () => (await attempts.shift()?.()) ?? { kind: "online" as const };
    const link = new Link({ context, healthMs: 60_000, attempt, isAlive: async () => true });
    await link.start(signal);
    expect(link.isOnline).to.equal(true);
    link.stop();
  });
});

const INVITATION = {
  type: "m.room.member",
  room_id: ROOM.room,
  event_id: "$invitation",
  sender: ROOM.person,
  state_key: "@support:x",
  origin_server_ts: 1,
  content: { membership: "invite" },
};
const { state_key: _whom, ...place } = INVITATION;
const FIRST = { ...place, type: "m.room.message", event_id: "$first", content: { msgtype: "m.text", body: "hello" } };

const listening = () => {
  const { context, homeserver, begin } = desk();
  const time = { now: 0 };
  context.clock.now = () => time.now;
  const memory = begin();
  const namespace = { local: (id: string) => /^@(support|billing):x$/u.exec(id)?.[1] ?? null };
  const receive = (inbound: Inbound) => context.receive(inbound);
  const limits = { rooms: 100, answersPerMinute: 2, joinsPerMinute: 30, invitations: 10 } as Limits;
  const shared = { ...memory, context, homeserver, ghosts, namespace, limits, receive, ledger: new Ledger(100) };
  const membership = new Membership({ ...shared, met: () => {} });
  const putOff = (invitation: RoomEvent) => invitations.putOff(invitation);
  const rest = { media: {} as Media, signs: {} as Signs, spoke: () => {}, putAside: async () => false };
  const reception = new Reception({ ...shared, ...rest, membership, putOff });
  const said = (events: readonly RoomEvent[]) => reception.transaction({ events, ephemeral: [], malformed: 0 });
  const invitations: Invitations = new Invitations({ ...shared, membership, said });
  context.identities.set("support", { kind: "handle", name: "Support", state: "available", text: null });
  return { context, homeserver, time, memory, reception, said, invitations };
};

describe("an invitation that the homeserver of a room does not let the desk accept", () => {
  it("is put off, so that all others are heard; once accepted, what was said meanwhile is heard too", async () => {
    const { context, homeserver, time, said, invitations } = listening();
    homeserver.answer = () => ({ kind: "error", status: 502, errcode: "M_UNKNOWN", text: "no", retryAfterMs: null });
    const outcomes: string[] = [];
    for (const _delivery of [1, 2]) {
      outcomes.push(
        await said([INVITATION]).then(
          () => "taken",
          () => "to be delivered again",
        ),
      );
    }
    expect(outcomes).to.deep.equal(["to be delivered again", "taken"]);
    expect(await invitations.accept(), "when to come back").to.equal(60_000);
    homeserver.answer = ({ path }) => {
      return { kind: "ok", body: { chunk: path.at(-1) === "messages" ? [FIRST, INVITATION] : [] } };
    };
    time.now = 60_000;
    expect(await invitations.accept()).to.equal(null);
    expect(context.inbounds.all.map(({ kind }) => kind)).to.deep.equal(["subscription", "message"]);
    expect(await context.state.keys("invited ")).to.deep.equal([]);
  });

  it("what never could be taken of a room is told to whoever its person talks with, once", async () => {
    const { context, memory, reception } = listening();
    await memory.rooms.put(ROOM);
    const piece = { room: ROOM.room, since: null, gap: null, event: FIRST };
    await reception.giveUp([piece, { ...piece, event: { ...FIRST, event_id: "$second" } }]);
    await reception.giveUp([{ ...piece, room: "!nobody:x" }]);
    const [told, ...more] = context.inbounds.all;
    expect(told).to.include({ kind: "message", to: "support", redelivery: "given up $first" });
    expect(told?.kind === "message" && told.text).to.match(/could not hand over/u);
    expect(more).to.deep.equal([]);
  });
});

describe("somebody who speaks as one of the desk's own users, or in somebody else's room", () => {
  const words = (sender: string, id: string) => ({
    type: "m.room.message",
    room_id: ROOM.room,
    event_id: id,
    sender,
    origin_server_ts: 1,
    content: { msgtype: "m.text", body: "hello" },
  });

  it("is no party: neither in a room of the desk's, nor by inviting another of its users", async () => {
    const { context, homeserver, memory, said } = listening();
    await memory.rooms.put(ROOM);
    homeserver.answer = () => ({ kind: "ok", body: {} });
    await said([words("@billing:x", "$1"), words("@support:x", "$2"), words("@eve:x", "$5"), words(ROOM.person, "$3")]);
    await said([{ ...INVITATION, room_id: "!own:x", event_id: "$4", sender: "@billing:x" }]);
    expect(context.inbounds.all.map((inbound) => inbound.kind === "message" && inbound.id)).to.deep.equal(["$3"]);
    expect(homeserver.asked).not.to.include("POST join");
  });
});

describe("a Matrix account that is to encrypt and is just logging in", () => {
  const homeserver = new Told();
  homeserver.answer = () => ({ kind: "ok", body: {} });
  const parts = { homeserver, encryption: () => null, personIn: async () => ROOM.person };

  for (const action of [["rooms", "!r:x", "send", "m.room.message", "1"], ["rooms", "!r:x", "join"], ["createRoom"]]) {
    it(`does not ${action[2] ?? action[0]}, lest something goes out in the clear`, async () => {
      homeserver.asked.length = 0;
      const request: Request = { method: "PUT", path: ["v3", ...action], body: {} };
      const held = new EncryptedHomeserver({ ...parts, isConfigured: true });
      expect(await held.request(request)).to.deep.include({ kind: "error", status: 429 });
      expect(homeserver.asked).to.deep.equal([]);
      const plain = new EncryptedHomeserver({ ...parts, isConfigured: false });
      expect(await plain.request(request)).to.deep.include({ kind: "ok" });
    });
  }
});
