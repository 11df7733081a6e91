/** A desk whose rows are nearly all packed does what one does whose rows are all at hand, and so does one that begins with what the store has. */
import { expect } from "chai";
import { loopback } from "../../adapters/loopback/index.ts";
import { createDesk } from "../../src/core/desk.ts";
import type { Inbound } from "../../src/core/model.ts";
import type { Change, Desk, DeskEvent, Step, Table, World } from "../../src/core/step.ts";
import { StoredRows } from "../../src/core/stored-rows.ts";
import { emptySnapshot } from "../../src/core/tables.ts";
import { Random } from "../simulation/random.ts";
import { company, playSetting } from "../support/play-rules.ts";

const CUSTOMERS = 12;
const CSRS = ["ada", "ben", "eve"];
const { capabilities } = loopback.parseConfig({ exchange: "cold-desk" });
const staff = CSRS.map((id) => [id, { name: id, at: ["xmpp"], skills: { billing: 3 as const }, capacity: 3 }] as const);
const telegram = {
  id: "telegram",
  name: "Telegram",
  match: [{ network: null, type: null, name: null, users: "customer-1*" }],
  features: null,
};
const setting = company({ csrs: Object.fromEntries(staff) });
const { rules } = playSetting({ ...setting, gateways: [telegram] });
const { rules: withoutGateways } = playSetting(setting);

function inbound(event: Inbound): DeskEvent {
  return { kind: "inbound", inbound: event, reference: null, replyTo: null };
}

function said(network: string, id: string, to: string, text: string): DeskEvent {
  const words = { id: null, text, choice: null, replyTo: null, sentAt: null, language: null, nick: null };
  return inbound({ kind: "message", redelivery: null, from: { network, id }, device: null, to, ...words });
}

function presence(id: string, state: "available" | "dnd" | "offline"): DeskEvent {
  const told = { state, text: null, all: true } as const;
  return inbound({
    kind: "presence",
    redelivery: null,
    from: { network: "xmpp", id },
    device: null,
    to: "desk",
    ...told,
  });
}

function writesFrom(id: string, gateway: string | null): DeskEvent {
  const software = {
    protocol: "xmpp",
    name: "Gajim",
    version: null,
    os: null,
    features: null,
    gateway: gateway === null ? null : { type: gateway, name: null },
  };
  const from = { network: "web", id };
  return inbound({ kind: "software", redelivery: null, from, device: null, to: "support", language: null, software });
}

/** A desk with a world of its own, which gives the same tokens and numbers to each. */
class Side {
  readonly rows = new Map<string, Change>();
  desk: Desk;
  readonly #warmRows: number | undefined;
  readonly #given = { tokens: 0, lines: 0 };

  constructor(warmRows?: number) {
    this.#warmRows = warmRows;
    this.desk = this.#begin();
  }

  step(event: DeskEvent, now: number): Step {
    const world: World = {
      now,
      token: () => `t${String(this.#next("tokens")).padStart(15, "0")}`,
      nextLine: () => this.#next("lines"),
      epoch: "cold",
      capabilities: () => capabilities,
    };
    const step = this.desk.step(event, world);
    for (const change of step.changes) this.rows.set(`${change.table} ${change.id}`, change);
    return step;
  }

  restart(): void {
    this.desk = this.#begin();
  }

  #next(what: "tokens" | "lines"): number {
    this.#given[what] += 1;
    return this.#given[what];
  }

  #begin(): Desk {
    const snapshot = Object.fromEntries(Object.keys(emptySnapshot()).map((table) => [table, new StoredRows()]));
    for (const { table, id, value } of this.rows.values())
      if (value !== null) snapshot[table]?.texts.set(id, JSON.stringify(value));
    const options = this.#warmRows === undefined ? {} : { warmRows: this.#warmRows };
    return createDesk(rules, snapshot as Record<Table, StoredRows>, options);
  }
}

/** The census of that desk, by looking at each of its conversations. */
function counted(desk: Desk) {
  const states = new Map<string, number>();
  const gateways = new Map<string, number>();
  for (const { state, gateway, software } of desk.conversations()) {
    states.set(state, (states.get(state) ?? 0) + 1);
    const name = gateway ?? (software?.gateway == null ? null : "other");
    if (name !== null) gateways.set(name, (gateways.get(name) ?? 0) + 1);
  }
  return { states, gateways };
}

describe("a desk whose rows are packed", () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`does what another does, over restarts, by seed ${seed}`, () => {
      const random = new Random(seed);
      const sides = [new Side(), new Side(2)];
      let now = 1_795_000_000_000;
      let aliases: (readonly [string, string])[] = [];
      const happen = (event: DeskEvent): void => {
        now += 1_000;
        const [one, other] = sides.map((side) => side.step(event, now));
        expect(other).to.deep.equal(one);
        for (const { desk } of sides) expect(desk.census()).to.deep.equal(counted(desk));
        for (const outbound of one?.outbounds ?? [])
          if (outbound.kind === "message" && outbound.to.network === "xmpp")
            aliases = [...aliases, [outbound.to.id, outbound.from] as const].slice(-40);
      };
      const begin = (): void => {
        for (const network of ["web", "xmpp"]) happen({ kind: "link", network, online: true });
        for (const id of CSRS) happen(presence(id, "available"));
      };
      begin();
      for (let count = 0; count < 300; count += 1) {
        const kind = random.between(0, 23);
        const [csr, alias] = aliases[random.between(0, Math.max(0, aliases.length - 1))] ?? ["ada", "desk"];
        const words = random.pick(["/accept", "/accept", "hello", "/decline", "/hold", "/resume", "/close"]);
        if (kind < 9) happen(said("web", `customer-${random.between(1, CUSTOMERS)}`, "support", "my bill is wrong"));
        else if (kind < 17) happen(said("xmpp", csr, alias, words));
        else if (kind < 20) happen(presence(random.pick(CSRS), random.pick(["available", "dnd", "offline"])));
        else if (kind === 20) happen({ kind: "rules", rules: random.pick([rules, withoutGateways]) });
        else if (kind < 23) happen(writesFrom(`customer-${random.between(1, CUSTOMERS)}`, random.pick(["irc", null])));
        else {
          for (const side of sides) side.restart();
          begin();
        }
      }
      const [one, other] = sides.map((side) =>
        side.desk
          .conversations()
          .map((view) => view.id)
          .sort(),
      );
      expect(other).to.deep.equal(one);
    });
  }
});
