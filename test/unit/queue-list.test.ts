/** The list of those who wait in a queue: who is first and who stands where, over thousands who come and leave in any order. */
import { expect } from "chai";
import { type Queued, QueueList } from "../../src/core/routing/queue-list.ts";
import { byTurn } from "../../src/core/routing/waiting-lists.ts";
import { Random } from "../simulation/random.ts";
import { waitingFor } from "../support/waiting.ts";

const queued = (conversation: string, priority: number, turnAt: number): Queued => ({
  head: waitingFor(conversation, { priority, turnAt }),
  chunk: null,
});

/** Few turns for many, so that often the conversation's id alone decides. */
function drawQueued(random: Random, count: number): Queued[] {
  return Array.from({ length: count }, (_, number) =>
    queued(`conversation-${number}`, random.between(0, 3), random.between(0, 300)),
  );
}

const inOrder = (queued: Iterable<Queued>): readonly Queued[] =>
  [...queued].sort((left, right) => byTurn(left.head, right.head));

describe("list of a queue", () => {
  for (const count of [1, 5, 40, 3_000])
    it(`knows where each of ${count} stands while others come and leave`, () => {
      const random = new Random(count);
      const [list, present] = [new QueueList(), new Set<Queued>()];
      for (const one of drawQueued(random, count)) {
        list.insert(one);
        present.add(one);
        // Who leaves is now somebody from the front, now anybody.
        const gone = random.chance(0.2)
          ? inOrder(present)[0]
          : random.chance(0.3)
            ? random.pick([...present])
            : undefined;
        if (gone === undefined) continue;
        list.remove(gone);
        present.delete(gone);
      }
      const left = inOrder(present);
      expect([list.size, list.first()]).to.deep.equal([left.length, left[0] ?? null]);
      expect(left.map((one) => list.rank(one))).to.deep.equal(left.map((_, place) => place));
    });

  it("knows who is first while all leave, from the front, the end and the middle", () => {
    const random = new Random(7);
    const [list, all] = [new QueueList(), drawQueued(random, 1_500)];
    for (const one of all) list.insert(one);
    let left = inOrder(all);
    while (left.length > 0) {
      const gone = random.pick([left[0], left.at(-1), left[left.length >> 1]]);
      if (gone !== undefined) list.remove(gone);
      left = left.filter((one) => one !== gone);
      expect([list.size, list.first()]).to.deep.equal([left.length, left[0] ?? null]);
    }
  });

  it("counts nobody twice who leaves twice, and takes others when all have left", () => {
    const [one, other] = [queued("one", 0, 1), queued("other", 0, 2)];
    const list = new QueueList();
    list.insert(one);
    list.remove(one);
    list.remove(one);
    expect([list.size, list.first(), one.chunk]).to.deep.equal([0, null, null]);
    list.insert(other);
    expect([list.size, list.first(), list.rank(other)]).to.deep.equal([1, other, 0]);
  });
});
