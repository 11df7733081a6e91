/**
 * The rows of one table. Those that were asked for lately are as they are; the others are packed, a few at a time, so that nobody waits for it. A
 * conversation in which nothing is said takes a tenth of the memory. Small tables are never packed.
 */
import { createPacking, type Packed, type Packing } from "./packing.ts";

/** So many others are asked for before a row that nobody asks for is packed. */
const WARM_ROWS = 4_096;

export class CoolingRows<Row extends object> {
  readonly #rows = new Map<string, Row | Packed>();
  readonly #packing: Packing;
  readonly #warmRows: number;
  /** Ids asked for lately, and those that were asked for before them. */
  #warm = new Set<string>();
  #before = new Set<string>();
  /** Ids that are to be packed, unless they have been asked for by then. */
  readonly #cooling: Set<string>;

  constructor(loaded: ReadonlyMap<string, object>, packing = createPacking(), warmRows = WARM_ROWS) {
    this.#packing = packing;
    this.#warmRows = warmRows;
    // The store hands back what a step once wrote; the row types are this program's own.
    for (const [id, row] of loaded) this.#rows.set(id, row as Row);
    this.#cooling = new Set(loaded.size > warmRows ? loaded.keys() : []);
  }

  get size(): number {
    return this.#rows.size;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** Null when there is none. One and the same row as long as it is warm. */
  get(id: string): Row | null {
    const kept = this.#rows.get(id);
    if (kept === undefined) return null;
    this.#warmed(id);
    if (typeof kept !== "string") return kept;
    const row = this.#packing.unpack(kept, id) as Row;
    this.#rows.set(id, row);
    return row;
  }

  set(id: string, row: Row): void {
    this.#rows.set(id, row);
    this.#warmed(id);
  }

  delete(id: string): void {
    this.#rows.delete(id);
    this.#warm.delete(id);
    this.#before.delete(id);
  }

  /** All of them; looking at a row does not warm it. */
  *entries(): IterableIterator<readonly [string, Row]> {
    for (const [id, kept] of this.#rows)
      yield [id, typeof kept === "string" ? (this.#packing.unpack(kept, id) as Row) : kept];
  }

  /** Packs so many rows at most. */
  cool(most: number): void {
    if (this.#cooling.size === 0) return;
    let left = most;
    for (const id of this.#cooling) {
      if (left <= 0) return;
      this.#cooling.delete(id);
      const kept = this.#rows.get(id);
      if (kept === undefined || typeof kept === "string" || this.#warm.has(id) || this.#before.has(id)) continue;
      this.#rows.set(id, this.#packing.pack(kept, id));
      left -= 1;
    }
  }

  #warmed(id: string): void {
    this.#warm.add(id);
    if (this.#warm.size < this.#warmRows) return;
    for (const one of this.#before) this.#cooling.add(one);
    this.#before = this.#warm;
    this.#warm = new Set();
  }
}
