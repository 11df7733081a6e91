import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect } from "chai";
import type { Outbound } from "../../src/core/model.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { type Store, StoreFault } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { within } from "../support/wait.ts";
import { describeStore, line, NOTHING, outbound } from "./store.ts";

describeStore("memory", () => {
  const store = createMemoryStore();
  return { open: async () => store, remove: async () => {} };
});

describeStore("sqlite", () => {
  const folder = temporaryFolder("store");
  return {
    open: () => openSqliteStore({ path: join(folder.path, "data", "frontdesk.sqlite") }),
    remove: async () => folder.remove(),
  };
});

describeStore("sqlite, sealed", () => {
  const folder = temporaryFolder("store");
  const keys = { current: randomBytes(32).toString("base64"), former: [] };
  return {
    open: () => openSqliteStore({ path: join(folder.path, "data", "frontdesk.sqlite"), keys }),
    remove: async () => folder.remove(),
  };
});

async function refusal(opening: Promise<Store>): Promise<string> {
  try {
    await (await opening).close();
  } catch (error) {
    expect(error).to.be.instanceOf(StoreFault);
    expect((error as StoreFault).kind).to.equal("disk");
    return (error as StoreFault).message;
  }
  throw new Error("The store opened, and was expected to be refused.");
}

describe("sqlite store as files", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder("store");
    path = join(folder.path, "frontdesk.sqlite");
  });
  afterEach(() => folder.remove());

  it("lets a commit overtake what is only asked", async () => {
    const store = await openSqliteStore({ path });
    await store.commit({ ...NOTHING, lines: Array.from({ length: 300 }, (_, index) => line(index + 1)) });
    const answered: string[] = [];
    const asked = Array.from({ length: 500 }, () =>
      store.transcript("c1", 300).then(() => answered.push("transcript")),
    );
    await new Promise((resolve) => setImmediate(resolve));
    const commit = store.commit({ ...NOTHING, lines: [line(301)] }).then(() => answered.push("commit"));
    await Promise.all([...asked, commit]);
    expect(answered.indexOf("commit")).to.be.below(asked.length);
    await store.close();
  });

  it("answers one network while thousands of questions of another wait", async () => {
    const store = await openSqliteStore({ path });
    const answered: string[] = [];
    const flood = Array.from({ length: 2_000 }, (_, index) =>
      store.reference("irc", "mallory", `made-up-${index}`).then(() => answered.push("flood")),
    );
    const others = [
      store.reference("xmpp", "anna@im.example", "m1").then(() => answered.push("other network")),
      store.transcript("c1", 10).then(() => answered.push("desk")),
    ];
    await Promise.all([...flood, ...others]);
    expect(answered.indexOf("other network")).to.be.below(flood.length / 10);
    expect(answered.indexOf("desk")).to.be.below(flood.length / 10);
    await store.close();
  });

  it("recognises whatever was taken in, at once and after a restart, however much that is", async () => {
    const ids = Array.from({ length: 3_000 }, (_, number) => ({
      network: "web",
      redelivery: `s${number}`,
      at: number,
    }));
    const first = await openSqliteStore({ path });
    for (let start = 0; start < ids.length; start += 10) {
      const inbox = ids.slice(start, start + 10);
      expect(await first.seen("web", inbox[0]?.redelivery ?? ""), `before ${start}`).to.equal(false);
      await first.commit({ ...NOTHING, inbox });
      const seen = await Promise.all(inbox.map(({ network, redelivery }) => first.seen(network, redelivery)));
      expect(seen, `after ${start}`).not.to.include(false);
    }
    await first.close();
    const second = await openSqliteStore({ path });
    // The first round finds what is known read in, those behind it find it known.
    for (let round = 0; round < 50; round += 1) {
      const seen = await Promise.all(ids.map(({ network, redelivery }) => second.seen(network, redelivery)));
      expect(seen, `round ${round}`).not.to.include(false);
      expect(await second.seen("web", "s-1")).to.equal(false);
    }
    await second.close();
  });

  it("writes what is relayed once: the line carries its copy, and the send says only which line it is", async () => {
    const store = await openSqliteStore({ path });
    const { epoch } = await store.load();
    const said = line(1);
    const send = { ...outbound(`${epoch}-1-1`), ...said.content, sentAt: said.at } as Outbound;
    await store.commit({ ...NOTHING, lines: [said], outbox: [{ id: 1, at: 1, outbound: send }] });
    expect(await store.outbox([1])).to.deep.equal([{ id: 1, at: 1, outbound: send }]);
    const reader = new Database(path, { readonly: true });
    const row = { id: 1, at: 1, line: 1, sender: "alias1", outbound: null };
    expect(reader.prepare("SELECT * FROM outbox").all()).to.deep.equal([row]);
    expect(reader.prepare("SELECT * FROM copies").all()).to.deep.equal([]);
    reader.close();
    await store.close();
  });

  it("refuses a second opening of the same folder, and not a later one", async () => {
    const first = await openSqliteStore({ path });
    expect(await refusal(openSqliteStore({ path }))).to.match(
      /^Another Frontdesk is running on the data folder .+\. Stop it first/,
    );
    await first.close();
    await (await openSqliteStore({ path })).close();
  });

  it("refuses a store of a newer version and leaves it as it is", async () => {
    await (await openSqliteStore({ path })).close();
    const database = new Database(path);
    database.pragma("user_version = 999");
    database.close();
    expect(await refusal(openSqliteStore({ path }))).to.include("was written by a newer Frontdesk (schema 999");
  });

  it("says in a sentence what is wrong with the file", async () => {
    writeFileSync(path, "this is a text and not a database at all ".repeat(200));
    expect(await refusal(openSqliteStore({ path }))).to.include(`${path} is not a database of Frontdesk`);
    const inTheWay = join(folder.path, "file");
    writeFileSync(inTheWay, "");
    expect(await refusal(openSqliteStore({ path: join(inTheWay, "frontdesk.sqlite") }))).to.include(
      "Check the rights of its folder",
    );
  });

  it("can be read by others while it runs", async () => {
    const store = await openSqliteStore({ path });
    await store.commit({ ...NOTHING, lines: [line(1)] });
    const reader = new Database(path, { readonly: true });
    expect(reader.prepare("SELECT count(*) FROM lines").pluck().get()).to.equal(1);
    reader.close();
    await store.close();
  });

  it("takes a full disk for fatal, says which file, and writes nothing more", async () => {
    const store = await openSqliteStore({ path });
    await store.commit({ ...NOTHING, lines: [line(1)] });
    // The database's own limit of pages stands in for the disk's: SQLite reports both as SQLITE_FULL.
    await store.close();
    const limited = await openSqliteStore({ path, mostPages: 20 });
    const big = "x".repeat(200_000);
    const faults: string[] = [];
    for (const number of [2, 3]) {
      await limited
        .commit({ ...NOTHING, lines: [line(number, { nick: number === 2 ? big : "small" })] })
        .catch((error: unknown) =>
          faults.push(error instanceof StoreFault ? `${error.kind} ${error.message}` : String(error)),
        );
    }
    expect(faults).to.have.length(2);
    for (const fault of faults) {
      expect(fault).to.match(/^disk The disk that holds .+frontdesk\.sqlite is full\./);
    }
    await limited.close();
    const again = await openSqliteStore({ path });
    expect((await again.transcript("c1", 10)).map((entry) => entry.line)).to.deep.equal([1]);
    await again.close();
  });

  it("refuses a second process, and after kill -9 still holds everything that was reported as committed", async function () {
    this.timeout(60_000);
    const writer = fileURLToPath(new URL("./store-writer.ts", import.meta.url));
    const refusedWhileRunning = async (): Promise<void> => {
      expect(await refusal(openSqliteStore({ path }))).to.include("Another Frontdesk is running");
    };
    let first = 1;
    for (const [round, lines] of [1, 40, 150].entries()) {
      const child = spawn(process.execPath, [writer, path, String(first)], { stdio: ["ignore", "pipe", "inherit"] });
      const exited = once(child, "exit");
      let reported = 0;
      for await (const text of createInterface(child.stdout)) {
        reported = Number(text);
        if (reported === first + 1) await refusedWhileRunning();
        if (reported >= first + lines) child.kill("SIGKILL");
      }
      await within(10_000, "the writer's end", exited);
      const store = await openSqliteStore({ path });
      const { lastLine, outbox, snapshot, epoch } = await store.load();
      expect(lastLine, `round ${round}`).to.be.at.least(reported);
      expect(outbox.map(({ id }) => id)).to.deep.equal(Array.from({ length: lastLine }, (_, index) => index + 1));
      expect(outbox.at(-1)?.outbound).to.deep.equal(outbound(`${epoch}-${lastLine}-1`));
      expect(snapshot.conversation.get("c1")).to.deep.equal({ lines: lastLine });
      expect(await store.reference("xmpp", "romeo@example.org", `m${reported}`)).to.deep.include({ line: reported });
      await store.close();
      first = lastLine + 1;
    }
  });
});
