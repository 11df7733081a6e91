/** The store's own place in starting and stopping: opened with the keys of the configuration. */
import { join } from "node:path";
import type { Logger } from "../adapter.ts";
import type { Settings } from "../config/settings.ts";
import { openSqliteStore, type SqliteStore } from "../store/sqlite.ts";
import type { Upgrade } from "../store/sqlite-wire.ts";
import type { StoreFault } from "../store/store.ts";
import { STORE_FILE } from "../store/store-file.ts";

/** Between two lines of the log. */
const PERCENT_APART = 5;

/** Rejects with StoreFault "disk"; see `openSqliteStore`, of `onLost` too. That a large store takes long is said in the log, with how far it is. */
export function openStore(
  { dataFolder, keys }: Pick<Settings, "dataFolder" | "keys">,
  log: Logger,
  onLost: (fault: StoreFault) => void,
): Promise<SqliteStore> {
  let saidPercent = 0;
  const onUpgrade = (upgrade: Upgrade): void => {
    switch (upgrade.kind) {
      case "schema":
        log.info("store.upgrade", { schema: upgrade.version, note: "of a large store this takes a while" });
        return;
      case "places": {
        const percent = Math.floor(100 * upgrade.share);
        if (percent < saidPercent + PERCENT_APART) return;
        saidPercent = percent;
        log.info("store.upgrade.places", { percent });
      }
    }
  };
  return openSqliteStore({ path: join(dataFolder, STORE_FILE), keys, onLost, onUpgrade });
}
