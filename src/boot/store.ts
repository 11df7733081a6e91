/** The store's own place in starting and stopping: opened with the keys of the configuration, and sealed anew while the desk runs. */
import { join } from "node:path";
import type { Clock, Logger } from "../adapter.ts";
import type { Settings } from "../config/settings.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Store, StoreFault } from "../store/store.ts";
import { STORE_FILE } from "../store/store-file.ts";
import { type Resealing, startResealing } from "./resealing.ts";

/** The store of the running desk. */
export interface DeskStore extends Store {
  /** How far it is sealed; null: not known yet. */
  sealing(): ReturnType<Resealing["share"]>;
}

/** Rejects with StoreFault "disk"; see `openSqliteStore`, of `onLost` too. */
export async function openStore(
  { dataFolder, keys }: Settings,
  clock: Clock,
  log: Logger,
  onLost: (fault: StoreFault) => void,
): Promise<DeskStore> {
  const store = await openSqliteStore({ path: join(dataFolder, STORE_FILE), keys, onLost });
  const resealing = startResealing(store, clock, log);
  return {
    ...store,
    sealing: () => resealing.share(),
    close: () => resealing.stop().then(() => store.close()),
  };
}
