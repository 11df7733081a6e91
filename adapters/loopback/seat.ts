/**
 * A person's place on the loopback network: what they did and the desk has not acknowledged yet, in order, whether their
 * client is connected, and which names of the desk watch their presence.
 */
import type { PresenceState } from "../../src/core/model.ts";
import { VOLATILE_INBOUND } from "../../src/core/model.ts";
import type { LoopbackPerson, PersonAct } from "./person.ts";

interface Waiting {
  /** Given at the first delivery and kept for every later one; null until then. */
  seq: number | null;
  readonly act: PersonAct;
}
export interface Deliverable {
  readonly seq: number | null;
  readonly act: PersonAct;
}

/** What one person may have waiting; more is a runaway test. */
const MAX_WAITING = 100_000;

export class Seat {
  readonly person: LoopbackPerson;
  connected = true;
  readonly #lane: Waiting[] = [];
  #volatile: PersonAct[] = [];
  #underWay = false;
  readonly #watchers = new Set<string>();
  #presence: { readonly state: PresenceState; readonly text: string | null } = { state: "available", text: null };
  #softwareTold = false;

  constructor(person: LoopbackPerson) {
    this.person = person;
  }

  get empty(): boolean {
    return this.#lane.length === 0;
  }

  queue(act: PersonAct): void {
    if (VOLATILE_INBOUND.has(act.kind)) {
      this.#volatile.push(act);
      return;
    }
    if (this.#lane.length >= MAX_WAITING) {
      throw new Error(`${this.person.id} has ${MAX_WAITING} messages waiting for the desk; the network takes no more.`);
    }
    this.#lane.push({ seq: null, act });
    const { software, language } = this.person.options;
    if (!this.#softwareTold && software !== null && (act.kind === "message" || act.kind === "arrival")) {
      this.#softwareTold = true;
      // After the word that opened the contact, as where an adapter must ask first: it belongs to that contact.
      this.#lane.push({ seq: null, act: { kind: "software", to: act.to, software, language } });
    }
  }

  /**
   * What may go on the wire now. Durable events go one at a time: the next follows the acknowledgement of the last, so an
   * event that the desk could not take never arrives behind a later one.
   */
  takeDeliverable(nextSeq: () => number): readonly Deliverable[] {
    const volatile = this.#volatile.map((act) => ({ seq: null, act }));
    this.#volatile = [];
    const [first] = this.#lane;
    if (first === undefined || this.#underWay) {
      return volatile;
    }
    this.#underWay = true;
    first.seq ??= nextSeq();
    return [...volatile, { seq: first.seq, act: first.act }];
  }

  /** The act that carried this number, now done with; null when it is not this person's or was acknowledged before. */
  acknowledge(seq: number): PersonAct | null {
    const [first] = this.#lane;
    if (first === undefined || first.seq !== seq || !this.#underWay) {
      return null;
    }
    this.#underWay = false;
    this.#lane.shift();
    return first.act;
  }

  /** What was delivered counts as lost and is delivered again. */
  forgetDelivery(): void {
    this.#underWay = false;
  }

  /** A new link knows nothing: it must watch anew, is told the software anew, and gets what was not acknowledged. */
  linkOpened(): void {
    this.#watchers.clear();
    this.#volatile = [];
    this.#softwareTold = this.#lane.some(({ act }) => act.kind === "software");
    this.forgetDelivery();
  }

  setPresence(state: PresenceState, text: string | null): void {
    this.#presence = { state, text };
    this.#tellWatchers();
  }
  setConnected(connected: boolean): void {
    this.connected = connected;
    this.#tellWatchers();
  }
  watchedBy(desk: string): void {
    this.#watchers.add(desk);
    this.#tell(desk);
  }

  #tellWatchers(): void {
    for (const desk of this.#watchers) {
      this.#tell(desk);
    }
  }
  #tell(to: string): void {
    const { state, text } = this.connected ? this.#presence : { state: "offline" as const, text: null };
    this.queue({ kind: "presence", to, state, text, all: true });
  }
}
