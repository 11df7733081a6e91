/** The crossing table as a test: measure, compare with the page, compare with what the adapters claim. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { requires } from "../../support/requires.ts";
import { type CrossingNetwork, type Measured, measureCrossing } from "../crossing.ts";
import { CROSSING_FEATURES, contradiction } from "./cell.ts";
import type { CrossingRow } from "./networks.ts";
import { pageCells, place, readPage } from "./page.ts";

export const PAGE = fileURLToPath(new URL("../../../docs/crossing.md", import.meta.url));
const LIMIT_MS = 1_200_000;

/** Opens these networks, measures, and closes them again. */
export async function measureRows(rows: readonly CrossingRow[], onPair?: (customer: string, csr: string) => void) {
  const networks: CrossingNetwork[] = [];
  try {
    for (const row of rows) networks.push(await row.open());
    return await measureCrossing(networks, onPair);
  } finally {
    await Promise.all(networks.map((network) => network.close()));
  }
}

/** Every pair of these networks, cell by cell. Other networks may be on the page as well. */
export function crossingSuite(rows: readonly CrossingRow[]): void {
  describe(`what survives the crossing between ${rows.map(({ name }) => name).join(", ")}`, function () {
    this.timeout(LIMIT_MS);
    requires(...new Set(rows.flatMap(({ programs }) => programs)));
    let measured: Measured;
    const page = readPage(readFileSync(PAGE, "utf8"));

    before(async () => {
      measured = await measureRows(rows);
    });

    for (const feature of CROSSING_FEATURES) {
      it(`${feature} arrives as docs/crossing.md says`, () => {
        const cells = pageCells(measured.cells.filter((cell) => cell.feature === feature));
        for (const { name: author } of rows) {
          for (const { name: reader } of rows) {
            const where = place(feature, author, reader);
            expect(cells.get(where), `${where}: measured`).to.be.a("string");
            expect(page.get(where), `${where}: on the page (node scripts/crossing.ts --write)`).to.equal(
              cells.get(where),
            );
          }
        }
      });
    }

    it("tries every feature in both roles between every pair", () => {
      expect(measured.cells).to.have.lengthOf(rows.length ** 2 * CROSSING_FEATURES.length * 2);
    });

    it("contradicts no adapter's claims", () => {
      const capabilities = (name: string) => {
        const found = measured.capabilities.get(name);
        if (found === undefined) throw new Error(`Nothing is known of ${name}.`);
        return found;
      };
      const wrong = measured.cells.flatMap((cell) => {
        const why = contradiction(cell, capabilities(cell.author), capabilities(cell.reader));
        return why === null ? [] : [`${cell.feature} from ${cell.author} to ${cell.reader} (${cell.by}) ${why}`];
      });
      expect(wrong).to.deep.equal([]);
    });
  });
}
