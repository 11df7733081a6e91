/** Routing, case by case: who is asked, in which order, at which address. */
import { expect } from "chai";
import type { Feature } from "../../src/core/model.ts";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { Need } from "../../src/core/routing/needs.ts";
import { OrderedList } from "../../src/core/routing/ordered-list.ts";
import type { RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import type { SkillLevel } from "../../src/core/rules.ts";

const at = (network: string, id: string): { network: string; id: string } => ({ network, id });
const levels = (skills: Record<string, SkillLevel>): Record<string, SkillLevel> => skills;
/** At least those levels, all of them. */
const skilled = (skills: Record<string, SkillLevel>): readonly Need[] =>
  Object.entries(skills).map(([skill, least]) => ({ kind: "skill", skill, least }));

function csr(id: string, change: Partial<RoutingCsr> = {}): RoutingCsr {
  return {
    id,
    skills: levels({ billing: 3 }),
    languages: ["en"],
    reachable: [{ address: at("xmpp", id), features: [] }],
    willing: true,
    capacity: 2,
    load: 0,
    idleSince: 0,
    ...change,
  };
}

function waiting(conversation: string, change: Partial<Waiting> = {}): Waiting {
  return {
    conversation,
    queue: "billing",
    priority: 0,
    turnAt: 0,
    needs: skilled({ billing: 1 }),
    strategies: ["longest-idle"],
    compatibility: "translated",
    customerNetwork: "web",
    customerFeatures: [],
    excluded: [],
    only: null,
    ...change,
  };
}

function engineWith(...people: readonly (RoutingCsr | Waiting)[]): RoutingEngine {
  const engine = createRoutingEngine();
  for (const person of people) {
    if ("conversation" in person) {
      engine.putWaiting(person);
    } else {
      engine.putCsr(person);
    }
  }
  return engine;
}

/** Who is matched, one after the other, as "conversation→csr", each CSR taking what they are given. */
function matchAll(engine: RoutingEngine, ...csrs: readonly RoutingCsr[]): string[] {
  const loads = new Map(csrs.map((one) => [one.id, one]));
  const made: string[] = [];
  for (let match = engine.match(); match !== null; match = engine.match()) {
    made.push(`${match.conversation}→${match.csr}`);
    engine.removeWaiting(match.conversation);
    const one = loads.get(match.csr) as RoutingCsr;
    loads.set(match.csr, { ...one, load: one.load + 1 });
    engine.putCsr({ ...one, load: one.load + 1 });
  }
  return made;
}

const upTo = (skill: string, most: number): Need => ({ kind: "skill", skill, least: 1, most });
const either = (...some: readonly Record<string, SkillLevel>[]): Need => ({
  kind: "any",
  of: some.map((skills) => ({ kind: "all", of: skilled(skills) })),
});
const atSite = (...values: readonly string[]): Need => ({ kind: "attribute", name: "site", values });

const withSoftware = (software: string): RoutingCsr["reachable"][number] => ({
  address: at("xmpp", "ann"),
  features: [],
  software,
});
const onGajim = { compatibility: "same-software", customerSoftware: "gajim" } as const;

/** A CSR on one address that can show those features. */
const showing = (id: string, features: readonly Feature[], change: Partial<RoutingCsr> = {}): RoutingCsr =>
  csr(id, { reachable: [{ address: at("xmpp", id), features }], ...change });

describe("routing engine", () => {
  describe("who may be asked", () => {
    const cases: readonly [why: string, csr: Partial<RoutingCsr>, waiting: Partial<Waiting>, eligible: boolean][] = [
      ["the skill at the level asked for", {}, { needs: skilled({ billing: 3 }) }, true],
      ["the skill below the level", {}, { needs: skilled({ billing: 4 }) }, false],
      ["one of two skills", {}, { needs: skilled({ billing: 1, orders: 1 }) }, false],
      ["no skill is asked for", { skills: levels({}) }, { needs: skilled({}) }, true],
      ["the customer's language", { languages: ["de", "en"] }, { needs: [{ kind: "language", language: "en" }] }, true],
      ["not the customer's language", {}, { needs: [{ kind: "language", language: "de" }] }, false],
      ["not willing", { willing: false }, {}, false],
      ["all capacity in use", { load: 2 }, {}, false],
      ["no capacity at all", { capacity: 0 }, {}, false],
      ["nowhere to be reached", { reachable: [] }, {}, false],
      ["another network, translated", {}, {}, true],
      ["another network, same asked for", {}, { compatibility: "same-network" }, false],
      ["the same network asked for", {}, { compatibility: "same-network", customerNetwork: "xmpp" }, true],
      ["the same software asked for, which nobody knows of the CSR", {}, onGajim, false],
      ["other software, same asked for", { reachable: [withSoftware("dino")] }, onGajim, false],
      ["the same software asked for, on another network", { reachable: [withSoftware("gajim")] }, onGajim, true],
      ["unknown software, same asked for: another network", {}, { compatibility: "same-software" }, false],
      [
        "unknown software, same asked for: the same network",
        {},
        { compatibility: "same-software", customerNetwork: "xmpp" },
        true,
      ],
      ["the skill above the most that is asked for", {}, { needs: [upTo("billing", 2)] }, false],
      ["the skill just at the most", {}, { needs: [upTo("billing", 3)] }, true],
      ["one of two skills, either asked for", {}, { needs: [either({ orders: 1 }, { billing: 3 })] }, true],
      ["neither of two skills", {}, { needs: [either({ orders: 1 }, { billing: 4 })] }, false],
      ["a skill they must not have", {}, { needs: [{ kind: "not", of: upTo("billing", 5) }] }, false],
      ["an attribute", { attributes: { site: "berlin" } }, { needs: [atSite("manila", "berlin")] }, true],
      ["another value of it", { attributes: { site: "rome" } }, { needs: [atSite("manila", "berlin")] }, false],
      ["no such attribute", {}, { needs: [atSite("berlin")] }, false],
      ["one of the CSRs named", {}, { needs: [{ kind: "csr", csrs: ["bob", "ann"] }] }, true],
      ["none of the CSRs named", {}, { needs: [{ kind: "csr", csrs: ["bob"] }] }, false],
      ["a network they are on", {}, { needs: [{ kind: "network", network: "xmpp" }] }, true],
      ["a network they are not on", {}, { needs: [{ kind: "network", network: "irc" }] }, false],
      ["room for what it weighs", { load: 1.5 }, { weight: 0.5 }, true],
      ["too little room for what it weighs", { load: 1.5 }, { weight: 0.75 }, false],
      ["thirds that add up to all", { capacity: 1, load: 0.1 + 0.2 }, { weight: 0.7 }, true],
      ["an empty choice", {}, { needs: [{ kind: "any", of: [] }] }, false],
      ["declined before", {}, { excluded: ["ann"] }, false],
      ["meant for this CSR", {}, { only: "ann" }, true],
      ["meant for another CSR", {}, { only: "bob" }, false],
    ];
    for (const [why, person, need, eligible] of cases) {
      it(`${eligible ? "yes" : "no"}: ${why}`, () => {
        const match = engineWith(csr("ann", person), waiting("w", need)).match();
        expect(match?.csr ?? null).to.equal(eligible ? "ann" : null);
      });
    }
  });

  describe("which CSR", () => {
    const both = { billing: 3, orders: 3 } as const;
    const cases: readonly [why: string, csrs: readonly RoutingCsr[], need: Partial<Waiting>, first: string][] = [
      ["the longest idle", [csr("ann", { idleSince: 9 }), csr("bob", { idleSince: 5 })], {}, "bob"],
      ["the id when nothing tells them apart", [csr("bob"), csr("ann")], {}, "ann"],
      [
        "the least loaded by share of capacity",
        [csr("ann", { load: 1, capacity: 2 }), csr("bob", { load: 1, capacity: 4 })],
        { strategies: ["least-loaded"] },
        "bob",
      ],
      [
        "the most skilled",
        [csr("ann"), csr("bob", { skills: levels({ billing: 5 }) })],
        { strategies: ["most-skilled"] },
        "bob",
      ],
      [
        "the most skilled in all that is asked for, although another is best in one skill",
        [
          csr("ann", { skills: levels({ billing: 5, orders: 1 }) }),
          csr("bob", { skills: levels({ billing: 4, orders: 4 }) }),
        ],
        { strategies: ["most-skilled"], needs: skilled({ billing: 1, orders: 1 }) },
        "bob",
      ],
      [
        "the most skilled although a near-perfect one is longer idle",
        [
          csr("ann", { skills: levels({ billing: 5, orders: 4 }), idleSince: 1 }),
          csr("bob", { skills: levels({ billing: 5, orders: 5 }), idleSince: 2 }),
          csr("cid", { skills: levels({ billing: 5, orders: 5 }), idleSince: 3 }),
        ],
        { strategies: ["most-skilled", "longest-idle"], needs: skilled({ billing: 1, orders: 1 }) },
        "bob",
      ],
      [
        "the longest idle among the equally skilled",
        [csr("ann", { skills: levels(both), idleSince: 8 }), csr("bob", { skills: levels(both), idleSince: 7 })],
        { strategies: ["most-skilled", "longest-idle"], needs: skilled({ billing: 1, orders: 1 }) },
        "bob",
      ],
      [
        "the most skilled among the equally loaded",
        [csr("ann", { load: 1 }), csr("bob"), csr("cid", { skills: levels({ billing: 4 }) })],
        { strategies: ["least-loaded", "most-skilled"] },
        "cid",
      ],
      [
        "whoever was not asked for longest",
        [csr("ann", { offeredAt: 9 }), csr("bob", { offeredAt: 5 }), csr("cid", { offeredAt: 7 })],
        { strategies: ["round-robin"] },
        "bob",
      ],
      [
        "who took the fewest today",
        [csr("ann", { today: 3 }), csr("bob", { today: 2 })],
        { strategies: ["fewest-today"] },
        "bob",
      ],
      [
        "the best rated, the unknown counting as middling",
        [csr("ann", { rating: 2 }), csr("bob"), csr("cid", { rating: 2.9 })],
        { strategies: ["best-rated"] },
        "bob",
      ],
      [
        "the preferred, by the highest score that fits",
        [csr("ann", { attributes: { site: "berlin" } }), csr("bob", { languages: ["de"] })],
        {
          strategies: ["preferred", "longest-idle"],
          preferred: [
            { need: atSite("berlin"), score: 2 },
            { need: { kind: "language", language: "de" }, score: 3 },
          ],
        },
        "bob",
      ],
      [
        "who loses least of what the customer can do, although another can do more",
        [showing("ann", ["file", "reply", "read"]), showing("bob", ["edit", "reaction"], { idleSince: 9 })],
        { strategies: ["fewest-losses", "longest-idle"], customerFeatures: ["edit", "reaction"] },
        "bob",
      ],
      [
        "the longest idle among those who lose the same",
        [showing("ann", ["edit"], { idleSince: 9 }), showing("bob", ["reaction"])],
        { strategies: ["fewest-losses", "longest-idle"], customerFeatures: ["edit", "reaction"] },
        "bob",
      ],
      [
        "who loses least among the equally loaded",
        [showing("ann", ["edit"], { load: 1 }), showing("bob", []), showing("cid", ["edit"])],
        { strategies: ["least-loaded", "fewest-losses"], customerFeatures: ["edit"] },
        "cid",
      ],
      [
        "who loses least on the customer's own network, where that is asked for",
        [
          csr("ann", {
            reachable: [
              { address: at("xmpp", "ann"), features: ["edit"] },
              { address: at("web", "ann"), features: [] },
            ],
          }),
          csr("bob", { reachable: [{ address: at("web", "bob"), features: ["edit"] }] }),
        ],
        { strategies: ["fewest-losses"], customerFeatures: ["edit"], compatibility: "same-network" },
        "bob",
      ],
    ];
    for (const [why, csrs, need, first] of cases) {
      it(why, () => {
        expect(engineWith(...csrs, waiting("w", need)).match()?.csr).to.equal(first);
      });
    }
  });

  describe("whose turn", () => {
    it("goes by priority, then by longest waiting, then by conversation id", () => {
      const ann = csr("ann", { capacity: 9 });
      const engine = engineWith(
        waiting("late", { turnAt: 7 }),
        waiting("b", { turnAt: 5 }),
        waiting("a", { turnAt: 5 }),
        waiting("urgent", { turnAt: 9, priority: 1 }),
        ann,
      );
      expect(matchAll(engine, ann)).to.deep.equal(["urgent→ann", "a→ann", "b→ann", "late→ann"]);
    });

    it("is not held up by somebody whom nobody can serve", () => {
      const ann = csr("ann");
      const engine = engineWith(waiting("stuck", { priority: 9, needs: skilled({ law: 1 }) }), waiting("easy"), ann);
      expect(matchAll(engine, ann)).to.deep.equal(["easy→ann"]);
      expect(engine.place("stuck")).to.equal(1);
    });

    it("comes the moment a CSR frees", () => {
      const engine = engineWith(csr("ann", { load: 2 }), waiting("w"));
      expect(engine.match()).to.equal(null);
      engine.putCsr(csr("ann", { load: 1 }));
      expect(engine.match()?.conversation).to.equal("w");
    });

    it("comes again, waiting time kept, after a decline", () => {
      const engine = engineWith(csr("ann"), csr("bob"), waiting("w"));
      expect(engine.match()?.csr).to.equal("ann");
      engine.putWaiting(waiting("w", { excluded: ["ann"] }));
      expect(engine.match()?.csr).to.equal("bob");
      engine.putWaiting(waiting("w", { excluded: ["ann", "bob"] }));
      expect(engine.match()).to.equal(null);
    });

    it("prefers the urgent one who joined after a CSR was found for another", () => {
      const stuck = { needs: skilled({ billing: 1 }), turnAt: 1 };
      const engine = engineWith(csr("ann", { load: 2 }), waiting("patient", stuck), waiting("other", { turnAt: 2 }));
      expect(engine.match()).to.equal(null);
      engine.putCsr(csr("ann"));
      expect(engine.match()?.conversation).to.equal("patient");
      engine.putWaiting(waiting("urgent", { priority: 1 }));
      expect(engine.match()?.conversation).to.equal("urgent");
    });
  });

  it("reaches the CSR where most of the customer's features survive, else where the CSR prefers", () => {
    const reachable = [
      { address: at("irc", "ann"), features: [] },
      { address: at("xmpp", "ann"), features: ["edit", "typing"] },
      { address: at("web", "ann"), features: ["edit", "typing"] },
    ] as const;
    const addressFor = (need: Partial<Waiting>): unknown =>
      engineWith(csr("ann", { reachable }), waiting("w", need)).match()?.address.network;
    expect(addressFor({ customerFeatures: ["edit", "file"] })).to.equal("xmpp");
    expect(addressFor({ customerFeatures: [] })).to.equal("irc");
    expect(addressFor({ customerFeatures: ["edit"], compatibility: "same-network" })).to.equal("web");
  });

  it("draws lots in proportion to shares, the same for the same request", () => {
    const engine = engineWith(csr("ann", { share: 3 }), csr("bob"));
    const drawn = (number: number): string | undefined =>
      engine.decide(waiting(`w${number}`, { strategies: ["random"] }))?.csr;
    const all = Array.from({ length: 4_000 }, (_, number) => drawn(number));
    expect(all.filter((one) => one === "ann").length / all.length).to.be.closeTo(0.75, 0.03);
    expect(Array.from({ length: 50 }, (_, number) => drawn(number))).to.deep.equal(all.slice(0, 50));
  });

  it("says why each CSR was not chosen", () => {
    const engine = engineWith(
      csr("ann", { idleSince: 5 }),
      csr("bob", { idleSince: 3 }),
      csr("cid", { load: 2 }),
      csr("dan", { skills: levels({}) }),
      csr("eve", { willing: false }),
      csr("fay", { reachable: [] }),
    );
    const { match, losses } = engine.explain(waiting("w"));
    expect(match?.csr).to.equal("bob");
    expect(Object.fromEntries(losses.map(({ csr: id, loss }) => [id, loss]))).to.deep.equal({
      ann: { kind: "behind", by: "longest-idle" },
      cid: { kind: "full", load: 2, capacity: 2 },
      dan: { kind: "unmet", need: { kind: "skill", skill: "billing", least: 1 } },
      eve: { kind: "unwilling" },
      fay: { kind: "unreachable" },
    });
  });

  it("tells whom nobody at work could serve, busy or not", () => {
    const busy = csr("ann", { load: 2, present: true });
    const engine = engineWith(busy, waiting("served"), waiting("alone", { needs: skilled({ law: 1 }) }));
    expect(engine.unstaffed()).to.deep.equal(["alone"]);
    engine.putCsr({ ...busy, present: false });
    expect([...engine.unstaffed()].sort()).to.deep.equal(["alone", "served"]);
  });

  it("tells places, lengths and how many could ever serve, the busy and absent included", () => {
    const engine = engineWith(
      csr("ann", { load: 2 }),
      csr("bob", { reachable: [], willing: false }),
      csr("cid", { skills: levels({ orders: 5 }) }),
      waiting("second", { turnAt: 2 }),
      waiting("first", { turnAt: 1 }),
      waiting("elsewhere", { queue: "orders", needs: skilled({ law: 1 }) }),
    );
    expect(["first", "second", "elsewhere", "unknown"].map((one) => engine.place(one))).to.deep.equal([1, 2, 1, null]);
    expect([engine.waitingIn("billing"), engine.waitingIn("orders"), engine.waitingIn("unknown")]).to.deep.equal([
      2, 1, 0,
    ]);
    expect(engine.qualified(waiting("new"))).to.equal(2);
    expect(engine.qualified(waiting("new", { excluded: ["bob"] }))).to.equal(1);
    expect(engine.qualified(waiting("new", { needs: skilled({ law: 1 }) }))).to.equal(0);
    expect(engine.qualified(waiting("new", { only: "cid", needs: [] }))).to.equal(1);
    const here = { compatibility: "same-network", customerNetwork: "irc" } as const;
    expect(engine.qualified(waiting("new", here)), "nobody has said where they may ever be").to.equal(2);
    engine.putCsr(csr("ann", { networks: ["xmpp"] }));
    expect(engine.qualified(waiting("new", here)), "ann will never be on that network").to.equal(1);
    engine.removeCsr("bob");
    expect(engine.qualified(waiting("new"))).to.equal(1);
  });
});

describe("ordered list", () => {
  it("keeps thousands in order over insertions and removals", () => {
    const list = new OrderedList<number>((left, right) => left - right);
    const numbers = Array.from({ length: 3_000 }, (_, index) => (index * 7_919) % 3_001);
    for (const number of numbers) {
      list.insert(number);
    }
    for (const number of numbers.filter((one) => one % 3 === 0)) {
      expect(list.remove(number)).to.equal(true);
      expect(list.remove(number)).to.equal(false);
    }
    const left = numbers.filter((one) => one % 3 !== 0).sort((one, other) => one - other);
    const walked: number[] = [];
    list.walk((number) => walked.push(number) > 2_500);
    expect(walked).to.deep.equal(left);
    expect([list.size, list.first()]).to.deep.equal([left.length, left[0]]);
    expect(left.map(() => list.takeFirst())).to.deep.equal(left);
    expect([list.takeFirst(), list.size]).to.deep.equal([null, 0]);
  });
});
