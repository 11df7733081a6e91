/** The store in memory: for tests and the simulation. It passes the same suite as SQLite. */
import type { Store } from "./store.ts";

/** Keeps its contents when closed, so that a test can start a second engine on it. */
export function createMemoryStore(_epoch?: string): Store {
  throw new Error("not built yet");
}
