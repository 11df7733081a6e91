/** The indexed engine against the naive oracle, over random sequences of what happens in a contact centre. */
import { expect } from "chai";
import fc from "fast-check";
import type { Feature } from "../../src/core/model.ts";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { Reachable, RoutingCsr, RoutingEngine, Waiting } from "../../src/core/routing/routing.ts";
import { COMPATIBILITIES, type SkillLevel, STRATEGIES } from "../../src/core/rules.ts";
import { createOracle, isServable } from "./routing-oracle.ts";

const SKILLS = ["billing", "orders", "repairs"];
const LANGUAGES = ["en", "de"];
const NETWORKS = ["xmpp", "web"];
const SOFTWARE = [null, "gajim", "conversations"];
const FEATURES: readonly Feature[] = ["edit", "typing", "read", "file"];

/** The common case nine times of ten. */
function mostly<T>(common: T, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(common) }, { weight: 1, arbitrary: rare });
}

const skillsArbitrary = fc
  .array(fc.tuple(fc.constantFrom(...SKILLS), fc.integer({ min: 1, max: 5 })), { maxLength: 3 })
  .map((pairs) => new Map(pairs.map(([skill, level]) => [skill, level as SkillLevel])));
const neededSkillsArbitrary = fc
  .array(fc.tuple(fc.constantFrom(...SKILLS), fc.integer({ min: 1, max: 3 })), { maxLength: 2 })
  .map((pairs) => new Map(pairs.map(([skill, level]) => [skill, level as SkillLevel])));
const featuresArbitrary = fc.subarray([...FEATURES]);
const csrIdArbitrary = fc.integer({ min: 0, max: 7 }).map((number) => `csr-${number}`);
const reachableArbitrary: fc.Arbitrary<readonly Reachable[]> = fc.uniqueArray(
  fc.record({
    address: fc.constantFrom(...NETWORKS).map((network) => ({ network, id: "somebody" })),
    features: featuresArbitrary,
    software: fc.constantFrom(...SOFTWARE),
  }),
  { maxLength: 2, selector: (reachable) => reachable.address.network },
);

const csrArbitrary: fc.Arbitrary<RoutingCsr> = fc.record({
  id: csrIdArbitrary,
  skills: skillsArbitrary,
  languages: fc.subarray([...LANGUAGES]),
  reachable: reachableArbitrary,
  willing: mostly(true, fc.constant(false)),
  capacity: fc.integer({ min: 0, max: 4 }),
  load: fc.integer({ min: 0, max: 2 }),
  idleSince: fc.integer({ min: 0, max: 5 }),
});

const waitingArbitrary: fc.Arbitrary<Waiting> = fc.record({
  conversation: fc.integer({ min: 0, max: 15 }).map((number) => `conversation-${number}`),
  queue: fc.constantFrom("first", "second"),
  priority: fc.integer({ min: 0, max: 2 }),
  waitingSince: fc.integer({ min: 0, max: 5 }),
  skills: neededSkillsArbitrary,
  language: fc.constantFrom(null, null, ...LANGUAGES),
  strategies: fc.subarray([...STRATEGIES]).chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
  compatibility: fc.constantFrom(...COMPATIBILITIES),
  customerNetwork: fc.constantFrom(...NETWORKS),
  customerSoftware: fc.constantFrom(...SOFTWARE),
  customerFeatures: featuresArbitrary,
  excluded: mostly(
    new Set<string>(),
    fc.uniqueArray(csrIdArbitrary, { maxLength: 2 }).map((ids) => new Set(ids)),
  ),
  only: mostly<string | null>(null, csrIdArbitrary),
});

type Operation =
  | { readonly kind: "put-csr"; readonly csr: RoutingCsr }
  | { readonly kind: "remove-csr"; readonly id: string }
  | { readonly kind: "finish"; readonly id: string }
  | { readonly kind: "put-waiting"; readonly waiting: Waiting }
  | { readonly kind: "remove-waiting"; readonly conversation: string }
  | { readonly kind: "ask" }
  | { readonly kind: "settle"; readonly decliner: string | null };

const operationArbitrary: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put-csr" as const), csr: csrArbitrary }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove-csr" as const), id: csrIdArbitrary }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("finish" as const), id: csrIdArbitrary }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put-waiting" as const), waiting: waitingArbitrary }) },
  {
    weight: 1,
    arbitrary: waitingArbitrary.map(({ conversation }) => ({ kind: "remove-waiting" as const, conversation })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      decliner: mostly<string | null>(null, csrIdArbitrary),
    }),
  },
);

/** The caller's part: keeps the state, acts on matches, tells both engines the same. */
class Centre {
  readonly indexed: RoutingEngine = createRoutingEngine();
  readonly oracle: RoutingEngine = createOracle();
  readonly csrs = new Map<string, RoutingCsr>();
  readonly waiting = new Map<string, Waiting>();
  decisions = 0;

  apply(operation: Operation): void {
    switch (operation.kind) {
      case "put-csr":
        this.putCsr(operation.csr);
        return;
      case "remove-csr":
        this.csrs.delete(operation.id);
        this.both((engine) => engine.removeCsr(operation.id));
        return;
      case "finish": {
        const csr = this.csrs.get(operation.id);
        if (csr !== undefined && csr.load > 0) {
          this.putCsr({ ...csr, load: csr.load - 1 });
        }
        return;
      }
      case "put-waiting":
        this.putWaiting(operation.waiting);
        return;
      case "remove-waiting":
        this.removeWaiting(operation.conversation);
        return;
      case "ask":
        expect(this.indexed.match(), "the same choice as the oracle").to.deep.equal(this.oracle.match());
        return;
      case "settle":
        this.settle(operation.decliner);
    }
  }

  both(tell: (engine: RoutingEngine) => void): void {
    tell(this.indexed);
    tell(this.oracle);
  }

  putCsr(csr: RoutingCsr): void {
    this.csrs.set(csr.id, csr);
    this.both((engine) => engine.putCsr(csr));
  }

  putWaiting(waiting: Waiting): void {
    this.waiting.set(waiting.conversation, waiting);
    this.both((engine) => engine.putWaiting(waiting));
  }

  removeWaiting(conversation: string): void {
    this.waiting.delete(conversation);
    this.both((engine) => engine.removeWaiting(conversation));
  }

  /** Acts on matches until there are none; `decliner` declines whatever they are offered. */
  settle(decliner: string | null): void {
    for (;;) {
      const match = this.indexed.match();
      expect(match, "the same choice as the oracle").to.deep.equal(this.oracle.match());
      if (match === null) {
        break;
      }
      this.decisions += 1;
      this.act(match.conversation, match.csr, decliner);
    }
    this.expectRest();
  }

  act(conversation: string, csrId: string, decliner: string | null): void {
    const waiting = this.waiting.get(conversation);
    const csr = this.csrs.get(csrId);
    if (waiting === undefined || csr === undefined) {
      throw new Error(`matched ${conversation} with ${csrId}, one of whom is not there`);
    }
    const betterTurns = [...this.waiting.values()].filter(
      (other) =>
        other.skills.size === 0 &&
        other.only === null &&
        other.excluded.size === 0 &&
        other.language === null &&
        other.compatibility === "translated" &&
        (other.priority > waiting.priority ||
          (other.priority === waiting.priority && other.waitingSince < waiting.waitingSince)),
    );
    expect(betterTurns, "nobody whom anybody may serve is passed over").to.have.length(0);
    if (csr.id === decliner) {
      this.putWaiting({ ...waiting, excluded: new Set([...waiting.excluded, csr.id]) });
      return;
    }
    this.removeWaiting(conversation);
    this.putCsr({ ...csr, load: csr.load + 1, idleSince: csr.idleSince + 1 });
    expect(csr.load + 1, "nobody over capacity").to.be.at.most(csr.capacity);
  }

  /** What must hold when nothing is left to match. */
  expectRest(): void {
    for (const waiting of this.waiting.values()) {
      const idle = [...this.csrs.values()].filter((csr) => isServable(csr, waiting)).map((csr) => csr.id);
      expect(idle, `idle while ${waiting.conversation} waits`).to.deep.equal([]);
      expect(this.indexed.place(waiting.conversation)).to.equal(this.oracle.place(waiting.conversation));
      expect(this.indexed.qualified(waiting)).to.equal(this.oracle.qualified(waiting));
    }
    for (const queue of ["first", "second", "unknown"]) {
      expect(this.indexed.waitingIn(queue)).to.equal(this.oracle.waitingIn(queue));
      expect(this.indexed.first(queue)).to.equal(this.oracle.first(queue));
    }
  }
}

describe("routing engine, over random days of a contact centre", () => {
  it("chooses as the oracle does, passes nobody over, leaves nobody idle and nobody overloaded", () => {
    let decisions = 0;
    fc.assert(
      fc.property(fc.array(operationArbitrary, { minLength: 5, maxLength: 80, size: "max" }), (operations) => {
        const centre = new Centre();
        for (const operation of operations) {
          centre.apply(operation);
        }
        centre.settle(null);
        decisions += centre.decisions;
      }),
      { numRuns: 600 },
    );
    expect(decisions, "decisions compared").to.be.greaterThan(1_000);
  }).timeout(60_000);

  it("answers the same match again until somebody acts on it", () => {
    fc.assert(
      fc.property(fc.array(operationArbitrary, { minLength: 5, maxLength: 40, size: "max" }), (operations) => {
        const centre = new Centre();
        for (const operation of operations) {
          if (operation.kind !== "settle") {
            centre.apply(operation);
          }
        }
        expect(centre.indexed.match()).to.deep.equal(centre.indexed.match());
      }),
      { numRuns: 100 },
    );
  });
});
