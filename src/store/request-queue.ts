/**
 * What the store's thread still has to answer. Commits overtake everything else: everybody waits for them, and after a restart a
 * thousand windows that ask for their history must not hold up the first message. Whoever asks before a commit was answered does not
 * know whether it was made, so nobody can tell the difference.
 */
import type { Request } from "./sqlite-wire.ts";

export class RequestQueue {
  #commits: Request[] = [];
  #reads: Request[] = [];
  /** Index of the first read that was not taken. */
  #head = 0;
  /** Asked to close, and everything before that was taken. */
  isClosed = false;

  get hasReads(): boolean {
    return this.#head < this.#reads.length;
  }

  add(requests: readonly Request[]): void {
    for (const request of requests) {
      if (request.ask.kind === "commit") this.#commits.push(request);
      else this.#reads.push(request);
    }
  }

  next(): Request | undefined {
    const commit = this.#commits.shift();
    if (commit !== undefined) {
      return commit;
    }
    const read = this.#reads[this.#head];
    this.#head += 1;
    if (!this.hasReads) {
      this.#reads = [];
      this.#head = 0;
    }
    this.isClosed ||= read?.ask.kind === "close";
    return read;
  }
}
