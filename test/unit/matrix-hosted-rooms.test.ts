/** Rooms of Matrix in which the desk introduces two people, where a real homeserver seldom fails: made half, made twice, refused, cut off. */
import { expect } from "chai";
import type { Answer, Request } from "../../adapters/matrix/homeserver.ts";
import { faultOf, hostedRoom, LOOKED_AT, type RoomState } from "../../adapters/matrix/hosted-room-events.ts";
import { HostedRooms } from "../../adapters/matrix/hosted-rooms.ts";
import type { OutboundOf, RoomAct } from "../../src/core/model.ts";
import { TestContext } from "../support/adapter-context.ts";

const OWN = "@frontdesk_support:example.com";
const { power_level_content_override: powers } = hostedRoom("x", "Billing") as { power_level_content_override: object };
const SAFE: RoomState = {
  "m.room.join_rules": { join_rule: "invite" },
  "m.room.guest_access": { guest_access: "forbidden" },
  "m.room.history_visibility": { history_visibility: "invited" },
  "m.room.encryption": null,
  "m.room.power_levels": { ...powers, users: { [OWN]: 100 } },
};

describe("a room in which two are introduced", () => {
  it("is used when it is as it was asked for", () => expect(faultOf(SAFE, OWN)).to.equal(null));

  const levels = (change: object) => ({ "m.room.power_levels": { ...powers, users: { [OWN]: 100 }, ...change } });
  const faults: readonly (readonly [string, Partial<RoomState>, string])[] = [
    ["open to all", { "m.room.join_rules": { join_rule: "public" } }, "unasked"],
    ["open to who knocks", { "m.room.join_rules": { join_rule: "knock" } }, "unasked"],
    ["made half", { "m.room.join_rules": null }, "unasked"],
    ["open to guests", { "m.room.guest_access": { guest_access: "can_join" } }, "guests"],
    ["read by the world", { "m.room.history_visibility": { history_visibility: "world_readable" } }, "read"],
    ["encrypted", { "m.room.encryption": { algorithm: "m.megolm.v1.aes-sha2" } }, "encrypted"],
    ["without powers", { "m.room.power_levels": null }, "change"],
    ["ruled by another", levels({ users: { [OWN]: 100, "@eve:example.com": 100 } }), "change"],
    ["ruled by everybody", levels({ users_default: 100 }), "change"],
    ["where everybody invites", levels({ invite: 0 }), "change"],
    ["that does not say who invites", levels({ invite: undefined }), "change"],
    ["where everybody renames", levels({ events: { "m.room.name": 0 } }), "change"],
  ];
  for (const [what, change, says] of faults) {
    it(`is not used when it is ${what}`, () => expect(faultOf({ ...SAFE, ...change }, OWN)).to.contain(says));
  }
});

const OK: Answer = { kind: "ok", body: {} };
const LOST: Answer = { kind: "unreachable", text: "no answer" };
const error = (status: number, errcode: string): Answer => ({
  kind: "error",
  status,
  errcode,
  text: errcode,
  retryAfterMs: null,
});

/** A homeserver that makes what it is asked for, but for what a test has it answer instead. */
class Scripted {
  readonly asked: string[] = [];
  /** By "METHOD last/words/of/path", once each; done all the same where `isDone`. */
  readonly instead = new Map<string, { readonly answer: Answer; readonly isDone: boolean }>();
  state: RoomState = SAFE;
  #alias: string | null = null;

  async request({ method, path, as }: Request): Promise<Answer> {
    expect(as).to.equal(OWN);
    const name = `${method} ${path.slice(path[1] === "rooms" ? 3 : 1).join("/")}`;
    this.asked.push(name);
    const instead = this.instead.get(name);
    this.instead.delete(name);
    const answer = instead === undefined || instead.isDone ? this.#do(name, path) : OK;
    return instead?.answer ?? answer;
  }

  #do(name: string, path: readonly string[]): Answer {
    if (name === "POST createRoom") {
      if (this.#alias !== null) return error(400, "M_ROOM_IN_USE");
      this.#alias = "!made:example.com";
    }
    if (name === "POST createRoom" || name.startsWith("GET directory")) {
      return this.#alias === null ? error(404, "M_NOT_FOUND") : { kind: "ok", body: { room_id: this.#alias } };
    }
    if (name === "GET members") return { kind: "ok", body: { chunk: [] } };
    const type = LOOKED_AT.find((one) => path.includes(one));
    if (method(name) !== "GET" || type === undefined) return name.startsWith("GET") ? error(404, "M_NOT_FOUND") : OK;
    const body = this.state[type];
    return body === null ? error(404, "M_NOT_FOUND") : { kind: "ok", body };
  }
}
const method = (name: string): string => name.split(" ")[0] ?? "";

const ANNA = { network: "matrix", id: "@anna:example.org" };
const STEADY = new AbortController().signal;

describe("making and leaving such a room", () => {
  let context: TestContext;
  let homeserver: Scripted;
  let rooms: HostedRooms;
  const begin = () => {
    const ghosts = { id: () => OWN, prepare: async () => null, isPrepared: () => true };
    rooms = new HostedRooms({ context, homeserver, ghosts, prefix: "frontdesk_", serverName: "example.com" });
  };
  beforeEach(() => {
    context = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });
    homeserver = new Scripted();
    begin();
  });

  const send = (act: RoomAct) => {
    const frame = { key: "k-1", from: "support", to: ANNA, device: null, conversation: "c1" };
    const outbound: OutboundOf<"room"> = { ...frame, kind: "room", room: "token", act };
    return rooms.send(outbound, STEADY);
  };
  const introduce = () =>
    send({ kind: "introduce", nick: "Example", subject: "Billing", parties: [], until: Date.now() + 60_000 });
  const states = () => context.inbounds.all.flatMap((one) => (one.kind === "room" ? [one.state] : []));
  const count = (name: string) => homeserver.asked.filter((one) => one === name).length;

  it("whose answer was lost makes it once, also after a restart", async () => {
    homeserver.instead.set("POST createRoom", { answer: LOST, isDone: true });
    expect(await introduce()).to.include({ kind: "deferred" });
    begin();
    expect(await introduce()).to.include({ kind: "accepted" });
    expect(states()).to.deep.equal(["ready"]);
    expect(await introduce()).to.include({ kind: "accepted" });
    expect(count("POST createRoom"), "asked, asked again and found").to.equal(2);
  });

  const refusals: readonly (readonly [string, Answer, string])[] = [
    ["that the registration reserves no alias for", error(400, "M_EXCLUSIVE"), "not-allowed"],
    ["that may not be made now", error(429, "M_LIMIT_EXCEEDED"), "resource-constraint"],
    ["that the homeserver fails to make", error(502, "M_UNKNOWN"), "remote-server-timeout"],
  ];
  for (const [what, answer, reason] of refusals) {
    it(`a room ${what} is given up at once, so that no message waits for it`, async () => {
      homeserver.instead.set("POST createRoom", { answer, isDone: false });
      expect(await introduce()).to.include({ kind: "rejected", reason });
      expect(states()).to.deep.equal([]);
      expect([...context.stored.keys()]).to.deep.equal([]);
      expect(context.logs.map(({ event }) => event)).to.include("matrix.room.refused");
    });
  }

  it("a room that is not as it must be is left, and nobody was told of it", async () => {
    homeserver.state = { ...SAFE, "m.room.encryption": { algorithm: "m.megolm.v1.aes-sha2" } };
    const outcome = await introduce();
    expect(outcome).to.include({ kind: "rejected", reason: "not-acceptable" });
    expect(outcome.kind === "rejected" ? outcome.text : "").to.contain("it is encrypted");
    expect(states()).to.deep.equal([]);
    expect(homeserver.asked).to.include.members(["POST leave", "POST forget"]);
    expect(homeserver.asked.some((name) => name.startsWith("PUT"))).to.equal(false);
  });

  it("what was handed over is not said again when leaving is repeated, also after a restart", async () => {
    await introduce();
    homeserver.instead.set("POST leave", { answer: LOST, isDone: false });
    const over: RoomAct = { kind: "hand-over", lines: ["Here are Anna and Ada.", "I leave."] };
    expect(await send(over)).to.include({ kind: "deferred" });
    begin();
    expect(await send(over)).to.include({ kind: "accepted" });
    expect(homeserver.asked.filter((name) => name.startsWith("PUT send"))).to.have.length(2);
    expect([...context.stored.keys()]).to.deep.equal([]);
    expect(await send(over), "and once more").to.include({ kind: "accepted" });
    expect(count("POST leave")).to.equal(2);
  });

  it("who is asked once more although they are there is not invited again", async () => {
    await introduce();
    const party = { address: ANNA, nick: "Anna", invitation: "Come." };
    const member = { kind: "ok", body: { membership: "join" } } as const;
    homeserver.instead.set(`GET state/m.room.member/${ANNA.id}`, { answer: member, isDone: false });
    expect(await send({ kind: "invite", party })).to.include({ kind: "accepted" });
    expect(count(`PUT state/m.room.member/${ANNA.id}`)).to.equal(0);
  });

  it("what happens in it is nobody's business but who comes and goes", async () => {
    await introduce();
    await send({ kind: "invite", party: { address: ANNA, nick: "Anna", invitation: "Come." } });
    const at = { room_id: "!made:example.com", sender: ANNA.id, origin_server_ts: 0 };
    const member = (membership: string) => ({ type: "m.room.member", state_key: ANNA.id, content: { membership } });
    const said = { type: "m.room.message", content: { body: "PRIVATE" } };
    const events = [member("invite"), member("join"), member("join"), said, member("leave"), member("leave")];
    for (const [index, event] of events.entries()) {
      expect(await rooms.take({ ...at, event_id: `$${index}`, ...event })).to.equal(true);
    }
    expect(states()).to.deep.equal(["ready", "entered", "left", "declined"]);
    expect(JSON.stringify(context.inbounds.all)).not.to.contain("PRIVATE");
    expect(await rooms.take({ ...at, event_id: "$x", ...said, room_id: "!other:example.com" })).to.equal(false);
  });
});
