/**
 * A whole desk with a key, and customers on XMPP and Matrix: what they and their CSR said, are called and sent can be read nowhere in its data
 * folder; and once they are erased, neither can their addresses, nor is the desk in any room with them.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { ADDRESS_COLUMNS, columnsWith, tracesOf } from "../support/data-folder.ts";
import { componentNetwork, csrEntries, matrixNetwork, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { connectPeople, hears, PATIENCE_MS, passwordOf, type Somebody, xmppPerson } from "../support/desk-people.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const XMPP_NAME = "Wilhelmina";
const MATRIX_NAME = "Bartholomew";
const SAID = {
  xmpp: ["my cat Xanthippe ate the invoice", "We shall send another to Drury Lane."],
  matrix: ["where is my penny-farthing", "In the post, by way of Timbuktu."],
} as const;
const NOTE = "she is a queen";
/** What their accounts, of which SQL looks for the addresses, are called. */
const ACCOUNTS = { xmpp: "w.rosewater", matrix: "b.marmalade" } as const;
const SECRETS = ["Xanthippe", "Drury", "penny-farthing", "Timbuktu", XMPP_NAME, MATRIX_NAME, NOTE, "Augusta"];

describe("a desk with a key, on XMPP and Matrix (real Prosody, Synapse)", function sealedNetworks() {
  this.timeout(400_000);
  this.bail(true);
  requires("prosody", "synapse");
  const keys = temporaryFolder("keys");
  let prosody: XmppServer;
  let synapse: Synapse;
  let toDesk: TcpRelay;
  let desk: Daemon;
  let ada: Somebody;
  let onXmpp: Somebody;
  let onMatrix: Somebody & { readonly client: MatrixTestClient };

  before(async () => {
    const where: { port: number | null } = { port: null };
    toDesk = await TcpRelay.open(() => where.port);
    [prosody, synapse] = await Promise.all([
      startProsody(),
      startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` }),
    ]);
    const key = join(keys.path, "key");
    writeFileSync(key, `${randomBytes(32).toString("base64")}\n`);
    for (const user of ["ada", ACCOUNTS.xmpp]) await prosody.register(user, passwordOf(user));
    desk = await startDaemon({
      networks: componentNetwork(prosody) + matrixNetwork(synapse),
      csrs: csrEntries({ id: "ada", name: "Augusta", address: `xmpp: ada@${prosody.domain}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      store: `  key: {file: ${key}}`,
    });
    where.port = Number(new URL(desk.url).port);
    const deskDomain = prosody.componentDomain;
    ada = await xmppPerson(prosody, { user: "ada", resource: "clerk", deskDomain });
    await ada.person.subscribe("desk", "subscribe");
    onXmpp = await xmppPerson(prosody, { user: ACCOUNTS.xmpp, resource: "sofa", deskDomain });
    onMatrix = await matrixPerson();
    await until("Augusta to be free", async () => /ada .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
  });
  after(async () => {
    for (const somebody of [onXmpp, onMatrix, ada]) await somebody?.stop();
    await desk?.remove();
    await toDesk?.cut();
    await synapse?.remove();
    await prosody?.remove();
    keys.remove();
  });

  async function matrixPerson() {
    const account = await synapse.register(ACCOUNTS.matrix, passwordOf(ACCOUNTS.matrix));
    const client = await connectMatrixClient(synapse, account);
    const person = new MatrixFarPerson("matrix", client, synapse.prefix);
    return { person, client, wire: () => "", secrets: [], own: [], stop: () => client.stop() };
  }

  /** A talk that is still going on at its end; gives the CSR's window. */
  async function talk(customer: Somebody, name: string, [asks, answers]: readonly [string, string]): Promise<string> {
    const { alias } = await connectPeople(customer, ada, "support", name);
    await customer.person.say("support", asks);
    await hears(ada, asks);
    await ada.person.say(alias, answers);
    await hears(customer, answers);
    await ada.person.say(alias, `/note ${NOTE}`);
    return alias;
  }

  const addressOf = ({ person }: Somebody): string => person.address.id;

  it("has no word and no name of anybody in its data folder or its log", async () => {
    await talk(onXmpp, XMPP_NAME, SAID.xmpp);
    await talk(onMatrix, MATRIX_NAME, SAID.matrix);
    const open = JSON.parse(await desk.command("conversations", "--json")) as readonly { readonly id: string }[];
    const told = await Promise.all(open.map(({ id }) => desk.command("transcript", id, "--json")));
    expect(
      SECRETS.filter((secret) => secret !== "Augusta" && !told.join("\n").includes(secret)),
      "opened with the key",
    ).to.deep.equal([]);
    expect(tracesOf(desk.dataFolder, SECRETS)).to.deep.equal([]);
    expect(SECRETS.filter((secret) => desk.output().includes(secret))).to.deep.equal([]);
  });

  for (const network of ["xmpp", "matrix"] as const)
    it(`keeps readable where a customer's address stands on ${network} what its docs say, and nothing else`, () => {
      const columns = columnsWith(desk.dataFolder, ACCOUNTS[network]);
      expect(columns).to.include("lines.person");
      expect([...columns].filter((column) => !ADDRESS_COLUMNS.includes(column))).to.deep.equal([]);
    });

  it("keeps nothing of whom it is told to forget, and has left their room", async () => {
    const open = JSON.parse(await desk.command("conversations", "--json")) as readonly { readonly id: string }[];
    for (const { id } of open) await desk.command("conversations", "close", id);
    await hears(onMatrix, /has been closed/u);
    await until("the end", async () => (await desk.command("conversations", "--json")).trim() === "[]");
    const user = addressOf(onMatrix);
    const ghost = `@${synapse.prefix}support:${synapse.serverName}`;
    const room = onMatrix.client.roomWith(ghost) ?? "";
    const membership = () => onMatrix.client.sdk.getRoom(room)?.getMember(ghost)?.membership;
    expect(membership()).to.equal("join");
    expect(tracesOf(desk.dataFolder, [ACCOUNTS.matrix]), "before").not.to.deep.equal([]);
    expect(await desk.command("erase", "matrix", user, "--yes")).to.match(/^Erased: 1 conversations with \d+ lines/u);
    await until("the desk to leave", () => membership() === "leave", PATIENCE_MS);
    expect(tracesOf(desk.dataFolder, [ACCOUNTS.matrix, room]), "after").to.deep.equal([]);

    expect(tracesOf(desk.dataFolder, [ACCOUNTS.xmpp]), "the other").not.to.deep.equal([]);
    expect(await desk.command("erase", "xmpp", addressOf(onXmpp), "--yes")).to.match(/^Erased: 1 conversations/u);
    expect(tracesOf(desk.dataFolder, [ACCOUNTS.xmpp])).to.deep.equal([]);
  });

  it("is there for them as for anybody when they come again", async () => {
    await talk(onMatrix, MATRIX_NAME, SAID.matrix);
  });
});
