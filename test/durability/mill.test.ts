/**
 * The mill, small: `kill -9` and cut links under load, for real. `npm run mill` does thousands (docs/durability.md).
 */
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { type Account, ClientLost, type Fault, playRound } from "./mill/round.ts";
import { broken, NOTHING, together } from "./mill/totals.ts";

/** In all; two of three are kills. `MILL_FAULTS` in the environment makes it another number. */
const FAULTS = Number(process.env.MILL_FAULTS ?? 40);
/** Faults of a round, and how often one is played again in which somebody's own client lost its link. */
const ROUND = 10;
const AGAIN = 2;

describe("the mill: kill -9 and cut links under relayed load (real Prosody)", function mill() {
  this.timeout(60_000 + FAULTS * 15_000);
  requires("prosody");

  it(`loses, doubles, misaddresses and reorders nothing it has given a receipt for, in ${FAULTS} faults`, async () => {
    let [desk, relay] = [NOTHING, NOTHING];
    const evidence: string[] = [];
    for (let done = 0; done < FAULTS; done += ROUND) {
      const account = await played(Math.min(ROUND, FAULTS - done));
      [desk, relay] = [together(desk, account.desk), together(relay, account.relay)];
      evidence.push(...account.evidence);
    }
    process.stdout.write(`      ${JSON.stringify({ desk, relay })}\n`);
    expect(broken(desk), evidence.join("\n")).to.deep.equal([]);
    expect(desk.receipted, "receipts given").to.be.greaterThan(FAULTS);
  });
});

async function played(count: number, again = AGAIN): Promise<Account> {
  const faults = Array.from({ length: count }, (): Fault => (Math.random() < 2 / 3 ? "kill" : "cut"));
  try {
    return await playRound(faults);
  } catch (error) {
    if (!(error instanceof ClientLost) || again === 0) throw error;
    process.stdout.write(`      once more: ${error.message.split("\n")[0]}\n`);
    return await played(count, again - 1);
  }
}
