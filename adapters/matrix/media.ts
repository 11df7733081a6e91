/**
 * Files on their way between the homeserver and the desk: fetched as the desk (authenticated media, Matrix 1.11) and given to the
 * desk to clean and keep; brought to the homeserver where somebody there is to be shown one.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext, Outcome, TakenFile } from "../../src/adapter.ts";
import type { Address, Condition, HostedFile } from "../../src/core/model.ts";
import { decryptAttachment, encryptAttachment } from "./attachments.ts";
import type { Place, SentFile } from "./codec-file.ts";
import { outcomeOf } from "./codec-outbound.ts";
import { ask } from "./homeserver.ts";

export interface MediaParts {
  readonly context: AdapterContext;
  /** Where the client API is. */
  readonly homeserver: string;
  /** Who asks; asked for each time. */
  token(): string;
  readonly seconds: number;
}

export type Placed =
  | { readonly kind: "placed"; readonly place: Place }
  /** The homeserver will not have it, or the desk keeps it no more: its words say all. */
  | { readonly kind: "unplaced"; readonly reason: string }
  | { readonly kind: "failed"; readonly outcome: Outcome };

/** Files fetched at once; more senders than that are asked to try again. */
const FETCHES = 16;
const UNREACHABLE: Condition = "remote-server-timeout";
/** Files of one person that may take too long before theirs are refused for a while: everybody waits for a transaction. */
const SLOW_FILES = 2;
const SLOW_MS = 600_000;
const PEOPLE = 10_000;
const PLACES = 1_000;
/** Attempts to bring a file that end without an answer, although the homeserver is there; then its words go without it. */
const UNANSWERED = 3;

const REFUSALS = {
  unwanted: "Files cannot be passed on here, so yours was not. Words are.",
  busy: "Many files are arriving just now, so this one was not taken. Please send it again in a minute.",
  "not found": "Your file could not be fetched from your server, so it was not taken. Please send it again.",
  slow: "Your file could not be fetched from your server in time, so it was not taken. Please send it again later.",
  unkept: "Your file could not be kept here just now, so it was not taken. Please send it again later.",
  unreadable: "Your file could not be decrypted, so it was not taken. Please send it again.",
} as const;

type Refusal = Extract<TakenFile, { kind: "refused" }>;

export class Media {
  readonly #parts: MediaParts;
  readonly #end = new AbortController();
  readonly #slow = new LRUCache<string, number>({ max: PEOPLE, ttl: SLOW_MS });
  /** Address at the homeserver, by the desk's own: what is shown to several people or sent again is brought once. */
  readonly #places = new LRUCache<string, string>({ max: PLACES });
  /** By address of the desk's own: how often nobody answered. */
  readonly #unanswered = new LRUCache<string, number>({ max: PLACES, ttl: SLOW_MS });
  #fetches = 0;

  constructor(parts: MediaParts) {
    this.#parts = parts;
  }

  /** Whether the desk takes files at all. */
  static isWanted({ files }: AdapterContext): boolean {
    return files !== undefined && files.maxBytes > 0;
  }

  /** Fetches it and gives it to the desk. What goes wrong is a refusal in words. */
  async take(file: SentFile, from: Address): Promise<TakenFile> {
    if (!Media.isWanted(this.#parts.context)) {
      return this.#refuse("unwanted");
    }
    if (this.#fetches >= FETCHES) {
      return this.#refuse("busy");
    }
    if ((this.#slow.get(from.id) ?? 0) >= SLOW_FILES) {
      return this.#refuse("slow");
    }
    this.#fetches += 1;
    try {
      return await this.#take(file, from);
    } finally {
      this.#fetches -= 1;
    }
  }

  /** Brings it to the homeserver; `isEncrypted`: under a key that only the event tells. */
  async place(file: HostedFile, isEncrypted: boolean, signal: AbortSignal): Promise<Placed> {
    const known = this.#places.get(file.url);
    if (known !== undefined && !isEncrypted) {
      return { kind: "placed", place: { url: known } };
    }
    const bytes = await this.#kept(file);
    if (bytes === null) {
      return this.#unplaced("the desk keeps it no more");
    }
    if (isEncrypted) {
      const { kept, encryption } = encryptAttachment(bytes);
      const uploaded = await this.#upload(kept, "application/octet-stream", null, signal);
      return uploaded.kind === "uploaded"
        ? { kind: "placed", place: { file: { ...encryption, url: uploaded.url } } }
        : this.#notPlaced(file, uploaded, signal);
    }
    const uploaded = await this.#upload(bytes, file.type, file.name, signal);
    if (uploaded.kind !== "uploaded") {
      return this.#notPlaced(file, uploaded, signal);
    }
    this.#places.set(file.url, uploaded.url);
    return { kind: "placed", place: { url: uploaded.url } };
  }

  /** A proxy that cuts off what is too large gives no answer at all, however often it is tried. */
  #notPlaced(file: HostedFile, placed: Exclude<Placed, { kind: "placed" }>, signal: AbortSignal): Placed {
    const isUnanswered =
      placed.kind === "failed" && placed.outcome.kind === "deferred" && placed.outcome.reason === UNREACHABLE;
    if (!isUnanswered || signal.aborted || this.#end.signal.aborted) {
      return placed;
    }
    const times = (this.#unanswered.get(file.url) ?? 0) + 1;
    this.#unanswered.set(file.url, times);
    return times < UNANSWERED ? placed : this.#unplaced("nobody answers when it is brought");
  }

  /** Brings bytes of the desk's own: its address there, or null when the homeserver does not have them. */
  async bring(bytes: Uint8Array, type: string): Promise<string | null> {
    const uploaded = await this.#upload(bytes, type, null, this.#end.signal);
    return uploaded.kind === "uploaded" ? uploaded.url : null;
  }

  /** What is under way ends; nothing is said of it. */
  close(): void {
    this.#end.abort();
  }

  async #take(file: SentFile, from: Address): Promise<TakenFile> {
    const { files } = this.#parts.context;
    const limit = this.#limit();
    const response = await this.#get(file, limit).catch(() => null);
    if (response === null || !response.ok || response.body === null || files === undefined) {
      await response?.body?.cancel().catch(() => {}); // else its connection stays taken
      return response === null && limit.aborted ? this.#tooSlow(from) : this.#refuse("not found");
    }
    let isBroken = false;
    const fetched = passing(response.body, () => {
      isBroken = true;
    });
    try {
      const chunks =
        file.encryption === null ? fetched : await this.#decrypted(file.encryption, fetched, files.maxBytes);
      const offer = { name: file.name, from, ...(file.voice ? { voice: true } : {}) };
      return chunks === null ? this.#refuse("unreadable") : await files.take(offer, chunks);
    } catch (error) {
      if (!isBroken) {
        // Delivered again and again it would hold up everybody else; whoever sent it knows and can.
        const { log, network } = this.#parts.context;
        log.error("matrix.file.unkept", { network, error });
        return this.#refuse("unkept");
      }
      return limit.aborted ? this.#tooSlow(from) : this.#refuse("not found");
    } finally {
      await response.body.cancel().catch(() => {}); // it may have ended by itself
    }
  }

  /** The bytes of a file of the desk's; null when it is forgotten, or its disk does not give it: then its words are left. */
  async #kept(file: HostedFile): Promise<Buffer<ArrayBuffer> | null> {
    const { context } = this.#parts;
    try {
      const chunks = (await context.files?.open(file)) ?? null;
      return chunks === null ? null : await gather(chunks, Math.max(file.bytes, context.files?.maxBytes ?? 0));
    } catch (error) {
      context.log.warn("matrix.file.unread", { network: context.network, error: String(error) });
      return null;
    }
  }

  async #get({ server, media }: SentFile, signal: AbortSignal): Promise<Response> {
    const { homeserver, seconds } = this.#parts;
    const url = new URL(`${homeserver}/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${media}`);
    url.searchParams.set("timeout_ms", String(seconds * 1_000));
    return await fetch(url, { headers: { authorization: `Bearer ${this.#parts.token()}` }, redirect: "error", signal });
  }

  /** What is too large is passed on as it is, so that the desk says so; it takes no more than it must. */
  async #decrypted(
    encryption: NonNullable<SentFile["encryption"]>,
    chunks: AsyncIterable<Uint8Array>,
    most: number,
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const kept = await gather(chunks, most);
    if (kept === null) {
      return single(Buffer.alloc(most + 1));
    }
    const bytes = decryptAttachment(encryption, kept);
    return bytes === null ? null : single(bytes);
  }

  async #upload(
    bytes: Uint8Array,
    type: string,
    name: string | null,
    signal: AbortSignal,
  ): Promise<Exclude<Placed, { kind: "placed" }> | { readonly kind: "uploaded"; readonly url: string }> {
    const answer = await ask({
      homeserver: this.#parts.homeserver,
      token: this.#parts.token(),
      method: "POST",
      path: "/_matrix/media/v3/upload",
      query: name === null ? {} : { filename: name },
      body: new Blob([new Uint8Array(bytes)]),
      headers: { "Content-Type": type },
      signal: AbortSignal.any([signal, this.#limit()]),
    });
    if (answer.kind === "ok") {
      const uri = contentUri.safeParse(answer.body.content_uri);
      return uri.success
        ? { kind: "uploaded", url: uri.data }
        : this.#unplaced("the homeserver gave no address for it");
    }
    const outcome = outcomeOf(answer);
    return outcome.kind === "rejected" ? this.#unplaced("the homeserver refused it") : { kind: "failed", outcome };
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#end.signal, AbortSignal.timeout(this.#parts.seconds * 1_000)]);
  }

  #tooSlow(from: Address): Refusal {
    this.#slow.set(from.id, (this.#slow.get(from.id) ?? 0) + 1);
    return this.#refuse("slow");
  }

  #refuse(reason: keyof typeof REFUSALS): Refusal {
    this.#parts.context.count("matrix.file.refused", reason);
    return { kind: "refused", reason: "not-acceptable", text: REFUSALS[reason] };
  }

  #unplaced(reason: string): Placed & { kind: "unplaced" } {
    this.#parts.context.count("matrix.file.unplaced", reason);
    return { kind: "unplaced", reason };
  }
}

const contentUri = z.string().startsWith("mxc://").max(512);

/** Those chunks; tells when they end before their end. */
async function* passing(chunks: AsyncIterable<Uint8Array>, broken: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    broken();
    throw error;
  }
}

async function* single(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Null as soon as there are more than `most`. */
async function gather(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Buffer<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) {
      return null;
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
