/**
 * The databases that the Rust crypto keeps its keys in: IndexedDB in memory, for there is no other store for it in Node. What is
 * written to them is noted, so that it can be kept elsewhere record by record; here are also their making and reading as a whole.
 */
import * as idb from "fake-indexeddb";

/** Where one record is: database (its name without the prefix), object store, key. */
export interface Place {
  readonly database: string;
  readonly store: string;
  readonly key: idb.Key;
}

/** How a database is made: its version and its object stores. */
export interface Layout {
  readonly version: number;
  readonly stores: readonly {
    readonly name: string;
    readonly keyPath: string | string[] | null;
    readonly autoIncrement: boolean;
    readonly indexes: readonly {
      readonly name: string;
      readonly keyPath: string | string[];
      readonly unique: boolean;
      readonly multiEntry: boolean;
    }[];
  }[];
}

type Note = (database: string, store: string, key: idb.Key) => void;

const SEPARATOR = "::";
const notes = new Map<string, Note>();
let isInstalled = false;
let made = 0;

/** The databases of one account, under a name of their own: whatever was there before under another, is not theirs. */
export class KeyDatabase {
  /** What the crypto store is to be opened with. */
  readonly name: string;

  constructor() {
    install();
    made += 1;
    this.name = `account-${made}`;
  }

  /** From now on each record that is written or deleted is told, at the latest when the write is done. */
  watch(written: (place: Place) => void): void {
    notes.set(this.name, (database, store, key) => {
      written({ database: database.slice(this.name.length + SEPARATOR.length), store, key });
    });
  }

  async layouts(): Promise<Readonly<Record<string, Layout>>> {
    const layouts: Record<string, Layout> = {};
    for (const { name } of await this.#databases()) {
      await withDatabase(name, undefined, async (database) => {
        layouts[name.slice(this.name.length + SEPARATOR.length)] = layoutOf(database);
      });
    }
    return layouts;
  }

  /** Makes a database anew, with those records. */
  async restore(
    database: string,
    layout: Layout,
    records: readonly { readonly place: Place; readonly value: unknown }[],
  ): Promise<void> {
    await withDatabase(`${this.name}${SEPARATOR}${database}`, layout, async (opened) => {
      const names = [...opened.objectStoreNames];
      const transaction = opened.transaction(names, "readwrite");
      for (const { place, value } of records) {
        const store = names.includes(place.store) ? transaction.objectStore(place.store) : null;
        store?.put(value, store.keyPath === null ? place.key : undefined);
      }
      await completion(transaction);
    });
  }

  /** The values of those records as they are at one moment; undefined for those that are not there. */
  async read(places: readonly Place[]): Promise<readonly unknown[]> {
    const values = new Map<Place, unknown>();
    for (const [name, group] of Map.groupBy(places, ({ database }) => database)) {
      await withDatabase(`${this.name}${SEPARATOR}${name}`, undefined, async (opened) => {
        const known = group.filter(({ store }) => opened.objectStoreNames.contains(store));
        const transaction = known.length === 0 ? null : opened.transaction([...opened.objectStoreNames], "readonly");
        const reads = known.map(async (place) => {
          const value = await result(transaction?.objectStore(place.store).get(place.key) ?? null);
          values.set(place, value);
        });
        await Promise.all(reads);
      });
    }
    return places.map((place) => values.get(place));
  }

  /** Frees the memory. Nothing may use the databases any more. */
  async remove(): Promise<void> {
    notes.delete(this.name);
    await Promise.all((await this.#databases()).map(({ name }) => removal(name)));
  }

  async #databases(): Promise<readonly { readonly name: string }[]> {
    const all = await idb.indexedDB.databases();
    return all.filter(({ name }) => name.startsWith(`${this.name}${SEPARATOR}`));
  }
}

function layoutOf(database: idb.Database): Layout {
  const names = [...database.objectStoreNames];
  const transaction = names.length === 0 ? null : database.transaction(names, "readonly");
  const stores = names.flatMap((name) => {
    const store = transaction?.objectStore(name);
    if (store === undefined) {
      return [];
    }
    const indexes = [...store.indexNames].map((index) => {
      const { keyPath, unique, multiEntry } = store.index(index);
      return { name: index, keyPath, unique, multiEntry };
    });
    return [{ name, keyPath: store.keyPath, autoIncrement: store.autoIncrement, indexes }];
  });
  return { version: database.version, stores };
}

async function withDatabase(
  name: string,
  layout: Layout | undefined,
  use: (database: idb.Database) => Promise<void>,
): Promise<void> {
  const opening = idb.indexedDB.open(name, layout?.version);
  opening.addEventListener("upgradeneeded", () => {
    for (const { name: store, keyPath, autoIncrement, indexes } of layout?.stores ?? []) {
      const created = opening.result.createObjectStore(store, { keyPath, autoIncrement });
      for (const { name: index, keyPath: path, unique, multiEntry } of indexes) {
        created.createIndex(index, path, { unique, multiEntry });
      }
    }
  });
  const database = await result(opening);
  try {
    await use(database);
  } finally {
    database.close();
  }
}

async function result<T>(request: idb.Request<T> | null): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request?.addEventListener("success", () => resolve(request.result));
  request?.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB did not say why.")));
  return await promise;
}

/** What the crypto has not let go of yet is deleted when it does; nobody waits for that. */
async function removal(name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const request = idb.indexedDB.deleteDatabase(name);
  for (const end of ["success", "error", "blocked"] as const) {
    request.addEventListener(end, () => resolve());
  }
  await promise;
}

async function completion(transaction: idb.Transaction): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  transaction.addEventListener("complete", () => resolve());
  transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("IndexedDB did not say why.")));
  await promise;
}

/** The Rust crypto looks for IndexedDB where browsers have it; all that writes is made to tell what it wrote. */
function install(): void {
  if (isInstalled) {
    return;
  }
  isInstalled = true;
  for (const [name, value] of Object.entries(idb)) {
    if (name === "indexedDB" || name.startsWith("IDB")) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }
  listenToStores(idb.IDBObjectStore.prototype);
  listenToCursors(idb.IDBCursor.prototype);
}

function note(store: idb.ObjectStore, key: idb.Key): void {
  const { name } = store.transaction.db;
  notes.get(name.slice(0, name.indexOf(SEPARATOR)))?.(name, store.name, key);
}

function listenToStores(stores: idb.ObjectStore): void {
  const { put, add, delete: remove, clear } = stores;
  const noteAll = (store: idb.ObjectStore, query?: idb.Key) => {
    const keys = store.getAllKeys(query);
    keys.addEventListener("success", () => {
      for (const key of keys.result) {
        note(store, key);
      }
    });
  };
  const noted = (store: idb.ObjectStore, request: idb.Request<idb.Key>) => {
    request.addEventListener("success", () => note(store, request.result));
    return request;
  };
  stores.put = function (this: idb.ObjectStore, value, ...key) {
    return noted(this, put.call(this, value, ...key));
  };
  stores.add = function (this: idb.ObjectStore, value, ...key) {
    return noted(this, add.call(this, value, ...key));
  };
  stores.delete = function (this: idb.ObjectStore, query) {
    noteAll(this, query);
    return remove.call(this, query);
  };
  stores.clear = function (this: idb.ObjectStore) {
    noteAll(this);
    return clear.call(this);
  };
}

function listenToCursors(cursors: idb.Cursor): void {
  const { update, delete: remove } = cursors;
  const noted = (cursor: idb.Cursor) => {
    const { source, primaryKey } = cursor;
    note("objectStore" in source ? source.objectStore : source, primaryKey);
  };
  cursors.update = function (this: idb.Cursor, value) {
    noted(this);
    return update.call(this, value);
  };
  cursors.delete = function (this: idb.Cursor) {
    noted(this);
    return remove.call(this);
  };
}
