/**
 * Files that people send: taken in by the adapters, cleaned, kept under the hash of their content, and handed out under an
 * address of the desk's own that cannot be guessed. Nobody is ever shown where a file came from.
 *
 *     <folder>/content/<sha-256>        the bytes, once however often they are sent
 *     <folder>/links/<token>.json       one sending of them: name, type, hash, time
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, stat, statfs, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock, FileOffer, FileShelf, Logger, TakenFile } from "./adapter.ts";
import { addressKey, fileWords, type HostedFile, namelessFile } from "./core/model.ts";
import { Allowance, type AllowanceLimits } from "./files/allowance.ts";
import { type Examined, examine } from "./files/examine.ts";
import { formatNames } from "./files/formats.ts";
import { handOut, NO_FILE } from "./files/hand-out.ts";

export interface FileLimits extends AllowanceLimits {
  /** Largest file; 0 takes none. */
  readonly fileBytes: number;
  /** All files together, in millions of bytes. */
  readonly fileStoreMegabytes: number;
  /** Days for which a link works. */
  readonly fileDays: number;
  /** Files taken in at the same time. */
  readonly filesAtOnce: number;
  /** What is to be left free on the disk, in millions of bytes: there the store is, too. */
  readonly fileDiskReserveMegabytes: number;
}

export interface FileParts {
  readonly folder: string;
  readonly limits: FileLimits;
  /** Media types that are taken, of those in `FORMATS`. */
  readonly types: readonly string[];
  /** The origin people reach the HTTP server at; asked when a file is taken. */
  readonly origin: () => string;
  /** A fresh token of 16 characters, as the core has them. */
  readonly token: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Files extends FileShelf {
  /** Makes the folders, forgets what is too old, and goes on doing so. */
  start(): Promise<void>;
  stop(): void;
  /** The route under which files are fetched. */
  routes(server: FastifyInstance): void;
  /** Ends those addresses at once, and removes what no other address leads to. How many there were. */
  forget(urls: readonly string[]): Promise<number>;
}

interface Link {
  readonly name: string;
  readonly type: string;
  readonly hash: string;
  readonly at: number;
}

const DAY_MS = 86_400_000;
const SWEEP_MS = 6 * 3_600_000;
const MEGABYTE = 1_000_000;
const NAME_CHARACTERS = 80;
const TOKEN = /^[a-z2-7]{32}$/u;
const ADDRESS = /\/files\/([a-z2-7]{32})\/[^/]*$/u;
/** Separators, what reorders or hides text, and what file systems forbid. */
const NOT_IN_NAMES = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}/\\:*?"<>|#%]+/gu;
const BUSY = "Many files are arriving just now, so this one was not taken. Please send it again in a minute.";
const FULL = "There is no room for files at the moment, so this one was not taken.";

export function createFiles(parts: FileParts): Files {
  return new FileHall(parts);
}

class FileHall implements Files {
  readonly maxBytes: number;
  readonly types: readonly string[];
  readonly #parts: FileParts;
  readonly #allowance: Allowance;
  /** Bytes of all content, also of what is about to be written. */
  #used = 0;
  #underWay = 0;
  #cancelSweep: () => void = () => {};

  constructor(parts: FileParts) {
    this.#parts = parts;
    this.maxBytes = parts.types.length === 0 ? 0 : parts.limits.fileBytes;
    this.types = parts.types;
    this.#allowance = new Allowance(parts.limits, parts.clock);
  }

  async start(): Promise<void> {
    for (const room of ["content", "links"])
      await mkdir(join(this.#parts.folder, room), { recursive: true, mode: 0o700 });
    await this.#sweep();
  }

  stop(): void {
    this.#cancelSweep();
  }

  async take(offer: FileOffer, chunks: AsyncIterable<Uint8Array>): Promise<TakenFile> {
    if (this.#underWay >= this.#parts.limits.filesAtOnce) return refused("resource-constraint", BUSY);
    const refusal = offer.from === undefined ? null : this.#allowance.begin(addressKey(offer.from));
    if (refusal !== null) return refused("policy-violation", refusal);
    this.#underWay += 1;
    try {
      return await this.#take(offer, chunks);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #take(offer: FileOffer, chunks: AsyncIterable<Uint8Array>): Promise<TakenFile> {
    const { maxBytes } = this;
    const bytes = await gather(chunks, maxBytes);
    if (offer.from !== undefined) this.#allowance.spend(addressKey(offer.from), bytes?.length ?? maxBytes);
    if (bytes === null) {
      const most = maxBytes < MEGABYTE ? `${maxBytes} bytes` : `${maxBytes / MEGABYTE} MB`;
      return refused("policy-violation", `This file is too large and was not taken: at most ${most}.`);
    }
    const examined = examine(bytes);
    if (examined === null || !this.types.includes(examined.type)) {
      const taken = formatNames(this.types);
      return refused(
        "not-acceptable",
        `Files of this kind are not taken here, so this one was not. These are: ${taken}.`,
      );
    }
    if (!(await this.#hasRoom(examined.bytes.length))) return refused("resource-constraint", FULL);
    const file = await this.#keep(offer, examined);
    return { kind: "taken", file, words: fileWords(file) };
  }

  async open(file: HostedFile): Promise<AsyncIterable<Uint8Array> | null> {
    const [, token = ""] = ADDRESS.exec(file.url) ?? [];
    const link = TOKEN.test(token) ? await this.#read(token) : null;
    return link === null ? null : createReadStream(this.#content(link.hash));
  }

  async forget(urls: readonly string[]): Promise<number> {
    const tokens = urls.flatMap((url) => ADDRESS.exec(url)?.[1] ?? []);
    const hashes = new Set<string>();
    let forgotten = 0;
    for (const token of new Set(tokens)) {
      const link = await this.#read(token);
      if (link === null) continue;
      hashes.add(link.hash);
      await unlink(this.#link(token));
      forgotten += 1;
    }
    // Somebody else may have sent the very same file.
    for (const name of hashes.size === 0 ? [] : await readdir(join(this.#parts.folder, "links"))) {
      const link = await this.#read(name.replace(/\.json$/u, ""));
      if (link !== null) hashes.delete(link.hash);
    }
    for (const hash of hashes) {
      const path = this.#content(hash);
      this.#used -= await sizeOf(path);
      await unlink(path).catch(() => {}); // its content was lost before
    }
    return forgotten;
  }

  routes(server: FastifyInstance): void {
    server.get<{ Params: { token: string; name: string } }>("/files/:token/:name", async (request, reply) =>
      this.#answer(request, request.params, reply),
    );
  }

  async #answer(
    request: FastifyRequest,
    { token, name }: { readonly token: string; readonly name: string },
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const link = TOKEN.test(token) ? await this.#read(token) : null;
    if (link === null || (link.name !== name && namelessFile(link.name) !== name)) {
      return reply.code(404).send(NO_FILE);
    }
    return await handOut(request, reply, { path: this.#content(link.hash), name, type: link.type });
  }

  /** Whether so many bytes more fit into the desk's own limit and onto the disk. */
  async #hasRoom(bytes: number): Promise<boolean> {
    const { limits, folder, log } = this.#parts;
    const { bavail, bsize } = await statfs(folder);
    const isRoom =
      this.#used + bytes <= limits.fileStoreMegabytes * MEGABYTE &&
      bavail * bsize - bytes >= limits.fileDiskReserveMegabytes * MEGABYTE;
    if (!isRoom) log.warn("files.full", { usedBytes: this.#used, freeBytes: bavail * bsize });
    return isRoom;
  }

  /** Resolves once both are synced: a link that somebody was sent works after a crash. */
  async #keep(offer: FileOffer, examined: Examined): Promise<HostedFile> {
    const { clock, origin, token } = this.#parts;
    const { bytes, extension, type, kind, width, height, durationMs } = examined;
    const name = safeName(offer.name, extension);
    const hash = createHash("sha256").update(bytes).digest("hex");
    // Counted before it is written, so that many at once do not all find the same room.
    this.#used += bytes.length;
    const isNew = await this.#write(this.#content(hash), bytes).catch((error: unknown) => {
      this.#used -= bytes.length;
      throw error;
    });
    if (!isNew) this.#used -= bytes.length;
    const link: Link = { name, type, hash, at: clock.now() };
    const address = token() + token();
    await this.#write(this.#link(address), Buffer.from(JSON.stringify(link)));
    return {
      name,
      type,
      bytes: bytes.length,
      url: `${origin()}/files/${address}/${encodeURIComponent(name)}`,
      kind,
      ...(width === undefined || height === undefined ? {} : { width, height }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(offer.voice === true && kind === "audio" ? { voice: true } : {}),
    };
  }

  /** False when it is there already. Under another name first, so that nobody meets half a file. */
  async #write(path: string, bytes: Buffer): Promise<boolean> {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (isThere) {
      // From now on it is as young as its newest link.
      await utimes(path, this.#parts.clock.now() / 1_000, this.#parts.clock.now() / 1_000);
      return false;
    }
    const part = `${path}.${randomUUID()}.part`;
    const file = await open(part, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
    const folder = await open(join(path, ".."), "r");
    await folder.sync().finally(() => folder.close());
    return true;
  }

  /** Null for what is forgotten, was never there, or is no link. Rejects when the disk does not tell: that is no reason to forget. */
  async #read(token: string): Promise<Link | null> {
    try {
      return JSON.parse(await readFile(this.#link(token), "utf8")) as Link;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** Sweeps now and again; one that failed is said, and does not end the others. */
  async #sweep(): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      await this.#forget();
    } finally {
      this.#cancelSweep = clock.after(SWEEP_MS, () => {
        void this.#sweep().catch((error: unknown) => log.error("files.sweep.failed", { error }));
      });
    }
  }

  /** Forgets links that are too old, then content that no link leads to. What is just being written is left alone. */
  async #forget(): Promise<void> {
    const { folder, clock, limits, log } = this.#parts;
    const now = clock.now();
    const before = this.#used;
    const alive = new Set<string>();
    let forgotten = 0;
    for (const name of await readdir(join(folder, "links"))) {
      const token = name.replace(/\.json$/u, "");
      const link = TOKEN.test(token) ? await this.#read(token) : null;
      if (link !== null && now - link.at < limits.fileDays * DAY_MS) {
        alive.add(link.hash);
      } else if (link !== null || (await this.#isLeft(join(folder, "links", name)))) {
        await unlink(join(folder, "links", name));
        forgotten += 1;
      }
    }
    let used = 0;
    for (const name of await readdir(join(folder, "content"))) {
      const path = join(folder, "content", name);
      // What was written a moment ago may be about to get its link.
      if (alive.has(name) || !(await this.#isLeft(path))) used += await sizeOf(path);
      else await unlink(path);
    }
    // What came meanwhile is counted too, if need be twice: until the next time.
    this.#used = used + (this.#used - before);
    if (forgotten > 0) log.info("files.forgotten", { links: forgotten });
  }

  /** Whether nobody has touched it for a day, so that nobody is at it now. */
  async #isLeft(path: string): Promise<boolean> {
    const mtimeMs = await stat(path).then(
      (found) => found.mtimeMs,
      () => null, // it has its own name by now
    );
    return mtimeMs !== null && this.#parts.clock.now() - mtimeMs >= DAY_MS;
  }

  #content(hash: string): string {
    return join(this.#parts.folder, "content", hash);
  }
  #link(token: string): string {
    return join(this.#parts.folder, "links", `${token}.json`);
  }
}

/** 0 for what is not there any more. */
async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function refused(reason: Extract<TakenFile, { kind: "refused" }>["reason"], text: string): TakenFile {
  return { kind: "refused", reason, text };
}

/** Null as soon as there are more than `most`. */
async function gather(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** The claimed name without what would deceive, and with the ending of what it is. */
function safeName(claimed: string, extension: string): string {
  const stem = claimed
    .replace(/\.[^./\\]*$/u, "")
    .replace(NOT_IN_NAMES, " ")
    .replace(/^[.\s]+/u, "")
    .trim();
  return `${[...stem].slice(0, NAME_CHARACTERS).join("").trim() || "file"}${extension}`;
}
