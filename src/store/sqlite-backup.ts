/**
 * Copies of the store: made while a desk runs on it, and put back while none does. A reader of its own does the copying, so that the
 * desk's thread has nothing to do with it: in write-ahead mode readers and the writer do not wait for each other.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { MIGRATIONS } from "./migrations/index.ts";
import { toOpeningFault } from "./sqlite-faults.ts";
import { takeLock } from "./sqlite-open.ts";
import { StoreFault } from "./store.ts";

/** All pages in one step: between two of them the desk would write, and the copy would begin anew. */
const ALL_PAGES = 0x7fff_ffff;
/** As far as the numbers of lines and sends skip at a restore: more than can have been given out since the copy was made. */
const NUMBERS_SKIPPED = 1_000_000_000;

export interface Copied {
  readonly bytes: number;
  /** Version of the schema. */
  readonly schema: number;
}

/**
 * Copies the store at `path` to the new file `to`, as it is at one moment, checks the copy and syncs it. What was confirmed before this
 * was called is in it. Rejects with StoreFault: no store, a file of that name, a disk that is full or fails, a damaged store.
 */
export async function backUpStore(path: string, to: string): Promise<Copied> {
  requireStore(path);
  if (existsSync(to)) throw new StoreFault("disk", `${to} is there already. Name a new file, or remove that one.`);
  const part = `${to}.part`;
  try {
    rmSync(part, { force: true });
    const source = new Database(path, { readonly: true, fileMustExist: true });
    try {
      await source.backup(part, { progress: () => ALL_PAGES });
    } finally {
      source.close();
    }
    const schema = finish(part, () => {});
    renameSync(part, to);
    sync(dirname(to));
    return { bytes: statSync(to).size, schema };
  } catch (error) {
    rmSync(part, { force: true });
    throw toOpeningFault(error, error instanceof StoreFault ? path : to);
  }
}

/**
 * Puts a copy that `backUpStore` made in the place of the store at `path`. What was there is kept beside it; its name is `before`. No
 * desk may run on it. Numbers go on far beyond those of the copy, so that no id that was given out since it was made is given out again.
 * At every moment either the former store or the whole copy is in place. Throws StoreFault.
 */
export function restoreStore(from: string, path: string, before: string): Copied {
  if (!existsSync(from)) throw new StoreFault("disk", `There is no file ${from}.`);
  const part = `${path}.restoring`;
  const lock = takeLock(`${path}.lock`, dirname(path));
  try {
    copyFileSync(from, part);
    const schema = finish(part, (copy) => {
      const skip = "UPDATE counters SET line = line + ?, outbox = outbox + ?";
      copy.prepare(skip).run(NUMBERS_SKIPPED, NUMBERS_SKIPPED);
    });
    if (existsSync(path)) {
      setAside(path, before);
    }
    renameSync(part, path);
    sync(dirname(path));
    return { bytes: statSync(path).size, schema };
  } catch (error) {
    rmSync(part, { force: true });
    throw toOpeningFault(error, error instanceof StoreFault ? path : from);
  } finally {
    lock.close();
  }
}

/** Throws StoreFault where there is no store. */
export function requireStore(path: string): void {
  if (!existsSync(path)) {
    throw new StoreFault(
      "disk",
      `There is no store in ${dirname(path)}. Name the data folder of the desk with --data.`,
    );
  }
}

/** Checks the copy page by page, lets `change` change it, makes it a single file, and syncs it. Gives its schema's version. */
function finish(path: string, change: (copy: Database.Database) => void): number {
  const copy = new Database(path, { fileMustExist: true });
  try {
    const verdict = String(copy.pragma("integrity_check", { simple: true }));
    if (verdict !== "ok") throw new StoreFault("disk", `The copy is damaged, so it is not used: ${verdict}`);
    const schema = Number(copy.pragma("user_version", { simple: true }));
    if (schema < 1 || schema > MIGRATIONS.length) {
      const known = `this Frontdesk knows the versions 1 to ${MIGRATIONS.length}`;
      throw new StoreFault("disk", `This is no store that can be used: its schema has version ${schema}; ${known}.`);
    }
    change(copy);
    // Else two more files would belong to it, and a copy of it alone would lack what they hold.
    copy.pragma("journal_mode = DELETE");
    return schema;
  } finally {
    copy.close();
    sync(path);
  }
}

/** The former store gets a second name; the file itself is then replaced in one step. */
function setAside(path: string, before: string): void {
  try {
    const former = new Database(path, { fileMustExist: true });
    try {
      former.pragma("journal_mode = DELETE");
    } finally {
      former.close();
    }
  } catch {
    // It is damaged, which may be why it is replaced: its log goes with it, for it must not be applied to the copy.
  }
  for (const end of ["-wal", "-shm"]) {
    if (existsSync(path + end)) renameSync(path + end, before + end);
  }
  linkSync(path, before);
}

function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
