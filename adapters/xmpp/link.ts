/** Keeps one stream open: connects, waits for its end, backs off, connects again, until stopped. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { XmppStream } from "./stream.ts";
import { explain, StreamFailure } from "./stream-failure.ts";

export interface LinkHandlers {
  /** A fresh stream, not yet opened: one stream is one connection. */
  make(): Promise<XmppStream>;
  /** The stream is logged in; resolves when it can be sent on. A rejection ends the stream. */
  online(stream: XmppStream): Promise<void>;
  /** It is over, after `online` was called with it. */
  offline(): void;
}

/** Thrown out by the server sooner than this, a login was no success: two daemons on one account do it to each other. */
const STEADY_MS = 10_000;

export class Link {
  readonly #context: AdapterContext;
  readonly #handlers: LinkHandlers;
  readonly #connectMs: number;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #stream: XmppStream | null = null;
  /** Since the last session that was not thrown out at once. */
  #attempt = 0;

  constructor(context: AdapterContext, connectMs: number, handlers: LinkHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#connectMs = connectMs;
  }

  /** Resolves at the first login, rejects when trying again cannot help or `signal` aborts. Call once. */
  start(signal: AbortSignal): Promise<void> {
    const first = Promise.withResolvers<void>();
    if (signal.aborted) {
      return Promise.reject(abortion(signal));
    }
    const abort = () => {
      first.reject(abortion(signal));
      void this.stop();
    };
    signal.addEventListener("abort", abort, { once: true });
    void this.#keep(first).finally(() => first.reject(new Error("The adapter was stopped before it was connected.")));
    return first.promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Ends the stream in order, and the trying. At any moment, any number of times. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await this.#stream?.close();
  }

  async #keep(first: PromiseWithResolvers<void>): Promise<void> {
    let connected = false;
    while (!this.#isStopped) {
      this.#status("connecting");
      const failure = await this.#once(() => {
        connected = true;
        first.resolve();
      });
      if (this.#isStopped) {
        return;
      }
      const permanent = failure?.kind === "permanent";
      this.#status("offline", failure?.message);
      this.#context.log[permanent ? "error" : "warn"]("xmpp.link.ended", {
        network: this.#context.network,
        reason: failure?.message ?? "The server closed the stream.",
      });
      if (permanent && !connected) {
        first.reject(failure);
        return;
      }
      await this.#pause(this.#context.backoffMs(this.#attempt));
      this.#attempt += 1;
    }
  }

  /** One connection from its beginning to its end; the reason it ended, null when the server said goodbye. */
  async #once(connected: () => void): Promise<StreamFailure | null> {
    let stream: XmppStream | null = null;
    try {
      stream = await this.#handlers.make();
      this.#stream = stream;
      await this.#within(stream);
      if (this.#isStopped) {
        await stream.close();
        return null;
      }
      await this.#session(stream, connected);
      const since = this.#context.clock.now();
      const reason = await stream.ended;
      const isThrownOut = reason instanceof StreamFailure && this.#context.clock.now() - since < STEADY_MS;
      this.#attempt = isThrownOut ? this.#attempt : 0;
      return reason === null ? null : explain(reason);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      stream?.destroy(reason);
      return explain(reason);
    } finally {
      this.#stream = null;
    }
  }

  async #session(stream: XmppStream, connected: () => void): Promise<void> {
    stream.ended.then(() => this.#handlers.offline());
    await this.#handlers.online(stream);
    if (!this.#isStopped) {
      this.#context.log.info("xmpp.link.online", { network: this.#context.network });
      this.#status("online");
      connected();
    }
  }

  async #within(stream: XmppStream): Promise<void> {
    const cancel = this.#context.clock.after(this.#connectMs, () =>
      stream.destroy(new Error(`The server did not complete the login within ${this.#connectMs / 1000} seconds.`)),
    );
    await stream.open().finally(cancel);
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

function abortion(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("Starting was given up.");
}
