/**
 * Stream management (XEP-0198) of what arrives: a stanza counts as handled once the desk has committed it, so that whatever
 * it had not when the link was cut, the server delivers again. What is sent has its fence and needs none of this.
 *
 * Stanzas are numbered from the server's `<enabled/>` on; `h` is the last number up to which all are handled. A resumed
 * stream continues the count: the server sends again whatever came after the `h` it is told, so a number names the same
 * stanza for ever, and together with the stream's id is the id of its redelivery.
 */
import type { Element } from "@xmpp/xml";
import { attribute } from "./elements.ts";
import { NS } from "./namespaces.ts";

/** What the server is told to continue a stream (XEP-0198 §5). */
export interface Resumption {
  readonly id: string;
  readonly h: number;
}

/** `h` is an unsigned 32-bit number that begins again at 0 (XEP-0198 §4). */
const WRAP = 2 ** 32;

export class ManagedStream {
  readonly #id: string | null;
  readonly #write: (xml: string) => void;
  #taken: number;
  #handled: number;
  readonly #early = new Set<number>();
  #isOwed = false;

  /** `resumable` is the id the server gave with `<enabled/>`, null when it will not resume. */
  constructor(resumable: string | null, handled: number, write: (xml: string) => void) {
    this.#id = resumable;
    this.#taken = handled;
    this.#handled = handled;
    this.#write = write;
  }

  /** What to resume by, or null when the server does not resume. */
  get resumption(): Resumption | null {
    return this.#id === null ? null : { id: this.#id, h: this.#handled };
  }

  /** Numbers the next stanza. */
  take(): number {
    this.#taken += 1;
    return this.#taken;
  }

  /** The id under which the server would deliver that stanza again; null when it would not. */
  redelivery(number: number): string | null {
    return this.#id === null ? null : `sm ${this.#id} ${number}`;
  }

  /** That stanza is committed, or needs not be. */
  settle(number: number): void {
    if (number <= this.#handled) {
      return;
    }
    this.#early.add(number);
    while (this.#early.delete(this.#handled + 1)) {
      this.#handled += 1;
    }
    if (this.#isOwed) {
      this.acknowledge();
    }
  }

  /** Tells the server how far it has come; again by itself once more is handled, if something still is not. */
  acknowledge(): void {
    this.#isOwed = this.#handled < this.#taken;
    this.#write(`<a xmlns='${NS.streamManagement}' h='${this.#handled % WRAP}'/>`);
  }

  /** The same count on the next connection: what was not handled will come again under the same numbers. */
  resumed(write: (xml: string) => void): ManagedStream {
    return new ManagedStream(this.#id, this.#handled, write);
  }
}

/** Asks the server to count, and to keep the stream for a while when the link is cut. */
export const ENABLE = `<enable xmlns='${NS.streamManagement}' resume='true'/>`;

/** The stream the server says it manages now, or null when that is not what it says. */
export function enabledStream(nonza: Element, write: (xml: string) => void): ManagedStream | null {
  if (!nonza.is("enabled", NS.streamManagement)) {
    return null;
  }
  const resumes = ["true", "1"].includes(attribute(nonza, "resume") ?? "");
  return new ManagedStream(resumes ? attribute(nonza, "id") : null, 0, write);
}
