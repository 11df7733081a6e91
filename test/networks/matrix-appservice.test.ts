/** The application service as people on a real Synapse meet it: who is let in, what is refused, and what it survives. */
import { expect } from "chai";
import type { InboundOf } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { MatrixFarEnd } from "../conformance/matrix-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

const LIMIT_MS = 90_000;

describe("the desk as an application service of a real Synapse", function () {
  this.timeout(400_000);
  requires("synapse");
  let far: MatrixFarEnd;
  let stage: Stage;
  const clients: MatrixTestClient[] = [];
  let newcomers = 0;

  before(async () => {
    far = await MatrixFarEnd.open();
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    await far?.close();
  });
  beforeEach(async () => {
    stage = new Stage(far);
    await stage.start();
  });
  afterEach(async () => stage.end());

  const anna = (): MatrixFarPerson => stage.anna as MatrixFarPerson;
  const ghost = (local: string): string => `@${far.synapse.prefix}${local}:${far.synapse.serverName}`;
  const newcomer = async (): Promise<MatrixTestClient> => {
    newcomers += 1;
    const account = await far.synapse.register(`newcomer${newcomers}`, "a password nobody has");
    const client = await connectMatrixClient(far.synapse, account);
    clients.push(client);
    return client;
  };
  const membership = (client: MatrixTestClient, room: string, user: string): string | undefined =>
    client.sdk.getRoom(room)?.getMember(user)?.membership;
  const gone = (client: MatrixTestClient, room: string, user: string): Promise<unknown> =>
    until(`${user} to leave`, () => membership(client, room, user) === "leave", LIMIT_MS);
  const transaction = (id: string, init: RequestInit & { query?: string; path?: string }): Promise<Response> =>
    fetch(`${stage.context.url}/matrix${init.path ?? "/_matrix/app/v1"}/transactions/${id}${init.query ?? ""}`, {
      method: "PUT",
      body: JSON.stringify({ events: [] }),
      ...init,
    });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, "content-type": "application/json" });

  it("takes the hs_token from the header, and from nowhere else", async () => {
    const { hsToken } = far.synapse;
    const status = async (init: RequestInit & { query?: string; path?: string }): Promise<number> =>
      (await transaction("t", init)).status;
    const json = { "content-type": "application/json" };
    expect(await status({ headers: bearer(hsToken) }), "the token").to.equal(200);
    expect(await status({ headers: bearer(hsToken), path: "" }), "the legacy path").to.equal(200);
    expect(await status({ headers: json }), "no token").to.equal(401);
    expect(await status({ headers: bearer("guessed") }), "a wrong token").to.equal(403);
    expect(await status({ headers: json, query: `?access_token=${hsToken}` }), "in the address").to.equal(401);
    expect(await status({ headers: bearer(hsToken), query: `?access_token=${hsToken}` }), "in both").to.equal(401);
    expect(stage.logs.filter(({ text }) => text.includes(hsToken))).to.deep.equal([]);
  });

  it("opens a chat by itself when the desk writes first, under the alias's name", async () => {
    const client = await newcomer();
    const to = { network: "matrix", id: client.userId };
    await stage.deliver({ ...stage.message(stage.anna, "an offer", { from: far.alias }), to });
    const seen = await client.events.next("the offer", ({ content }) => content.body === "an offer", LIMIT_MS);
    expect(seen.sender).to.equal(ghost(far.alias));
    expect(seen.senderName).to.equal("Anna · billing · XMPP");
    const room = client.roomWith(ghost(far.alias)) ?? "";
    const { invite } =
      client.sdk.getRoom(room)?.currentState.getStateEvents("m.room.power_levels", "")?.getContent() ?? {};
    expect(invite, "power to invite a third one").to.equal(100);
  });

  it("joins a chat with a name that exists for the person, and declines all others", async () => {
    const client = await newcomer();
    const invite = async (local: string): Promise<string> =>
      (await client.sdk.createRoom({ invite: [ghost(local)], is_direct: true })).room_id;
    await stage.deliver(stage.message(stage.anna, "made known", { from: far.alias }));
    stage.context.identities.delete(far.alias);
    await gone(client, await invite(far.alias), ghost(far.alias));
    const room = await invite("support");
    await until("support to join", () => membership(client, room, ghost("support")) === "join", LIMIT_MS);
    // Some homeservers refuse it themselves, since the desk says that there is nobody of that name.
    const unknown = await invite("never-heard-of").catch(() => null);
    expect(unknown === null ? undefined : membership(client, unknown, ghost("never-heard-of"))).not.to.equal("join");
    const subscribers = stage.context.inbounds.all.filter(
      ({ kind, from }) => kind === "subscription" && from.id === client.userId,
    );
    expect(subscribers.map(({ to }) => to)).to.deep.equal(["support"]);
  });

  it("says why and leaves when a third person comes in, hears nothing more there, and writes in a new chat", async () => {
    const { client } = anna();
    const third = await newcomer();
    const room = await client.chatWith(ghost("support"));
    await client.sdk.invite(room, third.userId);
    await client.events.next(
      "the reason",
      ({ content }) => /somebody else is in it/u.test(String(content.body)),
      LIMIT_MS,
    );
    await gone(client, room, ghost("support"));
    await client.send(room, "m.room.message", { msgtype: "m.text", body: "in the old room" });
    await stage.deliver(stage.message(stage.anna, "for you alone"));
    const seen = await client.events.next("the answer", ({ content }) => content.body === "for you alone", LIMIT_MS);
    expect(seen.room).not.to.equal(room);
    expect(third.events.some(({ content }) => content.body === "for you alone")).to.equal(false);
    await stage.hears(stage.anna, "in the new room");
    expect(stage.heard(stage.anna)).to.deep.equal(["in the new room"]);
  });

  it("does not join a room in which somebody else is already", async () => {
    const [client, third] = [await newcomer(), await newcomer()];
    const { room_id } = await client.sdk.createRoom({ invite: [third.userId] });
    await until("the third to join", () => membership(client, room_id, third.userId) === "join", LIMIT_MS);
    await client.sdk.invite(room_id, ghost("support"));
    await gone(client, room_id, ghost("support"));
    expect(stage.context.inbounds.all.filter(({ from }) => from.id === client.userId)).to.deep.equal([]);
  });

  it("never follows a tombstone to another room", async () => {
    const { client } = anna();
    const room = await client.chatWith(ghost("support"));
    const evil = await newcomer();
    const other = (await evil.sdk.createRoom({ invite: [client.userId] })).room_id;
    const path = `/rooms/${encodeURIComponent(room)}/state/m.room.tombstone/`;
    await client.request("PUT", path, { body: "moved", replacement_room: other });
    await gone(client, room, ghost("support"));
    await stage.deliver(stage.message(stage.anna, "where are you?"));
    const seen = await client.events.next("the question", ({ content }) => content.body === "where are you?", LIMIT_MS);
    expect(seen.room).not.to.be.oneOf([room, other]);
  });

  it("says that it cannot read what is encrypted, once for each message", async () => {
    const { client } = anna();
    const room = await client.chatWith(ghost("support"));
    const id = await client.send(room, "m.room.encrypted", {
      algorithm: "m.megolm.v1.aes-sha2",
      ciphertext: "AwgAEnAC",
    });
    const said = await client.events.next("the sentence", ({ content }) =>
      /cannot read encrypted/u.test(String(content.body)),
    );
    expect(said.content["m.relates_to"]).to.deep.equal({ "m.in_reply_to": { event_id: id } });
    expect(said.content.msgtype).to.equal("m.notice");
    expect(stage.heard(stage.anna)).to.deep.equal([]);
  });

  it("answers a refused message with the desk's words, as a reply to it", async () => {
    stage.context.judge(async () => ({
      kind: "refused",
      reason: "policy-violation",
      text: "Too many messages at once.",
    }));
    const { id } = await stage.hears(stage.anna, "spam");
    const refusal = await stage.sees(stage.anna, "message");
    expect({ text: refusal.text, replyTo: refusal.replyTo }).to.deep.equal({
      text: "Too many messages at once.",
      replyTo: id,
    });
  });

  it("reports who leaves as departed, and a notice of another automatic client not at all", async () => {
    const { client } = anna();
    const room = await client.chatWith(ghost("support"));
    await client.send(room, "m.room.message", { msgtype: "m.notice", body: "I am out of the office" });
    await client.sdk.leave(room);
    const departure = await stage.context.next("departure", stage.anna.address);
    expect(departure.to).to.equal("support");
    expect(stage.heard(stage.anna)).to.deep.equal([]);
  });

  it("hands a repeated transaction to the desk under the same redelivery ids, also to an adapter that was started anew", async () => {
    const { inbound } = await stage.hears(stage.anna, "said once");
    const room = (await anna().client.chatWith(ghost("support"))) ?? "";
    const event = {
      type: "m.room.message",
      room_id: room,
      sender: stage.anna.address.id,
      event_id: inbound.id,
      origin_server_ts: 1,
    };
    const content = { msgtype: "m.text", body: "said once" };
    const body = JSON.stringify({ events: [{ ...event, content }] });
    for (const id of ["again", "again", "under-another-id"]) {
      expect((await transaction(id, { headers: bearer(far.synapse.hsToken), body })).status).to.equal(200);
    }
    expect(stage.heard(stage.anna)).to.deep.equal(["said once"]);

    await stage.adapter.stop();
    const second = stage.another();
    for (const [key, value] of stage.context.stored) {
      second.context.stored.set(key, value);
    }
    await second.context.listen();
    await second.adapter.start(new AbortController().signal);
    await fetch(`${second.context.url}/matrix/_matrix/app/v1/transactions/again`, {
      method: "PUT",
      headers: bearer(far.synapse.hsToken),
      body,
    });
    const again = await second.context.next("message", stage.anna.address);
    expect(again.redelivery).to.equal(inbound.redelivery);
    await second.end();
  });

  it("finds an earlier message again after it forgot everything but its rooms", async () => {
    const original = stage.message(stage.anna, "the original");
    await stage.deliver(original);
    const { id } = await stage.sees(stage.anna, "message");
    await stage.adapter.stop();
    const second = stage.another();
    for (const [key, value] of stage.context.stored) {
      second.context.stored.set(key, value);
    }
    await second.context.listen();
    await second.adapter.start(new AbortController().signal);
    await second.deliver(stage.outbound("edit", stage.anna, { of: original.key, text: "better", nick: null }));
    const seen = await stage.sees(stage.anna, "edit");
    expect({ of: seen.of, text: seen.text }).to.deep.equal({ of: id, text: "better" });
    await second.end();
  });

  it("shows in a handle's chat the name of who speaks", async () => {
    await stage.deliver(stage.message(stage.anna, "I am Ada", { nick: "Ada" }));
    expect((await stage.sees(stage.anna, "message")).nick).to.equal("Ada");
    await stage.deliver(stage.message(stage.anna, "the desk itself", { notice: true }));
    expect((await stage.sees(stage.anna, "message")).nick).to.equal("Ada");
  });

  it("reads one receipt as reading everything before it", async () => {
    const keys: string[] = [];
    let last: string | null = null;
    for (const text of ["one", "two", "three"]) {
      const outbound = stage.message(stage.anna, text);
      keys.push(outbound.key);
      await stage.deliver(outbound);
      last = (await stage.sees(stage.anna, "message")).id;
    }
    await stage.anna.receipt("support", last ?? "", "read");
    const isRead = (of: string) => stage.context.inbounds.some((one) => one.kind === "receipt" && one.of === of);
    await until("all to be read", () => keys.every(isRead), LIMIT_MS);
  });

  it("tells the software by the name of the device where its keys are published", async () => {
    const client = await newcomer();
    const device = client.sdk.getDeviceId() ?? "";
    await client.request("PUT", `/devices/${device}`, { display_name: "Element Desktop: Linux" });
    const keys = { [`ed25519:${device}`]: "q4S1yRQFDXtBk3u4zTqgJ0sg0YxC1X8Wt3tXoY2cJbM" };
    const device_keys = { user_id: client.userId, device_id: device, algorithms: [], keys, signatures: {} };
    await client.request("POST", "/keys/upload", { device_keys });
    const room = await client.chatWith(ghost("support"));
    await client.send(room, "m.room.message", { msgtype: "m.text", body: "hello" });
    const from = { network: "matrix", id: client.userId };
    const { software } = (await stage.context.next("software", from)) as InboundOf<"software">;
    expect(software).to.include({ protocol: "matrix", name: "Element Desktop", os: "Linux", version: null });
  });

  it("delivers after Synapse was killed in mid-conversation, both ways, nothing twice", async () => {
    await stage.hears(stage.anna, "before");
    await far.synapse.kill();
    const during = stage.message(stage.anna, "while it was dead");
    const outcome = await stage.send(during);
    expect(outcome.kind).to.equal("deferred");
    await far.synapse.start();
    await stage.deliver(during);
    await stage.deliver(during);
    await stage.sees(stage.anna, "message", ({ text }) => text === "while it was dead");
    await stage.hears(stage.anna, "after");
    expect(stage.heard(stage.anna)).to.deep.equal(["before", "after"]);
    expect(stage.texts(stage.anna)).to.deep.equal(["while it was dead"]);
  });
});
