/**
 * One folder of files under names, as they lie on the disk. Without a key a file is there as it is, under its name. With one it is sealed in
 * pieces, each a record of src/sealing.ts bound to the file, its number and the whole length: so a part of a long file is read
 * without the rest, and pieces that were changed, moved, taken out or cut off are refused. Its name is a keyed hash then.
 *
 *     <name><suffix>                              as it is
 *     <id of the key>-<keyed hash of the name>    sealed
 *
 * What another key sealed, or none, is read as well, and brought under the current one a file at a time.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { SEAL_BYTES, type Sealing, SealingFault } from "../sealing.ts";

/** Bytes of a sealed file that are opened together. */
export const PIECE_BYTES = 65_536;
const SEALED_PIECE = PIECE_BYTES + SEAL_BYTES;
/** Sealed and written together: half a millisecond in which nothing else is done. */
const PIECES_AT_ONCE = 8;
const SEALED_NAME = /^([0-9a-f]{16})-[0-9a-f]{64}$/u;
/** Under this ending a file is written, before it has its name. */
const UNFINISHED = ".part";

/** From the first byte to the last one, both included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface FileFolder {
  /** Makes it. Rejects with SealingFault when there are files of a key that was not given; nothing was changed then. */
  start(): Promise<void>;
  /** Bytes, opened; null when it is not there. */
  size(name: string): Promise<number | null>;
  /** All of it; null when it is not there. Rejects with SealingFault when it is not as it was sealed. */
  read(name: string): Promise<Buffer | null>;
  /** The file is looked for when the first bytes are asked for; it ends in an error when it is not there then. See `read`. */
  stream(name: string, range?: Range): AsyncGenerator<Buffer, void, undefined>;
  /**
   * Resolves with the bytes it took of the disk once it is synced; with 0 when it is there already, which makes it as young as if
   * it were new. `now`: milliseconds since the epoch.
   */
  write(name: string, bytes: Buffer, now: number): Promise<number>;
  /** How many bytes are free by that. Nothing when it is not there. */
  remove(name: string): Promise<number>;
  /** What lies there, by the names on the disk; of unfinished files as well. */
  entries(): Promise<readonly string[]>;
  /** One of `entries`, opened; null when it is gone, or is none of this folder's. Rejects as `read`. */
  readEntry(entry: string): Promise<Buffer | null>;
  /** Bytes on the disk, and when it was last touched; null when it is gone. */
  look(entry: string): Promise<{ readonly bytes: number; readonly touchedAt: number } | null>;
  removeEntry(entry: string): Promise<void>;
  /** Every entry by which a file of that name may be there. */
  entriesOf(name: string): readonly string[];
  /** Whether it is there as new ones are: sealed with the current key, or not at all where there is none. */
  isCurrent(entry: string): boolean;
}

/** `suffix`: of the names of files that are not sealed. */
export function createFolder(path: string, sealing: Sealing, suffix: string): FileFolder {
  return new Folder(path, sealing, suffix);
}

/** Bytes on the disk of so many when they are sealed. */
export function sealedBytes(bytes: number): number {
  return bytes + piecesOf(bytes) * SEAL_BYTES;
}

function piecesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PIECE_BYTES));
}

/** Bytes that were sealed, by what they take of the disk. */
function openedBytes(bytes: number): number {
  return bytes - Math.max(1, Math.ceil(bytes / SEALED_PIECE)) * SEAL_BYTES;
}

/** What the piece is bound to, as it stands in messages as well. */
function placeOf(entry: string, piece: number, bytes: number): string {
  return `files ${entry} piece ${piece + 1} of ${piecesOf(bytes)}, ${bytes} bytes`;
}

class Folder implements FileFolder {
  readonly #path: string;
  readonly #sealing: Sealing;
  readonly #suffix: string;
  readonly #name: string;

  constructor(path: string, sealing: Sealing, suffix: string) {
    this.#path = path;
    this.#sealing = sealing;
    this.#suffix = suffix;
    this.#name = basename(path);
  }

  async start(): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const ids = (await this.entries()).flatMap((entry) => SEALED_NAME.exec(entry)?.[1] ?? []);
    const missing = [...new Set(ids)].filter((id) => !this.#sealing.ids.has(id));
    if (missing.length === 0) return;
    throw new SealingFault(
      `What ${this.#path} holds is sealed with the key ${missing.join(" and ")}, which was not given. ` +
        "Name the file of that key in frontdesk.yaml: as store.key, or among store.formerKeys. Nothing was changed.",
    );
  }

  async size(name: string): Promise<number | null> {
    for (const entry of this.entriesOf(name)) {
      const found = await this.look(entry);
      if (found !== null) return this.#bytesOf(entry, found.bytes);
    }
    return null;
  }

  async read(name: string): Promise<Buffer | null> {
    for (const entry of this.entriesOf(name)) {
      const bytes = await this.readEntry(entry);
      if (bytes !== null) return bytes;
    }
    return null;
  }

  async *stream(name: string, range?: Range): AsyncGenerator<Buffer, void, undefined> {
    const [entry, handle] = await this.#find(name);
    try {
      yield* await this.#content(entry, handle, range);
    } finally {
      await handle.close();
    }
  }

  async #content(entry: string, handle: FileHandle, range?: Range): Promise<AsyncGenerator<Buffer, void, undefined>> {
    const bytes = this.#bytesOf(entry, (await handle.stat()).size);
    const asked = range ?? { start: 0, end: bytes - 1 };
    return SEALED_NAME.test(entry) ? this.#opened(entry, handle, bytes, asked) : asTheyAre(handle, asked);
  }

  /** Bytes of what is in it, by those on the disk. */
  #bytesOf(entry: string, onDisk: number): number {
    const bytes = SEALED_NAME.test(entry) ? openedBytes(onDisk) : onDisk;
    if (bytes >= 0) return bytes;
    throw new SealingFault(`The file ${this.#name}/${entry} is cut short. Put a backup in its place.`);
  }

  async #find(name: string): Promise<readonly [entry: string, handle: FileHandle]> {
    for (const entry of this.entriesOf(name)) {
      const handle = await orNull(open(join(this.#path, entry), "r"));
      if (handle !== null) return [entry, handle];
    }
    throw new Error(`The file ${name} is not in ${this.#path} any more.`);
  }

  async *#opened(
    entry: string,
    handle: FileHandle,
    bytes: number,
    { start, end }: Range,
  ): AsyncGenerator<Buffer, void, undefined> {
    const last = Math.floor(Math.max(start, end) / PIECE_BYTES);
    // What is opened is a copy, so one place does for all.
    const place = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes) + SEAL_BYTES);
    for (let piece = Math.floor(start / PIECE_BYTES); piece <= last; piece += 1) {
      const at = piece * PIECE_BYTES;
      const record = place.subarray(0, Math.min(PIECE_BYTES, bytes - at) + SEAL_BYTES);
      await readFully(handle, record, piece * SEALED_PIECE);
      const opened = this.#sealing.open(record, this.#placeOf(entry, piece, bytes));
      yield opened.subarray(Math.max(0, start - at), end + 1 - at);
    }
  }

  async write(name: string, bytes: Buffer, now: number): Promise<number> {
    const entry = this.#currentEntry(name);
    const path = join(this.#path, entry);
    if ((await this.look(entry)) !== null) {
      await utimes(path, now / 1_000, now / 1_000);
      return 0;
    }
    // Under another name first, so that nobody meets half a file.
    const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
    const file = await open(unfinished, "wx", 0o600);
    try {
      for (const part of this.#written(entry, bytes)) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    const folder = await open(this.#path, "r");
    await folder.sync().finally(() => folder.close());
    return this.#sealing.current === null ? bytes.length : sealedBytes(bytes.length);
  }

  *#written(entry: string, bytes: Buffer): Generator<Buffer, void, undefined> {
    if (this.#sealing.current === null) {
      yield bytes;
      return;
    }
    const pieces = piecesOf(bytes.length);
    for (let first = 0; first < pieces; first += PIECES_AT_ONCE) {
      const records = Array.from({ length: Math.min(PIECES_AT_ONCE, pieces - first) }, (_, index) => {
        const piece = first + index;
        const part = bytes.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
        return this.#sealing.seal(part, this.#placeOf(entry, piece, bytes.length));
      });
      yield Buffer.concat(records);
    }
  }

  async remove(name: string): Promise<number> {
    let free = 0;
    for (const entry of this.entriesOf(name)) {
      const found = await this.look(entry);
      if (found === null) continue;
      await this.removeEntry(entry);
      free += found.bytes;
    }
    return free;
  }

  async entries(): Promise<readonly string[]> {
    return await readdir(this.#path);
  }

  async readEntry(entry: string): Promise<Buffer | null> {
    if (entry.endsWith(UNFINISHED)) return null;
    const handle = await orNull(open(join(this.#path, entry), "r"));
    if (handle === null) return null;
    try {
      const pieces: Buffer[] = [];
      for await (const piece of await this.#content(entry, handle)) pieces.push(piece);
      return Buffer.concat(pieces);
    } finally {
      await handle.close();
    }
  }

  async look(entry: string): Promise<{ readonly bytes: number; readonly touchedAt: number } | null> {
    const found = await orNull(stat(join(this.#path, entry)));
    return found === null ? null : { bytes: found.size, touchedAt: found.mtimeMs };
  }

  async removeEntry(entry: string): Promise<void> {
    await orNull(unlink(join(this.#path, entry)));
  }

  entriesOf(name: string): readonly string[] {
    const { current, ids } = this.#sealing;
    const former = [...ids].filter((id) => id !== current);
    const plain = `${name}${this.#suffix}`;
    return current === null
      ? [plain, ...former.map((id) => this.#sealedEntry(name, id))]
      : [...[current, ...former].map((id) => this.#sealedEntry(name, id)), plain];
  }

  isCurrent(entry: string): boolean {
    return (SEALED_NAME.exec(entry)?.[1] ?? null) === this.#sealing.current;
  }

  #currentEntry(name: string): string {
    const { current } = this.#sealing;
    return current === null ? `${name}${this.#suffix}` : this.#sealedEntry(name, current);
  }

  #sealedEntry(name: string, id: string): string {
    return `${id}-${this.#sealing.hash(`${this.#name}/${name}`, id)}`;
  }

  #placeOf(entry: string, piece: number, bytes: number): string {
    return placeOf(`${this.#name}/${entry}`, piece, bytes);
  }
}

async function* asTheyAre(handle: FileHandle, { start, end }: Range): AsyncGenerator<Buffer, void, undefined> {
  for (let at = start; at <= end; at += PIECE_BYTES) {
    const part = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end + 1 - at));
    await readFully(handle, part, at);
    yield part;
  }
}

/** Rejects when the file ends before: it was cut while it was read. */
async function readFully(handle: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error("A file of the desk's is shorter than it was a moment ago.");
    done += bytesRead;
  }
}

/** Null when there is no such file. Rejects when the disk does not tell: that is no reason to take it for gone. */
async function orNull<Result>(asked: Promise<Result>): Promise<Result | null> {
  try {
    return await asked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
