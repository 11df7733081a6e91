/** Batches that are handed over before the store is done with the one on which they stand, whatever the store is made of. */
import { expect } from "chai";
import type { Store } from "../../src/store/store.ts";
import { failure, NOTHING, row } from "./store.ts";

export function describeSuccession(get: () => Store, reopen: () => Promise<Store>): void {
  it("records batches that stand on each other in the order in which they are handed over, before it is done with any", async () => {
    const counts = [1, 2, 3].map((count) => ({ table: "desk", id: "d", value: { count } }) as const);
    await Promise.all(counts.map((change, place) => get().commit({ ...NOTHING, changes: [change], place })));
    expect((await get().load()).snapshot.desk.get("d")).to.deep.equal({ count: 3 });
  });

  for (const [why, bad] of [
    ["of a number that is taken", { outbox: [row(1, "x-1")] }],
    ["of what is no JSON", { changes: [{ table: "desk", id: "d", value: { count: 1n } }] }],
  ] as const) {
    it(`refuses all that stands on a batch which was refused because ${why}, until one stands by itself`, async () => {
      await get().commit({ ...NOTHING, outbox: [row(1, "x-1")], place: 0 });
      const outcomes = await Promise.all([
        failure(get().commit({ ...NOTHING, ...bad, place: 1 })),
        failure(get().commit({ ...NOTHING, outbox: [row(2, "x-2")], place: 2 })),
        failure(get().commit({ ...NOTHING, outbox: [row(3, "x-3")], place: 3 })),
        get().commit({ ...NOTHING, outbox: [row(4, "x-4")], place: 0 }),
        get().commit({ ...NOTHING, outbox: [row(5, "x-5")], place: 1 }),
      ]);
      expect(outcomes.map((fault) => fault?.kind)).to.deep.equal(["data", "data", "data", undefined, undefined]);
      expect((await (await reopen()).load()).outbox.map(({ id }) => id)).to.deep.equal([1, 4, 5]);
    });
    it(`refuses what stands on a first batch, refused because ${why}, behind another first one that was recorded`, async () => {
      await get().commit({ ...NOTHING, outbox: [row(1, "x-1")], place: 0 });
      const outcomes = await Promise.all([
        failure(get().commit({ ...NOTHING, ...bad, place: 0 })),
        failure(get().commit({ ...NOTHING, outbox: [row(2, "x-2")], place: 1 })),
      ]);
      expect(outcomes.map((fault) => fault?.kind)).to.deep.equal(["data", "data"]);
      expect((await (await reopen()).load()).outbox.map(({ id }) => id)).to.deep.equal([1]);
    });
  }
}
