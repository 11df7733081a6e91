/**
 * A person on the loopback network, with a client that can do all that the model knows. What the desk sends them is kept
 * in order in `received`; what they do becomes an event that the network delivers to the desk.
 */
import type {
  Choice,
  Condition,
  FormattedText,
  Formatting,
  PresenceState,
  ReceiptState,
  Software,
  TypingState,
} from "../../src/core/model.ts";
import type { LoopbackEvent } from "./codec.ts";

type SubscriptionState = "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";
type WithFrom<T> = T extends unknown ? T & { readonly from: string } : never;

/** What a person's client was given. `from` is the desk's name; `id` and `of` are ids as this client knows them. */
export type PersonEvent = WithFrom<
  | {
      readonly kind: "message";
      readonly id: string;
      readonly text: string;
      readonly formatting?: Formatting;
      readonly nick: string | null;
      readonly choices: readonly Choice[];
      readonly replyTo: string | null;
      readonly notice: boolean;
    }
  | { readonly kind: "edit"; readonly of: string; readonly text: string; readonly formatting?: Formatting }
  | { readonly kind: "retraction"; readonly of: string }
  | { readonly kind: "reaction"; readonly of: string; readonly reactions: readonly string[] }
  | { readonly kind: "typing"; readonly state: TypingState }
  | { readonly kind: "receipt"; readonly of: string; readonly state: "received" | ReceiptState }
  | {
      readonly kind: "presence";
      readonly state: PresenceState;
      readonly text: string | null;
      readonly nick: string | null;
    }
  | { readonly kind: "subscription"; readonly state: SubscriptionState; readonly nick: string | null }
  | { readonly kind: "refusal"; readonly of: string | null; readonly reason: Condition; readonly text: string }
>;

type Act<T> = T extends LoopbackEvent ? Omit<T, "from" | "device"> : never;
/** What a person does, before the network adds who they are. */
export type PersonAct = Act<LoopbackEvent>;

/** What the network does for a person. `submit` queues one act; its number in the person's own count comes back in receipts. */
export interface PersonPort {
  submit(act: PersonAct): void;
  setPresence(state: PresenceState, text: string | null): void;
  setConnected(connected: boolean): void;
}

export interface PersonOptions {
  /** What this client answers when asked what it is; null: it does not say. */
  readonly software: Software | null;
  /** BCP 47, as the client would announce it. */
  readonly language: string | null;
  /** The name the client shows for its owner. */
  readonly nick: string | null;
  /** Contact requests are approved at once, as most people's clients are set up for their work. */
  readonly approvesContacts: boolean;
}

/** How much one client keeps; more is a test that runs away. */
const MAX_RECEIVED = 200_000;

export class LoopbackPerson {
  readonly id: string;
  readonly options: PersonOptions;
  /** In order of arrival, never shortened. */
  readonly received: PersonEvent[] = [];
  /** Called with each event after it was added to `received`. */
  onReceived: (event: PersonEvent) => void = () => {};
  readonly #port: PersonPort;
  #count = 0;

  constructor(id: string, options: PersonOptions, port: PersonPort) {
    this.id = id;
    this.options = options;
    this.#port = port;
  }

  /** Writes to a name of the desk. Returns the id under which this client keeps its own message. */
  say(to: string, text: string, more: { readonly replyTo?: string; readonly sentAt?: number } = {}): string {
    return this.#message(to, { text }, null, more.replyTo ?? null, more.sentAt ?? null);
  }
  /** The same with looks. */
  format(to: string, words: FormattedText): string {
    return this.#message(to, words, null, null, null);
  }
  /** Presses a button under message `of`. */
  choose(to: string, of: string, choice: Choice): string {
    return this.#message(to, { text: choice.label }, choice.value, of, null);
  }
  edit(to: string, of: string, words: string | FormattedText): void {
    const said = typeof words === "string" ? { text: words } : words;
    this.#port.submit({ kind: "edit", to, id: this.#nextId(), of, ...said });
  }
  retract(to: string, of: string): void {
    this.#port.submit({ kind: "retraction", to, of });
  }
  /** The whole set, so that a repeat changes nothing. */
  react(to: string, of: string, reactions: readonly string[]): void {
    this.#port.submit({ kind: "reaction", to, of, reactions: [...reactions] });
  }
  typing(to: string, state: TypingState): void {
    this.#port.submit({ kind: "typing", to, state });
  }
  receipt(to: string, of: string, state: ReceiptState): void {
    this.#port.submit({ kind: "receipt", to, of, state });
  }
  subscription(to: string, state: SubscriptionState): void {
    this.#port.submit({ kind: "subscription", to, state });
  }
  /** Opens contact without a word. */
  arrive(to: string): void {
    this.#port.submit({ kind: "arrival", to, language: this.options.language, nick: this.options.nick });
  }
  /** Ends contact in the network's own way. */
  leave(to: string): void {
    this.#port.submit({ kind: "departure", to });
  }
  /** Seen by every name of the desk that watches this person. `offline` does not close the client: see `disconnect`. */
  presence(state: PresenceState, text: string | null = null): void {
    this.#port.setPresence(state, text);
  }
  /** Closes the client. Until `connect`, sends to this person are deferred, and those who watch see them offline. */
  disconnect(): void {
    this.#port.setConnected(false);
  }
  connect(): void {
    this.#port.setConnected(true);
  }

  /** The network's side: puts an event on this person's screen. */
  show(event: PersonEvent): void {
    if (this.received.length >= MAX_RECEIVED) {
      throw new Error(`The client of ${this.id} was given more than ${MAX_RECEIVED} events.`);
    }
    this.received.push(event);
    if (event.kind === "subscription" && event.state === "subscribe" && this.options.approvesContacts) {
      this.subscription(event.from, "subscribed");
    }
    this.onReceived(event);
  }

  #message(
    to: string,
    words: FormattedText,
    choice: string | null,
    replyTo: string | null,
    sentAt: number | null,
  ): string {
    const id = this.#nextId();
    const { language, nick } = this.options;
    this.#port.submit({ kind: "message", to, id, ...words, choice, replyTo, sentAt, language, nick });
    return id;
  }
  #nextId(): string {
    this.#count += 1;
    return `${this.id}-${this.#count}`;
  }
}
