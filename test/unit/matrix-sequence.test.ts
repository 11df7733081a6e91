/** The order of a homeserver's transactions, by their numbers. */
import { expect } from "chai";
import { NotTaken } from "../../adapters/matrix/hand.ts";
import { Sequence } from "../../adapters/matrix/sequence.ts";

/** Ids as they arrive, and those that are taken, in order. */
const CASES: readonly (readonly [what: string, arrive: readonly string[], taken: readonly string[]])[] = [
  ["one after the other", ["7", "8", "9"], ["7", "8", "9"]],
  ["one that overtakes is taken behind the one before", ["7", "8", "10", "9", "10"], ["7", "8", "9", "10"]],
  ["several that overtake", ["7", "8", "10", "11", "9", "10", "11"], ["7", "8", "9", "10", "11"]],
  ["where the one before never comes", ["7", "8", "10", "10", "11", "12"], ["7", "8", "10", "11", "12"]],
  ["one that comes again", ["7", "8", "8", "9"], ["7", "8", "8", "9"]],
  ["the first ever, and one behind it that need not be the next", ["7", "9"], ["7", "9"]],
  ["a homeserver that numbers by its clock", ["1000", "2000", "3000"], ["1000", "2000", "3000"]],
  ["a homeserver that begins anew", ["7", "8", "1", "2", "3"], ["7", "8", "1", "2", "3"]],
  ["a homeserver that gives them names", ["abc", "abd", "1x"], ["abc", "abd", "1x"]],
];

function memory() {
  const values = new Map<string, unknown>();
  return {
    get: async (key: string) => structuredClone(values.get(key)),
    set: async (key: string, value: unknown) => void values.set(key, value),
  };
}

/** The ids that were taken of those that arrive. */
async function takenOf(sequence: Sequence, ids: readonly string[]): Promise<readonly string[]> {
  const taken: string[] = [];
  for (const id of ids) {
    await sequence
      .take(id, async () => void taken.push(id))
      .catch((error: unknown) => expect(error).to.be.instanceOf(NotTaken));
  }
  return taken;
}

describe("transactions of a homeserver", () => {
  for (const [what, arrive, taken] of CASES) {
    it(`are taken in their order: ${what}`, async () => {
      expect(await takenOf(new Sequence(memory()), arrive)).to.deep.equal(taken);
    });
  }

  it("are known by their numbers after a restart of the desk", async () => {
    const state = memory();
    await takenOf(new Sequence(state), ["7", "8"]);
    expect(await takenOf(new Sequence(state), ["10", "9", "10"])).to.deep.equal(["9", "10"]);
  });

  it("are taken one at a time, and one that failed was not taken", async () => {
    const sequence = new Sequence(memory());
    await takenOf(sequence, ["7", "8"]);
    const { promise, reject } = Promise.withResolvers<void>();
    const failing = sequence.take("9", () => promise);
    const overtaking = takenOf(sequence, ["10"]);
    reject(new NotTaken("the homeserver was away"));
    await failing.catch(() => undefined);
    expect(await overtaking).to.deep.equal([]);
    expect(await takenOf(sequence, ["9", "10"])).to.deep.equal(["9", "10"]);
  });
});
