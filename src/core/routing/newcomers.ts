/**
 * Those who came, or came again with another request, since the last decision: nobody has looked yet for a CSR for them. In order of
 * turn. Whoever is matched at once never enters a line. Mostly there is one.
 */
import { type Requirement, requirementOf } from "./eligibility.ts";
import { OrderedList } from "./ordered-list.ts";
import type { Waiting } from "./routing.ts";
import { byTurn } from "./waiting-lists.ts";

export interface Newcomer {
  readonly waiting: Waiting;
  readonly requirement: Requirement;
}

export class Newcomers {
  /** The only one; null when there is none, or there are several. */
  #single: Newcomer | null = null;
  readonly #inOrder = new OrderedList<Newcomer>((left, right) => byTurn(left.waiting, right.waiting));
  readonly #several = new Map<string, Newcomer>();

  add(waiting: Waiting): void {
    this.remove(waiting.conversation);
    const newcomer = { waiting, requirement: requirementOf(waiting) };
    if (this.#single === null && this.#several.size === 0) {
      this.#single = newcomer;
      return;
    }
    if (this.#single !== null) this.#insert(this.#single);
    this.#single = null;
    this.#insert(newcomer);
  }

  /** False when they were none. */
  remove(conversation: string): boolean {
    if (this.#single?.waiting.conversation === conversation) {
      this.#single = null;
      return true;
    }
    if (this.#several.size === 0) return false;
    const newcomer = this.#several.get(conversation);
    if (newcomer === undefined) return false;
    this.#several.delete(conversation);
    this.#inOrder.remove(newcomer);
    return true;
  }

  first(): Newcomer | null {
    return this.#single ?? this.#inOrder.first();
  }

  #insert(newcomer: Newcomer): void {
    this.#several.set(newcomer.waiting.conversation, newcomer);
    this.#inOrder.insert(newcomer);
  }
}
