/** The account's keys: the real Rust crypto on the store it is given, kept record by record and sealed. */
import { expect } from "chai";
import { Encryption } from "../../adapters/matrix/account/encryption.ts";
import { KeyStore } from "../../adapters/matrix/account/key-store.ts";
import { Seal } from "../../adapters/matrix/account/seal.ts";
import type { Answer, Homeserver, Request } from "../../adapters/matrix/homeserver.ts";
import { TestContext } from "../support/adapter-context.ts";

const OWN = "@support:example.com";
const SECRET = "a secret that is long enough";
const OFFLINE: Homeserver = { request: async () => ({ kind: "unreachable", text: "not here" }) };

const freshContext = () => new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });

async function open(context: TestContext, more: { device?: string; secret?: string; homeserver?: Homeserver } = {}) {
  const { device = "DESK", secret = SECRET, homeserver = OFFLINE } = more;
  return await Encryption.open({ context, homeserver, own: OWN, device, secret, rooms: 100 });
}
async function opened(...all: Parameters<typeof open>): Promise<Encryption> {
  const result = await open(...all);
  if (result.kind !== "open") throw new Error(result.reason);
  return result.encryption;
}

/** A homeserver that only takes keys, and those that it was given. */
function keyServer(): Homeserver & { readonly published: Request[] } {
  const published: Request[] = [];
  return {
    published,
    async request(request): Promise<Answer> {
      published.push(request);
      const body =
        request.path[2] === "upload"
          ? { one_time_key_counts: { signed_curve25519: 50 } }
          : { device_keys: { [OWN]: {} } };
      return { kind: "ok", body };
    },
  };
}
const identityIn = ({ published }: { readonly published: readonly Request[] }) => {
  const upload = published.find(({ body }) => body !== undefined && "device_keys" in body && "one_time_keys" in body);
  return (upload?.body as { device_keys: { keys: Readonly<Record<string, string>> } } | undefined)?.device_keys.keys;
};

describe("what is kept of the account's keys", function () {
  this.timeout(20_000);

  it("makes the desk the same device after a crash, and what was not committed is as if it had never been", async () => {
    const context = freshContext();
    const encryption = await opened(context);
    await encryption.encrypts("!kept:example.com", { algorithm: "m.megolm.v1.aes-sha2" });
    await encryption.commit(new Map([["since", "s1"]]));
    await encryption.encrypts("!lost:example.com", { algorithm: "m.megolm.v1.aes-sha2" });
    const crashed = new Map(context.stored);
    await encryption.close();

    const [first, second] = [keyServer(), keyServer()];
    for (const homeserver of [first, second]) {
      const later = freshContext();
      for (const [key, value] of crashed) later.stored.set(key, value);
      const again = await opened(later, { homeserver });
      expect(await again.isEncrypted("!kept:example.com")).to.equal(true);
      expect(await again.isEncrypted("!lost:example.com")).to.equal(false);
      await again.exchange();
      await again.close();
    }
    expect(Object.keys(identityIn(first) ?? {})).to.deep.equal(["curve25519:DESK", "ed25519:DESK"]);
    expect(identityIn(second)).to.deep.equal(identityIn(first));
    expect(crashed.get("since"), "committed together").to.equal("s1");
  });

  it("is durable before the homeserver is told of a key", async () => {
    const context = freshContext();
    const order: string[] = [];
    const { request } = keyServer();
    const homeserver: Homeserver = {
      request: async (asked) => {
        order.push(asked.path.slice(1).join("/"));
        return await request(asked);
      },
    };
    const encryption = await opened(context, { homeserver });
    const { setAll } = context.state;
    context.state.setAll = async (entries) => {
      await setAll(entries);
      order.push("kept");
    };
    await encryption.exchange();
    expect(order.slice(0, 2)).to.deep.equal(["kept", "keys/upload"]);
    await encryption.close();
  });

  it("never uses a place of a key twice, whenever the desk crashes: what was encrypted is handed out after it is kept", async () => {
    const homeserver = keyServer();
    const seen: string[] = [];
    let context = freshContext();
    for (const text of ["one", "two", "three"]) {
      const encryption = await opened(context, { homeserver });
      await encryption.encrypts("!room:example.com", { algorithm: "m.megolm.v1.aes-sha2" });
      const encrypted = await encryption.encrypt("!room:example.com", OWN, "m.room.message", { body: text });
      const crashed = context.stored;
      context = freshContext();
      for (const [key, value] of crashed) context.stored.set(key, value);
      await encryption.close();
      if (encrypted.kind !== "encrypted") throw new Error("It could not be encrypted.");
      const { session_id, ciphertext } = encrypted.content as { session_id: string; ciphertext: string };
      // A Megolm message: version 3, then field 1, the place in the session (olm, "megolm.md").
      const [version, field, place] = Buffer.from(ciphertext, "base64");
      expect([version, field]).to.deep.equal([3, 8]);
      seen.push(`${session_id} ${place}`);
    }
    const [session] = (seen[0] ?? "").split(" ");
    expect(seen).to.deep.equal([0, 1, 2].map((place) => `${session} ${place}`));
  });

  it("tells nothing of what it is: no id, no name, no key in the clear", async () => {
    const context = freshContext();
    const homeserver = keyServer();
    const encryption = await opened(context, { homeserver });
    await encryption.canRead("@annabella.roth:example.com");
    await encryption.encrypts("!encrypted-room:example.com", { algorithm: "m.megolm.v1.aes-sha2" });
    await encryption.commit();
    const text = JSON.stringify([...context.stored]);
    const telling = [
      "annabella.roth",
      "!encrypted-room",
      SECRET,
      "curve25519",
      ...Object.values(identityIn(homeserver) ?? {}),
    ];
    for (const word of telling) {
      expect(text.includes(word), word).to.equal(false);
      expect(text.includes(Buffer.from(word).toString("base64").slice(1, -3)), `${word} in base64`).to.equal(false);
    }
    await encryption.close();
  });

  it("cannot be used under another secret, and says so", async () => {
    const context = freshContext();
    await (await opened(context)).close();
    const other = await open(context, { secret: "another secret, just as long" });
    expect(other).to.deep.include({ kind: "unreadable" });
    expect((await opened(context)).close).to.be.a("function");
  });

  it("is dropped for another device of the account: its keys are of no use to it", async () => {
    const context = freshContext();
    await (await opened(context)).close();
    const before = await context.state.keys("key ");
    await (await opened(context, { device: "OTHER" })).close();
    const after = await context.state.keys("key ");
    expect(after.filter((key) => before.includes(key))).to.deep.equal([]);
  });

  it("is tried again when it could not be written, and then complete", async () => {
    const context = freshContext();
    const encryption = await opened(context);
    const { setAll } = context.state;
    context.state.setAll = () => Promise.reject(new Error("disk full"));
    await encryption.encrypts("!room:example.com", { algorithm: "m.megolm.v1.aes-sha2" });
    expect(await encryption.commit().catch(String)).to.include("disk full");
    context.state.setAll = setAll;
    await encryption.commit();
    await encryption.close();
    expect(await (await opened(context)).isEncrypted("!room:example.com")).to.equal(true);
  });

  it("keeps a record that is larger than one entry may be, and forgets all of it when it is gone", async () => {
    const context = freshContext();
    const load = async () => {
      const loaded = await KeyStore.load(context.state, SECRET, "DESK");
      if (loaded.kind !== "loaded") throw new Error(loaded.reason);
      return loaded.keys;
    };
    const layout = { version: 1, stores: [{ name: "things", keyPath: null, autoIncrement: false, indexes: [] }] };
    const place = { database: "test", store: "things", key: "large" };
    const keys = await load();
    await keys.database.restore("test", layout, [{ place, value: "x".repeat(150_000) }]);
    await keys.commitLayouts();
    expect(await context.state.keys("key ")).to.have.length(4);
    const again = await load();
    expect(await again.database.read([place])).to.deep.equal(["x".repeat(150_000)]);
    await again.database.restore("test", layout, [{ place, value: "small" }]);
    await again.commit();
    expect(await context.state.keys("key ")).to.have.length(1);
    expect(await (await load()).database.read([place])).to.deep.equal(["small"]);
  });

  it("is sealed as what it is: nothing can be passed off as something else", async () => {
    const seal = await Seal.derive(SECRET, Seal.salt());
    const sealed = seal.close(Buffer.from("a key"), "its name");
    expect(Buffer.from(seal.open(sealed, "its name") ?? []).toString()).to.equal("a key");
    expect(seal.open(sealed, "another name")).to.equal(null);
    expect(seal.open(`${sealed.slice(0, -8)}AAAAAAA=`, "its name")).to.equal(null);
    expect(seal.open("AAAA", "its name")).to.equal(null);
    expect((await Seal.derive(SECRET, Seal.salt())).open(sealed, "its name")).to.equal(null);
  });
});
