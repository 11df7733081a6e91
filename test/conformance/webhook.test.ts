/** The webhook network keeps the law: real HTTP both ways, with programs at the far end that sign and check signatures. */
import { webhook } from "../../adapters/webhook/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { WebhookProgram } from "../support/webhook-program.ts";
import { adapterSuite } from "./adapter.ts";
import type { FarEnd, FarPerson, PersonName } from "./far-end.ts";
import { WebhookFarPerson } from "./webhook-far-person.ts";

const NETWORK = "bots";
const GARBAGE: readonly string[] = [
  "",
  "{",
  "null",
  "[]",
  '{"conversation":"support"}',
  '{"conversation":"support","actions":[]}',
  '{"conversation":"","actions":[{"text":"x"}]}',
  '{"conversation":"support","actions":[{"text":7}]}',
  '{"conversation":"support","actions":[{}]}',
  '{"conversation":"support","actions":[{"text":"x","rights":"all"}]}',
  '{"conversation":"a\\u0000b","actions":[{"text":"x"}]}',
  '{"__proto__":{"conversation":"support"},"actions":[{"text":"x"}]}',
  '{"conversation":"support","actions":[{"set":{"a b":"c"}}]}',
  "[".repeat(50_000),
  "\ud800",
];

class WebhookFarEnd implements FarEnd {
  readonly network = NETWORK;
  readonly handles = ["support"];
  readonly desk = "desk";
  readonly alias = "orders.k3v9x2p8q7w4m5na";
  readonly dials = false;
  readonly acknowledges = true;
  readonly refuses = true;
  readonly createWithWrongSecret = null;
  readonly stranger = { network: NETWORK, id: "nobody" };
  readonly secrets = ["anna-secret-0123456789", "ben-secret-0123456789", "anna-token-0123456789"];
  readonly #servers = {
    anna: new WebhookProgram("anna-secret-0123456789"),
    ben: new WebhookProgram("ben-secret-0123456789"),
  };
  readonly #people = new Map<PersonName, WebhookFarPerson>();
  #context: TestContext | null = null;
  #isCut = false;

  async open(): Promise<this> {
    for (const server of Object.values(this.#servers)) await server.open();
    return this;
  }
  create(context: TestContext): Adapter {
    this.#context = context;
    const { anna, ben } = this.#servers;
    const bots = {
      anna: { url: anna.url, secret: anna.secret, token: "anna-token-0123456789" },
      ben: { url: ben.url, secret: ben.secret },
    };
    return webhook.create(webhook.parseConfig({ bots, limits: { textBytes: 20_000 } }), context);
  }
  async person(name: PersonName): Promise<FarPerson> {
    const { url } = this.#context ?? { url: "" };
    const person = new WebhookFarPerson(
      { network: NETWORK, id: name },
      this.#servers[name],
      () => `${url}/webhook/${name}`,
      () => this.#isCut,
    );
    this.#people.set(name, person);
    return person;
  }
  redeliver = async (): Promise<void> => {
    for (const person of this.#people.values()) person.flush();
  };
  async cut(): Promise<void> {
    this.#isCut = true;
    for (const server of Object.values(this.#servers)) await server.shut();
  }
  async heal(): Promise<void> {
    if (!this.#isCut) return;
    for (const server of Object.values(this.#servers)) await server.open();
    this.#isCut = false;
    await this.redeliver();
  }
  async garbage(random: () => number): Promise<void> {
    const url = `${this.#context?.url}/webhook/${random() < 0.2 ? "toString" : "anna"}`;
    const body = GARBAGE[Math.floor(random() * GARBAGE.length)] ?? "";
    if (random() < 0.6) await this.#servers.anna.call(url, body);
    else if (random() < 0.5)
      await fetch(url, { method: "POST", body: '{"conversation":"support","actions":[{"text":"x"}]}' });
    else
      await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${body.slice(0, 20).replace(/[^\x20-\x7e]/gu, "")}x` },
        body,
      });
  }
  async close(): Promise<void> {
    for (const server of Object.values(this.#servers)) await server.shut();
  }
}

adapterSuite({
  name: "webhook",
  open: () => new WebhookFarEnd().open(),
  exceptions: [
    {
      test: "presence: carried as claimed",
      reason: "a program's presence is whether its address answers; test/networks/webhook.test.ts tests that",
    },
  ],
});
