/**
 * Who is here: people by address id, each with their open windows. A window is one WebSocket whose `hello` was
 * accepted: a tab of a visitor, a console of a CSR.
 */

import type { StaffSession } from "../../src/adapter.ts";
import type { Address } from "../../src/core/model.ts";
import type { ServerFrame } from "./pages/protocol.ts";
import type { Wire } from "./wire.ts";

export interface Window {
  /** The `device` of what it reports. */
  readonly id: string;
  readonly wire: Wire;
  readonly address: Address;
  readonly role: "visitor" | "csr";
  /** The handle a visitor's page is for; the desk contact for a CSR. */
  readonly desk: string;
  readonly language: string | null;
  /** Null for visitors. */
  readonly session: StaffSession | null;
  /** JSON of the contact list it was told last, so that it is told changes only. */
  contactsTold: string;
}

export class People {
  readonly #windows = new Map<string, Set<Window>>();
  #count = 0;

  get windowCount(): number {
    return this.#count;
  }

  /** Adds a window; returns the oldest one when the person now has more than `most`. */
  add(window: Window, most: number): Window | null {
    const windows = this.#windows.get(window.address.id) ?? new Set();
    windows.add(window);
    this.#windows.set(window.address.id, windows);
    this.#count += 1;
    const [oldest] = windows;
    return windows.size > most && oldest !== undefined ? oldest : null;
  }

  remove(window: Window): void {
    const windows = this.#windows.get(window.address.id);
    if (windows?.delete(window) === true) {
      this.#count -= 1;
      if (windows.size === 0) {
        this.#windows.delete(window.address.id);
      }
    }
  }

  isHere(id: string): boolean {
    return this.#windows.has(id);
  }

  of(id: string): readonly Window[] {
    return [...(this.#windows.get(id) ?? [])];
  }

  /**
   * The windows in which that person sees what the desk says as `desk`. A visitor's page shows one handle, so the page of
   * another handle is not told; what comes from an address that is no handle is told to all.
   */
  seeing(id: string, desk: string, handles: readonly string[]): readonly Window[] {
    return this.of(id).filter((window) => window.role === "csr" || window.desk === desk || !handles.includes(desk));
  }

  all(): readonly Window[] {
    return [...this.#windows.values()].flatMap((windows) => [...windows]);
  }

  /** Tells the person's other windows what was done in one of them. */
  mirror(from: Window, frame: ServerFrame): void {
    for (const window of this.of(from.address.id)) {
      if (window !== from && (window.role === "csr" || window.desk === from.desk)) {
        window.wire.send(frame);
      }
    }
  }
}
