/**
 * What the desk sends, on its way to people's clients: one after the other for each person, late, sometimes deferred, refused, carried
 * out while the answer is lost, or accepted and returned afterwards.
 */
import type { Outcome } from "../../src/adapter.ts";
import type { Outbound } from "../../src/core/model.ts";
import { VOLATILE_OUTBOUND } from "../../src/core/model.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import { CALM, type Weather } from "./weather.ts";

interface Sending {
  readonly outbound: Outbound;
  readonly resolve: (outcome: Outcome) => void;
  settled: boolean;
  /** The desk does not wait for the answer any more; but what was handed over is on its way. */
  isAbandoned: boolean;
}

/** What of the network a delivery needs. */
export interface Destination {
  readonly window: number;
  readonly namesMessages: boolean;
  /** Whether events for the desk outlive a cut link: only then a message can come back. */
  readonly redelivers: boolean;
  /** Null: nobody has that address. */
  isOnline(person: string): boolean | null;
  /** Shown to that person's client; or, of what no client sees, done. */
  carryOut(outbound: Outbound): void;
  /** The message comes back. */
  bounce(outbound: Outbound): void;
  cutLink(): void;
}

/** A slow consumer takes so long for each send, on average. */
const SLOW_MS = 15_000;
const LOST: Outcome = { kind: "deferred", reason: "remote-server-timeout" };

export class Deliveries {
  readonly #destination: Destination;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #lanes = new Map<string, Sending[]>();
  /** Carried out, their answer still under way. */
  readonly #late = new Set<Sending>();
  weather: Weather = CALM;
  /** Until when the slow consumer is slow, in milliseconds since the beginning; and who it is. */
  #slow: { readonly until: number; person: string | null } = { until: 0, person: null };
  /** Rises with every connection: what belongs to an earlier one is void. */
  #connection = 0;

  constructor(destination: Destination, timeline: Timeline, ledger: Ledger, random: Random) {
    this.#destination = destination;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** The next who is sent anything takes very long for everything, for so many milliseconds. */
  slowDown(forMs: number): void {
    this.#slow = { until: this.#timeline.elapsed + forMs, person: null };
  }
  /** Everybody is quick again. */
  speedUp(): void {
    this.#slow = { until: 0, person: null };
  }

  /** The link was cut: whatever was not answered never will be. */
  cut(): void {
    this.#connection += 1;
    for (const sending of [...[...this.#lanes.values()].flat(), ...this.#late]) answer(sending, LOST);
    this.#lanes.clear();
    this.#late.clear();
  }

  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const person = outbound.to.id;
    const lane = this.#lanes.get(person) ?? [];
    this.#lanes.set(person, lane);
    const isOpen = (one: Sending): boolean => !one.settled && !one.isAbandoned && isDurable(one.outbound);
    const late = [...this.#late].filter((one) => one.outbound.to.id === person && isOpen(one)).length;
    const open = lane.filter(isOpen).length + late;
    if (open >= this.#destination.window && isDurable(outbound)) {
      this.#ledger.violate("window", `${open + 1} sends to ${person} are unanswered at once`);
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const sending: Sending = { outbound, resolve, settled: false, isAbandoned: false };
    lane.push(sending);
    signal.addEventListener("abort", () => this.#abandon(sending));
    if (lane.length === 1) {
      this.#carry(person);
    }
    return promise;
  }

  /** Carries the first of a person's lane after a while, then the next. */
  #carry(person: string): void {
    const connection = this.#connection;
    const meanMs = this.#isSlow(person) ? SLOW_MS : this.weather.latencyMs;
    this.#timeline.after(this.#random.delay(meanMs), () => {
      if (connection !== this.#connection) {
        return;
      }
      const lane = this.#lanes.get(person) ?? [];
      const sending = lane.shift();
      if (sending === undefined) {
        return;
      }
      if (!sending.settled || sending.isAbandoned) {
        this.#arrive(sending, lane);
      }
      if (connection === this.#connection && lane.length > 0) {
        this.#carry(person);
      }
    });
  }

  /** Some adapters go on waiting and say in the end what became of it. */
  #abandon(sending: Sending): void {
    if (sending.settled) return;
    sending.isAbandoned = true;
    this.#ledger.note(() => `${sending.outbound.key} took too long`);
    if (this.#random.chance(0.5)) answer(sending, LOST);
  }

  #isSlow(person: string): boolean {
    const isSlow = this.#timeline.elapsed < this.#slow.until && (this.#slow.person ?? person) === person;
    if (isSlow) {
      this.#slow.person = person;
      this.#ledger.coverage.met("slow consumer");
    }
    return isSlow;
  }

  #arrive(sending: Sending, lane: Sending[]): void {
    const { outbound } = sending;
    const isOnline = this.#destination.isOnline(outbound.to.id);
    if (isOnline === null) {
      answer(sending, { kind: "rejected", reason: "item-not-found", text: "nobody has that address" });
      return;
    }
    const isRoom = outbound.kind === "room" && !this.#random.chance(this.weather.reject);
    if (outbound.kind === "watch" || isRoom) {
      if (!this.#carriesOut(sending)) return;
      if (isRoom) this.#answered(sending);
      else answer(sending, { kind: "accepted", id: null });
      return;
    }
    if (!isOnline || this.#random.chance(this.weather.defer)) {
      if (isOnline) this.#ledger.coverage.met("send deferred");
      // What was sent behind it must not overtake it.
      const reason = isOnline ? "resource-constraint" : "recipient-unavailable";
      for (const each of [sending, ...lane.splice(0)]) {
        answer(each, { kind: "deferred", reason, ...(isOnline ? { retryAfterMs: 500 } : {}) });
      }
      return;
    }
    if (this.#random.chance(this.weather.reject)) {
      this.#ledger.note(() => `${outbound.key} to ${outbound.to.id} is rejected`);
      this.#ledger.coverage.met("send refused");
      answer(sending, { kind: "rejected", reason: "policy-violation", text: "the network refuses it" });
      return;
    }
    if (this.#bounces(outbound)) {
      this.#timeline.after(this.#random.delay(2_000), () => this.#destination.bounce(outbound));
    } else if (!this.#carriesOut(sending)) {
      return;
    }
    this.#answered(sending);
  }

  /** False when the desk, or its link, did not outlive what that led to. */
  #carriesOut(sending: Sending): boolean {
    const connection = this.#connection;
    this.#destination.carryOut(sending.outbound);
    if (connection !== this.#connection) answer(sending, LOST);
    return connection === this.#connection;
  }

  #bounces(outbound: Outbound): boolean {
    const does =
      outbound.kind === "message" && this.#destination.redelivers && this.#random.chance(this.weather.bounce);
    if (does) {
      this.#ledger.note(() => `${outbound.key} to ${outbound.to.id} is accepted, and will come back`);
      this.#ledger.coverage.met("send bounced");
    }
    return does;
  }

  /** It was carried out; the answer to it may be lost, or come late. */
  #answered(sending: Sending): void {
    const { outbound } = sending;
    // Nobody hears of it in time.
    if (sending.isAbandoned) this.#ledger.faults += 1;
    if (this.#random.chance(this.weather.loseAnswer)) {
      this.#ledger.note(() => `the answer to ${outbound.key} is lost`);
      this.#ledger.coverage.met("answer lost");
      this.#late.add(sending);
      this.#destination.cutLink();
      return;
    }
    const accepted: Outcome = { kind: "accepted", id: this.#destination.namesMessages ? `n-${outbound.key}` : null };
    if (!this.#random.chance(this.weather.reorder)) {
      answer(sending, accepted);
      return;
    }
    this.#ledger.coverage.met("answers out of order");
    this.#late.add(sending);
    this.#timeline.after(this.#random.delay(500), () => {
      this.#late.delete(sending);
      answer(sending, accepted);
    });
  }
}

function isDurable({ kind }: Outbound): boolean {
  return !VOLATILE_OUTBOUND.has(kind);
}

function answer(sending: Sending, outcome: Outcome): void {
  if (!sending.settled) {
    sending.settled = true;
    sending.resolve(outcome);
  }
}
