/** What stands in a desk's data folder, whoever wrote it there: for tests of what must not. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3";

/** All its files, as they are on the disk. */
export function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Which of those texts stand in which file, in its name or in it: "… in frontdesk.sqlite". */
export function tracesOf(folder: string, texts: readonly string[]): readonly string[] {
  return filesOf(folder).flatMap((path) => {
    const content = `${basename(path)}\n${readFileSync(path, "latin1")}`;
    return texts
      .filter((text) => content.includes(Buffer.from(text).toString("latin1")))
      .map((text) => `${text} in ${basename(path)}`);
  });
}

/** The columns of its store in which that text can be read: "lines.person". */
export function columnsWith(folder: string, text: string): ReadonlySet<string> {
  const database = new Database(join(folder, "frontdesk.sqlite"), { readonly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const columns = tables.flatMap((table) => {
    const rows = database.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[];
    return rows.flatMap((row) =>
      Object.entries(row).flatMap(([column, cell]) =>
        (typeof cell === "string" || Buffer.isBuffer(cell)) && cell.includes(text) ? [`${table}.${column}`] : [],
      ),
    );
  });
  database.close();
  return new Set(columns);
}

/** Where a customer's address, which SQL looks for, may stand in a store with a key: the list of docs/operators.md, as columns. */
export const ADDRESS_COLUMNS = [
  "copies.person",
  "inbox.redelivery",
  "lines.copy_person",
  "lines.person",
  "state.id",
  "adapter_state.key",
  "timers.id",
];
