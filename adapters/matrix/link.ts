/**
 * Whether the homeserver is there. It calls the desk and the desk calls it, so there is no connection to hold: health is
 * an answered request. When one is not answered the link counts as cut until `/account/whoami` is answered again.
 */
import type { AdapterContext } from "../../src/adapter.ts";

export type Attempt =
  | { readonly kind: "online" }
  | { readonly kind: "away"; readonly reason: string }
  /** Trying again cannot cure it. */
  | { readonly kind: "refused"; readonly reason: string };

export interface LinkParts {
  readonly context: AdapterContext;
  readonly healthMs: number;
  /** Greets the homeserver: token, name, handles. Rejecting is as good as `away`: the desk's disk, or an answer that is none. */
  attempt(): Promise<Attempt>;
  /** A small question, while online. Rejecting is as good as false. */
  isAlive(): Promise<boolean>;
}

export class Link {
  readonly #parts: LinkParts;
  readonly #started = Promise.withResolvers<void>();
  #isOnline = false;
  #isStopped = false;
  #wasOnline = false;
  #cancel: () => void = () => {};

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#started.promise.catch(() => {});
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  async start(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => this.stop("The start was given up before the homeserver could be reached.");
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) {
      giveUp();
    } else if (!this.#isStopped) {
      this.#parts.context.status("connecting");
      void this.#try(0);
    }
    try {
      await this.#started.promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** A request went unanswered. */
  lost(reason: string): void {
    if (!this.#isOnline || this.#isStopped) {
      return;
    }
    this.#isOnline = false;
    this.#cancel();
    this.#parts.context.status("connecting", reason);
    this.#again(0);
  }

  stop(reason = "The adapter was stopped."): void {
    this.#isStopped = true;
    this.#isOnline = false;
    this.#cancel();
    this.#started.reject(new Error(reason));
  }

  async #try(attempt: number): Promise<void> {
    const result = await this.#parts
      .attempt()
      .catch(
        (error: unknown): Attempt => ({ kind: "away", reason: error instanceof Error ? error.message : String(error) }),
      );
    if (this.#isStopped) {
      return;
    }
    switch (result.kind) {
      case "online":
        this.#isOnline = true;
        this.#wasOnline = true;
        this.#parts.context.status("online");
        this.#watch();
        this.#started.resolve();
        return;
      case "away":
        this.#parts.context.status("connecting", result.reason);
        return this.#again(attempt);
      case "refused":
        if (this.#wasOnline) {
          // It worked before: somebody is at the homeserver's configuration, and will be done some time.
          this.#parts.context.status("connecting", result.reason);
          return this.#again(attempt);
        }
        this.#parts.context.status("offline", result.reason);
        return this.stop(result.reason);
    }
  }

  #again(attempt: number): void {
    const delayMs = this.#parts.context.backoffMs(attempt);
    this.#cancel = this.#parts.context.clock.after(delayMs, () => void this.#try(attempt + 1));
  }

  #watch(): void {
    this.#cancel(); // a look that outlasted a short outage must not become a second one
    this.#cancel = this.#parts.context.clock.after(this.#parts.healthMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const isAlive = await this.#parts.isAlive().catch(() => false);
    if (!this.#isOnline || this.#isStopped) {
      return;
    }
    if (isAlive) {
      this.#watch();
    } else {
      this.lost("The homeserver does not answer.");
    }
  }
}
