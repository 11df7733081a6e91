/**
 * Keeps the account's keys in the adapter's durable state: each record of the key databases is an entry of its own, sealed, so
 * that a message costs what it changed and not all that was ever kept. What belongs together is written in one transaction.
 */
import { deserialize, serialize } from "node:v8";
import { z } from "zod";
import type { AdapterState } from "../../../src/adapter.ts";
import { KeyDatabase, type Layout, type Place } from "./key-database.ts";
import { Seal } from "./seal.ts";

export type LoadedKeys =
  | { readonly kind: "loaded"; readonly keys: KeyStore }
  /** What is kept was sealed with another secret, or changed by somebody. */
  | { readonly kind: "unreadable"; readonly reason: string };

const STATE = "keys";
const RECORD = "key ";
/** Characters of one entry of the adapter's state; larger records take several. */
const PART_CHARACTERS = 60_000;
const READS = 64;

const index = z.object({ name: z.string(), keyPath: z.unknown(), unique: z.boolean(), multiEntry: z.boolean() });
const store = z.object({ name: z.string(), keyPath: z.unknown(), autoIncrement: z.boolean(), indexes: z.array(index) });
const kept = z.object({
  device: z.string(),
  salt: z.string(),
  layouts: z.record(z.string(), z.object({ version: z.int(), stores: z.array(store) })),
});
const part = z.object({ parts: z.int().min(1), text: z.string() });

interface Record {
  readonly place: Place;
  readonly value: unknown;
}

export class KeyStore {
  readonly #state: AdapterState;
  readonly #seal: Seal;
  readonly #device: string;
  readonly #salt: string;
  readonly database = new KeyDatabase();
  /** Records written since the last commit, by name. */
  #changed = new Map<string, Place>();
  /** How many entries each kept record has. */
  readonly #parts = new Map<string, number>();
  #layouts = "";
  #writing: Promise<void> = Promise.resolve();
  #next: { readonly done: Promise<void>; readonly further: Map<string, unknown> } | null = null;

  private constructor(state: AdapterState, seal: Seal, device: string, salt: string) {
    this.#state = state;
    this.#seal = seal;
    this.#device = device;
    this.#salt = salt;
  }

  /** The keys of that device of the account; none when there are none of it. `secret`: as configured. */
  static async load(state: AdapterState, secret: string, device: string): Promise<LoadedKeys> {
    const head = kept.safeParse(await state.get(STATE)).data ?? null;
    const isOurs = head?.device === device;
    if (head !== null && !isOurs) {
      await forget(state);
    }
    const salt = isOurs ? head.salt : Seal.salt();
    const keys = new KeyStore(state, await Seal.derive(secret, salt), device, salt);
    const records = isOurs ? await keys.#read() : [];
    if (records === null) {
      const reason = "The account's keys were kept under another encryption secret, or were changed since.";
      return { kind: "unreadable", reason };
    }
    for (const [name, layout] of Object.entries(isOurs ? head.layouts : {})) {
      const own = records.filter(({ place }) => place.database === name);
      await keys.database.restore(name, layout as Layout, own);
    }
    keys.#layouts = JSON.stringify(isOurs ? head.layouts : {});
    keys.database.watch((place) => keys.#changed.set(keys.#name(place), place));
    return { kind: "loaded", keys };
  }

  /** 32 bytes, for the key databases themselves. */
  get storeKey(): Uint8Array {
    return this.#seal.storeKey;
  }
  /** How many records are kept. */
  get size(): number {
    return this.#parts.size;
  }

  /**
   * Makes durable what was written up to now, together with further entries of the adapter's state. Those who come while a
   * commit runs share the next one. When it rejects, nothing of it is durable, and the next one tries again.
   */
  commit(further: ReadonlyMap<string, unknown> = new Map()): Promise<void> {
    if (this.#next !== null) {
      for (const [key, value] of further) {
        this.#next.further.set(key, value);
      }
      return this.#next.done;
    }
    const shared = new Map(further);
    const done = this.#writing.then(async () => {
      this.#next = null;
      await this.#write(shared);
    });
    this.#next = { done, further: shared };
    this.#writing = done.catch(() => {});
    return done;
  }

  /** The databases may have been made anew by a newer crypto: how they are made is kept with the records. */
  async commitLayouts(): Promise<void> {
    const layouts = await this.database.layouts();
    const written = JSON.stringify(layouts);
    const isSame = written === this.#layouts;
    this.#layouts = written;
    const head = { device: this.#device, salt: this.#salt, layouts };
    await this.commit(isSame ? new Map() : new Map([[STATE, head]]));
  }

  /** Nothing may use the keys any more. */
  async close(): Promise<void> {
    await this.#writing;
    await this.database.remove();
  }

  async #write(further: ReadonlyMap<string, unknown>): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Map();
    try {
      const entries = new Map(further);
      const names = [...changed.keys()];
      const values = await this.database.read([...changed.values()]);
      for (const [at, place] of [...changed.values()].entries()) {
        this.#entries(names[at] ?? "", place, values[at], entries);
      }
      if (entries.size > 0) {
        await this.#state.setAll(entries);
      }
    } catch (error) {
      // Whatever was written meanwhile is newer.
      this.#changed = new Map([...changed, ...this.#changed]);
      throw error;
    }
  }

  /** One record as entries of the state; those it does not need any more are deleted. */
  #entries(name: string, place: Place, value: unknown, entries: Map<string, unknown>): void {
    const before = this.#parts.get(name) ?? 0;
    const sealed = value === undefined ? "" : this.#seal.close(serialize({ place, value }), name);
    const count = Math.ceil(sealed.length / PART_CHARACTERS);
    for (let at = 0; at < Math.max(count, before); at += 1) {
      const text = sealed.slice(at * PART_CHARACTERS, (at + 1) * PART_CHARACTERS);
      entries.set(`${RECORD}${name} ${at}`, at < count ? { parts: count, text } : undefined);
    }
    if (count === 0) {
      this.#parts.delete(name);
    } else {
      this.#parts.set(name, count);
    }
  }

  /** Null when one of them cannot be read. */
  async #read(): Promise<readonly Record[] | null> {
    const texts = new Map<string, string[]>();
    const names = await this.#state.keys(RECORD);
    for (let at = 0; at < names.length; at += READS) {
      const slice = names.slice(at, at + READS);
      const values = await Promise.all(slice.map((name) => this.#state.get(name)));
      for (const [place, value] of values.entries()) {
        const [name, number] = (slice[place] ?? "").slice(RECORD.length).split(" ");
        const { parts, text } = part.parse(value);
        const all = texts.get(name ?? "") ?? [];
        all[Number(number)] = text;
        texts.set(name ?? "", all);
        this.#parts.set(name ?? "", parts);
      }
    }
    const records: Record[] = [];
    for (const [name, all] of texts) {
      const bytes = this.#seal.open(all.join(""), name);
      if (bytes === null) {
        return null;
      }
      records.push(deserialize(bytes) as Record);
    }
    return records;
  }

  #name({ database, store: name, key }: Place): string {
    return this.#seal.name(serialize([database, name, key]).toString("base64"));
  }
}

/** Keys of another device are of no use to this one. */
async function forget(state: AdapterState): Promise<void> {
  const names = [STATE, ...(await state.keys(RECORD))];
  for (let at = 0; at < names.length; at += READS) {
    await state.setAll(new Map(names.slice(at, at + READS).map((name) => [name, undefined])));
  }
}
