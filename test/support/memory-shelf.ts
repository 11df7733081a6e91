/** Files of a desk without one: kept in memory, as they come. What the real desk makes of them is tested at src/files. */
import type { FileOffer, FileShelf, TakenFile } from "../../src/adapter.ts";
import { fileWords, type HostedFile } from "../../src/core/model.ts";

export interface MemoryShelf extends FileShelf {
  /** Everything that was taken, in order. */
  readonly taken: readonly { readonly offer: FileOffer; readonly bytes: Buffer; readonly file: HostedFile }[];
  /** Puts a file there, as if somebody had sent it. */
  put(file: Omit<HostedFile, "url" | "bytes">, bytes: Buffer): HostedFile;
}

export function memoryShelf(maxBytes = 1_000_000): MemoryShelf {
  const taken: MemoryShelf["taken"][number][] = [];
  const put: MemoryShelf["put"] = (known, bytes) => {
    const url = `https://desk.example/files/${taken.length}/${known.name}`;
    const file = { ...known, bytes: bytes.length, url };
    taken.push({ offer: { name: known.name }, bytes, file });
    return file;
  };
  return {
    maxBytes,
    types: [],
    taken,
    put,
    async take(offer, chunks): Promise<TakenFile> {
      const bytes = await gathered(chunks);
      if (bytes.length > maxBytes) {
        return { kind: "refused", reason: "policy-violation", text: "This file is too large." };
      }
      const file = put({ name: offer.name, type: "application/octet-stream" }, bytes);
      taken[taken.length - 1] = { offer, bytes, file };
      return { kind: "taken", file, words: fileWords(file) };
    },
    async open({ url }) {
      const found = taken.find(({ file }) => file.url === url);
      return found === undefined ? null : one(found.bytes);
    },
  };
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
