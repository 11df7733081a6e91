/** What a Matrix network keeps of a person who is erased: no invitation, nothing put aside or waiting for a key; of anybody else everything. */
import { expect } from "chai";
import { Unread } from "../../adapters/matrix/account/unread.ts";
import { Aside } from "../../adapters/matrix/aside.ts";
import type { RoomEvent } from "../../adapters/matrix/codec-inbound.ts";
import { forgetPerson } from "../../adapters/matrix/forgetting.ts";
import { NotTaken } from "../../adapters/matrix/hand.ts";
import { Invitations } from "../../adapters/matrix/invitations.ts";
import type { Membership } from "../../adapters/matrix/membership.ts";
import { TestContext } from "../support/adapter-context.ts";

const [ANNA, BEN] = ["@anna:x", "@ben:x"];
const AWAY = new NotTaken("HTTP 502");

function event(id: string, sender: string, room = "!r:x"): RoomEvent {
  const content = { msgtype: "m.text", body: "my cat Xanthippe" };
  return { type: "m.room.message", room_id: room, event_id: id, sender, origin_server_ts: 1, content };
}

describe("a person on Matrix who is erased", () => {
  it("leaves nothing of what waits behind, also not after a restart", async () => {
    const context = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });
    const [declined, left]: [string[], string[]] = [[], []];
    const request = async ({ path }: { readonly path: readonly string[] }) => {
      declined.push(path[2] ?? "");
      return { kind: "ok", body: {} } as const;
    };
    const membership = { forget: async (person: string) => void left.push(person), take: async () => [] };
    const rooms = {
      ofPerson: async (person: string) => (person === ANNA ? [{ room: "!anna:x", person, local: "support" }] : []),
    } as unknown as Parameters<typeof forgetPerson>[0]["rooms"];
    const make = () => ({
      rooms,
      membership,
      invitations: new Invitations({
        context,
        homeserver: { request },
        membership: membership as unknown as Membership,
        limits: { joinsPerMinute: 10, invitations: 10 },
      }),
      aside: new Aside({
        context,
        limits: { roomSeconds: 1, aside: 10, rooms: 10 },
        take: async () => {},
        giveUp: async () => {},
      }),
      unread: new Unread(context, { keySeconds: 10, unread: 10 }),
    });
    const network = make();
    for (const [sender, room] of [
      [ANNA, "!new-anna:x"],
      [BEN, "!new-ben:x"],
    ] as const) {
      await network.invitations.add({ room, sender }, "s1");
      await network.aside.keep({ room, since: null, gap: null, event: event(`$aside ${sender}`, sender, room) }, AWAY);
      await network.unread.keep(event(`$unread ${sender}`, sender), { session: sender, withheld: false });
    }
    await network.aside.keep({ room: "!anna:x", since: "s1", gap: "t1", event: null }, AWAY);
    await network.aside.keep({ room: "!ben:x", since: "s1", gap: "t1", event: null }, AWAY);
    expect(await context.state.keys("")).to.have.length(8);
    // Once at the network that has it in mind, once at one that was only just started.
    for (const one of [network, make()]) {
      await forgetPerson(one, ANNA);
      expect(await context.state.keys("")).to.deep.equal([
        "aside !ben:x before t1",
        `aside !new-ben:x $aside ${BEN}`,
        "invited !new-ben:x",
        `unread $unread ${BEN}`,
      ]);
    }
    expect([declined, left]).to.deep.equal([["!new-anna:x"], [ANNA, ANNA]]);
    expect(JSON.stringify([...context.stored])).not.to.include(ANNA);
  });
});
