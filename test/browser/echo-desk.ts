/**
 * A desk for tests of the pages alone: it says back what a visitor says, offers choices, passes lines between one visitor
 * and one CSR when asked to, keeps a history, and sends again what was deferred. No routing, no store: what the whole desk
 * does is in conversation.test.ts.
 */
import { web } from "../../adapters/web/index.ts";
import type { Adapter, HistoryLine } from "../../src/adapter.ts";
import type { Address, Choice, HostedFile, Inbound, InboundOf, Outbound, Verdict } from "../../src/core/model.ts";
import { ACCEPTED, addressKey } from "../../src/core/model.ts";
import type { Files } from "../../src/files.ts";
import { TestContext } from "../support/adapter-context.ts";
import { shelve } from "../support/file-shelf.ts";

export const NETWORK = "web";
export const HANDLE = "support";
export const ALIAS = "k3v9x2p8q7w4m5na";
const STEADY = new AbortController().signal;

interface Copy {
  readonly outbound: Outbound;
  done: boolean;
}

export class EchoDesk {
  readonly context: TestContext;
  readonly #section: object;
  adapter: Adapter;
  readonly files: Files | null;
  /** What each person has been told and has told, by address and desk name. */
  readonly #histories = new Map<string, HistoryLine[]>();
  readonly #outbox = new Map<string, Copy[]>();
  readonly #running = new Set<string>();
  /** Redelivery ids that were taken in. */
  readonly #inbox = new Set<string>();
  /** Messages as taken in, each once. */
  readonly heard: InboundOf<"message">[] = [];
  readonly receipts: InboundOf<"receipt">[] = [];
  #keys = 0;
  echoes = true;
  /** Whether a chat may be opened. */
  opens = true;

  /** `folder`: where it keeps files; without one it takes none. */
  constructor(section: object = {}, folder: string | null = null) {
    this.#section = section;
    this.context = new TestContext({ network: NETWORK, handles: [HANDLE, "billing"], desk: "desk", alias: ALIAS });
    this.context.identities.set(HANDLE, { kind: "handle", name: "Support", state: "available", text: null });
    this.context.identities.set("billing", { kind: "handle", name: "Billing", state: "away", text: "back at 9:00" });
    this.context.identities.set("desk", { kind: "desk", name: "Desk", state: "available", text: null });
    this.context.history = async (viewer, desk, limit) =>
      (this.#history(viewer, desk) as readonly HistoryLine[]).slice(-limit);
    this.context.reachable = (address) => void this.#flush(address);
    const receive = this.context.receive;
    this.context.receive = async (inbound) => {
      await receive(inbound);
      return this.#take(inbound);
    };
    this.files = folder === null ? null : shelve(this.context, folder);
    this.adapter = this.#make();
  }

  get url(): string {
    return this.context.url;
  }

  async start(): Promise<void> {
    await this.files?.start();
    await this.context.listen();
    await this.adapter.start(STEADY);
  }
  async stop(): Promise<void> {
    this.files?.stop();
    await this.adapter.stop();
    await this.context.close();
  }

  #make(): Adapter {
    return web.create(web.parseConfig(this.#section), this.context);
  }

  /** Says something to that person as the desk, a bot, or somebody relayed. */
  say(
    to: Address,
    text: string,
    more: { from?: string; nick?: string; notice?: boolean; choices?: readonly Choice[]; file?: HostedFile } = {},
  ): string {
    this.#keys += 1;
    const key = `echo-${this.#keys}-0`;
    const { from = HANDLE, nick = null, notice = false, choices = [], file = null } = more;
    const base = { key, from, to, device: null, conversation: null, kind: "message" } as const;
    const outbound: Outbound = {
      ...base,
      text,
      choices,
      file,
      replyTo: null,
      sentAt: Date.now(),
      nick,
      language: null,
      notice,
    };
    this.#history(to, from).push({ ...historyLine(key, text, false), nick, notice, choices, file });
    this.send(outbound);
    return key;
  }
  send(outbound: Outbound): void {
    const lane = this.#outbox.get(addressKey(outbound.to)) ?? [];
    lane.push({ outbound, done: false });
    this.#outbox.set(addressKey(outbound.to), lane);
    void this.#flush(outbound.to);
  }
  tell(
    kind: "edit" | "retraction" | "receipt" | "typing" | "presence",
    to: Address,
    content: object,
    from = HANDLE,
  ): void {
    this.#keys += 1;
    const base = { kind, key: `echo-${this.#keys}-0`, from, to, device: null, conversation: null };
    this.send({ ...base, ...content } as unknown as Outbound);
  }

  /** One send after the other to each person; what is deferred waits until they are reachable. */
  async #flush(to: Address): Promise<void> {
    const lane = addressKey(to);
    if (this.#running.has(lane)) {
      return;
    }
    this.#running.add(lane);
    try {
      for (const copy of this.#outbox.get(lane)?.filter(({ done }) => !done) ?? []) {
        const outcome = await this.adapter.send(copy.outbound, STEADY);
        if (outcome.kind === "deferred") {
          return;
        }
        copy.done = true;
      }
    } finally {
      this.#running.delete(lane);
    }
    if (this.#outbox.get(lane)?.some(({ done }) => !done) === true) {
      await this.#flush(to);
    }
  }

  #take(inbound: Inbound): Verdict {
    if (inbound.redelivery !== null && this.#inbox.has(inbound.redelivery)) {
      return ACCEPTED;
    }
    const verdict = this.#judge(inbound);
    if (inbound.redelivery !== null && verdict.kind === "accepted") {
      this.#inbox.add(inbound.redelivery);
    }
    return verdict;
  }

  #judge(inbound: Inbound): Verdict {
    const { from, to } = inbound;
    if (inbound.kind === "receipt") {
      this.receipts.push(inbound);
    }
    if ((inbound.kind === "arrival" && !this.opens) || (inbound.kind === "edit" && inbound.text === "refuse me")) {
      return { kind: "refused", reason: "policy-violation", text: "The desk does not take this." };
    }
    if (inbound.kind === "arrival") {
      this.say(from, "Good day! You are talking to a bot that says everything twice. What is it about?", {
        notice: true,
        choices: [
          { value: "order", label: "My order" },
          { value: "bill", label: "My bill" },
          { value: "other", label: "Something else" },
        ],
      });
    }
    if (inbound.kind === "message") {
      if (inbound.text === "refuse me") {
        return { kind: "refused", reason: "policy-violation", text: "The desk does not take this message." };
      }
      this.heard.push(inbound);
      const own = historyLine(inbound.id ?? "", inbound.text, true);
      this.#history(from, to).push({ ...own, file: inbound.file ?? null });
      if (this.echoes) {
        this.tell("receipt", from, { of: inbound.id, state: "delivered" }, to);
        this.tell("receipt", from, { of: inbound.id, state: "read" }, to);
        this.say(from, `You said: ${inbound.text}`, { from: to, nick: "Anna" });
      }
    }
    return ACCEPTED;
  }

  #history(viewer: Address, desk: string): HistoryLine[] {
    const key = `${addressKey(viewer)} ${desk}`;
    const lines = this.#histories.get(key) ?? [];
    this.#histories.set(key, lines);
    return lines;
  }
}

function historyLine(id: string, text: string, own: boolean): HistoryLine {
  const plain = { edited: false, retracted: false, nick: null, notice: false, choices: [], state: "received" as const };
  return { id, text, own, at: Date.now(), ...plain };
}
