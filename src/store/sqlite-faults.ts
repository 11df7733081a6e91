/** What SQLite's result codes mean for the desk, in sentences. */
import { StoreFault } from "./store.ts";

/** By the beginning of the result code (sqlite.org/rescode.html); `%` stands for the path. */
const DISK: readonly (readonly [code: string, sentence: string])[] = [
  ["SQLITE_FULL", "The disk that holds % is full. Nothing was lost; free some space and start again."],
  ["SQLITE_IOERR", "Reading or writing % failed. Nothing that was confirmed is lost; check the disk and start again."],
  ["SQLITE_READONLY", "% cannot be written. Check the rights of the file, of its folder and of the file system."],
  ["SQLITE_CANTOPEN", "% cannot be opened. Check that its folder exists and may be written to."],
  ["SQLITE_CORRUPT", "% is damaged. Put a backup in its place and start again."],
  ["SQLITE_NOTADB", "% is not a database of Frontdesk. Name another data folder, or put a backup in its place."],
  ["SQLITE_BUSY", "% is locked by another program. End that program and start again."],
  ["SQLITE_LOCKED", "% is locked by another program. End that program and start again."],
  ["SQLITE_PERM", "% may not be opened. Check the rights of the file and of its folder."],
  ["SQLITE_NOLFS", "% is larger than this file system allows. Move the data folder to another one."],
  ["SQLITE_NOMEM", "There is not enough memory to go on writing %."],
  ["SQLITE_PROTOCOL", "The locks of % do not work. Keep the data folder on a local disk, not on a network share."],
  // A trigger or column that is not there: somebody changed the database by other means.
  ["SQLITE_ERROR", "% does not have the tables that it should have. Put a backup in its place and start again."],
];

/** Everything but the codes above concerns this batch alone: constraints, values that cannot be bound. */
export function toFault(error: unknown, path: string): StoreFault {
  if (error instanceof StoreFault) {
    return error;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = error instanceof Error ? error.message : String(error);
  const found = DISK.find(([prefix]) => code.startsWith(prefix));
  if (found !== undefined) {
    return new StoreFault("disk", `${found[1].replace("%", path)} (${code}: ${reason})`);
  }
  return new StoreFault("data", `A batch could not be recorded in ${path}: ${reason}`);
}

/** While opening, there is no batch to blame: whatever goes wrong ends the start. */
export function toOpeningFault(error: unknown, path: string): StoreFault {
  const fault = toFault(error, path);
  if (fault.kind === "disk" || error instanceof StoreFault) {
    return fault;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreFault("disk", `${path} cannot be opened. Check the rights of its folder. (${reason})`);
}
