/**
 * The loopback adapter: the contract's reference implementation, on a network that lives in this process. An author of an
 * adapter for a real network finds here, without a protocol in the way, what every adapter must do.
 */
import type { Adapter, AdapterContext, AdapterModule, Outcome } from "../../src/adapter.ts";
import { ConfigProblem } from "../../src/adapter.ts";
import type { Capabilities, Feature, Outbound } from "../../src/core/model.ts";
import type { FromNetwork } from "./codec.ts";
import { decode, encode, toInbound } from "./codec.ts";
import type { LoopbackConfig } from "./config.ts";
import { loopbackConfigSchema, parseLoopbackConfig } from "./config.ts";
import type { Link } from "./network.ts";
import { LoopbackNetwork } from "./network.ts";

export type { LoopbackConfig } from "./config.ts";
export { LoopbackNetwork } from "./network.ts";
export type { PersonEvent, PersonOptions } from "./person.ts";
export { LoopbackPerson } from "./person.ts";

const exchanges = new Map<string, LoopbackNetwork>();

/** The in-process network of that name, made at the first call. The process is its world, so this is its directory. */
export function loopbackExchange(name: string): LoopbackNetwork {
  let exchange = exchanges.get(name);
  if (exchange === undefined) {
    exchange = new LoopbackNetwork();
    exchanges.set(name, exchange);
  }
  return exchange;
}
/** Forgets that network and everybody on it. */
export function closeLoopbackExchange(name: string): void {
  exchanges.get(name)?.cut();
  exchanges.delete(name);
}

export const loopback: AdapterModule<LoopbackConfig> = {
  protocol: "loopback",
  parseConfig: parseLoopbackConfig,
  configSchema: loopbackConfigSchema,
  canonicalAddress: (id) => (id.trim() === "" ? null : id.trim().toLowerCase()),
  checkHandles: (config, handles) => {
    const [, second] = handles;
    if (config.capabilities.identity === "fixed" && second !== undefined) {
      throw new ConfigProblem(["handles", second], "a network of fixed identity has one address, and so one handle");
    }
  },
  create: (config, context) => new LoopbackAdapter(config, context),
};

/** Which feature a kind of outbound needs; kinds without one are carried by every network. */
function neededFeature(outbound: Exclude<Outbound, { kind: "room" }>): Feature | null {
  switch (outbound.kind) {
    case "message":
      return null;
    case "edit":
    case "retraction":
    case "reaction":
    case "typing":
    case "presence":
      return outbound.kind;
    case "receipt":
      return outbound.state;
    case "subscription":
    case "watch":
      return "presence";
  }
}

type Rejected = Extract<Outcome, { kind: "rejected" }>;

/** Why this network will never carry it, or null when it can. Decided before anything is written. */
function refusal(outbound: Outbound, capabilities: Capabilities): Rejected | null {
  const feature = outbound.kind === "room" ? null : neededFeature(outbound);
  if (outbound.kind === "room" || (feature !== null && !capabilities.features.includes(feature))) {
    return { kind: "rejected", reason: "feature-not-implemented", text: `this network carries no ${outbound.kind}` };
  }
  const bytes = "text" in outbound && outbound.text !== null ? Buffer.byteLength(outbound.text, "utf8") : 0;
  if (bytes > capabilities.maxTextBytes) {
    const text = `${bytes} bytes of text, and this network carries ${capabilities.maxTextBytes} at most`;
    return { kind: "rejected", reason: "policy-violation", text };
  }
  return null;
}

const NO_LINK: Outcome = { kind: "deferred", reason: "remote-server-timeout" };

class LoopbackAdapter implements Adapter {
  readonly capabilities: Capabilities;
  readonly #config: LoopbackConfig;
  readonly #context: AdapterContext;
  /** Sends that the network has not answered yet, by key. */
  readonly #unanswered = new Map<string, (outcome: Outcome) => void>();
  readonly #started = Promise.withResolvers<void>();
  #link: Link | null = null;
  #stopped = false;
  #cancelRetry: () => void = () => {};

  constructor(config: LoopbackConfig, context: AdapterContext) {
    this.#config = config;
    this.#context = context;
    this.capabilities = config.capabilities;
    // Nobody may be waiting for start() when it fails.
    this.#started.promise.catch(() => {});
  }

  async start(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#fail(new Error("The start was given up before the network could be reached."));
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) {
      abort();
    } else if (!this.#stopped) {
      void this.#connect(0);
    }
    try {
      await this.#started.promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const refused = refusal(outbound, this.capabilities);
    if (refused !== null) {
      return refused;
    }
    const link = this.#link;
    if (link === null || signal.aborted) {
      return NO_LINK;
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const giveUp = (): void => resolve(NO_LINK);
    signal.addEventListener("abort", giveUp, { once: true });
    // A retry under the same key takes over: the network answers a key, not a call.
    this.#unanswered.get(outbound.key)?.(NO_LINK);
    this.#unanswered.set(outbound.key, resolve);
    link.write(encode({ kind: "send", outbound }));
    const outcome = await promise;
    signal.removeEventListener("abort", giveUp);
    if (this.#unanswered.get(outbound.key) === resolve) {
      this.#unanswered.delete(outbound.key);
    }
    return outcome;
  }

  async stop(): Promise<void> {
    this.#fail(new Error("The adapter was stopped before the network could be reached."));
  }

  async #connect(attempt: number): Promise<void> {
    this.#context.status("connecting");
    const { secret, exchange, capabilities } = this.#config;
    const account = capabilities.identity === "fixed" ? (this.#context.handles[0] ?? this.#context.desk) : null;
    const result = await loopbackExchange(exchange).connect(
      { secret, account, deduplicates: capabilities.deduplicates },
      { onFrame: (frame) => this.#take(frame), onClosed: () => this.#lost() },
    );
    if (this.#stopped) {
      if (result.kind === "connected") {
        result.link.close();
      }
      return;
    }
    switch (result.kind) {
      case "connected":
        this.#link = result.link;
        this.#context.status("online");
        this.#link.listen();
        this.#started.resolve();
        return;
      case "unreachable":
        return this.#retry(attempt);
      case "wrong-secret":
        this.#context.status("offline", "the network refused the secret");
        return this.#fail(
          new Error(`The loopback network ${exchange} refused the secret of ${this.#context.network}.`),
        );
    }
  }

  #retry(attempt: number): void {
    const delayMs = this.#context.backoffMs(attempt);
    this.#cancelRetry = this.#context.clock.after(delayMs, () => void this.#connect(attempt + 1));
  }

  /** The link is gone: nothing that was not answered is known to have arrived. */
  #lost(): void {
    if (this.#stopped || this.#link === null) {
      return;
    }
    this.#link = null;
    this.#context.status("connecting");
    this.#deferUnanswered();
    this.#retry(0);
  }

  #deferUnanswered(): void {
    for (const resolve of this.#unanswered.values()) {
      resolve(NO_LINK);
    }
    this.#unanswered.clear();
  }

  /** Ends everything, once: after it nothing of this adapter is heard. */
  #fail(reason: Error): void {
    this.#stopped = true;
    this.#cancelRetry();
    this.#link?.close();
    this.#link = null;
    this.#deferUnanswered();
    this.#started.reject(reason);
  }

  #take(text: string): void {
    if (this.#stopped) {
      return;
    }
    const frame = decode(text);
    switch (frame.kind) {
      case "event":
        void this.#receive(frame);
        return;
      case "answer":
        this.#unanswered.get(frame.key)?.(frame.outcome);
        return;
      case "reachable":
        this.#context.reachable({ network: this.#context.network, id: frame.person });
        return;
      case "malformed":
        this.#context.log.warn("loopback.malformed", { network: this.#context.network, why: frame.why });
        return;
    }
  }

  /** Nothing is acknowledged before the desk has it; what it cannot take stays with the network, which repeats it. */
  async #receive({ seq, event }: Extract<FromNetwork, { kind: "event" }>): Promise<void> {
    const { network, log } = this.#context;
    // The link it came by: an acknowledgement on a later one would be for a delivery of its own.
    const link = this.#link;
    try {
      const verdict = await this.#context.receive(toInbound(network, seq, event));
      if (seq === null || this.#stopped) {
        return;
      }
      const { kind } = verdict;
      link?.write(
        encode(
          kind === "accepted"
            ? { kind: "ack", seq }
            : { kind: "nack", seq, reason: verdict.reason, text: verdict.text },
        ),
      );
    } catch (error) {
      if (!this.#stopped) {
        log.warn("loopback.not-taken", { network, kind: event.kind, seq, error });
      }
    }
  }
}
