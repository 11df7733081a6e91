/**
 * What the desk sends, from the first write until a page says that it has it. A frame goes to every window of the person;
 * the first `got` makes it accepted. A window that opens while frames are unanswered gets them too, in order, so order
 * survives a change of window.
 */
import type { Clock, Outcome } from "../../src/adapter.ts";
import type { Outbound } from "../../src/core/model.ts";
import type { ServerFrame } from "./pages/protocol.ts";
import type { People, Window } from "./people.ts";

const UNREACHABLE: Outcome = { kind: "deferred", reason: "recipient-unavailable" };
const NO_ANSWER: Outcome = { kind: "deferred", reason: "remote-server-timeout" };

interface Pending {
  readonly outbound: Outbound;
  readonly frame: ServerFrame;
  readonly writtenAt: number;
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
}

export class Delivery {
  readonly #people: People;
  readonly #handles: readonly string[];
  readonly #clock: Clock;
  readonly #ackMs: number;
  /** Person → key → frame, in the order of sending. */
  readonly #pending = new Map<string, Map<string, Pending>>();

  constructor(people: People, handles: readonly string[], clock: Clock, ackMs: number) {
    this.#people = people;
    this.#handles = handles;
    this.#clock = clock;
    this.#ackMs = ackMs;
  }

  /** Writes a frame that needs no answer; gone when nobody is here. */
  pass(outbound: Outbound, frame: ServerFrame): Outcome {
    const windows = this.#windowsFor(outbound);
    for (const window of windows) {
      window.wire.send(frame);
    }
    return windows.length === 0 ? UNREACHABLE : { kind: "accepted", id: null };
  }

  async send(outbound: Outbound, frame: ServerFrame, signal: AbortSignal): Promise<Outcome> {
    const person = outbound.to.id;
    const before = this.#pending.get(person)?.get(outbound.key);
    if (before !== undefined) {
      return await before.outcome;
    }
    const windows = this.#windowsFor(outbound);
    if (windows.length === 0 || signal.aborted) {
      return UNREACHABLE;
    }
    const { promise: outcome, resolve: settle } = Promise.withResolvers<Outcome>();
    const pending = { outbound, frame, writtenAt: performance.now(), outcome, settle };
    const ofPerson = this.#pending.get(person) ?? new Map<string, Pending>();
    ofPerson.set(outbound.key, pending);
    this.#pending.set(person, ofPerson);
    const giveUp = () => settle(UNREACHABLE);
    const cancelTimer = this.#clock.after(this.#ackMs, () => this.#timeOut(pending));
    signal.addEventListener("abort", giveUp, { once: true });
    for (const window of windows) {
      window.wire.send(frame);
    }
    // Writing may have cut the last window.
    this.windowClosed(person);
    try {
      return await outcome;
    } finally {
      cancelTimer();
      signal.removeEventListener("abort", giveUp);
      this.#forget(person, outbound.key);
    }
  }

  /** A page has the frame. Returns what was sent, the first time; null for a repeat or a key that is not this person's. */
  got(person: string, key: string): Outbound | null {
    const pending = this.#pending.get(person)?.get(key);
    if (pending === undefined) {
      return null;
    }
    this.#forget(person, key);
    pending.settle({ kind: "accepted", id: null });
    return pending.outbound;
  }

  /** A window has opened: what is unanswered is written there as well. */
  windowOpened(window: Window): void {
    for (const { outbound, frame } of this.#pending.get(window.address.id)?.values() ?? []) {
      if (this.#windowsFor(outbound).includes(window)) {
        window.wire.send(frame);
      }
    }
  }

  /** A window of that person has closed: what nobody can answer any more goes back to the outbox, in order. */
  windowClosed(person: string): void {
    for (const { outbound, settle } of [...(this.#pending.get(person)?.values() ?? [])]) {
      if (this.#windowsFor(outbound).length === 0) {
        settle(UNREACHABLE);
      }
    }
  }

  stop(): void {
    for (const pending of [...this.#pending.values()].flatMap((ofPerson) => [...ofPerson.values()])) {
      pending.settle(UNREACHABLE);
    }
  }

  #windowsFor({ to, from, device }: Outbound): readonly Window[] {
    const windows = this.#people.seeing(to.id, from, this.#handles).filter((window) => window.wire.isOpen);
    const meant = windows.filter((window) => window.id === device);
    return meant.length > 0 ? meant : windows;
  }

  /** Windows that have said nothing since the frame was written are dead; the others are slow or faulty, and stay. */
  #timeOut(pending: Pending): void {
    for (const window of this.#windowsFor(pending.outbound)) {
      if (window.wire.heardAt < pending.writtenAt) {
        window.wire.cut();
      }
    }
    pending.settle(NO_ANSWER);
  }

  #forget(person: string, key: string): void {
    const ofPerson = this.#pending.get(person);
    if (ofPerson?.delete(key) === true && ofPerson.size === 0) {
      this.#pending.delete(person);
    }
  }
}
