/** Somebody who has learnt other people's aliases and tries them. */
import type { Outbound, PresenceState } from "../../src/core/model.ts";
import { addressKey } from "../../src/core/model.ts";
import type { Ledger } from "./ledger.ts";
import type { Seat, SimulatedNetwork } from "./network.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

/** Mean time between two tries. */
const EVERY_MS = 90_000;

export class Stranger implements Seat {
  readonly address: { readonly network: string; readonly id: string };
  readonly online = true;
  readonly presence: PresenceState = "available";
  readonly #network: SimulatedNetwork;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #aliases: () => readonly string[];

  constructor(
    network: SimulatedNetwork,
    timeline: Timeline,
    ledger: Ledger,
    random: Random,
    aliases: () => readonly string[],
  ) {
    this.address = { network: network.traits.name, id: `real9${random.between(1_000, 9_999)}` };
    this.#network = network;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
    this.#aliases = aliases;
    network.join(this);
  }

  begin(untilMs: number): void {
    for (let at = this.#random.delay(EVERY_MS); at < untilMs; at += this.#random.delay(EVERY_MS)) {
      this.#timeline.after(at, () => this.#try());
    }
  }

  display(outbound: Outbound): void {
    this.#ledger.violate("stranger", `${this.address.id} was sent ${JSON.stringify(outbound)}`);
  }

  #try(): void {
    const aliases = this.#aliases();
    if (aliases.length === 0) {
      return;
    }
    const [message, text] = this.#ledger.write(addressKey(this.address), "stranger", null);
    this.#network.submit(
      this,
      {
        kind: "message",
        to: this.#random.pick(aliases),
        id: "try",
        text,
        choice: null,
        replyTo: null,
        sentAt: null,
        language: null,
        nick: null,
      },
      message,
    );
  }
}
