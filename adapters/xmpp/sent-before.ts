/**
 * What a cut left open and the server answers when it continues the stream (XEP-0198 §5): its `h` says how many stanzas of ours it has
 * handled, so of each send that was not confirmed it is known whether it has to go again. Where streams are not continued nobody can tell,
 * and all of them go again.
 */

/** A send that was written and not confirmed, by the number of its last stanza in the stream. */
export interface Unconfirmed {
  readonly key: string;
  readonly number: number;
}

export class SentBefore {
  #unconfirmed: readonly Unconfirmed[] = [];
  #written = 0;
  readonly #taken = new Set<string>();

  /** The link was cut; `written` stanzas were sent since the server began to count. */
  cut(unconfirmed: readonly Unconfirmed[], written: number): void {
    this.#unconfirmed = unconfirmed;
    this.#written = written;
  }

  /** The next login. `h`: what the server has handled, where it continues the stream; null where it does not. */
  again(h: number | null): void {
    this.#taken.clear();
    // A server that has handled more than was sent counts otherwise than we do: what it says proves nothing.
    if (h !== null && h <= this.#written) {
      for (const { key, number } of this.#unconfirmed) {
        if (number <= h) this.#taken.add(key);
      }
    }
    this.#unconfirmed = [];
  }

  /** Whether the server has that send already; asked once, when it would go again. */
  isTaken(key: string): boolean {
    return this.#taken.size > 0 && this.#taken.delete(key);
  }
}
