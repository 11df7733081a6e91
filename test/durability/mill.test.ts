/**
 * The mill, small: `kill -9` and cut links under load, for real, by the command that does thousands (docs/durability.md).
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ofTheDesk, readResults } from "../../scripts/mill/results.ts";
import { requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { broken } from "./mill/totals.ts";

/** In all; two of three are kills. `MILL_FAULTS` in the environment makes it another number. */
const FAULTS = Number(process.env.MILL_FAULTS ?? 40);
const LIMIT_MS = 60_000 + FAULTS * 15_000;
const MILL = fileURLToPath(new URL("../../scripts/mill.ts", import.meta.url));

describe("the mill: kill -9 and cut links under relayed load (real Prosody, Synapse, ngIRCd)", function mill() {
  this.timeout(LIMIT_MS + 20_000);
  // Elsewhere it goes through those networks whose servers are installed.
  requires("prosody", ...(process.env.CI === "true" ? (["synapse", "ngircd"] as const) : []));

  it(`loses, doubles, misaddresses and reorders nothing it has given a receipt for, in ${FAULTS} faults`, async () => {
    const folder = temporaryFolder("mill");
    const path = join(folder.path, "results.json");
    const args = [MILL, "--count", `${FAULTS}`, "--results", path];
    const running = new ServerProcess({ name: "the mill", program: process.execPath, args });
    try {
      const how = await running.wait(LIMIT_MS);
      const results = readResults(path);
      const { kills, cuts, networks, relay, abandoned, evidence } = results;
      const desk = ofTheDesk(results);
      process.stdout.write(`      ${JSON.stringify({ kills, cuts, networks, relay, abandoned })}\n`);
      expect(broken(desk), evidence.join("\n")).to.deep.equal([]);
      expect([how, kills + cuts], running.output).to.deep.equal(["ended with exit code 0", FAULTS]);
      expect(desk.receipted, "receipts given").to.be.greaterThan(FAULTS);
      for (const [network, { totals, faults }] of Object.entries(networks)) {
        if (faults.kill + faults["kill aimed"] === 0) continue;
        expect(totals.arrived, `shown through ${network}`).to.be.greaterThan(FAULTS);
      }
    } finally {
      await running.kill();
      folder.remove();
    }
  });
});
