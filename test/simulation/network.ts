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
import { addressKey, VOLATILE_INBOUND } from "../../src/core/model.ts";
import { Deliveries, type Destination } from "./deliveries.ts";
import type { Ledger, Message } from "./ledger.ts";
import type { Random } from "./random.ts";
import { SimulatedRooms } from "./rooms.ts";
import type { Timeline } from "./timeline.ts";
import { CALM, type Weather, WORSE } from "./weather.ts";

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
  /** Whether the desk may ask customers of other networks to go on here. */
  readonly hosts: boolean;
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
  readonly #deliveries: Deliveries;
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
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
    const { namesMessages, redelivers, capabilities } = traits;
    const destination: Destination = {
      window: capabilities.window,
      namesMessages,
      redelivers,
      isOnline: (person) => this.#seats.get(person)?.online ?? null,
      carryOut: (outbound) => this.#carryOut(outbound),
      bounce: (outbound) => this.#bounce(outbound),
      cutLink: () => {
        this.lower();
        timeline.after(random.delay(3_000), () => this.raise());
      },
    };
    this.#deliveries = new Deliveries(destination, timeline, ledger, random);
    this.#weather = this.#isInOnePiece ? weather : { ...weather, reject: 0, bounce: 0 };
    this.#deliveries.weather = this.#weather;
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
    this.#setWeather(CALM);
    this.#deliveries.speedUp();
  }
  /** From now on that goes wrong often. */
  worsen(what: keyof typeof WORSE): void {
    const isRisky = what === "reject" || what === "bounce";
    if (!isRisky || this.#isInOnePiece) this.#setWeather({ ...this.#weather, [what]: WORSE[what] });
  }
  /** One person's client takes very long for everything, for so many milliseconds. */
  slowDown(forMs: number): void {
    this.#deliveries.slowDown(forMs);
  }

  /** Where an offer takes several messages, one of them alone would leave a CSR who cannot tell whose it is. */
  get #isInOnePiece(): boolean {
    const { features, maxTextBytes } = this.traits.capabilities;
    return features.includes("multiline") && maxTextBytes > 1_000;
  }

  #setWeather(weather: Weather): void {
    this.#weather = weather;
    this.#deliveries.weather = weather;
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
        this.#port?.reachable(seat.address);
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
    this.#ledger.note(() => `link of ${this.traits.name} cut`);
    this.#watched.clear();
    for (const [person, parcels] of this.#parcels) {
      this.#recover(person, parcels);
    }
    this.#deliveries.cut();
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
    return this.#deliveries.send(outbound, signal);
  }

  /** Shown to that person's client; or, of what no client sees, done. */
  #carryOut(outbound: Outbound): void {
    const seat = this.#seats.get(outbound.to.id);
    if (outbound.kind === "room") {
      this.#rooms.act(outbound);
    } else if (seat !== undefined && outbound.kind === "watch") {
      this.#watched.add(seat.address.id);
      this.tellPresence(seat);
    } else if (seat !== undefined) {
      this.#show(seat, outbound);
    }
  }

  #show(seat: Seat, outbound: Outbound): void {
    const known = `${addressKey(seat.address)} ${outbound.key}`;
    if (this.traits.capabilities.deduplicates && this.#keys.has(known)) {
      return;
    }
    this.#keys.add(known);
    seat.display(outbound);
  }

  #bounce({ to, key, from }: Outbound): void {
    const seat = this.#seats.get(to.id);
    if (seat !== undefined) {
      this.submit(seat, { kind: "bounce", to: from, of: key, reason: "service-unavailable", text: null });
    }
  }

  // --- the people's side ----------------------------------------------------------------------------------------------

  /** A person's client hands something to the network. `message` is the followed one it carries, if any. */
  submit(seat: Seat, said: Said, message: Message | null = null): void {
    const from = seat.address;
    if (VOLATILE_INBOUND.has(said.kind)) {
      const inbound = { ...said, redelivery: null, from, device: "client" } as Inbound;
      const isOvertaken = said.kind !== "presence" && this.#isOvertaken();
      this.#soon(isOvertaken, () => void (this.#up ? this.#port : null)?.receive(inbound).catch(() => {}));
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
    this.#soon(this.#isOvertaken(), () => this.#hand(from.id));
  }

  /** Whether what others say later is to reach the desk first. */
  #isOvertaken(): boolean {
    const isOvertaken = this.#weather.reorder > 0 && this.#random.chance(this.#weather.reorder);
    if (isOvertaken) this.#ledger.coverage.met("events out of order");
    return isOvertaken;
  }

  #soon(isLate: boolean, act: () => void): void {
    if (isLate) this.#timeline.after(this.#random.delay(1_000), act);
    else act();
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
      // The process may die of the first of them.
      if (parcel.state === "queued" && connection === this.#connection) {
        parcel.state = "handed";
        void this.#deliver(person, parcel, port, connection);
      }
    }
  }

  async #deliver(person: string, parcel: Parcel, port: Port, connection: number): Promise<void> {
    let verdict: Verdict;
    const isRepeated = this.traits.redelivers && this.#random.chance(this.#weather.repeat);
    try {
      const taken = port.receive(parcel.inbound);
      // Some networks bring it a second time before they have heard of the first.
      if (isRepeated && this.#random.chance(0.5)) this.#repeat(parcel, port);
      verdict = await taken;
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
    if (isRepeated) {
      this.#timeline.after(this.#random.delay(20_000), () => {
        if (this.#up && this.#port !== null) this.#repeat(parcel, this.#port);
      });
    }
  }

  #repeat({ inbound }: Parcel, port: Port): void {
    this.#ledger.coverage.met("event delivered twice");
    port.receive(inbound).catch(() => {});
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
