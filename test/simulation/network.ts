/**
 * A simulated IM network between the people and the desk: late, sometimes cut, sometimes refusing, sometimes saying everything
 * twice; but never out of order for one person, as every network the desk is made for.
 */
import type { Outcome } from "../../src/adapter.ts";
import type {
  Address,
  Capabilities,
  Inbound,
  Outbound,
  PresenceState,
  ServerRooms,
  Verdict,
} from "../../src/core/model.ts";
import { addressKey, VOLATILE_INBOUND, VOLATILE_OUTBOUND } from "../../src/core/model.ts";
import type { Ledger, Message } from "./ledger.ts";
import type { Random } from "./random.ts";
import { SimulatedRooms } from "./rooms.ts";
import type { Timeline } from "./timeline.ts";

/** A person's client, as its network sees it. */
export interface Seat {
  readonly address: Address;
  /** Whether sends reach the client now. */
  online: boolean;
  presence: PresenceState;
  display(outbound: Outbound): void;
}

/** The desk's end of the network, for as long as one run of the desk lives. */
export interface Port {
  receive(inbound: Inbound): Promise<Verdict>;
  link(online: boolean): void;
  reachable(address: Address): void;
}

/** What the store has got, as far as a network may ask. */
export interface Commits {
  mayLeave(outbound: Outbound): boolean;
  /** Whether the step that heard that message was committed. */
  wasHeard(message: Message): boolean;
}

/** What goes wrong on a network, and how slow it is. Chances are per send or event. */
export interface Weather {
  readonly latencyMs: number;
  readonly defer: number;
  readonly reject: number;
  readonly loseAnswer: number;
  readonly repeat: number;
}
const CALM: Weather = { latencyMs: 5, defer: 0, reject: 0, loseAnswer: 0, repeat: 0 };

export interface NetworkTraits {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** The desk's one address where identity is fixed; what the desk contact is called where it is virtual. */
  readonly desk: string;
  readonly handles: readonly string[];
  /** Whether events that were not acknowledged are delivered again. */
  readonly redelivers: boolean;
  /** Whether it gives every message an id of its own. */
  readonly namesMessages: boolean;
  /** Rooms of its server; null: it has none. */
  readonly rooms: ServerRooms | null;
}

/** Without the union's distribution the fields of each kind would be lost. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type Said = Without<Inbound, "redelivery" | "from" | "device">;

interface Parcel {
  readonly inbound: Inbound;
  readonly message: Message | null;
  state: "queued" | "handed";
}
interface Sending {
  readonly outbound: Outbound;
  readonly resolve: (outcome: Outcome) => void;
  settled: boolean;
}

/** Events of one person that may be handed to the desk before the first is acknowledged. */
const PIPELINE = 4;

export class SimulatedNetwork {
  readonly traits: NetworkTraits;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #rooms: SimulatedRooms;
  readonly #seats = new Map<string, Seat>();
  readonly #watched = new Set<string>();
  readonly #parcels = new Map<string, Parcel[]>();
  readonly #sendings = new Map<string, Sending[]>();
  /** Keys shown, where the network tells repeats. */
  readonly #keys = new Set<string>();
  #commits: Commits | null = null;
  #weather: Weather;
  #port: Port | null = null;
  #up = false;
  /** Rises with every connection of the desk: what belongs to an earlier one is void. */
  #connection = 0;
  #ids = 0;

  constructor(traits: NetworkTraits, weather: Weather, timeline: Timeline, ledger: Ledger, random: Random) {
    this.traits = traits;
    this.#weather = weather;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
    const world = { timeline, ledger, random: random.fork("rooms") };
    this.#rooms = new SimulatedRooms(traits.rooms?.showsAddresses === true, world, (person, report) => {
      const seat = this.#seats.get(person);
      if (seat !== undefined) {
        this.submit(seat, report);
      }
    });
  }

  join(seat: Seat): void {
    this.#seats.set(seat.address.id, seat);
  }
  /** From now on nothing goes wrong. */
  calm(): void {
    this.#weather = CALM;
  }

  // --- the desk's side ------------------------------------------------------------------------------------------------

  /** A run of the desk begins; `commits` tells what of it was committed. */
  attach(port: Port, commits: Commits): void {
    this.#port = port;
    this.#commits = commits;
    this.raise();
  }
  /** The run is over, whether it wanted that or not. */
  detach(): void {
    this.lower(false);
    this.#port = null;
  }
  raise(): void {
    if (this.#port === null || this.#up) {
      return;
    }
    this.#up = true;
    this.#connection += 1;
    this.#port.link(true);
    for (const person of this.#parcels.keys()) {
      this.#hand(person);
    }
    for (const seat of this.#seats.values()) {
      if (seat.online) {
        this.#port.reachable(seat.address);
      }
    }
    this.#rooms.tellAgain();
  }
  lower(tellDesk = true): void {
    if (!this.#up) {
      return;
    }
    this.#up = false;
    this.#connection += 1;
    this.#ledger.faults += 1;
    this.#ledger.note(`link of ${this.traits.name} cut`);
    this.#watched.clear();
    for (const [person, parcels] of this.#parcels) {
      this.#recover(person, parcels);
    }
    for (const sendings of this.#sendings.values()) {
      for (const sending of sendings) {
        answer(sending, { kind: "deferred", reason: "remote-server-timeout" });
      }
    }
    this.#sendings.clear();
    if (tellDesk) {
      this.#port?.link(false);
    }
  }

  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    if (this.#commits?.mayLeave(outbound) === false) {
      this.#ledger.violate("commit-first", `${outbound.kind} ${outbound.key} was sent before it was committed`);
    }
    if (!this.#up) {
      return Promise.resolve({ kind: "deferred", reason: "remote-server-timeout" });
    }
    const person = outbound.to.id;
    const lane = this.#sendings.get(person) ?? [];
    this.#sendings.set(person, lane);
    const isDurable = (one: Outbound): boolean => !VOLATILE_OUTBOUND.has(one.kind);
    const open = lane.filter((one) => !one.settled && isDurable(one.outbound)).length;
    if (open >= this.traits.capabilities.window && isDurable(outbound)) {
      this.#ledger.violate("window", `${open + 1} sends to ${person} are unanswered at once`);
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const sending: Sending = { outbound, resolve, settled: false };
    lane.push(sending);
    signal.addEventListener("abort", () => answer(sending, { kind: "deferred", reason: "remote-server-timeout" }));
    if (lane.length === 1) {
      this.#carry(person);
    }
    return promise;
  }

  /** Carries the first of a person's lane after a while, then the next. */
  #carry(person: string): void {
    const connection = this.#connection;
    this.#timeline.after(this.#random.delay(this.#weather.latencyMs), () => {
      if (connection !== this.#connection) {
        return;
      }
      const lane = this.#sendings.get(person) ?? [];
      const sending = lane.shift();
      if (sending === undefined) {
        return;
      }
      if (!sending.settled) {
        this.#arrive(sending, lane);
      }
      if (connection === this.#connection && lane.length > 0) {
        this.#carry(person);
      }
    });
  }

  #arrive(sending: Sending, lane: Sending[]): void {
    const { outbound } = sending;
    const seat = this.#seats.get(outbound.to.id);
    if (seat === undefined) {
      answer(sending, { kind: "rejected", reason: "item-not-found", text: "nobody has that address" });
      return;
    }
    if (outbound.kind === "watch") {
      this.#watched.add(seat.address.id);
      this.tellPresence(seat);
      answer(sending, { kind: "accepted", id: null });
      return;
    }
    if (outbound.kind === "room" && !this.#random.chance(this.#weather.reject)) {
      this.#rooms.act(outbound);
      this.#answered(sending);
      return;
    }
    if (!seat.online || this.#random.chance(this.#weather.defer)) {
      // What was sent behind it must not overtake it.
      const reason = seat.online ? "resource-constraint" : "recipient-unavailable";
      for (const each of [sending, ...lane.splice(0)]) {
        answer(each, { kind: "deferred", reason, ...(seat.online ? { retryAfterMs: 500 } : {}) });
      }
      return;
    }
    if (this.#random.chance(this.#weather.reject)) {
      this.#ledger.note(`${this.traits.name} rejects ${outbound.key} to ${seat.address.id}`);
      answer(sending, { kind: "rejected", reason: "policy-violation", text: "the network refuses it" });
      return;
    }
    this.#show(seat, outbound);
    this.#answered(sending);
  }

  /** It was carried out; the answer to it may be lost. */
  #answered(sending: Sending): void {
    const { outbound } = sending;
    if (this.#random.chance(this.#weather.loseAnswer)) {
      this.#ledger.note(`the answer to ${outbound.key} is lost`);
      this.lower();
      answer(sending, { kind: "deferred", reason: "remote-server-timeout" });
      this.#timeline.after(this.#random.delay(3_000), () => this.raise());
      return;
    }
    answer(sending, { kind: "accepted", id: this.traits.namesMessages ? `n-${outbound.key}` : null });
  }

  #show(seat: Seat, outbound: Outbound): void {
    const known = `${addressKey(seat.address)} ${outbound.key}`;
    if (this.traits.capabilities.deduplicates && this.#keys.has(known)) {
      return;
    }
    this.#keys.add(known);
    seat.display(outbound);
  }

  // --- the people's side ----------------------------------------------------------------------------------------------

  /** A person's client hands something to the network. `message` is the followed one it carries, if any. */
  submit(seat: Seat, said: Said, message: Message | null = null): void {
    const from = seat.address;
    if (VOLATILE_INBOUND.has(said.kind)) {
      const port = this.#up ? this.#port : null;
      const inbound = { ...said, redelivery: null, from, device: "client" } as Inbound;
      port?.receive(inbound).catch(() => {});
      return;
    }
    if (!this.traits.redelivers && !this.#up) {
      // The server tells the client that nobody is there.
      if (message !== null) {
        this.#ledger.settle(message, "refused");
      }
      return;
    }
    this.#ids += 1;
    const redelivery = this.traits.redelivers ? String(this.#ids) : null;
    const parcels = this.#parcels.get(from.id) ?? [];
    this.#parcels.set(from.id, parcels);
    parcels.push({ inbound: { ...said, redelivery, from, device: "client" } as Inbound, message, state: "queued" });
    this.#hand(from.id);
  }

  /** Tells the desk, if it asked to know. */
  tellPresence(seat: Seat): void {
    if (this.#watched.has(seat.address.id)) {
      this.submit(seat, { kind: "presence", to: this.traits.desk, state: seat.presence, text: null, all: true });
    }
    if (seat.online) {
      this.#port?.reachable(seat.address);
    }
  }

  /** Nothing of anybody waits for the desk. */
  get idle(): boolean {
    return [...this.#parcels.values()].every((parcels) => parcels.length === 0);
  }

  #hand(person: string): void {
    const parcels = this.#parcels.get(person) ?? [];
    const [port, connection] = [this.#port, this.#connection];
    if (port === null || !this.#up) {
      return;
    }
    for (const parcel of parcels.slice(0, PIPELINE)) {
      if (parcel.state === "queued") {
        parcel.state = "handed";
        void this.#deliver(person, parcel, port, connection);
      }
    }
  }

  async #deliver(person: string, parcel: Parcel, port: Port, connection: number): Promise<void> {
    let verdict: Verdict;
    try {
      verdict = await port.receive(parcel.inbound);
    } catch {
      // Not taken: it stays with the network, which delivers it again on its next connection.
      return;
    }
    if (parcel.message !== null) {
      this.#settle(parcel.message, verdict);
    }
    if (connection !== this.#connection) {
      return;
    }
    const parcels = this.#parcels.get(person) ?? [];
    parcels.splice(parcels.indexOf(parcel), 1);
    this.#hand(person);
    if (this.traits.redelivers && this.#random.chance(this.#weather.repeat)) {
      this.#timeline.after(this.#random.delay(20_000), () => {
        if (this.#up) {
          this.#port?.receive(parcel.inbound).catch(() => {});
        }
      });
    }
  }

  #settle(message: Message, verdict: Verdict): void {
    this.#ledger.settle(message, verdict.kind === "accepted" ? "taken" : "refused");
    if (verdict.kind === "accepted" && this.#commits?.wasHeard(message) === false) {
      this.#ledger.violate("commit-first", `m${message.number} was acknowledged before it was committed`);
    }
  }

  /** The connection is gone: what was handed over and not acknowledged is delivered again, or lost. */
  #recover(person: string, parcels: Parcel[]): void {
    for (const parcel of parcels) {
      if (parcel.state === "handed" && !this.traits.redelivers && parcel.message !== null) {
        this.#ledger.settle(parcel.message, "lost");
      }
    }
    const kept = this.traits.redelivers ? parcels : parcels.filter((parcel) => parcel.state === "queued");
    for (const parcel of kept) {
      parcel.state = "queued";
    }
    this.#parcels.set(person, kept);
  }
}

function answer(sending: Sending, outcome: Outcome): void {
  if (!sending.settled) {
    sending.settled = true;
    sending.resolve(outcome);
  }
}
