/**
 * Which people's messages take long: once a conversation's oldest message to somebody has waited too long it is `late`, `through`
 * with the next one that arrives, and `over` when nothing waits any more and none did. The desk's own words are nobody's to wait for.
 */
import type { Address, Outbound } from "../core/model.ts";
import type { OutboxRow } from "../store/store.ts";
import type { Lane } from "./lane.ts";

export type DeliveryState = "late" | "through" | "over";
export type OnDelivery = (conversation: string, to: Address, state: DeliveryState) => void;

export class Lateness {
  readonly #tell: OnDelivery;
  #ms: number;

  /** `seconds`: how long a message may wait before it is late. */
  constructor(seconds: number, tell: OnDelivery) {
    this.#ms = seconds * 1_000;
    this.#tell = tell;
  }

  set seconds(seconds: number) {
    this.#ms = seconds * 1_000;
  }

  /** When that row will be late if nothing becomes of it; never when nobody waits for it. */
  at({ at, outbound }: OutboxRow): number {
    return waitedFor(outbound) === null ? Number.POSITIVE_INFINITY : at + this.#ms;
  }

  /** Milliseconds until something in that lane is late that is not yet; infinite for nothing. */
  leftMs(lane: Lane, now: number): number {
    for (const { row, state } of lane.slots()) {
      const conversation = waitedFor(row.outbound);
      if (state === "waiting" && conversation !== null && lane.late?.has(conversation) !== true) {
        return row.at + this.#ms - now;
      }
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Tells of what has become late in that lane. */
  look(lane: Lane, now: number): void {
    for (const { row, state } of lane.slots()) {
      // Later ones may be older: the machine's clock was set back between two runs of the desk.
      if (row.at + this.#ms > now) continue;
      const conversation = waitedFor(row.outbound);
      if (state === "waiting" && conversation !== null && lane.late?.has(conversation) !== true) {
        lane.late ??= new Set();
        lane.late.add(conversation);
        this.#tell(conversation, row.outbound.to, "late");
      }
    }
  }

  /** That row has arrived. */
  arrived(lane: Lane, { outbound }: OutboxRow): void {
    const conversation = waitedFor(outbound);
    if (conversation !== null && lane.late?.delete(conversation) === true) {
      this.#tell(conversation, outbound.to, "through");
    }
  }

  /** Nothing is left in that lane. */
  over(lane: Lane): void {
    const { late, network, person } = lane;
    for (const conversation of late ?? []) {
      this.#tell(conversation, { network, id: person }, "over");
    }
    lane.late = null;
  }
}

/** The conversation in which a person waits for it to arrive. */
function waitedFor(outbound: Outbound): string | null {
  return outbound.kind === "message" && !outbound.notice ? outbound.conversation : null;
}
