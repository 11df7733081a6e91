/** The store's own place in starting and stopping: opened with the keys of the configuration. */
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { openSqliteStore, type SqliteStore } from "../store/sqlite.ts";
import type { StoreFault } from "../store/store.ts";
import { STORE_FILE } from "../store/store-file.ts";

/** Rejects with StoreFault "disk"; see `openSqliteStore`, of `onLost` too. */
export function openStore({ dataFolder, keys }: Settings, onLost: (fault: StoreFault) => void): Promise<SqliteStore> {
  return openSqliteStore({ path: join(dataFolder, STORE_FILE), keys, onLost });
}
