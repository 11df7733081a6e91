/**
 * The desk as one ordinary account of a real Synapse. A customer's chat is end-to-end encrypted: it goes on after the desk was
 * stopped, after it was killed, and with what was written meanwhile; where the key is missing, its sender is told. A CSR on the
 * same account has labels.
 */
import { expect } from "chai";
import { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import {
  askForPerson,
  connectPeople,
  hears,
  leaks,
  type Somebody,
  webCsr,
  webVisitor,
} from "../support/desk-people.ts";
import { connectMatrixClient, type MatrixTestClient } from "../support/matrix-client.ts";
import { requires } from "../support/requires.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { until } from "../support/wait.ts";

const PASSWORD = "a password nobody has";
const KEYS_SECRET = "what the keys are kept under";
const PREFIX = "desk_";
const HANDLE = "hotline";
const WEB_LOGIN = "clerk-nine";
const MATRIX_CSR = "clerk.eleven";

type MatrixSomebody = Somebody & { readonly client: MatrixTestClient };

describe("the desk as an ordinary account of a real Synapse", function () {
  this.timeout(400_000);
  requires("synapse");
  let synapse: Synapse;
  let desk: Daemon;
  let grace: Somebody;
  let anna: MatrixSomebody;
  let alias = "";
  /** Of another device of the desk's account. */
  let token = "";
  const people: Somebody[] = [];

  const matrixPerson = async (user: string, encrypted: boolean): Promise<MatrixSomebody> => {
    const account = await synapse.register(user, PASSWORD);
    const client = await connectMatrixClient(synapse, account, { encrypted });
    const somebody = {
      person: new MatrixFarPerson("matrix", client, PREFIX),
      client,
      wire: () => client.events.all.map((event) => JSON.stringify(event)).join("\n"),
      secrets: [user, account.userId, account.deviceId],
      own: [account.userId],
      stop: () => client.stop(),
    };
    people.push(somebody);
    return somebody;
  };
  const account = () => `@${PREFIX}${HANDLE}:${synapse.serverName}`;
  /** The account's devices as the homeserver publishes their keys, and those keys. */
  const devices = async (): Promise<Record<string, { readonly keys: object }>> => {
    const answer = await anna.client.request("POST", "/keys/query", { device_keys: { [account()]: [] } });
    const keys = answer.device_keys as Record<string, Record<string, { readonly keys: object }>>;
    return keys[account()] ?? {};
  };

  before(async () => {
    synapse = await startSynapse({ serviceUrl: "http://127.0.0.1:9" });
    token = (await synapse.register(`${PREFIX}${HANDLE}`, PASSWORD)).accessToken;
    desk = await startDaemon({
      networks: webNetwork() + accountNetwork(synapse),
      csrs: csrEntries(
        { id: "grace", name: "Grace", address: `web: ${WEB_LOGIN}`, skill: "billing" },
        { id: "ada", name: "Ada", address: `matrix: "@${MATRIX_CSR}:${synapse.serverName}"`, skill: "support" },
      ),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    grace = await webCsr(desk, "grace", WEB_LOGIN);
    anna = await matrixPerson("roth.annelise", true);
  });
  after(async () => {
    for (const somebody of [...people, grace]) await somebody?.stop();
    await desk?.remove();
    await synapse?.remove();
  });

  it("a customer in an encrypted chat reaches a CSR on the web; the homeserver sees no word of it", async () => {
    ({ alias } = await connectPeople(anna, grace, HANDLE));
    await anna.person.say(HANDLE, "my bill is wrong");
    await hears(grace, "my bill is wrong");
    await grace.person.say(alias, "let me see");
    await hears(anna, "let me see");
    const room = anna.client.roomWith(account());
    const { chunk } = await anna.client.request("GET", `/rooms/${room}/messages?dir=b&limit=100`);
    const types = (chunk as { type: string }[]).map(({ type }) => type);
    expect(types).to.include("m.room.encrypted");
    expect(types).not.to.include("m.room.message");
    expect(leaks(anna, grace, [alias])).to.deep.equal([]);
    expect(leaks(grace, anna)).to.deep.equal([]);
  });

  it("the account vouches for the desk's device, for software that gives its keys to no other", async () => {
    const [device] = Object.keys(await devices());
    const status = await anna.client.sdk.getCrypto()?.getDeviceVerificationStatus(account(), device ?? "");
    expect(status?.signedByOwner).to.equal(true);
  });

  for (const [what, end] of [
    ["stopped", () => desk.stop()],
    ["killed", () => desk.kill()],
  ] as const) {
    it(`after the desk was ${what}, it is the same device, reads what was written meanwhile, and can write`, async () => {
      const before = await devices();
      await end();
      await anna.person.say(HANDLE, `written while it was ${what}`);
      await desk.start();
      await hears(grace, `written while it was ${what}`);
      await anna.person.say(HANDLE, `next after it was ${what}`);
      await hears(grace, `next after it was ${what}`);
      await grace.person.say(alias, `answer after it was ${what}`);
      await hears(anna, `answer after it was ${what}`);
      expect(Object.keys(before)).to.have.length(1);
      expect(await devices()).to.deep.equal(before);
    });
  }

  it("killed in the middle of a talk, it loses nothing and says nothing twice", async () => {
    const numbers = Array.from({ length: 12 }, (_, number) => number + 1);
    for (const number of numbers) {
      await Promise.all([anna.person.say(HANDLE, `question ${number}`), grace.person.say(alias, `answer ${number}`)]);
      if (number % 4 === 0) {
        await desk.kill();
        await desk.start();
      }
    }
    for (const number of numbers) {
      await hears(grace, `question ${number}`);
      await hears(anna, `answer ${number}`);
    }
    const texts = ({ person }: Somebody, pattern: RegExp) =>
      person.received.all.flatMap((event) =>
        event.kind === "message" && pattern.test(event.text) ? [event.text] : [],
      );
    expect(texts(anna, /^answer \d+$/u)).to.deep.equal(numbers.map((number) => `answer ${number}`));
    expect([...new Set(texts(grace, /^question \d+$/u))]).to.deep.equal(numbers.map((number) => `question ${number}`));
  });

  it("logged out everywhere, it comes back as a new device, which people's next messages are written for", async () => {
    const before = Object.keys(await devices());
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${synapse.url}/_matrix/client/v3/logout/all`, { method: "POST", headers, body: "{}" });
    await until("the new device to publish its keys", async () => {
      const [now] = Object.keys(await devices());
      return now !== undefined && !before.includes(now);
    });
    await anna.person.say(HANDLE, "are you still you?");
    await hears(grace, "are you still you?");
    await grace.person.say(alias, "on another telephone");
    await hears(anna, "on another telephone");
  });

  it("a message whose key is withheld is answered once, encrypted, and what follows with a key is read", async () => {
    const crypto = anna.client.sdk.getCrypto();
    const room = anna.client.roomWith(account()) ?? "";
    if (crypto === undefined) throw new Error("The customer's client encrypts.");
    crypto.globalBlacklistUnverifiedDevices = true;
    await crypto.forceDiscardSession(room);
    await anna.person.say(HANDLE, "nobody can read this");
    await anna.person.say(HANDLE, "nor this");
    await hears(anna, /your app does not give its keys/u);
    crypto.globalBlacklistUnverifiedDevices = false;
    await crypto.forceDiscardSession(room);
    await anna.person.say(HANDLE, "and this?");
    await hears(grace, "and this?");
    const told = anna.person.received.all.filter((event) => event.kind === "message" && /your app/u.test(event.text));
    expect(told).to.have.length(1);
  });

  it("a message whose key never comes is answered in words", async () => {
    const room = anna.client.roomWith(account()) ?? "";
    const content = { algorithm: "m.megolm.v1.aes-sha2", ciphertext: UNREADABLE, session_id: "of nobody's" };
    await anna.client.request("PUT", `/rooms/${room}/send/m.room.encrypted/unreadable-1`, content);
    await hears(anna, /your app has not given me the key/u);
    await grace.person.say(alias, "/close");
    await hears(anna, /has been closed/u);
  });

  it("a customer without encryption is served by the same account", async () => {
    const berta = await matrixPerson("kurz.berta", false);
    const contact = await connectPeople(berta, grace, HANDLE, "Berta");
    await berta.person.say(HANDLE, "in the open");
    await hears(grace, "in the open");
    await grace.person.say(contact.alias, "and back");
    await hears(berta, "and back");
    await grace.person.say(contact.alias, "/close");
    await hears(berta, /has been closed/u);
  });

  it("a CSR in an encrypted chat with the account tells conversations apart by labels", async () => {
    const ada = await matrixPerson(MATRIX_CSR, true);
    await ada.person.say(HANDLE, "/back");
    await hears(ada, /Welcome back/u);
    const xaver = await webVisitor(desk, "support");
    people.push(xaver);
    await askForPerson(xaver, ada, "support", "Xaver");
    await ada.person.say(HANDLE, "#1 /accept");
    await hears(ada, /^#1 You are connected to Xaver/u);
    await xaver.person.say("support", "hello from the web");
    await hears(ada, "#1 Xaver: hello from the web");
    await ada.person.say(HANDLE, "#1 hello from Matrix");
    await hears(xaver, "hello from Matrix");
    expect(leaks(xaver, ada, [account()])).to.deep.equal([]);
  });

  it("keeps the account's password and the keys' secret out of its log", () => {
    expect(desk.output()).not.to.contain(PASSWORD);
    expect(desk.output()).not.to.contain(KEYS_SECRET);
  });
});

/** A Megolm message as it looks, of a session that nobody has. */
const UNREADABLE = Buffer.concat([Buffer.from([3, 8, 0, 18, 16]), Buffer.alloc(16 + 8 + 64, 7)])
  .toString("base64")
  .replaceAll("=", "");

function accountNetwork({ url, serverName }: Synapse): string {
  return `  matrix:
    adapter: matrix
    title: Matrix
    mode: account
    homeserver: ${url}
    userId: "@${PREFIX}${HANDLE}:${serverName}"
    password: ${PASSWORD}
    encryption: {secret: ${KEYS_SECRET}}
    limits: {healthSeconds: 1, keySeconds: 2}
    handles:
      ${HANDLE}: {name: Hotline, dialog: money}
`;
}
