/** Desks that share their CSRs through a routing server, whatever dies in the middle of a decision. */
import { expect } from "chai";
import { Random } from "../simulation/random.ts";
import { SharedDesks } from "./shared-desks.ts";

const CENTRES = 40;
const TURNS = 1_500;
/** Events between two times of calm. */
const STORM = 75;

describe("desks that share a routing server", () => {
  it(`offer nothing twice, keep every CSR's capacity and leave nobody stuck, through ${CENTRES * TURNS} events`, () => {
    const sum = { offers: 0, taken: 0, stale: 0, disconnects: 0, deskDeaths: 0, serverDeaths: 0 };
    for (let seed = 1; seed <= CENTRES; seed += 1) {
      const desks = new SharedDesks(new Random(seed));
      try {
        for (let turn = 1; turn <= TURNS; turn += 1) {
          desks.turn();
          if (turn % STORM === 0) desks.calm();
        }
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      for (const count of Object.keys(sum) as (keyof typeof sum)[]) sum[count] += desks.sum[count];
    }
    process.stdout.write(`      ${JSON.stringify(sum)}\n`);
    expect(sum.taken).to.be.greaterThan(CENTRES * 10);
    expect(sum.stale, "answers that came too late").to.be.greaterThan(CENTRES);
    expect(Math.min(sum.disconnects, sum.deskDeaths, sum.serverDeaths)).to.be.greaterThan(CENTRES);
  }).timeout(120_000);
});
