/** The loopback adapter keeps the law: as a network where every alias is an address, and as one with a single address. */
import { expect } from "chai";
import type { LoopbackNetwork } from "../../adapters/loopback/index.ts";
import { closeLoopbackExchange, loopback, loopbackExchange } from "../../adapters/loopback/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import type { TestContext } from "../support/adapter-context.ts";
import { adapterSuite } from "./adapter.ts";
import type { FarEnd, FarPerson, PersonName } from "./far-end.ts";
import { LoopbackFarPerson, SOFTWARE } from "./loopback-far-person.ts";

const SECRET = "correct-horse-battery-staple";
const WRONG_SECRET = "wrong-horse-battery-staple";

const GARBAGE: readonly ((random: () => number) => string)[] = [
  () => "",
  () => "{",
  () => "null",
  () => '{"kind":"event","seq":1}',
  () => '{"kind":"answer","key":"nobody asked","outcome":{"kind":"accepted","id":null}}',
  (random) => `{"kind":"event","seq":${random()},"event":{"kind":"message","from":7}}`,
  (random) => "[".repeat(Math.floor(random() * 100_000)),
  (random) => String.fromCharCode(...Array.from({ length: 200 }, () => Math.floor(random() * 0xffff))),
  (random) => JSON.stringify({ kind: ["toString", "__proto__", "constructor"][Math.floor(random() * 3)] }),
];

class LoopbackFarEnd implements FarEnd {
  readonly network = "loop";
  readonly handles: readonly string[];
  readonly desk = "desk";
  readonly alias: string | null;
  readonly dials = true;
  readonly acknowledges = true;
  readonly refuses = true;
  readonly stranger = { network: "loop", id: "nobody" };
  readonly secrets = [SECRET, WRONG_SECRET];
  readonly #section: Readonly<Record<string, unknown>>;
  readonly #exchange: LoopbackNetwork;
  readonly #name: string;
  #people = 0;

  constructor(name: string, section: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#section = { exchange: name, secret: SECRET, ...section };
    this.#exchange = loopbackExchange(name);
    this.#exchange.secret = SECRET;
    const fixed = section.identity === "fixed";
    this.handles = fixed ? ["support"] : ["support", "billing"];
    this.alias = fixed ? null : "k3v9x2p8q7w4m5na";
  }
  create(context: TestContext): Adapter {
    return loopback.create(loopback.parseConfig(this.#section), context);
  }
  createWithWrongSecret = (context: TestContext): Adapter => {
    return loopback.create(loopback.parseConfig({ ...this.#section, secret: WRONG_SECRET }), context);
  };
  redeliver = async (): Promise<void> => this.#exchange.redeliver();
  async person(name: PersonName): Promise<FarPerson> {
    this.#people += 1;
    const software = { protocol: "loopback", ...SOFTWARE, os: null, features: null, gateway: null };
    return new LoopbackFarPerson(this.network, this.#exchange.person(`${name}${this.#people}`, { software }));
  }
  async cut(): Promise<void> {
    this.#exchange.cut();
  }
  async heal(): Promise<void> {
    this.#exchange.heal();
  }
  async garbage(random: () => number): Promise<void> {
    const make = GARBAGE[Math.floor(random() * GARBAGE.length)];
    this.#exchange.inject(make?.(random) ?? "");
  }
  async close(): Promise<void> {
    closeLoopbackExchange(this.#name);
  }
}

adapterSuite({
  name: "loopback, every alias an address of its own",
  open: async () => new LoopbackFarEnd("conformance-virtual", {}),
  exceptions: [],
});
adapterSuite({
  name: "loopback, one address and the poorest features",
  open: async () =>
    new LoopbackFarEnd("conformance-fixed", { identity: "fixed", features: [], maxTextBytes: 400, window: 1 }),
  exceptions: [],
});

describe("the adapter suite itself", () => {
  const open = async (): Promise<FarEnd> => new LoopbackFarEnd("never opened", {});
  const refuses = (exceptions: readonly { test: string; reason: string }[]): void => {
    expect(() => adapterSuite({ name: "lax", open, exceptions })).to.throw();
  };
  it("grants three exceptions at most", () =>
    refuses(
      ["typing", "edit", "read", "delivered"].map((feature) => ({
        test: `${feature}: carried as claimed`,
        reason: "no",
      })),
    ));
  it("grants none from stop, order, integrity, unknown recipient", () => {
    for (const test of [
      "stop twice",
      "texts come in in order",
      "texts go out unchanged",
      "an unknown recipient is rejected or bounces",
    ]) {
      refuses([{ test, reason: "we would rather not" }]);
    }
  });
  it("grants none without a reason, nor from what it does not test", () => {
    refuses([{ test: "create does no I/O", reason: " " }]);
    refuses([{ test: "is nice", reason: "no" }]);
  });
});
