/** An ordinary Matrix account, apart from any homeserver: what /sync says, invitations under limits, messages without a key. */
import { expect } from "chai";
import { decodeNews } from "../../adapters/matrix/account/sync-response.ts";
import { Unread } from "../../adapters/matrix/account/unread.ts";
import type { RoomEvent } from "../../adapters/matrix/codec-inbound.ts";
import { parseConfig } from "../../adapters/matrix/config.ts";
import { NotTaken } from "../../adapters/matrix/hand.ts";
import { matrix } from "../../adapters/matrix/index.ts";
import { Invitations } from "../../adapters/matrix/invitations.ts";
import type { Membership } from "../../adapters/matrix/membership.ts";
import { ConfigProblem } from "../../src/adapter.ts";
import { TestContext } from "../support/adapter-context.ts";

const OWN = "@support:example.com";
const ANNA = "@anna:example.com";
const SECTION = { mode: "account", homeserver: "https://m.example.com/", userId: OWN, password: "p" } as const;

const event = (id: string, more: object = {}): object => ({
  type: "m.room.message",
  event_id: id,
  sender: ANNA,
  origin_server_ts: 1,
  content: { msgtype: "m.text", body: "hello" },
  ...more,
});
const encrypted = (id: string): RoomEvent => ({
  type: "m.room.encrypted",
  room_id: "!r:x",
  event_id: id,
  sender: ANNA,
  origin_server_ts: 1,
  content: {},
});

/** A desk whose time the test moves. */
function deskAt(start: number) {
  const context = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });
  const time = { now: start };
  context.clock.now = () => time.now;
  return { context, time };
}

describe("Matrix account: configuration", () => {
  const faulty = (change: object): string => {
    try {
      parseConfig({ ...SECTION, ...change });
      return "nothing";
    } catch (error) {
      return error instanceof ConfigProblem ? error.path.join(".") : String(error);
    }
  };
  for (const [change, path] of [
    [{}, "nothing"],
    [{ userId: "support" }, "userId"],
    [{ userId: "@support" }, "userId"],
    [{ password: undefined }, "password"],
    [{ accessToken: "t" }, "accessToken"],
    [{ encryption: { secret: "short" } }, "encryption.secret"],
    [{ limits: { joinsPerMinute: 0 } }, "limits.joinsPerMinute"],
  ] as const) {
    it(`${JSON.stringify(change)}: ${path} is faulty`, () => expect(faulty(change)).to.equal(path));
  }
  it("is one handle, for it has one address", () => {
    const config = parseConfig(SECTION);
    expect(() => matrix.checkHandles?.(config, ["support"])).not.to.throw();
    expect(() => matrix.checkHandles?.(config, ["support", "billing"])).to.throw(ConfigProblem, /one address/u);
  });
});

describe("Matrix account: the answer of /sync", () => {
  it("is rooms, invitations, departures, signs and keys, each where it belongs", () => {
    const invite = { type: "m.room.member", state_key: OWN, sender: ANNA, content: { membership: "invite" } };
    const typing = { type: "m.typing", content: { user_ids: [ANNA] } };
    const join = { timeline: { events: [event("$1"), { type: 7 }], limited: true, prev_batch: "p" } };
    const news = decodeNews(
      {
        next_batch: "s2",
        rooms: {
          join: { "!a:x": { ...join, ephemeral: { events: [typing] } } },
          invite: { "!b:x": { invite_state: { events: [invite] } }, "!c:x": { invite_state: { events: [] } } },
          leave: { "!d:x": { timeline: { events: [event("$2")] } } },
        },
        to_device: { events: [{ type: "m.room_key" }] },
        device_lists: { changed: [ANNA] },
        device_one_time_keys_count: { signed_curve25519: 3 },
      },
      OWN,
    );
    expect(news?.next).to.equal("s2");
    expect(
      news?.joined.map(({ room, gap, timeline }) => [room, gap, timeline.map((one) => one.room_id)]),
    ).to.deep.equal([["!a:x", "p", ["!a:x"]]]);
    expect(news?.invitations).to.deep.equal([{ room: "!b:x", sender: ANNA }]);
    expect(news?.left.map(({ room }) => room)).to.deep.equal(["!d:x"]);
    expect(news?.signs).to.deep.equal([{ ...typing, room_id: "!a:x" }]);
    expect(news?.keys).to.deep.equal({
      toDevice: [{ type: "m.room_key" }],
      changed: [ANNA],
      left: [],
      oneTimeKeys: { signed_curve25519: 3 },
      fallbackKeys: null,
    });
    expect(news?.malformed).to.equal(1);
  });

  for (const body of [null, [], {}, { next_batch: "" }, { next_batch: 7 }]) {
    it(`${JSON.stringify(body)} is none`, () => expect(decodeNews(body, OWN)).to.equal(null));
  }
  it("is taken but for a room of another shape", () => {
    const rooms = { join: { "!a:x": 7, "!b:x": { timeline: { events: [event("$1")] } } } };
    const news = decodeNews({ next_batch: "s", rooms }, OWN);
    expect(news?.joined.flatMap(({ timeline }) => timeline.map(({ event_id }) => event_id))).to.deep.equal(["$1"]);
  });
  for (const rooms of [{ join: [] }, { join: { "!a:x": 7 } }, { join: { "!a:x": { timeline: "x" } } }, { invite: 7 }]) {
    it(`rooms of another shape, ${JSON.stringify(rooms)}, are left out`, () => {
      const news = decodeNews({ next_batch: "s", rooms }, OWN);
      expect(news?.joined.flatMap(({ timeline }) => timeline)).to.deep.equal([]);
      expect(news?.next).to.equal("s");
    });
  }
});

describe("Matrix account: a person who is to be forgotten", () => {
  it("is not said to be, and is forgotten another time, while the homeserver is away", async () => {
    const { context } = deskAt(0);
    const room = { room: "!r:x", local: "support", person: ANNA, nick: null, shown: null };
    await context.state.set("room !r:x", room);
    const adapter = matrix.create(parseConfig(SECTION), context);
    const outcome = await adapter.forget?.({ network: "matrix", id: ANNA }).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(NotTaken);
    expect(await context.state.get("room !r:x")).to.deep.equal(room);
    await adapter.forget?.({ network: "matrix", id: "@stranger:example.com" });
  });
});

describe("Matrix account: invitations", () => {
  const setUp = () => {
    const { context, time } = deskAt(0);
    const accepted: string[] = [];
    const declined: string[] = [];
    const failing = new Set<string>();
    const membership = {
      take: async (one: RoomEvent) => {
        if (failing.has(one.room_id)) throw new NotTaken("its homeserver is away");
        accepted.push(one.room_id);
        return [];
      },
    };
    const make = () =>
      new Invitations({
        context,
        homeserver: {
          request: async ({ path }) => {
            declined.push(path[2] ?? "");
            return { kind: "ok", body: {} };
          },
        },
        membership: membership as unknown as Membership,
        limits: { joinsPerMinute: 2, invitations: 3 },
        own: OWN,
      });
    return { context, time, accepted, declined, failing, make };
  };

  it("are accepted a few a minute; the others wait, even over a restart", async () => {
    const { time, accepted, make } = setUp();
    const before = make();
    for (const room of ["!1", "!2", "!3"]) await before.add({ room, sender: ANNA }, "s1");
    expect(await before.accept(), "when to come back").to.equal(60_000);
    expect(accepted).to.deep.equal(["!1", "!2"]);
    time.now = 60_000;
    expect(await make().accept()).to.equal(null);
    expect(accepted).to.deep.equal(["!1", "!2", "!3"]);
  });

  it("to a room that cannot be joined hold up no others; they are tried ever later, and given up", async () => {
    const { time, accepted, declined, failing, make } = setUp();
    const invitations = make();
    failing.add("!away");
    await invitations.add({ room: "!away", sender: ANNA }, "s1");
    await invitations.add({ room: "!here", sender: ANNA }, "s1");
    const waits: (number | null)[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      const waitMs = await invitations.accept();
      waits.push(waitMs);
      time.now += waitMs ?? 0;
    }
    expect(accepted).to.deep.equal(["!here"]);
    expect(waits.map((waitMs) => (waitMs === null ? null : waitMs / 60_000))).to.deep.equal([
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      null,
    ]);
    expect(declined).to.deep.equal(["!away"]);
  });

  it("beyond their limit are declined, and those that are taken back are forgotten", async () => {
    const { context, accepted, declined, make } = setUp();
    const invitations = make();
    for (const room of ["!1", "!2", "!3", "!4"]) await invitations.add({ room, sender: ANNA }, "s1");
    expect(declined).to.deep.equal(["!4"]);
    await invitations.withdraw("!1");
    await invitations.accept();
    expect(accepted).to.deep.equal(["!2", "!3"]);
    expect(await context.state.keys("invited ")).to.deep.equal([]);
  });
});

describe("Matrix account: messages whose key is missing", () => {
  const LIMITS = { keySeconds: 10, unread: 2 };
  const ids = (all: readonly { readonly event: RoomEvent }[]) => all.map(({ event: one }) => one.event_id);

  it("are told of after a while, once for each key, and still wait after a restart", async () => {
    const { context, time } = deskAt(0);
    const unread = new Unread(context, LIMITS);
    await unread.keep(encrypted("$1"), { session: "s", withheld: false });
    await unread.keep(encrypted("$2"), { session: "s", withheld: false });
    expect([await unread.dueMs(), ids(await unread.overdue())]).to.deep.equal([10_000, []]);
    time.now = 10_000;
    expect(ids(await unread.overdue())).to.deep.equal(["$1"]);
    await unread.told("$1");
    expect(ids(await unread.overdue()), "of the same key").to.deep.equal([]);
    expect(await unread.dueMs()).to.equal(null);
    const later = new Unread(context, LIMITS);
    expect((await later.all()).map(({ event_id }) => event_id)).to.deep.equal(["$1", "$2"]);
    expect(ids(await later.overdue())).to.deep.equal([]);
  });

  it("are told of at once when the key is withheld", async () => {
    const { context } = deskAt(0);
    const unread = new Unread(context, LIMITS);
    await unread.keep(encrypted("$1"), { session: "s", withheld: true });
    expect(ids(await unread.overdue())).to.deep.equal(["$1"]);
  });

  it("are given up when too many wait, or for a week", async () => {
    const { context, time } = deskAt(0);
    const unread = new Unread(context, LIMITS);
    for (const id of ["$1", "$2", "$3"]) await unread.keep(encrypted(id), { session: id, withheld: false });
    expect((await unread.all()).map(({ event_id }) => event_id)).to.deep.equal(["$2", "$3"]);
    time.now = 7 * 86_400_000 + 1;
    await unread.overdue();
    expect(await unread.all()).to.deep.equal([]);
    expect(await context.state.keys("unread ")).to.deep.equal([]);
    expect(context.counted).to.have.length(3);
  });
});
