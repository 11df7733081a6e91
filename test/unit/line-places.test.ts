import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { toRows } from "../../src/store/sqlite-batch-rows.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../src/store/sqlite-database.ts";
import { type Opened, openDatabase } from "../../src/store/sqlite-open.ts";
import { endOf } from "../../src/store/sqlite-place-segments.ts";
import { type Upgrade, WRITTEN_LINE_WIDTH } from "../../src/store/sqlite-wire.ts";
import { CUSTOMER, line, NOTHING } from "../conformance/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The versions of the schema in which two indexes, and then two tables, said where lines are. */
const FORMER_SCHEMAS = [4, 5] as const;

/** The last number of a line in the first segment. */
const END = endOf(0);

/** Synced with each commit: nothing that was told is lost when power is. */
const FULL = 2;

/** The store's thread without the thread: what it puts off stays so until it is told. */
class Desk {
  readonly #opened: Opened;
  readonly database: SqliteDatabase;
  readonly upgrades: Upgrade[] = [];

  constructor(path: string) {
    const onUpgrade = (upgrade: Upgrade): number => this.upgrades.push(upgrade);
    this.#opened = openDatabase(path, undefined, undefined, onUpgrade);
    this.database = createSqliteDatabase(this.#opened, onUpgrade);
  }

  /** Lines of those numbers, each with the foreign id `m<number>`. */
  commit(...numbers: readonly number[]): void {
    const lines = numbers.map((number) => line(number, { foreign: `m${number}` }));
    this.database.answer({ kind: "commit", rows: toRows({ ...NOTHING, lines }, this.#opened.epoch, 0) });
  }

  /** Entries of places on the disk. */
  get placed(): number {
    return Number(this.#opened.database.prepare("SELECT total(length(places)) / 6 FROM line_places").pluck().get());
  }

  /** How carefully the next commit is synced (sqlite.org/pragma.html#pragma_synchronous). */
  get synchronous(): unknown {
    return this.#opened.database.pragma("synchronous", { simple: true });
  }

  transcript(limit = 10): readonly unknown[] {
    const cells = this.database.answer({ kind: "transcript", conversation: "c1", limit });
    return cells.filter((_, cell) => cell % 16 === 0);
  }

  /** The number of the line that the customer's id names. */
  find(foreign: string): unknown {
    return this.database.answer({ kind: "reference", network: "xmpp", person: CUSTOMER.id, id: foreign })[1];
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

  function startAgain(): void {
    desk.close();
    desk = new Desk(path);
  }

  it("are written without a sync of their own, and every commit after that has one", () => {
    desk.commit(END - 1, END);
    desk.commit(END + 1);
    desk.database.catchUp();
    expect(desk.placed, "on the disk").to.equal(4);
    expect(desk.synchronous).to.equal(FULL);
  });

  it("are not written with a commit, and there when somebody asks, after the next start as well", () => {
    desk.commit(1, 2);
    desk.commit(3);
    desk.database.catchUp();
    for (const time of ["before", "after"]) {
      expect(desk.transcript(), time).to.deep.equal([3, 2, 1]);
      expect(desk.find("m3"), time).to.equal(3);
      expect(desk.placed, time).to.equal(0);
      startAgain();
    }
  });

  it("are written when a segment is full, and found in it and in the next", () => {
    desk.commit(1, END - 1, END);
    desk.database.catchUp();
    expect(desk.placed).to.equal(0);
    desk.commit(END + 1, END + 2);
    desk.database.catchUp();
    expect(desk.placed).to.equal(6);
    for (const time of ["before", "after"]) {
      expect(desk.transcript(), time).to.deep.equal([END + 2, END + 1, END, END - 1, 1]);
      expect(desk.transcript(3), time).to.deep.equal([END + 2, END + 1, END]);
      expect([1, END, END + 2].map((line) => desk.find(`m${line}`))).to.deep.equal([1, END, END + 2]);
      expect(desk.find("m0")).to.equal(undefined);
      startAgain();
    }
  });

  it("of before a start are read when they are needed, each once", () => {
    desk.commit(1, 2);
    startAgain();
    desk.commit(3);
    desk.commit(END + 1);
    desk.database.catchUp();
    expect(desk.placed).to.equal(6);
    startAgain();
    // All of a segment is from before, and nobody asks for anything until those behind it are full.
    for (const segment of [1, 2]) desk.commit(endOf(segment) + 1);
    for (const written of [8, 10]) {
      desk.database.catchUp();
      expect(desk.placed).to.equal(written);
    }
    expect(desk.transcript()).to.deep.equal([endOf(2) + 1, endOf(1) + 1, END + 1, 3, 2, 1]);
    expect(desk.find("m2")).to.equal(2);
  });

  it("are written at the start when the desk went down before it wrote those of a full segment", () => {
    desk.commit(1, END + 1, endOf(7));
    startAgain();
    expect(desk.placed).to.equal(4);
    expect(desk.upgrades.map(({ kind }) => kind)).to.deep.equal(["places", "places"]);
    expect(desk.transcript()).to.deep.equal([endOf(7), END + 1, 1]);
    expect(desk.find("m1")).to.equal(1);
  });

  it("of a line that comes late, or once more, are written with it", () => {
    desk.commit(1, END, END + 1);
    desk.database.catchUp();
    desk.commit(3, END, END + 1);
    expect(desk.placed).to.equal(6);
    expect(desk.transcript()).to.deep.equal([END + 1, END, 3, 1]);
    expect(desk.find("m3")).to.equal(3);
    // Into a segment of which there was nothing.
    desk.commit(endOf(4), endOf(5));
    desk.database.catchUp();
    desk.commit(endOf(3));
    expect(desk.find(`m${endOf(3)}`)).to.equal(endOf(3));
  });

  it("name the newest line with that id", () => {
    const { database } = desk;
    const say = (number: number) =>
      database.answer({
        kind: "commit",
        rows: toRows({ ...NOTHING, lines: [line(number, { foreign: "same" })] }, "epoch", 0),
      });
    for (const number of [2, 1, END + 1, END + 3]) say(number);
    expect(desk.find("same")).to.equal(END + 3);
    database.catchUp();
    startAgain();
    expect(desk.find("same")).to.equal(END + 3);
  });

  it("go with their lines, in memory and on the disk", () => {
    desk.commit(1, 2, END + 1);
    desk.database.catchUp();
    expect(desk.placed).to.equal(4);
    desk.database.answer({ kind: "prune", before: 1_000_000, inboxBefore: 0 });
    expect(desk.placed).to.equal(0);
    expect([desk.find("m1"), desk.find(`m${END + 1}`), desk.transcript()]).to.deep.equal([undefined, undefined, []]);
    desk.commit(END + 2, endOf(3));
    desk.database.catchUp();
    expect(desk.placed).to.equal(2);
  });

  it("of what is old go with all of their segment, of what is erased at once", () => {
    desk.commit(1, 2, 3);
    const other = line(4, { foreign: "m4", conversation: "c2", at: 5_000 });
    desk.database.answer({ kind: "commit", rows: toRows({ ...NOTHING, lines: [other] }, "epoch", 0) });
    desk.commit(END + 1);
    desk.database.catchUp();
    expect(desk.placed).to.equal(8);
    const { network, id: person } = CUSTOMER;
    const erase = (conversation: string) =>
      desk.database.answer({
        kind: "erase",
        ask: { kind: "remove", network, person, conversations: [conversation], outbox: [], quarantine: [] },
      });
    erase("c1");
    expect(desk.placed).to.equal(2);
    expect([desk.find("m1"), desk.find(`m${END + 1}`), desk.find("m4")]).to.deep.equal([undefined, undefined, 4]);
    desk.commit(5, 6);
    expect(desk.placed).to.equal(6);
    desk.database.answer({ kind: "prune", before: 5_000, inboxBefore: 0 });
    expect(desk.placed).to.equal(6);
    expect([desk.find("m5"), desk.find("m4"), desk.transcript()]).to.deep.equal([undefined, 4, []]);
    desk.database.answer({ kind: "prune", before: 5_001, inboxBefore: 0 });
    expect(desk.placed).to.equal(0);
  });

  it("stay where they are when a batch is not recorded", () => {
    desk.commit(1);
    const rows = toRows({ ...NOTHING, lines: [line(2, { foreign: "m2" }), line(3)] }, "epoch", 0);
    // Without a conversation the second cannot be written, and the first is not either.
    rows.lines[WRITTEN_LINE_WIDTH + 1] = null;
    expect(() => desk.database.answer({ kind: "commit", rows })).to.throw(/NOT NULL/u);
    expect([desk.transcript(), desk.find("m2")]).to.deep.equal([[1], undefined]);
    desk.commit(endOf(2));
    desk.database.catchUp();
    expect(desk.placed).to.equal(2);
  });

  for (const schema of FORMER_SCHEMAS) {
    it(`are made for the lines of a store of schema ${schema}, which says how far it is`, () => {
      const older = join(folder.path, "older.sqlite");
      fillFormer(older, schema);
      const taken = new Desk(older);
      expect(
        taken.upgrades.map((upgrade) => (upgrade.kind === "schema" ? upgrade.version : upgrade.share)),
      ).to.deep.equal([
        ...MIGRATIONS.map((_, step) => step + 1).filter((version) => version > schema),
        (END - 1) / endOf(1),
      ]);
      expect(taken.transcript()).to.deep.equal([endOf(1) + 1, 2, 1]);
      expect([taken.find("m1"), taken.find("m2")]).to.deep.equal([1, undefined]);
      expect(taken.placed).to.equal(3);
      taken.close();
    });
  }
});

/** A message, two notes: the last one two segments on. */
function fillFormer(path: string, schema: number): void {
  const database = new Database(path);
  for (const statements of MIGRATIONS.slice(0, schema)) database.exec(statements);
  database.pragma(`user_version = ${schema}`);
  database.exec(`INSERT INTO counters (id, epoch, line, outbox) VALUES (1, 'abcd0123', 2, 0);
    INSERT INTO lines (line, conversation, at, author, network, person, desk, foreign_id, viewers, kind, content)
    VALUES (1, 'c1', 1, 0, 'xmpp', '${CUSTOMER.id}', 'support', 'm1', '[1]', 'message', '{"kind":"message","text":"hello","choices":[],"replyTo":null}'),
           (2, 'c1', 2, NULL, NULL, NULL, NULL, NULL, '[0]', 'note', '{"kind":"note","text":"well"}'),
           (${endOf(1) + 1}, 'c1', 2, NULL, NULL, NULL, NULL, NULL, '[0]', 'note', '{"kind":"note","text":"good"}')`);
  database.close();
}
