/** What every store must do with the audit log: keep it as it was given, in order, and give back what is asked for. */
import { expect } from "chai";
import type { AuditQuery, AuditRow } from "../../src/store/audit-rows.ts";
import { type Store, StoreFault } from "../../src/store/store.ts";

function entry(seq: number, fields: Partial<AuditRow> = {}): AuditRow {
  const [previous, hash] = [`hash ${seq - 1}`, `hash ${seq}`];
  const rest = { origin: null, subject: null, outcome: "done", detail: '{"a":"€"}', previous, hash } as const;
  return { seq, at: seq * 100, action: "sign-in", actor: "staff:ada", ...rest, ...fields };
}

export function describeAuditRows(get: () => Store, reopen: () => Promise<Store>): void {
  const seqs = async (query: Partial<AuditQuery>): Promise<readonly number[]> =>
    (await get().audit({ order: "oldest", limit: 100, ...query })).map(({ seq }) => seq);

  it("keeps entries of the audit log as they were given, in both orders", async () => {
    const rows = [entry(1), entry(2, { origin: "192.0.2.1", subject: "grace", outcome: "refused" }), entry(3)];
    await get().appendAudit(rows.slice(0, 2));
    await get().appendAudit(rows.slice(2));
    const store = await reopen();
    expect(await store.audit({ order: "oldest", limit: 10 })).to.deep.equal(rows);
    expect(await store.audit({ order: "newest", limit: 2 })).to.deep.equal([rows[2], rows[1]]);
  });

  it("finds entries of the audit log by every field it is asked for", async () => {
    await get().appendAudit([
      entry(1),
      entry(2, { actor: "staff:grace", subject: "c1" }),
      entry(3, { action: "sign-out" }),
      entry(4, { outcome: "refused", subject: "c1" }),
    ]);
    for (const [query, expected] of [
      [{}, [1, 2, 3, 4]],
      [{ above: 1, below: 4 }, [2, 3]],
      [{ since: 200, until: 400 }, [2, 3]],
      [{ actor: "staff:grace" }, [2]],
      [{ action: "sign-out" }, [3]],
      [{ subject: "c1" }, [2, 4]],
      [{ subject: "c1", outcome: "refused" }, [4]],
      [{ subject: "c1' OR 1=1 --" }, []],
      [{ limit: 2 }, [1, 2]],
    ] as const) {
      expect(await seqs(query), JSON.stringify(query)).to.deep.equal(expected);
    }
  });

  it("takes all entries of the audit log or none, and no number twice", async () => {
    await get().appendAudit([entry(1)]);
    const fault = await get()
      .appendAudit([entry(2), entry(1)])
      .catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(StoreFault).and.to.have.property("kind", "data");
    expect(await seqs({})).to.deep.equal([1]);
  });

  it("forgets the audit log from its oldest entry on, and leaves no gap", async () => {
    await get().appendAudit([entry(1), entry(2), entry(3, { at: 900 }), entry(4, { at: 10 }), entry(5)]);
    for (let round = 0; await get().pruneAudit(300); round += 1) expect(round).to.be.below(100);
    // The fourth is old by a clock that was set back, and stands behind one that stays.
    expect(await seqs({})).to.deep.equal([3, 4, 5]);
  });
}
