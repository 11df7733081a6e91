/** Sends whose words stand in their lines, as they are on the disk: taken over from an older version, sealed, erased, and damaged. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect } from "chai";
import type { Outbound } from "../../src/core/model.ts";
import { NO_KEYS } from "../../src/sealing.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { backUpStore, restoreStore } from "../../src/store/sqlite-backup.ts";
import { type OutboxRow, StoreFault } from "../../src/store/store.ts";
import { CSR, CUSTOMER, line, message, NOTHING, outbound } from "../conformance/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { within } from "../support/wait.ts";

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

/** In which every send was written out, and every copy had a row of its own. */
const FORMER_SCHEMA = 6;
const FORMER_EPOCH = "abcd0123";
const FORMER_SENDS = 20_000;

const WORDS = "wherefore art thou";

/** A send that says what its line does. */
function relayed(epoch: string, number: number): OutboxRow {
  const key = `${epoch}-${number}-1`;
  return {
    id: number,
    at: 1,
    outbound: { ...outbound(key, CSR, WORDS), sentAt: number, nick: "Montague" } as Outbound,
  };
}

const said = (number: number) => line(number, { nick: "Montague", content: message(WORDS) });

describe("sends on the disk", function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder("sends");
    path = join(folder.path, "frontdesk.sqlite");
  });
  afterEach(() => folder.remove());

  /** Files of the store in which what was said can be read. */
  const traces = (): readonly string[] =>
    readdirSync(folder.path).filter((name) => {
      const bytes = readFileSync(join(folder.path, name));
      return bytes.includes(WORDS) || bytes.includes("Montague");
    });

  /** One that is relayed, one whose line was handed out again with other words, and one whose line was forgotten. */
  async function fill(keys = NO_KEYS): Promise<readonly OutboxRow[]> {
    const store = await openSqliteStore({ path, keys });
    const { epoch } = await store.load();
    const lines = [{ ...said(1), at: 1 }, said(2), { ...said(3), conversation: "c3" }];
    const outbox = [1, 2, 3].map((number) => relayed(epoch, number));
    const conversation = lines[2]?.conversation ?? null;
    outbox[2] = { id: 3, at: 1, outbound: { ...relayed(epoch, 3).outbound, conversation } };
    await store.commit({ ...NOTHING, changes: [{ table: "conversation", id: "c1", value: {} }], lines, outbox });
    await store.commit({ ...NOTHING, lines: [line(2, { nick: "Capulet", content: message("not this") })] });
    while (await store.prune(100));
    expect(await store.transcript("c3", 10)).to.deep.equal([]);
    await store.close();
    return outbox;
  }

  async function pending(keys = NO_KEYS): Promise<readonly OutboxRow[]> {
    const store = await openSqliteStore({ path, keys });
    const { outbox } = await store.load();
    await store.close();
    return outbox;
  }

  it("are sealed as their lines are, and by themselves when they are written out, and open after the key was turned", async () => {
    const [first, second] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
    const outbox = await fill({ current: first, former: [] });
    expect(traces()).to.deep.equal([]);
    const turned = await openSqliteStore({ path, keys: { current: second, former: [first] } });
    while ((await turned.reseal()).share < 1);
    await turned.close();
    expect(traces()).to.deep.equal([]);
    expect(await pending({ current: second, former: [] })).to.deep.equal(outbox);
  });

  it("come with a backup, and go on from it", async () => {
    const outbox = await fill();
    const copy = join(folder.path, "copy.sqlite");
    await backUpStore(path, copy);
    restoreStore(copy, path, join(folder.path, "before.sqlite"));
    expect(await pending()).to.deep.equal(outbox);
  });

  it("leave no byte when they are erased with their conversation", async () => {
    await fill();
    const store = await openSqliteStore({ path });
    expect(traces()).not.to.deep.equal([]);
    const { sends } = await store.erase(CUSTOMER, ["c1", "c3"]);
    expect(sends).to.equal(3);
    expect(traces()).to.deep.equal([]);
    await store.close();
  });

  it("are not made up when their line is gone by other means: the start says so", async () => {
    await fill();
    const thief = new Database(path);
    thief.exec("DELETE FROM lines WHERE line = 1");
    thief.close();
    const store = await openSqliteStore({ path });
    const outcome = await store.load().catch((error: unknown) => error);
    await store.close();
    expect(outcome).to.be.instanceOf(StoreFault);
    expect(String(outcome)).to.include("The line of the send 1 is gone");
  });

  it("of a store of schema 6 are taken over as they are, also when the desk is killed meanwhile", async () => {
    const writer = fileURLToPath(new URL("../conformance/store-writer.ts", import.meta.url));
    const rows = fillFormer(path);
    for (const grown of [1, 1_000_000, 4_000_000]) {
      const child = spawn(process.execPath, [writer, path, String(FORMER_SENDS + 1)], { stdio: "ignore" });
      const exited = once(child, "exit");
      while (child.exitCode === null && logBytes(path) < grown) await turn();
      child.kill("SIGKILL");
      await within(10_000, "the writer's end", exited);
    }
    const store = await openSqliteStore({ path });
    const { outbox, epoch } = await store.load();
    expect(epoch).to.equal(FORMER_EPOCH);
    expect(outbox.slice(0, FORMER_SENDS)).to.deep.equal(rows);
    expect(await store.reference(CSR.network, CSR.id, `${epoch}-7-1`)).to.deep.include({ line: 7, viewer: 1 });
    expect(await store.reference(CUSTOMER.network, CUSTOMER.id, `${epoch}-7-1`)).to.equal(null);
    await store.commit({ ...NOTHING, lines: [line(7, { content: message("other words") })] });
    expect(await store.outbox([7])).to.deep.equal([rows[6]]);
    await store.close();
  });
});

function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** A store of the former schema with pending sends; gives those. */
function fillFormer(path: string): readonly OutboxRow[] {
  const database = new Database(path);
  for (const statements of MIGRATIONS.slice(0, FORMER_SCHEMA)) database.exec(statements);
  database.pragma(`user_version = ${FORMER_SCHEMA}`);
  database.exec(
    `INSERT INTO counters (id, epoch, line, outbox) VALUES (1, '${FORMER_EPOCH}', ${FORMER_SENDS}, ${FORMER_SENDS})`,
  );
  const rows = Array.from({ length: FORMER_SENDS }, (_, index) => relayed(FORMER_EPOCH, index + 1));
  const insertLine = database.prepare(
    "INSERT INTO lines (line, conversation, at, author, viewers, kind, content) VALUES (?, 'c1', 1, 0, '[1]', 'message', ?)",
  );
  const insertCopy = database.prepare("INSERT INTO copies (line, leg, part, network, person) VALUES (?, 1, 0, ?, ?)");
  const insertSend = database.prepare("INSERT INTO outbox (id, at, outbound) VALUES (?, 1, ?)");
  database.transaction(() => {
    for (const { id, outbound: send } of rows) {
      insertLine.run(id, JSON.stringify(message(WORDS)));
      insertCopy.run(id, CSR.network, CSR.id);
      insertSend.run(id, JSON.stringify(send));
    }
  })();
  database.close();
  return rows;
}
