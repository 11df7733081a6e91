import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../src/store/sqlite-database.ts";
import { type Opened, openDatabase } from "../../src/store/sqlite-open.ts";
import { toRows } from "../../src/store/sqlite-wire.ts";
import { CUSTOMER, line, NOTHING } from "../conformance/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The version of the schema in which two indexes were written with each commit. */
const INDEXED_SCHEMA = 4;

/** The store's thread without the thread: what it put off stays so until it is asked. */
class Desk {
  readonly #opened: Opened;
  readonly database: SqliteDatabase;

  constructor(path: string) {
    this.#opened = openDatabase(path);
    this.database = createSqliteDatabase(this.#opened.database, this.#opened.epoch, this.#opened.sealing);
  }

  /** Lines of those numbers, each with the foreign id `m<number>`. */
  commit(...numbers: readonly number[]): void {
    const lines = numbers.map((number) => line(number, { foreign: `m${number}` }));
    this.database.answer({ kind: "commit", rows: toRows({ ...NOTHING, lines }, this.#opened.epoch) });
  }

  /** Numbers of lines that the tables of places know. */
  placed(table: "conversation_lines" | "foreign_lines"): readonly unknown[] {
    return this.#opened.database.prepare(`SELECT line FROM ${table} ORDER BY line`).pluck().all();
  }

  transcript(): readonly unknown[] {
    const cells = this.database.answer({ kind: "transcript", conversation: "c1", limit: 10 });
    return cells.filter((_, cell) => cell % 16 === 0);
  }

  finds(foreign: string): boolean {
    return this.database.answer({ kind: "reference", network: "xmpp", person: CUSTOMER.id, id: foreign }).length > 0;
  }

  close(): void {
    this.#opened.database.close();
    this.#opened.lock.close();
  }
}

describe("places of lines", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let desk: Desk;
  beforeEach(() => {
    folder = temporaryFolder("places");
    path = join(folder.path, "frontdesk.sqlite");
    desk = new Desk(path);
  });
  afterEach(() => {
    desk.close();
    folder.remove();
  });

  it("are not written with a commit, and are there as soon as somebody asks", () => {
    desk.commit(1, 2);
    desk.commit(3);
    expect(desk.placed("conversation_lines")).to.deep.equal([]);
    expect(desk.transcript()).to.deep.equal([3, 2, 1]);
    expect(desk.placed("conversation_lines")).to.deep.equal([1, 2, 3]);
    desk.commit(4);
    expect(desk.finds("m4")).to.equal(true);
    expect(desk.placed("foreign_lines")).to.deep.equal([1, 2, 3, 4]);
  });

  it("are written of themselves when they have become many, in one table after the other", () => {
    desk.commit(1);
    desk.database.catchUp(false);
    expect(desk.placed("conversation_lines")).to.deep.equal([]);
    for (let first = 2; first < 602; first += 100) {
      desk.commit(...Array.from({ length: 100 }, (_, index) => first + index));
    }
    desk.database.catchUp(false);
    expect(desk.placed("conversation_lines")).to.have.length(601);
    expect(desk.placed("foreign_lines")).to.have.length(0);
    desk.database.catchUp(false);
    expect(desk.placed("foreign_lines")).to.have.length(601);
  });

  it("are made up for in the table that was not reached when the desk went down", () => {
    desk.commit(...Array.from({ length: 600 }, (_, index) => index + 1));
    desk.database.catchUp(false);
    // One of those that the other table does not know, once more.
    desk.commit(600, 601);
    desk.close();
    desk = new Desk(path);
    expect(desk.placed("conversation_lines")).to.have.length(600);
    expect(desk.placed("foreign_lines")).to.deep.equal([]);
    expect(desk.finds("m1")).to.equal(true);
    expect(desk.placed("conversation_lines")).to.have.length(601);
    expect(desk.placed("foreign_lines")).to.have.length(601);
  });

  it("are made up for after the desk went down before it wrote them", () => {
    desk.commit(1, 2);
    desk.transcript();
    desk.commit(3, 4);
    desk.close();
    desk = new Desk(path);
    expect(desk.placed("conversation_lines")).to.deep.equal([1, 2]);
    expect(desk.finds("m3")).to.equal(true);
    expect(desk.transcript()).to.deep.equal([4, 3, 2, 1]);
  });

  it("of a line that comes late, or once more, are written with it", () => {
    desk.commit(1, 2, 5);
    desk.transcript();
    desk.commit(3, 5);
    expect(desk.transcript()).to.deep.equal([5, 3, 2, 1]);
    expect(desk.finds("m3")).to.equal(true);
  });

  it("go with their line", () => {
    desk.commit(1, 2, 3);
    desk.database.answer({ kind: "prune", before: 1_000, inboxBefore: 0 });
    expect(desk.placed("conversation_lines")).to.deep.equal([]);
    expect(desk.placed("foreign_lines")).to.deep.equal([]);
    expect(desk.finds("m1")).to.equal(false);
  });

  it("are taken over from a store that had indexes instead", async () => {
    const older = join(folder.path, "older.sqlite");
    const database = new Database(older);
    for (const statements of MIGRATIONS.slice(0, INDEXED_SCHEMA)) database.exec(statements);
    database.pragma(`user_version = ${INDEXED_SCHEMA}`);
    database.exec(`INSERT INTO counters (id, epoch, line, outbox) VALUES (1, 'abcd0123', 2, 0);
      INSERT INTO lines (line, conversation, at, author, network, person, desk, foreign_id, viewers, kind, content)
      VALUES (1, 'c1', 1, 0, 'xmpp', '${CUSTOMER.id}', 'support', 'm1', '[1]', 'message', '{"kind":"message","text":"hello","choices":[],"replyTo":null}'),
             (2, 'c1', 2, NULL, NULL, NULL, NULL, NULL, '[0]', 'note', '{"kind":"note","text":"well"}')`);
    database.close();
    const store = await openSqliteStore({ path: older });
    expect((await store.transcript("c1", 10)).map((entry) => entry.line)).to.deep.equal([1, 2]);
    expect((await store.reference("xmpp", CUSTOMER.id, "m1"))?.line).to.equal(1);
    await store.close();
  });
});
