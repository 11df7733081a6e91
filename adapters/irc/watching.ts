/** Whose presence the desk wants to know, and what it was last told: a state is reported when it changes, or is asked for anew. */
import type { PresenceState } from "../../src/core/model.ts";
import type { People } from "./nicks.ts";

export interface WatchedState {
  readonly id: string;
  state: PresenceState | null;
  text: string | null;
}

export class Watching {
  readonly #people: People;
  readonly #limit: number;
  /** By folded nick. */
  readonly #watched = new Map<string, WatchedState>();

  constructor(people: People, limit: number) {
    this.#people = people;
    this.#limit = limit;
  }

  /** False when there are too many. The next known state is reported even if it is no other than before. */
  add(id: string): boolean {
    this.#people.named(id);
    const fold = this.#people.fold(id);
    if (!this.#watched.has(fold) && this.#watched.size >= this.#limit) {
      return false;
    }
    this.#watched.set(fold, { id, state: null, text: null });
    return true;
  }

  /** The id to report the state under; null when that is no news, or nobody asked. */
  changed(nick: string, state: PresenceState, text: string | null): string | null {
    const watched = this.#watched.get(this.#people.fold(nick));
    if (watched === undefined || (watched.state === state && (text === null || watched.text === text))) {
      return null;
    }
    watched.state = state;
    watched.text = text;
    return watched.id;
  }

  stateOf(nick: string): PresenceState | null {
    return this.#watched.get(this.#people.fold(nick))?.state ?? null;
  }

  /** The link is down: nothing is known any more. */
  forgetStates(): void {
    for (const watched of this.#watched.values()) {
      watched.state = null;
    }
  }

  /** Folds depend on the network's case mapping, which is known after login. */
  refold(): void {
    const all = [...this.#watched.values()];
    this.#watched.clear();
    for (const watched of all) {
      this.#watched.set(this.#people.fold(watched.id), watched);
    }
  }

  ids(): readonly string[] {
    return [...this.#watched.values()].map(({ id }) => id);
  }
}
