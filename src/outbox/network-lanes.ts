/** The lanes of one network, and how much of it they may use at once. */
import type { Lane } from "./lane.ts";
import type { VolatileLane } from "./volatile.ts";

/**
 * Sends of one network that may be unanswered at once, over all its lanes. After an outage thousands of people have something
 * waiting: all at once it would run into the limits of adapter and server, be deferred, and come again in waves.
 */
export const NETWORK_SENDS = 1_024;

export class NetworkLanes {
  /** By person. */
  readonly lanes = new Map<string, Lane>();
  readonly volatile: VolatileLane;
  isOnline = false;
  inFlight = 0;
  /** Lanes that could send and found no place; whoever has waited longest is next. */
  readonly waiting = new Set<Lane>();

  constructor(volatile: VolatileLane) {
    this.volatile = volatile;
  }

  get isFull(): boolean {
    return this.inFlight >= NETWORK_SENDS;
  }

  /** Rows that are not confirmed. */
  get rows(): number {
    let rows = 0;
    for (const lane of this.lanes.values()) rows += lane.size;
    return rows;
  }

  remove(lane: Lane): void {
    this.lanes.delete(lane.person);
    this.waiting.delete(lane);
  }
}
