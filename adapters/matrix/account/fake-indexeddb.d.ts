/** The part of IndexedDB (W3C IndexedDB 3.0) that is used here; the package's own types need those of a browser. */
declare module "fake-indexeddb" {
  type Key = unknown;
  interface Request<T> {
    readonly result: T;
    readonly error: Error | null;
    addEventListener(type: "success" | "error" | "blocked" | "upgradeneeded", listener: () => void): void;
  }
  interface Names extends Iterable<string> {
    contains(name: string): boolean;
  }
  interface Index {
    readonly name: string;
    readonly objectStore: ObjectStore;
    readonly keyPath: string | string[];
    readonly unique: boolean;
    readonly multiEntry: boolean;
  }
  interface ObjectStore {
    readonly name: string;
    readonly keyPath: string | string[] | null;
    readonly autoIncrement: boolean;
    readonly indexNames: Names;
    readonly transaction: Transaction;
    index(name: string): Index;
    createIndex(name: string, keyPath: string | string[], options: { unique: boolean; multiEntry: boolean }): Index;
    put(value: unknown, key?: Key): Request<Key>;
    add(value: unknown, key?: Key): Request<Key>;
    delete(query: Key): Request<undefined>;
    clear(): Request<undefined>;
    get(key: Key): Request<unknown>;
    getAllKeys(query?: Key): Request<Key[]>;
  }
  interface Cursor {
    readonly source: ObjectStore | Index;
    readonly primaryKey: Key;
    update(value: unknown): Request<Key>;
    delete(): Request<undefined>;
  }
  interface Transaction {
    readonly db: Database;
    readonly error: Error | null;
    objectStore(name: string): ObjectStore;
    addEventListener(type: "complete" | "abort" | "error", listener: () => void): void;
  }
  interface Database {
    readonly name: string;
    readonly version: number;
    readonly objectStoreNames: Names;
    createObjectStore(
      name: string,
      options: { keyPath: string | string[] | null; autoIncrement: boolean },
    ): ObjectStore;
    transaction(names: readonly string[], mode: "readonly" | "readwrite"): Transaction;
    close(): void;
  }
  interface Factory {
    open(name: string, version?: number): Request<Database>;
    deleteDatabase(name: string): Request<undefined>;
    databases(): Promise<readonly { readonly name: string; readonly version: number }[]>;
  }
  export const indexedDB: Factory;
  export const IDBObjectStore: { readonly prototype: ObjectStore };
  export const IDBCursor: { readonly prototype: Cursor };
  export const IDBKeyRange: { readonly prototype: object };
  export type { Cursor, Database, Key, ObjectStore, Request, Transaction };
}
