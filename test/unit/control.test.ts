import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { askDesk } from "../../src/control/client.ts";
import { type ControlledDesk, SOCKET_NAME, type StatusReport } from "../../src/control/protocol.ts";
import { type ControlServer, startControl } from "../../src/control/server.ts";
import { createMemoryLog } from "../../src/log.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A desk of which everything is known beforehand. */
const DESK: ControlledDesk = {
  status: () => ({ version: "1.2.3", ready: true }) as StatusReport,
  conversations: () => [],
  csrs: () => [{ id: "ada", name: "Ada", state: "free", load: 0, capacity: 3, reachable: [] }],
  queues: () => [{ id: "billing", open: true, waiting: 0, longestWaitMs: 0 }],
  transcript: async (conversation, limit) =>
    conversation === "known" ? { conversation: `${conversation} ${limit}`, lines: [], facts: [] } : null,
  explain: async () => null,
  tryOut: () => ({ kind: "refused", text: "no such queue" }),
  reload: async () => ({ kind: "refused", problems: ["config/routing.yaml:1:1 wrong"] }),
  close: async (conversation) =>
    conversation === "a b/c" ? { kind: "done" } : { kind: "missing", text: "There is none." },
  setAway: async (csr, away) => (csr === "ada" && away ? { kind: "done" } : { kind: "refused", text: "No." }),
  erase: async () => ({ kind: "refused", text: "Nothing was erased." }),
  audit: async () => ({ kind: "entries", entries: [] }),
  verifyAudit: async () => ({ kind: "whole", entries: 0, first: 0, last: 0, hash: "" }),
  makeToken: async () => ({ kind: "refused", text: "A token needs at least one scope." }),
  tokens: async () => [],
  revokeToken: async (id) => ({ kind: "missing", text: `There is no token ${id}.` }),
  newPassword: async (csr) =>
    csr === "ada" ? { kind: "made", login: "ada", password: "pw" } : { kind: "missing", text: "Who?" },
};

describe("the control socket", () => {
  let folder: TemporaryFolder;
  let server: ControlServer;
  before(async () => {
    folder = temporaryFolder("control");
    server = await startControl(folder.path, DESK, createMemoryLog());
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  for (const [method, path, status, body] of [
    ["GET", "/status", 200, { version: "1.2.3", ready: true }],
    ["GET", "/conversations", 200, []],
    ["GET", "/queues", 200, [{ id: "billing", open: true, waiting: 0, longestWaitMs: 0 }]],
    ["GET", "/transcript/known", 200, { conversation: "known 10000", lines: [], facts: [] }],
    ["GET", "/transcript/unknown", 404, { kind: "missing", text: 'There is no conversation "unknown".' }],
    ["POST", "/reload", 422, { kind: "refused", problems: ["config/routing.yaml:1:1 wrong"] }],
    ["POST", "/close/a%20b%2Fc", 200, { kind: "done" }],
    ["POST", "/close/nobody", 404, { kind: "missing", text: "There is none." }],
    ["POST", "/csrs/ada/away", 200, { kind: "done" }],
    ["POST", "/csrs/ada/back", 409, { kind: "refused", text: "No." }],
    ["POST", "/csrs/ada/password", 200, { kind: "made", login: "ada", password: "pw" }],
    ["POST", "/csrs/bob/password", 404, { kind: "missing", text: "Who?" }],
    [
      "GET",
      "/frobnicate",
      404,
      { kind: "missing", text: "The running desk does not know this command; is it of another version?" },
    ],
  ] as const) {
    it(`answers ${method} ${path} with ${status}`, async () => {
      expect(await askDesk(folder.path, method, path)).to.deep.equal({ kind: "answer", status, body });
    });
  }

  it("is open to its own user alone", () => {
    expect(statSync(join(folder.path, SOCKET_NAME)).mode & 0o777).to.equal(0o600);
  });

  it("takes the place of what a killed desk left behind", async () => {
    const other = temporaryFolder("control");
    writeFileSync(join(other.path, SOCKET_NAME), "");
    const second = await startControl(other.path, DESK, createMemoryLog());
    expect((await askDesk(other.path, "GET", "/status")).kind).to.equal("answer");
    await second.stop();
    await second.stop();
    other.remove();
  });

  it("says in words that no desk is running", async () => {
    const empty = temporaryFolder("control");
    for (const place of [empty.path, join(empty.path, "nowhere")]) {
      const answer = await askDesk(place, "GET", "/status");
      expect(answer).to.deep.equal({
        kind: "unreachable",
        text: `No desk is running on the data folder ${place}. Start it with \`frontdesk start\`, or name its data folder with --data.`,
      });
    }
    empty.remove();
  });

  it("refuses a folder whose path no socket can have, in words", async () => {
    const deep = join(folder.path, "d".repeat(100));
    mkdirSync(deep);
    const failure = await startControl(deep, DESK, createMemoryLog()).catch((error: unknown) => error);
    expect(String(failure)).to.include("choose a shorter data folder");
  });

  it("keeps a fault of the desk to the log", async () => {
    const other = temporaryFolder("control");
    const log = createMemoryLog();
    const broken = {
      ...DESK,
      csrs: () => {
        throw new Error("inside");
      },
    };
    const second = await startControl(other.path, broken, log);
    const answer = await askDesk(other.path, "GET", "/csrs");
    expect(answer).to.deep.equal({
      kind: "answer",
      status: 500,
      body: { kind: "failed", text: "The desk could not do this; the reason is in its log." },
    });
    expect(log.records.some(({ event }) => event === "control.failed")).to.equal(true);
    await second.stop();
    other.remove();
  });
});
