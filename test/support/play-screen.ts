/** What one person of a play sees: the windows of their client, what was shown in them, and how far the play has looked. */
import type { LoopbackPerson, PersonEvent } from "../../adapters/loopback/index.ts";
import { readTyped } from "../../src/core/styling-reader.ts";

export type Message = Extract<PersonEvent, { kind: "message" }>;
type Other = Exclude<PersonEvent["kind"], "message">;

interface Said {
  readonly id: string;
  readonly window: string;
  readonly text: string;
}

export class Screen {
  /** "ada@xmpp" */
  readonly name: string;
  readonly network: string;
  readonly person: LoopbackPerson;
  /** The desk's name this person writes to unless the play says otherwise. */
  window: string;
  readonly said: Said[] = [];
  /** Everything the play has done and this person was shown, for the report of a failure. */
  readonly journal: string[] = [];
  #looked = 0;
  readonly #lookedAt = new Map<Other, number>();

  constructor(name: string, network: string, person: LoopbackPerson, window: string) {
    this.name = name;
    this.network = network;
    this.person = person;
    this.window = window;
    person.onReceived = (event) => this.journal.push(`  ${this.name} ← ${show(event)}`);
  }

  say(text: string): void {
    const id = this.person.say(this.window, text);
    this.said.push({ id, window: this.window, text });
    this.journal.push(`  ${this.name} → [${this.window}] ${text}`);
  }

  /** Says it with the looks that the marks in it stand for. */
  write(marked: string): void {
    const words = readTyped(marked);
    const id = this.person.format(this.window, words);
    this.said.push({ id, window: this.window, text: words.text });
    this.journal.push(`  ${this.name} → [${this.window}] ${marked}`);
  }

  /** Looks on from where the play looked last, at the first message that holds the fragments in this order. */
  see(fragment: string, isIt: (message: Message) => boolean = () => true): Message {
    const { received } = this.person;
    for (let at = this.#looked; at < received.length; at += 1) {
      const event = received[at];
      if (event?.kind === "message" && holds(event.text, fragment) && isIt(event)) {
        this.#looked = at + 1;
        this.window = event.from;
        return event;
      }
    }
    throw new Error(`${this.name} does not see: ${fragment}`);
  }
  /** The next event of another kind. */
  notice<K extends Other>(
    kind: K,
    isIt: (event: Extract<PersonEvent, { kind: K }>) => boolean,
  ): Extract<PersonEvent, { kind: K }> {
    type Wanted = Extract<PersonEvent, { kind: K }>;
    const { received } = this.person;
    for (let at = this.#lookedAt.get(kind) ?? 0; at < received.length; at += 1) {
      const event = received[at];
      if (event?.kind === kind && isIt(event as Wanted)) {
        this.#lookedAt.set(kind, at + 1);
        return event as Wanted;
      }
    }
    throw new Error(`${this.name} is shown no such ${kind}.`);
  }
  /** Messages the play has not looked at. */
  get unseen(): readonly Message[] {
    return this.messages(this.#looked);
  }
  messages(from = 0): readonly Message[] {
    return this.person.received.slice(from).filter((event): event is Message => event.kind === "message");
  }
  /** The newest message on this screen that holds the fragment. */
  shown(fragment: string): Message {
    const found = this.messages().findLast(({ text }) => holds(text, fragment));
    if (found === undefined) {
      throw new Error(`${this.name} was never shown: ${fragment}`);
    }
    return found;
  }
  /** The newest of this person's own messages that holds the fragment. */
  own(fragment: string): Said {
    const found = this.said.findLast(({ text }) => holds(text, fragment));
    if (found === undefined) {
      throw new Error(`${this.name} never said: ${fragment}`);
    }
    return found;
  }
}

/** Whether the text holds the fragment; `…` in it stands for anything. Capitals, and how much white space, do not count. */
export function holds(text: string, fragment: string): boolean {
  const flat = text.replace(/\s+/gu, " ").toLowerCase();
  let at = 0;
  return fragment.split("…").every((piece) => {
    const wanted = piece.replace(/\s+/gu, " ").trim().toLowerCase();
    const found = flat.indexOf(wanted, at);
    at = found + wanted.length;
    return found !== -1;
  });
}

function show(event: PersonEvent): string {
  const { from, ...rest } = event;
  return rest.kind === "message" ? `[${from}] ${rest.nick ?? "-"}: ${rest.text}` : `[${from}] ${JSON.stringify(rest)}`;
}
