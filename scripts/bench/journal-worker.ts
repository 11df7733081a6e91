/** The thread of the bare relay that keeps a row of each message: writes what it is given in one synced transaction, then says so. */
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";

const { folder } = workerData as { readonly folder: string };
const database = new Database(join(folder, "rows.sqlite"));
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT NOT NULL)");
const insert = database.prepare<[string]>("INSERT INTO rows (text) VALUES (?)");
const write = database.transaction((texts: readonly string[]) => {
  for (const text of texts) insert.run(text);
});

parentPort?.on("message", (texts: readonly string[]) => {
  write.immediate(texts);
  parentPort?.postMessage(texts.length);
});
