import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { ApiToken } from "../../src/accounts/tokens.ts";
import { runCommandLine } from "../../src/cli/program.ts";
import { duration, table, widthOf } from "../../src/cli/table.ts";
import { plain, type Terminal } from "../../src/cli/terminal.ts";
import type { AuditEntry } from "../../src/control/audit-wish.ts";
import type { ControlledDesk, StatusReport, TranscriptReport } from "../../src/control/protocol.ts";
import { type ControlServer, startControl } from "../../src/control/server.ts";
import { createMemoryLog } from "../../src/log.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { SHIPPED } from "./config-support.ts";

interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs a command line as a person would and gives what they see. */
async function frontdesk(...args: readonly string[]): Promise<Said> {
  const said = { out: [] as string[], err: [] as string[] };
  const terminal: Terminal = {
    out: (text) => said.out.push(text),
    err: (text) => said.err.push(text),
    paint: (_style, text) => text,
    leave: () => {},
    exitCode: 0,
  };
  await runCommandLine(args, terminal);
  return { out: said.out.join("\n"), err: said.err.join("\n"), code: terminal.exitCode };
}

describe("frontdesk on the command line", () => {
  it("tells its version", async () => {
    const { version } = JSON.parse(readFileSync(join(SHIPPED, "../package.json"), "utf8")) as { version: string };
    expect(await frontdesk("--version")).to.deep.equal({ out: version, err: "", code: 0 });
  });

  it("has help with examples for itself and for every subcommand", async () => {
    const { out, code } = await frontdesk("--help");
    expect(code).to.equal(0);
    expect(out).to.include("Examples:");
    const names = [
      "init",
      "check",
      "try",
      "explain",
      "start",
      "reload",
      "status",
      "conversations",
      "transcript",
      "csrs",
      "backup",
      "restore",
    ];
    for (const name of names) {
      expect(out).to.match(new RegExp(`^  ${name}\\b`, "m"));
      expect((await frontdesk(name, "--help")).out, name).to.include("Examples:");
    }
  });

  it("ends with 2 when the line makes no sense, and guesses what was meant", async () => {
    expect(await frontdesk("statsu")).to.deep.equal({
      out: "",
      err: "error: unknown command 'statsu'\n(Did you mean status?)\nAdd --help to see what it takes.",
      code: 2,
    });
    expect((await frontdesk("transcript")).code).to.equal(2);
    expect((await frontdesk("check", "--jsno")).code).to.equal(2);
  });
});

describe("frontdesk init and check", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder("cli");
  });
  afterEach(() => folder.remove());

  it("writes a starter configuration that can be used at once", async () => {
    const place = join(folder.path, "new");
    const said = await frontdesk("init", place);
    expect(said.code).to.equal(0);
    expect(said.out).to.include(`frontdesk start -c ${place}`);
    expect(readFileSync(join(place, "frontdesk.yaml"), "utf8")).to.equal(
      readFileSync(join(SHIPPED, "frontdesk.yaml"), "utf8"),
    );
    expect(existsSync(join(place, "schema/frontdesk.schema.json"))).to.equal(true);
    expect(await frontdesk("check", "-c", place)).to.deep.equal({
      out: `${place} can be used: 0 errors, 0 warnings`,
      err: "",
      code: 0,
    });
  });

  it("overwrites nothing, not even a part", async () => {
    writeFileSync(join(folder.path, "people.yaml"), "mine");
    const said = await frontdesk("init", folder.path);
    expect(said.code).to.equal(1);
    expect(said.err).to.include(join(folder.path, "people.yaml"));
    expect(readFileSync(join(folder.path, "people.yaml"), "utf8")).to.equal("mine");
    expect(existsSync(join(folder.path, "routing.yaml"))).to.equal(false);
  });

  async function withSlip(before: string, after: string): Promise<string> {
    await frontdesk("init", folder.path);
    const path = join(folder.path, "routing.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
    return path;
  }

  it("check prints every problem and ends with 1", async () => {
    const path = await withSlip("billing: 2", "biling: 2");
    const said = await frontdesk("check", "-c", folder.path);
    expect(said.code).to.equal(1);
    expect(said.out).to.match(
      new RegExp(
        `^${path}:\\d+:7 unknown skill "biling"; did you mean "billing"\\?\n.* cannot be used: 1 error, 0 warnings$`,
      ),
    );
  });

  it("check --json is for scripts", async () => {
    await withSlip("billing: 2", "biling: 2");
    const { out, code } = await frontdesk("check", "-c", folder.path, "--json");
    const report = JSON.parse(out) as {
      usable: boolean;
      problems: readonly { severity: string; message: string; line: number }[];
    };
    expect(code).to.equal(1);
    expect(report.usable).to.equal(false);
    expect(report.problems[0]).to.include({
      severity: "error",
      message: 'unknown skill "biling"; did you mean "billing"?',
    });
  });

  it("check ends with 0 on warnings, but not with --strict", async () => {
    await withSlip("sales: 1", "sales: 5");
    expect((await frontdesk("check", "-c", folder.path)).code).to.equal(0);
    expect((await frontdesk("check", "-c", folder.path, "--strict")).code).to.equal(1);
  });

  it("check --schema writes schemas for editors", async () => {
    const said = await frontdesk("check", "--schema", join(folder.path, "schemas"));
    expect(said.code).to.equal(0);
    expect(JSON.parse(readFileSync(join(folder.path, "schemas/people.schema.json"), "utf8"))).to.include({
      additionalProperties: false,
    });
  });

  it("start prints what is wrong with the configuration and ends with 1", async () => {
    await withSlip("billing: 2", "biling: 2");
    const said = await frontdesk("start", "-c", folder.path);
    expect(said.code).to.equal(1);
    expect(said.err).to.match(/^The configuration cannot be used:\n.*unknown skill "biling"/);
  });
});

const STATUS: StatusReport = {
  version: "1.2.3",
  pid: 42,
  startedAt: Date.now() - 65_000,
  url: "http://127.0.0.1:8080",
  rules: "abcdef",
  ready: true,
  needsRestart: ["http.port"],
  networks: [{ network: "web", protocol: "web", status: "online", detail: null }],
  queues: [{ id: "billing", open: true, waiting: 2, longestWaitMs: 125_000 }],
  conversations: { talking: 3 },
  csrs: { free: 1, away: 2 },
  engine: { outboxRows: 0, inFlight: 0, events: 10, commits: 4, quarantined: 0, undelivered: 0 },
};

const LINE = {
  line: 1,
  conversation: "c1",
  at: 0,
  author: 0,
  from: { network: "web", id: "v" },
  desk: "support",
  foreign: "x",
  viewers: [],
  nick: "Eve",
  edited: null,
  retracted: false,
  state: "read",
} as const;
const TRANSCRIPT: TranscriptReport = {
  conversation: "c1",
  lines: [
    { ...LINE, content: { kind: "message", text: "Hello \u001b[2Jthere\u202e", choices: [], replyTo: null } },
    {
      ...LINE,
      line: 2,
      at: 2,
      content: { kind: "message", text: "gone", choices: [], replyTo: null },
      retracted: true,
    },
    { ...LINE, line: 3, at: 3, content: { kind: "retraction", of: 2 } },
  ],
  facts: [{ at: 1, conversation: "c1", csr: "ada", event: "offer.accepted", detail: { waited: 5 } }],
};

const ENTRY: AuditEntry = {
  seq: 7,
  at: "2026-11-21T10:00:00.000Z",
  action: "sign-in.failed",
  actor: "somebody",
  origin: "192.0.2.1",
  subject: "ada\u001b[2J",
  outcome: "refused",
  detail: { by: "password" },
  previous: "",
  hash: "",
};
const TOKEN: ApiToken = {
  id: "k3v9x2p8q7w4",
  name: "wallboard",
  scopes: ["status:read"],
  createdAt: 0,
  createdBy: "command line:root",
  expiresAt: null,
  lastUsedAt: null,
};

const DESK: ControlledDesk = {
  status: () => STATUS,
  conversations: () => [],
  csrs: () => [
    { id: "ada", name: "Ada", state: "free", load: 1, capacity: 3, reachable: [{ network: "web", id: "ada" }] },
  ],
  queues: () => [],
  transcript: async (conversation) => (conversation === "c1" ? TRANSCRIPT : null),
  explain: async () => null,
  tryOut: () => ({ kind: "refused", text: "no such queue" }),
  reload: async () => ({ kind: "refused", problems: ["config/routing.yaml:1:1 wrong"] }),
  close: async (conversation) =>
    conversation === "c1" ? { kind: "done" } : { kind: "missing", text: "there is no open conversation c9" },
  setAway: async () => ({ kind: "done" }),
  erase: async ({ network }, isWanted) => {
    if (network !== "xmpp") return { kind: "missing", text: `There is no network "${network}".` };
    return isWanted
      ? { kind: "erased", conversations: 2, files: 1, lines: 9, facts: 7, sends: 0 }
      : { kind: "found", conversations: ["c1", "c2"], files: 1 };
  },
  audit: async (wish) => ({ kind: "entries", entries: JSON.stringify(wish).includes("sign-out") ? [] : [ENTRY] }),
  verifyAudit: async (by) =>
    by.actor === "command line:unknown"
      ? { kind: "whole", entries: 0, first: 0, last: 0, hash: "" }
      : { kind: "broken", seq: 4, text: "it is not as it was written" },
  makeToken: async ({ name, scopes, days }) =>
    scopes[0] === "status:read"
      ? { kind: "made", token: `token of ${name} for ${days} days`, entry: TOKEN }
      : { kind: "refused", text: `There is no scope "${scopes[0]}".` },
  tokens: async () => [TOKEN],
  revokeToken: async (id) =>
    id === "wallboard" ? { kind: "done" } : { kind: "missing", text: `There is no token ${id}.` },
  newPassword: async (csr) => ({ kind: "made", login: csr, password: "secret-word" }),
};

describe("frontdesk asks the running desk", () => {
  let folder: TemporaryFolder;
  let server: ControlServer;
  before(async () => {
    folder = temporaryFolder("cli");
    server = await startControl(folder.path, DESK, createMemoryLog());
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });
  const asked = (...args: readonly string[]) => frontdesk(...args, "--data", folder.path);

  it("erase: shows what there is, and erases only when told so twice", async () => {
    const found = await asked("erase", "xmpp", "anna@im.example");
    expect(found.out).to.equal("2 conversations (c1, c2) with 1 files. Nothing was erased; --yes does it.");
    const erased = await asked("erase", "xmpp", "anna@im.example", "--yes");
    expect(erased.out).to.equal("Erased: 2 conversations with 9 lines, 1 files, 7 facts, 0 sends.");
    const missing = await asked("erase", "telepathy", "anna");
    expect([missing.code, missing.err]).to.deep.equal([1, 'There is no network "telepathy".']);
  });

  it("status", async () => {
    const { out, code } = await asked("status");
    expect(code).to.equal(0);
    expect(out).to.match(/^Frontdesk 1\.2\.3 \(pid 42\) is ready, up for \d+ min \d+ s since /);
    expect(out).to.include("waiting for a restart: http.port");
    expect(out).to.include("QUEUE    HOURS  WAITING    LONGEST\nbilling  open         2  2 min 5 s");
  });

  it("status --json gives what the desk gave", async () => {
    expect(JSON.parse((await asked("status", "--json")).out)).to.deep.equal(STATUS);
  });

  it("csrs, and what can be done with one", async () => {
    expect((await asked("csrs")).out).to.equal(
      "ID   NAME  STATE  LOAD  REACHABLE AT\nada  Ada   free    1/3  web: ada",
    );
    expect((await asked("csrs", "away", "ada")).out).to.equal("ada is away.");
    expect((await asked("csrs", "back", "ada")).out).to.equal("ada is back.");
    expect((await asked("csrs", "password", "ada")).out).to.equal("ada  secret-word");
  });

  it("audit, and whether it is whole", async () => {
    const { out } = await asked("audit", "--refused", "--since", "2026-11-01");
    expect(out).to.match(
      /^NUMBER +TIME +WHO +FROM +DID +TO\n +7 +2026-11-21 \S+ +somebody +192\.0\.2\.1 +sign-in\.failed \(refused\) +ada\u{FFFD}\[2J +by=password$/u,
    );
    expect((await asked("audit", "--action", "sign-out")).out).to.equal("There is no such entry.");
    const verdict = await asked("audit", "--verify");
    expect([verdict.code, verdict.err]).to.deep.equal([
      1,
      "The audit log is not whole. At entry 4: it is not as it was written.",
    ]);
  });

  it("token: made and shown once, listed, revoked", async () => {
    const made = await asked("token", "create", "wallboard", "--scope", "status:read", "--days", "30");
    expect([made.out, made.code]).to.deep.equal(["token of wallboard for 30 days", 0]);
    expect((await asked("token", "create", "x", "--scope", "all")).err).to.equal('There is no scope "all".');
    expect((await asked("token", "create", "x", "--scope", "status:read", "--days", "soon")).code).to.equal(2);
    expect((await asked("token", "create", "x")).code).to.equal(2);
    expect((await asked("token", "list")).out).to.match(/^NAME +ID .*\nwallboard +k3v9x2p8q7w4 +status:read .* never$/);
    expect((await asked("token", "revoke", "wallboard")).out).to.equal("wallboard is revoked.");
    expect((await asked("token", "revoke", "other")).code).to.equal(1);
  });

  it("conversations, and closing one", async () => {
    expect((await asked("conversations")).out).to.equal("No conversation is open.");
    expect(await asked("conversations", "close", "c1")).to.deep.equal({
      out: "Conversation c1 is closed.",
      err: "",
      code: 0,
    });
    expect(await asked("conversations", "close", "c9")).to.deep.equal({
      out: "",
      err: "there is no open conversation c9",
      code: 1,
    });
  });

  it("transcript, in order, without what a stranger's text could do to the terminal", async () => {
    const { out } = await asked("transcript", "c1");
    const lines = out.split("\n").map((line) => line.replace(/^[-0-9]+ [:0-9]+ {2}/, ""));
    expect(lines).to.deep.equal([
      "Eve: Hello \u{FFFD}[2Jthere\u{FFFD}  (read)",
      "· offer.accepted csr=ada waited=5",
      "Eve: (retracted)",
    ]);
    expect(await asked("transcript", "c2")).to.include({ err: 'There is no conversation "c2".', code: 1 });
  });

  it("reload, which may be refused", async () => {
    const said = await asked("reload");
    expect(said).to.deep.equal({
      out: "",
      err: "config/routing.yaml:1:1 wrong\nNothing was changed; the rules that were running go on.",
      code: 1,
    });
  });

  it("and says so when none is running, with an exit code of its own", async () => {
    for (const args of [["status"], ["csrs"], ["conversations"], ["transcript", "c1"], ["reload"]]) {
      const said = await frontdesk(...args, "--data", join(folder.path, "elsewhere"));
      expect(said.code, args[0]).to.equal(3);
      expect(said.err).to.match(/^No desk is running on the data folder /);
    }
  });

  it("says that there is no configuration rather than that no desk is running where it was only guessed to be", async () => {
    const nowhere = join(folder.path, "nowhere");
    const said = await frontdesk("status", "-c", nowhere);
    expect(said).to.include({ out: "", code: 3 });
    expect(said.err).to.match(/^There is no configuration in the folder \S+\/nowhere, .* -c or FRONTDESK_CONFIG/);
    expect(JSON.parse((await frontdesk("status", "-c", nowhere, "--json")).err)).to.include({ kind: "unreachable" });
  });

  it("finds the data folder in the configuration, even in one with errors", async () => {
    const config = temporaryFolder("cli");
    writeFileSync(join(config.path, "frontdesk.yaml"), `nonsense: 1\nstore: {folder: ${folder.path}}\n`);
    expect((await frontdesk("status", "-c", config.path)).code).to.equal(0);
    config.remove();
  });
});

describe("what people read", () => {
  for (const [text, width] of [
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["\u001b[1mab\u001b[0m", 2],
    ["", 0],
  ] as const) {
    it(`takes ${width} cells: ${JSON.stringify(text)}`, () => expect(widthOf(text)).to.equal(width));
  }

  for (const [ms, text] of [
    [0, "0 s"],
    [-5, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [7_500_000, "2 h 5 min"],
    [273_600_000, "3 d 4 h"],
  ] as const) {
    it(`${ms} ms are ${text}`, () => expect(duration(ms)).to.equal(text));
  }

  it("stands in columns", () => {
    const rows = [
      { name: "日本", count: 5 },
      { name: "x", count: 10 },
    ];
    expect(
      table(
        [
          { title: "NAME", cell: (row) => row.name },
          { title: "N", cell: (row) => String(row.count), right: true },
        ],
        rows,
      ),
    ).to.equal("NAME   N\n日本   5\nx     10");
  });

  it("has nothing in it that a terminal obeys", () => {
    expect(plain("a\u001b]0;x\u0007b\tc\r\n\u2066d")).to.equal("a\u{FFFD}]0;x\u{FFFD}b c\u{FFFD}\u{FFFD}\u{FFFD}d");
  });
});
