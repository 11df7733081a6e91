/**
 * The disk fails under a running desk: the system calls of the real daemon are made to fail, from one moment on, by strace(1). It says so,
 * confirms nothing more, ends with the exit code for it, and the next start finds what was confirmed.
 */
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { askDesk } from "../../src/control/client.ts";
import { STORE_FILE } from "../../src/store/store-file.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, webNetwork } from "../support/desk-config.ts";
import { requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server-process.ts";
import { until } from "../support/wait.ts";

const LIMIT_MS = 90_000;
const FAILED = "ended with exit code 74";

const FAULTS: readonly (readonly [what: string, calls: string, error: string, says: RegExp])[] = [
  ["a sync that fails", "fsync,fdatasync", "EIO", /Reading or writing .* failed/u],
  ["a write that fails", "pwrite64,pwritev", "EIO", /Reading or writing .* failed/u],
  ["a full disk", "pwrite64,pwritev", "ENOSPC", /The disk that holds .* is full/u],
  ["a quota", "pwrite64,pwritev", "EDQUOT", /Reading or writing .* failed/u],
  ["a disk that has become read-only", "pwrite64,pwritev", "EROFS", /Reading or writing .* failed/u],
];

describe("a disk that fails under a running desk", function () {
  this.timeout(400_000);
  requires("strace");
  let desk: Daemon;

  beforeEach(async () => {
    desk = await startDaemon({
      networks: webNetwork().replace("      billing: {name: Billing, dialog: money}\n", ""),
      csrs: ["ada", "bob"].map((id) => csrEntries({ id, name: id, address: `web: ${id}`, skill: "support" })).join(""),
    });
  });
  afterEach(async () => {
    await desk?.remove();
  });

  /** Something that has to be recorded; whether the desk said that it was. */
  async function record(csr: "ada" | "bob", state: "away" | "back"): Promise<boolean> {
    const answer = await askDesk(desk.dataFolder, "POST", `/csrs/${csr}/${state}`);
    return answer.kind === "answer" && answer.status === 200;
  }

  for (const [what, calls, error, says] of FAULTS) {
    it(`${what} (${error}): says so, confirms nothing more, and loses nothing`, async () => {
      expect(await record("ada", "away"), "while the disk is well").to.equal(true);
      const strace = breakDisk(desk, calls, error);
      await until("the disk to be broken", () => strace.output.includes("attached"), LIMIT_MS);
      expect(await record("bob", "away"), "confirmed on a broken disk").to.equal(false);
      await until("the desk to end", () => desk.ended !== undefined, LIMIT_MS);
      expect(desk.ended).to.equal(FAILED);
      expect(desk.output()).to.include('"event":"store.failed"').and.to.match(says);
      await strace.kill();

      await desk.start();
      expect(await desk.command("csrs"), "what was confirmed").to.match(/ada.*away/u);
      expect(await record("ada", "back"), "on the disk that was mended").to.equal(true);
    });
  }

  it("a log that cannot be copied back, while nobody asks for anything: says so and ends at once, and loses nothing", async () => {
    // Commits are written into the log; this file alone is written half a second later.
    const strace = breakDisk(desk, "pwrite64,pwritev", "EIO", join(desk.dataFolder, STORE_FILE));
    await until("the disk to be broken", () => strace.output.includes("attached"), LIMIT_MS);
    expect(await record("ada", "away"), "the log is well").to.equal(true);
    await until("the desk to end", () => desk.ended !== undefined, LIMIT_MS);
    expect(desk.ended).to.equal(FAILED);
    expect(desk.output())
      .to.include('"event":"store.failed"')
      .and.to.match(/Reading or writing .* failed/u);
    await strace.kill();
    await desk.start();
    expect(await desk.command("csrs"), "what was confirmed").to.match(/ada.*away/u);
  });

  it("a store that was damaged is not started from, and the sentence says what to do", async () => {
    await record("ada", "away");
    await desk.stop();
    const path = join(desk.dataFolder, STORE_FILE);
    const file = openSync(path, "r+");
    // Everything behind the first page, which says that this is a database.
    const garbage = Buffer.alloc(statSync(path).size - 4_096, 0xa5);
    writeSync(file, garbage, 0, garbage.length, 4_096);
    closeSync(file);
    const refusal = await desk.start().then(
      () => "it started",
      (error: unknown) => String(error),
    );
    expect(refusal).to.include("is damaged. Put a backup in its place and start again.");
  });
});

/** From when it has attached, these system calls fail in all threads of the desk; with `path` those on that file alone. */
function breakDisk(desk: Daemon, calls: string, error: string, path?: string): ServerProcess {
  return new ServerProcess({
    name: "strace",
    program: "/usr/bin/strace",
    args: [
      ...["-f", "-p", `${desk.pid}`, "-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}`],
      ...(path === undefined ? [] : ["-P", path]),
    ],
  });
}
