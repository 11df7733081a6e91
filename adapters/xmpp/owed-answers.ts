/**
 * Receipts and error answers to people while there is no stream to write them on: the link is down, or the desk has said goodbye and
 * still takes in what the server had written before it heard of that. They go with the next login, in this life of the desk or the next.
 */
import type { Element } from "@xmpp/xml";
import type { AdapterState } from "../../src/adapter.ts";

/** Answers that wait; later ones are not kept. */
const KEPT = 1_000;
const CHARACTERS = 1_500;
/** So many in one value of the adapter's state, which may have 64 kB. */
const PER_VALUE = 30;
const PREFIX = "answers.";

export class OwedAnswers {
  readonly #state: AdapterState;
  #answers: string[] = [];
  /** Keys under which the state holds answers. */
  #stored: readonly string[] = [];

  constructor(state: AdapterState) {
    this.#state = state;
  }

  /** Messages alone: whoever asked a question (IQ) has given up long before it could be answered. */
  add(stanza: Element): void {
    const xml = stanza.name === "message" ? stanza.toString() : "";
    if (xml !== "" && xml.length <= CHARACTERS && this.#answers.length < KEPT) {
      this.#answers.push(xml);
    }
  }

  /** Reads what the life before this one left. To be called before the first login. */
  async recall(): Promise<void> {
    this.#stored = await this.#state.keys(PREFIX);
    const values = await Promise.all(this.#stored.map((key) => this.#state.get(key)));
    this.#answers.unshift(...values.flatMap((value) => (Array.isArray(value) ? value.map(String) : [])));
  }

  /** Writes all of them. The state forgets them afterwards: after a crash in between they go twice, which says nothing new. */
  async pay(write: (xml: string) => void): Promise<void> {
    for (const answer of this.#answers.splice(0)) {
      write(answer);
    }
    await this.#forget();
  }

  /** Leaves what was not paid to the next life. Resolves once it is on disk. */
  async keep(): Promise<void> {
    const answers = this.#answers.splice(0);
    await this.#forget();
    const values: Promise<void>[] = [];
    for (let start = 0; start < answers.length; start += PER_VALUE) {
      values.push(this.#state.set(`${PREFIX}${start}`, answers.slice(start, start + PER_VALUE)));
    }
    await Promise.all(values);
  }

  async #forget(): Promise<void> {
    const stored = this.#stored;
    this.#stored = [];
    await Promise.all(stored.map((key) => this.#state.set(key, undefined)));
  }
}
