/** A program as a person of the webhook network, which has a word for texts and for nothing else. */
import type { Address, Condition } from "../../src/core/model.ts";
import { Arrivals } from "../support/wait.ts";
import type { WebhookProgram } from "../support/webhook-program.ts";
import type { FarEvent, FarPerson } from "./far-end.ts";

const impossible = async (): Promise<never> => {
  throw new Error("Programs have no word for that.");
};

/** A program behind an HTTP address, for the conformance suite: what it is sent, in the words of the model, and calls of its own. */
export class WebhookFarPerson implements FarPerson {
  readonly address;
  readonly program: WebhookProgram;
  readonly software = null;
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly choose = impossible;
  readonly edit = impossible;
  readonly retract = impossible;
  readonly react = impossible;
  readonly typing = impossible;
  readonly receipt = impossible;
  readonly presence = impossible;
  readonly subscribe = impossible;
  readonly #url: () => string;
  readonly #isCut: () => boolean;
  /** What was not taken yet, in order. */
  readonly #kept: { readonly id: string; readonly to: string; readonly text: string }[] = [];
  #calling: Promise<void> = Promise.resolve();

  /** `url`: where it calls the desk. `isCut`: whether it cannot now. */
  constructor(address: Address, program: WebhookProgram, url: () => string, isCut: () => boolean = () => false) {
    this.address = address;
    this.program = program;
    this.#url = url;
    this.#isCut = isCut;
    program.answering = (brought) => {
      this.received.push({
        kind: "message",
        from: brought.conversation.id,
        id: brought.id,
        text: brought.text,
        nick: brought.name,
        choices: brought.choices,
        replyTo: null,
      });
      return {};
    };
  }

  async say(to: string, text: string): Promise<string> {
    const id = this.program.nextId();
    this.#kept.push({ id, to, text });
    this.flush();
    return `${this.address.id} call ${id} 0`;
  }

  /** One call after the other; what is not taken is kept until the next time. */
  flush(): void {
    this.#calling = this.#calling.then(async () => {
      for (const call of [...this.#kept]) {
        if (this.#isCut()) return;
        const { id, to, text } = call;
        const answer = await this.program
          .call(this.#url(), { conversation: to, actions: [{ text }] }, id)
          .catch(() => ({ status: 503, body: null }));
        if (answer.status >= 500) continue;
        this.#kept.splice(this.#kept.indexOf(call), 1);
        const of = `${this.address.id} call ${id} 0`;
        if (answer.status === 200) this.received.push({ kind: "receipt", from: to, of, state: "received" });
        else {
          const { error, text: words } = answer.body as { readonly error: Condition; readonly text: string };
          this.received.push({ kind: "refusal", from: to, of, reason: error, text: words });
        }
      }
    });
  }
}
