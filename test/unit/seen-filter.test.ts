/** Redelivery ids: what was recorded is always found, and who asks for what was not rarely has to ask the store. */
import { expect } from "chai";
import fc from "fast-check";
import { SeenFilter, seenName } from "../../src/store/seen-filter.ts";
import { createSeen } from "../../src/store/sqlite-seen.ts";
import type { Ask, Cell } from "../../src/store/sqlite-wire.ts";
import { until } from "../support/wait.ts";

const nameOf = (number: number): number => seenName("matrix", `$event-${number}`);

describe("the filter of redelivery ids", () => {
  it("finds whatever was added", () => {
    const ids = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 300 });
    fc.assert(
      fc.property(ids, (all) => {
        const filter = new SeenFilter();
        for (const [network, id] of all) filter.add(seenName(network, id), 0);
        return all.every(([network, id]) => filter.mayHave(seenName(network, id)));
      }),
    );
  });
  it("finds all of three pieces, and takes less than one in a hundred others for them", () => {
    const filter = new SeenFilter();
    const count = 300_000;
    let missing = 0;
    let wrong = 0;
    for (let number = 0; number < count; number += 1) filter.add(nameOf(number), number);
    for (let number = 0; number < count; number += 1) {
      if (!filter.mayHave(nameOf(number))) missing += 1;
      if (filter.mayHave(nameOf(count + number))) wrong += 1;
    }
    expect(missing).to.equal(0);
    expect(wrong).to.be.lessThan(count / 100);
  });
  it("forgets a piece when all of it is too old, and nothing before", () => {
    const filter = new SeenFilter();
    for (let number = 0; number < 65_537; number += 1) filter.add(nameOf(number), number);
    filter.forget(65_535);
    expect(filter.mayHave(nameOf(0))).to.equal(true);
    filter.forget(65_536);
    expect(filter.mayHave(nameOf(0))).to.equal(false);
    expect(filter.mayHave(nameOf(65_536))).to.equal(true);
  });
  it("knows nothing any more when it is full, until what had no room is too old", () => {
    const filter = new SeenFilter(65_536);
    for (let number = 0; number < 65_536; number += 1) filter.add(nameOf(number), 1);
    expect(filter.mayHave(nameOf(-1))).to.equal(false);
    filter.add(nameOf(65_536), 2);
    filter.forget(2);
    expect(filter.mayHave(nameOf(-1)), "full").to.equal(true);
    filter.forget(3);
    expect(filter.mayHave(nameOf(-1)), "forgotten").to.equal(false);
  });
});

describe("whether an id was seen", () => {
  /** A store's thread that holds these ids, and what it was asked. */
  function thread(ids: string[]) {
    const asked: string[] = [];
    const ask = async (question: Ask): Promise<readonly Cell[]> => {
      if (question.kind === "seen") {
        asked.push(question.redelivery);
        return ids.includes(question.redelivery) ? [1] : [];
      }
      if (question.kind !== "load-seen") throw new Error(`nobody asks ${question.kind} here`);
      asked.push("page");
      const rest = ids.slice(question.after, question.after + 2);
      return rest.length === 0 ? [] : [question.after + rest.length, 0, ...rest.map((id) => seenName("web", id))];
    };
    return { ask, asked };
  }

  it("is asked of the store until all ids are known, and then for those alone that may have been seen", async () => {
    const { ask, asked } = thread(["a", "b", "c"]);
    const { seen } = createSeen({ ask });
    expect(await seen("web", "a")).to.equal(true);
    expect(await seen("web", "x")).to.equal(false);
    await until("all pages to be read", () => asked.filter((what) => what === "page").length === 3);
    await until("the last page to be heard of", async () => {
      asked.length = 0;
      return !(await seen("web", "x")) && asked.length === 0;
    });
    expect(await Promise.all(["a", "b", "c", "y"].map((id) => seen("web", id)))).to.deep.equal([
      true,
      true,
      true,
      false,
    ]);
    expect(await seen("matrix", "a"), "of another network").to.equal(false);
    expect(asked).to.deep.equal(["a", "b", "c"]);
  });
  it("is asked of the store for what was sent to be recorded meanwhile", async () => {
    const held: string[] = [];
    const { ask, asked } = thread(held);
    const { seen, recording } = createSeen({ ask });
    await until("all ids to be known", async () => {
      asked.length = 0;
      return !(await seen("web", "new")) && asked.length === 0;
    });
    recording([{ network: "web", redelivery: "new", at: 1 }]);
    held.push("new");
    expect(await seen("web", "new")).to.equal(true);
  });
});
