/** The store on SQLite, in a worker thread of its own. */
import type { Store } from "./store.ts";

export interface SqliteOptions {
  /** The database file; its folder is made when missing. Beside it lie `-wal`, `-shm` and `.lock`. */
  readonly path: string;
}

/** Opens, locks and migrates. Rejects with StoreFault "disk": cannot open, another daemon has it, made by a newer Frontdesk. */
export async function openSqliteStore(_options: SqliteOptions): Promise<Store> {
  throw new Error("not built yet");
}
