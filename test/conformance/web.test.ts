/** The web network keeps the law: real WebSockets, with the pages' own link at the far end. */
import { WebSocket } from "ws";
import { web } from "../../adapters/web/index.ts";
import type { ServerFrame } from "../../adapters/web/pages/protocol.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { Choice, Condition, ReceiptState, TypingState } from "../../src/core/model.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { Arrivals, within } from "../support/wait.ts";
import { WebPerson } from "../support/web-person.ts";
import { adapterSuite } from "./adapter.ts";
import type { FarEnd, FarEvent, FarPerson } from "./far-end.ts";

const NETWORK = "web";
/** The suite writes faster than people do. */
const CONFIG = { linesPerMinute: 100_000, lineBurst: 10_000, ackSeconds: 5, graceSeconds: 0 };

class WebFarPerson implements FarPerson {
  readonly address;
  readonly software = { name: "Chrome", version: "126.0.0.0" };
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly person: WebPerson;
  readonly #shown = new Set<string>();
  readonly #saidTo = new Map<string, string>();

  constructor(person: WebPerson) {
    this.person = person;
    this.address = { network: NETWORK, id: person.welcome?.self ?? "" };
    const push = person.frames.push.bind(person.frames);
    person.frames.push = (frame) => {
      push(frame);
      this.#show(frame);
    };
  }
  async say(to: string, text: string): Promise<string> {
    const id = this.person.say(to, text);
    this.#saidTo.set(id, to);
    return id;
  }
  async choose(to: string, _of: string, choice: Choice): Promise<void> {
    this.person.send({ kind: "line", desk: to, text: choice.label, choice: choice.value });
  }
  async edit(to: string, of: string, text: string): Promise<void> {
    this.person.send({ kind: "edit", desk: to, of, text });
  }
  async retract(to: string, of: string): Promise<void> {
    this.person.send({ kind: "retract", desk: to, of });
  }
  async react(): Promise<void> {
    throw new Error("The web protocol has no reactions.");
  }
  async typing(to: string, state: TypingState): Promise<void> {
    this.person.link.send({ kind: "typing", desk: to, state });
  }
  async receipt(to: string, of: string, state: ReceiptState): Promise<void> {
    // Delivery is what the page's `got` says, and it has said so already.
    if (state === "read") {
      this.person.send({ kind: "read", desk: to, of: [of] });
    }
  }
  async presence(): Promise<void> {
    throw new Error("Presence on the web is an open page, not a word.");
  }
  async subscribe(): Promise<void> {
    throw new Error("The web protocol has no contact requests.");
  }

  #show(frame: ServerFrame): void {
    if ("key" in frame && frame.key !== null) {
      if (this.#shown.has(frame.key)) {
        return;
      }
      this.#shown.add(frame.key);
    }
    const event = toFarEvent(frame, this.#saidTo);
    if (event !== null) {
      this.received.push(event);
    }
  }
}

function toFarEvent(frame: ServerFrame, saidTo: ReadonlyMap<string, string>): FarEvent | null {
  switch (frame.kind) {
    case "line":
      return {
        kind: "message",
        from: frame.desk,
        id: frame.key,
        text: frame.text,
        nick: frame.nick,
        choices: frame.choices,
        replyTo: null,
      };
    case "edit":
      return { kind: "edit", from: frame.desk, of: frame.of, text: frame.text };
    case "retract":
      return { kind: "retraction", from: frame.desk, of: frame.of };
    case "typing":
      return { kind: "typing", from: frame.desk, state: frame.state };
    case "receipt":
      return { kind: "receipt", from: frame.desk, of: frame.of, state: frame.state };
    case "presence":
      return { kind: "presence", from: frame.desk, state: frame.state, text: frame.text };
    case "ack":
      return { kind: "receipt", from: saidTo.get(frame.id) ?? "", of: frame.id, state: "received" };
    case "refused":
      return { kind: "refusal", from: saidTo.get(frame.id) ?? "", of: frame.id, reason: frame.reason as Condition };
    default:
      return null;
  }
}

const GARBAGE: readonly ((random: () => number) => string | Buffer)[] = [
  () => "",
  () => "{",
  () => "null",
  () => "[]",
  () => '{"kind":"line"}',
  () => '{"kind":"hello","version":1,"desk":null,"token":null,"language":null}',
  () => '{"kind":"line","id":"aaaaaaaaaaaaaaaaaaaa","desk":"support","text":7}',
  () => '{"kind":"got","key":"nobody-asked"}',
  () => '{"__proto__":{"kind":"line"},"constructor":{"kind":"open"}}',
  (random) => `{"kind":"${["toString", "__proto__", "constructor"][Math.floor(random() * 3)]}"}`,
  (random) => "[".repeat(Math.floor(random() * 100_000)),
  (random) => Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256))),
  (random) => String.fromCharCode(...Array.from({ length: 200 }, () => Math.floor(random() * 0xffff))),
  (random) => `{"kind":"line","id":"${"a".repeat(Math.floor(random() * 400_000))}"}`,
];

class WebFarEnd implements FarEnd {
  readonly network = NETWORK;
  readonly handles = ["support", "billing"];
  readonly desk = "desk";
  readonly alias = "k3v9x2p8q7w4m5na";
  readonly dials = false;
  readonly acknowledges = true;
  readonly refuses = true;
  readonly createWithWrongSecret = null;
  readonly stranger = { network: NETWORK, id: "visitor-aaaaaaaaaaaaaaaaaaaa" };
  readonly secrets: string[] = [];
  #context: TestContext | null = null;
  readonly #people: WebFarPerson[] = [];

  create(context: TestContext): Adapter {
    this.#context = context;
    return web.create(web.parseConfig(CONFIG), context);
  }
  redeliver = async (): Promise<void> => {
    for (const { person } of this.#people) {
      person.link.wake();
    }
  };
  async person(): Promise<FarPerson> {
    const person = await WebPerson.open({ url: `${this.#context?.url}/`, desk: "support" });
    this.secrets.push(person.cookie.split("=")[1] ?? "");
    const farPerson = new WebFarPerson(person);
    this.#people.push(farPerson);
    return farPerson;
  }
  async cut(): Promise<void> {
    for (const { person } of this.#people) {
      person.cut();
    }
  }
  async heal(): Promise<void> {
    for (const { person } of this.#people) {
      person.heal();
    }
  }
  async garbage(random: () => number): Promise<void> {
    const { url } = this.#context ?? { url: "" };
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket`, { origin: url });
    const closed = Promise.withResolvers<void>();
    socket.on("error", () => closed.resolve());
    socket.on("close", () => closed.resolve());
    socket.on("open", () => {
      if (random() < 0.5) {
        socket.send('{"kind":"hello","version":1,"desk":"support","token":null,"language":null}');
      }
      for (let piece = 0; piece < 4; piece += 1) {
        socket.send(GARBAGE[Math.floor(random() * GARBAGE.length)]?.(random) ?? "");
      }
      socket.close();
    });
    await within(10_000, "the garbage to be thrown", closed.promise);
  }
  async close(): Promise<void> {
    for (const { person } of this.#people) {
      person.close();
    }
  }
}

adapterSuite({
  name: "web",
  open: async () => new WebFarEnd(),
  exceptions: [
    {
      test: "presence: carried as claimed",
      reason: "the web has no contact requests and no presence but open pages; test/unit/web-staff.test.ts tests those",
    },
  ],
});
