/** What a conformance test works with: one far end, a fresh context, a fresh adapter, two people. */
import { expect } from "chai";
import type { Adapter, Outcome } from "../../../src/adapter.ts";
import type { Capabilities, Inbound, InboundOf, Outbound, OutboundKind } from "../../../src/core/model.ts";
import { type LogRecord, TestContext } from "../../support/adapter-context.ts";
import { DEFAULT_LIMIT_MS, until, within } from "../../support/wait.ts";
import type { FarEnd, FarEvent, FarEventKind, FarEventOf, FarPerson } from "../far-end.ts";

/** One test of the suite. */
export interface ConformanceTest {
  readonly title: string;
  /** True for order, integrity, unknown recipient and stop: no adapter may be excepted from it. */
  readonly unexceptionable: boolean;
  /** `made`: an adapter that was created and not started; the people cannot be there yet. */
  readonly needs: "made" | "started";
  /** False where the network has nothing to be tested here; the test is then shown as pending. */
  applies?(stage: Stage): boolean;
  run(stage: Stage): Promise<void>;
}

let keys = 0;
/** A key no other message of this process has. */
export function freshKey(): string {
  keys += 1;
  return `conf${process.pid}x${Date.now().toString(36)}-${keys}-1`;
}

type Content<K extends OutboundKind> = Omit<
  Extract<Outbound, { kind: K }>,
  "key" | "from" | "to" | "device" | "conversation" | "kind"
>;
type Message = Extract<Outbound, { kind: "message" }>;

const STEADY = new AbortController().signal;

export class Stage {
  readonly far: FarEnd;
  readonly context: TestContext;
  readonly adapter: Adapter;
  readonly #others: Stage[] = [];
  #anna: FarPerson | null = null;
  #ben: FarPerson | null = null;

  constructor(far: FarEnd, make: (context: TestContext) => Adapter = (context) => far.create(context)) {
    this.far = far;
    this.context = new TestContext(far);
    this.adapter = make(this.context);
  }

  /** One more adapter on the same network, with a context of its own; the test starts and ends it. */
  another(make?: (context: TestContext) => Adapter): Stage {
    const stage = new Stage(this.far, make);
    this.#others.push(stage);
    return stage;
  }
  /** Everything that was logged or said as a status, here and on the stages made by `another`. */
  get logs(): readonly LogRecord[] {
    return [...this.context.logs, ...this.#others.flatMap((stage) => stage.logs)];
  }

  /** Starts the adapter and brings both people in. */
  async start(): Promise<void> {
    await this.context.listen();
    await within(3 * DEFAULT_LIMIT_MS, "the adapter to start", this.adapter.start(STEADY));
    this.#anna = await this.far.person("anna");
    this.#ben = await this.far.person("ben");
  }
  async end(): Promise<void> {
    await within(DEFAULT_LIMIT_MS, "the adapter to stop", this.adapter.stop());
    await this.context.close();
  }

  get anna(): FarPerson {
    return present(this.#anna);
  }
  get ben(): FarPerson {
    return present(this.#ben);
  }
  get capabilities(): Capabilities {
    return this.adapter.capabilities;
  }
  get handle(): string {
    const [handle] = this.far.handles;
    if (handle === undefined) {
      throw new Error("The far end names no handle.");
    }
    return handle;
  }
  /** Every name the desk can speak as here: handle and alias, or the one address of a fixed identity. */
  get names(): readonly string[] {
    return this.far.alias === null ? [this.handle] : [this.handle, this.far.alias];
  }

  outbound<K extends OutboundKind>(kind: K, to: FarPerson, content: Content<K>, from: string = this.handle): Outbound {
    const base = { kind, key: freshKey(), from, to: to.address, device: null, conversation: null };
    return { ...base, ...content } as unknown as Outbound;
  }
  message(to: FarPerson, text: string, more: Partial<Message> = {}): Outbound {
    const plain = { choices: [], replyTo: null, sentAt: Date.now(), nick: null, language: null, notice: false };
    return { ...this.outbound("message", to, { text, ...plain }), ...more } as Outbound;
  }

  /** One send, which must say what became of it within the limit. */
  async send(outbound: Outbound, signal: AbortSignal = STEADY): Promise<Outcome> {
    return await within(2 * DEFAULT_LIMIT_MS, `the outcome of a ${outbound.kind}`, this.adapter.send(outbound, signal));
  }
  /** Sends as the outbox does: again while deferred, until accepted. A rejection fails the test. */
  async deliver(outbound: Outbound): Promise<void> {
    await until(
      `the ${outbound.kind} ${outbound.key} to be accepted`,
      async () => {
        const outcome = await this.send(outbound);
        expect(outcome.kind, JSON.stringify(outcome)).not.to.equal("rejected");
        return outcome.kind === "accepted";
      },
      3 * DEFAULT_LIMIT_MS,
    );
  }

  /** The next event of that kind on the person's screen that no other wait has taken. */
  async sees<K extends FarEventKind>(
    person: FarPerson,
    kind: K,
    matches: (event: FarEventOf<K>) => boolean = () => true,
  ): Promise<FarEventOf<K>> {
    const isIt = (event: FarEvent): boolean => event.kind === kind && matches(event as FarEventOf<K>);
    return (await person.received.next(`${person.address.id} to see a ${kind}`, isIt)) as FarEventOf<K>;
  }
  /** Texts of the messages on the person's screen, in order. */
  texts(person: FarPerson): readonly string[] {
    return person.received.all.flatMap((event) => (event.kind === "message" ? [event.text] : []));
  }
  /**
   * Sends one plain message and waits until the person sees it. Whatever was on the wire to that person before is on
   * their screen then, so what is not, was never sent.
   */
  async fence(person: FarPerson): Promise<void> {
    const outbound = this.message(person, `fence ${freshKey()}`);
    await this.deliver(outbound);
    await this.sees(person, "message", (event) => "text" in outbound && event.text === outbound.text);
  }
  /** The person writes; resolves with what the adapter reported of it. */
  async hears(
    person: FarPerson,
    text: string,
    to: string = this.handle,
  ): Promise<{ id: string | null; inbound: InboundOf<"message"> }> {
    const id = await person.say(to, text);
    const inbound = await this.context.next(
      "message",
      person.address,
      `the message ${JSON.stringify(text.slice(0, 60))}`,
    );
    return { id, inbound };
  }
  /** Texts of the messages reported from that person, in order. */
  heard(person: FarPerson): readonly string[] {
    const mine = (inbound: Inbound): boolean => inbound.from.id === person.address.id;
    return this.context.inbounds.all.flatMap((inbound) =>
      inbound.kind === "message" && mine(inbound) ? [inbound.text] : [],
    );
  }
}

/** Small, well spread, and the same for the same seed (mulberry32). 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function present(person: FarPerson | null): FarPerson {
  if (person === null) {
    throw new Error("The stage was not started: the people are not there.");
  }
  return person;
}
