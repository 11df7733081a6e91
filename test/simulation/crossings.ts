/**
 * Every place at which the program waits for the world or the world for it: before and after a commit, a look-up, a send, an event that
 * is taken in. They are counted, so a process can be made to die at each of them in turn; between two of them nobody outside could
 * tell when it died.
 */
export class Crossings {
  readonly #die: (where: string) => void;
  /** Numbers at which the process dies, rising. */
  readonly #fatal: number[];
  count = 0;

  /** `die` is called in the middle of the crossing and must end that life at once. */
  constructor(fatal: readonly number[], die: (where: string) => void) {
    this.#fatal = [...fatal];
    this.#die = die;
  }

  /** The process dies at the crossing that is so many further on. */
  dieLater(crossings: number): void {
    this.#fatal.push(this.count + Math.max(1, crossings));
    this.#fatal.sort((one, other) => one - other);
  }

  pass(where: string): void {
    this.count += 1;
    if (this.#fatal[0] === this.count) {
      this.#fatal.shift();
      this.#die(`crossing ${this.count}: ${where}`);
    }
  }
}
