/** Networks whose sends the test answers itself, one by one or by a rule. */
import type { Outcome } from "../../src/adapter.ts";
import type { Capabilities, Outbound } from "../../src/core/model.ts";
import type { Networks } from "../../src/engine.ts";

export interface Sent {
  readonly outbound: Outbound;
  readonly signal: AbortSignal;
  answer(outcome: Outcome): void;
  fail(error: Error): void;
}

export const ACCEPT: Outcome = { kind: "accepted", id: null };
export const WAIT: Outcome = { kind: "deferred", reason: "recipient-unavailable" };

export class FakeNetworks implements Networks {
  /** Every send, in order. */
  readonly sent: Sent[] = [];
  window = 4;
  /** What answers at once; null: the test answers by hand. */
  rule: ((outbound: Outbound) => Outcome) | null = () => ACCEPT;

  capabilities(network: string): Capabilities | null {
    return network === "unknown"
      ? null
      : { identity: "virtual", features: [], maxTextBytes: 10_000, window: this.window, deduplicates: false };
  }

  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.sent.push({ outbound, signal, answer: resolve, fail: reject });
    if (this.rule !== null) {
      resolve(this.rule(outbound));
    }
    return promise;
  }

  /** The texts of the messages sent so far. */
  texts(): string[] {
    return this.sent.flatMap(({ outbound }) => (outbound.kind === "message" ? [outbound.text] : []));
  }
}
