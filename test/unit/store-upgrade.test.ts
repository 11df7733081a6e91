import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import type { Logger } from "../../src/adapter.ts";
import { openStore } from "../../src/boot/store.ts";
import { NO_KEYS } from "../../src/sealing.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { endOf } from "../../src/store/sqlite-place-segments.ts";
import { STORE_FILE } from "../../src/store/store-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A version of the schema in which places of lines were kept in another way. */
const FORMER_SCHEMA = 5;
const SEGMENTS = 40;

describe("a store of an older version", () => {
  it("says in the log what it takes to start with it and how far that is, and a new one nothing", async () => {
    const folder = temporaryFolder("upgrade");
    const said: string[] = [];
    const say = (event: string, { schema, percent }: Parameters<Logger["info"]>[1] = {}): number =>
      said.push(`${event} ${schema ?? percent}`);
    const log: Logger = { debug: say, info: say, warn: say, error: say };
    const open = () => openStore({ dataFolder: folder.path, keys: NO_KEYS }, log, () => {});
    try {
      fillFormer(join(folder.path, STORE_FILE));
      await (await open()).close();
      const schemas = MIGRATIONS.slice(FORMER_SCHEMA).map((_, step) => `store.upgrade ${FORMER_SCHEMA + step + 1}`);
      const shares = Array.from({ length: 19 }, (_, step) => `store.upgrade.places ${5 * (step + 1)}`);
      expect(said).to.deep.equal([...schemas, ...shares]);
      said.length = 0;
      await (await open()).close();
      expect(said).to.deep.equal([]);
    } finally {
      folder.remove();
    }
  });
});

/** A line in each segment. */
function fillFormer(path: string): void {
  const database = new Database(path);
  for (const statements of MIGRATIONS.slice(0, FORMER_SCHEMA)) database.exec(statements);
  database.pragma(`user_version = ${FORMER_SCHEMA}`);
  database.exec("INSERT INTO counters (id, epoch, line, outbox) VALUES (1, 'abcd0123', 2, 0)");
  const insert = database.prepare(
    "INSERT INTO lines (line, conversation, at, viewers, kind, content) VALUES (?, 'c1', 1, '[]', 'note', '{}')",
  );
  for (let segment = 0; segment <= SEGMENTS; segment += 1) insert.run(endOf(segment));
  database.close();
}
