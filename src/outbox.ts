/**
 * What was committed and has to be sent: a lane for each (network, person), windowed by the network's capabilities. A row
 * leaves its lane when the network has accepted it, when it never will, or when it has become too old; until then it is
 * tried again, in order. It doubles nothing, except after a crash, and then under the same key.
 */
import type { Clock, Logger, Outcome } from "./adapter.ts";
import type { Address, Capabilities, Condition, Outbound } from "./core/model.ts";
import { type Flight, Flights } from "./outbox/flights.ts";
import { Lane, type Slot } from "./outbox/lane.ts";
import { Lateness, type OnDelivery } from "./outbox/lateness.ts";
import { NetworkLanes } from "./outbox/network-lanes.ts";
import { FullnessLog, logOutcome } from "./outbox/outbox-log.ts";
import { VolatileLane } from "./outbox/volatile.ts";
import type { Mark, OutboxRow } from "./store/store.ts";

export interface OutboxOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Rows that may be unconfirmed before `isFull`. */
  readonly outboxRows: number;
  /** How long one try may go unanswered. */
  readonly sendSeconds: number;
  /** Age at which a row comes back to its sender. */
  readonly undeliveredSeconds: number;
  /** Age at which it is told that a row takes long. */
  readonly lateSeconds: number;
  /** Pause after a number of deferrals in a row (from 0), where the network names none. */
  readonly backoffMs: (attempt: number) => number;
  readonly capabilities: (network: string) => Capabilities | null;
  readonly send: (outbound: Outbound, signal: AbortSignal) => Promise<Outcome>;
  /** Reads rows again that were too many to keep. */
  readonly fetch: (ids: readonly number[]) => Promise<readonly OutboxRow[]>;
  /** To be recorded with the next commit. */
  readonly onSent: (mark: Mark) => void;
  /** Will never be sent; the row stays in the store until the event that says so is committed. */
  readonly onUndelivered: (row: OutboxRow, reason: Condition, text: string | null) => void;
  /** What becomes of those whose messages take long. */
  readonly onDelivery: OnDelivery;
  /** A send was answered, or given up as deferred. */
  readonly onAnswered?: (outbound: Outbound, outcome: Outcome) => void;
  /** It was full, and is not any more. */
  readonly onRoom: () => void;
}

/** See `OutboxOptions`. */
export type Patience = Pick<OutboxOptions, "undeliveredSeconds" | "lateSeconds">;

export interface OutboxStatus {
  readonly rows: number;
  readonly inFlight: number;
  readonly volatileDropped: number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #networks = new Map<string, NetworkLanes>();
  readonly #flights: Flights;
  readonly #fullness: FullnessLog;
  readonly #lateness: Lateness;
  #undeliveredMs: number;
  #rows = 0;
  #inFlight = 0;
  /** No row is added any more. */
  #isClosing = false;
  #isStopped = false;
  #onIdle: (() => void) | null = null;

  /** `loaded`: what was pending when the daemon went down, in order. Nothing is sent before `link` says online. */
  constructor(options: OutboxOptions, loaded: readonly OutboxRow[]) {
    this.#options = options;
    this.#fullness = new FullnessLog(options.log, options.outboxRows);
    this.#undeliveredMs = options.undeliveredSeconds * 1000;
    this.#lateness = new Lateness(options.lateSeconds, options.onDelivery);
    this.#flights = new Flights(options.clock, options.sendSeconds * 1000, (flight) => {
      this.#settle(flight, { kind: "deferred", reason: "remote-server-timeout" });
    });
    this.add(loaded);
  }

  /** Rows that were committed, in order. From `stop` on they are the next start's. */
  add(rows: readonly OutboxRow[]): void {
    if (this.#isClosing) {
      return;
    }
    for (const row of rows) {
      const { network, id } = row.outbound.to;
      const lanes = this.#lanesOf(network);
      let lane = lanes.lanes.get(id);
      if (lane === undefined) {
        lane = new Lane(network, id);
        lanes.lanes.set(id, lane);
      }
      lane.add(row);
      this.#rows += 1;
      if (lanes.isOnline) this.#pump(lane, lanes);
      else if (lane.cancelAlarm === null) this.#rest(lane);
      // What nobody waits for may lie before it: that lane sleeps for longer.
      if (lane.cancelAlarm !== null && this.#lateness.at(row) < lane.alarmAt) this.#rest(lane);
    }
    this.#fullness.update(this.#rows, this.#networks);
  }

  /** Typing, presence and the like: now or never. */
  addVolatile(outbound: Outbound): void {
    if (!this.#isClosing) {
      this.#lanesOf(outbound.to.network).volatile.add(outbound);
    }
  }

  /** Rows of a network go out while it is online, and at once when it comes back. */
  link(network: string, isOnline: boolean): void {
    const lanes = this.#lanesOf(network);
    lanes.isOnline = isOnline;
    lanes.volatile.link(isOnline);
    lanes.waiting.clear();
    for (const lane of lanes.lanes.values()) {
      if (isOnline) this.#wake(lane, lanes);
      else if (lane.cancelAlarm === null && lane.inFlight === 0) this.#rest(lane);
    }
  }

  /** That person can be reached again. */
  reachable(address: Address): void {
    const lanes = this.#networks.get(address.network);
    const lane = lanes?.lanes.get(address.id);
    if (lanes !== undefined && lane !== undefined) {
      this.#wake(lane, lanes);
    }
  }

  setPatience({ undeliveredSeconds, lateSeconds }: Patience): void {
    this.#undeliveredMs = undeliveredSeconds * 1000;
    this.#lateness.seconds = lateSeconds;
  }

  get isFull(): boolean {
    return this.#rows >= this.#options.outboxRows;
  }

  status(): OutboxStatus {
    let volatileDropped = 0;
    for (const { volatile } of this.#networks.values()) volatileDropped += volatile.dropped;
    return { rows: this.#rows, inFlight: this.#inFlight, volatileDropped };
  }

  /** Takes no more rows; resolves when no send is under way, or after `limitMs`: then nothing is sent any more. */
  async stop(limitMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#inFlight > 0 && !this.#isStopped) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const cancel = this.#options.clock.after(limitMs, resolve);
      await promise;
      cancel();
    }
    this.#isStopped = true;
    this.#flights.abortAll();
    for (const { lanes } of this.#networks.values()) {
      for (const lane of lanes.values()) lane.cancelAlarm?.();
    }
  }

  #lanesOf(network: string): NetworkLanes {
    let lanes = this.#networks.get(network);
    if (lanes === undefined) {
      const { clock, send, sendSeconds, log } = this.#options;
      const volatile = new VolatileLane({ clock, send, limitMs: sendSeconds * 1000 }, ({ key, conversation }, error) =>
        log.error("send.failed", { network, key, conversation, error }),
      );
      lanes = new NetworkLanes(volatile);
      this.#networks.set(network, lanes);
    }
    return lanes;
  }

  /** Ends a pause. */
  #wake(lane: Lane, lanes: NetworkLanes): void {
    if (lane.inFlight === 0) {
      this.#resume(lane, lanes);
    } else {
      // The pause has not begun: it is left out when the sends under way have been answered.
      lane.pauseMs = 0;
    }
  }

  #resume(lane: Lane, lanes: NetworkLanes): void {
    lane.cancelAlarm?.();
    lane.cancelAlarm = null;
    lane.resumeAt = Number.POSITIVE_INFINITY;
    lane.holding = false;
    lane.rewind();
    this.#pump(lane, lanes);
  }

  #pump(lane: Lane, lanes: NetworkLanes): void {
    const window = this.#options.capabilities(lane.network)?.window ?? 1;
    let now: number | null = null;
    while (lanes.isOnline && !lane.holding && !this.#isStopped && lane.inFlight < window) {
      const slot = lane.next();
      if (slot === null) {
        break;
      }
      // To ask the machine what time it is takes longer than the rest of a turn in which nothing waits, as after most answers.
      now ??= this.#options.clock.now();
      if (this.#leftMs(slot, now) <= 0) {
        this.#giveUp(lane, slot);
      } else if (lanes.isFull) {
        lanes.waiting.add(lane);
        break;
      } else {
        this.#send(lane, slot, lanes, now);
      }
    }
    this.#tidy(lane, lanes);
  }

  /** A send was answered: its place goes to the lane that has waited longest, which may be its own. */
  #pumpNext(lane: Lane, lanes: NetworkLanes): void {
    if (lanes.waiting.size === 0) {
      this.#pump(lane, lanes);
      return;
    }
    if (!lane.holding) lanes.waiting.add(lane);
    for (const next of lanes.waiting) {
      if (lanes.isFull || this.#isStopped) {
        return;
      }
      lanes.waiting.delete(next);
      this.#pump(next, lanes);
    }
  }

  /** Reads what was left on disk, forgets a lane without rows, and sees to it that a resting lane ages. */
  #tidy(lane: Lane, lanes: NetworkLanes): void {
    const numbers = lane.takeRest();
    if (numbers.length > 0) {
      void this.#fetch(lane, lanes, numbers);
    } else if (lane.isEmpty) {
      lane.cancelAlarm?.();
      this.#lateness.over(lane);
      lanes.remove(lane);
    } else if (lane.inFlight === 0 && lane.cancelAlarm === null && !lane.fetching) {
      this.#rest(lane);
    }
  }

  async #fetch(lane: Lane, lanes: NetworkLanes, numbers: readonly number[]): Promise<void> {
    try {
      this.#countDown(lane.addRest(numbers, await this.#options.fetch(numbers)));
      this.#pump(lane, lanes);
    } catch (error) {
      // A store that cannot be read ends the daemon by the next commit; here it only has to be said.
      this.#options.log.error("outbox.unreadable", { network: lane.network, error });
    }
  }

  #send(lane: Lane, slot: Slot, lanes: NetworkLanes, now: number): void {
    slot.state = "sent";
    lane.inFlight += 1;
    lanes.inFlight += 1;
    this.#inFlight += 1;
    const flight = this.#flights.begin(lane, slot, now);
    let answer: Promise<Outcome>;
    try {
      answer = this.#options.send(slot.row.outbound, flight.controller.signal);
    } catch (error) {
      answer = Promise.reject(error);
    }
    answer.then(
      (outcome) => this.#answered(flight, outcome),
      (error: unknown) => this.#failed(flight, error),
    );
  }

  /** A send must not throw; when it does, that is a defect of the adapter, and the row is not lost for it. */
  #failed(flight: Flight, error: unknown): void {
    const { key, conversation, to } = flight.slot.row.outbound;
    this.#options.log.error("send.failed", { network: to.network, key, conversation, error });
    this.#answered(flight, { kind: "deferred", reason: "internal-server-error" });
  }

  #answered(flight: Flight, outcome: Outcome): void {
    if (!flight.isOver) {
      this.#flights.end(flight);
      this.#settle(flight, outcome);
    } else if (outcome.kind === "accepted" && flight.slot.state === "waiting" && !this.#isStopped) {
      // It was given up, and arrived after all before it was sent again.
      this.#finish(flight.slot, flight.lane, outcome.id);
      this.#tidy(flight.lane, this.#lanesOf(flight.lane.network));
    }
  }

  #settle(flight: Flight, outcome: Outcome): void {
    const { lane, slot } = flight;
    const lanes = this.#lanesOf(lane.network);
    this.#options.onAnswered?.(slot.row.outbound, outcome);
    logOutcome(this.#options.log, slot.row.outbound, outcome);
    lane.inFlight -= 1;
    lanes.inFlight -= 1;
    this.#inFlight -= 1;
    switch (outcome.kind) {
      case "accepted":
        lane.deferrals = 0;
        this.#finish(slot, lane, outcome.id);
        break;
      case "rejected":
        this.#drop(slot, lane);
        this.#options.onUndelivered(slot.row, outcome.reason, outcome.text ?? null);
        break;
      case "deferred":
        this.#defer(slot, lane, outcome);
        break;
    }
    if (lane.holding && lane.inFlight === 0) {
      lane.resumeAt = this.#options.clock.now() + lane.pauseMs;
      this.#rest(lane);
    }
    this.#pumpNext(lane, lanes);
    if (this.#inFlight === 0) this.#onIdle?.();
  }

  #defer(slot: Slot, lane: Lane, outcome: Extract<Outcome, { kind: "deferred" }>): void {
    slot.state = "waiting";
    lane.personAway = outcome.reason === "recipient-unavailable";
    if (!lane.holding) {
      lane.holding = true;
      lane.pauseMs = outcome.retryAfterMs ?? this.#options.backoffMs(lane.deferrals);
      lane.deferrals += 1;
    }
  }

  /**
   * Waits until the pause is over, or until the first row is too old, whichever comes first. A lane whose network is
   * offline has no end of its pause: it is woken by the link, and until then its rows only grow old.
   */
  #rest(lane: Lane): void {
    lane.cancelAlarm?.();
    lane.cancelAlarm = null;
    if (this.#isStopped) {
      return;
    }
    const first = lane.first();
    const now = this.#options.clock.now();
    const agedMs = first === null ? Number.POSITIVE_INFINITY : this.#leftMs(first, now);
    const waitMs = Math.min(lane.resumeAt - now, agedMs, this.#lateness.leftMs(lane, now));
    if (Number.isFinite(waitMs)) {
      lane.alarmAt = now + waitMs;
      lane.cancelAlarm = this.#options.clock.after(Math.max(0, waitMs), () => this.#alarmed(lane));
    }
  }

  #alarmed(lane: Lane): void {
    lane.cancelAlarm = null;
    this.#lateness.look(lane, this.#options.clock.now());
    this.#expire(lane);
    if (this.#options.clock.now() >= lane.resumeAt) this.#resume(lane, this.#lanesOf(lane.network));
    else this.#tidy(lane, this.#lanesOf(lane.network));
  }

  #expire(lane: Lane): void {
    const now = this.#options.clock.now();
    for (let slot = lane.first(); slot?.state === "waiting" && this.#leftMs(slot, now) <= 0; slot = lane.first()) {
      this.#giveUp(lane, slot);
    }
  }

  /** Until it is too old to be sent. */
  #leftMs(slot: Slot, now: number): number {
    return slot.row.at + this.#undeliveredMs - now;
  }

  #giveUp(lane: Lane, slot: Slot): void {
    this.#drop(slot, lane);
    const reason = lane.personAway ? "recipient-unavailable" : "remote-server-timeout";
    this.#options.onUndelivered(slot.row, reason, null);
  }

  #finish(slot: Slot, lane: Lane, foreign: string | null): void {
    this.#lateness.arrived(lane, slot.row);
    this.#drop(slot, lane);
    const { id, outbound } = slot.row;
    const { key, conversation } = outbound;
    this.#options.onSent({ id, key, kind: "sent", foreign, conversation });
  }

  #drop(slot: Slot, lane: Lane): void {
    slot.state = "done";
    lane.advance();
    this.#countDown(1);
  }

  #countDown(rows: number): void {
    const wasFull = this.isFull;
    this.#rows -= rows;
    if (wasFull && !this.isFull) this.#options.onRoom();
    this.#fullness.update(this.#rows, this.#networks);
  }
}
