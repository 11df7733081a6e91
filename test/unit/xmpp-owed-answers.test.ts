/** Receipts that could not be written: they go with the next login, even after a restart, and once. */
import { Element } from "@xmpp/xml";
import { expect } from "chai";
import { OwedAnswers } from "../../adapters/xmpp/owed-answers.ts";
import type { AdapterState } from "../../src/adapter.ts";

function memoryState(kept: Map<string, string>): AdapterState {
  return {
    get: async (key) => JSON.parse(kept.get(key) ?? "null"),
    keys: async (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
    async set(key, value) {
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
    },
    async setAll(entries) {
      for (const [key, value] of entries) await this.set(key, value);
    },
  };
}

describe("answers that the XMPP network owes", () => {
  const receipt = (id: string): Element => new Element("message", { id });
  const paid = async (owed: OwedAnswers): Promise<readonly string[]> => {
    const written: string[] = [];
    await owed.pay((xml) => written.push(xml));
    return written;
  };

  it("go with the next login", async () => {
    const owed = new OwedAnswers(memoryState(new Map()));
    owed.add(receipt("1"));
    owed.add(receipt("2"));
    expect(await paid(owed)).to.deep.equal(['<message id="1"/>', '<message id="2"/>']);
    expect(await paid(owed)).to.deep.equal([]);
  });

  it("outlive the desk, however many they are, until they are paid", async () => {
    const kept = new Map<string, string>();
    const first = new OwedAnswers(memoryState(kept));
    const ids = Array.from({ length: 100 }, (_, index) => String(index));
    for (const id of ids) first.add(receipt(id));
    await first.keep();
    const second = new OwedAnswers(memoryState(kept));
    await second.recall();
    second.add(receipt("later"));
    await second.keep();
    const third = new OwedAnswers(memoryState(kept));
    await third.recall();
    expect(await paid(third)).to.deep.equal([...ids, "later"].map((id) => `<message id="${id}"/>`));
    expect(kept.size, "values left").to.equal(0);
  });

  it("are of messages alone, and few enough to be kept", async () => {
    const kept = new Map<string, string>();
    const owed = new OwedAnswers(memoryState(kept));
    owed.add(new Element("iq", { id: "1", type: "result" }));
    owed.add(new Element("message", { id: "x".repeat(10_000) }));
    for (let number = 0; number < 2_000; number += 1) owed.add(receipt("y".repeat(1_400)));
    await owed.keep();
    expect(Math.max(...[...kept.values()].map(({ length }) => length))).to.be.lessThan(65_536);
    const next = new OwedAnswers(memoryState(kept));
    await next.recall();
    expect(await paid(next)).to.have.length(1_000);
  });
});
