/** The rows of one table as the store hands them over: read when they are asked for, so that a start need not read them all. */
import { KeyedTexts } from "./keyed-texts.ts";

/** What a desk begins with, of one table. */
export type LoadedRows = Pick<ReadonlyMap<string, object>, "size" | "get"> &
  Iterable<readonly [string, object]> & { keys(): Iterable<string> };

/** A desk that is made of them takes `texts` over: nobody else reads these rows afterwards. */
export class StoredRows implements LoadedRows {
  /** JSON by id. */
  readonly texts: KeyedTexts;

  constructor(texts: KeyedTexts = new KeyedTexts()) {
    this.texts = texts;
  }

  get size(): number {
    return this.texts.size;
  }

  get(id: string): object | undefined {
    const text = this.texts.get(id);
    return text === undefined ? undefined : read(text);
  }

  keys(): IterableIterator<string> {
    return this.texts.keys();
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, object]> {
    for (const [id, text] of this.texts) yield [id, read(text)];
  }
}

/** The store hands back what a step once wrote. */
function read(text: string): object {
  return JSON.parse(text) as object;
}
