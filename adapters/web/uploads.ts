/**
 * Files that people of this network send: the bytes come by HTTP and are given to the desk's files at once; the page then says in a
 * frame, under the id it was given here, that this file is a line of the conversation. What was uploaded and never said is
 * forgotten after a while.
 */
import { createHash, randomBytes } from "node:crypto";
import type { AdapterContext, TakenFile } from "../../src/adapter.ts";
import type { Address, HostedFile } from "../../src/core/model.ts";

const STATE_PREFIX = "upload/";
const ID_BYTES = 18;
/** A page that was left goes on sending what is unanswered when it comes back; so long it is known. */
const KEPT_MS = 7 * 86_400_000;

const TOO_MANY = "Several of your files are arriving already. Please send this one when they are there.";
const NONE_TAKEN = "Files are not taken here.";

/** `words` tell of it in a text. */
export interface Upload {
  readonly file: HostedFile;
  readonly words: string;
}

export type Received =
  | (Upload & { readonly kind: "taken"; readonly id: string })
  | Extract<TakenFile, { kind: "refused" }>;

export class Uploads {
  readonly #context: Pick<AdapterContext, "files" | "state" | "clock">;
  readonly #atOnce: number;
  readonly #underWay = new Map<string, number>();

  /** `atOnce`: uploads of one person at the same time. */
  constructor(context: Pick<AdapterContext, "files" | "state" | "clock">, atOnce: number) {
    this.#context = context;
    this.#atOnce = atOnce;
  }

  /** Largest file in bytes; 0: none are taken. */
  get maxBytes(): number {
    return this.#context.files?.maxBytes ?? 0;
  }
  get types(): readonly string[] {
    return this.#context.files?.types ?? [];
  }

  /** Reads the bytes and keeps the file. Rejects as `chunks` does, and when the disk fails. */
  async receive(from: Address, name: string, chunks: AsyncIterable<Uint8Array>): Promise<Received> {
    const { files } = this.#context;
    if (files === undefined || files.maxBytes === 0) {
      return { kind: "refused", reason: "not-acceptable", text: NONE_TAKEN };
    }
    const before = this.#underWay.get(from.id) ?? 0;
    if (before >= this.#atOnce) {
      return { kind: "refused", reason: "resource-constraint", text: TOO_MANY };
    }
    this.#underWay.set(from.id, before + 1);
    try {
      const taken = await files.take({ name, from }, chunks);
      return taken.kind === "refused" ? taken : await this.#keep(from, taken);
    } finally {
      const left = (this.#underWay.get(from.id) ?? 1) - 1;
      if (left > 0) {
        this.#underWay.set(from.id, left);
      } else {
        this.#underWay.delete(from.id);
      }
    }
  }

  /** What that person uploaded under that id; null for an id of somebody else, or one that is forgotten. */
  async find(from: Address, id: string): Promise<Upload | null> {
    const stored = await this.#context.state.get(STATE_PREFIX + hash(from, id));
    // Written by `receive` alone.
    return typeof stored === "object" && stored !== null && "file" in stored ? (stored as Upload) : null;
  }

  /** Forgets what was uploaded too long ago; the files themselves go by the desk's own rule. */
  async sweep(): Promise<number> {
    const { state, clock } = this.#context;
    let forgotten = 0;
    for (const key of await state.keys(STATE_PREFIX)) {
      const stored = await state.get(key);
      const at = typeof stored === "object" && stored !== null && "at" in stored ? Number(stored.at) : 0;
      if (clock.now() - at > KEPT_MS) {
        await state.set(key, undefined);
        forgotten += 1;
      }
    }
    return forgotten;
  }

  /** All that person uploaded, said or not, and the files themselves; of older versions everybody's, since they do not say whose they are. */
  async forget(id: string): Promise<void> {
    const { state, files } = this.#context;
    const urls: string[] = [];
    for (const key of await state.keys(STATE_PREFIX)) {
      const stored = await state.get(key);
      if (typeof stored !== "object" || stored === null) continue;
      const { from, file } = stored as { readonly from?: string; readonly file?: HostedFile };
      if (from !== undefined && from !== id) continue;
      await state.set(key, undefined);
      if (from === id && file !== undefined) urls.push(file.url);
    }
    await files?.forget?.(urls);
  }

  async #keep(from: Address, { file, words }: Upload): Promise<Received> {
    const id = randomBytes(ID_BYTES).toString("base64url");
    const at = this.#context.clock.now();
    await this.#context.state.set(STATE_PREFIX + hash(from, id), { file, words, at, from: from.id });
    return { kind: "taken", id, file, words };
  }
}

/** An upload is its sender's alone, so its key stands for both. */
function hash(from: Address, id: string): string {
  return createHash("sha256").update(`${from.id}\n${id}`).digest("base64url");
}
