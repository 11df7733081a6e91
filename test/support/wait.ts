/**
 * Waiting in tests: always for something, always with a limit, and an error that says what did not happen.
 * No test sleeps; the only timers of the tests are here.
 */

/**
 * What a wait takes when the test does not say otherwise. Limits are for what hangs, and not for speed: the machine may be slow, and busy
 * with other suites.
 */
export const DEFAULT_LIMIT_MS = 30_000;
/** The same for a server to start, or a client to log in. ejabberd makes some thirty files, and waits for a busy disk at each. */
export const START_LIMIT_MS = 180_000;
const POLL_MS = 20;

/** Resolves as the promise does; rejects with a sentence when it has not settled within the limit. */
export async function within<T>(limitMs: number, description: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms in vain for ${description}.`)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks `probe` again and again until it gives something other than undefined, null or false, and resolves with that.
 * For conditions outside the process (a port, a file, a screen); inside it, prefer `Arrivals`. When the limit passes,
 * the error names the description and the last error that the probe threw.
 */
export async function until<T>(
  description: string,
  probe: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  limitMs: number = DEFAULT_LIMIT_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last = "";
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer;
      }
      last = "";
    } catch (error) {
      last = ` The last attempt failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() > end) {
      throw new Error(`Waited ${limitMs} ms in vain for ${description}.${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Waiter<T> {
  readonly match: (item: T) => boolean;
  readonly resolve: (item: T) => void;
}

/**
 * Things that arrive one by one (stanzas, events, lines) and tests that wait for the one they mean. An item is taken
 * by the first wait that it matches, whether it arrived before or after the wait began; `all` keeps every one.
 */
export class Arrivals<T> {
  readonly all: T[] = [];
  readonly #unclaimed: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  readonly #show: (item: T) => string;
  readonly #listeners: ((item: T) => void)[] = [];

  /** `show` writes an item for the error message. */
  constructor(show: (item: T) => string = String) {
    this.#show = show;
  }

  /** Tells the listener of every item: those that have arrived, and each that will. */
  listen(listener: (item: T) => void): void {
    this.all.forEach(listener);
    this.#listeners.push(listener);
  }

  push(item: T): void {
    this.all.push(item);
    for (const listener of this.#listeners) listener(item);
    const index = this.#waiters.findIndex((waiter) => waiter.match(item));
    if (index === -1) {
      this.#unclaimed.push(item);
      return;
    }
    const [waiter] = this.#waiters.splice(index, 1);
    waiter?.resolve(item);
  }

  /** The first item that matches and that no other wait has taken. */
  async next(description: string, match: (item: T) => boolean, limitMs: number = DEFAULT_LIMIT_MS): Promise<T> {
    const index = this.#unclaimed.findIndex(match);
    if (index !== -1) {
      return this.#unclaimed.splice(index, 1)[0] as T;
    }
    const { promise, resolve } = Promise.withResolvers<T>();
    const waiter = { match, resolve };
    this.#waiters.push(waiter);
    try {
      return await within(limitMs, description, promise);
    } catch (error) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      const seen = this.all.slice(-8).map((item) => `\n  ${this.#show(item)}`);
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(`${text} Arrived (the last ${seen.length} of ${this.all.length}):${seen.join("")}`);
    }
  }

  /** Whether something that matches has arrived, taken or not. */
  some(match: (item: T) => boolean): boolean {
    return this.all.some(match);
  }
}

/**
 * To be called when all is over: if something that was left open keeps the process running for that long, says what, and ends it with
 * failure. Otherwise a test that failed before its own clean-up would hold up the whole run.
 */
export function endAfter(limitMs: number): void {
  const end = () => {
    const open = [...new Set(process.getActiveResourcesInfo())].join(", ");
    process.stdout.write(`All tests are over, but after ${limitMs} ms the process still ran because of: ${open}.\n`);
    // Mocha has a listener of its own, which would make it the number of tests that failed.
    process.once("exit", () => {
      process.exitCode = 1;
    });
    process.exit();
  };
  // Who has nothing else to do does not wait for this.
  setTimeout(end, limitMs).unref();
}

/** The pace of a load, for those tests whose subject is load: one value every so many milliseconds until the caller stops. */
export async function* beats(everyMs: number): AsyncGenerator<number, void, void> {
  for (let beat = 1; ; beat += 1) {
    yield beat;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
