/**
 * Those who came, or came again with another request, since the last decision: nobody has looked yet for a CSR for them. In order of
 * turn. Whoever is matched at once never enters a line.
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
  readonly #inOrder = new OrderedList<Newcomer>((left, right) => byTurn(left.waiting, right.waiting));
  readonly #all = new Map<string, Newcomer>();

  add(waiting: Waiting): void {
    this.remove(waiting.conversation);
    const newcomer = { waiting, requirement: requirementOf(waiting) };
    this.#all.set(waiting.conversation, newcomer);
    this.#inOrder.insert(newcomer);
  }

  /** False when they were none. */
  remove(conversation: string): boolean {
    const newcomer = this.#all.get(conversation);
    if (newcomer === undefined) return false;
    this.#all.delete(conversation);
    this.#inOrder.remove(newcomer);
    return true;
  }

  first(): Newcomer | null {
    return this.#inOrder.first();
  }
}
