/**
 * Files that people send: taken in by the adapters, cleaned, kept under the hash of their content, and handed out under an
 * address of the desk's own that cannot be guessed. Nobody is ever shown where a file came from.
 *
 *     <folder>/content/<sha-256>        the bytes, once however often they are sent
 *     <folder>/links/<token>.json       one sending of them: name, type, hash, time
 *
 * With a key both are sealed, and their names are keyed hashes (src/files/folder.ts).
 */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock, FileOffer, FileShelf, Logger, TakenFile } from "./adapter.ts";
import { addressKey, fileWords, type HostedFile, namelessFile } from "./core/model.ts";
import { Allowance, type AllowanceLimits } from "./files/allowance.ts";
import { hashOf } from "./files/content-hash.ts";
import { type Examined, examine } from "./files/examine.ts";
import { createFolder, type FileFolder, sealedBytes } from "./files/folder.ts";
import { formatNames } from "./files/formats.ts";
import { BROKEN, handOut, NO_FILE } from "./files/hand-out.ts";
import { LINK_SUFFIX, type Link, linkOf, writeLink } from "./files/link.ts";
import { createSealingAnew } from "./files/sealing-anew.ts";
import {
  createSealing,
  NO_KEYS,
  type Resealable,
  type Resealed,
  type Sealing,
  SealingFault,
  type SealingKeys,
} from "./sealing.ts";

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
  /** What is kept is sealed with these; nothing is when left out. */
  readonly keys?: SealingKeys;
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

/** What `reseal` does is one file. */
export interface Files extends FileShelf, Resealable {
  /** Makes the folders, forgets what is too old, and goes on doing so. Rejects with SealingFault when a key is missing. */
  start(): Promise<void>;
  stop(): void;
  /** The route under which files are fetched. */
  routes(server: FastifyInstance): void;
  /** Ends those addresses at once, and removes what no other address leads to. How many there were. */
  forget(urls: readonly string[]): Promise<number>;
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
  readonly #sealing: Sealing;
  readonly #content: FileFolder;
  readonly #links: FileFolder;
  /** Hashes of content that is about to get its link, and how many are. */
  readonly #arriving = new Map<string, number>();
  /** What may not be done at the same time: forgetting and sealing anew. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #sealAnew: ReturnType<typeof createSealingAnew>;
  /** Bytes of all content, also of what is about to be written. */
  #used = 0;
  #underWay = 0;
  #cancelSweep: () => void = () => {};

  constructor(parts: FileParts) {
    this.#parts = parts;
    this.maxBytes = parts.types.length === 0 ? 0 : parts.limits.fileBytes;
    this.types = parts.types;
    this.#allowance = new Allowance(parts.limits, parts.clock);
    this.#sealing = createSealing(parts.keys ?? NO_KEYS);
    this.#content = createFolder(join(parts.folder, "content"), this.#sealing, "");
    this.#links = createFolder(join(parts.folder, "links"), this.#sealing, LINK_SUFFIX);
    this.#sealAnew = createSealingAnew({
      content: this.#content,
      links: this.#links,
      opened: (folder, entry) => this.#opened(folder, entry),
      now: () => parts.clock.now(),
    });
  }

  async start(): Promise<void> {
    for (const folder of [this.#content, this.#links]) await folder.start();
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
    const hash = await hashOf(examined.bytes);
    const reserved = await this.#reserve(examined.bytes.length);
    if (reserved === null) return refused("resource-constraint", FULL);
    const file = await this.#keep(offer, examined, hash, reserved);
    return { kind: "taken", file, words: fileWords(file) };
  }

  async open(file: HostedFile): Promise<AsyncIterable<Uint8Array> | null> {
    const [, token = ""] = ADDRESS.exec(file.url) ?? [];
    const link = TOKEN.test(token) ? await this.#read(token) : null;
    if (link === null || (await this.#content.size(link.hash)) === null) return null;
    return this.#content.stream(link.hash);
  }

  reseal(): Promise<Resealed> {
    return this.#alone(async () => {
      const { share, records, grown } = await this.#sealAnew();
      this.#used += grown;
      return { key: this.#sealing.current, share, records };
    });
  }

  forget(urls: readonly string[]): Promise<number> {
    return this.#alone(() => this.#forgetLinks(urls));
  }

  /** One after the other, in the order in which they were asked for. */
  #alone<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {}); // told to whoever asked for it
    return turn;
  }

  async #forgetLinks(urls: readonly string[]): Promise<number> {
    const tokens = urls.flatMap((url) => ADDRESS.exec(url)?.[1] ?? []);
    const hashes = new Set<string>();
    let forgotten = 0;
    for (const token of new Set(tokens)) {
      const link = await this.#read(token);
      if (link === null) continue;
      hashes.add(link.hash);
      await this.#links.remove(token);
      forgotten += 1;
    }
    // Somebody else may have sent the very same file, or be about to.
    for (const entry of hashes.size === 0 ? [] : await this.#links.entries()) {
      const link = await this.#readEntry(entry);
      if (link !== null) hashes.delete(link.hash);
    }
    for (const hash of hashes) {
      if (!this.#arriving.has(hash)) this.#used -= await this.#content.remove(hash);
    }
    return forgotten;
  }

  routes(server: FastifyInstance): void {
    server.get<{ Params: { token: string; name: string } }>("/files/:token/:name", async (request, reply) =>
      this.#answer(request, request.params, reply).catch((error: unknown) => {
        if (!(error instanceof SealingFault)) throw error;
        this.#parts.log.error("files.broken", { error });
        return reply.code(500).send(BROKEN);
      }),
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
    return await handOut(request, reply, {
      name,
      type: link.type,
      bytes: await this.#content.size(link.hash),
      stream: (range) => this.#content.stream(link.hash, range),
      onBroken: (error) => this.#parts.log.error("files.broken", { error }),
    });
  }

  /** Bytes that so many take, if they fit into the desk's own limit and onto the disk: counted at once, so that many do not all find the same room. */
  async #reserve(bytes: number): Promise<number | null> {
    const { limits, folder, log } = this.#parts;
    const wanted = this.#sealing.current === null ? bytes : sealedBytes(bytes);
    const { bavail, bsize } = await statfs(folder);
    const isRoom =
      this.#used + wanted <= limits.fileStoreMegabytes * MEGABYTE &&
      bavail * bsize - wanted >= limits.fileDiskReserveMegabytes * MEGABYTE;
    if (!isRoom) log.warn("files.full", { usedBytes: this.#used, freeBytes: bavail * bsize });
    if (!isRoom) return null;
    this.#used += wanted;
    return wanted;
  }

  /** Resolves once both are synced: a link that somebody was sent works after a crash. */
  async #keep(offer: FileOffer, examined: Examined, hash: string, reserved: number): Promise<HostedFile> {
    const { clock, origin, token } = this.#parts;
    const { bytes, extension, type, kind, width, height, durationMs } = examined;
    const name = safeName(offer.name, extension);
    const address = token() + token();
    await this.#keepBytes(bytes, { name, type, hash, at: clock.now() }, address, reserved);
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

  /** The content, then what leads to it. */
  async #keepBytes(bytes: Buffer, link: Link, address: string, reserved: number): Promise<void> {
    const { hash, at: now } = link;
    this.#arriving.set(hash, (this.#arriving.get(hash) ?? 0) + 1);
    let written = 0;
    try {
      written = await this.#content.write(hash, bytes, now);
      await writeLink(this.#links, link, address, now);
    } finally {
      this.#used -= reserved - written;
      const others = (this.#arriving.get(hash) ?? 1) - 1;
      if (others === 0) this.#arriving.delete(hash);
      else this.#arriving.set(hash, others);
    }
  }

  /** Null for what is forgotten, was never there, or is no link. Rejects when the disk does not tell: that is no reason to forget. */
  async #read(token: string): Promise<Link | null> {
    return linkOf(await this.#links.read(token));
  }

  /** The same, by the name on the disk; null as well for what is not as it was sealed, which is said. */
  async #readEntry(entry: string): Promise<Link | null> {
    return linkOf(await this.#opened(this.#links, entry));
  }

  async #opened(folder: FileFolder, entry: string): Promise<Buffer | null> {
    try {
      return await folder.readEntry(entry);
    } catch (error) {
      if (!(error instanceof SealingFault)) throw error;
      this.#parts.log.error("files.broken", { error });
      return null;
    }
  }

  /** Sweeps now and again; one that failed is said, and does not end the others. */
  async #sweep(): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      await this.#alone(() => this.#forget());
    } finally {
      this.#cancelSweep = clock.after(SWEEP_MS, () => {
        void this.#sweep().catch((error: unknown) => log.error("files.sweep.failed", { error }));
      });
    }
  }

  /** Forgets links that are too old, then content that no link leads to. What is just being written is left alone. */
  async #forget(): Promise<void> {
    const { clock, limits, log } = this.#parts;
    const now = clock.now();
    const before = this.#used;
    const alive = new Set<string>();
    let forgotten = 0;
    for (const entry of await this.#links.entries()) {
      const link = await this.#readEntry(entry);
      if (link !== null && now - link.at < limits.fileDays * DAY_MS) {
        for (const content of this.#content.entriesOf(link.hash)) alive.add(content);
      } else if (link !== null || (await this.#isLeft(this.#links, entry))) {
        await this.#links.removeEntry(entry);
        forgotten += 1;
      }
    }
    let used = 0;
    for (const entry of await this.#content.entries()) {
      // What was written a moment ago may be about to get its link.
      if (alive.has(entry) || !(await this.#isLeft(this.#content, entry)))
        used += (await this.#content.look(entry))?.bytes ?? 0;
      else await this.#content.removeEntry(entry);
    }
    // What came meanwhile is counted too, if need be twice: until the next time.
    this.#used = used + (this.#used - before);
    if (forgotten > 0) log.info("files.forgotten", { links: forgotten });
  }

  /** Whether nobody has touched it for a day, so that nobody is at it now. */
  async #isLeft(folder: FileFolder, entry: string): Promise<boolean> {
    const found = await folder.look(entry);
    // Null: it has its own name by now.
    return found !== null && this.#parts.clock.now() - found.touchedAt >= DAY_MS;
  }
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
