/**
 * The name that a message is said from. A new one is on disk before anybody sees it, and that takes a while: what comes
 * meanwhile for the same recipient waits behind it, for messages to one person keep their order.
 */
export type Source = string | null;

export class Naming {
  /** By recipient: the last that waits. */
  readonly #waiting = new Map<string, Promise<Source>>();

  /** Resolves in the order of the calls for that recipient; answers at once where nothing has to be waited for. */
  of(recipient: string, find: () => Promise<Source> | Source): Promise<Source> | Source {
    const before = this.#waiting.get(recipient);
    const found = before === undefined ? find() : before.then(find, find);
    if (!(found instanceof Promise)) {
      return found;
    }
    this.#waiting.set(recipient, found);
    const done = () => {
      if (this.#waiting.get(recipient) === found) {
        this.#waiting.delete(recipient);
      }
    };
    found.then(done, done);
    return found;
  }
}
