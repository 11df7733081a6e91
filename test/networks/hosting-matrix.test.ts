/**
 * Hosted by the IM server, where its rooms show addresses: two people of a real Synapse are introduced in a room of it, each of them only
 * once they were told that they will be seen there.
 */
import { expect } from "chai";
import { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, matrixNetwork, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { hears, PATIENCE_MS, type Somebody, textsOf } from "../support/desk-people.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { startMatrixNio } from "../support/matrix-nio.ts";
import { requires } from "../support/requires.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { until } from "../support/wait.ts";

const PASSWORD = "a password nobody has";
const CSR = "moreau.jules";

type MatrixSomebody = Somebody & { readonly client: MatrixTestClient };

describe("hosted by the IM server: a room of a real Synapse", function () {
  this.timeout(400_000);
  requires("synapse", "matrixNio");
  let synapse: Synapse;
  let toDesk: TcpRelay;
  let desk: Daemon;
  let csr: MatrixSomebody;
  const people: MatrixSomebody[] = [];

  const supportUser = () => `@${synapse.prefix}support:${synapse.serverName}`;

  /** They decide themselves about what the desk's handle invites them to. */
  const matrixPerson = async (user: string): Promise<MatrixSomebody> => {
    const account = await synapse.register(user, PASSWORD);
    const client = await connectMatrixClient(synapse, account, { accepts: (inviter) => inviter !== supportUser() });
    const somebody = {
      person: new MatrixFarPerson("matrix", client, synapse.prefix),
      client,
      wire: () => client.events.all.map((event) => JSON.stringify(event)).join("\n"),
      secrets: [user],
      own: [account.userId],
      stop: () => client.stop(),
    };
    people.push(somebody);
    return somebody;
  };

  before(async () => {
    const where: { desk: Daemon | null } = { desk: null };
    toDesk = await TcpRelay.open(() => (where.desk === null ? null : Number(new URL(where.desk.url).port)));
    synapse = await startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` });
    const hosting = "    hosting: server\n    allowsAddresses: true\n    wrapUp: {room: 600}\n";
    desk = await startDaemon({
      networks: matrixNetwork(synapse),
      csrs: csrEntries({
        id: "jules",
        name: "Jules",
        address: `matrix: "@${CSR}:${synapse.serverName}"`,
        skill: "support",
        capacity: 9,
      }),
      routing: TWO_QUEUES.replace("  support:\n", `  support:\n${hosting}`),
      dialogs: TWO_DIALOGS,
    });
    where.desk = desk;
    csr = await matrixPerson(CSR);
    await csr.person.subscribe("desk", "subscribe");
    await csr.person.presence("available");
  });
  after(async () => {
    for (const person of people) await person.stop();
    await desk?.remove();
    await toDesk?.cut();
    await synapse?.remove();
  });
  // The CSR is free again for the next customer.
  afterEach(() => csr.person.say("desk", "/back"));

  /** Both talk by the desk, and the customer is asked to come. Gives the room's alias and what the CSR writes to. */
  async function asked(name: string): Promise<{ customer: MatrixSomebody; alias: string; window: string }> {
    const customer = await matrixPerson(`lind.${name.toLowerCase()}`);
    await customer.person.say("support", "hello");
    await hears(customer, /your name/u);
    await customer.person.say("support", name);
    const offer = await hears(csr, new RegExp(`${name}.*/accept`, "su"));
    await csr.person.say(offer.from, "/accept");
    const { text } = await hears(customer, /sees the other's address/u);
    const alias = /#\S+:mx\.test/u.exec(text)?.[0] ?? "";
    expect(alias).to.match(new RegExp(`^#${synapse.prefix}`, "u"));
    await hears(csr, new RegExp(`${name} is asked`, "u"));
    return { customer, alias, window: offer.from };
  }

  const invitation = async ({ client }: MatrixSomebody, alias: string): Promise<string> => {
    const invited = () =>
      client.sdk.getRooms().find((room) => room.getCanonicalAlias() === alias && room.getMyMembership() === "invite");
    await until(`${client.userId} to be invited`, () => invited() !== undefined, PATIENCE_MS);
    return invited()?.roomId ?? "";
  };
  const hearsInRoom = ({ client }: MatrixSomebody, room: string, words: RegExp) =>
    client.events.next(
      `${words} in the room`,
      (event) => event.room === room && words.test(String(event.content.body ?? "")),
      PATIENCE_MS,
    );
  const sayInRoom = ({ client }: MatrixSomebody, room: string, body: string) =>
    client.send(room, "m.room.message", { msgtype: "m.text", body });
  const membersOf = async ({ client }: MatrixSomebody, room: string): Promise<readonly string[]> => {
    const { joined } = await client.request("GET", `/rooms/${encodeURIComponent(room)}/joined_members`);
    return Object.keys(joined as object).sort();
  };

  it("tells and asks first, introduces, hands over what was said, steps out, and keeps the record that it did", async () => {
    const { customer, alias, window } = await asked("Greta");
    await customer.person.say("support", "my invoice is wrong");
    await hears(csr, "my invoice is wrong");
    const room = await invitation(customer, alias);
    await customer.client.sdk.joinRoom(room);
    // Only now the CSR is told where, and only then invited; until then neither was seen.
    await hears(csr, /sees the other's address/u);
    expect(await invitation(csr, alias)).to.equal(room);
    await csr.person.say(window, "still here");
    await hears(customer, "still here");
    await csr.client.sdk.joinRoom(room);
    await hearsInRoom(customer, room, /Greta.*Jules/u);
    await hearsInRoom(csr, room, /my invoice is wrong/u);
    await hearsInRoom(csr, room, /steps out/u);
    await hears(customer, /goes on there/u);
    await hears(csr, /\/done/u);
    await until("the desk to be out", async () => (await membersOf(customer, room)).length === 2, PATIENCE_MS);
    await sayInRoom(customer, room, "between us");
    await hearsInRoom(csr, room, /between us/u);
    await sayInRoom(csr, room, "quite so");
    await hearsInRoom(customer, room, /quite so/u);

    await expectRuledByNobody(customer, room, alias);
    expect(await desk.command("conversations")).not.to.match(/talking/u);
    expect(await desk.command("csrs")).to.match(/wrap-up/u);
    await csr.person.say("desk", "/done");
    await until("the wrap-up to end", async () => !/wrap-up/u.test(await desk.command("csrs")), PATIENCE_MS);
    expect(desk.output()).to.contain("room.handed-over");
  });

  /** Neither of the two may change the room, and nobody else comes in. */
  async function expectRuledByNobody(customer: MatrixSomebody, room: string, alias: string): Promise<void> {
    const stranger = await matrixPerson("nosy");
    const path = `/rooms/${encodeURIComponent(room)}`;
    const power = { users: { [customer.client.userId]: 100 } };
    const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
      ["invites", () => customer.client.sdk.invite(room, stranger.client.userId)],
      ["puts out", () => customer.client.sdk.kick(room, csr.client.userId)],
      ["renames", () => customer.client.sdk.setRoomName(room, "Mine")],
      ["rules", () => customer.client.request("PUT", `${path}/state/m.room.power_levels`, power)],
      ["opens", () => csr.client.request("PUT", `${path}/state/m.room.join_rules`, { join_rule: "public" })],
      ["joins", () => stranger.client.sdk.joinRoom(room)],
      ["finds", () => stranger.client.sdk.joinRoom(alias)],
      ["reads", () => stranger.client.request("GET", `${path}/messages?dir=b`)],
    ];
    for (const [what, attempt] of attempts) {
      const refusal = await attempt().then(
        () => null,
        (error: { errcode?: string }) => error.errcode,
      );
      expect(refusal, what).to.be.oneOf(["M_FORBIDDEN", "M_NOT_FOUND"]);
    }
  }

  it("a customer who declines is never seen, and both go on by the desk", async () => {
    const { customer, alias, window } = await asked("Hanna");
    const room = await invitation(customer, alias);
    await customer.client.sdk.leave(room);
    await hears(customer, /room is not used/u);
    await hears(csr, /room is not used/u);
    await customer.person.say("support", "rather here");
    await hears(csr, "rather here");
    await csr.person.say(window, "as you like");
    await hears(customer, "as you like");
    expect(csr.wire()).not.to.contain("lind.hanna");
    expect(customer.wire()).not.to.contain(CSR);
    await csr.person.say(window, "/close");
    await hears(customer, /has been closed/u);
  });

  it("goes on after kill -9 between any two steps", async () => {
    const { customer, alias } = await asked("Irma");
    await desk.kill();
    await desk.start();
    const room = await invitation(customer, alias);
    await desk.kill();
    await customer.client.sdk.joinRoom(room);
    await desk.start();
    await hears(csr, /Irma in a room.*sees the other's address/su);
    expect(await invitation(csr, alias)).to.equal(room);
    await desk.kill();
    await csr.client.sdk.joinRoom(room);
    await desk.start();
    await hearsInRoom(customer, room, /Irma.*Jules/u);
    await hearsInRoom(csr, room, /steps out/u);
    await hears(customer, /goes on there/u);
    await until("the desk to be out", async () => (await membersOf(customer, room)).length === 2, PATIENCE_MS);
    const asks = textsOf(csr).filter((text) => /Irma in a room/u.test(text));
    expect(asks, "asked once").to.have.length(1);
  });

  it("a customer with matrix-nio, whose client joins by itself, is told before it does", async () => {
    const { userId } = await synapse.register("niobe", PASSWORD);
    const nio = await startMatrixNio(synapse, userId, PASSWORD);
    try {
      const chat = await nio.chat(supportUser());
      nio.say(chat, "hello");
      await nio.hears((body) => /your name/u.test(body), PATIENCE_MS);
      nio.say(chat, "Niobe");
      const offer = await hears(csr, /Niobe.*\/accept/su);
      await csr.person.say(offer.from, "/accept");
      const told = await nio.hears((body) => /sees the other's address/u.test(body), PATIENCE_MS);
      const alias = /#\S+:mx\.test/u.exec(told.body)?.[0] ?? "";
      const room = await invitation(csr, alias);
      expect(room).not.to.equal(chat);
      await csr.client.sdk.joinRoom(room);
      await until(
        "the customer to be seen",
        () => csr.client.sdk.getRoom(room)?.getMember(userId) != null,
        PATIENCE_MS,
      );
      const joinedAt = csr.client.sdk.getRoom(room)?.getMember(userId)?.events.member?.getTs();
      expect(joinedAt).to.be.above((JSON.parse(told.source) as { origin_server_ts: number }).origin_server_ts);
      const over = await nio.hears((body) => /steps out/u.test(body), PATIENCE_MS);
      expect(over.room).to.equal(room);
      nio.say(room, "between us");
      await hearsInRoom(csr, room, /between us/u);
    } finally {
      await nio.stop();
    }
  });
});
