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
  readonly compileDialogs: typeof import("../../src/core/dialog.ts").compileDialogs;
  readonly createDirectory: typeof import("../../src/core/directory.ts").createDirectory;
}

/** `source`: absolute path of a folder laid out as src/. Each folder is loaded once for the life of the process. */
export async function loadSubject(source: string): Promise<Subject> {
  const load = (file: string): Promise<unknown> => import(pathToFileURL(`${source}/${file}`).href);
  const [desk, engine, limits, store, memory, dialog, directory] = (await Promise.all(
    [
      "core/desk.ts",
      "engine.ts",
      "engine/limits.ts",
      "store/store.ts",
      "store/memory.ts",
      "core/dialog.ts",
      "core/directory.ts",
    ].map(load),
  )) as [
    typeof import("../../src/core/desk.ts"),
    typeof import("../../src/engine.ts"),
    typeof import("../../src/engine/limits.ts"),
    typeof import("../../src/store/store.ts"),
    typeof import("../../src/store/memory.ts"),
    typeof import("../../src/core/dialog.ts"),
    typeof import("../../src/core/directory.ts"),
  ];
  return {
    createDesk: desk.createDesk,
    createEngine: engine.createEngine,
    engineLimits: limits.ENGINE_LIMITS,
    StoreFault: store.StoreFault,
    createMemoryStore: memory.createMemoryStore,
    compileDialogs: dialog.compileDialogs,
    createDirectory: directory.createDirectory,
  };
}
