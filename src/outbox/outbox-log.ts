/** What the outbox writes into the log. */
import type { Logger, Outcome } from "../adapter.ts";
import type { Outbound } from "../core/model.ts";
import type { NetworkLanes } from "./network-lanes.ts";

/** `send.accepted`, `send.deferred`, `send.rejected`: the last but one station of a message's way. */
export function logOutcome(log: Logger, { key, conversation, kind, to }: Outbound, outcome: Outcome): void {
  if (log.writesDebug === false) {
    return;
  }
  const more = outcome.kind === "accepted" ? {} : { reason: outcome.reason };
  log.debug(`send.${outcome.kind}`, { conversation, network: to.network, key, kind, ...more });
}

/** The share of the limit below which an outbox that was full counts as having room again. */
const ROOM_AGAIN = 0.9;

/** Says once that the outbox is full, and again only after there was room to speak of: it may be at its limit for long. */
export class FullnessLog {
  readonly #log: Logger;
  readonly #limit: number;
  #isCalledFull = false;

  constructor(log: Logger, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  /** To be called when `rows` changed. */
  update(rows: number, networks: ReadonlyMap<string, NetworkLanes>): void {
    if (!this.#isCalledFull && rows >= this.#limit) {
      this.#isCalledFull = true;
      const byNetwork = [...networks].map(([network, lanes]) => [network, lanes.rows] as const);
      this.#log.warn("outbox.full", {
        rows: Object.fromEntries(byNetwork.filter(([, waiting]) => waiting > 0)),
        limit: this.#limit,
        note: "nothing new is taken in until sends are confirmed or given up; `frontdesk status` shows links that are down",
      });
    } else if (this.#isCalledFull && rows < ROOM_AGAIN * this.#limit) {
      this.#isCalledFull = false;
      this.#log.info("outbox.room", { rows, limit: this.#limit });
    }
  }
}
