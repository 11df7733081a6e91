/** The web network keeps the law: real WebSockets, with the pages' own link at the far end. */
import { WebSocket } from "ws";
import { web } from "../../adapters/web/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { within } from "../support/wait.ts";
import { WebPerson } from "../support/web-person.ts";
import { adapterSuite } from "./adapter.ts";
import type { FarEnd, FarPerson } from "./far-end.ts";
import { WebFarPerson } from "./web-far-person.ts";

const NETWORK = "web";
/** The suite writes faster than people do. */
const CONFIG = { linesPerMinute: 100_000, lineBurst: 10_000, ackSeconds: 5, graceSeconds: 0 };

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
    const farPerson = new WebFarPerson(NETWORK, person);
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
