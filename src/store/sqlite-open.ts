/** Opening the SQLite store: one daemon at a time, the right pragmas, the schema of this version. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { NO_KEYS, type Sealing, type SealingKeys } from "../sealing.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { toOpeningFault } from "./sqlite-faults.ts";
import { prepareSealing, recordKey } from "./sqlite-sealing.ts";
import type { Upgrade } from "./sqlite-wire.ts";
import { StoreFault } from "./store.ts";

export type Connection = Database.Database;

export interface Opened {
  readonly database: Connection;
  /** Holds the lock until it is closed or the process ends, however it ends. */
  readonly lock: Connection;
  readonly epoch: string;
  /** No line has a higher number. */
  readonly lastLine: number;
  readonly sealing: Sealing;
}

/** Waits for admins' own readers (a backup, sqlite3) rather than failing at once. */
const BUSY_TIMEOUT_MS = 5_000;

/** What is left of the write-ahead log on disk after it was copied back. */
const LOG_BYTES = 67_108_864;

/** Throws StoreFault "disk" with a sentence for the admin. `onUpgrade`: told of each step that a store of an older version takes, before it. */
export function openDatabase(
  path: string,
  mostPages?: number,
  keys: SealingKeys = NO_KEYS,
  onUpgrade: (upgrade: Upgrade) => void = () => {},
): Opened {
  let lock: Connection | null = null;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    lock = takeLock(`${path}.lock`, dirname(path));
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    const sealing = prepareSealing(database, keys, path);
    database.pragma("journal_mode = WAL");
    // FULL alone makes a commit outlive a power cut; NORMAL may lose the last ones.
    database.pragma("synchronous = FULL");
    // What is forgotten is written over with zeros: else it would stay in free pages for as long as nobody needs them.
    database.pragma("secure_delete = ON");
    database.pragma("foreign_keys = ON");
    database.pragma("wal_autocheckpoint = 0");
    database.pragma(`journal_size_limit = ${LOG_BYTES}`);
    database.pragma("temp_store = MEMORY");
    database.pragma("cache_size = -32768");
    migrate(database, path, onUpgrade);
    recordKey(database, sealing);
    if (mostPages !== undefined) database.pragma(`max_page_count = ${mostPages}`);
    const epoch = takeEpoch(database);
    return { database, lock, epoch, lastLine: lastLine(database), sealing };
  } catch (error) {
    lock?.close();
    throw toOpeningFault(error, path);
  }
}

/**
 * A database of its own in which nothing is ever written: its exclusive lock is the operating system's, so it is gone the
 * moment the process is, while the store itself stays readable for backups. Throws StoreFault "disk" when somebody has it.
 */
export function takeLock(path: string, folder: string): Connection {
  const lock = new Database(path, { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY")) {
      throw new StoreFault(
        "disk",
        `Another Frontdesk is running on the data folder ${folder}. Stop it first, or give this one a folder of its own.`,
      );
    }
    throw error;
  }
}

function migrate(database: Connection, path: string, onUpgrade: (upgrade: Upgrade) => void): void {
  const version = Number(database.pragma("user_version", { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new StoreFault(
      "disk",
      `${path} was written by a newer Frontdesk (schema ${version}; this one knows up to ${MIGRATIONS.length}). ` +
        "Start the newer version, or put back a backup that was made before it.",
    );
  }
  MIGRATIONS.slice(version).forEach((statements, index) => {
    const next = version + index + 1;
    if (version > 0) onUpgrade({ kind: "schema", version: next });
    const step = database.transaction(() => {
      database.exec(statements);
      database.pragma(`user_version = ${next}`);
    });
    step.immediate();
  });
}

function lastLine(database: Connection): number {
  const highest = "SELECT max(line, coalesce((SELECT max(line) FROM lines), 0)) FROM counters";
  return Number(database.prepare(highest).pluck().get());
}

/** Made once for each store: no key of this one is ever a key of another. */
function takeEpoch(database: Connection): string {
  const insert = "INSERT INTO counters (id, epoch, line, outbox) VALUES (1, ?, 0, 0) ON CONFLICT DO NOTHING";
  database.prepare(insert).run(randomBytes(4).toString("hex"));
  return String(database.prepare("SELECT epoch FROM counters").pluck().get());
}
