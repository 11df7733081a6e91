/**
 * Programs behind HTTP addresses, as people of a network of their own: what is said to them is a signed request, what they say is its
 * answer or a call. So an automated system can be a CSR like any other. README.md says what the network can and cannot do.
 */
import type { Adapter, AdapterContext, AdapterModule, Outcome } from "../../src/adapter.ts";
import { ACCEPTED, type Capabilities, type Outbound, type PresenceState, type Verdict } from "../../src/core/model.ts";
import { type Decoded, decodeAnswer, encode, PING, toInbound } from "./codec.ts";
import type { Bot, WebhookConfig } from "./config.ts";
import { webhookDescription } from "./description.ts";
import { request } from "./requests.ts";
import { webhookRoutes } from "./routes.ts";

export const webhook: AdapterModule<WebhookConfig> = {
  ...webhookDescription,
  create: (config, context) => new Webhook(config, context),
};

const STOPPED: Outcome = { kind: "deferred", reason: "service-unavailable" };
const NOBODY: Outcome = {
  kind: "rejected",
  reason: "item-not-found",
  text: "There is no automated system of that name.",
};

/** How a program has been answering. */
interface Health {
  failures: number;
  /** Null: it was not asked for, so it is told to nobody. */
  told: PresenceState | null;
  /** Ends the asking whether it is back; null when it is not away. */
  stopAsking: (() => void) | null;
}

class Webhook implements Adapter {
  readonly capabilities: Capabilities;
  readonly #config: WebhookConfig;
  readonly #context: AdapterContext;
  readonly #health = new Map<string, Health>();
  readonly #end = new AbortController();
  #pings = 0;

  constructor(config: WebhookConfig, context: AdapterContext) {
    this.#config = config;
    this.#context = context;
    this.capabilities = {
      identity: "virtual",
      features: ["presence", "multiline"],
      maxTextBytes: config.limits.textBytes,
      window: 1,
      deduplicates: false,
    };
    for (const id of Object.keys(config.bots)) this.#health.set(id, { failures: 0, told: null, stopAsking: null });
    context.http.mount(
      webhookRoutes({ config, context, say: (bot, to, lines, id) => this.#say(bot, to, lines, id && `call ${id}`) }),
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#end.signal.aborted) this.#context.status("online");
  }

  async stop(): Promise<void> {
    this.#end.abort();
    for (const health of this.#health.values()) health.stopAsking?.();
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const { id } = outbound.to;
    const bot = Object.hasOwn(this.#config.bots, id) ? this.#config.bots[id] : undefined;
    const health = this.#health.get(id);
    if (this.#end.signal.aborted || signal.aborted) return STOPPED;
    if (bot === undefined || health === undefined) return NOBODY;
    if (outbound.kind === "watch") {
      await this.#tell(id, health, this.#isAway(health) ? "offline" : "available");
      return { kind: "accepted", id: null };
    }
    if (outbound.kind !== "message")
      return { kind: "rejected", reason: "feature-not-implemented", text: `Programs are told no ${outbound.kind}.` };
    const { textBytes } = this.#config.limits;
    if (Buffer.byteLength(outbound.text) > textBytes)
      return { kind: "rejected", reason: "not-acceptable", text: `A message has at most ${textBytes} bytes here.` };
    return await this.#deliver(id, bot, health, outbound, signal);
  }

  async #deliver(
    id: string,
    bot: Bot,
    health: Health,
    outbound: Extract<Outbound, { kind: "message" }>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { key, from, to } = outbound;
    const identity = this.#context.identity(from, to);
    const body = encode(outbound, { name: identity?.name ?? null, open: identity?.state !== "offline" });
    const answer = await this.#request(bot, key, body, signal);
    if (this.#end.signal.aborted) return answer.kind === "rejected" ? answer : STOPPED;
    if (answer.kind === "deferred") this.#failed(id, bot, health);
    else this.#works(id, health);
    if (answer.kind !== "answered") return answer;
    return await this.#take(id, outbound, answer.body);
  }

  /** Its answer is taken before the message counts as delivered: else a crash in between would lose it. */
  async #take(id: string, { key, from }: Outbound, body: string | null): Promise<Outcome> {
    const { actions, answerBytes } = this.#config.limits;
    const decoded: Decoded =
      body === null
        ? { kind: "malformed", text: `The answer has more than ${answerBytes} bytes.` }
        : decodeAnswer(body, actions);
    if (decoded.kind === "malformed") {
      this.#context.count("webhook.answer.malformed", "not of the shape of an answer", id);
      this.#context.log.warn("webhook.answer.malformed", { key, bot: id, reason: decoded.text });
      return { kind: "accepted", id: null };
    }
    try {
      const verdict = await this.#say(id, from, decoded.lines, `answer ${key}`);
      if (verdict.kind === "refused")
        this.#context.log.warn("webhook.answer.refused", { key, bot: id, reason: verdict.reason });
      return { kind: "accepted", id: null };
    } catch {
      return { kind: "deferred", reason: "service-unavailable" };
    }
  }

  /** Line by line; each is known by the request it came with, so that a repeated one is taken once. */
  async #say(bot: string, to: string, lines: readonly string[], id: string | null): Promise<Verdict> {
    if (this.#end.signal.aborted) throw new Error("the webhook network has been stopped");
    const from = { network: this.#context.network, id: bot };
    for (const [index, text] of lines.entries()) {
      const verdict = await this.#context.receive(toInbound(from, to, text, id, index));
      if (verdict.kind === "refused") return verdict;
    }
    return ACCEPTED;
  }

  async #request(bot: Bot, id: string, body: string, signal: AbortSignal) {
    const { limits } = this.#config;
    return await request(bot, id, body, limits, this.#context.clock.now(), AbortSignal.any([signal, this.#end.signal]));
  }

  // --- whether it is there ---------------------------------------------------------------------------------------------

  #works(id: string, health: Health): void {
    health.failures = 0;
    const stop = health.stopAsking;
    if (stop === null) return;
    health.stopAsking = null;
    stop();
    this.#context.log.info("webhook.bot.back", { bot: id });
    this.#context.reachable({ network: this.#context.network, id });
    void this.#tellChange(id, health, "available");
  }

  #failed(id: string, bot: Bot, health: Health): void {
    health.failures += 1;
    if (health.stopAsking === null) this.#ask(id, bot, health, 0);
  }

  /** Asks again and again, slower and slower, until it answers. It counts as away from the failure on that the rules name. */
  #ask(id: string, bot: Bot, health: Health, attempt: number): void {
    if (this.#isAway(health)) void this.#tellChange(id, health, "offline");
    health.stopAsking = this.#context.clock.after(this.#context.backoffMs(attempt), () => {
      this.#pings += 1;
      const key = `ping-${this.#context.clock.now()}-${this.#pings}`;
      void this.#request(bot, key, PING, this.#end.signal).then((answer) => {
        if (this.#end.signal.aborted || health.stopAsking === null) return;
        // A program that knows no pings and says so is there.
        if (answer.kind !== "deferred") this.#works(id, health);
        else {
          health.failures += 1;
          this.#ask(id, bot, health, attempt + 1);
        }
      });
    });
  }

  #isAway({ failures }: Health): boolean {
    return failures >= this.#config.limits.failuresUntilAway;
  }

  async #tellChange(id: string, health: Health, state: PresenceState): Promise<void> {
    if (health.told === null || health.told === state) return;
    await this.#tell(id, health, state).catch((error: unknown) =>
      this.#context.log.warn("webhook.presence.not-taken", { bot: id, error }),
    );
  }

  async #tell(id: string, health: Health, state: PresenceState): Promise<void> {
    health.told = state;
    const from = { network: this.#context.network, id };
    const presence = { kind: "presence", state, text: null, all: true } as const;
    await this.#context.receive({ redelivery: null, from, device: null, to: this.#context.desk, ...presence });
  }
}
