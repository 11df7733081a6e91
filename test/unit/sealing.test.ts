import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import { createSealing, isKey, SEAL_BYTES, SealingFault } from "../../src/sealing.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite.ts";
import { backUpStore, restoreStore } from "../../src/store/sqlite-backup.ts";
import { readFacts } from "../../src/store/sqlite-facts.ts";
import { StoreFault } from "../../src/store/store.ts";
import { line, message, NOTHING, outbound } from "../conformance/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const newKey = () => randomBytes(32).toString("base64");
const sealedBy = (current: string | null, ...former: string[]) => ({ current, former });

describe("sealing", () => {
  const key = newKey();

  for (const content of ["", "Where art thou? 🌹", "x".repeat(100_000)]) {
    it(`opens ${content.length} characters as they were, and shows nothing of them`, () => {
      const sealing = createSealing(sealedBy(key));
      const record = sealing.seal(content, "lines.content of 1 c1");
      expect(sealing.open(record, "lines.content of 1 c1").toString()).to.equal(content);
      expect(record.length).to.equal(Buffer.byteLength(content) + SEAL_BYTES);
      if (content !== "") expect(record.includes(content)).to.equal(false);
      expect(sealing.seal(content, "lines.content of 1 c1")).not.to.deep.equal(record);
    });
  }

  it("refuses a record that was changed in any byte, cut, or read in another place", () => {
    const sealing = createSealing(sealedBy(key));
    const record = sealing.seal("Romeo", "lines.nick of 1 c1");
    for (let at = 0; at < record.length; at += 1) {
      const changed = Buffer.from(record);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => sealing.open(changed, "lines.nick of 1 c1"), `byte ${at}`).to.throw(SealingFault);
      expect(() => sealing.open(record.subarray(0, at), "lines.nick of 1 c1"), `cut at ${at}`).to.throw(SealingFault);
    }
    expect(() => sealing.open(record, "lines.nick of 2 c1")).to.throw(SealingFault, "moved here from another place");
  });

  it("knows a key in base64 or hex, and nothing else for one", () => {
    const bytes = randomBytes(32);
    for (const text of [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")]) {
      expect(isKey(text), text).to.equal(true);
      expect(createSealing(sealedBy(text)).current).to.equal(createSealing(sealedBy(bytes.toString("hex"))).current);
    }
    for (const text of ["", "secret", randomBytes(31).toString("base64"), randomBytes(33).toString("base64")]) {
      expect(isKey(text), text).to.equal(false);
    }
  });
});

describe("sealed sqlite store", function () {
  // A store is opened up to seven times here, each time with a thread and a disk of its own.
  this.timeout(60_000);
  const WORDS = "wherefore art thou";
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder("sealed");
    path = join(folder.path, "frontdesk.sqlite");
  });
  afterEach(() => folder.remove());

  async function fill(store: SqliteStore, lines = 3): Promise<void> {
    await store.commit({
      ...NOTHING,
      changes: [{ table: "conversation", id: "c1", value: { held: WORDS } }],
      lines: Array.from({ length: lines }, (_, index) =>
        line(index + 1, { nick: "Montague", content: message(WORDS) }),
      ),
      outbox: [{ id: 1, at: 1, outbound: outbound("k", undefined, WORDS) }],
      facts: [{ at: 1, conversation: "c1", csr: null, event: "queued", detail: { customer: "Montague" } }],
      quarantine: [{ at: 1, event: WORDS, error: WORDS }],
      adapterState: [{ network: "xmpp", key: "roster", value: { nick: "Montague" } }],
    });
  }

  async function check(store: SqliteStore, lines = 3): Promise<void> {
    const { snapshot, outbox } = await store.load();
    expect(snapshot.conversation.get("c1")).to.deep.equal({ held: WORDS });
    expect(outbox.map(({ outbound: sent }) => "text" in sent && sent.text)).to.deep.equal([WORDS]);
    const transcript = await store.transcript("c1", 1_000);
    expect(transcript.map(({ nick, content }) => [nick, content])).to.deep.equal(
      Array.from({ length: lines }, () => ["Montague", message(WORDS)]),
    );
    expect((await store.facts("c1")).map(({ detail }) => detail)).to.deep.equal([{ customer: "Montague" }]);
    expect(await store.adapterState("xmpp", "roster")).to.deep.equal({ nick: "Montague" });
  }

  /** What a thief of the disk reads in the files of the store, with their logs. */
  const traces = (): readonly string[] =>
    readdirSync(folder.path).filter((name) => {
      const bytes = readFileSync(join(folder.path, name));
      return bytes.includes(WORDS) || bytes.includes("Montague");
    });

  async function refusal(opening: Promise<SqliteStore>): Promise<string> {
    const outcome = await opening.catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(StoreFault);
    return (outcome as StoreFault).message;
  }

  async function resealAll(store: SqliteStore): Promise<number> {
    let rows = 0;
    for (let step = 0; step < 1_000; step += 1) {
      const { share, records: more } = await store.reseal();
      rows += more;
      if (share === 1) return rows;
    }
    throw new Error("Sealing anew did not come to an end.");
  }

  it("leaves no word and no name in its files", async () => {
    const plain = await openSqliteStore({ path });
    await fill(plain);
    expect(traces()).not.to.deep.equal([]);
    await plain.close();
    folder.remove();
    folder = temporaryFolder("sealed");
    path = join(folder.path, "frontdesk.sqlite");
    const store = await openSqliteStore({ path, keys: sealedBy(newKey()) });
    await fill(store);
    expect(traces()).to.deep.equal([]);
    await check(store);
    await store.close();
    expect(traces()).to.deep.equal([]);
  });

  it("is not opened without its key or with another, says which is missing, and stays as it is", async () => {
    const key = newKey();
    const store = await openSqliteStore({ path, keys: sealedBy(key) });
    await fill(store);
    await store.close();
    const before = readFileSync(path);
    const id = createSealing(sealedBy(key)).current;
    for (const keys of [sealedBy(null), sealedBy(newKey()), sealedBy(newKey(), newKey())]) {
      expect(await refusal(openSqliteStore({ path, keys }))).to.match(
        new RegExp(`sealed with the key ${id}, and .+ Name the file of that key in frontdesk.yaml`, "u"),
      );
    }
    expect(readFileSync(path)).to.deep.equal(before);
    const again = await openSqliteStore({ path, keys: sealedBy(key) });
    await check(again);
    await again.close();
  });

  it("refuses a record that was moved to another row, in words, and gives the others", async () => {
    const keys = sealedBy(newKey());
    const store = await openSqliteStore({ path, keys });
    await fill(store);
    await store.close();
    const thief = new Database(path);
    thief.exec("UPDATE lines SET content = (SELECT content FROM lines WHERE line = 1) WHERE line = 3");
    thief.close();
    const again = await openSqliteStore({ path, keys });
    const outcome = await again.transcript("c1", 10).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(StoreFault);
    expect(String(outcome)).to.include("lines.content of 3 c1 is not as it was sealed");
    expect((await again.load()).snapshot.conversation.size).to.equal(1);
    await again.close();
  });

  it("seals anew in steps what was plain or of another key, goes on after a restart, and needs the former key no more", async () => {
    const [first, second] = [newKey(), newKey()];
    const plain = await openSqliteStore({ path });
    await fill(plain, 250);
    await plain.close();
    const store = await openSqliteStore({ path, keys: sealedBy(first) });
    await check(store, 250);
    await store.reseal();
    const partly = (await store.reseal()).share;
    expect(partly).to.be.within(0.1, 0.9);
    await store.close();
    const going = await openSqliteStore({ path, keys: sealedBy(first) });
    expect((await going.reseal()).share).to.be.at.least(partly);
    await resealAll(going);
    expect(traces()).to.deep.equal([]);
    await check(going, 250);
    await going.close();
    const turned = await openSqliteStore({ path, keys: sealedBy(second, first) });
    await check(turned, 250);
    expect(await resealAll(turned)).to.equal(255);
    expect(await resealAll(turned)).to.equal(0);
    await turned.close();
    const alone = await openSqliteStore({ path, keys: sealedBy(second) });
    await check(alone, 250);
    await alone.close();
    const opened = await openSqliteStore({ path, keys: sealedBy(null, second) });
    await resealAll(opened);
    await opened.close();
    const without = await openSqliteStore({ path });
    await check(without, 250);
    await without.close();
  });

  it("begins sealing anew from the start when another key was used in between", async () => {
    const [first, second] = [newKey(), newKey()];
    const store = await openSqliteStore({ path, keys: sealedBy(first) });
    await fill(store, 250);
    await store.reseal();
    await store.reseal();
    await store.close();
    const between = await openSqliteStore({ path, keys: sealedBy(second, first) });
    await between.commit({ ...NOTHING, changes: [{ table: "conversation", id: "c1", value: { held: WORDS } }] });
    await between.close();
    const back = await openSqliteStore({ path, keys: sealedBy(first, second) });
    await resealAll(back);
    await back.close();
    const alone = await openSqliteStore({ path, keys: sealedBy(first) });
    await check(alone, 250);
    await alone.close();
  });

  it("is backed up and put back as it is sealed", async () => {
    const keys = sealedBy(newKey());
    const store = await openSqliteStore({ path, keys });
    await fill(store);
    const copy = join(folder.path, "copy.sqlite");
    await backUpStore(path, copy);
    await store.close();
    expect(traces()).to.deep.equal([]);
    restoreStore(copy, path, join(folder.path, "before.sqlite"));
    expect(await refusal(openSqliteStore({ path }))).to.include("no key is given");
    const again = await openSqliteStore({ path, keys });
    await check(again);
    await again.close();
  });

  it("gives its facts to those who read them beside the desk, with the key alone", async () => {
    const keys = sealedBy(newKey());
    const store = await openSqliteStore({ path, keys });
    await fill(store);
    const wanted = { from: 0, to: 10, events: ["queued"] };
    const facts = [...readFacts(path, keys, wanted)].map(([fact]) => fact.detail);
    expect(facts).to.deep.equal([{ customer: "Montague" }]);
    expect(() => [...readFacts(path, sealedBy(null), wanted)]).to.throw(StoreFault, "no key is given");
    await store.close();
  });
});
