/** A simulated customer: patient or not, talkative or not, sometimes flooding, correcting themselves, or leaving without a word. */
import type { Address, Outbound, PresenceState } from "../../src/core/model.ts";
import { addressKey } from "../../src/core/model.ts";
import type { Contact, Ledger, Message } from "./ledger.ts";
import type { Said, Seat, SimulatedNetwork } from "./network.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** The marks by which customers recognise the bot's questions; see rules.ts. */
export const ASKS_NAME = "(your name?)";
export const ASKS_TOPIC = "(which topic?)";

/** What CSRs whisper, note and ask each other bears this mark. */
export const AMONG_STAFF = "(among us)";

/** What the desk's invitation to go on elsewhere says in place of a link; see rules.ts. */
export const INVITES = "(go on at {link})";
const INVITATION = /\(go on at hall:([a-z0-9]+)\)/u;

export interface Temper {
  /** How long they wait for a CSR before they leave. */
  readonly patienceMs: number;
  /** Messages they have for the CSR. */
  readonly lines: number;
  readonly thinkMs: number;
  readonly corrects: number;
  readonly floods: number;
  /** They close their client now and then, and come back. */
  readonly dropsOut: number;
  /** How likely they are to go on where the desk invites them to. */
  readonly follows: number;
  /** How they end it: in the network's own way, by the bot's word, or not at all. */
  readonly goodbye: "departure" | "stop" | "silence";
}

export function contactOf(address: Address, handle: string): Contact {
  return `${addressKey(address)} ${handle}`;
}

export class Customer implements Seat {
  /** Where they write from and to: another place once they have followed an invitation. */
  address: Address;
  handle: string;
  readonly contact: Contact;
  /** The name they give: letters alone, so that it is taken as it is, and unlike any other's. */
  readonly name: string;
  online = true;
  presence: PresenceState = "available";
  readonly #temper: Temper;
  #network: SimulatedNetwork;
  readonly #elsewhere: SimulatedNetwork | null;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  #linesLeft: number;
  #talking = false;
  #gone = false;
  #ids = 0;
  readonly #others: Customer[] = [];
  #former: { readonly network: SimulatedNetwork; readonly seat: Seat; readonly handle: string } | null = null;
  #last: { readonly message: Message; readonly id: string } | null = null;

  constructor(
    who: { readonly address: Address; readonly handle: string; readonly name: string; readonly temper: Temper },
    network: SimulatedNetwork,
    elsewhere: SimulatedNetwork | null,
    timeline: Timeline,
    ledger: Ledger,
    random: Random,
  ) {
    this.address = who.address;
    this.handle = who.handle;
    this.name = who.name;
    this.contact = contactOf(who.address, who.handle);
    this.#temper = who.temper;
    this.#linesLeft = who.temper.lines;
    this.#network = network;
    this.#elsewhere = elsewhere;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Opens contact. */
  begin(): void {
    // Where nobody asks for a name, only their words tell a CSR's window whose it is.
    if (this.handle !== "sales" && this.#random.chance(0.2)) {
      this.#submit({ kind: "arrival", to: this.handle, language: null, nick: null });
    } else {
      this.#say();
    }
    if (this.#random.chance(this.#temper.floods)) {
      for (let count = 0; count < 25; count += 1) {
        this.#say();
      }
    }
    this.#later(this.#temper.patienceMs, () => {
      if (!this.#talking) {
        this.#leave();
      }
    });
    this.#later(this.#random.delay(60_000), () => this.#hold());
    if (this.#random.chance(this.#temper.dropsOut)) {
      this.#later(this.#random.delay(60_000), () => this.#dropOut());
    }
  }

  /** Says nothing more from now on, and comes back to read what is left. */
  quieten(): void {
    this.#gone = true;
    this.#comeBack();
  }

  /** Another contact of the same person, at another handle. */
  shareClientWith(other: Customer): void {
    this.#others.push(other);
  }

  display(outbound: Outbound): void {
    const meant = this.#others.find((other) => other.handle === outbound.from);
    if (meant === undefined) {
      this.#see(outbound);
    } else {
      meant.#see(outbound);
    }
  }

  /** `at`: the address it was sent to, which may be one they have left. */
  #see(outbound: Outbound, at: Address = this.address): void {
    if (outbound.kind === "edit" || outbound.kind === "message") {
      const notice = outbound.kind === "message" && outbound.notice;
      const { key, text } = outbound;
      this.#ledger.show({ to: addressKey(at), key, text, notice, contact: this.contact });
      if (text.includes(AMONG_STAFF)) {
        this.#ledger.violate("among-staff", `${key} was shown to ${this.contact}: ${text}`);
      }
    }
    if (outbound.kind !== "message") {
      return;
    }
    if (this.#random.chance(0.5)) {
      this.#submit({ kind: "receipt", to: this.handle, of: outbound.key, state: "delivered" });
    }
    const token = INVITATION.exec(outbound.text)?.[1];
    if (token !== undefined && this.#random.chance(this.#temper.follows)) {
      this.#later(this.#random.delay(20_000), () => this.#follow(token));
    }
    if (!outbound.notice) {
      this.#talking = true;
      this.#later(this.#random.delay(this.#temper.thinkMs), () => this.#answer());
    } else if (outbound.text.includes(ASKS_NAME)) {
      this.#later(this.#random.delay(4_000), () => this.#utter(this.name));
    } else if (outbound.text.includes(ASKS_TOPIC)) {
      const answer = this.#random.pick(["1", "2", "billing", "nonsense about whales"]);
      this.#later(this.#random.delay(4_000), () => this.#utter(answer));
    }
  }

  #answer(): void {
    if (this.#linesLeft <= 0) {
      this.#leave();
      return;
    }
    if (this.#network.traits.capabilities.features.includes("typing")) {
      this.#submit({ kind: "typing", to: this.handle, state: "composing" });
    }
    this.#say();
    if (this.#last !== null && this.#random.chance(this.#temper.corrects)) {
      this.#later(this.#random.delay(3_000), () => this.#correct());
    }
  }

  /** A line for the CSR to come, said while waiting. */
  #hold(): void {
    if (!this.#talking && this.#random.chance(0.6)) {
      this.#say();
      this.#later(this.#random.delay(60_000), () => this.#hold());
    }
  }

  /** Says something that is followed. */
  #say(): void {
    this.#linesLeft -= 1;
    const [message, text] = this.#ledger.write(addressKey(this.address), "customer", this.contact);
    this.#last = { message, id: this.#utter(text, message) };
  }

  #correct(): void {
    const last = this.#last;
    if (last === null) {
      return;
    }
    const [message, text] = this.#ledger.write(addressKey(this.address), "customer", this.contact, last.message.number);
    this.#submit({ kind: "edit", to: this.handle, id: this.#newId(), of: last.id, text }, message);
  }

  #utter(text: string, message: Message | null = null): string {
    const id = this.#newId();
    this.#submit({ ...sayingTo(this.handle, id), text }, message);
    return id;
  }

  #newId(): string {
    this.#ids += 1;
    return `own-${this.handle}-${this.#ids}`;
  }

  #leave(): void {
    if (this.#temper.goodbye === "departure") {
      this.#submit({ kind: "departure", to: this.handle });
    } else if (this.#temper.goodbye === "stop") {
      this.#utter("stop");
    }
    this.#gone = true;
  }

  #dropOut(): void {
    this.online = false;
    this.#later(this.#random.delay(40_000), () => this.#comeBack());
  }
  #comeBack(): void {
    if (!this.online) {
      this.online = true;
      this.#network.tellPresence(this);
    }
  }

  /** Goes on where the desk's link leads, and is shown at the former place only what was on its way there. */
  #follow(token: string): void {
    const network = this.#elsewhere;
    if (network === null || this.#network === network) return;
    const address = { network: network.traits.name, id: this.address.id };
    const [handle] = network.traits.handles;
    if (handle === undefined) return;
    if (this.#random.chance(0.2)) this.#later(this.#random.delay(30_000), () => this.#writeToFormer());
    const seat = this.#seatAt(this.address);
    this.#former = { network: this.#network, seat, handle: this.handle };
    this.#network.join(seat);
    this.#ledger.move(addressKey(this.address), addressKey(address));
    [this.#network, this.address, this.handle] = [network, address, handle];
    network.join(this);
    this.#submit({ kind: "arrival", to: handle, language: null, nick: null, token });
  }

  /** By mistake: the desk is to say where they are now. */
  #writeToFormer(): void {
    const { network, seat, handle } = this.#former ?? {};
    if (network === undefined || seat === undefined || handle === undefined) return;
    const [message, text] = this.#ledger.write(addressKey(seat.address), "customer", this.contact);
    network.submit(seat, { ...sayingTo(handle, this.#newId()), text }, message);
  }

  #seatAt(address: Address): Seat {
    return { address, online: true, presence: "available", display: (outbound) => this.#see(outbound, address) };
  }

  #submit(said: Said, message: Message | null = null): void {
    this.#network.submit(this, said, message);
  }

  #later(delayMs: number, act: () => void): void {
    this.#timeline.after(delayMs, () => {
      if (!this.#gone) {
        act();
      }
    });
  }
}

/** A plain message, all but its text. */
function sayingTo(to: string, id: string): Omit<Extract<Said, { kind: "message" }>, "text"> {
  return { kind: "message", to, id, choice: null, replyTo: null, sentAt: null, language: null, nick: null };
}
