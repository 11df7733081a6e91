/** Erasure of one person, whatever the store is made of. */
import { expect } from "chai";
import type { Fact } from "../../src/core/step.ts";
import type { Store } from "../../src/store/store.ts";
import { CSR, CUSTOMER, line, NOTHING, outbound, row } from "./store.ts";

export function describeErasing(get: () => Store): void {
  it("erases the conversations of one customer with all that belongs to them, and no other", async () => {
    const { epoch } = await get().load();
    const other = { ...CUSTOMER, id: `${CUSTOMER.id}x` };
    const fact: Fact = { at: 1, conversation: "theirs", csr: null, event: "conversation.opened", detail: {} };
    await get().commit({
      ...NOTHING,
      lines: [
        line(1, { conversation: "theirs", foreign: "m1" }),
        line(2, { conversation: "other", foreign: "m1", from: other }),
      ],
      outbox: [
        row(1, `${epoch}-1-1`),
        { ...row(2, `${epoch}-2-0`), outbound: { ...outbound(`${epoch}-2-0`, CUSTOMER), conversation: null } },
        row(3, `${epoch}-2-0`, other),
        // Of a conversation that they have begun meanwhile.
        row(4, `${epoch}-9-0`, CUSTOMER),
      ],
      facts: [fact, { ...fact, conversation: "other" }],
      quarantine: [
        { at: 1, event: JSON.stringify({ from: CUSTOMER, text: "boom" }), error: "x" },
        { at: 1, event: JSON.stringify({ from: CSR }), error: "x" },
      ],
    });
    expect(await get().conversationsOf(CUSTOMER)).to.include("theirs");
    const erased = await get().erase(CUSTOMER, ["theirs"]);
    expect(erased).to.deep.include({ lines: 1, facts: 1 });
    expect(await get().transcript("theirs", 10)).to.deep.equal([]);
    expect(await get().facts("theirs")).to.deep.equal([]);
    expect(await get().reference(CUSTOMER.network, CUSTOMER.id, "m1")).to.equal(null);
    expect(await get().transcript("other", 10)).to.have.length(1);
    expect(await get().facts("other")).to.have.length(1);
    expect((await get().load()).outbox.map(({ id }) => id))
      .to.include.members([3, 4])
      .and.not.to.include(2);
  });
  it("knows the conversations of somebody who was only written to, also when all was sent, and not those of a CSR", async () => {
    const { epoch } = await get().load();
    const desk = { from: null, author: null, nick: null };
    await get().commit({
      ...NOTHING,
      lines: [line(1, { ...desk, conversation: "arrived" }), line(2, { ...desk, conversation: "served" })],
      outbox: [row(1, `${epoch}-1-0`, CUSTOMER), row(2, `${epoch}-2-1`, CUSTOMER)],
    });
    expect(await get().conversationsOf(CUSTOMER)).to.deep.equal(["arrived"]);
    await get().commit({
      ...NOTHING,
      marks: [1, 2].map((id) => ({ id, key: `${epoch}-${id}-${id - 1}`, kind: "sent" as const, foreign: null })),
    });
    expect(await get().conversationsOf(CUSTOMER)).to.deep.equal(["arrived"]);
    expect(await get().conversationsOf({ ...CUSTOMER, id: "nobody@example.org" })).to.deep.equal([]);
  });
}
