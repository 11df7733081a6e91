/**
 * Power fails in the middle of a write: what lies on the disk afterwards is the store's log up to any sector, or with sectors of it never
 * written, or written with something else. Whatever it is, the store opens, and holds exactly what was confirmed before the
 * first sector that is missing: each batch whole or not at all. (The simulation tears writes, too, but between batches.)
 */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { line, NOTHING, outbound } from "../conformance/store.ts";
import { Random } from "../simulation/random.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** What a disk writes whole or not at all. */
const SECTOR = 512;
const COMMITS = 12;
const LIMIT_MS = 400_000;

/** Where the log ended when commit n (from 1) was confirmed: `ends[n - 1]`. */
interface Written {
  readonly log: Buffer;
  readonly ends: readonly number[];
}

interface Tear {
  /** Of the sectors of the last commit so many are passed over between two. Odd, so that all places in a page have their turn. */
  readonly stride: number;
  torn(log: Buffer, sector: number): Buffer;
}

const TEARS: Readonly<Record<string, Tear>> = {
  "the log ends at it": { stride: 1, torn: (log, sector) => log.subarray(0, sector) },
  "it was never written, what came behind it was": {
    stride: 5,
    torn: (log, sector) => overwritten(log, sector, Buffer.alloc(SECTOR)),
  },
  "it holds something else": {
    stride: 5,
    torn: (log, sector) => {
      const random = new Random(sector);
      return overwritten(log, sector, Buffer.from(Array.from({ length: SECTOR }, () => random.between(0, 255))));
    },
  },
};

function overwritten(log: Buffer, start: number, by: Buffer): Buffer {
  const torn = Buffer.from(log);
  by.copy(torn, start, 0, Math.min(SECTOR, log.length - start));
  return torn;
}

describe("power that fails in the middle of a write", function tornWrites() {
  this.timeout(LIMIT_MS);
  let folder: TemporaryFolder;
  let written: Written;
  const path = (name: string): string => join(folder.path, name, "frontdesk.db");

  before(async () => {
    folder = temporaryFolder("torn-writes");
    written = await write(path("whole"), path("kept"));
  });
  after(() => folder.remove());

  for (const [what, { stride, torn }] of Object.entries(TEARS)) {
    it(`${what}: the store holds what was confirmed before, each batch whole`, async () => {
      const { log, ends } = written;
      const first = Math.ceil((ends.at(-2) ?? 0) / SECTOR) * SECTOR;
      let looked = 0;
      for (let sector = first; sector < log.length; sector += SECTOR * stride) {
        const found = torn(log, sector);
        // Nothing is missing where the sector was the same before.
        const confirmed = found.equals(log) ? COMMITS : ends.filter((end) => end <= sector).length;
        looked += await expectWhole(path(`${looked % 2}`), path("kept"), found, confirmed);
      }
      expect(looked, "torn sectors").to.be.greaterThan(5);
    });
  }
});

/** Commits, and keeps the files as they were on the disk behind the last one: closing would copy the log back. */
async function write(at: string, kept: string): Promise<Written> {
  const store = await openSqliteStore({ path: at });
  const { epoch } = await store.load();
  const ends: number[] = [];
  for (let number = 1; number <= COMMITS; number += 1) {
    await store.commit({
      ...NOTHING,
      changes: [
        { table: "conversation", id: "newest", value: { number } },
        { table: "conversation", id: `c${number}`, value: { words: `batch ${number} `.repeat(200) } },
      ],
      lines: [line(number, { foreign: `m${number}` })],
      outbox: [{ id: number, at: number, outbound: outbound(`${epoch}-${number}-1`) }],
    });
    ends.push(statSync(`${at}-wal`).size);
  }
  mkdirSync(join(kept, ".."), { recursive: true });
  copyFileSync(at, kept);
  const log = readFileSync(`${at}-wal`);
  await store.close();
  expect(new Set(ends).size, "commits that made the log longer").to.equal(COMMITS);
  return { log, ends };
}

/** Opens a store whose log is that one. Always 1, to be counted. */
async function expectWhole(at: string, kept: string, log: Buffer, confirmed: number): Promise<number> {
  mkdirSync(join(at, ".."), { recursive: true });
  copyFileSync(kept, at);
  writeFileSync(`${at}-wal`, log);
  writeFileSync(`${at}-shm`, "");
  const store = await openSqliteStore({ path: at });
  try {
    const { snapshot, outbox, lastLine } = await store.load();
    const numbers = Array.from({ length: confirmed }, (_, index) => index + 1);
    const rows = [...snapshot.conversation.keys()].sort();
    expect(snapshot.conversation.get("newest"), `of a log of ${log.length} bytes`).to.deep.equal({ number: confirmed });
    expect(rows).to.deep.equal([...numbers.map((number) => `c${number}`), "newest"].sort());
    expect(outbox.map(({ id }) => id)).to.deep.equal(numbers);
    expect(lastLine).to.equal(confirmed);
  } finally {
    await store.close();
  }
  return 1;
}
