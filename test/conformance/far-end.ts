/**
 * What a network lends the adapter conformance suite: its far end. The adapter under test is the desk's side of the
 * network; the far end is everything else of it: the (real) server, and the people who sit there with clients of their own.
 * To put a network through the suite, write one `FarEnd` and one test file:
 *
 *     // test/conformance/xmpp.test.ts
 *     adapterSuite({ name: "xmpp component on Prosody", open: openProsodyFarEnd, exceptions: [] });
 *
 * The suite opens the far end once, and for every test makes a fresh context and a fresh adapter on it, in this order:
 *
 *     far = await open()                                  once
 *     context = new TestContext(far); adapter = far.create(context); await context.listen()
 *     await adapter.start(signal); anna = await far.person("anna"); ben = await far.person("ben")
 *     … the test …
 *     await adapter.stop(); await context.close()
 *     await far.close()                                   once
 */
import type { Adapter } from "../../src/adapter.ts";
import type { Address, Choice, Condition, PresenceState, ReceiptState, TypingState } from "../../src/core/model.ts";
import type { TestContext } from "../support/adapter-context.ts";
import type { Arrivals } from "../support/wait.ts";

/**
 * What a person's client shows or is told, in the words of the model. `from` is the desk's own name (handle or alias, local
 * to the network, as in `Outbound.from`); `id` is the id under which that client knows the message, so that the person can
 * answer, react to or acknowledge it; `of` is such an id. Fields the network does not carry are null.
 */
export type FarEvent =
  | {
      readonly kind: "message";
      readonly from: string;
      readonly id: string | null;
      readonly text: string;
      readonly nick: string | null;
      readonly choices: readonly Choice[];
      readonly replyTo: string | null;
      /** The same with its looks, as the network has them (HTML, marks, codes); null or absent where the text is all there is. */
      readonly formatted?: string | null;
      /** The address of the file it brings; absent where a text is all there is. */
      readonly file?: string | null;
    }
  | { readonly kind: "edit"; readonly from: string; readonly of: string; readonly text: string }
  | { readonly kind: "retraction"; readonly from: string; readonly of: string }
  | { readonly kind: "reaction"; readonly from: string; readonly of: string; readonly reactions: readonly string[] }
  | { readonly kind: "typing"; readonly from: string; readonly state: TypingState }
  /** `of` is what `say` returned. `received` is the adapter's own acknowledgement after the commit (XEP-0184, web ack). */
  | { readonly kind: "receipt"; readonly from: string; readonly of: string; readonly state: "received" | ReceiptState }
  | { readonly kind: "presence"; readonly from: string; readonly state: PresenceState; readonly text: string | null }
  | {
      readonly kind: "subscription";
      readonly from: string;
      readonly state: "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";
    }
  /**
   * What the person sent was refused, in the protocol's own terms (an error stanza, a nack). `of` is what `say` returned, `text`
   * the sentence that came along.
   */
  | {
      readonly kind: "refusal";
      readonly from: string;
      readonly of: string | null;
      readonly reason: Condition;
      readonly text?: string | null;
    };

export type FarEventKind = FarEvent["kind"];
export type FarEventOf<K extends FarEventKind> = Extract<FarEvent, { kind: K }>;

/**
 * One person with a client. Methods resolve once the client has handed the thing to its network (not: once the desk has
 * it). A method is only called when the adapter's capabilities claim the feature; where the protocol has no word for it at
 * all, throw an Error that says so. `to` is the desk's own name, `of` an id the person knows (from `FarEvent.id` or `say`).
 */
export interface FarPerson {
  /** As the adapter must report it in `Inbound.from` and must accept it in `Outbound.to`. */
  readonly address: Address;
  /** What the adapter can find out of this person's client and must report as `software`; null when the network tells nothing. */
  readonly software: { readonly name: string; readonly version: string | null } | null;
  /** Everything this client was given, in order of arrival. */
  readonly received: Arrivals<FarEvent>;
  /** Says a text and returns the id by which this client knows its own message (null when the network gives it none). */
  say(to: string, text: string): Promise<string | null>;
  /** Picks a button of message `of` (feature `choices`): the adapter must report `choice: value`. */
  choose(to: string, of: string, choice: Choice): Promise<void>;
  edit(to: string, of: string, text: string): Promise<void>;
  retract(to: string, of: string): Promise<void>;
  /** The whole set. */
  react(to: string, of: string, reactions: readonly string[]): Promise<void>;
  typing(to: string, state: TypingState): Promise<void>;
  receipt(to: string, of: string, state: ReceiptState): Promise<void>;
  /** Tells everybody who watches. The far end approves the desk's contact requests by itself. */
  presence(state: PresenceState): Promise<void>;
  /** Says a text as the answer to message `of`, which reads `quoted`. Absent: the network has no word for replies. */
  reply?(to: string, of: string, quoted: string, text: string): Promise<string | null>;
  /** Says the same with looks: `text` has them as marks (`*so*`), `html` as elements. Absent: the network has words alone. */
  format?(to: string, text: string, html: string): Promise<string | null>;
  /** Sends a file as clients of this network do. Absent: it carries none. */
  offerFile?(to: string): Promise<void>;
  /** The bytes behind `FarEvent.file`. Absent: whoever has the address can fetch them. */
  fetchFile?(address: string): Promise<Uint8Array>;
  /** Goes into the room with that token (`Outbound` of kind "room"). Absent: the network hosts none for the desk. */
  enter?(token: string, nick: string): Promise<FarRoom>;
  /** A contact request to that handle (or the end of one). */
  subscribe(to: string, state: "subscribe" | "unsubscribe"): Promise<void>;
}

/** A person's client in a room of the server. */
export interface FarRoom {
  say(text: string): Promise<void>;
  /** Resolves when the client has been given that text in the room. */
  hears(text: string): Promise<void>;
  /** Resolves when the client has been told that the room is no more. */
  ended(): Promise<void>;
  /** Everything the client was given since it went in, as it came over the wire. */
  given(): string;
}

export type PersonName = "anna" | "ben";

/** The far side of one network. Facts about the network are fields; the suite chooses its expectations by them. */
export interface FarEnd {
  /** For the context: the network's configured name, the handles it opens (the first is used most), the desk contact. */
  readonly network: string;
  readonly handles: readonly string[];
  readonly desk: string;
  /**
   * An alias, an address of the desk that no configuration lists; the context's `identity` knows it. Null on networks of
   * fixed identity. A network that must be told of aliases beforehand learns of it from `context.identity`.
   */
  readonly alias: string | null;
  /** True when the adapter itself connects (and so backs off); false when people connect to it (web). */
  readonly dials: boolean;
  /** True when the person's client is told of the commit (FarEvent `receipt`, state `received`). */
  readonly acknowledges: boolean;
  /** True when a refused message is answered to its sender (FarEvent `refusal`). */
  readonly refuses: boolean;
  /** True when people in a room that the desk makes see each other's address. Left out: they do not, or it makes none. */
  readonly roomsShowAddresses?: boolean;
  /**
   * Makes the network deliver again, as it does by itself sooner or later, what was not acknowledged (web: the client
   * reconnects and resends; Matrix: the homeserver repeats the transaction). Null where the network never redelivers.
   */
  readonly redeliver: (() => Promise<void>) | null;
  /** A well-formed address nobody has. */
  readonly stranger: Address;
  /** Every secret the adapter was given or hands out: passwords, tokens. The suite looks for them in all logs. */
  readonly secrets: readonly string[];
  /**
   * Makes the adapter under test on this network, as the desk would: `parseConfig` and `create` of its module. No I/O.
   * One at a time: a test may stop it and make another, on a new context; what is called next means the newest.
   */
  create(context: TestContext): Adapter;
  /** The same with a wrong secret, for which `start` must reject; null where the adapter logs in with none. */
  createWithWrongSecret: ((context: TestContext) => Adapter) | null;
  /**
   * That person, connected and able to receive, with nothing left over from an earlier test in `received`: a new account
   * or client if need be. Called after `start`, once for each name and adapter.
   */
  person(name: PersonName): Promise<FarPerson>;
  /**
   * Cuts the link on which the adapter reaches people, hard (dials: its connection to the server, which then refuses new
   * ones; else: the persons' connections), and keeps it cut until `heal`. Resolves once it is cut; the adapter may not
   * have noticed yet.
   */
  cut(): Promise<void>;
  /** Ends the cut; persons come back by themselves with the same address. */
  heal(): Promise<void>;
  /** Sends the adapter one piece of malformed or absurd input of this protocol, chosen by `random` (0 ≤ x < 1, seeded). */
  garbage(random: () => number): Promise<void>;
  /**
   * How often the good message behind garbage is said until it is heard; left out: once. More, where the garbage itself may cost one: what is
   * forged in a server's name is counted, and a server that is told of more than it sent ends the stream and repeats nothing (XEP-0198 §4).
   */
  readonly saidAfterGarbage?: number;
  close(): Promise<void>;
}

/** Opens the far end; a server that is missing on this machine makes it reject with a sentence that says which. */
export type OpenFarEnd = () => Promise<FarEnd>;

/** A test of the suite that this network cannot pass, by its exact title, and why. */
export interface ConformanceException {
  readonly test: string;
  readonly reason: string;
}

export interface AdapterSubject {
  readonly name: string;
  readonly open: OpenFarEnd;
  /** At most three, and none of order, integrity, unknown recipient or stop: the suite enforces it. */
  readonly exceptions: readonly ConformanceException[];
}
