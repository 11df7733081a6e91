/** Questions the desk asks (IQ get, RFC 6120 §8.2.3) and the answers that may count for them. */
import { randomBytes } from "node:crypto";
import type { Element } from "@xmpp/xml";
import type { Clock } from "../../src/adapter.ts";
import { attribute } from "./elements.ts";
import { type Jid, parseJid } from "./jid.ts";

interface Pending {
  readonly to: string;
  readonly settle: (answer: Element | null) => void;
}

/** Questions that may be open at once; more are not asked. */
const OPEN = 10_000;

export class Requests {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Sends a question by `write(id)` and resolves with the result stanza, or with null for an error, silence or a cut link:
   * who asks wants to know what is known, not why the rest is not.
   */
  ask(to: Jid, timeoutMs: number, write: (id: string) => void): Promise<Element | null> {
    if (this.#pending.size >= OPEN) {
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const id = `ask-${randomBytes(9).toString("base64url")}`;
      const cancel = this.#clock.after(timeoutMs, () => settle(null));
      const settle = (answer: Element | null) => {
        cancel();
        this.#pending.delete(id);
        resolve(answer);
      };
      this.#pending.set(id, { to: to.full, settle });
      write(id);
    });
  }

  /** Takes an IQ result or error; false when nobody asked for it. Only who was asked can answer. */
  answered(stanza: Element): boolean {
    const pending = this.#pending.get(attribute(stanza, "id") ?? "");
    const from = parseJid(attribute(stanza, "from") ?? "");
    if (pending === undefined || from?.full !== pending.to) {
      return false;
    }
    pending.settle(attribute(stanza, "type") === "result" ? stanza : null);
    return true;
  }

  /** The link is gone: nobody will answer. */
  cut(): void {
    for (const pending of [...this.#pending.values()]) {
      pending.settle(null);
    }
  }
}
