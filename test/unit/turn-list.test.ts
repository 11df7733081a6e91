/** The list of turns: who is first, over thousands who come, go and change their turn. */
import { expect } from "chai";
import type { Waiting } from "../../src/core/routing/routing.ts";
import { TurnList } from "../../src/core/routing/turn-list.ts";
import { byTurn } from "../../src/core/routing/waiting-lists.ts";
import { Random } from "../simulation/random.ts";
import { waitingFor } from "../support/waiting.ts";

interface Entry {
  head: Waiting;
}

const waiting = (conversation: string, priority: number, turnAt: number): Waiting =>
  waitingFor(conversation, { priority, turnAt });

/** Few turns for many, so that often the conversation's id alone decides. */
function drawEntries(random: Random, count: number): Entry[] {
  return Array.from({ length: count }, (_, number) => ({
    head: waiting(`conversation-${number}`, random.between(0, 3), random.between(0, 300)),
  }));
}

const inOrder = (entries: readonly Entry[]): readonly string[] =>
  entries
    .map(({ head }) => head)
    .sort(byTurn)
    .map(({ conversation }) => conversation);

/** What is in the list, each with the number kept beside it. */
function contentOf(list: TurnList<Entry>): readonly (readonly [string, number | undefined])[] {
  const { stride } = list;
  return [list, ...list.rest].flatMap(({ items, numbers }) =>
    items.map(({ head }, place) => [head.conversation, numbers[place * stride + 2]] as const),
  );
}

describe("list of turns", () => {
  const counts = [1, 40, 3_000];
  for (const count of counts)
    it(`keeps ${count} in order, and what is known of each beside them, while they come, go and change their turn`, () => {
      const random = new Random(count);
      const entries = drawEntries(random, count);
      const list = new TurnList<Entry>(1);
      for (const [number, entry] of entries.entries()) list.insert(entry, [number]);
      for (const entry of entries) {
        if (!random.chance(0.3)) continue;
        const head = waiting(entry.head.conversation, random.between(0, 3), random.between(0, 300));
        list.move(entry, head);
        entry.head = head;
      }
      const gone = entries.filter(() => random.chance(0.4));
      for (const entry of gone) expect([list.remove(entry), list.remove(entry)]).to.deep.equal([true, false]);
      const left = inOrder(entries.filter((entry) => !gone.includes(entry)));
      expect(contentOf(list)).to.deep.equal(left.map((id) => [id, Number(id.slice("conversation-".length))]));
      expect([list.size, list.first()?.head.conversation]).to.deep.equal([left.length, left[0]]);
    });

  it("is empty when the last has gone, and takes others again", () => {
    const [one, other] = [{ head: waiting("one", 0, 1) }, { head: waiting("other", 0, 2) }];
    const list = new TurnList<Entry>();
    list.insert(one, []);
    expect([list.remove(other), list.remove(one), list.first(), list.size]).to.deep.equal([false, true, null, 0]);
    list.insert(other, []);
    expect(list.first()).to.equal(other);
  });
});
