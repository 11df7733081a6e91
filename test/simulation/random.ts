/** Seeded chance: the same seed gives the same numbers, on every machine. */

/** A stream of numbers from one seed (Mulberry32). Give every actor a stream of its own, so that one does not shift another's. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) {
      throw new Error("there is nothing to pick from");
    }
    return item;
  }

  /** Milliseconds, exponentially distributed: how long people take. At least 1. */
  delay(meanMs: number): number {
    return 1 + Math.round(-Math.log(1 - this.next()) * meanMs);
  }

  /** A stream of its own for that name. */
  fork(name: string): Random {
    let hash = this.#state ^ 0x811c9dc5;
    for (const letter of name) {
      hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    }
    return new Random(hash);
  }

  /** Lower-case base 32, as `World.token` gives it. */
  token(): string {
    return Array.from({ length: 16 }, () => "abcdefghijklmnopqrstuvwxyz234567"[this.between(0, 31)]).join("");
  }
}
