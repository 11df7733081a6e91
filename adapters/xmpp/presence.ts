/**
 * Who is there: the presence of every device as the network reports it (RFC 6121 §4), and from that the one state of the
 * person. Bounded; what is forgotten is learned again with the next change.
 */
import type { PresenceState } from "../../src/core/model.ts";
import type { Jid } from "./jid.ts";

export interface DevicePresence {
  readonly state: PresenceState;
  readonly text: string | null;
  /** RFC 6121 §4.7.2.3; a device below 0 takes no messages, so it does not make anybody reachable. */
  readonly priority: number;
}
export interface PersonPresence {
  readonly state: PresenceState;
  readonly text: string | null;
}

/** The best first: what a person shows on any device counts for the person. */
const ORDER: readonly PresenceState[] = ["chat", "available", "away", "xa", "dnd", "offline"];
const OFFLINE: PersonPresence = { state: "offline", text: null };
/** Devices of one person; more than these are nobody's. */
const DEVICES_PER_PERSON = 50;

export class PresenceTable {
  readonly #people = new Map<string, Map<string, DevicePresence>>();
  readonly #limit: number;
  readonly #isWatched: (bare: string) => boolean;
  #devices = 0;

  /** Beyond `devices` the longest unheard of are forgotten: strangers first, so that no crowd makes a CSR look away. */
  constructor(devices: number, isWatched: (bare: string) => boolean = () => false) {
    this.#limit = devices;
    this.#isWatched = isWatched;
  }

  /** Notes what one device said and gives the person's state before and after it. */
  update(jid: Jid, presence: DevicePresence): { readonly before: PersonPresence; readonly after: PersonPresence } {
    const before = this.of(jid.bare);
    if (presence.state === "offline") {
      this.#remove(jid);
    } else {
      this.#set(jid, presence);
    }
    return { before, after: this.of(jid.bare) };
  }

  /** The person's state over all devices; `offline` when none is known. */
  of(bare: string): PersonPresence {
    let best: DevicePresence | null = null;
    for (const device of this.#people.get(bare)?.values() ?? []) {
      if (device.priority >= 0 && (best === null || compare(device, best) < 0)) {
        best = device;
      }
    }
    return best === null ? OFFLINE : { state: best.state, text: best.text };
  }

  /** Forgets everybody: after a cut link nothing is known. */
  clear(): void {
    this.#people.clear();
    this.#devices = 0;
  }

  #set(jid: Jid, presence: DevicePresence): void {
    const resource = jid.resource ?? "";
    const devices = this.#people.get(jid.bare) ?? new Map<string, DevicePresence>();
    if (!devices.has(resource)) {
      if (devices.size >= DEVICES_PER_PERSON) {
        return;
      }
      this.#devices += 1;
    }
    devices.set(resource, presence);
    this.#people.delete(jid.bare); // moved to the end: the first in the map is the one unheard of for longest
    this.#people.set(jid.bare, devices);
    this.#evict();
  }

  /** From a bare address, unavailable ends every device (RFC 6121 §4.5.4: the server speaks for the account). */
  #remove(jid: Jid): void {
    const devices = this.#people.get(jid.bare);
    if (devices === undefined) {
      return;
    }
    const before = devices.size;
    if (jid.resource === null) {
      devices.clear();
    } else {
      devices.delete(jid.resource);
    }
    this.#devices -= before - devices.size;
    if (devices.size === 0) {
      this.#people.delete(jid.bare);
    }
  }

  #evict(): void {
    let spared = 0;
    while (this.#devices > this.#limit) {
      const [bare, devices] = this.#people.entries().next().value ?? [];
      if (bare === undefined || devices === undefined) {
        return;
      }
      this.#people.delete(bare);
      if (spared <= this.#people.size && this.#isWatched(bare)) {
        spared += 1;
        this.#people.set(bare, devices);
      } else {
        this.#devices -= devices.size;
      }
    }
  }
}

function compare(left: DevicePresence, right: DevicePresence): number {
  return ORDER.indexOf(left.state) - ORDER.indexOf(right.state) || right.priority - left.priority;
}
