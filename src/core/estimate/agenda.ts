/** What is to happen, the earliest first (a binary heap); what is due at the same time comes in the order in which it was written down. */
interface Entry<What> {
  readonly at: number;
  readonly order: number;
  readonly what: What;
}

export class Agenda<What> {
  readonly #heap: Entry<What>[] = [];
  #order = 0;

  add(at: number, what: What): void {
    const entry = { at, order: this.#order, what };
    this.#order += 1;
    let index = this.#heap.length;
    for (let parent = (index - 1) >> 1; index > 0; parent = (index - 1) >> 1) {
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = entry;
  }

  /** Takes out the earliest; null when there is nothing left. */
  take(): { readonly at: number; readonly what: What } | null {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return null;
    if (this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry<What>): void {
    let index = 0;
    for (let child = 1; child < this.#heap.length; child = 2 * index + 1) {
      const [left, right] = [this.#heap[child], this.#heap[child + 1]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const smaller = isRight ? right : left;
      if (smaller === undefined || !isBefore(smaller, entry)) break;
      this.#heap[index] = smaller;
      index = isRight ? child + 1 : child;
    }
    this.#heap[index] = entry;
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
