/**
 * When a chat that a person opens is to be greeted: once the desk has told whether a conversation is running there already. And what it
 * tells of one that was ended while it could not hear that is over, and not shown again in the next.
 */
import type { NumberedFrame } from "./protocol.ts";

export class Openings {
  /** Handles whose chat the person has opened, waiting for that. */
  readonly #opened = new Set<string>();
  readonly #told = new Set<string>();
  readonly #ending = new Set<string>();

  /** A connection begins; `pending` is what the desk has not answered yet. */
  welcomed(pending: readonly NumberedFrame[]): void {
    this.#told.clear();
    this.#ending.clear();
    for (const { kind, desk } of pending) {
      if (kind === "end") {
        this.#ending.add(desk);
      }
    }
  }

  open(desk: string): void {
    this.#opened.add(desk);
  }

  /** The person says something, follows an invitation, or ends it: there is nothing to open any more. */
  forget(desk: string): void {
    this.#opened.delete(desk);
  }

  /** The desk has told what is running there; false when that is over. */
  told(desk: string): boolean {
    this.#told.add(desk);
    return !this.#ending.delete(desk);
  }

  /** Whether that chat can be opened now, once. */
  take(desk: string): boolean {
    return this.#told.has(desk) && this.#opened.delete(desk);
  }
}
