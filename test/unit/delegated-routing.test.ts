/** A desk whose decisions are made elsewhere: what it asks, which answers count, and that it may decide by itself meanwhile. */
import { expect } from "chai";
import { type RecordedDecision, recordedDecision } from "../../src/core/decisions.ts";
import type { DelegatedAnswer, DelegatedRequest, RoutingNews } from "../../src/core/routing/delegated-engine.ts";
import type { Step } from "../../src/core/step.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const SKILLS = { billing: 1 } as const;
const TEAM: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: SKILLS, capacity: 1 },
  ben: { name: "Ben", at: ["web"], skills: SKILLS, capacity: 2 },
  eve: { name: "Eve", at: ["web"], skills: { sales: 1 }, capacity: 1 },
};
const NETWORKS: PlayConfig["networks"] = {
  web: { title: "Web", handles: { support: "express" } },
  xmpp: { title: "XMPP", handles: { support: "express" } },
};

class AskingDesk {
  readonly core: CoreDesk;
  readonly waiting = new Map<string, DelegatedRequest>();
  readonly csrs = new Map<string, RoutingNews["csrs"] extends ReadonlyMap<string, infer Csr> ? Csr : never>();
  readonly settled: (string | null)[] = [];
  readonly offers: string[] = [];
  readonly decisions: RecordedDecision[] = [];
  #assignments = 0;

  constructor(changes: Partial<PlayConfig> = {}) {
    const setting = playSetting(company({ networks: NETWORKS, csrs: TEAM, ...changes }));
    this.core = new CoreDesk(setting, { delegates: true });
    for (const { addresses } of setting.rules.csrs.values())
      for (const from of addresses)
        this.#learn(this.core.hear({ kind: "presence", from, to: "desk", state: "available", text: null, all: true }));
  }

  hello(id: string): Step {
    const step = this.core.hear({ kind: "message", from: { network: "web", id }, to: "support", text: "hello" });
    this.#learn(step);
    return step;
  }

  customer(id: string): DelegatedRequest {
    const step = this.hello(id);
    const request = [...(step.routing?.waiting.values() ?? [])].find((one) => one !== null);
    if (request == null) throw new Error(`nothing was asked for ${id}`);
    return request;
  }

  says(csr: string, request: DelegatedRequest, text: string): void {
    const row = this.core.conversations.get(request.waiting.conversation);
    const leg = row?.legs.findLast((one) => one.csr === csr);
    if (leg === undefined) throw new Error(`${csr} has no part in it`);
    this.#learn(this.core.hear({ kind: "message", from: leg.address, to: leg.desk, text }));
  }

  answer(request: DelegatedRequest, csrs: readonly string[], more: Partial<DelegatedAnswer> = {}): void {
    this.#assignments += 1;
    const { revision, waiting } = request;
    const answer = { assignment: this.#assignments, conversation: waiting.conversation, revision, csrs };
    this.#learn(this.core.step({ kind: "matched", answers: [{ ...answer, overrules: false, until: null, ...more }] }));
  }

  decideElsewhere(elsewhere: boolean): void {
    this.#learn(this.core.step({ kind: "deciding", elsewhere }));
  }

  #learn({ routing, facts }: Step): void {
    this.decisions.push(...facts.flatMap((fact) => recordedDecision(fact) ?? []));
    for (const { event, csr } of facts) if (event === "offer.made") this.offers.push(csr ?? "");
    if (routing === undefined) return;
    if (routing.whole) {
      this.waiting.clear();
      this.csrs.clear();
    }
    for (const [id, request] of routing.waiting)
      request === null ? this.waiting.delete(id) : this.waiting.set(id, request);
    for (const [id, csr] of routing.csrs) csr === null ? this.csrs.delete(id) : this.csrs.set(id, csr);
    this.settled.push(...routing.settled.map(({ csr }) => csr));
  }
}

describe("decisions made elsewhere", () => {
  it("are asked for: nobody is offered anything before the answer comes", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    expect(desk.offers).to.deep.equal([]);
    expect(request.waiting).to.deep.include({ queue: "billing", excluded: [], only: null });
    expect([...desk.csrs.keys()]).to.have.members(["ada", "ben", "eve"]);
    expect(desk.csrs.get("ben")).to.deep.include({ capacity: 2, load: 0, willing: true });
  });

  it("count: the CSR who is named is offered it, whoever the desk would have taken", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    desk.answer(request, ["ben"]);
    expect(desk.offers).to.deep.equal(["ben"]);
    expect(desk.settled).to.deep.equal(["ben"]);
    expect(desk.waiting.size).to.equal(0);
    expect(desk.csrs.get("ben")?.load).to.equal(1);
  });

  it("are recorded as such, with how the desk itself saw it", () => {
    const desk = new AskingDesk();
    desk.answer(desk.customer("anna"), ["ben"]);
    const [decided] = desk.decisions;
    expect(decided).to.deep.include({ csr: "ben", network: "web", queue: "billing", elsewhere: true });
    expect(decided?.losses).to.deep.include([
      { kind: "unmet", need: { kind: "skill", skill: "billing", least: 1 } },
      ["eve"],
    ]);
    desk.decideElsewhere(false);
    desk.hello("bob");
    expect(desk.decisions[1]?.elsewhere).to.equal(false);
  });

  it("of two about the same request only the first counts, so nobody is offered twice", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    desk.answer(request, ["ben"]);
    desk.answer(request, ["ada"]);
    expect(desk.offers).to.deep.equal(["ben"]);
    expect(desk.settled).to.deep.equal(["ben", null]);
  });

  it("about a request that has changed are stale, and the new one has another revision", () => {
    const desk = new AskingDesk();
    const first = desk.customer("anna");
    desk.answer(first, ["ben"]);
    desk.says("ben", first, "/decline");
    const second = desk.waiting.get(first.waiting.conversation);
    expect(second?.waiting.excluded).to.deep.equal(["ben"]);
    expect(second?.revision).to.be.greaterThan(first.revision);
    desk.answer(first, ["ada"]);
    expect(desk.offers).to.deep.equal(["ben"]);
    if (second !== undefined) desk.answer(second, ["ada"]);
    expect(desk.offers).to.deep.equal(["ben", "ada"]);
  });

  it("name somebody who cannot be asked: the next of the list is, or nobody", () => {
    const desk = new AskingDesk();
    desk.answer(desk.customer("anna"), ["ada"]);
    const second = desk.customer("bob");
    desk.answer(second, ["ada"]);
    desk.answer(second, ["nobody-of-that-name"]);
    desk.answer(second, ["eve"]);
    expect(desk.settled).to.deep.equal(["ada", null, null, null]);
    desk.answer(second, ["ada", "ben"]);
    expect(desk.offers).to.deep.equal(["ada", "ben"]);
  });

  it("may overrule what the queue asks for, but not that somebody has their hands full", () => {
    const desk = new AskingDesk();
    desk.answer(desk.customer("anna"), ["eve"], { overrules: true });
    desk.answer(desk.customer("bob"), ["eve"], { overrules: true });
    expect(desk.offers).to.deep.equal(["eve"]);
    expect(desk.settled).to.deep.equal(["eve", null]);
  });

  it("count for nothing when they come too late", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    desk.answer(request, ["ben"], { until: desk.core.now - 1 });
    expect(desk.settled).to.deep.equal([null]);
    desk.answer(request, ["ben"], { until: desk.core.now });
    expect(desk.offers).to.deep.equal(["ben"]);
  });

  it("go by all that CSRs have in hand: what is told of other desks counts where the desk decides by itself", () => {
    const desk = new AskingDesk();
    const state = (csr: string) => desk.core.desk.csrs().find(({ id }) => id === csr)?.state;
    desk.core.step({ kind: "elsewhere", whole: true, loads: { ada: 1, ben: 2 } });
    expect([state("ada"), state("ben")]).to.deep.equal(["busy", "busy"]);
    expect(desk.csrs.get("ben")?.load, "told of itself").to.equal(0);
    desk.hello("anna");
    desk.decideElsewhere(false);
    expect(desk.offers).to.deep.equal([]);
    desk.core.step({ kind: "elsewhere", whole: false, loads: { ben: 1 } });
    expect([state("ada"), state("ben")]).to.deep.equal(["busy", "busy"]);
    desk.core.step({ kind: "elsewhere", whole: true, loads: {} });
    expect([state("ada"), state("ben")]).to.deep.equal(["free", "free"]);
  });

  it("leave estimates true: what CSRs have in hand elsewhere is in their way here", () => {
    const desk = new AskingDesk();
    desk.answer(desk.customer("anna"), ["ben"]);
    desk.core.step({ kind: "elsewhere", whole: true, loads: { ada: 1, ben: 1 } });
    for (const elsewhere of [true, false]) {
      desk.decideElsewhere(elsewhere);
      const seen = desk.core.desk.present?.(desk.core.now, 100, () => null)?.csrs ?? [];
      const loads = seen.map(({ csr, talks }) => [csr.id, csr.load, talks.length]);
      expect(loads, `decided elsewhere: ${elsewhere}`).to.deep.equal([
        ["ada", 1, 1],
        ["ben", 2, 2],
        ["eve", 0, 0],
      ]);
    }
  });

  it("leave what is meant for one colleague to that one", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    desk.answer(request, ["ben"]);
    desk.says("ben", request, "/accept");
    desk.says("ben", request, "/transfer ada");
    const meant = desk.waiting.get(request.waiting.conversation);
    expect(meant?.waiting.only).to.equal("ada");
    if (meant === undefined) return;
    desk.answer(meant, ["ben"], { overrules: true });
    desk.answer(meant, ["ada"]);
    expect(desk.offers).to.deep.equal(["ben", "ada"]);
  });

  it("hold whoever is told of a conversation, also where the queue only announces it", () => {
    const queues = {
      billing: { name: "Billing", skills: SKILLS, offers: { atOnce: 100, announced: true } },
      sales: { name: "Sales" },
    };
    const desk = new AskingDesk({ queues });
    const request = desk.customer("anna");
    desk.answer(request, ["ada"]);
    const further = desk.waiting.get(request.waiting.conversation);
    expect(further?.waiting.excluded).to.deep.equal(["ada"]);
    if (further !== undefined) desk.answer(further, ["ben"]);
    expect(desk.offers).to.deep.equal(["ada", "ben"]);
    expect([desk.csrs.get("ada")?.load, desk.csrs.get("ben")?.load]).to.deep.equal([1, 1]);
  });

  it("are the desk's own while nobody else is there, and asked for again afterwards", () => {
    const desk = new AskingDesk();
    const request = desk.customer("anna");
    desk.decideElsewhere(false);
    expect(desk.offers).to.have.lengthOf(1);
    expect(desk.waiting.size).to.equal(0);
    desk.answer(request, ["ben"]);
    expect(desk.settled).to.deep.equal([null]);
    desk.hello("bob");
    expect(desk.offers).to.have.lengthOf(2);
    desk.decideElsewhere(true);
    desk.customer("carl");
    expect(desk.offers).to.have.lengthOf(2);
    expect(desk.waiting.size).to.equal(1);
  });

  it("are asked for anew, whole, by a desk that was started again", () => {
    const desk = new AskingDesk();
    const before = desk.customer("anna");
    desk.core.now += 1;
    desk.core.restart(desk.core.setting.rules);
    const step = desk.core.step({ kind: "link", network: "web", online: false });
    expect(step.routing?.whole ?? false).to.equal(false);
    const profile = desk.core.desk.profile?.(before.waiting.conversation);
    expect(profile).to.deep.include({ handle: "support", address: { network: "web", id: "anna" } });
    desk.answer(before, ["ben"]);
    expect(desk.offers, "an answer to the life before").to.deep.equal([]);
  });

  it("are no matter of a desk that decides by itself", () => {
    const core = new CoreDesk(playSetting(company({ networks: NETWORKS, csrs: TEAM })));
    const step = core.hear({ kind: "message", from: { network: "web", id: "anna" }, to: "support", text: "hello" });
    expect(step).not.to.have.property("routing");
  });
});
