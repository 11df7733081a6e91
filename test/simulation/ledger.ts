/**
 * What people said and what they were shown, by their own account: the book in which the promises about messages are checked,
 * without asking the desk.
 *
 * Every message that is to be followed carries its number: `[m17] … [/m17]`, long enough for an excerpt of it never to show the
 * second mark. So a text that shows `[/m17]` shows the message itself, and one that shows only `[m17` quotes it.
 */
import { Coverage } from "./coverage.ts";
import type { Invariant } from "./invariants.ts";

/** Characters between the marks: more than any excerpt shows. */
const FILLING = "The quick brown fox jumps over the lazy dog, and the five boxing wizards jump quickly after it.";

/** One customer's contact at one handle: `network person handle`. What CSRs' windows are bound to. */
export type Contact = string;

export interface Message {
  readonly number: number;
  /** Address key of who wrote it. */
  readonly author: string;
  /**
   * The contact it belongs to: the author's own, or the one a CSR means to answer. Null: a stranger's, or of a CSR whose
   * window has not shown yet whose it is; then it belongs to the first whom it reaches.
   */
  contact: Contact | null;
  readonly by: "customer" | "csr" | "stranger";
  /** The number of the message it corrects. */
  readonly corrects: number | null;
  /** `taken`: receive() resolved with a verdict of accepted. `lost`: gone with a crash or cut before that, which the sender knows. */
  state: "said" | "taken" | "refused" | "lost";
}

/** One thing a person's client showed. */
export interface Display {
  /** Address key of the person. */
  readonly to: string;
  readonly key: string;
  readonly text: string;
  /** The desk's own words. */
  readonly notice: boolean;
  /** Of a CSR's window or of the customer; null when not yet known, or for the desk contact. */
  readonly contact: Contact | null;
}

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  /** Milliseconds since the beginning. */
  readonly at: number;
}

export class Ledger {
  readonly messages: Message[] = [];
  readonly violations: Violation[] = [];
  readonly trace: string[] = [];
  readonly coverage = new Coverage();
  readonly #tracing: boolean;
  readonly #elapsed: () => number;
  /** Every key shown to a person, with the count of faults at that time. */
  readonly #shown = new Map<string, number>();
  /** By person and contact: numbers shown whole. */
  readonly #whole = new Map<string, Set<number>>();
  /** By person, contact and author: the last number shown whole. */
  readonly #last = new Map<string, number>();
  readonly #deliveredTo = new Map<number, string[]>();
  readonly #returned = new Set<number>();
  /** Of people who have gone on elsewhere: their address there, and the one they came from. */
  readonly #cameFrom = new Map<string, string>();
  /** Cuts, crashes and lost answers so far: after one, a repeat under the same key is allowed. */
  faults = 0;
  conversations = 0;

  constructor(elapsed: () => number, tracing: boolean) {
    this.#elapsed = elapsed;
    this.#tracing = tracing;
  }

  /** `text` is asked for when somebody reads it. */
  note(text: () => string): void {
    if (this.#tracing) {
      this.trace.push(`${(this.#elapsed() / 1000).toFixed(3).padStart(9)}  ${text()}`);
    }
  }

  violate(invariant: Invariant, detail: string): void {
    this.note(() => `VIOLATED ${invariant}: ${detail}`);
    this.violations.push({ invariant, detail, at: this.#elapsed() });
  }

  /** A new message and its text. */
  write(author: string, by: Message["by"], contact: Contact | null, corrects: number | null = null): [Message, string] {
    const number = this.messages.length;
    const message: Message = { number, author, contact, by, corrects, state: "said" };
    this.messages.push(message);
    return [message, `[m${number}] ${FILLING} [/m${number}]`];
  }

  /** What became of handing it to the desk. A message that the network repeats is settled more than once. */
  settle(message: Message, state: Exclude<Message["state"], "said">): void {
    if (message.state !== "taken") {
      message.state = state;
    }
  }

  /** The numbers of all messages that a text shows or quotes. */
  numbersIn(text: string): readonly number[] {
    return [...text.matchAll(/\[m(\d+)\]/gu)].map(([, number]) => Number(number));
  }

  show(display: Display): void {
    const repeated = this.#isRepeat(display);
    this.note(() => `shown to ${display.to}: ${display.key}${repeated ? " (again)" : ""}`);
    const contact = display.contact;
    for (const number of this.numbersIn(display.text)) {
      const message = this.messages[number];
      if (message?.by === "csr" && message.author !== display.to) {
        message.contact ??= contact;
      }
      if (message === undefined || (message.author !== display.to && message.contact !== contact)) {
        const whose = `${message?.author ?? "nobody"} (contact ${message?.contact})`;
        this.violate("right-person", `m${number} of ${whose} was shown to ${display.to} (contact ${contact})`);
      }
    }
    if (display.notice) this.#showAside(display);
    if (!display.notice && !repeated) {
      for (const [, digits] of display.text.matchAll(/\[\/m(\d+)\]/gu)) {
        this.#showWhole(display, Number(digits));
      }
    }
  }

  /** That customer writes from another address from now on; both are address keys. */
  move(from: string, to: string): void {
    this.#cameFrom.set(to, this.personOf(from));
  }

  /** The address by which everything of that person is known. */
  personOf(address: string): string {
    return this.#cameFrom.get(address) ?? address;
  }

  /** An admin had that customer erased: what was on its way to them, or from them, is not looked for any more. */
  erase(address: string): void {
    const person = this.personOf(address);
    for (const { number, contact } of this.messages) {
      if (contact?.startsWith(`${person} `) === true) this.#returned.add(number);
    }
  }

  /** The desk committed itself to telling that person this; what it quotes of theirs has come back to them. */
  tellBack(person: string, text: string): void {
    for (const number of this.numbersIn(text)) {
      const author = this.messages[number]?.author;
      if (author !== undefined && this.personOf(author) === this.personOf(person)) {
        this.#returned.add(number);
      }
    }
  }

  /** The store refuses these for ever: they are kept for a person to look at, and their senders were told so. */
  quarantine(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#returned.add(number);
    }
  }

  wasShownTo(number: number): readonly string[] {
    return this.#deliveredTo.get(number) ?? [];
  }
  /** Whether the author was told of it in a notice that quotes it. */
  wasReturned(number: number): boolean {
    return this.#returned.has(number);
  }

  /** An adviser's words reach the CSR in the desk's own: they have arrived. */
  #showAside({ to, text }: Display): void {
    for (const [, digits] of text.matchAll(/\[\/m(\d+)\]/gu)) {
      if (this.messages[Number(digits)]?.author !== to) this.#returned.add(Number(digits));
    }
  }

  #isRepeat(display: Display): boolean {
    const copy = `${display.to} ${display.key}`;
    const before = this.#shown.get(copy);
    this.#shown.set(copy, this.faults);
    if (before === this.faults) {
      this.violate("once", `${display.key} was shown to ${display.to} again though nothing had gone wrong`);
    }
    return before !== undefined;
  }

  #showWhole(display: Display, number: number): void {
    const message = this.messages[number];
    const window = `${display.to} | ${display.contact}`;
    const seen = this.#whole.get(window) ?? new Set<number>();
    this.#whole.set(window, seen);
    if (seen.has(number)) {
      this.violate("once", `m${number} was shown to ${display.to} under a second key, ${display.key}`);
    }
    seen.add(number);
    this.#deliveredTo.set(number, [...this.wasShownTo(number), display.to]);
    // A correction of a line that was kept for later takes that line's place.
    if (message === undefined || message.corrects !== null) {
      return;
    }
    const stream = `${window} | ${message.author}`;
    const last = this.#last.get(stream) ?? -1;
    if (number < last) {
      this.violate("in-order", `m${number} was shown to ${display.to} after m${last}, which was said later`);
    }
    this.#last.set(stream, Math.max(last, number));
  }
}
