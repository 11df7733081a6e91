/** Keeps one connection: connects, logs in, waits for its end, backs off, connects again, until stopped. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Connection } from "./connection.ts";

/** Why a link could not be made, or ended. What is `permanent` will not be cured by trying again. */
export class LinkFailure extends Error {
  readonly kind: "permanent" | "temporary";
  constructor(kind: "permanent" | "temporary", message: string) {
    super(message);
    this.name = "LinkFailure";
    this.kind = kind;
  }
}

/** Certificate faults as Node names them (`error.code`); waiting does not cure them. */
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/u;

/** What ended a connection, in a sentence an operator can act on. */
function explain(error: unknown): Error {
  const reason = error instanceof Error ? error : new Error(String(error));
  const code = "code" in reason ? String(reason.code) : "";
  return CERTIFICATE.test(code)
    ? new LinkFailure("permanent", `The IRC server's certificate is not accepted: ${reason.message} (${code}).`)
    : reason;
}

export interface LinkHandlers {
  /** A fresh connection, not yet opened. */
  make(): Connection;
  /** Logs in on an open connection; resolves when it can be sent on. A rejection ends the connection. */
  login(connection: Connection): Promise<void>;
  /** It can be sent on. `again` when it is not the first. */
  online(connection: Connection, again: boolean): void;
  /** It is over, logged in or not. */
  offline(): void;
  /** The last line of a link that is ended in order. */
  farewell(): string;
}

export class Link {
  readonly #context: AdapterContext;
  readonly #handlers: LinkHandlers;
  readonly #connectMs: number;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #connection: Connection | null = null;
  #attempt = 0;
  #hasBeenOnline = false;

  constructor(context: AdapterContext, connectMs: number, handlers: LinkHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#connectMs = connectMs;
  }

  /** Resolves at the first login, rejects when trying again cannot help or `signal` aborts. Call once. */
  start(signal: AbortSignal): Promise<void> {
    const first = Promise.withResolvers<void>();
    if (signal.aborted || this.#isStopped) {
      return Promise.reject(new Error("Starting was given up."));
    }
    const abort = () => {
      first.reject(signal.reason instanceof Error ? signal.reason : new Error("Starting was given up."));
      void this.stop();
    };
    signal.addEventListener("abort", abort, { once: true });
    void this.#keep(first).finally(() => first.reject(new Error("The adapter was stopped before it was connected.")));
    return first.promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Ends the connection in order, and the trying. At any moment, any number of times. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await this.#connection?.close(this.#handlers.farewell());
  }

  async #keep(first: PromiseWithResolvers<void>): Promise<void> {
    while (!this.#isStopped) {
      this.#status("connecting");
      const failure = await this.#once(first);
      if (this.#isStopped) {
        return;
      }
      const isPermanent = failure instanceof LinkFailure && failure.kind === "permanent";
      const reason = failure?.message ?? "The server closed the connection.";
      this.#status("offline", reason);
      this.#context.log[isPermanent ? "error" : "warn"]("irc.link.ended", { network: this.#context.network, reason });
      if (isPermanent && !this.#hasBeenOnline) {
        first.reject(failure);
        return;
      }
      await this.#pause(this.#context.backoffMs(this.#attempt));
      this.#attempt += 1;
    }
  }

  /** One connection from its beginning to its end; the reason it ended, null when the server gave none. */
  async #once(first: PromiseWithResolvers<void>): Promise<Error | null> {
    const connection = this.#handlers.make();
    this.#connection = connection;
    const cancel = this.#context.clock.after(this.#connectMs, () =>
      connection.destroy(new LinkFailure("temporary", `No login within ${this.#connectMs / 1_000} seconds.`)),
    );
    try {
      await connection.open();
      const cut = connection.ended.then((reason) => Promise.reject(reason ?? new Error("The server closed the link.")));
      await Promise.race([this.#handlers.login(connection), cut]);
      cancel();
      if (!this.#isStopped) {
        this.#begin(connection, first);
      }
      return await connection.ended;
    } catch (error) {
      const reason = explain(error);
      connection.destroy(reason);
      return reason;
    } finally {
      cancel();
      this.#connection = null;
      this.#handlers.offline();
    }
  }

  #begin(connection: Connection, first: PromiseWithResolvers<void>): void {
    this.#attempt = 0;
    this.#handlers.online(connection, this.#hasBeenOnline);
    this.#hasBeenOnline = true;
    this.#context.log.info("irc.link.online", { network: this.#context.network });
    this.#status("online");
    first.resolve();
  }

  async #pause(delayMs: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const cancel = this.#context.clock.after(delayMs, over.resolve);
    await Promise.race([over.promise, this.#stopped.promise]);
    cancel();
  }

  #status(status: "connecting" | "online" | "offline", detail?: string): void {
    if (!this.#isStopped) {
      this.#context.status(status, detail);
    }
  }
}
