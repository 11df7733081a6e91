/** Forgetting what is old, where to find the lines of a conversation takes long. */
import { join } from "node:path";
import { expect } from "chai";
import type { Change } from "../../src/core/step.ts";
import { toRows } from "../../src/store/sqlite-batch-rows.ts";
import { createSqliteDatabase } from "../../src/store/sqlite-database.ts";
import { createLinePlaces } from "../../src/store/sqlite-line-places.ts";
import { type Opened, openDatabase } from "../../src/store/sqlite-open.ts";
import { createPrune, ROUND_MS } from "../../src/store/sqlite-prune.ts";
import { createWritingOut } from "../../src/store/sqlite-sends.ts";
import { line, NOTHING } from "../conformance/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const CONVERSATIONS = 40;
/** The first ones, with which the search begins. */
const OPEN = 25;
const BY_CALL = 4;

describe("pruning transcripts", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let opened: Opened;
  beforeEach(() => {
    folder = temporaryFolder("prune");
    opened = openDatabase(join(folder.path, "frontdesk.sqlite"));
  });
  afterEach(() => {
    opened.database.close();
    opened.lock.close();
    folder.remove();
  });

  it("takes a bounded time in one call, and comes to the end of it all", () => {
    const said = Array.from({ length: 2 * CONVERSATIONS }, (_, index) =>
      line(index + 1, { conversation: `c${index % CONVERSATIONS}`, at: 1 }),
    );
    const changes = Array.from(
      { length: OPEN },
      (_, at): Change => ({ table: "conversation", id: `c${at}`, value: {} }),
    );
    const store = createSqliteDatabase(opened);
    store.answer({ kind: "commit", rows: toRows({ ...NOTHING, lines: said, changes }, opened.epoch, 0) });
    let now = 0;
    // Whatever is done between two looks at the clock takes a part of the time.
    const slow = (): number => {
      now += ROUND_MS / BY_CALL;
      return now;
    };
    const prune = createPrune(
      opened.database,
      createLinePlaces(opened.database, () => {}),
      createWritingOut(opened.database, opened.sealing, opened.epoch),
      slow,
    );
    const rounds: number[] = [];
    for (let isMoreLeft = true; isMoreLeft; ) {
      const { more, rows } = prune(2, 0);
      rounds.push(rows);
      isMoreLeft = more;
    }
    expect(Math.max(...rounds)).to.be.at.most(2 * BY_CALL);
    expect(rounds.reduce((sum, rows) => sum + rows, 0)).to.equal(2 * (CONVERSATIONS - OPEN));
    const left = opened.database.prepare("SELECT DISTINCT conversation FROM lines ORDER BY line").pluck().all();
    expect(left).to.deep.equal(changes.map(({ id }) => id));
    expect(prune(2, 0).rows, "nothing is left to be forgotten").to.equal(0);
  });
});
