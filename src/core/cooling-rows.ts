/**
 * The rows of one table. Those that were asked for lately are as they are; the others are packed into bytes, a few at a time, so that nobody
 * waits for it. A conversation in which nothing is said takes a thirtieth of the memory. Small tables are never packed.
 */
import { KeyedTexts } from "./keyed-texts.ts";
import { createPacking, type Packing } from "./packing.ts";
import { type LoadedRows, StoredRows } from "./stored-rows.ts";

/** So many others are asked for before a row that nobody asks for is packed. */
const WARM_ROWS = 4_096;
/** JSON as the store has it begins so, and a packed row does not. */
const JSON_SIGN = "{";
/** What stands in front of the id in the JSON of a row: `{"id":"`. */
const ID_FRONT = 7;
const ENCODER = new TextEncoder();

export class CoolingRows<Row extends object> {
  readonly #packing: Packing;
  readonly #warmRows: number;
  /** Rows asked for lately, those that were asked for before them, and those that are to be packed unless they are asked for by then. */
  #warm = new Map<string, Row>();
  #before = new Map<string, Row>();
  readonly #cooling = new Map<string, Row>();
  /** All others: packed, or JSON as it was loaded. A row that is warm and was not changed since may be here as well. */
  readonly #cold: KeyedTexts;
  /** Up to this slot, JSON as it was loaded is to be packed; from the other on. */
  #loaded = 0;
  #packed = 0;
  #size: number;

  constructor(loaded: LoadedRows, packing = createPacking(), warmRows = WARM_ROWS) {
    this.#packing = packing;
    this.#warmRows = warmRows;
    this.#size = loaded.size;
    const isLarge = loaded.size > warmRows;
    this.#cold = isLarge && loaded instanceof StoredRows ? loaded.texts : new KeyedTexts();
    this.#loaded = this.#cold.slots;
    if (this.#cold.size > 0) return;
    const rows = isLarge ? this.#cooling : this.#warm;
    // The store hands back what a step once wrote; the row types are this program's own.
    for (const [id, row] of loaded) rows.set(id, row as Row);
  }

  get size(): number {
    return this.#size;
  }

  has(id: string): boolean {
    return this.#kept(id) !== null || this.#cold.has(id);
  }

  /** Null when there is none. One and the same row as long as it is warm. */
  get(id: string): Row | null {
    const warm = this.#warm.get(id);
    if (warm !== undefined) return warm;
    const row = this.#before.get(id) ?? this.#cooling.get(id) ?? this.#read(this.#cold.slotOf(id), id);
    if (row === null) return null;
    this.#warmed(id, row);
    return row;
  }

  set(id: string, row: Row): void {
    const isCold = this.#cold.delete(id) >= 0;
    if (!isCold && this.#kept(id) === null) this.#size += 1;
    this.#warmed(id, row);
  }

  delete(id: string): void {
    const gone = [this.#warm.delete(id), this.#before.delete(id), this.#cooling.delete(id), this.#cold.delete(id) >= 0];
    if (gone.includes(true)) this.#size -= 1;
  }

  /** Those that were not asked for for longest first; looking at a row does not warm it. */
  *entries(): IterableIterator<readonly [string, Row]> {
    for (const [id, slot] of this.#places()) {
      const row = slot < 0 ? this.#kept(id) : this.#read(slot, id);
      if (row !== null) yield [id, row];
    }
  }

  /** In the same order. */
  *keys(): IterableIterator<string> {
    for (const [id, slot] of this.#places()) if (slot >= 0 || this.#kept(id) !== null) yield id;
  }

  /**
   * Ids of the rows for which that holds. It surely does not of a row whose JSON goes on so behind the id that it begins with: by that most rows as
   * they were loaded need not be read.
   */
  *idsWhere(holds: (row: Row) => boolean, unless: string): IterableIterator<string> {
    const words = ENCODER.encode(`",${unless}`);
    for (const [id, slot] of this.#places((slot) => !this.#cold.says(slot, ID_FRONT, words))) {
      const row = slot < 0 ? this.#kept(id) : this.#read(slot, id);
      if (row !== null && holds(row)) yield id;
    }
  }

  /** Packs so many rows at most. */
  cool(most: number): void {
    if (this.#cooling.size === 0 && this.#packed >= this.#loaded) return;
    let left = most;
    for (const [id, row] of this.#cooling) {
      if (left <= 0) return;
      this.#cooling.delete(id);
      left -= 1;
      // Else it is there as it was: nobody has changed it.
      if (!this.#cold.has(id)) this.#cold.set(id, this.#packing.pack(row, id));
    }
    for (; left > 0 && this.#packed < this.#loaded; this.#packed += 1) {
      const slot = this.#packed;
      const text = this.#cold.isTaken(slot) ? this.#cold.textAt(slot) : "";
      if (!text.startsWith(JSON_SIGN)) continue;
      const id = this.#cold.keyAt(slot);
      this.#cold.set(id, this.#packing.pack(JSON.parse(text) as Row, id));
      left -= 1;
    }
  }

  /** All ids, each with its slot or, of a row that is not cold, -1. Those whom somebody warms meanwhile come once all the same. */
  *#places(isOf: (slot: number) => boolean = () => true): IterableIterator<readonly [string, number]> {
    const kept = new Set([...this.#cooling.keys(), ...this.#before.keys(), ...this.#warm.keys()]);
    for (let slot = 0; slot < this.#cold.slots; slot += 1) {
      if (!this.#cold.isTaken(slot) || !isOf(slot)) continue;
      const id = this.#cold.keyAt(slot);
      if (!kept.has(id)) yield [id, slot];
    }
    for (const id of kept) yield [id, -1];
  }

  #kept(id: string): Row | null {
    return this.#warm.get(id) ?? this.#before.get(id) ?? this.#cooling.get(id) ?? null;
  }

  #read(slot: number, id: string): Row | null {
    if (slot < 0) return null;
    const text = this.#cold.textAt(slot);
    return (text.startsWith(JSON_SIGN) ? JSON.parse(text) : this.#packing.unpack(text, id)) as Row;
  }

  #warmed(id: string, row: Row): void {
    this.#before.delete(id);
    this.#cooling.delete(id);
    this.#warm.set(id, row);
    if (this.#warm.size < this.#warmRows) return;
    for (const [each, cold] of this.#before) this.#cooling.set(each, cold);
    this.#before = this.#warm;
    this.#warm = new Map();
  }
}
