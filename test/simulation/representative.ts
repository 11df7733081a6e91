/**
 * A simulated CSR: works through as many IM clients as they have addresses, and knows of the desk only what these show. They accept,
 * decline, ignore, answer, transfer, note, close, go away, and sometimes forget the label in front of a line.
 */
import type { Address, Outbound, PresenceState } from "../../src/core/model.ts";
import { addressKey } from "../../src/core/model.ts";
import { AMONG_STAFF } from "./customer.ts";
import type { Contact, Ledger, Message } from "./ledger.ts";
import type { Said, Seat, SimulatedNetwork } from "./network.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

export interface Manner {
  readonly accepts: number;
  /** Of the offers not accepted, those that are declined rather than ignored. */
  readonly declines: number;
  readonly thinkMs: number;
  /** Answers in one conversation before they close or transfer it. */
  readonly answers: number;
  readonly transfers: number;
  /** How often, of the times that they could, they ask a colleague or listen to one. */
  readonly consults: number;
  readonly forgetsLabel: number;
  /** Mean time after which they go away or offline for a while. */
  readonly leavesEveryMs: number;
}

/** One chat window of one client; on a network of fixed identity, one label. */
interface Window {
  readonly desk: string;
  readonly label: string | null;
  contact: Contact | null;
  state: "offered" | "talking" | "listening" | "advising" | "over";
  answersLeft: number;
  /** When it last showed anything, in milliseconds since the beginning. */
  seenAt: number;
}

/** What the first line of an offer begins with, of somebody else's talk, and of one that is one's own now; see rules.ts. */
export const OFFERS = "(offer)";
export const LISTENS = "(listen)";
export const TALKS = "(talk)";
/** Beside LISTENS where they were asked for advice. */
export const ADVISES = "(advise)";
/** A name as customers give it: by that a CSR's window is known to be a customer's. */
const NAME = /\bNq[a-z]+\b/u;
/** For so long a CSR takes a window for the one they are in. Shorter than labels rest. */
const FRESH_MS = 180_000;
/** Mean time between two looks into somebody else's talk. */
const MONITORS_EVERY_MS = 120_000;
const LABEL = /^(#\d+) ([\s\S]*)$/u;

/** What a CSR needs to know of the house. */
export interface House {
  readonly contactByName: ReadonlyMap<string, Contact>;
  readonly queues: readonly string[];
  readonly colleagues: readonly string[];
}

/** One client of a CSR, at one address. */
export class RepresentativeClient implements Seat {
  readonly address: Address;
  readonly csr: string;
  online = false;
  presence: PresenceState = "offline";
  /** What strangers try: aliases this client was ever shown. */
  readonly aliases: string[] = [];
  readonly #network: SimulatedNetwork;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #house: House;
  #manner: Manner;
  readonly #windows = new Map<string, Window>();
  #ids = 0;
  #calm = false;

  constructor(
    who: { readonly address: Address; readonly csr: string; readonly manner: Manner; readonly house: House },
    network: SimulatedNetwork,
    timeline: Timeline,
    ledger: Ledger,
    random: Random,
  ) {
    this.address = who.address;
    this.csr = who.csr;
    this.#manner = who.manner;
    this.#house = who.house;
    this.#network = network;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Comes to work. */
  arrive(): void {
    this.#show("available");
    this.#later(this.#random.delay(this.#manner.leavesEveryMs), () => this.#rest());
    if (this.#manner.consults > 0) {
      this.#later(this.#random.delay(MONITORS_EVERY_MS), () => this.#monitor());
    }
  }

  /** From now on: here, accepting everything, answering once, then closing. */
  settleDown(): void {
    this.#calm = true;
    this.#manner = {
      ...this.#manner,
      accepts: 1,
      answers: 1,
      transfers: 0,
      consults: 0,
      forgetsLabel: 0,
      thinkMs: 1_000,
    };
    this.#show("available");
    // Said again, since the first may be lost with the link, and offers of before are missed late where the clock was set back.
    for (const delayMs of [0, 30_000, 90_000, 900_000]) {
      this.#later(delayMs, () => this.#toDesk("/back"));
    }
  }

  display(outbound: Outbound): void {
    if (outbound.kind !== "message" && outbound.kind !== "edit") {
      return;
    }
    const labelled = this.#fixed ? LABEL.exec(outbound.text) : null;
    const label = labelled?.[1] ?? null;
    const isAbout = this.#fixed ? label !== null : outbound.from !== this.#network.traits.desk;
    const window = isAbout ? this.#windowOf(outbound.from, label) : null;
    const notice = outbound.kind === "message" && outbound.notice;
    const isOffer = outbound.kind === "message" && outbound.choices.some((choice) => choice.value === "/accept");
    if (window !== null) {
      // A label that was silent for so long stands for somebody else now, although what said so may have been refused on the way.
      if (window.state === "over" && this.#timeline.elapsed - window.seenAt > FRESH_MS) {
        window.contact = null;
      }
      window.seenAt = this.#timeline.elapsed;
      this.#recognise(window, outbound.text);
    }
    const { key, text } = outbound;
    this.#ledger.show({ to: addressKey(this.address), key, text, notice, contact: window?.contact ?? null });
    if (window === null) {
      return;
    }
    if (isOffer) {
      window.state = "offered";
      this.#later(this.#random.delay(this.#manner.thinkMs), () => this.#decide(window));
    } else if (text.includes(LISTENS)) {
      window.state = text.includes(ADVISES) ? "advising" : "listening";
      this.#later(this.#random.delay(this.#manner.thinkMs), () => this.#listen(window));
    } else if (text.includes(TALKS) && listens(window)) {
      this.#takeUp(window);
    } else if (!notice && window.state === "talking") {
      this.#later(this.#random.delay(this.#manner.thinkMs), () => this.#goOn(window));
    }
  }

  get #fixed(): boolean {
    return this.#network.traits.capabilities.identity === "fixed";
  }

  #windowOf(desk: string, label: string | null): Window {
    const key = label ?? desk;
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { desk, label, contact: null, state: "over", answersLeft: 0, seenAt: 0 };
      this.#windows.set(key, window);
      if (label === null) {
        this.aliases.push(desk);
      }
    }
    return window;
  }

  /** Whose window it is: an offer begins anew, and names the customer or quotes what they opened with. */
  #recognise(window: Window, text: string): void {
    if (text.includes(OFFERS) || text.includes(LISTENS)) {
      const name = NAME.exec(text)?.[0];
      window.contact = (name === undefined ? undefined : this.#house.contactByName.get(name)) ?? null;
    }
    const [number] = this.#ledger.numbersIn(text);
    window.contact ??= number === undefined ? null : (this.#ledger.messages[number]?.contact ?? null);
  }

  #decide(window: Window): void {
    if (window.state !== "offered") {
      return;
    }
    if (this.#random.chance(this.#manner.accepts)) {
      this.#tell(window, "/accept");
      this.#takeUp(window);
    } else if (this.#random.chance(this.#manner.declines)) {
      this.#tell(window, "/decline");
    }
  }

  /** The customer is theirs from now on. */
  #takeUp(window: Window): void {
    window.state = "talking";
    window.answersLeft = this.#manner.answers;
    this.#later(this.#random.delay(2_000), () => this.#goOn(window));
  }

  /** Somebody else's talk: whispers, joins, takes over, says something aloud that nobody may hear, or goes. */
  #listen(window: Window): void {
    if (!listens(window)) {
      return;
    }
    const what = this.#random.pick([
      `/whisper ${AMONG_STAFF}`,
      `/note ${AMONG_STAFF}`,
      "",
      "/barge",
      "/takeover",
      "/leave",
    ]);
    if (what === "" && window.state === "advising") {
      // For the CSR alone, unless they have handed the customer over this very moment.
      this.#tell(window, "plain words of somebody who was asked");
    } else if (what === "") {
      const [message, text] = this.#ledger.write(addressKey(this.address), "csr", window.contact);
      this.#tell(window, text, message);
    } else {
      this.#tell(window, what);
    }
    if (what === "/leave") {
      window.state = "over";
      return;
    }
    this.#later(this.#random.delay(30_000), () => this.#listen(window));
  }

  /** Asks a colleague, and a while later has them go on or goes on alone. */
  #consult(window: Window): void {
    this.#tell(
      window,
      `/consult ${this.#random.pick([...this.#house.colleagues, ...this.#house.queues])} ${AMONG_STAFF}`,
    );
    this.#later(this.#random.delay(20_000), () => this.#tell(window, `/whisper ${AMONG_STAFF}`));
    this.#later(this.#random.delay(60_000), () => this.#tell(window, this.#random.pick(["/complete", "/return"])));
  }

  /** The next thing to do in a conversation. */
  #goOn(window: Window): void {
    if (window.state !== "talking") {
      return;
    }
    if (window.answersLeft <= 0) {
      this.#finish(window);
      return;
    }
    window.answersLeft -= 1;
    if (this.#random.chance(0.1)) {
      this.#tell(window, this.#random.pick([`/note ${AMONG_STAFF}`, "/who", "/status", "/hsitory", "/history"]));
    }
    if (this.#random.chance(this.#manner.consults)) {
      this.#consult(window);
    }
    const [message, text] = this.#ledger.write(addressKey(this.address), "csr", window.contact);
    // Nobody goes on without the label in a conversation of long ago: the desk may have forgotten that there was one.
    const isFresh = this.#timeline.elapsed - window.seenAt < FRESH_MS;
    const forgets = window.label !== null && isFresh && this.#random.chance(this.#manner.forgetsLabel);
    this.#tell(window, text, message, forgets);
    // A customer who says nothing more must not keep a CSR for ever.
    this.#later(this.#random.delay(60_000) + 60_000, () => this.#goOn(window));
  }

  #finish(window: Window): void {
    window.state = "over";
    if (this.#random.chance(this.#manner.transfers)) {
      const target = this.#random.pick([...this.#house.queues, ...this.#house.colleagues]);
      this.#tell(window, `/transfer ${target}`);
      if (this.#random.chance(0.5)) {
        // It may have failed; and words to a window that is over must be answered.
        this.#later(this.#random.delay(20_000), () => this.#tell(window, "/close"));
      }
    } else {
      this.#tell(window, "/close");
    }
  }

  #tell(window: Window, text: string, message: Message | null = null, withoutLabel = false): void {
    const line = window.label === null || withoutLabel ? text : `${window.label} ${text}`;
    this.#utter(window.desk, line, message);
  }

  #toDesk(text: string): void {
    this.#utter(this.#network.traits.desk, text, null);
  }

  #utter(to: string, text: string, message: Message | null): void {
    this.#ids += 1;
    const said: Said = {
      kind: "message",
      to,
      id: `own-${this.#ids}`,
      text,
      choice: null,
      replyTo: null,
      sentAt: null,
      language: null,
      nick: null,
    };
    this.#network.submit(this, said, message);
  }

  /** Goes away by word or by client, and comes back. */
  #rest(): void {
    if (this.#calm) {
      return;
    }
    const how = this.#random.pick(["word", "away", "offline"] as const);
    if (how === "word") {
      this.#toDesk("/away");
    } else {
      this.#show(how);
    }
    this.#later(this.#random.delay(90_000), () => {
      if (how === "word") {
        this.#toDesk("/back");
      } else if (!this.#calm) {
        this.#show("available");
      }
      this.#later(this.#random.delay(this.#manner.leavesEveryMs), () => this.#rest());
    });
  }

  /** Listens to a colleague, if the rules let them; else they are told so. */
  #monitor(): void {
    if (!this.#calm) {
      this.#toDesk(`/monitor ${this.#random.pick(this.#house.colleagues)}`);
      this.#later(this.#random.delay(MONITORS_EVERY_MS), () => this.#monitor());
    }
  }

  #show(state: PresenceState): void {
    this.presence = state;
    this.online = state !== "offline";
    this.#network.tellPresence(this);
  }

  #later(delayMs: number, act: () => void): void {
    this.#timeline.after(delayMs, act);
  }
}

function listens({ state }: Window): boolean {
  return state === "listening" || state === "advising";
}
