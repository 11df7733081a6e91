/** Facts read from the file of the store beside the desk that writes it: for commands that look back, and take longer than a desk may. */
import Database from "better-sqlite3";
import type { Fact } from "../core/step.ts";
import type { SealingKeys } from "../sealing.ts";
import { requireStore } from "./sqlite-backup.ts";
import { toOpeningFault } from "./sqlite-faults.ts";
import { opened, prepareSealing } from "./sqlite-sealing.ts";

export interface FactsWanted {
  /** From then on and before `to`; milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly events: readonly string[];
}

interface FactRow {
  readonly seq: number;
  readonly at: number;
  readonly conversation: string | null;
  readonly csr: string | null;
  readonly event: string;
  readonly detail: string;
}

/** Yields facts in the order in which they were recorded, each with how much of all is read, from 0 to 1. Throws StoreFault. */
export function* readFacts(
  path: string,
  keys: SealingKeys,
  { from, to, events }: FactsWanted,
): Generator<readonly [fact: Fact, share: number]> {
  requireStore(path);
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { readonly: true, fileMustExist: true });
    prepareSealing(database, keys, path);
    const [first, last] = database
      .prepare<[], [number | null, number | null]>("SELECT min(seq), max(seq) FROM facts")
      .raw(true)
      .get() ?? [0, 0];
    const wanted = database.prepare<(string | number)[], FactRow>(
      `SELECT seq, at, conversation, csr, event, ${opened("facts", "detail")} AS detail FROM facts
       WHERE at >= ? AND at < ? AND event IN (${events.map(() => "?").join(",")}) ORDER BY seq`,
    );
    for (const { seq, detail, ...fact } of wanted.iterate(from, to, ...events)) {
      yield [{ ...fact, detail: JSON.parse(detail) }, (seq - (first ?? 0)) / Math.max(1, (last ?? 0) - (first ?? 0))];
    }
  } catch (error) {
    throw toOpeningFault(error, path);
  } finally {
    database?.close();
  }
}
