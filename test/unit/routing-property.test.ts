/** The indexed engine against the naive oracle, over random days of a contact centre. */
import { expect } from "chai";
import { Random } from "../simulation/random.ts";
import { type DaySize, runDay } from "./routing-day.ts";

describe("routing engine, over random days of a contact centre", () => {
  const sizes: readonly [name: string, size: DaySize, days: number][] = [
    ["small", { csrs: 8, conversations: 16, events: 60 }, 150],
    ["small, every list kept in order", { csrs: 8, conversations: 16, events: 60, shortList: 1 }, 150],
    ["large", { csrs: 200, conversations: 40, events: 150 }, 6],
    ["large, every list kept in order", { csrs: 200, conversations: 40, events: 900, shortList: 1 }, 4],
  ];
  for (const [name, size, days] of sizes) {
    it(`${name}: chooses as the oracle does, passes nobody over, leaves nobody idle and nobody overloaded`, () => {
      let decisions = 0;
      for (let seed = 1; seed <= days; seed += 1) {
        try {
          decisions += runDay(new Random(seed), size);
        } catch (error) {
          throw new Error(`day ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }
      expect(decisions, "decisions compared").to.be.greaterThan(days * 10);
    }).timeout(60_000);
  }
});
