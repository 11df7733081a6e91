/**
 * The program under simulation, loaded from a source folder: the checkout's own src/, or a copy in which a bug was planted.
 */
import { pathToFileURL } from "node:url";

/** What the simulation uses of src/; everything it reaches from there comes from the same folder. */
export interface Subject {
  readonly createDesk: typeof import("../../src/core/desk.ts").createDesk;
  readonly createEngine: typeof import("../../src/engine.ts").createEngine;
  readonly engineLimits: typeof import("../../src/engine/limits.ts").ENGINE_LIMITS;
  readonly StoreFault: typeof import("../../src/store/store.ts").StoreFault;
  readonly createMemoryStore: typeof import("../../src/store/memory.ts").createMemoryStore;
  readonly openDatabase: typeof import("../../src/store/sqlite-open.ts").openDatabase;
  readonly createSqliteDatabase: typeof import("../../src/store/sqlite-database.ts").createSqliteDatabase;
  readonly createStore: typeof import("../../src/store/sqlite.ts").createStore;
  readonly toFault: typeof import("../../src/store/sqlite-faults.ts").toFault;
  readonly compileDialogs: typeof import("../../src/core/dialog.ts").compileDialogs;
  readonly createDirectory: typeof import("../../src/core/directory.ts").createDirectory;
  readonly eraseCustomer: typeof import("../../src/boot/erasure.ts").eraseCustomer;
  readonly Mirror: typeof import("../../src/routing-client/mirror.ts").Mirror;
  readonly StandingIn: typeof import("../../src/routing-client/standing-in.ts").StandingIn;
  readonly Exchange: typeof import("../../src/routing-server/exchange.ts").Exchange;
}

const FILES: Readonly<Record<keyof Subject, string>> = {
  createDesk: "core/desk.ts",
  createEngine: "engine.ts",
  engineLimits: "engine/limits.ts",
  StoreFault: "store/store.ts",
  createMemoryStore: "store/memory.ts",
  openDatabase: "store/sqlite-open.ts",
  createSqliteDatabase: "store/sqlite-database.ts",
  createStore: "store/sqlite.ts",
  toFault: "store/sqlite-faults.ts",
  compileDialogs: "core/dialog.ts",
  createDirectory: "core/directory.ts",
  eraseCustomer: "boot/erasure.ts",
  Mirror: "routing-client/mirror.ts",
  StandingIn: "routing-client/standing-in.ts",
  Exchange: "routing-server/exchange.ts",
};
/** What is called otherwise there. */
const NAMES: Readonly<Partial<Record<keyof Subject, string>>> = { engineLimits: "ENGINE_LIMITS" };

/** `source`: absolute path of a folder laid out as src/. Each folder is loaded once for the life of the process. */
export async function loadSubject(source: string): Promise<Subject> {
  const parts = await Promise.all(
    Object.entries(FILES).map(async ([part, file]): Promise<[string, unknown]> => {
      const loaded = (await import(pathToFileURL(`${source}/${file}`).href)) as Readonly<Record<string, unknown>>;
      return [part, loaded[NAMES[part as keyof Subject] ?? part]];
    }),
  );
  return Object.fromEntries(parts) as unknown as Subject;
}
