/**
 * The mill, small: `kill -9` and cut links under load, for real. `npm run mill` does thousands (docs/durability.md).
 */
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { type Fault, playRound } from "./mill/round.ts";
import { broken } from "./mill/totals.ts";

/** In all; two of three are kills. `MILL_FAULTS` in the environment makes it another number. */
const FAULTS = Number(process.env.MILL_FAULTS ?? 40);

describe("the mill: kill -9 and cut links under relayed load (real Prosody)", function mill() {
  this.timeout(60_000 + FAULTS * 15_000);
  requires("prosody");

  it(`loses, doubles, misaddresses and reorders nothing it has given a receipt for, in ${FAULTS} faults`, async () => {
    const faults = Array.from({ length: FAULTS }, (): Fault => (Math.random() < 2 / 3 ? "kill" : "cut"));
    const { kills, cuts, desk, relay, evidence } = await playRound(faults);
    process.stdout.write(`      ${kills} kills, ${cuts} cuts\n      ${JSON.stringify({ desk, relay })}\n`);
    expect(broken(desk), evidence.join("\n")).to.deep.equal([]);
    expect(desk.receipted, "receipts given").to.be.greaterThan(FAULTS);
  });
});
