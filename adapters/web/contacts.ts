/** The contact list of each window, and the running conversations behind it: told when a window opens, and when they change. */
import type { AdapterContext } from "../../src/adapter.ts";
import { shorten, toHistory } from "./codec.ts";
import { type Contact, FRAME_LIMITS } from "./pages/protocol.ts";
import type { Window } from "./people.ts";

/** Contacts whose running conversation is shown again when a console opens. */
const HISTORIES = 100;

export interface ContactLimits {
  readonly historyLines: number;
  readonly bufferedBytes: number;
}

export class Contacts {
  readonly #context: AdapterContext;
  readonly #limits: ContactLimits;

  constructor(context: AdapterContext, limits: ContactLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  of(window: Window): readonly Contact[] {
    const { address } = window;
    const listed =
      window.role === "csr"
        ? this.#context.contacts(address).slice(0, FRAME_LIMITS.contacts)
        : [{ desk: window.desk, name: window.desk, kind: "handle" as const }];
    return listed.map(({ desk, name, kind }) => {
      const identity = this.#context.identity(desk, address);
      const shown = window.role === "csr" ? name : (identity?.name ?? name);
      return { desk, name: shorten(shown), kind, state: identity?.state ?? "available", text: identity?.text ?? null };
    });
  }

  /** There is no event for "the contact list changed", so it is looked up after whatever may have changed it. */
  tell(windows: readonly Window[]): void {
    for (const window of windows) {
      const contacts = this.of(window);
      const told = JSON.stringify(contacts);
      if (told !== window.contactsTold) {
        window.contactsTold = told;
        window.wire.send({ kind: "contacts", contacts });
      }
    }
  }

  async tellHistories(window: Window, contacts: readonly Contact[] = this.of(window)): Promise<void> {
    const { historyLines, bufferedBytes } = this.#limits;
    for (const { desk } of contacts.slice(0, HISTORIES)) {
      if (!window.wire.isOpen) {
        return;
      }
      try {
        const lines = await this.#context.history(window.address, desk, historyLines);
        await window.wire.tell({ kind: "history", desk, lines: toHistory(lines, bufferedBytes / 2) });
      } catch (error) {
        this.#context.log.warn("web.history.failed", { network: this.#context.network, error: String(error) });
      }
    }
  }
}
