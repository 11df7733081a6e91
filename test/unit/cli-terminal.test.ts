import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { within } from "../support/wait.ts";

const TERMINAL = fileURLToPath(new URL("../../src/cli/terminal.ts", import.meta.url));

/** Once its standard input ends, it writes a line to each stream, and then says how it fared. */
const PROGRAM = `
  import { processTerminal } from ${JSON.stringify(TERMINAL)};
  const terminal = processTerminal();
  process.stdin.resume().on("end", () => {
    terminal.out("a line");
    terminal.err("an error");
    setImmediate(() => terminal.err("and on it goes"));
  });`;

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** `out`, `err`: a stream that is read, one whose reader goes away at once, or a disk that is full. */
async function ends(out: "full" | "closed", err: "read" | "full"): Promise<Ended> {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    stdio: ["pipe", out === "full" ? full : "pipe", err === "full" ? full : "pipe"],
  });
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  child.stdout?.destroy();
  child.stdin?.end();
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { code: await within(10_000, "the program to end", promise), err: text };
}

describe("a terminal that is broken", () => {
  before(function needsFullDisk() {
    // A device of Linux on which every write fails as on a full disk.
    if (!existsSync("/dev/full")) this.skip();
  });

  it("whose reader has seen enough is no error", async () => {
    expect(await ends("closed", "read")).to.deep.equal({ code: 0, err: "an error\nand on it goes\n" });
  });

  it("that cannot be written to is one, in words", async () => {
    const { code, err } = await ends("full", "read");
    expect(code).to.equal(1);
    expect(err).to.include("The output could not be written: ENOSPC").and.to.include("and on it goes");
    expect(err).not.to.include("    at ");
  });

  it("ends nothing when it is the one the log goes to", async () => {
    expect(await ends("closed", "full")).to.deep.equal({ code: 0, err: "" });
  });
});
