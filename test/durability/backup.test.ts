/**
 * `frontdesk backup` while the store is written as fast as it can be, and `frontdesk restore`: the copy is the store of one moment, holds
 * all that was confirmed before it was asked for, and no number that was given out afterwards is given out again.
 */
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { runCommandLine } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { STORE_FILE } from "../../src/store/store-file.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const WRITER = fileURLToPath(new URL("../conformance/store-writer.ts", import.meta.url));
/** Commits before the copy is made, so that it takes a while. */
const COMMITS = 1_000;
const WRITING_MS = 120_000;

interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

describe("backup and restore of a store under load", function () {
  this.timeout(400_000);
  let folder: TemporaryFolder;
  let writer: ServerProcess | null = null;

  beforeEach(() => {
    folder = temporaryFolder("backup");
    mkdirSync(join(folder.path, "data"));
  });
  afterEach(async () => {
    await writer?.kill();
    writer = null;
    folder.remove();
  });

  async function frontdesk(...args: readonly string[]): Promise<Said> {
    const said = { out: "", err: "", code: 0 };
    const terminal: Terminal = {
      out: (text) => {
        said.out += `${text}\n`;
      },
      err: (text) => {
        said.err += `${text}\n`;
      },
      paint: (_style, text) => text,
      leave: () => {},
      get exitCode() {
        return said.code;
      },
      set exitCode(code: number) {
        said.code = code;
      },
    };
    await runCommandLine([...args, "--data", join(folder.path, "data")], terminal);
    return said;
  }

  /** Writes without end; gives how many commits have been confirmed so far. */
  async function write(): Promise<() => number> {
    let confirmed = 0;
    const process_ = new ServerProcess({
      name: "the writer",
      program: process.execPath,
      args: [WRITER, join(folder.path, "data", STORE_FILE), "1"],
    });
    process_.onLine((line) => {
      confirmed = Number(line);
    });
    writer = process_;
    await until("a store with something in it", () => confirmed >= COMMITS || process_.ended !== undefined, WRITING_MS);
    expect(process_.ended, process_.output.slice(-1_000)).to.equal(undefined);
    return () => confirmed;
  }

  async function linesOf(path: string) {
    const store = await openSqliteStore({ path });
    try {
      const loaded = await store.load();
      const lines = await store.transcript("c1", 1_000_000);
      return { loaded, lines: lines.map(({ line }) => line) };
    } finally {
      await store.close();
    }
  }

  it("copies it as it was at one moment, and gives it back with numbers that nobody has had", async () => {
    const confirmed = await write();
    const copy = join(folder.path, "monday.sqlite");
    const before = confirmed();
    const backup = await frontdesk("backup", copy);
    expect(backup.err).to.equal("");
    expect(backup.out).to.include("was copied to");
    await until("the writer to go on", () => confirmed() > before + 10, WRITING_MS);
    expect((await frontdesk("restore", copy)).err, "while somebody writes").to.include("Another Frontdesk is running");
    await writer?.kill();
    const after = confirmed();

    const restored = await frontdesk("restore", copy);
    expect([restored.err, restored.code]).to.deep.equal(["", 0]);
    const { loaded, lines } = await linesOf(join(folder.path, "data", STORE_FILE));
    expect(lines.length, "lines that were confirmed before").to.be.at.least(before).and.at.most(after);
    expect(lines, "without a gap").to.deep.equal(lines.map((_line, index) => index + 1));
    expect(loaded.snapshot.conversation.get("c1"), "of the same moment").to.deep.equal({ lines: lines.length });
    expect(loaded.outbox.map(({ id }) => id)).to.deep.equal(lines);
    expect(Math.min(loaded.lastLine, loaded.lastOutbox)).to.be.greaterThan(after);
  });

  it("keeps what was there before a restore", async () => {
    const confirmed = await write();
    const copy = join(folder.path, "monday.sqlite");
    await frontdesk("backup", copy);
    const goal = confirmed() + 50;
    await until("the writer to go on", () => confirmed() >= goal, WRITING_MS);
    await writer?.kill();
    await frontdesk("restore", copy);
    const kept = readdirSync(join(folder.path, "data")).find((name) => /\.before-[^-]+-[^-]+-[^.]+\.\d+Z$/u.test(name));
    const { lines } = await linesOf(join(folder.path, "data", kept ?? "none"));
    expect(lines.length).to.be.at.least(goal);
  });

  it("refuses a copy that is damaged, one that is none, and to write over a file", async () => {
    await write();
    const copy = join(folder.path, "monday.sqlite");
    await frontdesk("backup", copy);
    await writer?.kill();
    const again = await frontdesk("backup", copy);
    expect([again.code, again.err]).to.deep.equal([
      1,
      `${copy} is there already. Name a new file, or remove that one.\n`,
    ]);
    truncateSync(copy, 40_000);
    expect((await frontdesk("restore", copy)).err).to.match(/damaged/u);
    const text = join(folder.path, "notes.txt");
    writeFileSync(text, "not a database, but long enough to look like something that might be one\n".repeat(100));
    expect((await frontdesk("restore", text)).err).to.match(/not a database/u);
    expect((await frontdesk("restore", join(folder.path, "nothing"))).err).to.include("There is no file");
    expect((await linesOf(join(folder.path, "data", STORE_FILE))).lines.length).to.be.at.least(COMMITS);
    expect(existsSync(join(folder.path, "data", `${STORE_FILE}.restoring`))).to.equal(false);
  });

  it("says where no store is", async () => {
    const { err, code } = await frontdesk("backup", join(folder.path, "copy"));
    expect([code, err.includes("There is no store in")]).to.deep.equal([1, true]);
  });
});
