import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect } from "chai";
import { AUDIT_ACTIONS, type Audit, type AuditEvent, createAudit, hashOf } from "../../src/audit.ts";
import { observers } from "../../src/boot/observers.ts";
import { ACCEPTED } from "../../src/core/model.ts";
import type { Step } from "../../src/core/step.ts";
import type { Estimates } from "../../src/estimates.ts";
import { createMemoryLog } from "../../src/log.ts";
import type { AuditRow } from "../../src/store/audit-rows.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { type Store, StoreFault } from "../../src/store/store.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const NO_STEP: Step = {
  verdict: ACCEPTED,
  changes: [],
  lines: [],
  outbounds: [],
  timers: [],
  facts: [],
  queries: [],
};
const SIGN_IN: AuditEvent = { action: "sign-in", actor: "staff:ada", origin: "192.0.2.1", detail: { by: "password" } };
const FAILED: AuditEvent = { action: "sign-in.failed", actor: "somebody", origin: "192.0.2.9", outcome: "refused" };

describe("the audit log", () => {
  const clock = createVirtualClock();
  const log = createMemoryLog();

  async function open(store: Store = createMemoryStore()): Promise<{ readonly audit: Audit; readonly store: Store }> {
    const audit = createAudit({ store, clock, log, days: 30 });
    await audit.start();
    return { audit, store };
  }
  const all = (audit: Audit): Promise<readonly AuditRow[]> => audit.read({ order: "oldest", limit: 1_000 });

  it("keeps who did what, when, from where, and each entry's hash holds the one before", async () => {
    const { audit } = await open();
    await Promise.all([audit.record(SIGN_IN), audit.record({ action: "desk.stopped", actor: "desk" })]);
    const [first, second] = await all(audit);
    expect(first).to.deep.include({ seq: 1, at: clock.now(), actor: "staff:ada", origin: "192.0.2.1", previous: "" });
    expect(second).to.deep.include({ seq: 2, origin: null, subject: null, outcome: "done", previous: first?.hash });
    const verdict = { kind: "whole", entries: 2, first: 1, last: 2, hash: second?.hash };
    expect(await audit.verify()).to.deep.equal(verdict);
    // Whoever ships the log keeps the hashes elsewhere.
    const logged = log.records.filter(({ event }) => event === "audit.recorded").map(({ fields }) => fields.hash);
    expect(logged.slice(-2)).to.deep.equal([first?.hash, second?.hash]);
  });

  it("goes on where it ended, after a restart and after years were forgotten", async () => {
    const { audit, store } = await open();
    await audit.record(SIGN_IN);
    await audit.stop();
    const again = (await open(store)).audit;
    await clock.advance(31 * 86_400_000);
    await again.record(SIGN_IN);
    await store.pruneAudit(clock.now() - 1);
    await again.record(SIGN_IN);
    expect(await again.verify()).to.include({ kind: "whole", entries: 2, first: 2, last: 3 });
  });

  for (const [what, change, found] of [
    ["an entry that says something else", (row: AuditRow) => ({ ...row, actor: "staff:grace" }), 3],
    ["an entry hashed anew", (row: AuditRow) => ({ ...row, actor: "x", hash: hashOf({ ...row, actor: "x" }) }), 4],
    ["an entry that is gone", () => null, 4],
  ] as const) {
    it(`finds ${what}`, async () => {
      const { audit, store } = await open();
      for (let seq = 1; seq <= 5; seq += 1) await audit.record(SIGN_IN);
      const rows = (await all(audit)).flatMap((row) => (row.seq === 3 ? [change(row)] : [row]));
      const forged: Store = {
        ...store,
        audit: async ({ above = 0 }) => rows.flatMap((row) => (row !== null && row.seq > above ? [row] : [])),
      };
      expect(await (await open(forged)).audit.verify()).to.include({ kind: "broken", seq: found });
      expect(await audit.verify()).to.include({ kind: "whole", entries: 5 });
    });
  }

  it("does not do what it cannot record, and numbers no entry that the disk did not take", async () => {
    const store = createMemoryStore();
    let isBroken = true;
    const failing: Store = {
      ...store,
      appendAudit: (rows) =>
        isBroken ? Promise.reject(new StoreFault("disk", "The disk is full.")) : store.appendAudit(rows),
    };
    const { audit } = await open(failing);
    const refused = await audit.record(SIGN_IN).catch((error: unknown) => String(error));
    expect(refused).to.contain("The disk is full.");
    isBroken = false;
    await audit.record(SIGN_IN);
    expect(await audit.verify()).to.include({ kind: "whole", first: 1, last: 1 });
  });

  it("counts what strangers do beyond a number a minute, and says how many", async () => {
    const { audit } = await open();
    for (let attempt = 0; attempt < 500; attempt += 1) await audit.record(FAILED);
    await audit.record(SIGN_IN);
    expect(await all(audit)).to.have.length(61);
    await clock.advance(61_000);
    const [newest] = await audit.read({ order: "newest", limit: 1 });
    expect([newest?.actor, newest?.detail]).to.deep.equal(["somebody", '{"more":440}']);
    await audit.record(FAILED);
    expect(await all(audit)).to.have.length(63);
  });

  it("does not let strangers hide what a token tries", async () => {
    const { audit } = await open();
    const tried: AuditEvent = { action: "access.refused", actor: "token:nightly", outcome: "refused" };
    for (let attempt = 0; attempt < 100; attempt += 1) await audit.record(FAILED);
    for (let attempt = 0; attempt < 70; attempt += 1) await audit.record(tried);
    expect((await all(audit)).filter(({ actor }) => actor === "token:nightly")).to.have.length(60);
    await audit.stop();
    const others = (await audit.read({ order: "newest", limit: 2 })).map(({ actor, detail }) => [actor, detail]);
    expect(others).to.deep.equal([
      ["token:nightly", '{"more":10}'],
      ["somebody", '{"more":40}'],
    ]);
  });

  it("is told what supervisors do in chats, once it is committed, and nothing else of it", () => {
    const noted: AuditEvent[] = [];
    const metrics = {};
    const estimates = { stepped: () => undefined } as unknown as Estimates;
    const observer = observers(metrics, estimates, null, { note: (event) => void noted.push(event) });
    const fact = (event: string) => ({ at: 1, conversation: "c1", csr: "ada", event, detail: { advises: true } });
    const facts = ["supervisor.listens", "offer.made", "supervisor.takes-over"].map(fact);
    observer.stepped?.({ kind: "link", network: "web", online: true }, { ...NO_STEP, facts });
    expect(noted).to.deep.equal([
      { action: "supervisor.listens", actor: "csr:ada", subject: "c1" },
      { action: "supervisor.takes-over", actor: "csr:ada", subject: "c1" },
    ]);
  });

  it("has every action explained in docs/console.md", () => {
    const told = readFileSync(new URL("../../docs/console.md", import.meta.url), "utf8");
    const untold = Object.keys(AUDIT_ACTIONS).filter((action) => !told.includes(`\`${action}\``));
    expect(untold).to.deep.equal([]);
  });

  describe("on SQLite", () => {
    let folder: TemporaryFolder;
    before(() => {
      folder = temporaryFolder("audit");
    });
    after(() => folder.remove());

    it("is never changed, and forgets its oldest entry alone", async () => {
      const path = join(folder.path, "frontdesk.sqlite");
      const { audit, store } = await open(await openSqliteStore({ path }));
      for (let seq = 1; seq <= 3; seq += 1) await audit.record(SIGN_IN);
      await audit.stop();
      await store.close();
      const database = new Database(path);
      const attempt = (sql: string): string => {
        try {
          database.exec(sql);
          return "done";
        } catch (error) {
          return String(error);
        }
      };
      expect(attempt("UPDATE audit SET actor = 'x' WHERE seq = 2")).to.contain("never changed");
      expect(attempt("DELETE FROM audit WHERE seq = 2")).to.contain("only the oldest");
      expect(attempt("DELETE FROM audit WHERE seq = 1")).to.equal("done");
      // Whoever owns the file can take the triggers away; the hashes are still there.
      attempt("DROP TRIGGER audit_unchanged");
      expect(attempt("UPDATE audit SET actor = 'x' WHERE seq = 2")).to.equal("done");
      database.close();
      const again = await open(await openSqliteStore({ path }));
      expect(await again.audit.verify()).to.include({ kind: "broken", seq: 2, text: "it is not as it was written" });
      await again.store.close();
    });
  });
});
