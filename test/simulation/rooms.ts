/**
 * Rooms of a simulated IM server, in which the desk introduces two people: some come, some decline, some never answer. Whoever is in stays;
 * what they say there is between them, and no part of the simulation.
 */
import type { Address, InboundOf, OutboundOf, RoomParty, RoomState } from "../../src/core/model.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

interface Room {
  readonly token: string;
  /** The desk's name that made it, and the customer. */
  readonly desk: string;
  readonly customer: Address;
  /** Ids of those who were invited, with what they did; null: nothing yet. */
  readonly guests: Map<string, RoomState | null>;
}
export type RoomReport = Pick<InboundOf<"room">, "kind" | "to" | "room" | "state">;

export class SimulatedRooms {
  readonly #showsAddresses: boolean;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  /** Tells the desk of something that person did, the way all their events go. */
  readonly #report: (person: string, report: RoomReport) => void;
  readonly #rooms = new Map<string, Room>();

  constructor(
    showsAddresses: boolean,
    world: { readonly timeline: Timeline; readonly ledger: Ledger; readonly random: Random },
    report: (person: string, report: RoomReport) => void,
  ) {
    this.#showsAddresses = showsAddresses;
    this.#timeline = world.timeline;
    this.#ledger = world.ledger;
    this.#random = world.random;
    this.#report = report;
  }

  /** Every act may come twice. */
  act({ act, room: token, from, to }: OutboundOf<"room">): void {
    const known = this.#rooms.get(token);
    switch (act.kind) {
      case "introduce": {
        const room = known ?? { token, desk: from, customer: to, guests: new Map<string, RoomState | null>() };
        this.#rooms.set(token, room);
        for (const party of act.parties) this.#invite(room, party);
        this.#tell(room, room.customer.id, "ready");
        return;
      }
      case "invite":
        if (known !== undefined) this.#invite(known, act.party);
        return;
      case "hand-over":
        if (known !== undefined) this.#handOver(known);
        return;
      case "dissolve":
        this.#rooms.delete(token);
        return;
    }
  }

  /** The desk is connected again: it looks who is where. */
  tellAgain(): void {
    for (const room of this.#rooms.values()) {
      this.#tell(room, room.customer.id, "ready");
      for (const [guest, state] of room.guests) if (state !== null) this.#tell(room, guest, state);
    }
  }

  #invite(room: Room, { address }: RoomParty): void {
    if (room.guests.has(address.id)) {
      return;
    }
    const waiting = [...room.guests].filter(([, state]) => state !== "entered");
    if (this.#showsAddresses && waiting.length > 0) {
      this.#ledger.violate("rooms", `${address.id} was invited to a room while ${waiting.join()} had not come`);
    }
    room.guests.set(address.id, null);
    const answer = this.#random.pick(["entered", "entered", "entered", "declined", null] as const);
    this.#timeline.after(this.#random.delay(20_000), () => {
      if (answer !== null && this.#rooms.has(room.token)) {
        room.guests.set(address.id, answer);
        this.#tell(room, address.id, answer);
      }
    });
  }

  #handOver({ token, guests }: Room): void {
    const states = [...guests.values()];
    if (states.length !== 2 || states.some((state) => state !== "entered")) {
      this.#ledger.violate("rooms", `${token} was left to ${JSON.stringify([...guests])}`);
    }
    this.#rooms.delete(token);
  }

  #tell({ token, desk }: Room, person: string, state: RoomState): void {
    this.#report(person, { kind: "room", to: desk, room: token, state });
  }
}
