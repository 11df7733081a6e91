/**
 * What the store's thread still has to answer. Commits overtake everything else: everybody waits for them, and after a restart a
 * thousand windows that ask for their history must not hold up the first message. Whoever asks before a commit was answered does not
 * know whether it was made, so nobody can tell the difference. What is asked for networks and for the desk itself takes turns: whoever
 * makes up thousands of ids on one network has the store look for each of them, and others would wait for all of that.
 */
import type { Ask, Request } from "./sqlite-wire.ts";

/** Whose turn it is when the desk itself asks. */
const OWN = "";

export class RequestQueue {
  #commits: Request[] = [];
  /** By who asks, the one whose turn is next first; none is empty. */
  readonly #reads = new Map<string, Request[]>();
  /** Asked to close. What came before that is answered before the thread ends. */
  isClosed = false;

  get hasReads(): boolean {
    return this.#reads.size > 0;
  }

  add(requests: readonly Request[]): void {
    for (const request of requests) {
      if (request.ask.kind === "commit") this.#commits.push(request);
      else this.#addRead(sourceOf(request.ask), request);
    }
  }

  next(): Request | undefined {
    const commit = this.#commits.shift();
    if (commit !== undefined) {
      return commit;
    }
    for (const [source, waiting] of this.#reads) {
      const read = waiting.shift();
      this.#reads.delete(source);
      if (waiting.length > 0) this.#reads.set(source, waiting);
      this.isClosed ||= read?.ask.kind === "close";
      return read;
    }
    return undefined;
  }

  #addRead(source: string, read: Request): void {
    const waiting = this.#reads.get(source);
    if (waiting === undefined) this.#reads.set(source, [read]);
    else waiting.push(read);
  }
}

function sourceOf(ask: Ask): string {
  return "network" in ask ? ask.network : OWN;
}
