/** Rare turns of shared routing: what was promised to a CSR a desk no longer has, and a server that comes and goes in a moment. */
import { expect } from "chai";
import type { RoutingCsr } from "../../src/core/routing/routing.ts";
import type { DelegatingEngine } from "../../src/routing-client/delegate.ts";
import { StandingIn } from "../../src/routing-client/standing-in.ts";
import { Exchange } from "../../src/routing-server/exchange.ts";
import { TestContext } from "../support/adapter-context.ts";
import { waitingFor } from "../support/waiting.ts";

const LEASE_MS = 10_000;
const csr = (load = 0): RoutingCsr => ({
  id: "ada",
  skills: {},
  languages: [],
  reachable: [{ address: { network: "xmpp", id: "" }, features: [] }],
  willing: true,
  capacity: 1,
  load,
  idleSince: 0,
});
const news = (csrs: Map<string, RoutingCsr | null>, conversations: readonly string[] = []) => ({
  whole: false,
  csrs,
  waiting: new Map(conversations.map((id) => [id, { revision: 1, waiting: waitingFor(id) }] as const)),
  settled: [],
});

describe("a desk that is forgotten", () => {
  it("holds no room of a CSR it had dropped while a customer of its was promised to them", () => {
    const exchange = new Exchange({ leaseMs: LEASE_MS, expected: ["north", "south"], now: 0 });
    for (const desk of ["north", "south"]) {
      exchange.connect(desk);
      exchange.announced(desk, news(new Map([["ada", csr()]])));
    }
    exchange.changed("north", news(new Map(), ["n-1"]), 0);
    expect(exchange.decide(0).get("north")).to.have.length(1);
    exchange.changed("north", news(new Map([["ada", null]])), 0);
    exchange.changed("south", news(new Map(), ["s-1"]), 0);
    expect(exchange.decide(0).size, "promised elsewhere").to.equal(0);
    exchange.disconnect("north", 0);
    expect(exchange.tick(LEASE_MS)).to.deep.equal(["north"]);
    expect(exchange.decide(LEASE_MS).get("south")).to.have.length(1);
  });
});

describe("whoever decides is back, lost and back again while the desk still writes down the first", () => {
  it("is left to decide, and nobody stands in for them", async () => {
    const submitted: { readonly elsewhere: boolean; readonly done: () => void }[] = [];
    const alarms = new Set<() => void>();
    const { clock, log } = new TestContext({ network: "n", handles: ["h"], desk: "desk", alias: null });
    clock.after = (_ms, act) => {
      alarms.add(act);
      return () => void alarms.delete(act);
    };
    const engine = {
      submit: ({ elsewhere }: { readonly elsewhere: boolean }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        submitted.push({ elsewhere, done: resolve });
        return promise;
      },
    } as unknown as DelegatingEngine;
    const standingIn = new StandingIn(clock, log, engine, { whenAway: "local", awayMs: 5_000 });
    const first = standingIn.back();
    standingIn.gone();
    const second = standingIn.back();
    for (const { done } of submitted) done();
    expect(await first, "they were lost meanwhile").to.equal(false);
    expect(await second).to.equal(true);
    expect(standingIn.decides).to.equal("elsewhere");
    expect(alarms.size, "alarms that would have the desk decide").to.equal(0);
  });
});
