/** Every decision of routing is recorded with its reasons, and told by `frontdesk explain`. */
import { expect } from "chai";
import { explanationText } from "../../src/cli/explain.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { type RecordedDecision, recordedDecision } from "../../src/core/decisions.ts";
import type { Fact } from "../../src/core/step.ts";
import { type PlayLine, play } from "../support/play.ts";
import { company } from "../support/play-rules.ts";

const PLAIN: Terminal = { out: () => {}, err: () => {}, paint: (_style, text) => text, leave: () => {}, exitCode: 0 };

/** Hands what the store keeps of the one conversation there is to the check. */
const recorded =
  (check: (decisions: readonly RecordedDecision[], facts: readonly Fact[], id: string) => void): PlayLine =>
  async ({ desk }) => {
    const [conversation] = desk.engine.desk().conversations();
    if (conversation === undefined) throw new Error("There is no conversation.");
    const facts = await desk.store.facts(conversation.id);
    const decisions = facts.flatMap((fact) => recordedDecision(fact) ?? []);
    check(decisions, facts, conversation.id);
  };

const COMPANY = {
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, capacity: 1 },
    ben: { name: "Ben", at: ["web"], skills: { billing: 1 } },
    cleo: { name: "Cleo", at: ["web"], skills: { sales: 1 } },
  },
} as const;

describe("a decision of routing", () => {
  it("is recorded with who was chosen, what was asked for, and why everybody else was not", () =>
    play(company(COMPANY), [
      "ada is available",
      "ben is available",
      "cleo is available",
      "anna@web: hello",
      "ada offered: billing",
      recorded(([decision, ...more]) => {
        expect(more).to.deep.equal([]);
        expect(decision).to.deep.include({ csr: "ada", queue: "billing", network: "xmpp", rings: [], next: [] });
        expect(decision?.request.needs).to.deep.equal([{ kind: "skill", skill: "billing", least: 1 }]);
        expect(decision?.losses).to.deep.equal([
          [{ kind: "behind", by: "id" }, ["ben"]],
          [{ kind: "unmet", need: { kind: "skill", skill: "billing", least: 1 } }, ["cleo"]],
        ]);
      }),
    ]));

  it("that finds nobody is recorded when they begin to wait, and the one that finds somebody after it", () =>
    play(company(COMPANY), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "5 minutes pass",
      "ben is available",
      "ben offered: billing",
      "ben: /decline",
      "ada is available",
      "ada offered: billing",
      recorded((decisions) => {
        expect(decisions.map(({ csr }) => csr)).to.deep.equal([null, "ben", "ada"]);
        expect(decisions[0]?.losses).to.deep.include([{ kind: "unreachable" }, ["ada", "ben"]]);
        expect(decisions[2]?.losses).to.deep.include([{ kind: "excluded" }, ["ben"]]);
        expect(decisions[2]?.request.excluded).to.deep.equal(["ben"]);
      }),
    ]));

  it("is told in words", () =>
    play(company(COMPANY), [
      "ada is available",
      "ben is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /decline",
      "ben offered: billing",
      "ben: /accept",
      "anna sees: Ben is here.",
      recorded((_, facts, id) => {
        const text = explanationText(id, facts, PLAIN);
        for (const words of [
          /enters the queue billing/,
          /ada is chosen, at xmpp\n {4}queue billing, rules \S+\n {4}Asked for: billing 1; translated/,
          /ben +would do; no strategy tells them apart/,
          /ada: the offer is declined/,
          /ben is chosen, at web[\s\S]*ada +was asked in this round already/,
          /ben accepts/,
        ]) {
          expect(text).to.match(words);
        }
      }),
    ]));

  it("in a desk of more CSRs than that is recorded with who would have been next", () =>
    play(company({ ...COMPANY, limits: { explainedCsrs: 2 } }), [
      "ada is available",
      "ben is available",
      "anna@web: hello",
      "ada offered: billing",
      recorded(([decision]) => expect(decision).to.deep.include({ csr: "ada", losses: null, next: ["ben"] })),
    ]));

  it("is not recorded where nobody wants that, and never logged", () =>
    play(company({ ...COMPANY, limits: { explainedCsrs: 0 } }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      recorded((decisions) => expect(decisions).to.deep.equal([])),
    ]));

  it("leaves its reasons out of the log", () =>
    play(company(COMPANY), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      ({ desk }) => {
        const logged = desk.log.records.filter(({ event }) => event === "routing.decided");
        expect(logged).to.have.length(1);
        expect(JSON.stringify(logged)).to.include("ada").and.not.to.include("cleo");
      },
    ]));
});
