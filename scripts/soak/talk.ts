/**
 * The load of a soak: conversations between customers and CSRs at a real Prosody, both of whom write at a constant pace, and which end and
 * begin: a CSR closes one, and the same customer or somebody new opens the next. Every message is looked for.
 */
import { bare, GREETING, type Seat, XmppCrowd } from "../bench/xmpp-crowd.ts";
import { logIn, type RawClient } from "../bench/xmpp-login.ts";

/** What the load is. */
export interface Load {
  readonly conversations: number;
  readonly csrs: number;
  readonly messagesPerSecond: number;
  /** Conversations that end in a second; as many begin. */
  readonly endingsPerSecond: number;
}

/** How it went since it was last asked. */
export interface Went {
  /** Of all messages and conversations so far. */
  readonly arrived: number;
  readonly ended: number;
  /** On their way now. */
  readonly underWay: number;
  /** That were shown again. */
  readonly repeats: number;
  /** Milliseconds from when each was due. */
  readonly delays: readonly number[];
}

interface Service {
  readonly csr: Seat;
  readonly alias: string;
}

interface Place {
  customer: Seat;
  client: RawClient;
  /** Who serves the customer, and under which address; null: nobody does now. */
  served: Service | null;
  /** Who was asked last whether they take the customer. */
  offered: Service | null;
  underWay: number;
  isEnding: boolean;
}

/** Where people log in and whom they write to. */
export interface Town {
  readonly clientPort: number;
  readonly domain: string;
  readonly anonymousDomain: string;
  readonly handle: string;
}

const BEAT_MS = 10;
const MARK = "number ";
/** What the desk says: to a CSR of a customer whom they are offered, by what the customer said first; and to the customer. */
const INTRODUCED = new RegExp(`${GREETING}(\\S+)`, "u");
const CONNECTED = "You are now connected to";
const CLOSED = "This conversation has been closed";
/** What clients put beside texts; the desk answers the one and passes on the other. */
const BESIDE =
  "<request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/><markable xmlns='urn:xmpp:chat-markers:0'/>";
/** Every so many-th customer's client does. */
const BESIDE_EVERY = 2;
/** Every so many-th conversation that begins anew is somebody's who was never there. */
const NEW_EVERY = 2;

export class SoakTalk {
  readonly #town: Town;
  readonly #load: Load;
  readonly #crowd: XmppCrowd;
  readonly #csrs: RawClient[] = [];
  readonly #places: Place[] = [];
  /** By the customer's address. */
  readonly #byCustomer = new Map<string, Place>();
  /** By number, when the message was due and where. */
  readonly #underWay = new Map<number, { readonly dueAt: number; readonly place: Place }>();
  #delays: number[] = [];
  #arrived = 0;
  #repeats = 0;
  #ended = 0;
  #written = 0;
  #next = 0;
  #nextEnding = 0;
  #fault: unknown = null;

  constructor(town: Town, load: Load) {
    this.#town = town;
    this.#load = load;
    this.#crowd = new XmppCrowd(town.handle);
    this.#crowd.onHeard = (seat, from, text) => this.#heard(seat, bare(from), text);
  }

  /** A CSR with an account of the server. */
  async seatCsr(user: string, password: string): Promise<void> {
    const { clientPort: port, domain } = this.#town;
    this.#csrs.push(
      await this.#enter({ port, domain, account: { user, password } }, "csr").then(({ client }) => client),
    );
  }

  /** All customers come, and are served. */
  async begin(): Promise<void> {
    for (let number = 0; number < this.#load.conversations; number += 1) {
      const place = { ...(await this.#stranger()), served: null, offered: null, underWay: 0, isEnding: false };
      this.#places.push(place);
      this.#byCustomer.set(bare(place.customer.jid), place);
    }
    await this.#crowd.begin("stanzas");
  }

  /** Keeps up the load for so long; rejects when it cannot. */
  async keepUp(seconds: number): Promise<void> {
    const { messagesPerSecond, endingsPerSecond } = this.#load;
    const began = performance.now();
    const end = began + seconds * 1_000;
    for (let message = 0, ending = 0, now = began; now < end; now = performance.now()) {
      for (; began + (message * 1_000) / messagesPerSecond <= now; message += 1) {
        this.#write(began + (message * 1_000) / messagesPerSecond);
      }
      for (; began + (ending * 1_000) / endingsPerSecond <= now; ending += 1) this.#endOne();
      if (this.#fault !== null) throw this.#fault;
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    }
  }

  went(): Went {
    const delays = this.#delays;
    this.#delays = [];
    const underWay = this.#underWay.size;
    return { arrived: this.#arrived, ended: this.#ended, underWay, repeats: this.#repeats, delays };
  }

  stop(): void {
    for (const client of [...this.#csrs, ...this.#places.map((place) => place.client)]) client.end();
  }

  /** In turn, the customer and the CSR of each conversation that is under way. */
  #write(dueAt: number): void {
    for (let tried = 0; tried < this.#places.length; tried += 1) {
      const place = this.#places[this.#next % this.#places.length];
      const isCustomers = Math.floor(this.#next / this.#places.length) % 2 === 0;
      this.#next += 1;
      if (place?.served == null || place.isEnding) continue;
      this.#written += 1;
      const text = `${MARK}${this.#written}, about my bill`;
      this.#underWay.set(this.#written, { dueAt, place });
      place.underWay += 1;
      const beside = this.#next % BESIDE_EVERY === 0 ? BESIDE : "";
      if (isCustomers) this.#crowd.say(place.customer, this.#town.handle, text, beside);
      else this.#crowd.say(place.served.csr, place.served.alias, text, beside);
      return;
    }
  }

  #endOne(): void {
    const place = this.#places[this.#nextEnding % this.#places.length];
    this.#nextEnding += 1;
    if (place?.served == null || place.isEnding) return;
    place.isEnding = true;
    this.#close(place);
  }

  /** Once nothing of it is on its way: what came behind the end would open another conversation. */
  #close(place: Place): void {
    if (place.isEnding && place.underWay === 0 && place.served !== null) {
      this.#crowd.say(place.served.csr, place.served.alias, "/close");
    }
  }

  #heard(seat: Seat, from: string, text: string): void {
    const place = this.#byCustomer.get(bare(seat.jid));
    if (text.startsWith(MARK)) this.#took(Number.parseInt(text.slice(MARK.length), 10));
    else if (seat.role === "csr") this.#offered(seat, from, INTRODUCED.exec(text)?.[1] ?? "");
    else if (place !== undefined && text.includes(CONNECTED)) {
      place.served = place.offered;
      place.isEnding = false;
    } else if (place !== undefined && text.startsWith(CLOSED)) {
      this.#reopen(place).catch((error: unknown) => {
        this.#fault = error;
      });
    }
  }

  #took(number: number): void {
    const message = this.#underWay.get(number);
    if (message === undefined) {
      this.#repeats += 1;
      return;
    }
    this.#underWay.delete(number);
    this.#delays.push(performance.now() - message.dueAt);
    this.#arrived += 1;
    message.place.underWay -= 1;
    this.#close(message.place);
  }

  #offered(csr: Seat, alias: string, customer: string): void {
    const place = this.#byCustomer.get(customer);
    if (place !== undefined) place.offered = { csr, alias };
  }

  async #reopen(place: Place): Promise<void> {
    place.served = null;
    place.offered = null;
    this.#ended += 1;
    if (this.#ended % NEW_EVERY === 0) {
      this.#byCustomer.delete(bare(place.customer.jid));
      this.#crowd.unseat(place.customer);
      place.client.end();
      Object.assign(place, await this.#stranger());
      this.#byCustomer.set(bare(place.customer.jid), place);
    }
    this.#crowd.greet(place.customer);
  }

  async #stranger(): Promise<{ readonly customer: Seat; readonly client: RawClient }> {
    const { clientPort: port, anonymousDomain: domain } = this.#town;
    const { seat, client } = await this.#enter({ port, domain }, "customer");
    return { customer: seat, client };
  }

  async #enter(login: Parameters<typeof logIn>[0], role: Seat["role"]) {
    const client = await logIn(login);
    const seat: Seat = { jid: client.jid, role, write: client.write };
    this.#crowd.seat(seat);
    client.listen(this.#crowd.ear(seat));
    return { seat, client };
  }
}
