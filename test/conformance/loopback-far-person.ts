/** A person on the loopback network, in the words of the conformance suite. */
import type { LoopbackPerson, PersonEvent } from "../../adapters/loopback/index.ts";
import type { Choice, PresenceState, ReceiptState, TypingState } from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { typed } from "../../src/core/styling-writer.ts";
import { Arrivals } from "../support/wait.ts";
import type { FarEvent, FarPerson } from "./far-end.ts";

/** What the client says it is. */
export const SOFTWARE = { name: "Parley", version: "2.7" } as const;

export class LoopbackFarPerson implements FarPerson {
  readonly address;
  readonly software = SOFTWARE;
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly #person: LoopbackPerson;

  constructor(network: string, person: LoopbackPerson) {
    this.address = { network, id: person.id };
    this.#person = person;
    person.onReceived = (event) => this.received.push(shown(event));
  }
  async say(to: string, text: string): Promise<string> {
    return this.#person.say(to, text);
  }
  async choose(to: string, of: string, choice: Choice): Promise<void> {
    this.#person.choose(to, of, choice);
  }
  async edit(to: string, of: string, text: string): Promise<void> {
    this.#person.edit(to, of, text);
  }
  async retract(to: string, of: string): Promise<void> {
    this.#person.retract(to, of);
  }
  async react(to: string, of: string, reactions: readonly string[]): Promise<void> {
    this.#person.react(to, of, reactions);
  }
  async reply(to: string, of: string, _quoted: string, text: string): Promise<string> {
    return this.#person.say(to, text, { replyTo: of });
  }
  async format(to: string, text: string): Promise<string> {
    return this.#person.format(to, readTyped(text));
  }
  async typing(to: string, state: TypingState): Promise<void> {
    this.#person.typing(to, state);
  }
  async receipt(to: string, of: string, state: ReceiptState): Promise<void> {
    this.#person.receipt(to, of, state);
  }
  async presence(state: PresenceState): Promise<void> {
    this.#person.presence(state);
  }
  async subscribe(to: string, state: "subscribe" | "unsubscribe"): Promise<void> {
    this.#person.subscription(to, state);
  }
}

/** This client shows looks as marks. */
function shown(event: PersonEvent): FarEvent {
  if (event.kind !== "message" || event.formatting === undefined) return event;
  const { formatting: _looks, ...plain } = event;
  return { ...plain, text: typed(event), formatted: typed(event) };
}
