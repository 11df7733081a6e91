/** The daemon as its users run it: a process of its own, on the shipped configuration. */
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { askDesk } from "../../src/control/client.ts";
import type { ReloadReport, StatusReport } from "../../src/control/protocol.ts";
import { freePort } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const LAUNCHER = fileURLToPath(new URL("../../scripts/frontdesk.js", import.meta.url));
const SHIPPED = fileURLToPath(new URL("../../config", import.meta.url));
/** A machine busy with other suites starts slowly. */
const START_MS = 90_000;

describe("the daemon", function () {
  this.timeout(300_000);
  let folder: TemporaryFolder;
  let port: number;
  const started: ServerProcess[] = [];

  beforeEach(async () => {
    folder = temporaryFolder("boot");
    port = await freePort();
    cpSync(SHIPPED, join(folder.path, "config"), { recursive: true });
    edit("frontdesk.yaml", "port: 8080", `port: ${port}`);
  });
  afterEach(async () => {
    for (const desk of started.splice(0)) {
      await desk.kill();
    }
    folder.remove();
  });

  /** The admin changes something in a file. */
  function edit(file: string, before: string, after: string): void {
    const path = join(folder.path, "config", file);
    const text = readFileSync(path, "utf8");
    expect(text).to.include(before);
    writeFileSync(path, text.replace(before, after));
  }

  function spawn(...args: readonly string[]): ServerProcess {
    return new ServerProcess({
      name: "frontdesk",
      program: process.execPath,
      args: [LAUNCHER, ...args, "-c", join(folder.path, "config")],
      env: { ...(process.env as Record<string, string>), NO_COLOR: "1" },
    });
  }

  async function start(...args: readonly string[]): Promise<ServerProcess> {
    const desk = spawn("start", ...args);
    started.push(desk);
    await until("the desk to open", () => desk.ended !== undefined || desk.output.includes("is open."), START_MS);
    return desk;
  }

  /** Another command; resolves with what it wrote and how it ended. */
  async function command(...args: readonly string[]): Promise<{ output: string; ended: string }> {
    const child = spawn(...args);
    await child.wait(START_MS);
    return { output: child.output, ended: child.ended ?? "" };
  }

  async function report<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse((await command(...args, "--json")).output) as T;
  }

  /** Starts a desk that must not open, and gives what it says to its admin. */
  async function refusal(...args: readonly string[]): Promise<string> {
    const { output, ended } = await command("start", ...args);
    expect(ended, output).to.equal("ended with exit code 1");
    return output
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("{"))
      .join("\n");
  }

  it("opens on the shipped configuration, says what to open, and shows passwords once", async () => {
    const desk = await start();
    expect(desk.output).to.include(`http://127.0.0.1:${port}/\n`).and.to.include(`http://127.0.0.1:${port}/csr\n`);
    expect(desk.output).to.match(/ {2}ada {4}[a-z0-9]{5}(-[a-z0-9]{5}){3}\n {2}grace {2}[a-z0-9-]{23}\n/);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).to.equal(200);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status, "metrics, which nobody asked for").to.equal(404);
    await desk.stop();
    expect(desk.ended).to.equal("ended with exit code 0");
    const again = await start();
    expect(again.output).to.include("is open.").and.not.to.include("password");
  });

  it("leaves nothing in the data folder that others may read", async () => {
    mkdirSync(join(folder.path, "data"), { mode: 0o755 });
    await start();
    for (const file of ["frontdesk.sqlite", "frontdesk.sqlite-wal", "control.sock"]) {
      expect(statSync(join(folder.path, "data", file)).mode & 0o077, file).to.equal(0);
    }
  });

  it("says in one sentence that its port is taken, and leaves nothing behind", async () => {
    const other = createServer().listen(port, "127.0.0.1");
    expect(await refusal()).to.equal(
      `Another program listens on 127.0.0.1:${port} already; set http.port to a free one.`,
    );
    other.close();
    expect((await start()).output).to.include("is open.");
  });

  it("says in one sentence that another desk runs on the data folder, which goes on", async () => {
    await start();
    edit("frontdesk.yaml", `port: ${port}`, `port: ${await freePort()}`);
    expect(await refusal()).to.match(/^Another Frontdesk is running on the data folder [^\n]*$/);
    expect((await report<StatusReport>("status")).ready).to.equal(true);
  });

  it("says in one sentence that the data folder is no folder", async () => {
    writeFileSync(join(folder.path, "file"), "");
    expect(await refusal("--data", join(folder.path, "file"))).to.match(
      /^The data folder \S+ is a file, not a folder; [^\n]*$/,
    );
    expect(await refusal("--data", join(folder.path, "file", "below"))).to.match(
      /^The data folder \S+ lies below a file[^\n]*$/,
    );
  });

  it("names every problem of a configuration that cannot be used", async () => {
    edit("routing.yaml", "      billing: 2", "      biling: 2");
    edit("people.yaml", "- web: grace", "- webb: grace");
    const lines = (await refusal()).split("\n");
    expect(lines[0]).to.equal("The configuration cannot be used:");
    expect(lines.slice(1).map((line) => line.replace(/^\S+ /, ""))).to.deep.equal([
      'unknown network "webb"; did you mean "web"?',
      'unknown skill "biling"; did you mean "billing"?',
    ]);
  });

  it("takes a good configuration over at `frontdesk reload`, and names what waits for a restart", async () => {
    await start();
    const before = await report<StatusReport>("status");
    edit("routing.yaml", "queues:\n", "queues:\n  vip: { name: VIP, skills: { support: 4 } }\n");
    edit("people.yaml", "  grace:\n", "  alan:\n    name: Alan\n    addresses: [{ web: alan }]\n\n  grace:\n");
    edit("frontdesk.yaml", "batchEvents: 256", "batchEvents: 128");
    const reload = await report<ReloadReport>("reload");
    expect(reload).to.deep.include({ kind: "reloaded", needsRestart: ["limits.batchEvents"] });
    expect(reload.kind === "reloaded" ? reload.passwords.map(({ login }) => login) : []).to.deep.equal(["alan"]);
    const after = await report<StatusReport>("status");
    expect(after.rules).not.to.equal(before.rules);
    expect(after.queues.map(({ id }) => id)).to.include("vip");
    expect(after.needsRestart).to.deep.equal(["limits.batchEvents"]);
  });

  it("refuses a bad configuration whole, with every problem in the answer and in the log, and goes on", async () => {
    const desk = await start();
    const before = await report<StatusReport>("status");
    edit("routing.yaml", "queues:\n", "queues:\n  vip: { name: VIP, skills: { suport: 4 } }\n");
    const { output, ended } = await command("reload");
    expect(ended).to.equal("ended with exit code 1");
    expect(output).to.match(
      /routing\.yaml:\d+:\d+ unknown skill "suport"; did you mean "support"\?\nNothing was changed/,
    );
    expect((await report<StatusReport>("status")).rules).to.equal(before.rules);
    expect(desk.output).to.match(/"event":"reload\.refused".*unknown skill \\"suport\\"/);
  });

  it("does the same at SIGHUP", async () => {
    const desk = await start();
    edit("routing.yaml", "queues:\n", "queues:\n  vip: { name: VIP, skills: { support: 4 } }\n");
    desk.signal("SIGHUP");
    await until("the reload", () => desk.output.includes('"event":"reload.done"'));
    edit("routing.yaml", "queues:\n", "queues: [\n");
    desk.signal("SIGHUP");
    await until("the refusal", () => desk.output.includes('"event":"reload.refused"'));
    expect((await report<StatusReport>("status")).queues.map(({ id }) => id)).to.include("vip");
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`stops at ${signal} with exit code 0, and takes its socket away`, async () => {
      const desk = await start();
      desk.signal(signal);
      expect(await desk.wait(START_MS)).to.be.a("string");
      expect(desk.ended).to.equal("ended with exit code 0");
      expect((await command("status")).ended).to.equal("ended with exit code 3");
    });
  }

  it("answers status and stops at SIGTERM while a network's server is away", async () => {
    const xmpp = `  xmpp:\n    adapter: xmpp\n    mode: component\n    domain: desk.example.com\n    port: ${await freePort()}\n    secret: abc\n    handles: {}\n`;
    edit("frontdesk.yaml", "networks:\n", `networks:\n${xmpp}`);
    const desk = spawn("start");
    started.push(desk);
    const away = async () => {
      const { output } = await command("status");
      return /^xmpp +xmpp +(offline|connecting)/m.test(output);
    };
    await until("the status of a desk that still starts", away, START_MS);
    desk.signal("SIGTERM");
    await desk.wait(START_MS);
    expect(desk.ended).to.equal("ended with exit code 0");
  });

  it("says that the disk failed and ends with 74; the next start finds what was confirmed", async () => {
    // Files of this process may not grow beyond 300 kB; the signal that would end it at once is ignored.
    const words = [process.execPath, LAUNCHER, "start", "-c", join(folder.path, "config")];
    const desk = new ServerProcess({
      name: "frontdesk",
      program: "/bin/bash",
      args: ["-c", `trap '' XFSZ; ulimit -f 300; exec "$@"`, "bash", ...words],
    });
    started.push(desk);
    await until("the desk to open", () => desk.output.includes("is open."), START_MS);
    for (let round = 0; round < 2_000 && desk.ended === undefined; round += 1) {
      await askDesk(join(folder.path, "data"), "POST", `/csrs/ada/${round % 2 === 0 ? "away" : "back"}`);
    }
    await desk.wait(START_MS);
    expect(desk.ended).to.equal("ended with exit code 74");
    expect(desk.output).to.include('"event":"store.failed"');
    expect((await start()).output)
      .to.include("is open.")
      .and.not.to.include("New passwords");
  });
});
