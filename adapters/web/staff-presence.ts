/**
 * The presence of CSRs: available while a console is open, offline a little after the last one has closed. The little is
 * for reloads, for a change of network, and for a restart of the daemon.
 */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Address } from "../../src/core/model.ts";

export class StaffPresence {
  readonly #context: AdapterContext;
  readonly #isHere: (id: string) => boolean;
  readonly #graceMs: number;
  /** Address id → cancels the report that they have gone. */
  readonly #leaving = new Map<string, () => void>();
  #stopped = false;

  constructor(context: AdapterContext, isHere: (id: string) => boolean, graceMs: number) {
    this.#context = context;
    this.#isHere = isHere;
    this.#graceMs = graceMs;
  }

  opened(address: Address): void {
    const cancel = this.#leaving.get(address.id);
    cancel?.();
    this.#leaving.delete(address.id);
    this.#report(address, "available");
  }

  closed(address: Address): void {
    if (this.#stopped || this.#isHere(address.id)) {
      return;
    }
    this.#leaving.get(address.id)?.();
    const cancel = this.#context.clock.after(this.#graceMs, () => {
      this.#leaving.delete(address.id);
      if (!this.#isHere(address.id)) {
        this.#report(address, "offline");
      }
    });
    this.#leaving.set(address.id, cancel);
  }

  /** The desk asks. Whoever is not here may just be coming back after a restart, so "offline" is said after the grace. */
  watched(address: Address): void {
    if (this.#isHere(address.id)) {
      this.#report(address, "available");
    } else if (!this.#leaving.has(address.id)) {
      this.closed(address);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#leaving.values()) {
      cancel();
    }
    this.#leaving.clear();
  }

  #report(from: Address, state: "available" | "offline"): void {
    if (this.#stopped) {
      return;
    }
    const { desk: to, log, network } = this.#context;
    const inbound = {
      kind: "presence",
      redelivery: null,
      from,
      device: null,
      to,
      state,
      text: null,
      all: true,
    } as const;
    this.#context.receive(inbound).catch((error: unknown) => {
      // Volatile: the desk asks again (watch) when it is back.
      log.warn("web.presence.not-taken", { network, error: String(error) });
    });
  }
}
