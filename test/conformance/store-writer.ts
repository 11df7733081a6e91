/**
 * A process that commits as fast as it can and says so: `node store-writer.ts PATH FIRST`. For tests that kill it. Line n
 * of its output is written after the commit of line n and its send has been confirmed, and not before.
 */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { line, NOTHING, outbound } from "./store.ts";

const [path = "", first = "1"] = process.argv.slice(2);
const store = await openSqliteStore({ path });
const { epoch } = await store.load();
for (let number = Number(first); ; number += 1) {
  await store.commit({
    ...NOTHING,
    changes: [{ table: "conversation", id: "c1", value: { lines: number } }],
    lines: [line(number, { foreign: `m${number}` })],
    outbox: [{ id: number, at: number, outbound: outbound(`${epoch}-${number}-1`) }],
  });
  // The synchronous write hands the line to the kernel, so that a kill cannot take it back.
  writeSync(1, `${number}\n`);
}
